"""How the world moves on: the one simulator, for files, replay, previews and workers alike.

`advance` takes a snapshot and what happened, and returns the next snapshot. Nothing else changes loads or ledgers.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.caps import release, take
from evenhand.core.ledger import Ledger, charge, count
from evenhand.core.model import ALWAYS, Load, Millis, Snapshot
from evenhand.core.outcome import Assigned, Decision

VALUES_KEPT: Final = 101  # how many values the median of a value-fair pool looks back on
_IDLE: Final = Load()


class Tick(Struct, frozen=True):
    """The clock says so."""

    now: Millis


class Freed(Struct, frozen=True):
    """A rep has let go of a lead: closed, handed over or taken away."""

    rep: str


class Carried(Struct, frozen=True):
    """A rep holds one more open lead, which was theirs before it came here: no cap of a period counts it."""

    rep: str


class Came(Struct, frozen=True):
    """A rep is back at work: neither away nor on their last lead."""

    rep: str


class Went(Struct, frozen=True):
    """A rep is set away."""

    rep: str


class LastOne(Struct, frozen=True):
    """A rep takes one more lead, and is away from then on."""

    rep: str


class Paused(Struct, frozen=True):
    """A subject gets no more leads for now: `pool dach`, `rep ann`, `everything`."""

    subject: str


class Resumed(Struct, frozen=True):
    """A subject that was paused goes on."""

    subject: str


class Posted(Struct, frozen=True):
    """An entry that no decision made: a refund, a correction, somebody who joins or leaves. The ledger after it."""

    ledger: Ledger


Presence: TypeAlias = Came | Went | LastOne | Paused | Resumed
Event: TypeAlias = Decision | Tick | Freed | Carried | Presence | Posted


def advance(snapshot: Snapshot, event: Event) -> Snapshot:
    """The world after this event."""
    match event:
        case Tick(now):
            return replace(snapshot, now=now)
        case Freed(rep):
            load = snapshot.loads.get(rep, _IDLE)
            return replace(snapshot, loads={**snapshot.loads, rep: release(load)})
        case Carried(rep):
            load = snapshot.loads.get(rep, _IDLE)
            return replace(snapshot, loads={**snapshot.loads, rep: replace(load, open=load.open + 1)})
        case Decision():
            return _decided(snapshot, event)
        case Posted(ledger):
            return replace(snapshot, ledgers={**snapshot.ledgers, ledger.pool: ledger})
        case Came() | Went() | LastOne() | Paused() | Resumed():
            return _present(snapshot, event)
        case never:
            assert_never(never)


def _present(snapshot: Snapshot, event: Presence) -> Snapshot:
    away, last, paused = snapshot.away, snapshot.last_one, snapshot.paused
    match event:
        case Came(rep):
            return replace(snapshot, away=away - {rep}, last_one=last - {rep})
        case Went(rep):
            return replace(snapshot, away=away | {rep}, last_one=last - {rep})
        case LastOne(rep):
            return replace(snapshot, last_one=last | {rep})
        case Paused(subject):
            return replace(snapshot, paused=paused | {subject})
        case Resumed(subject):
            return replace(snapshot, paused=paused - {subject})
        case never:
            assert_never(never)


def _decided(snapshot: Snapshot, decision: Decision) -> Snapshot:
    if not isinstance(decision.outcome, Assigned):
        return replace(snapshot, seq=decision.seq)
    rep = decision.outcome.rep
    loads = {**snapshot.loads, rep: _loaded(snapshot, decision, rep)}
    if rep in snapshot.last_one:
        snapshot = _present(snapshot, Went(rep))
    if decision.posting == "none":
        return replace(snapshot, seq=decision.seq, loads=loads)
    return replace(
        snapshot,
        seq=decision.seq,
        loads=loads,
        ledgers={**snapshot.ledgers, decision.pool: posted(snapshot, decision)},
        values=_valued(snapshot, decision),
    )


def _loaded(snapshot: Snapshot, decision: Decision, rep_id: str) -> Load:
    rep = snapshot.roster.reps[rep_id]
    load = take(snapshot.loads.get(rep_id, _IDLE), rep, snapshot.duty.get(rep_id, ALWAYS), snapshot.now)
    pool = snapshot.roster.pools.get(decision.pool)
    if decision.trigger != "waiting" or pool is None or pool.backlog is None:
        return load
    since = snapshot.now - pool.backlog.every
    paced = tuple((name, at) for name, at in load.paced if name != pool.name or at > since)
    return replace(load, paced=(*paced, (pool.name, snapshot.now)))


def posted(snapshot: Snapshot, decision: Decision) -> Ledger:
    """The pool's ledger after an assignment: charged with the shares of its line, only counted, or as it was."""
    ledger = snapshot.ledgers.get(decision.pool) or Ledger(pool=decision.pool)
    rep = decision.rep or ""
    if decision.posting == "none":
        return ledger
    if decision.posting in ("charge", "claim"):
        return charge(ledger, decision.attempts[-1].line, rep)
    return count(ledger, rep)


def _valued(snapshot: Snapshot, decision: Decision) -> Mapping[str, tuple[int | Decimal, ...]]:
    pool = snapshot.roster.pools.get(decision.pool)
    if decision.value is None or pool is None or not pool.value_fair:
        return snapshot.values
    kept = (*snapshot.values.get(pool.name, ()), decision.value)[-VALUES_KEPT:]
    return {**snapshot.values, pool.name: kept}
