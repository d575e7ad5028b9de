"""One writer at a time in a workspace, in whatever thread or process; the others wait, and lose nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evenhand.errors import NotFound, Unavailable
from evenhand.stores.database import Database
from tests.contracts.racing import count_up, in_two_processes, upgrade_and_found
from tests.contracts.written import changes, lead, write

TIMES = 300


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_two_processes_lose_no_update(database: Database, workspace: int) -> None:
    in_two_processes(count_up, url_of(database), workspace, TIMES)
    assert database.changed(workspace) == 2 * TIMES


def test_threads_that_share_a_database_lose_no_update(database: Database, workspace: int) -> None:
    def count(_: int) -> None:
        with database.writing(workspace) as tx:
            tx.save(changes(tx))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(80)))
    assert database.changed(workspace) == 80


def test_threads_read_while_others_write(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(1)])

    def read(_: int) -> bool:
        with database.reading(workspace) as tx:
            return tx.leads.get(1) == lead(1)

    with ThreadPoolExecutor(8) as pool, database.writing(workspace) as tx:
        assert all(pool.map(read, range(40)))
        tx.save(changes(tx))


def test_a_second_writer_waits_for_the_first(database: Database, workspace: int) -> None:
    has_begun, seen = threading.Event(), []

    def second() -> None:
        has_begun.set()
        with database.writing(workspace) as tx:
            seen.append(tx.router().version)

    with ThreadPoolExecutor(1) as pool:
        with database.writing(workspace) as tx:
            waiting = pool.submit(second)
            has_begun.wait(5)
            tx.save(changes(tx))
            assert seen == []
        waiting.result(5)
    assert seen == [1]


@pytest.mark.parametrize("patience", [60])
def test_a_writer_that_has_waited_long_enough_says_so(database_url: str, patience: int) -> None:
    database, hasty = Database(database_url), Database(database_url, lock_timeout=patience)
    workspace = database.found("main", 0)
    with (
        database.writing(workspace),
        pytest.raises(Unavailable, match=r"cannot do that now: .*(locked|timeout)"),
        hasty.writing(workspace),
    ):
        pass
    with hasty.writing(workspace) as tx:
        tx.save(changes(tx))
    database.close()
    hasty.close()


def test_workspaces_do_not_wait_for_each_other_on_postgres(postgres_url: str) -> None:
    database = Database(postgres_url, lock_timeout=100)
    first, second = database.found("first", 0), database.found("second", 0)
    with database.writing(first), database.writing(second) as tx:
        tx.save(changes(tx))
    assert database.changed(second) == 1
    database.close()


def test_nothing_is_written_to_a_workspace_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound, match="no workspace 99"), database.writing(99):
        pass


def test_a_workspace_is_founded_once(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: database.found("the same", 5), range(8)))
    assert set(numbers) == {database.workspaces()["the same"]}


def test_workspaces_are_told_by_name(database: Database, founded: Callable[[], int]) -> None:
    first, second = founded(), founded()
    assert [number for number in database.workspaces().values() if number >= first] == [first, second]


def test_the_first_value_of_the_installation_stays(database: Database) -> None:
    assert database.remember("salt", b"\x00first") == b"\x00first"
    assert database.remember("salt", b"second") == b"\x00first"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_processes_may_start_on_an_empty_database_at_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    empty = tmp_path / "new.db"
    url = f"sqlite:///{empty}" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
    answers = in_two_processes(upgrade_and_found, url)
    assert sorted(did for did, _, _ in answers) == [False, True]
    assert {(number, value) for _, number, value in answers} == {(1, b"first")}
