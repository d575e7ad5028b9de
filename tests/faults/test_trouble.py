"""The database goes away, is locked, or is full: nothing is lost or doubled, and the desk goes on by itself."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text

from evenhand.actions.receiving import Received, receive
from evenhand.analytics.proof import prove
from evenhand.errors import Unavailable
from evenhand.stores.database import Database
from tests.desk import WEBSITE, Trial, migrated, opened
from tests.faults.dump import state_at, state_of
from tests.faults.load import Holding, assert_each_once, incoming_of, loaded
from tests.postgres import Cluster, name_in, started

LEADS = 1_000
TIMES = 3


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, to be stopped."""
    with started() as cluster:
        yield cluster


def cut_all(postgres: Cluster, url: str) -> int:
    """Cut every connection to a database, as an administrator can; how many there were."""
    ask = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname="postgres") as admin:
        found = admin.execute(ask, [name_in(url)]).fetchone()
    return found[0] if found else 0


def test_a_server_that_crashes_and_comes_back_under_load_loses_and_doubles_nothing(cluster: Cluster) -> None:
    with opened(cluster.fresh(migrated)) as trial:
        with loaded(trial.desk, LEADS) as load:
            for part in range(1, TIMES + 1):
                load.wait(LEADS * part // (TIMES + 1))
                cluster.restart()
        assert load.failures > 0
        assert_each_once(trial, load.answers)


def test_connections_that_are_cut_under_load_lose_and_double_nothing(postgres: Cluster, postgres_url: str) -> None:
    with opened(postgres_url) as trial:
        with loaded(trial.desk, LEADS) as load:
            cuts = 0
            for part in range(20):
                load.wait(LEADS * part // 20)
                cuts += cut_all(postgres, postgres_url)
        assert cuts > 0
        assert_each_once(trial, load.answers)


def test_a_lock_that_somebody_holds_too_long_is_told_and_nothing_is_written(database_url: str) -> None:
    with opened(database_url) as trial:
        impatient = Database(database_url, lock_timeout=50)
        trial.desk.store = impatient
        before = state_of(trial.database)
        with Holding(trial.database, trial.desk.workspace), pytest.raises(Unavailable, match="cannot do that now"):
            receive(trial.desk, [incoming_of(1)], actor=WEBSITE)
        assert state_of(trial.database) == before
        assert [answer.lead for answer in takes(trial, [1])] == [1]
        impatient.close()


def test_those_who_wait_for_a_lock_behind_a_committer_all_hear_of_it(database_url: str) -> None:
    with opened(database_url) as trial:
        impatient = Database(database_url, lock_timeout=50)
        trial.desk.store = impatient
        with Holding(trial.database, trial.desk.workspace):
            load = loaded(trial.desk, 20)
            sent = load.__enter__()
            sent.wait_for_failures(20)
        load.__exit__(None, None, None)
        assert_each_once(trial, sent.answers)
        impatient.close()


# --- no room


def takes(trial: Trial, numbers: list[int]) -> list[Received]:
    """Take leads, all of which must be taken."""
    found = receive(trial.desk, [incoming_of(number) for number in numbers], actor=WEBSITE)
    assert all(isinstance(answer, Received) for answer in found), found
    return [answer for answer in found if isinstance(answer, Received)]


def fill_up(trial: Trial) -> dict[int, Received]:
    """Take leads, eight at a time, until there is no room."""
    answers: dict[int, Received] = {}
    for start in range(0, 20_000, 8):
        eight = list(range(start, start + 8))
        try:
            answers |= dict(zip(eight, takes(trial, eight), strict=True))
        except Unavailable as error:
            if not re.search("full|disk I/O", str(error)):
                raise
            return answers
    raise AssertionError("it never became full")


def left_nothing(trial: Trial, answers: dict[int, Received]) -> None:
    """Nothing is there of those that did not fit."""
    assert len(state_of(trial.database)["leads"]) == len(answers)
    assert prove(trial.desk).found == ()


def goes_on(trial: Trial, answers: dict[int, Received]) -> None:
    """There is room again: the same desk takes what it could not, and knows what it took."""
    more = list(range(len(answers) + 64))
    again = dict(zip(more, takes(trial, more), strict=True))
    assert {number: again[number].lead for number in answers} == {n: each.lead for n, each in answers.items()}
    assert_each_once(trial, again)


def test_a_file_that_may_not_grow_says_so_and_goes_on_when_it_may(sqlite_url: str) -> None:
    with opened(sqlite_url) as trial:
        room = [pages(trial) + 40]

        @event.listens_for(trial.database.engine, "checkout")
        def lent(connection: object, _record: object, _proxy: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {room[0]}")  # type: ignore[attr-defined]

        answers = fill_up(trial)
        with pytest.raises(Unavailable, match="full"):
            takes(trial, list(range(len(answers), len(answers) + 200)))
        left_nothing(trial, answers)
        room[0] = 1 << 30
        goes_on(trial, answers)


def pages(trial: Trial) -> int:
    with trial.database.change() as connection:
        return int(connection.scalar(text("PRAGMA page_count")) or 0)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk with little room; only root can make one."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be made by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_when_there_is_room_again_the_desk_goes_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "ballast").write_bytes(bytes(1 << 20))
        url = f"sqlite:///{disk / 'desk.db'}"
        migrated(url)
        with opened(url) as trial:
            answers = fill_up(trial)
            left_nothing(trial, answers)
            (disk / "ballast").unlink()
            goes_on(trial, answers)
        assert state_at(url)["leads"]
