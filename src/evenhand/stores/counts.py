"""Counting what there is, for whoever looks at a desk."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.ports.rows import MessageRow, MessageState
from evenhand.stores import tables
from evenhand.stores.engine import fetch
from evenhand.stores.rowmap import columns, read

_T, _M = tables.leads, tables.messages


class SqlCounts:
    """Keeps the promise of `ports.counts.Counts`. Asked by people, not by the hot path: nothing is prepared."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def leads(self) -> Mapping[State, int]:
        counted = select(_T.c.state, func.count()).where(_T.c.workspace == self._ws).group_by(_T.c.state)
        return {row[0]: int(row[1]) for row in fetch(self._at, counted)}

    def oldest(self, state: State) -> Millis | None:
        asked = select(func.min(_T.c.received)).where(_T.c.workspace == self._ws, _T.c.state == state)
        found: Millis | None = fetch(self._at, asked)[0][0]
        return found

    def messages(self) -> Mapping[MessageState, int]:
        counted = select(_M.c.state, func.count()).where(_M.c.workspace == self._ws).group_by(_M.c.state)
        return {row[0]: int(row[1]) for row in fetch(self._at, counted)}

    def outbox(self, state: MessageState, *, limit: int = 200) -> Sequence[MessageRow]:
        asked = select(*columns(MessageRow)).where(_M.c.workspace == self._ws, _M.c.state == state)
        return read(MessageRow, fetch(self._at, asked.order_by(_M.c.no.desc()).limit(limit)))
