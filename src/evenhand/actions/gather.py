"""From the work of a transaction to what is written."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, msgpack
from msgspec.structs import replace

from evenhand.actions.work import Now, Work
from evenhand.core.ledger import Ledger
from evenhand.core.model import Load, Snapshot
from evenhand.ports.rows import (
    AssignmentRow,
    BlockRow,
    DecisionRow,
    DraftRow,
    EventRow,
    IdentityRow,
    KeyRow,
    LeadRow,
    LedgerRow,
    LoadRow,
    MessageRow,
    OfferRow,
    PersonRow,
    PresenceKind,
    PresenceRow,
    TimerRow,
)
from evenhand.ports.store import Changes


class LedgerBody(Struct, frozen=True, array_like=True):
    """A ledger as it is stored: `values` are those of the latest leads of a value-fair pool."""

    credits: Mapping[str, int]
    turns: Mapping[str, int]
    values: tuple[str, ...] = ()


_TO_BYTES: Final = msgpack.Encoder(order="deterministic")


def changes_of(work: Work, before: Snapshot) -> Changes | None:
    """Everything that the work has come to, as rows; `None` if it has come to nothing."""
    here = work.here
    changes = Changes(router=work.router)
    added = {**here.added}
    _rows(work, added, changes)
    _history(work, added, changes)
    changes.cleared = [lead for lead in here.cleared if lead not in here.fresh]
    changes.woken = sorted(here.woken)
    changes.parted, changes.erased = list(here.parted), sorted(here.erased)
    changes.put.update({kind: [row for row in rows if not _is_late(row, here)] for kind, rows in here.put.items()})
    _standing(work, changes)
    _present(work, before, changes)
    _drafts(work, changes)
    changes.added = {kind: rows for kind, rows in added.items() if rows}
    return changes if _any(changes) else None


def _is_late(row: Struct, here: Now) -> bool:
    """One timer was set anew, and afterwards all timers of its lead."""
    return isinstance(row, TimerRow) and row.lead in here.timers


def _any(changes: Changes) -> bool:
    return any(getattr(changes, name) for name in changes.__struct_fields__ if name != "router")


def _rows(work: Work, added: dict[type[Struct], list[Struct]], changes: Changes) -> None:
    here = work.here
    added[LeadRow] = [row for lead, row in here.rows.items() if lead in here.fresh]
    if old := [row for lead, row in here.rows.items() if lead not in here.fresh]:
        changes.put[LeadRow] = list(old)
    added[PersonRow] = list(here.persons.values())
    added[IdentityRow] = list(here.identities)
    added[KeyRow] = list(here.keys.values())
    kept: list[Struct] = []
    for lead, rings in here.timers.items():
        known = lead in here.fresh or lead in here.cleared
        (added.setdefault(TimerRow, []) if known else kept).extend(rings)
    if kept:
        changes.put[TimerRow] = kept
    added[OfferRow] = [row for rows in here.offers.values() for row in rows]
    added[BlockRow] = [row for rows in here.blocks.values() for row in rows]


def _history(work: Work, added: dict[type[Struct], list[Struct]], changes: Changes) -> None:
    """Decisions, assignments, messages and events; what was overtaken in this very transaction is written so."""
    here = work.here
    decisions = dict(here.decisions)
    for seq, by in here.superseded.items():
        if seq in decisions:
            decisions[seq] = replace(decisions[seq], superseded_by=by)
        else:
            changes.superseded.append((seq, by))
    assignments = dict(here.assignments)
    for seq, (at, why) in here.ended.items():
        if seq in assignments:
            assignments[seq] = replace(assignments[seq], ended=at, ending=why)
        else:
            changes.ended.append((seq, at, why))
    for seq, at in here.touched.items():
        if seq in assignments:
            assignments[seq] = replace(assignments[seq], responded=at)
        else:
            changes.touched.append((seq, at))
    mine = {message.decision for message in here.messages}
    untold = set(here.untold) - {0}  # what is about no decision is told in any case
    changes.untold = [seq for seq in here.untold if seq in untold and seq not in decisions]
    added[DecisionRow] = list(decisions.values())
    added[AssignmentRow] = list(assignments.values())
    added[MessageRow] = (
        [replace(m, state="cancelled") if m.decision in untold else m for m in here.messages]
        if untold & mine
        else list(here.messages)
    )
    added[EventRow] = list(here.events)


def _standing(work: Work, changes: Changes) -> None:
    """Ledgers and loads as they are now."""
    here, world = work.here, work.world
    if here.ledgers:
        changes.put[LedgerRow] = [
            ledger_row(world.ledgers[pool], world.values.get(pool, ()))
            for pool in here.ledgers
            if pool in world.ledgers
        ]
    if here.loads:
        changes.put[LoadRow] = [load_row(rep, world.loads[rep]) for rep in here.loads if rep in world.loads]


def _present(work: Work, before: Snapshot, changes: Changes) -> None:
    """Who is away, on their last lead or paused now and was not before; and who is so no longer."""
    world = work.world
    if (before.away, before.last_one, before.paused) == (world.away, world.last_one, world.paused):
        return
    then, now = _presences(before), _presences(world)
    changes.dropped = sorted(then - now)
    if come := sorted(now - then):
        said = work.here.presences
        changes.put.setdefault(PresenceRow, []).extend(
            PresenceRow(subject=subject, kind=kind, since=work.now, actor=said.get((subject, kind), subject))
            for subject, kind in come
        )


def _presences(world: Snapshot) -> set[tuple[str, PresenceKind]]:
    """Every presence of the world, by subject and kind."""
    reps: tuple[tuple[PresenceKind, frozenset[str]], ...] = (("away", world.away), ("last_one", world.last_one))
    found = {(f"rep {rep}", kind) for kind, names in reps for rep in names}
    return found | {(subject, "paused") for subject in world.paused}


def _drafts(work: Work, changes: Changes) -> None:
    drafts = work.here.drafts
    changes.undrafted = [key for key, draft in drafts.items() if draft is None]
    if kept := [draft for draft in drafts.values() if draft is not None]:
        changes.put[DraftRow] = list(kept)


def ledger_row(ledger: Ledger, values: tuple[object, ...]) -> LedgerRow:
    """A ledger as a row."""
    body = LedgerBody(ledger.credits, ledger.turns, tuple([str(value) for value in values]))
    return LedgerRow(ledger.pool, ledger.seq, _TO_BYTES.encode(body))


def load_row(rep: str, load: Load) -> LoadRow:
    """A load as a row."""
    return LoadRow(rep, load.open, _TO_BYTES.encode(load))
