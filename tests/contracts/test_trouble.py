"""What happens when the database goes away, or says no."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from evenhand.errors import BadUsage, Unavailable, Uncertain
from evenhand.stores.database import Database
from evenhand.stores.engine import driver
from evenhand.stores.transaction import SqlTransaction
from tests.contracts.written import by_kind, changes, lead, message, write
from tests.postgres import Cluster, Fill, started

REFUSALS = (sqlite3.Error, psycopg.Error, DBAPIError, OverflowError)
TOO_LARGE = 1 << 70


def cut(database: Database, tx: SqlTransaction) -> None:
    """End the session of a transaction from outside, as an administrator would."""
    number = driver(tx._at).info.backend_pid
    with database.change() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({number}, 5000)")


def read_after_a_cut(database: Database, workspace: int) -> None:
    with database.writing(workspace) as tx:
        cut(database, tx)
        tx.leads.get(1)


def save_and_cut(database: Database, workspace: int) -> None:
    with database.writing(workspace) as tx:
        tx.save(changes(tx))
        cut(database, tx)


def until_somebody_waits(database: Database) -> None:
    """Until a session of this database waits for a lock of another one."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while True:
        with database.snapshot() as at:
            if at.exec_driver_sql(waits).scalar():
                return


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, to be stopped."""
    with started() as cluster:
        yield cluster


def test_a_connection_that_is_cut_is_told_and_the_next_use_works(postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    with pytest.raises(Unavailable, match="cannot do that now"):
        read_after_a_cut(database, workspace)
    write(database, workspace, [lead(1)])
    assert database.changed(workspace) == 1
    database.close()


def test_a_verb_hears_at_once_that_the_database_is_gone(postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    with suppress(Unavailable), database.writing(workspace) as tx:
        cut(database, tx)
        with pytest.raises(Unavailable):
            tx.leads.several([1, 2])
        with pytest.raises(Unavailable):
            tx.leads.get(1)
        with pytest.raises(Unavailable):
            tx.save(changes(tx, added=by_kind([lead(1)])))
    assert database.changed(workspace) == 0
    database.close()


def test_a_connection_cut_while_committing_leaves_it_open_whether_it_was_written(postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    with pytest.raises(Uncertain, match="while it was writing"):
        save_and_cut(database, workspace)
    assert database.changed(workspace) == 0
    database.close()


def test_the_first_request_after_a_restart_does_not_fail(postgres: Cluster, postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    with database.reading(workspace) as one, database.reading(workspace) as two:
        assert one.router() == two.router()  # so that two connections are kept
    pids = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname="postgres") as admin:
        admin.execute(pids.replace("current_database()", f"'{database.engine.url.database}'"))
    with database.reading(workspace) as tx:
        assert tx.router().version == 0
    write(database, workspace, [lead(1)])
    with database.sending(workspace) as tx:
        assert tx.outbox.next() is None
    assert database.changed(workspace) == 1
    database.close()


def test_a_connection_that_dies_before_anything_was_done_is_replaced(postgres_url: str) -> None:
    database, admin, died = Database(postgres_url), Database(postgres_url), list[int]()
    workspace = database.found("main", 0)

    @event.listens_for(database.engine, "begin")
    def begun(connection: Connection) -> None:
        if not died:  # the first of them only
            died.append(driver(connection).info.backend_pid)
            with admin.change() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({died[0]}, 5000)")

    write(database, workspace, [lead(1)])
    assert (database.changed(workspace), len(died)) == (1, 1)
    database.close()
    admin.close()


def test_a_server_that_is_down_is_told_and_one_that_is_back_is_used(cluster: Cluster, migration: Fill) -> None:
    database = Database(cluster.fresh(migration))
    workspace = database.found("main", 0)
    cluster.stop()
    for use in (database.reading, database.writing, database.sending):
        with pytest.raises(Unavailable, match="cannot do that now"), use(workspace):
            pass
    cluster.start()
    write(database, workspace, [lead(1)])
    assert database.changed(workspace) == 1
    database.close()


def test_a_row_that_cannot_be_is_no_trouble_of_the_database(database: Database, workspace: int) -> None:
    with pytest.raises(REFUSALS) as refused:
        write(database, workspace, [lead(1, worth=TOO_LARGE)])
    assert not isinstance(refused.value, Unavailable)
    write(database, workspace, [lead(1)])


def test_a_row_that_cannot_be_is_found_in_a_large_batch_too(database: Database, workspace: int) -> None:
    rows = [*[lead(number) for number in range(1, 50)], lead(50, worth=TOO_LARGE)]
    with pytest.raises(REFUSALS) as refused:
        write(database, workspace, rows)
    assert not isinstance(refused.value, Unavailable)
    assert database.changed(workspace) == 0


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    for use in (database.reading, database.writing):
        with pytest.raises(Unavailable, match="evenhand db upgrade"), use(1) as tx:
            tx.router()
    database.close()


def test_a_postgres_without_tables_says_what_to_do(postgres: Cluster) -> None:
    database = Database(postgres.fresh())
    with pytest.raises(Unavailable, match="evenhand db upgrade"), database.writing(1):
        pass
    with pytest.raises(Unavailable, match="evenhand db upgrade"):
        database.workspaces()
    database.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"Dear Sir or Madam, " * 99)
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    with pytest.raises(Unavailable, match="not a database"), database.reading(1) as tx:
        tx.router()
    database.close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'desk.db'}")
    with pytest.raises(Unavailable, match="unable to open"):
        database.workspaces()
    database.close()


@pytest.mark.parametrize("url", ["desk", "mysql://root@db/desk", "sqlite://", "sqlite:///:memory:", ""])
def test_an_address_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(BadUsage, match="database: "):
        Database(url)


def test_an_address_is_refused_without_telling_its_password() -> None:
    with pytest.raises(BadUsage) as refused:
        Database("oracle://ann:open-sesame@db/desk")
    assert "sesame" not in str(refused.value)


def test_settling_and_untelling_never_wait_for_each_other_in_a_circle(postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    write(database, workspace, [message(1, decision=2), message(2, decision=1)])
    with database.sending(workspace) as tx:
        first, second = tx.outbox.lease(10, until=20, limit=2)
    with ThreadPoolExecutor(1) as pool:
        with database.sending(workspace) as tx:
            tx.outbox.settle([first])
            writing = pool.submit(lambda: write(database, workspace, untold=[1, 2]))
            until_somebody_waits(database)
            tx.outbox.settle([second])
        writing.result(10)
    database.close()
