"""Keeping a database in order: bring its tables up to date, and look whether all is well with it.

There is no way back to an earlier version. What a step back would have to throw away is somebody's leads and
decisions, and it would be tried first on the day when it matters: take a backup before an upgrade, and restore that.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from evenhand.errors import BadUsage, Fault, Unavailable
from evenhand.stores.database import Database
from evenhand.stores.engine import is_sqlite
from evenhand.stores.planning import tell_figures

STEPS: Final = Path(__file__).parent / "migrations"
UPGRADING: Final = 0x45564E48  # names the lock under which PostgreSQL is upgraded
PATIENCE: Final = "60s"  # how long PostgreSQL may wait for somebody else's upgrade
OLDEST: Final = 140_000  # PostgreSQL 14
UPGRADE: Final = "Run `evenhand db upgrade`."


def head() -> str:
    """The version of the tables that this program works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def upgrade(database: Database) -> bool:
    """Bring a database up to date, an empty one too; say whether there was anything to do.

    All in one transaction, so that a failure leaves what was there. If two processes begin at once, one waits for the
    other and then has nothing to do. Raises BadUsage for a database that a later version has made.
    """
    if is_current(database):
        return False
    with database.change() as connection:
        if not is_sqlite(connection):
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADING})"))
        before = _version(connection)
        _check_known(before)
        if before == head():
            return False
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if is_sqlite(connection):
            tell_figures(connection)
        return True


def version(database: Database) -> str | None:
    """The version of the tables that a database has; `None` if it has none of ours."""
    with database.snapshot() as connection:
        return _version(connection)


def is_current(database: Database) -> bool:
    """Whether a database has the tables that this program works with."""
    return version(database) == head()


def check(database: Database) -> list[Fault]:
    """Everything that is wrong with a database: whether it can be used, and whether its rows keep our promises."""
    try:
        with database.snapshot() as connection:
            faults = list(_sqlite_faults(connection) if is_sqlite(connection) else _postgres_faults(connection))
            found = _version(connection)
    except Unavailable as error:
        return [Fault(where="database", what=f"cannot be read: {error}.", fix="See whether it is there and running.")]
    if found != head():
        return [*faults, Fault(where="tables", what=f"are of version {found or 'none'}, not {head()}.", fix=UPGRADE)]
    return [*faults, *_broken_promises(database)]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return MigrationContext.configure(connection).get_current_revision()


def _check_known(found: str | None) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        what = f"are of version {found}, which a later Evenhand has made; this one knows them up to {head()}."
        raise BadUsage(Fault(where="tables", what=what, fix="Install that version, or name another database."))


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
