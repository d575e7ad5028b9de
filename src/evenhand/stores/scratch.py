"""Scratch databases: on disk as soon as they outgrow their cache, private to this process, gone when it is."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from evenhand.errors import BadFile, Fault

# Never synced and without a journal: if the machine stops, the work is started again.
_SETTINGS: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
"""


@contextmanager
def scratch(schema: str) -> Iterator[sqlite3.Connection]:
    """A scratch database with this schema, in one long transaction. Raises BadFile when its disk is full.

    A database without a name is SQLite's own temporary file, which has no name either: not even a killed process
    leaves it behind.
    """
    database = sqlite3.connect("", isolation_level=None)
    try:
        database.executescript(_SETTINGS + schema)
        database.execute("BEGIN")
        yield database
    except sqlite3.OperationalError as error:
        what = f"the temporary file cannot be written: {error}."
        fix = "Make room, or set SQLITE_TMPDIR to another folder."
        raise BadFile(Fault(where=tempfile.gettempdir(), what=what, fix=fix)) from error
    finally:
        database.close()
