"""Putting more lines in order than fit into memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Self

from evenhand.stores.scratch import scratch

_SCHEMA: Final = "CREATE TABLE line (seq INTEGER NOT NULL, body BLOB NOT NULL);"
ADD: Final = "INSERT INTO line (seq, body) VALUES (?, ?)"
# Built once all lines are in, which is faster than keeping it up to date.
INDEX: Final = "CREATE INDEX IF NOT EXISTS line_seq ON line (seq)"
IN_ORDER: Final = "SELECT seq, body FROM line ORDER BY seq, rowid"


class Sorter:
    """Takes lines with a number, gives them back by number."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """A new, empty sorter, gone at the end of the `with` statement."""
        with scratch(_SCHEMA) as database:
            yield cls(database)

    def add(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Take in (number, line) pairs."""
        self._db.executemany(ADD, lines)

    def in_order(self) -> Iterator[tuple[int, bytes]]:
        """All pairs by number; those of one number as they came."""
        self._db.execute(INDEX)
        yield from self._db.execute(IN_ORDER)
