"""Whoever listens hears soon that something was written, here or in another process."""

import threading

import psycopg
import pytest

from evenhand.stores.database import Database
from tests.contracts.racing import count_up
from tests.contracts.test_locks import url_of
from tests.contracts.written import changes, lead, message, save_and_raise, write
from tests.postgres import Cluster

PATIENCE = 10.0  # never waited for: something is heard at once


def test_what_this_process_writes_is_heard(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        write(database, workspace, [lead(1)])
        assert listener.wait(PATIENCE)


def test_what_another_connection_writes_is_heard(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        count_up(url_of(database), workspace, 1)
        assert listener.wait(PATIENCE)


def test_what_is_written_while_somebody_waits_is_heard(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        writer = threading.Timer(0.02, write, (database, workspace, [lead(1)]))
        writer.start()
        assert listener.wait(PATIENCE)
        writer.join()


def test_a_writing_is_heard_once_at_most(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        for number in (1, 2, 3):
            write(database, workspace, [lead(number)])
        heard = [listener.wait(PATIENCE), *[listener.wait(0.06) for _ in range(3)]]
    assert (heard[0], heard[3]) == (True, False)


def test_a_large_batch_is_heard_too(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        write(database, workspace, [message(number) for number in range(1, 40)])
        assert listener.wait(PATIENCE)


def test_what_is_undone_or_only_read_is_not_heard(database: Database, workspace: int) -> None:
    with database.listen() as listener:
        with pytest.raises(ZeroDivisionError):
            save_and_raise(database, workspace, ZeroDivisionError())
        with database.reading(workspace) as reading:
            reading.router()
        with database.writing(workspace):
            pass
        assert not listener.wait(0.06)


def test_everybody_who_listens_hears(database: Database, workspace: int) -> None:
    with database.listen() as one, database.listen() as other:
        write(database, workspace)
        assert one.wait(PATIENCE)
        assert other.wait(PATIENCE)


def test_an_end_of_listening_leaves_nothing_behind(database: Database, workspace: int) -> None:
    for _ in range(30):  # more than the pool has
        with database.listen():
            pass
    write(database, workspace)
    assert database._bells._bells == set()


def test_the_version_says_who_has_written_since(database: Database, workspace: int) -> None:
    before = database.changed(workspace)
    with database.writing(workspace) as tx:
        tx.save(changes(tx))
        assert database.changed(workspace) == before
    assert database.changed(workspace) == before + 1
    assert database.changed(999) == 0


def test_a_listener_that_was_cut_off_hears_again_and_looks_once(postgres: Cluster, postgres_url: str) -> None:
    database = Database(postgres_url)
    workspace = database.found("main", 0)
    with database.listen() as listener:
        with psycopg.connect(host=str(postgres.folder), user="postgres", dbname=database.engine.url.database) as admin:
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert listener.wait(PATIENCE)
        assert not listener.wait(0)
        write(database, workspace)
        assert listener.wait(PATIENCE)
    database.close()


def test_a_listener_without_a_server_waits_in_vain_until_it_is_back(postgres: Cluster, postgres_url: str) -> None:
    database = Database(postgres_url.replace("host=", "host=/nowhere/"))
    with database.listen() as listener:
        assert not listener.wait(0.01)
    database.close()
