"""Where the parts are put together: the one file that may see every ring. Doors ask here for what keeps a promise."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.actions.desk import Desk
from evenhand.analytics.doctor import clock_trouble, room_trouble, troubles
from evenhand.core.model import Millis
from evenhand.errors import BadInput, BadSecret, EvenhandError, Fault, NotFound
from evenhand.ports.spool import Lines, Spool
from evenhand.settings import SECRET as SECRET_VARIABLE
from evenhand.settings import Settings, database_file, load_secret, read_settings, without_password
from evenhand.stores.backup import backup, restore
from evenhand.stores.condition import clock as clock_of
from evenhand.stores.condition import recalled, room
from evenhand.stores.database import Database
from evenhand.stores.filespool import FileSpool
from evenhand.stores.sorter import Sorter
from evenhand.stores.upkeep import check, head, is_current, upgrade, version
from evenhand.stores.vault import Vault
from evenhand.version import __version__

MAIN: Final = "main"  # the workspace that there is if nobody names another
SECRET: Final = "secret"  # noqa: S105  under which name a database remembers which secret it was made with


def file_spool() -> AbstractContextManager[Spool]:
    """The memory of a run over a file, on disk, gone when the run is."""
    return FileSpool.opened()


def sorter() -> AbstractContextManager[Lines]:
    """Puts more lines in order than fit into memory."""
    return Sorter.opened()


def wall_clock() -> Millis:
    """Now, as the machine says."""
    return time.time_ns() // 1_000_000


@contextmanager
def open_desk(
    settings: Settings, *, workspace: str = MAIN, create: bool = False, clock: Callable[[], Millis] = wall_clock
) -> Iterator[Desk]:
    """The durable desk of a workspace. With `create`, whatever is missing is made: database, secret, workspace.

    Raises NotFound if there is no such workspace, BadSecret, or Unavailable.
    """
    with _database(settings, create=create) as database:
        if create:
            upgrade(database)
        vault = _vault(settings, database, create=create)
        known = database.workspaces()
        number = known.get(workspace)
        if number is None and create:
            number = database.found(workspace, clock())
        if number is None:
            there = ", ".join(known) or "none"
            raise NotFound(f"there is no workspace {workspace!r} in this database. There are: {there}.")
        yield Desk(database, number, clock=clock, sealer=vault, engine=__version__)


@contextmanager
def _database(settings: Settings, *, create: bool = False) -> Iterator[Database]:
    """A database; a SQLite file that is not there is only made where that is wanted."""
    file = database_file(settings.database)
    if not create and file is not None and not file.exists():
        raise NotFound(f"{file}: there is no desk. Make one: evenhand db upgrade; or name another with --database.")
    database = Database(settings.database)
    try:
        yield database
    finally:
        database.close()


def _vault(settings: Settings, database: Database, *, create: bool = False) -> Vault:
    """The lock of the personal data. A secret is only made for a database that has never had one."""
    check = recalled(database, SECRET)
    vault = Vault(load_secret(settings, create=create and check is None))
    vault.confirm(database.remember(SECRET, vault.check) if check is None else check)
    return vault


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
    with _database(settings, create=True) as database:
        changed = upgrade(database)
        known = workspace in database.workspaces()
    with open_desk(settings, workspace=workspace, create=True):
        return Made(
            database=without_password(settings.database),
            secret=SECRET_VARIABLE if settings.secret_text else str(settings.secret_file),
            workspace=workspace,
            new_tables=changed,
            new_secret=not kept,
            new_workspace=not known,
        )


def check_database(settings: Settings) -> list[Fault]:
    """Everything that is wrong with a database: damage, tables that are out of date, promises that do not hold."""
    with _database(settings) as database:
        return check(database)


def diagnose(settings: Settings, workspace: str = MAIN) -> list[Fault]:
    """Everything that is wrong with a desk, each with how to mend it; nothing is raised that could be told."""
    try:
        with _database(settings) as database:
            found = [*clock_trouble(clock_of(database), wall_clock()), *room_trouble(room(database))]
            if not is_current(database):
                what, fix = f"are of version {version(database) or 'none'}, not {head()}.", "Run evenhand db upgrade."
                return [*found, Fault(where="tables", what=what, fix=fix)]
        with open_desk(settings, workspace=workspace) as desk:
            return [*found, *troubles(desk)]
    except BadInput as error:
        return list(error.faults)
    except EvenhandError as error:
        return [Fault(where=without_password(settings.database), what=str(error))]


Tell: TypeAlias = Callable[[int, int], None]  # given the rows done and all of them


class Copied(Struct, frozen=True, kw_only=True):
    """What a backup holds: rows of each table, and when it was taken. `opens` says whether our secret fits it."""

    when: Millis
    rows: Mapping[str, int]
    opens: bool


def back_up(settings: Settings, target: Path, tell: Tell) -> Copied:
    """Write a whole database into one file. Raises BadUsage if the file is there already."""
    with _database(settings) as database:
        header = backup(database, target, now=wall_clock(), tell=tell)
        return Copied(when=header.when, rows=header.rows, opens=_opens(settings, database))


def restore_into(settings: Settings, source: Path, tell: Tell) -> Copied:
    """Fill a new database from a backup. Raises BadFile for a damaged one, BadUsage if the database is not empty."""
    with _database(settings, create=True) as database:
        upgrade(database)
        header = restore(source, database, tell=tell)
        return Copied(when=header.when, rows=header.rows, opens=_opens(settings, database))


def _opens(settings: Settings, database: Database) -> bool:
    try:
        _vault(settings, database)
    except BadSecret:
        return False
    return True


def settings_of(database: str | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the command line's `--database` and the environment."""
    return read_settings(database, os.environ if environ is None else environ)
