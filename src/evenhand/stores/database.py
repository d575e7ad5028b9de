"""The durable desk's memory in SQLite or PostgreSQL: transactions, locks, and what their failures mean."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction, Table, bindparam, func, insert, select, text

from evenhand.core.model import Millis
from evenhand.errors import Uncertain
from evenhand.ports.rows import Router
from evenhand.ports.store import Listener
from evenhand.stores import tables
from evenhand.stores.engine import BUSY, READING, Prepared, is_lost, is_sqlite, open_engine
from evenhand.stores.listening import Bells, PostgresListener, SqliteListener
from evenhand.stores.transaction import SqlTransaction, locked
from evenhand.stores.trouble import raise_told, said
from evenhand.stores.turns import Turns

T = TypeVar("T")

_R: Final = tables.routers
# Has anybody written since?
VERSION: Final = Prepared(select(_R.c.version).where(_R.c.workspace == bindparam("w")))


class Database:
    """Keeps the promise of `ports.store.Store`. Any number of threads may use one.

    lock_timeout: ms that a writer waits for the lock of another one before it raises Unavailable; on SQLite for its
                  turn among the threads of this process, and as long again for those of others.
    """

    def __init__(self, url: str, *, lock_timeout: int = BUSY) -> None:
        self.engine: Engine = open_engine(url, lock_timeout=lock_timeout)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._bells = Bells()
        self._turns = Turns() if self.is_sqlite else None
        self._patience = lock_timeout / 1000
        self._reads = self._glances = self.engine.execution_options(**{READING: True})
        if not self.is_sqlite:
            self._reads = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._glances = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self, workspace: int) -> Iterator[SqlTransaction]:
        with self._written(lambda connection: locked(connection, workspace)) as writing:
            yield writing
        if writing.has_saved:
            self._bells.ring()

    def reading(self, workspace: int) -> AbstractContextManager[SqlTransaction]:
        return self._transaction(self._reads, lambda connection: SqlTransaction(connection, workspace))

    def sending(self, workspace: int) -> AbstractContextManager[SqlTransaction]:
        return self._written(lambda connection: SqlTransaction(connection, workspace))

    def changed(self, workspace: int) -> int:
        """The router's version as it is now, 0 without such a workspace: one question, no lock."""
        with self._transaction(self._glances, lambda at: VERSION.rows(at, w=workspace)) as found:
            return int(found[0][0]) if found else 0

    def listen(self) -> AbstractContextManager[Listener]:
        """Hear of what others write: see `ports.store.Listener`. Takes a connection of its own while it is open."""
        if self.is_sqlite:
            return SqliteListener.opened(self.engine, self._bells)
        return PostgresListener.opened(self.engine)

    def workspaces(self) -> Mapping[str, int]:
        table = tables.workspaces
        with self.snapshot() as connection:
            found = connection.execute(select(table.c.name, table.c.workspace).order_by(table.c.workspace))
            return {name: number for name, number in found}  # noqa: C416  a Row is no pair for mypy

    def found(self, name: str, now: Millis) -> int:
        table = tables.workspaces
        with self.change() as connection:
            lock_table(connection, table)
            known = connection.scalar(select(table.c.workspace).where(table.c.name == name))
            if known is not None:
                return int(known)
            number = (connection.scalar(select(func.max(table.c.workspace))) or 0) + 1
            connection.execute(insert(table).values(workspace=number, name=name, created=now))
            empty = {key: getattr(Router(), key) for key in Router.__struct_fields__}
            connection.execute(insert(_R).values(workspace=number, **empty))
            return number

    def remember(self, name: str, value: bytes) -> bytes:
        """What this installation goes by under a name; the first value stays."""
        table = tables.installation
        with self.change() as connection:
            lock_table(connection, table)
            known = connection.scalar(select(table.c.value).where(table.c.name == name))
            if known is None:
                connection.execute(insert(table).values(name=name, value=value))
            return value if known is None else bytes(known)

    def change(self) -> AbstractContextManager[Connection]:
        """A transaction over all workspaces; for upkeep."""
        return self._written(lambda connection: connection)

    def snapshot(self) -> AbstractContextManager[Connection]:
        """One moment of all workspaces, to be read; for upkeep."""
        return self._transaction(self._reads, lambda connection: connection)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _written(self, begun: Callable[[Connection], T]) -> Iterator[T]:
        """A transaction that writes, when it is its turn."""
        turn = nullcontext() if self._turns is None else self._turns.taken(self._patience)
        with turn, self._transaction(self.engine, begun) as opened:
            yield opened

    @contextmanager
    def _transaction(self, engine: Engine, begun: Callable[[Connection], T]) -> Iterator[T]:
        """One transaction; a failure of the database is told as such."""
        connection, transaction, opened = _opened(engine, begun)
        try:
            yield opened
            _commit(connection, transaction)
        except Exception as error:
            raise_told(error)
        finally:
            _let_go(connection, transaction)


def _opened(engine: Engine, begun: Callable[[Connection], T]) -> tuple[Connection, RootTransaction, T]:
    """A transaction, and what it begins with. If the server turns out to be gone by then, another connection is tried
    once: nothing has been done yet.
    """
    for is_last in (False, True):
        connection, transaction = _begin(engine)
        try:
            return connection, transaction, begun(connection)
        except BaseException as error:
            was_lost = is_lost(connection)
            _let_go(connection, transaction)
            if is_last or not was_lost or not isinstance(error, Exception):
                raise
    raise AssertionError


def _begin(engine: Engine) -> tuple[Connection, RootTransaction]:
    try:
        connection = engine.connect()
    except Exception as error:
        raise_told(error)
    try:
        return connection, connection.begin()
    except BaseException as error:
        connection.close()
        if not isinstance(error, Exception):
            raise
        raise_told(error)


def _commit(connection: Connection, transaction: RootTransaction) -> None:
    """Commit. After a failure the connection is not used again: on SQLite the transaction may still be open on it."""
    try:
        transaction.commit()
    except BaseException as error:
        was_lost = is_lost(connection)
        connection.invalidate()
        if was_lost and isinstance(error, Exception):
            raise Uncertain(f"the database was lost while it was writing: {said(error)}") from error
        raise


def _let_go(connection: Connection, transaction: RootTransaction) -> None:
    """Give the connection back; what was not committed is undone. One that fails at that is not used again."""
    try:
        if transaction.is_active:
            transaction.rollback()
    except Exception:
        connection.invalidate()
    finally:
        connection.close()


def lock_table(connection: Connection, table: Table) -> None:
    """See to it that nobody else adds a row meanwhile; SQLite has one writer anyway."""
    if not is_sqlite(connection):
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
