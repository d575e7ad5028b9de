"""Users, keys, sources, channels and the like: few rows, read by key. See `ports/house.py`."""

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_, update

from evenhand.core.model import Millis
from evenhand.stores.engine import fetch, number, words
from evenhand.stores.rowmap import TABLES, columns, first, read, values
from evenhand.stores.saving import put_rows
from evenhand.stores.trouble import TROUBLE, raise_told

R = TypeVar("R", bound=Struct)

SWEEP = 1000  # rows that one sweep forgets, so that nobody waits for long


class SqlHouse:
    """Keeps the promises of `ports.house`: `House`, and `Housekeeping` in a transaction that may write."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def one(self, kind: type[R], /, **where: object) -> R | None:
        return first(kind, self._found(kind, where, 1))

    def every(self, kind: type[R], /, *, limit: int = 1000, **where: object) -> Sequence[R]:
        return read(kind, self._found(kind, where, limit))

    def latest(self, kind: type[R], by: str, /, *, limit: int = 100, **where: object) -> Sequence[R]:
        return read(kind, self._found(kind, where, limit, latest=by))

    def write(self, *rows: Struct) -> None:
        for row in rows:
            try:
                put_rows(self._at, type(row), [values(self._ws, row)])
            except TROUBLE as error:
                raise_told(error)

    def swap(self, before: R, after: R) -> bool:
        table = TABLES[type(before)]
        same = [table.c[name] == getattr(before, name) for name in before.__struct_fields__]
        others = {name: getattr(after, name) for name in after.__struct_fields__}
        return self._run(update(table).where(self._mine(table), *same).values(**others)) == 1

    def drop(self, kind: type[Struct], by: str, /, *, before: Millis) -> int:
        table = TABLES[kind]
        keys = [column for column in table.primary_key.columns if column.name != "workspace"]
        old = select(*keys).where(self._mine(table), table.c[by] < before).order_by(table.c[by]).limit(SWEEP)
        return self._run(delete(table).where(self._mine(table), tuple_(*keys).in_(old)))

    def _found(
        self, kind: type[Struct], where: dict[str, object], limit: int, latest: str = ""
    ) -> Sequence[Sequence[Any]]:
        table = TABLES[kind]
        order = [table.c[latest].desc()] if latest else []
        asked = select(*columns(kind)).where(self._mine(table), *_same(table, where))
        return fetch(self._at, asked.order_by(*order, *table.primary_key.columns).limit(limit))

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.workspace == self._ws

    def _run(self, statement: Any) -> int:
        try:
            return int(self._at.execute(statement).rowcount)
        except TROUBLE as error:
            raise_told(error)


def _same(table: Table, where: dict[str, object]) -> list[ColumnElement[bool]]:
    """The columns have these values; a number beyond 64 bits is no row's, and neither is a text with a NUL."""
    return [table.c[name] == _asked(value) for name, value in where.items()]


def _asked(value: object) -> object:
    match value:
        case int():
            return number(value)
        case str():
            return words(value)
        case _:
            return value
