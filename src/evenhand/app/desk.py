"""The durable desk, put together: a database, the lock of its personal data, a workspace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from evenhand.actions.desk import Desk
from evenhand.analytics.doctor import advice, clock_trouble, room_trouble, troubles
from evenhand.app import wall_clock
from evenhand.core.model import Millis
from evenhand.errors import BadInput, EvenhandError, Fault, NotFound
from evenhand.settings import Settings, database_file, load_secret, without_password
from evenhand.stores.condition import clock as clock_of
from evenhand.stores.condition import recalled, room
from evenhand.stores.database import Database
from evenhand.stores.upkeep import HEAD, is_current, version
from evenhand.stores.vault import Vault
from evenhand.version import __version__

SECRET: Final = "secret"  # noqa: S105  under which name a database remembers which secret it was made with


@contextmanager
def opened(settings: Settings, workspace: str, *, clock: Callable[[], Millis]) -> Iterator[Desk]:
    """The desk of a workspace, as `app.open_desk` promises it."""
    with database_of(settings) as database:
        vault = vault_of(settings, database)
        known = database.workspaces()
        if workspace not in known:
            there = ", ".join(known) or "none"
            raise NotFound(f"there is no workspace {workspace!r} in this database. There are: {there}.")
        yield Desk(database, known[workspace], clock=clock, sealer=vault, engine=__version__)


@contextmanager
def database_of(settings: Settings, *, create: bool = False) -> Iterator[Database]:
    """A database; a SQLite file that is not there is only made where that is wanted."""
    file = database_file(settings.database)
    if not create and file is not None and not file.exists():
        raise NotFound(f"{file}: there is no desk. Make one: evenhand db upgrade; or name another with --database.")
    database = Database(settings.database)
    try:
        yield database
    finally:
        database.close()


def vault_of(settings: Settings, database: Database, *, create: bool = False) -> Vault:
    """The lock of the personal data. A secret is only made for a database that has never had one."""
    check = recalled(database, SECRET)
    vault = Vault(load_secret(settings, create=create and check is None))
    vault.confirm(database.remember(SECRET, vault.check) if check is None else check)
    return vault


def diagnose(settings: Settings, workspace: str) -> list[Fault]:
    """Everything that is wrong with a desk, each with how to mend it; nothing is raised that could be told."""
    try:
        with database_of(settings) as database:
            found = [*clock_trouble(clock_of(database), wall_clock()), *room_trouble(room(database))]
            if not is_current(database):
                what, fix = f"are of version {version(database) or 'none'}, not {HEAD}.", "Run evenhand db upgrade."
                return [*found, Fault(where="tables", what=what, fix=fix)]
        with opened(settings, workspace, clock=wall_clock) as desk:
            return [*found, *troubles(desk)]
    except BadInput as error:
        return list(error.faults)
    except EvenhandError as error:
        return [Fault(where=without_password(settings.database), what=str(error))]


def advise(settings: Settings, workspace: str, *, has_mail: bool) -> list[str]:
    """What is good to know about a desk in which nothing is wrong; nothing about one that cannot be opened."""
    try:
        with opened(settings, workspace, clock=wall_clock) as desk:
            return list(advice(desk, has_mail=has_mail))
    except EvenhandError:
        return []
