"""Reading what decisions stand on, and what is to be looked at again."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, case, func, select

from evenhand.core.model import Millis
from evenhand.ports.rows import NEVER, EntryRow, LedgerRow, LoadRow, PresenceRow, TimerRow
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y
from evenhand.stores.rowmap import columns, read

_M, _B = tables.timers, tables.blocks

LOADS: Final = Prepared(select(*columns(LoadRow)).where(tables.loads.c.workspace == W))
LEDGERS: Final = Prepared(select(*columns(LedgerRow)).where(tables.ledgers.c.workspace == W))
PRESENCES: Final = Prepared(select(*columns(PresenceRow)).where(tables.presences.c.workspace == W))
ENTRIES: Final = Prepared(
    select(*columns(EntryRow))
    .where(tables.entries.c.workspace == W, tables.entries.c.no > X)
    .order_by(tables.entries.c.no)
    .limit(Y)
)
# Was this decision's charge reversed or put right?
ABOUT: Final = Prepared(
    select(*columns(EntryRow))
    .where(tables.entries.c.workspace == W, tables.entries.c.decision == X, tables.IS_ABOUT)
    .order_by(tables.entries.c.no)
)
# What should have rung: clocks first, then the waiting leads, hottest first.
DUE: Final = Prepared(
    select(*columns(TimerRow))
    .where(_M.c.workspace == W, _M.c.at <= X)
    .order_by(case((_M.c.kind == "wake", 1), else_=0), _M.c.rank, _M.c.lead, _M.c.at, _M.c.kind)
    .limit(Y)
)
NEXT: Final = Prepared(select(func.min(_M.c.at)).where(_M.c.workspace == W, _M.c.at < NEVER))
OF_LEAD: Final = Prepared(
    select(*columns(TimerRow)).where(_M.c.workspace == W, _M.c.lead == X).order_by(_M.c.at, _M.c.kind)
)
# The waiting leads that could go if only this one were free.
BLOCKED: Final = Prepared(
    select(_B.c.lead).where(_B.c.workspace == W, _B.c.subject == X).order_by(_B.c.rank, _B.c.lead).limit(Y)
)


class SqlWorld:
    """Keeps the promise of `ports.store.World`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def loads(self) -> Sequence[LoadRow]:
        return read(LoadRow, LOADS.rows(self._at, w=self._ws))

    def ledgers(self) -> Sequence[LedgerRow]:
        return read(LedgerRow, LEDGERS.rows(self._at, w=self._ws))

    def entries(self, after: int = 0) -> Iterator[EntryRow]:
        while page := read(EntryRow, ENTRIES.rows(self._at, w=self._ws, x=after, y=500)):
            yield from page
            after = page[-1].no

    def entries_about(self, decision: int) -> Sequence[EntryRow]:
        return read(EntryRow, ABOUT.rows(self._at, w=self._ws, x=decision))

    def presences(self) -> Sequence[PresenceRow]:
        return read(PresenceRow, PRESENCES.rows(self._at, w=self._ws))


class SqlAgenda:
    """Keeps the promise of `ports.store.Agenda`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def due(self, now: Millis, *, limit: int) -> Sequence[TimerRow]:
        return read(TimerRow, DUE.rows(self._at, w=self._ws, x=now, y=limit))

    def next(self) -> Millis | None:
        found: Millis | None = NEXT.rows(self._at, w=self._ws)[0][0]
        return found

    def of(self, lead: int) -> Sequence[TimerRow]:
        return read(TimerRow, OF_LEAD.rows(self._at, w=self._ws, x=lead))

    def blocked(self, subject: str, *, limit: int) -> Sequence[int]:
        return [row[0] for row in BLOCKED.rows(self._at, w=self._ws, x=subject, y=limit)]
