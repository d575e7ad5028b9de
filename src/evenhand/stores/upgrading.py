"""Bringing the tables of a database up to date, by the steps in migrations/. Nobody else needs Alembic.

To add a step: a file in migrations/versions, its number as `HEAD` in upkeep.py, and the same tables in tables.py.

There is no way back to an earlier version. What a step back would have to throw away is somebody's leads and
decisions, and it would be tried first on the day when it matters: take a backup before an upgrade, and restore that.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evenhand.errors import BadUsage, Fault
from evenhand.stores.database import Database
from evenhand.stores.engine import is_sqlite
from evenhand.stores.planning import tell_figures
from evenhand.stores.upkeep import HEAD, is_current, version_of

STEPS: Final = Path(__file__).parent / "migrations"
UPGRADING: Final = 0x45564E48  # names the lock under which PostgreSQL is upgraded
PATIENCE: Final = "60s"  # how long PostgreSQL may wait for somebody else's upgrade


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
        before = version_of(connection)
        _check_known(before)
        if before == HEAD:
            return False
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
        if is_sqlite(connection):
            tell_figures(connection)
        return True


def steps() -> list[str]:
    """The version that each step leads to, the newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    return config


def _check_known(found: str | None) -> None:
    if found is not None and found not in steps():
        what = f"are of version {found}, which a later Evenhand has made; this one knows them up to {HEAD}."
        raise BadUsage(Fault(where="tables", what=what, fix="Install that version, or name another database."))
