"""Drivers that fail when they are told to: sqlite3's and psycopg's own connections, which count what is said to them.

    tape = Tape()
    database = recorded(url, tape)     # a Database whose every connection is on the tape
    tape.begin(fail_at=3)              # the third statement from here on is answered by a failure

The drivers do everything else themselves: nothing of ours is replaced.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import psycopg
from sqlalchemy import event

from evenhand.stores.database import Database

How: TypeAlias = Literal["before", "after", "interrupt"]
COMMIT = "COMMIT"


class Interrupted(BaseException):
    """Like Ctrl-C: nobody is expected to handle it."""


class Tape:
    """What was said to the drivers since `begin`, and when they are to fail.

    fail_at: the statement that fails, counted from 1; 0 for none. It fails once.
    how:     `before` it is run, `after` it was run (its answer is lost), or by an `interrupt` in place of it.
    was_heard: whether whoever was at work heard of it.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.fail_at = 0
        self.how: How = "before"
        self.has_failed = False
        self.was_heard = False
        self._is_on = False

    def begin(self, *, fail_at: int = 0, how: How = "before") -> None:
        self.said, self.fail_at, self.how, self.has_failed, self._is_on = [], fail_at, how, False, True

    def end(self) -> list[str]:
        """Stop counting and failing; gives what was said."""
        self._is_on = False
        return self.said

    @contextmanager
    def saying(self, statement: str, failure: Exception) -> Iterator[None]:
        """Around everything that is said to a driver."""
        if self._is_on:
            self.said.append(statement)
        is_now = self._is_on and not self.has_failed and len(self.said) == self.fail_at
        if is_now:
            self.has_failed = True
        if is_now and self.how == "interrupt":
            raise Interrupted(statement)
        if is_now and self.how == "before":
            raise failure
        yield
        if is_now:
            raise failure


class SqliteCursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = ()) -> "SqliteCursor":
        with _tape(self.connection).saying(sql, _io_error()):
            super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any) -> "SqliteCursor":
        with _tape(self.connection).saying(sql, _io_error()):
            super().executemany(sql, parameters)
        return self


class SqliteConnection(sqlite3.Connection):
    tape: Tape

    def cursor(self, factory: Any = SqliteCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.cursor().execute(sql, parameters)

    def commit(self) -> None:
        with self.tape.saying(COMMIT, _io_error()):
            super().commit()


def _tape(connection: sqlite3.Connection) -> Tape:
    assert isinstance(connection, SqliteConnection)
    return connection.tape


def _io_error() -> Exception:
    return sqlite3.OperationalError("disk I/O error")


class PostgresCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> "PostgresCursor":
        with _cut(self.connection, query):
            super().execute(query, params, **options)
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        with _cut(self.connection, query):
            super().executemany(query, params_seq, **options)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[psycopg.Copy]:
        with _cut(self.connection, statement), super().copy(statement, params, **options) as copy:
            yield copy


class PostgresConnection(psycopg.Connection[Any]):
    tape: Tape

    def commit(self) -> None:
        with _cut(self, COMMIT):
            super().commit()


@contextmanager
def _cut(connection: psycopg.Connection[Any], statement: object) -> Iterator[None]:
    """Say something; if that is to fail, the connection is gone as well, as it is when a server dies."""
    assert isinstance(connection, PostgresConnection)
    had_failed = connection.tape.has_failed
    try:
        failure = psycopg.OperationalError("server closed the connection unexpectedly")
        with connection.tape.saying(str(statement), failure):
            yield
    finally:
        if connection.tape.has_failed and not had_failed and connection.tape.how != "interrupt":
            connection.close()


def recorded(url: str, tape: Tape, *, lock_timeout: int = 5_000) -> Database:
    """A database by its URL, all of whose connections are on the tape."""
    database = Database(url, lock_timeout=lock_timeout)

    @event.listens_for(database.engine, "do_connect")
    def connected(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> Any:
        made: Any
        if database.is_sqlite:
            made = sqlite3.connect(*given, factory=SqliteConnection, **named)
        else:
            made = PostgresConnection.connect(*given, cursor_factory=PostgresCursor, **named)
        made.tape = tape
        return made

    return database
