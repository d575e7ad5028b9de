"""What `evenhand db` does: make a desk or bring it up to date, check its database, back it up, restore it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from evenhand.app import MAIN, wall_clock
from evenhand.app.desk import database_of, vault_of
from evenhand.core.model import Millis
from evenhand.errors import BadSecret, Fault
from evenhand.settings import SECRET, Settings, without_password
from evenhand.stores.backup import backup, restore
from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade
from evenhand.stores.upkeep import check


class Made(Struct, frozen=True, kw_only=True):
    """A desk that is ready: where its parts are, and which of them are new. `secret` names a file or a variable."""

    database: str
    secret: str
    workspace: str
    new_tables: bool
    new_secret: bool
    new_workspace: bool


def make_desk(settings: Settings, workspace: str = MAIN) -> Made:
    """Bring a desk up to date, or make it: tables, secret and workspace, each unless it is there."""
    kept = bool(settings.secret_text) or settings.secret_file.exists()
    with database_of(settings, create=True) as database:
        changed = upgrade(database)
        vault_of(settings, database, create=True)
        known = workspace in database.workspaces()
        if not known:
            database.found(workspace, wall_clock())
        return Made(
            database=without_password(settings.database),
            secret=SECRET if settings.secret_text else str(settings.secret_file),
            workspace=workspace,
            new_tables=changed,
            new_secret=not kept,
            new_workspace=not known,
        )


def check_database(settings: Settings) -> list[Fault]:
    """Everything that is wrong with a database: damage, tables that are out of date, promises that do not hold."""
    with database_of(settings) as database:
        return check(database)


Tell: TypeAlias = Callable[[int, int], None]  # given the rows done and all of them


class Copied(Struct, frozen=True, kw_only=True):
    """What a backup holds: rows of each table, and when it was taken. `opens` says whether our secret fits it."""

    when: Millis
    rows: Mapping[str, int]
    opens: bool


def back_up(settings: Settings, target: Path, tell: Tell) -> Copied:
    """Write a whole database into one file. Raises BadUsage if the file is there already."""
    with database_of(settings) as database:
        header = backup(database, target, now=wall_clock(), tell=tell)
        return Copied(when=header.when, rows=header.rows, opens=_opens(settings, database))


def restore_into(settings: Settings, source: Path, tell: Tell) -> Copied:
    """Fill a new database from a backup. Raises BadFile for a damaged one, BadUsage if the database is not empty."""
    with database_of(settings, create=True) as database:
        upgrade(database)
        header = restore(source, database, tell=tell)
        return Copied(when=header.when, rows=header.rows, opens=_opens(settings, database))


def _opens(settings: Settings, database: Database) -> bool:
    try:
        vault_of(settings, database)
    except BadSecret:
        return False
    return True
