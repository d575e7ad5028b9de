"""A file of leads that was sent to us: read line by line off the disk, and left with the committer slice by slice.

It runs on a thread of its own. Forms pass it by; the same file may be taken in again after any failure.
"""

import threading
import time
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from concurrent import futures
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from evenhand.actions.account_book import known_accounts
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, call
from evenhand.actions.file_intake import FileIntake, Made, Ready, Remembered, Sink, Taken, Taker, made, standing, trying
from evenhand.actions.importing import Imported, import_lead
from evenhand.actions.receiving import Looked, Received, receiving
from evenhand.errors import BadInput, BadUsage, Busy, Fault
from evenhand.know.fields import Terms
from evenhand.reading.holdings import COLUMNS, Holdings
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import Reject, read_rows
from evenhand.reading.setup import Setup
from evenhand.reading.zones import find_zone
from evenhand.service.room import Room

T = TypeVar("T")

AGAIN: Final = 0.05  # seconds until a committer that is full is asked again


class Wanted(Struct, frozen=True, kw_only=True):
    """A file, and what is to be done with it.

    mapping: (column, field), which win over what the columns' names say.
    holders: bring leads in with whoever holds them elsewhere, instead of deciding about them.
    dry_run: only say what would become of them.
    """

    path: str
    source: str
    actor: Actor
    mapping: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    delimiter: str = ""
    zone: str = "UTC"
    currency: str = ""
    holders: bool = False
    dry_run: bool = False


class Done(Struct, frozen=True):
    """What became of a file, and its columns that fill no field."""

    taken: Taken
    unmapped: tuple[str, ...]


def run(room: Room, wanted: Wanted, sink: Sink) -> Done:
    """Take a file in. Raises BadInput if it cannot be read, Unavailable if the database fails: then begin again."""
    setup = room.desk.setup()
    held = [pair for pair in wanted.mapping if wanted.holders and pair[1] in COLUMNS]
    options = LeadOptions(
        as_of=room.desk.clock(),
        vocabulary=setup.policy.vocabulary,
        mapping=[pair for pair in wanted.mapping if pair not in held],
        zone=_zone(wanted.zone),
        currency=_currency(wanted.currency, setup),
    )
    with ExitStack() as stack:
        rows = Remembered(read_rows(wanted.path, encoding=wanted.encoding, delimiter=wanted.delimiter))
        stack.callback(rows.close)
        file = read_leads(rows, options, known_accounts(room.desk))

        def take(taker: Taker) -> Taken:
            return FileIntake(room.desk, source=wanted.source, taker=taker).take(file, rows, sink)

        beside: frozenset[str] = frozenset()
        if wanted.holders:
            terms = Terms(vocabulary=options.vocabulary, zone=options.zone, currency=options.currency)
            holdings = Holdings(rows.header, setup.roster, terms, mapping=held)
            beside = holdings.columns
            taken = take(importing(room, holdings, actor=wanted.actor))
        elif wanted.dry_run:
            taken = room.desk.imagine(lambda work: take(trying(work, actor=wanted.actor)))
        else:
            taken = take(deciding(room, actor=wanted.actor))
        return Done(taken, tuple([column for column in file.unmapped if column not in beside]))


def deciding(room: Room, *, actor: Actor) -> Taker:
    """Take leads and decide about them, by the committer."""

    def take(some: Sequence[Ready]) -> list[Made | Reject | Exception]:
        return [*made(room.desk, _committed(room, receiving([each.lead for each in some], actor=actor)))]

    return take


def importing(room: Room, holdings: Holdings, *, actor: Actor) -> Taker:
    """Take leads in as they stand in another system, with who holds them there, by the committer."""

    def take(some: Sequence[Ready]) -> list[Made | Reject | Exception]:
        read = [standing(each, holdings) for each in some]
        good = [each for each in read if isinstance(each, Imported)]
        looked = Looked([each.lead for each in good])
        done = iter(made(room.desk, _committed(room, [call(import_lead, each, looked, actor=actor) for each in good])))
        return [next(done) if isinstance(each, Imported) else each for each in read]

    return take


def waited_for(room: Room, ready: Call[T]) -> T:
    """What a call comes to, by the committer, on the line that lets forms pass. Raises what it raises."""
    return _submitted(room, ready).result()


def _committed(room: Room, calls: Sequence[Call[Received]]) -> list[Received | Exception]:
    """What became of each, once all of them are committed."""
    waiting = [_submitted(room, each) for each in calls]
    answers: list[Received | Exception] = []
    for each in waiting:
        error = each.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        answers.append(each.result() if error is None else error)
    return answers


def _submitted(room: Room, ready: Call[T]) -> "futures.Future[T]":
    while True:
        try:
            return room.committer.submit(ready, bulk=True)
        except Busy:
            time.sleep(AGAIN)


def _zone(name: str) -> ZoneInfo:
    try:
        return find_zone(name)
    except BadInput as error:
        raise BadUsage([replace(fault, where="zone") for fault in error.faults]) from error


def _currency(name: str, setup: Setup) -> str:
    words = setup.policy.vocabulary
    if not name or name == words.currency or name in words.rates:
        return name
    fix = f"The policy knows {', '.join(sorted({words.currency, *words.rates}))}; add a rate: [rates] {name} = ..."
    raise BadUsage(Fault(where="currency", what=f"{name[:40]} has no rate.", fix=fix))


async def apart(work: Callable[[], T]) -> T:
    """Run something that takes long on a thread of its own, so that it takes none from those who only look."""
    loop = get_running_loop()
    told: Future[T] = loop.create_future()

    def begin() -> None:
        try:
            value = work()
        except Exception as error:
            _tell(loop, told.set_exception, error)
        else:
            _tell(loop, told.set_result, value)

    threading.Thread(target=begin, name="import", daemon=True).start()
    return await told


def _tell(loop: AbstractEventLoop, how: Callable[[T], None], what: T) -> None:
    with suppress(RuntimeError):  # nobody waits any more
        loop.call_soon_threadsafe(lambda: how(what))
