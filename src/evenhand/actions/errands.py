"""Errands: where a webhook only names a lead, the lead itself is fetched from its sender, and tried until it comes.

An errand is written down before the sender is told that all is well, and there is one for each thing to fetch, however
often it is named. What an errand brings is taken in the same transaction that ends it, so it is taken once.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec import json
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.receiving import Incoming, Looked, Received, incoming, take
from evenhand.actions.settling import DESK
from evenhand.actions.trying import try_lead
from evenhand.actions.work import Sealer, Work
from evenhand.core.model import DAY
from evenhand.errors import BadInput, Conflict, Fault, NotFound
from evenhand.integrations.hooks.model import Fetch, Taken
from evenhand.integrations.hooks.naming import cells
from evenhand.know.match import Accounts
from evenhand.ports.house import ErrandRow, ErrandState
from evenhand.reading.leads import LeadOptions, LeadReader
from evenhand.reading.rows import Reject, Row

LONGEST: Final = 200  # characters of what an errand is called, and of why it went wrong
KEPT: Final = 90 * DAY  # so long an errand is remembered; no sender keeps a lead for longer

NOBODY: Final = Accounts(())

_FETCH: Final = json.Decoder(Fetch)


def from_source(source: str) -> Actor:
    """Whoever brings leads in by a source."""
    return Actor("key", f"hook:{source}")


def send_for(work: Work, fetch: Fetch, source: str, *, actor: Actor) -> bool:
    """Have something fetched from a source's sender; whether that is new. What was given up is tried once more."""
    name = errand_name(fetch)
    known = housed(work, ErrandRow, "no", source=source, kind=name)
    if known:
        for row in known:
            if row.state == "dead":
                _wake(work, row, actor)
        return False
    number = work.event("errand.asked", actor, body={"source": source})
    row = ErrandRow(no=number, kind=name, source=source, body=json.encode(fetch), at=work.now, next=work.now)
    work.add(row)
    return True


def errand_name(fetch: Fetch) -> str:
    """What is to be fetched, by the sender's own id: `lead 123123123123`."""
    name = f"{fetch.kind} {fetch.key}"
    return name if len(name) <= LONGEST else f"{fetch.kind} sha256-{sha256(fetch.key.encode()).hexdigest()}"


def fetch_of(errand: ErrandRow) -> Fetch:
    """What an errand is to fetch."""
    return _FETCH.decode(errand.body)


def bring(
    work: Work, errand: ErrandRow, leads: Sequence[Taken], *, actor: Actor, accounts: Accounts = NOBODY
) -> list[Received]:
    """Take what an errand has fetched, and end it; nothing, if somebody else has ended it by now.

    accounts: the companies with which the leads are matched.

    Raises BadInput for a lead that cannot be read, and Conflict without a policy.
    """
    found = work.tx.house.one(ErrandRow, no=errand.no)
    if found is None or found.state == "done":
        return []
    taken: list[Received] = []
    for lead in leads:
        ready = _ready(work, lead, errand.source, accounts)
        if lead.test:
            try_out(work, ready, errand.source, actor=actor)
        else:
            taken.append(take(work, ready, Looked([ready]), actor=actor))
    work.put(replace(found, state="done", leased=0, error=""))
    body = {"source": errand.source, "errand": errand.no, "leads": len(taken)}
    work.event("errand.done", actor, body=body)
    return taken


def try_out(work: Work, lead: Incoming, source: str, *, actor: Actor) -> str:
    """Decide about a lead that a sender has marked as a test, and only remember what came of it."""
    outcome = str(try_lead(work.child(), lead, actor=actor).outcome)
    work.event("source.tried", actor, body={"source": source, "outcome": outcome})
    return outcome


def bury(work: Work, errand: ErrandRow, why: str, *, actor: Actor) -> None:
    """Give up an errand, unless somebody else has it by now. The desk is told of the first one of a source."""
    found = work.tx.house.one(ErrandRow, no=errand.no)
    if found is None or (found.state, found.leased) != ("waiting", errand.leased):
        return
    if not housed(work, ErrandRow, "no", source=errand.source, state="dead"):
        work.tell("not fetched", DESK, lead=None)
    work.put(replace(errand, state="dead", leased=0, error=words(why)))
    body = {"source": errand.source, "errand": errand.no, "attempts": errand.attempts}
    work.event("errand.dead", actor, body=body)


def try_again(work: Work, source: str, no: int | None = None, *, actor: Actor) -> int:
    """Try an errand that was given up again, or all of a source, as if they were new; how many those are.

    Raises NotFound, and Conflict for one that was not given up.
    """
    administer(actor, "have leads fetched again")
    if no is not None:
        found = next((row for row in housed(work, ErrandRow, "no", source=source, no=no)), None)
        if found is None:
            raise NotFound(f"source {source} has no errand {no}.")
        if found.state != "dead":
            raise Conflict(f"errand {no} was not given up: it is {found.state}.")
    dead = housed(work, ErrandRow, "no", source=source, state="dead")
    wanted = [row for row in dead if no in {None, row.no}]
    for row in wanted:
        _wake(work, row, actor)
    return len(wanted)


def errands_of(desk: Desk, source: str, *, state: ErrandState | None = None, limit: int) -> Sequence[ErrandRow]:
    """The latest errands of a source, latest first."""
    asked = {"source": source} if state is None else {"source": source, "state": state}
    with desk.store.reading(desk.workspace) as tx:
        return tx.house.latest(ErrandRow, "no", limit=limit, **asked)


def words(why: str) -> str:
    """A reason as it can be kept."""
    return "".join([letter if letter.isprintable() else " " for letter in why[:LONGEST]])


def _wake(work: Work, row: ErrandRow, actor: Actor) -> None:
    work.put(replace(row, state="waiting", attempts=0, next=work.now, leased=0, error=""))
    work.event("errand.again", actor, body={"source": row.source, "errand": row.no})


class _Here:
    """Where a lead is made ready within a transaction: see `receiving.Place`."""

    def __init__(self, work: Work) -> None:
        self.sealer: Sealer = work.base.sealer
        self.workspace = work.tx.workspace


def _ready(work: Work, lead: Taken, source: str, accounts: Accounts) -> Incoming:
    """A lead as the policy in force reads it."""
    if not work.ready:
        raise Conflict("there is no policy yet: publish one, with a roster, before leads come in.")
    options = LeadOptions(as_of=work.now, vocabulary=work.policy.vocabulary)
    arrival = LeadReader(options, accounts).read(Row(1, cells(lead, work.now)), work.now)
    if isinstance(arrival, Reject):
        raise BadInput(Fault(where=arrival.field or "lead", what=f"{arrival.cause}.", fix=arrival.fix))
    return incoming(arrival, _Here(work), source=source, raw=lead.raw)
