"""Hearing that somebody has written, so that workers need not ask all the time.

PostgreSQL says so itself (`NOTIFY evenhand`, sent in the transaction that writes). SQLite has a number that changes
with every other connection's commit; it is looked at twenty times a second, and this process's own commits ring a bell.
Missing one is no harm: whoever waits looks for themselves every few seconds anyway.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

CHANNEL: Final = "evenhand"
POLL: Final = 0.05  # seconds between two looks at SQLite's number
AGAIN: Final = 1.0  # seconds between two attempts to reach PostgreSQL again


class Bells:
    """One bell for each listener of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: set[threading.Event] = set()

    def ring(self) -> None:
        """Something was committed."""
        if self._bells:
            with self._lock:
                for bell in self._bells:
                    bell.set()

    @contextmanager
    def one(self) -> Iterator[threading.Event]:
        """A bell, for as long as it is listened to."""
        bell = threading.Event()
        with self._lock:
            self._bells.add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._bells.discard(bell)


class SqliteListener:
    """Keeps the promise of `ports.store.Listener`."""

    def __init__(self, connection: Any, bell: threading.Event) -> None:
        self._at = connection
        self._bell = bell
        self._version = self._now()

    @classmethod
    @contextmanager
    def opened(cls, engine: Engine, bells: Bells) -> Iterator[Self]:
        connection = _own_connection(engine)
        try:
            with bells.one() as bell:
                yield cls(connection, bell)
        finally:
            connection.close()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while True:
            rang = self._bell.wait(max(0.0, min(POLL, end - time.monotonic())))
            self._bell.clear()
            before, self._version = self._version, self._now()
            if rang or self._version != before:
                return True
            if time.monotonic() >= end:
                return False

    def _now(self) -> int:
        version: int = self._at.execute("PRAGMA data_version").fetchone()[0]
        return version


class PostgresListener:
    """Keeps the promise of `ports.store.Listener`. A broken connection is made anew, and counts as something heard."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._at: psycopg.Connection | None = self._connected()

    @classmethod
    @contextmanager
    def opened(cls, engine: Engine) -> Iterator[Self]:
        listener = cls(engine)
        try:
            yield listener
        finally:
            listener.close()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        if self._at is None:
            return self._reconnected(end)
        try:
            heard = list(self._at.notifies(timeout=seconds, stop_after=1))
            return bool([*heard, *self._at.notifies(timeout=0)])
        except psycopg.Error:
            self.close()
            return self._reconnected(end)

    def close(self) -> None:
        if self._at is not None:
            self._at.close()
            self._at = None

    def _reconnected(self, end: float) -> bool:
        """Try until then to reach the server again. Once it is back, something may have been missed: look."""
        while True:
            self._at = self._connected()
            left = end - time.monotonic()
            if self._at is not None or left <= 0:
                return self._at is not None
            time.sleep(min(AGAIN, left))

    def _connected(self) -> psycopg.Connection | None:
        try:
            connection: psycopg.Connection = _own_connection(self._engine)
        except (psycopg.Error, SQLAlchemyError):
            return None
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error:
            connection.close()
            return None
        return connection


def _own_connection(engine: Engine) -> Any:
    """A connection as the engine makes them, that the pool knows nothing of."""
    lent = engine.raw_connection()
    connection = lent.driver_connection
    lent.detach()
    return connection
