"""The promises of the desk, looked at in the rows themselves: one query for each, finding nothing if all is well."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from sqlalchemy import Column, Connection, Select, exists, func, literal, select, union_all

from evenhand.core.states import State
from evenhand.ports.rows import FindingRow
from evenhand.ports.store import FOUND
from evenhand.stores import tables
from evenhand.stores.engine import fetch
from evenhand.stores.rowmap import columns, read

_T, _A, _L, _O, _M = tables.leads, tables.assignments, tables.loads, tables.offers, tables.timers
_D, _R = tables.decisions, tables.routers
_LIVE: Final = _A.c.ended.is_(None)


def _holder_disagrees(workspace: int) -> Select[Any]:
    """A lead that is assigned or worked on has exactly the holder that its assignment names; no other has one."""
    joined = _T.outerjoin(_A, (_A.c.workspace == _T.c.workspace) & (_A.c.lead == _T.c.lead) & _LIVE)
    held = _T.c.state.in_(["assigned", "working"])
    wrong = (held & (_A.c.rep.is_(None) | (_A.c.rep != _T.c.rep))) | (~held & _A.c.rep.is_not(None))
    return select(_T.c.lead).select_from(joined).where(_T.c.workspace == workspace, wrong)


def _load_disagrees(workspace: int) -> Select[Any]:
    """A rep's load counts as many open leads as the rep holds."""
    held = (
        select(_T.c.rep, func.count().label("held"))
        .where(_T.c.workspace == workspace, _T.c.state.in_(["assigned", "working"]))
        .group_by(_T.c.rep)
        .subquery()
    )
    joined = _L.outerjoin(held, held.c.rep == _L.c.rep)
    return (
        select(_L.c.rep)
        .select_from(joined)
        .where(_L.c.workspace == workspace, _L.c.open != func.coalesce(held.c.held, 0))
    )


def _waits_for_nothing(workspace: int) -> Select[Any]:
    """A waiting lead has a timer that will look at it again."""
    rings = exists().where(_M.c.workspace == _T.c.workspace, _M.c.lead == _T.c.lead, _M.c.kind == "wake")
    return select(_T.c.lead).where(_T.c.workspace == workspace, _T.c.state == "waiting", ~rings)


def _offered_to_nobody(workspace: int) -> Select[Any]:
    """An offered lead is offered to somebody."""
    offered = exists().where(_O.c.workspace == _T.c.workspace, _O.c.lead == _T.c.lead)
    return select(_T.c.lead).where(_T.c.workspace == workspace, _T.c.state == "offered", ~offered)


def _offered_after_all(workspace: int) -> Select[Any]:
    """Whoever may take a lead may take it by its decision in force, and only while it is offered."""
    joined = _O.join(_T, (_T.c.workspace == _O.c.workspace) & (_T.c.lead == _O.c.lead), isouter=True)
    wrong = _T.c.lead.is_(None) | (_T.c.state != "offered") | (_T.c.decision != _O.c.seq)
    return select(_O.c.lead).distinct().select_from(joined).where(_O.c.workspace == workspace, wrong)


def _held_twice(workspace: int) -> Select[Any]:
    """A lead has at most one holder."""
    live = select(_A.c.lead).where(_A.c.workspace == workspace, _LIVE)
    return live.group_by(_A.c.lead).having(func.count() > 1)


def _in_no_state(workspace: int) -> Select[Any]:
    """A lead is in one of the states that there are."""
    return select(_T.c.lead).where(_T.c.workspace == workspace, _T.c.state.not_in(get_args(State)))


def _load_missing(workspace: int) -> Select[Any]:
    """Whoever holds a lead has a load that counts it."""
    counted = exists().where(_L.c.workspace == _T.c.workspace, _L.c.rep == _T.c.rep)
    held = _T.c.state.in_(["assigned", "working"])
    return select(_T.c.rep).distinct().where(_T.c.workspace == workspace, held, _T.c.rep.is_not(None), ~counted)


def _not_in_force(workspace: int) -> Select[Any]:
    """The decision that a lead names is about this lead, and no later one has taken its place."""
    joined = _T.outerjoin(_D, (_D.c.workspace == _T.c.workspace) & (_D.c.seq == _T.c.decision))
    wrong = _D.c.seq.is_(None) | (_D.c.lead != _T.c.lead) | _D.c.superseded_by.is_not(None)
    return select(_T.c.lead).select_from(joined).where(_T.c.workspace == workspace, _T.c.decision > 0, wrong)


def _has_gaps(workspace: int) -> Any:
    """Leads, decisions, events and ledger entries are numbered without gaps, up to the last number given."""
    return union_all(*[_gap(workspace, name, number) for name, number in _NUMBERS.items()])


def _gap(workspace: int, name: str, number: Column[Any]) -> Select[Any]:
    mine = number.table.c.workspace == workspace
    there = select(func.count()).select_from(number.table).where(mine).scalar_subquery()
    last = select(func.coalesce(func.max(number), 0)).where(mine).scalar_subquery()
    given = _R.c[name]
    return select(literal(name)).where(_R.c.workspace == workspace, (there != given) | (last != given))


_NUMBERS: Final[Mapping[str, Column[Any]]] = {
    "leads": _T.c.lead,
    "decisions": _D.c.seq,
    "events": tables.events.c.no,
    "entries": tables.entries.c.no,
}

PROMISES: Final[Mapping[str, Any]] = {
    "one_holder": _holder_disagrees,
    "load_counts": _load_disagrees,
    "waiting_rings": _waits_for_nothing,
    "offer_stands": _offered_to_nobody,
    "offer_counts": _offered_after_all,
    "held_once": _held_twice,
    "state_known": _in_no_state,
    "load_kept": _load_missing,
    "decision_stands": _not_in_force,
    "no_gaps": _has_gaps,
}


class SqlHealth:
    """Keeps the promise of `ports.store.Health`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def broken(self) -> Iterator[FindingRow]:
        for promise, query in PROMISES.items():
            for (subject,) in fetch(self._at, query(self._ws).limit(FOUND)):
                yield FindingRow(promise=promise, subject=str(subject), found=0, what=(query.__doc__ or "").strip())

    def findings(self) -> Sequence[FindingRow]:
        table = tables.findings
        asked = select(*columns(FindingRow)).where(table.c.workspace == self._ws, table.c.cleared.is_(None))
        return read(FindingRow, fetch(self._at, asked))
