"""The two engines: SQLite in a file by default, PostgreSQL by its address. All that differs between them is here.

A writing transaction begins with the lock of a workspace's decision stream: on SQLite `BEGIN IMMEDIATE`, on PostgreSQL
the router's row FOR UPDATE. What SQLAlchemy can say it says; the hot path has its statements put into words once
(`Prepared`) and hands them to the driver. What the engines say when something fails is in trouble.py.
"""

import selectors
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import BindParameter, Connection, Engine, Executable, bindparam, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.sql import ClauseElement

from evenhand.errors import BadUsage, Fault
from evenhand.stores.trouble import TROUBLE, raise_told

BUSY: Final = 15_000  # ms that a writer waits for another one's lock before it gives up
PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = FAST",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)
READING: Final = "evenhand_reading"
LARGEST: Final = (1 << 63) - 1  # the largest number that a column holds
CHUNK: Final = (
    500  # how many values are asked for at once; SQLite takes 32,766, and long lists are slow to put in words
)
W: Final[BindParameter[Any]] = bindparam("w")  # the workspace, in every prepared statement; the others as they come
X: Final[BindParameter[Any]] = bindparam("x")
Y: Final[BindParameter[Any]] = bindparam("y")
Z: Final[BindParameter[Any]] = bindparam("z")
_FIX: Final = "Give sqlite:/// and a file, or postgresql://user@host/name."


class Words(NamedTuple):
    """A statement as one engine wants it: its text, and (name, constant) of each parameter in order."""

    text: str
    order: tuple[tuple[str, object], ...]


def open_engine(url: str, *, lock_timeout: int = BUSY) -> Engine:
    """Open a database by its URL. Nothing is connected to yet. Raises BadUsage if it is none of ours."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, lock_timeout)
    return _postgres(address, lock_timeout)


def _address(url: str) -> URL:
    """The parts of a URL; what is shown of it never has the password."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise BadUsage(Fault(where="database", what="is no address of a database.", fix=_FIX)) from None
    name = address.get_backend_name()
    if name not in {"sqlite", "postgresql"}:
        raise BadUsage(Fault(where="database", what=f"{name} is neither SQLite nor PostgreSQL.", fix=_FIX))
    if name == "sqlite" and address.database in {None, "", ":memory:"}:
        raise BadUsage(Fault(where="database", what="a database in memory would be gone with its thread.", fix=_FIX))
    return address


def _sqlite(address: URL, lock_timeout: int) -> Engine:
    patience = lock_timeout / 1000
    engine = create_engine(
        address,
        pool_timeout=max(1.0, patience),
        connect_args={"timeout": patience, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin anything by itself
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READING)
        driver(connection).execute("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgres(address: URL, lock_timeout: int) -> Engine:
    settings = f"-c lock_timeout={lock_timeout} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    engine = create_engine(
        address,
        paramstyle="format",
        isolation_level="READ COMMITTED",
        pool_timeout=max(1.0, lock_timeout / 1000),
        connect_args={
            "options": settings,
            "application_name": "evenhand",
            "client_encoding": "utf8",
            "connect_timeout": 10,
        },
    )

    @event.listens_for(engine, "checkout")
    def lent(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
        if has_hung_up(connection):
            raise InvalidatePoolError  # all others of its age are made anew as well

    return engine


def has_hung_up(connection: psycopg.Connection) -> bool:
    """Whether the server has left an idle connection. It is not asked: without a farewell there is nothing to read."""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(connection.pgconn.socket, selectors.EVENT_READ)
            while selector.select(0):
                connection.pgconn.consume_input()
    except psycopg.Error:
        return True
    return connection.closed


def is_sqlite(connection: Connection) -> bool:
    """Whether this is SQLite; else it is PostgreSQL."""
    return connection.dialect.name == "sqlite"


def is_lost(connection: Connection) -> bool:
    """Whether the connection is no more, so that nobody knows what became of what was said last."""
    if connection.invalidated:
        return True
    return not is_sqlite(connection) and bool(driver(connection).closed)


class Prepared:
    """A statement that is put into words once for each engine and then run by the driver itself, by position."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._words: dict[str, Words] = {}

    def words(self, connection: Connection) -> Words:
        """The text for this engine, with its parameters in order."""
        name = connection.dialect.name
        found = self._words.get(name)
        if found is None:
            compiled: Any = self._statement.compile(dialect=connection.dialect)
            given = compiled.construct_params(escape_names=False, _check=False)
            order = tuple((name, given.get(name)) for name in compiled.positiontup or ())
            found = self._words[name] = Words(str(compiled), order)
        return found

    def rows(self, connection: Connection, /, **values: object) -> list[tuple[Any, ...]]:
        """Run it once and fetch everything."""
        words = self.words(connection)
        given = tuple([values.get(name, constant) for name, constant in words.order])
        try:
            cursor = driver(connection).execute(words.text, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            cursor.close()
        except TROUBLE as error:
            raise_told(error)
        return found

    def many(self, connection: Connection, rows: Sequence[Sequence[object]]) -> None:
        """Run it for each row, whose values stand in the order of the parameters."""
        text = self.words(connection).text
        try:
            cursor = driver(connection).cursor()
            if len(rows) == 1:
                cursor.execute(text, rows[0])
            else:
                cursor.executemany(text, rows)
            cursor.close()
        except TROUBLE as error:
            raise_told(error)


def fetch(connection: Connection, statement: Executable) -> Sequence[Sequence[Any]]:
    """Run a statement that is not hot enough to be prepared, and fetch everything."""
    try:
        return connection.execute(statement).all()
    except TROUBLE as error:
        raise_told(error)


def number(given: int) -> int:
    """The number of a row, as it can be asked for: 0, which no row has, in place of one of more than 64 bits."""
    return given if -LARGEST <= given <= LARGEST else 0


def words(given: str) -> str:
    """A text as it can be asked for: a NUL, which no row has, is something else that none has either."""
    return given.replace("\0", "\ufffd")


def chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    """Values in lists that are short enough to be asked for at once."""
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def driver(connection: Connection) -> Any:
    """The driver's own connection, inside the same transaction."""
    return connection.connection.dbapi_connection
