"""Real workers, as processes of their own, on one database: nothing rings twice, and nothing is lost."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec
import pytest
from sqlalchemy import text

from evenhand.actions.care import look
from evenhand.app import open_desk, settings_of
from evenhand.core.model import HOUR
from tests.desk import SECRET, Trial, migrated, opened
from tests.postgres import missing, started
from tests.workers.waiting import PATIENCE, until

LEADS: Final = 150
ENVIRON: Final = {"EVENHAND_SECRET": base64.b64encode(SECRET).decode()}


def wall() -> int:
    return time.time_ns() // 1_000_000


class Worker:
    """`evenhand work`, and where its messages and its log go."""

    def __init__(self, url: str, folder: Path, *options: str, name: str = "a") -> None:
        self.messages, self.log = folder / f"{name}.messages", folder / f"{name}.log"
        command = [sys.executable, "-m", "evenhand.cli.main", "work", "--database", url]
        with self.log.open("wb") as log:
            whole = [*command, "--messages", str(self.messages), *options]
            self.process = subprocess.Popen(whole, env={**os.environ, **ENVIRON}, stderr=log)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, and wait until it has: its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def says(self, event: str) -> bool:
        return f" {event} " in self.log.read_text()

    def sent(self) -> list[str]:
        """The ids of the messages that it has sent."""
        if not self.messages.is_file():
            return []
        return [msgspec.json.decode(line)["id"] for line in self.messages.read_bytes().splitlines()]


@contextmanager
def working(url: str, folder: Path, *options: str, name: str = "a") -> Iterator[Worker]:
    """A worker that is gone at the end, whatever happens."""
    worker = Worker(url, folder, *options, name=name)
    try:
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait(PATIENCE)


@pytest.fixture
def late(database_url: str) -> Iterator[Trial]:
    """Leads came two hours ago and should have been answered an hour ago; no worker has run since."""
    with opened(database_url) as trial:
        with open_desk(settings_of(database_url, ENVIRON)):
            pass  # the desk knows its secret from now on, and need not be written to when a worker starts
        trial.now = wall() - 2 * HOUR
        trial.come(LEADS)
        yield trial
        assert look(trial.desk).broken == []


def is_quiet(trial: Trial) -> bool:
    """Nothing is due any more, and every message has been settled."""
    with trial.database.reading(trial.desk.workspace) as tx:
        ring = tx.agenda.next()
        return tx.outbox.next() is None and (ring is None or ring > wall())


def overdue(trial: Trial) -> list[int]:
    """The leads that rang because nobody had answered, in order."""
    with trial.database.snapshot() as connection:
        found = connection.execute(text("SELECT lead FROM events WHERE kind = 'lead.overdue' ORDER BY lead"))
        return [lead for (lead,) in found]


def ids(trial: Trial, state: str) -> set[str]:
    """The ids of the messages in a state."""
    with trial.database.snapshot() as connection:
        found = connection.execute(text("SELECT no FROM messages WHERE state = :state"), {"state": state})
        return {f"{trial.desk.workspace}-{no}" for (no,) in found}


def check_told(trial: Trial, sent: list[str]) -> None:
    """Every message was sent once, and none but those that were cancelled while they were on their way besides."""
    assert len(sent) == len(set(sent))
    assert ids(trial, "sent") <= set(sent) <= ids(trial, "sent") | ids(trial, "cancelled")
    assert ids(trial, "waiting") | ids(trial, "dead") == set()


def test_two_workers_let_every_timer_ring_once_and_send_every_message_once(
    late: Trial, database_url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        with late.database.writing(late.desk.workspace):  # so that they begin together
            workers = [stack.enter_context(working(database_url, tmp_path, name=name)) for name in "ab"]
            until(lambda: all(worker.says("started") for worker in workers), "both have started")
        until(lambda: is_quiet(late), "both have worked off what was due")
        assert [worker.stop() for worker in workers] == [0, 0]
    late.now = wall()
    assert overdue(late) == list(range(1, LEADS + 1))
    assert {late.row(lead).decision > LEADS for lead in (1, LEADS)} == {True}
    check_told(late, [*workers[0].sent(), *workers[1].sent()])


def test_a_worker_that_is_killed_while_it_works_leaves_nothing_undone(
    late: Trial, database_url: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "a.messages")  # nobody reads it: its first message never gets out
    with working(database_url, tmp_path) as first:
        until(lambda: len(overdue(late)) > 0 and leased(late) > 0, "it is in the middle")
        first.stop(signal.SIGKILL)
    with late.database.change() as connection:  # a minute later
        connection.execute(text("UPDATE messages SET next = 1 WHERE state = 'waiting'"))
    with working(database_url, tmp_path, name="b") as second:
        until(lambda: is_quiet(late), "another has worked off what was due")
        assert second.stop() == 0
    late.now = wall()
    assert overdue(late) == list(range(1, LEADS + 1))
    check_told(late, second.sent())


def leased(trial: Trial) -> int:
    with trial.database.snapshot() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM messages WHERE leased > 0")) or 0)


def test_work_once_stops_when_nothing_is_due(late: Trial, database_url: str, tmp_path: Path) -> None:
    with working(database_url, tmp_path, "--once") as worker:
        assert worker.process.wait(PATIENCE) == 0
    late.now = wall()
    assert (is_quiet(late), overdue(late)) == (True, list(range(1, LEADS + 1)))
    check_told(late, worker.sent())
    assert [worker.says(event) for event in ("started", "sent", "stopped", "failed")] == [True, True, True, False]


def test_what_comes_in_while_a_worker_rests_is_told(sqlite_url: str, tmp_path: Path) -> None:
    with opened(sqlite_url) as trial, working(sqlite_url, tmp_path) as worker:
        until(lambda: worker.says("started"), "it has started")
        trial.now = wall()
        trial.comes()
        until(lambda: worker.sent() == ["1-1"], "it was told")
        assert worker.stop(signal.SIGINT) == 0


def test_a_worker_goes_on_when_the_database_is_back(tmp_path: Path) -> None:
    if missing():
        pytest.skip(missing())
    with started() as cluster:
        url = cluster.fresh(migrated)
        with opened(url) as trial, working(url, tmp_path) as worker:
            until(lambda: worker.says("started"), "it has started")
            cluster.stop()
            until(lambda: worker.says("failed"), "it has noticed")
            cluster.start()
            trial.now = wall()
            trial.comes()
            until(lambda: worker.sent() == ["1-1"], "it went on")
            assert worker.stop() == 0


def test_a_workspace_that_is_not_there_ends_in_a_sentence(sqlite_url: str, tmp_path: Path) -> None:
    with opened(sqlite_url), working(sqlite_url, tmp_path, "--workspace", "nowhere") as worker:
        assert worker.process.wait(PATIENCE) == 2
        assert "there is no workspace 'nowhere'" in worker.log.read_text()
