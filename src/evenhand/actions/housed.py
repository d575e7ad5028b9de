"""Rows of `ports/house.py` as a transaction sees them: what an earlier verb of it has changed counts."""

from typing import TypeVar

from msgspec import Struct

from evenhand.actions.work import Work

R = TypeVar("R", bound=Struct)


def housed(work: Work, kind: type[R], key: str, /, **where: object) -> list[R]:
    """All rows with these values, a thousand at most of those that are stored; `key` is the column that tells them
    apart.
    """
    found = {getattr(row, key): row for row in work.tx.house.every(kind, **where)}  # type: ignore[arg-type]  # no column is a `limit`
    for now in reversed(list(work.changes())):
        here = [*now.added.get(kind, []), *now.put.get(kind, [])]
        found.update({getattr(row, key): row for row in here if isinstance(row, kind)})
    return [row for row in found.values() if all(getattr(row, name) == value for name, value in where.items())]
