"""One transaction, as its callers see it: what can be read, by subject, and how all that it came to is written."""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from evenhand.errors import NotFound
from evenhand.ports.rows import Router
from evenhand.ports.store import Changes
from evenhand.stores import tables
from evenhand.stores.accounts import SqlAccounts
from evenhand.stores.counts import SqlCounts
from evenhand.stores.engine import Prepared, is_sqlite
from evenhand.stores.health import SqlHealth
from evenhand.stores.house import SqlHouse
from evenhand.stores.keys import SqlKeys
from evenhand.stores.leads import SqlLeads
from evenhand.stores.outbox import SqlOutbox
from evenhand.stores.rowmap import columns, first
from evenhand.stores.saving import save
from evenhand.stores.story import SqlStory
from evenhand.stores.texts import SqlTexts
from evenhand.stores.world import SqlAgenda, SqlWorld

_ROUTER: Final = select(*columns(Router)).where(tables.routers.c.workspace == bindparam("w"))
ROUTER: Final = Prepared(_ROUTER)
# The one lock: who has it writes, alone in this workspace. What decides is read in later statements.
LOCK: Final = Prepared(_ROUTER.with_for_update())


class SqlTransaction:
    """Keeps the promises of `ports.store`: `Reading`, `Sending`, and `Writing` if it was made by `locked`."""

    def __init__(self, connection: Connection, workspace: int, router: Router | None = None) -> None:
        self.workspace = workspace
        self.leads = SqlLeads(connection, workspace)
        self.story = SqlStory(connection, workspace)
        self.world = SqlWorld(connection, workspace)
        self.agenda = SqlAgenda(connection, workspace)
        self.texts = SqlTexts(connection, workspace)
        self.health = SqlHealth(connection, workspace)
        self.counts = SqlCounts(connection, workspace)
        self.outbox = SqlOutbox(connection, workspace)
        self.keys = SqlKeys(connection, workspace)
        self.house = SqlHouse(connection, workspace)
        self.accounts = SqlAccounts(connection, workspace)
        self.has_saved = False
        self._at = connection
        self._router = router

    def router(self) -> Router:
        return self._router or first(Router, ROUTER.rows(self._at, w=self.workspace)) or Router()

    def save(self, changes: Changes) -> None:
        save(self._at, self.workspace, changes)
        self.has_saved = True


def locked(connection: Connection, workspace: int) -> SqlTransaction:
    """A transaction that holds the lock of a workspace's decision stream. Raises NotFound without such a workspace."""
    lock = ROUTER if is_sqlite(connection) else LOCK
    router = first(Router, lock.rows(connection, w=workspace))
    if router is None:
        raise NotFound(f"there is no workspace {workspace}")
    return SqlTransaction(connection, workspace, router)
