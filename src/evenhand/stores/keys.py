"""Idempotency keys that are too old to matter."""

from typing import Final

from sqlalchemy import Connection, delete, select

from evenhand.core.model import Millis
from evenhand.stores import tables
from evenhand.stores.trouble import raise_told

_K: Final = tables.keys


class SqlKeys:
    """Keeps the promise of `ports.store.Keys`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def forget(self, before: Millis, *, limit: int) -> int:
        # The oldest first, by the index of ages; a slice at a time, so that nobody waits for long.
        mine = _K.c.workspace == self._ws
        old = select(_K.c.key).where(mine, _K.c.at < before).order_by(_K.c.at).limit(limit)
        try:
            return self._at.execute(delete(_K).where(mine, _K.c.key.in_(old))).rowcount
        except Exception as error:
            raise_told(error)
