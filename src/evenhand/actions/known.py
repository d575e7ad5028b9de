"""What decisions stand on, out of texts and rows: compiled policies, working hours, the snapshot.

What takes long (compiling, working hours) is remembered by the process, so that it can be done before the lock is taken
and found again under it.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct, msgpack
from msgspec.structs import replace

from evenhand.actions.gather import LedgerBody
from evenhand.core.ledger import Ledger
from evenhand.core.model import DAY, Load, Millis, Roster, Snapshot
from evenhand.core.policy.model import Policy
from evenhand.core.when import Index, Vocabulary
from evenhand.ports.rows import LedgerRow, PresenceKind, PresenceRow, Router
from evenhand.ports.store import Reading
from evenhand.reading.calendars import Calendars
from evenhand.reading.setup import Setup, read_setup

BEFORE: Final = 40 * DAY  # a month's cap looks back to the first of the month
AFTER: Final = 121 * DAY  # due times and waits look ahead
EMPTY: Final = Setup(Policy(name="", vocabulary=Vocabulary(), index=Index(conditions=())), Roster(), Calendars())

_LOAD: Final = msgpack.Decoder(Load)
_LEDGER: Final = msgpack.Decoder(LedgerBody)


@lru_cache(maxsize=8)
def compiled(policy: str, roster: str) -> Setup:
    """A policy and a roster, read. Raises BadTeam or BadPolicy with every fault."""
    return read_setup(policy, roster)


def texts_of(tx: Reading, router: Router) -> tuple[str, str]:
    """The policy and the roster in force, word for word; empty before the first."""
    policy, roster = tx.texts.get("policy", router.policy), tx.texts.get("roster", router.roster)
    return (policy.text if policy else ""), (roster.text if roster else "")


def setup_of(policy: str, roster: str) -> Setup:
    """The setup that two texts make; an empty one while nothing has been published."""
    return compiled(policy, roster) if policy or roster else EMPTY


class Hours(Struct, frozen=True):
    """Everybody's working hours are known from `start` to `end`; good until `until`."""

    start: Millis
    end: Millis
    until: Millis


def hours(now: Millis) -> Hours:
    """How far calendars are worked out: by whole days, so that a day's hours are worked out once."""
    day = now - now % DAY
    return Hours(day - BEFORE, day + AFTER, day + DAY)


def at_work(snapshot: Snapshot, setup: Setup, now: Millis) -> Snapshot:
    """The snapshot with the people of a setup and their working hours around a moment."""
    seen = hours(now)
    return replace(snapshot, roster=setup.roster, duty=setup.calendars.duty(seen.start, seen.end))


def read_snapshot(tx: Reading, router: Router, setup: Setup) -> Snapshot:
    """The world from its rows, without the working hours: three statements, however many reps there are."""
    ledgers = [(row, _LEDGER.decode(row.body)) for row in tx.world.ledgers()]
    present = tx.world.presences()
    return Snapshot(
        now=router.now,
        roster=setup.roster,
        loads={row.rep: _LOAD.decode(row.body) for row in tx.world.loads()},
        ledgers={row.pool: _ledger(row, body) for row, body in ledgers},
        values={row.pool: _numbers(body.values) for row, body in ledgers if body.values},
        seq=router.decisions,
        away=_reps(present, "away"),
        last_one=_reps(present, "last_one"),
        paused=_subjects(present, "paused"),
    )


def _numbers(values: Iterable[str]) -> tuple[int | Decimal, ...]:
    return tuple([int(text) if text.lstrip("-").isdigit() else Decimal(text) for text in values])


def _ledger(row: LedgerRow, body: LedgerBody) -> Ledger:
    return Ledger(pool=row.pool, credits=body.credits, turns=body.turns, seq=row.seq)


def _subjects(present: Iterable[PresenceRow], kind: PresenceKind) -> frozenset[str]:
    return frozenset(row.subject for row in present if row.kind == kind)


def _reps(present: Iterable[PresenceRow], kind: PresenceKind) -> frozenset[str]:
    return frozenset(subject.removeprefix("rep ") for subject in _subjects(present, kind))
