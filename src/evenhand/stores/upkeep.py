"""Looking whether all is well with a database: its tables, its rows, the engine itself. Mending is in upgrading.py."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, inspect, text

from evenhand.errors import Fault, Unavailable
from evenhand.stores.database import Database
from evenhand.stores.engine import is_sqlite

HEAD: Final = "0002"  # the version of the tables that this program works with: the last of the migrations
OLDEST: Final = 140_000  # PostgreSQL 14
UPGRADE: Final = "Run `evenhand db upgrade`."


def version(database: Database) -> str | None:
    """The version of the tables that a database has; `None` if it has none of ours."""
    with database.snapshot() as connection:
        return version_of(connection)


def is_current(database: Database) -> bool:
    """Whether a database has the tables that this program works with."""
    return version(database) == HEAD


def check(database: Database) -> list[Fault]:
    """Everything that is wrong with a database: whether it can be used, and whether its rows keep our promises."""
    try:
        with database.snapshot() as connection:
            faults = list(_sqlite_faults(connection) if is_sqlite(connection) else _postgres_faults(connection))
            found = version_of(connection)
    except Unavailable as error:
        return [Fault(where="database", what=f"cannot be read: {error}.", fix="See whether it is there and running.")]
    if found != HEAD:
        return [*faults, Fault(where="tables", what=f"are of version {found or 'none'}, not {HEAD}.", fix=UPGRADE)]
    return [*faults, *_broken_promises(database)]


def version_of(connection: Connection) -> str | None:
    """As `version`, within a transaction."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _sqlite_faults(connection: Connection) -> Iterator[Fault]:
    for (said,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if said != "ok":
            yield Fault(where="file", what=f"is damaged: {said}.", fix="Restore a backup.")
    for table, row, *_ in connection.execute(text("PRAGMA foreign_key_check")):
        yield Fault(where=f"table {table}", what=f"row {row} refers to one that is gone.", fix="Restore a backup.")


def _postgres_faults(connection: Connection) -> Iterator[Fault]:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if number < OLDEST:
        yield Fault(where="server", what=f"is PostgreSQL {number // 10_000}.", fix="Use PostgreSQL 14 or later.")
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        fix = "Create the database with ENCODING 'UTF8'."
        yield Fault(where="database", what=f"is encoded as {encoding}, which not every name fits into.", fix=fix)


def _broken_promises(database: Database) -> Iterator[Fault]:
    for name, workspace in database.workspaces().items():
        with database.reading(workspace) as reading:
            for finding in reading.health.broken():
                where = f"workspace {name}, {finding.promise} {finding.subject}"
                yield Fault(where=where, what=f"not so: {finding.what}", fix="Please report this; it must never be.")
