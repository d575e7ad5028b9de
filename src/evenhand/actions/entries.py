"""Entries in a pool's ledger that no decision made: refunds, corrections, who joins and who leaves.

An entry keeps exactly what moved, so that the ledger can be added up again from decisions and entries alone, whatever
the roster was at the time. This is the only place that writes and reads the form in which they are kept.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, msgpack
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.work import Work
from evenhand.core.advance import Posted
from evenhand.core.chain import fingerprint
from evenhand.core.ledger import Ledger, Weights
from evenhand.ports.rows import EntryKind, EntryRow

LONGEST: Final = 200  # characters of a manager's reason


class About(Struct, frozen=True, kw_only=True):
    """What an entry is about: a rep, and for refunds and rulings the decision and its lead.

    `text` is a manager's reason. It stays when a lead is erased, so it must be about people who sell, not about leads.
    """

    rep: str
    decision: int = 0
    lead: int | None = None
    text: str = ""


class Entry(Struct, frozen=True, array_like=True):
    """What an entry moved.

    moved: rep -> units gained, below 0 lost; they add up to 0. Whoever is named is known to the ledger from then on.
    rep:   whom it is about: charged, corrected, come or gone. Who has gone is in the ledger no longer.
    """

    moved: Mapping[str, int]
    rep: str
    text: str = ""


_TO_BYTES: Final = msgpack.Encoder(order="deterministic")
_ENTRY: Final = msgpack.Decoder(Entry)


def ledger_of(work: Work, pool: str) -> Ledger:
    """A pool's ledger as it is now."""
    return work.world.ledgers.get(pool) or Ledger(pool=pool)


def weights_of(work: Work, pool: str) -> Weights:
    """The active members of a pool who have a share, with their weights; nobody if the pool is no longer there."""
    found, reps = work.world.roster.pools.get(pool), work.world.roster.reps
    return [(rep, weight) for rep, weight in found.weights.items() if weight > 0 and reps[rep].active] if found else []


def post(work: Work, kind: EntryKind, after: Ledger, about: About, *, actor: Actor) -> int:
    """Put an entry in effect, given the ledger that one verb of `core.ledger` made of the present one; its number."""
    entry = _TO_BYTES.encode(Entry(_moved(ledger_of(work, after.pool), after), about.rep, about.text))
    number = work.router.entries + 1
    work.router = replace(work.router, entries=number)
    work.advance(Posted(after))
    work.add(
        EntryRow(
            no=number,
            pool=after.pool,
            seq=after.seq,
            after=work.router.decisions,
            kind=kind,
            at=work.now,
            body=entry,
            decision=about.decision,
        )
    )
    body: dict[str, object] = {"entry": number, "pool": after.pool, "rep": about.rep, "digest": fingerprint(entry)}
    if about.decision:
        body["decision"] = about.decision
    work.event(f"pool.{kind}", actor, lead=about.lead, body=body)
    return number


def _moved(before: Ledger, after: Ledger) -> dict[str, int]:
    """What everybody gained; with 0 for those who are new and gained nothing."""
    names = dict.fromkeys((*before.credits, *after.credits))
    units = {rep: after.credits.get(rep, 0) - before.credits.get(rep, 0) for rep in names}
    return {rep: gained for rep, gained in units.items() if gained or rep not in before.credits}


def entry_of(row: EntryRow) -> Entry:
    """What an entry moved. Raises ValueError if it cannot be read, or if somebody gains what nobody loses."""
    entry = _ENTRY.decode(row.body)
    if over := sum(entry.moved.values()):
        raise ValueError(f"its units add up to {over}, not to 0")
    return entry


def applied(ledger: Ledger, row: EntryRow) -> Ledger:
    """The ledger after an entry. Raises ValueError as `entry_of` does."""
    entry = entry_of(row)
    credits, turns = dict(ledger.credits), dict(ledger.turns)
    for rep, units in entry.moved.items():
        credits[rep] = credits.get(rep, 0) + units
    if row.kind == "leave":
        credits.pop(entry.rep, None)
        turns.pop(entry.rep, None)
    return Ledger(pool=ledger.pool, credits=credits, turns=turns, seq=ledger.seq + 1)
