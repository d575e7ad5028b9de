"""The condition of a database as a whole: what time it has, how much room, which secret it was made with."""

import shutil
from pathlib import Path
from typing import Final

from sqlalchemy import select, text

from evenhand.core.model import Millis
from evenhand.stores import tables
from evenhand.stores.database import Database

# The server's own time, in ms since 1970.
CLOCK: Final = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")


def clock(database: Database) -> Millis | None:
    """What time the database's machine has; `None` for SQLite, which has ours."""
    if database.is_sqlite:
        return None
    with database.snapshot() as connection:
        return int(connection.scalar(CLOCK) or 0)


def room(database: Database) -> int | None:
    """Bytes that are free where a SQLite database lies; `None` for a server, whose disk we do not see."""
    if not database.is_sqlite:
        return None
    return shutil.disk_usage(Path(database.engine.url.database or ".").resolve().parent).free


def recalled(database: Database, name: str) -> bytes | None:
    """What this installation goes by under a name; `None` if nothing was remembered (see `Database.remember`)."""
    table = tables.installation
    with database.snapshot() as connection:
        found = connection.scalar(select(table.c.value).where(table.c.name == name))
    return None if found is None else bytes(found)
