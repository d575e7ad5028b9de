"""What the service stands on, put together: one database, and for each of its workspaces a desk that writes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.users import found_owner
from evenhand.app import MAIN, wall_clock
from evenhand.app.desk import database_of, vault_of
from evenhand.app.upkeep import Made, make_desk
from evenhand.core.model import Millis
from evenhand.errors import BadUsage, Fault
from evenhand.ports.store import Store
from evenhand.settings import Settings, without_password
from evenhand.stores.database import Database
from evenhand.stores.upkeep import HEAD, is_current, version
from evenhand.version import __version__

FOUNDING: Final = Actor("system", "founding")


class Ground:
    """The database with its workspaces. Each `desk` is for one thread; those who only read may share one.

    is_current: asks the database whether it still has the tables that this program works with.
    """

    def __init__(
        self,
        store: Store,
        workspaces: Mapping[str, int],
        desk: Callable[[int], Desk],
        is_current: Callable[[], bool] = lambda: True,
    ) -> None:
        self.store = store
        self.workspaces = workspaces
        self.desk = desk
        self.is_current = is_current


class Founded(Struct, frozen=True, kw_only=True):
    """What a first start has made; empty where that was there already.

    ticket: of a link by which the owner signs in.
    """

    made: Made | None = None
    owner: str = ""
    ticket: str = ""

    def __repr__(self) -> str:
        """For logs: without the ticket."""
        return f"Founded(made={self.made!r}, owner={self.owner!r})"


def found_desk(settings: Settings, *, owner: str, workspace: str = MAIN) -> Founded:
    """See to it that there is a desk, and an owner who can sign in; what is there already stays as it is.

    Raises BadUsage if the tables are of another version, BadSecret, or Unavailable.
    """
    made = found_tables(settings, workspace=workspace)
    with opened_ground(settings) as ground:
        number = ground.workspaces.get(workspace)
        if number is None:
            return Founded(made=made)
        linked = ground.desk(number).do(found_owner, owner, actor=FOUNDING)
        return Founded(made=made, owner=linked.user.email if linked.ticket else "", ticket=linked.ticket)


def found_tables(settings: Settings, *, workspace: str = MAIN) -> Made | None:
    """See to it that a database has its tables; what was made, if it had none. Raises as `found_desk`."""
    with database_of(settings, create=True) as database:
        is_new = _is_new(settings, database)
    return make_desk(settings, workspace) if is_new else None


def _is_new(settings: Settings, database: Database) -> bool:
    """Whether a database has no tables of ours, or no workspace. Raises BadUsage for tables of another version."""
    found = version(database)
    if found not in {None, HEAD}:
        is_older = found is not None and found < HEAD
        what = f"its tables are of version {found}, and this is Evenhand {__version__}, which works with {HEAD}."
        fix = "Take a backup, then run evenhand db upgrade." if is_older else "Use the newer Evenhand that made them."
        raise BadUsage(Fault(where=without_password(settings.database), what=what, fix=fix))
    return found is None or not database.workspaces()


@contextmanager
def opened_ground(settings: Settings, *, clock: Callable[[], Millis] = wall_clock) -> Iterator[Ground]:
    """A database that has its tables. Raises NotFound, BadSecret or Unavailable."""
    with database_of(settings) as database:
        vault = vault_of(settings, database)

        def desk(workspace: int) -> Desk:
            return Desk(database, workspace, clock=clock, sealer=vault, engine=__version__)

        yield Ground(database, database.workspaces(), desk, lambda: is_current(database))
