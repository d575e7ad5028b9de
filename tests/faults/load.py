"""Load: leads that are sent again and again until each is taken, by threads that share a committer."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, Self

from sqlalchemy import select

from evenhand.actions.committer import Committer
from evenhand.actions.desk import Desk
from evenhand.actions.receiving import Incoming, Received, receiving
from evenhand.analytics.proof import prove
from evenhand.errors import Unavailable
from evenhand.stores import tables
from evenhand.stores.database import Database
from tests.desk import WEBSITE, Trial

PATIENCE: Final = 60.0  # seconds until something that must happen is given up
PAUSE: Final = 0.002


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something that must become so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"it never happened: {what}"
        time.sleep(PAUSE)


def incoming_of(number: int, **fields: str) -> Incoming:
    """The lead of that number; its key and what was sent are always the same."""
    key = f"lead {number}"
    digest = sha256(key.encode()).digest()[:16]
    return Incoming(source="load", fields=fields, raw=key.encode(), key=key, given=True, digest=digest)


class Load:
    """Sends leads from several threads until each has its answer, however often that takes."""

    def __init__(self, desk: Desk, count: int, *, threads: int = 4) -> None:
        self.answers: dict[int, Received] = {}
        self.failures = 0
        self._committer = Committer(desk, ticks=time.monotonic_ns)
        self._pool = ThreadPoolExecutor(threads)
        self._futures: list[Future[None]] = [self._pool.submit(self._send, number) for number in range(count)]

    def _send(self, number: int) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.answers[number] = self._committer.submit(
                    receiving([incoming_of(number)], actor=WEBSITE)[0]
                ).result()
            except Unavailable:
                self.failures += 1
                time.sleep(PAUSE)
            else:
                return
        raise AssertionError(f"lead {number} was never taken")

    def wait(self, count: int) -> None:
        """Until so many have been answered."""
        until(lambda: len(self.answers) >= count, f"{count} answers")

    def wait_for_failures(self, count: int) -> None:
        """Until there were so many failures."""
        until(lambda: self.failures >= count, f"{count} failures")

    def finish(self) -> None:
        for future in self._futures:
            future.result()
        self._pool.shutdown()
        self._committer.close()


@contextmanager
def loaded(desk: Desk, count: int) -> Iterator[Load]:
    """Leads are being sent meanwhile; at the end each of them has an answer."""
    load = Load(desk, count)
    try:
        yield load
    finally:
        load.finish()


def assert_each_once(trial: Trial, answers: dict[int, Received]) -> None:
    """Every lead is there once, as it was answered; everything can be proved."""
    with trial.database.snapshot() as connection:
        kept = dict(connection.execute(select(tables.keys.c.key, tables.keys.c.lead)).all())
        leads = sorted(connection.execute(select(tables.leads.c.lead)).scalars())
    assert kept == {f"lead {number}": answer.lead for number, answer in answers.items()}
    assert leads == list(range(1, len(answers) + 1))
    assert prove(trial.desk).found == ()


class Holding:
    """Somebody else who holds the lock of the decision stream until told to let go."""

    def __init__(self, database: Database, workspace: int) -> None:
        self._is_held, self._let_go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, args=(database, workspace))

    def _hold(self, database: Database, workspace: int) -> None:
        with database.writing(workspace):
            self._is_held.set()
            self._let_go.wait(PATIENCE)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_held.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._thread.join()
