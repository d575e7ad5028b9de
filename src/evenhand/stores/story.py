"""Reading what has happened: decisions, events, notes, disputes."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, select

from evenhand.ports.rows import DecisionRow, DisputeRow, EventRow, NoteRow
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y, fetch, number
from evenhand.stores.rowmap import columns, first, read

PAGE: Final = 500
_D, _E, _N, _S = tables.decisions, tables.events, tables.notes, tables.disputes

ONE: Final = Prepared(select(*columns(DecisionRow)).where(_D.c.workspace == W, _D.c.seq == X))
OF_LEAD: Final = Prepared(select(*columns(DecisionRow)).where(_D.c.workspace == W, _D.c.lead == X).order_by(_D.c.seq))
DECISIONS: Final = Prepared(
    select(*columns(DecisionRow)).where(_D.c.workspace == W, _D.c.seq > X).order_by(_D.c.seq).limit(Y)
)
EVENTS: Final = Prepared(select(*columns(EventRow)).where(_E.c.workspace == W, _E.c.no > X).order_by(_E.c.no).limit(Y))
EVENTS_OF: Final = Prepared(select(*columns(EventRow)).where(_E.c.workspace == W, _E.c.lead == X).order_by(_E.c.no))
NOTES: Final = Prepared(select(*columns(NoteRow)).where(_N.c.workspace == W, _N.c.lead == X).order_by(_N.c.no))


class SqlStory:
    """Keeps the promise of `ports.store.Story`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def decision(self, seq: int) -> DecisionRow | None:
        return first(DecisionRow, ONE.rows(self._at, w=self._ws, x=number(seq)))

    def decisions_of(self, lead: int) -> Sequence[DecisionRow]:
        return read(DecisionRow, OF_LEAD.rows(self._at, w=self._ws, x=lead))

    def decisions(self, after: int = 0) -> Iterator[DecisionRow]:
        while page := read(DecisionRow, DECISIONS.rows(self._at, w=self._ws, x=after, y=PAGE)):
            yield from page
            after = page[-1].seq

    def events(self, after: int = 0, *, limit: int = PAGE) -> Sequence[EventRow]:
        return read(EventRow, EVENTS.rows(self._at, w=self._ws, x=after, y=limit))

    def events_of(self, lead: int) -> Sequence[EventRow]:
        return read(EventRow, EVENTS_OF.rows(self._at, w=self._ws, x=lead))

    def notes_of(self, lead: int) -> Sequence[NoteRow]:
        return read(NoteRow, NOTES.rows(self._at, w=self._ws, x=lead))

    def dispute(self, no: int) -> DisputeRow | None:
        asked = select(*columns(DisputeRow)).where(_S.c.workspace == self._ws, _S.c.no == number(no))
        return first(DisputeRow, fetch(self._at, asked))

    def disputes(self, *, open_only: bool = True) -> Sequence[DisputeRow]:
        asked = select(*columns(DisputeRow)).where(_S.c.workspace == self._ws).order_by(_S.c.no)
        return read(DisputeRow, fetch(self._at, asked.where(_S.c.state == "open") if open_only else asked))
