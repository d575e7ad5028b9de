"""Counting what there is, for whoever looks at a desk."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.ports.rows import NEVER, MessageRow, MessageState
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

    def late(self, now: Millis) -> int:
        found = select(func.count()).where(_T.c.workspace == self._ws, _T.c.state == "assigned")
        return int(fetch(self._at, found.where(_T.c.responded.is_(None), _T.c.due <= now))[0][0])

    def unsent(self) -> tuple[int, Millis | None]:
        asked = select(func.count(), func.min(_M.c.at)).where(_M.c.workspace == self._ws, _M.c.state == "waiting")
        count, oldest = fetch(self._at, asked)[0]
        return int(count), oldest

    def dead(self) -> int:
        asked = select(func.count()).where(_M.c.workspace == self._ws, _M.c.state == "dead")
        return int(fetch(self._at, asked)[0][0])

    def outbox(self, state: MessageState, *, before: int = NEVER, limit: int = 200) -> Sequence[MessageRow]:
        asked = select(*columns(MessageRow)).where(_M.c.workspace == self._ws, _M.c.state == state, _M.c.no < before)
        return read(MessageRow, fetch(self._at, asked.order_by(_M.c.no.desc()).limit(limit)))
