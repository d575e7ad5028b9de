"""A past for the demo company, so that a first look sees something: leads of the last two days, mostly looked after.

They go through the desk as they would have then, with a clock that runs through those days in seconds: timers ring,
people answer, messages count as sent.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.accounts import put_accounts
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.receiving import Incoming, incoming, receive
from evenhand.actions.sending import Sender
from evenhand.core.model import HOUR, MINUTE, Millis
from evenhand.demo.accounts import Account, write_accounts
from evenhand.demo.living import deeds
from evenhand.know.match import Account as Known
from evenhand.know.match import Accounts
from evenhand.ports.notifier import Outgoing
from evenhand.reading.accounts import read_accounts
from evenhand.reading.leads import LeadOptions, LeadReader
from evenhand.reading.rows import Reject, Row, read_rows

PAST: Final = 48 * HOUR
STEP: Final = 20 * MINUTE
WEBSITE: Final = Actor("key", "website")
CRM: Final = Actor("system", "demo")
ANSWERED: Final = 0.45  # of the leads that wait for an answer get one within a step
CLOSED: Final = 0.04


class Clock:
    """A clock that is set by hand, in ms."""

    def __init__(self, now: Millis) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


class Told:
    """What people were told then is told already."""

    def send(self, message: Outgoing) -> None:
        """Nothing more to do."""


class Past(Struct, frozen=True, kw_only=True):
    """What has happened: so many leads, one after the other, some of them from companies that were known."""

    leads: Iterator[dict[str, str]]
    count: int
    accounts: list[Account]
    chance: Random


def live_through(desk: Desk, clock: Clock, past: Past) -> None:
    """Let it happen, spread over the time from now on the desk's clock until `PAST` later."""
    chance, count = past.chance, past.count
    accounts = _known(desk, past.accounts)
    desk.do(put_accounts, accounts, actor=CRM)
    known = Accounts(accounts)
    reader = LeadReader(LeadOptions(as_of=0, vocabulary=desk.setup().policy.vocabulary), known)
    sender = Sender(desk, Told(), chance=chance.random)
    steps = PAST // STEP
    for step in range(steps):
        due = count * (step + 1) // steps - count * step // steps
        ready = [_ready(desk, reader, next(past.leads)) for _ in range(due)]
        receive(desk, [each for each in ready if each is not None], actor=WEBSITE)
        while desk.step():
            pass
        deeds(desk, chance, answered=ANSWERED, closed=CLOSED)
        _send(sender)
        clock.now += STEP
    while desk.step():
        pass
    _send(sender)


def _send(sender: Sender) -> None:
    while sender.send_due() is not None:
        pass


def _known(desk: Desk, accounts: list[Account]) -> list[Known]:
    """The accounts as a file of them is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.csv"
        write_accounts(path, accounts)
        found = read_accounts(read_rows(str(path)), desk.setup().policy.vocabulary)
        return [each for each in found if isinstance(each, Known)]


def _ready(desk: Desk, reader: LeadReader, cells: dict[str, str]) -> Incoming | None:
    arrival = reader.read(Row(1, cells), desk.clock())
    if isinstance(arrival, Reject):
        return None
    nameless = replace(arrival, lead=replace(arrival.lead, id=""))
    return incoming(nameless, desk, source=cells.get("source", "website"))
