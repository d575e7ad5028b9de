"""Looking whether a database is in order."""

from pathlib import Path

import psycopg
from sqlalchemy import text

from evenhand.stores.database import Database
from evenhand.stores.upkeep import check
from tests.contracts.written import lead, write
from tests.postgres import Cluster, Fill


def test_a_new_database_is_in_order(database_url: str) -> None:
    database = Database(database_url)
    assert check(database) == []
    database.close()


def test_a_broken_promise_is_found(database_url: str) -> None:
    database = Database(database_url)
    write(database, database.found("main", 0), [lead(7)])
    said = "workspace main, waiting_rings 7: not so: A waiting lead has a timer"
    assert any(str(fault).startswith(said) for fault in check(database))
    database.close()


def test_old_tables_are_found_and_no_row_is_looked_at(database_url: str) -> None:
    database = Database(database_url)
    write(database, database.found("main", 0), [lead(7)])
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert [(fault.what, fault.fix) for fault in check(database)] == [
        ("are of version 0000, not 0002.", "Run `evenhand db upgrade`.")
    ]
    database.close()


def test_a_file_without_tables_is_found(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert [fault.what for fault in check(database)] == ["are of version none, not 0002."]
    database.close()


def test_a_damaged_file_is_found(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    workspace = database.found("main", 0)
    write(database, workspace, [lead(number, source="a long source " * 9) for number in range(1, 400)])
    database.close()
    file = tmp_path / "desk.db"
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 9_000] = bytes(9_000)
    file.write_bytes(whole)
    damaged = Database(sqlite_url)
    faults = check(damaged)
    assert any(fault.where in {"file", "database"} for fault in faults)
    damaged.close()


def test_a_server_that_is_not_there_is_told() -> None:
    database = Database("postgresql+psycopg://ann:open-sesame@/desk?host=/nowhere")
    (fault,) = check(database)
    assert fault.what.startswith("cannot be read: the database cannot do that now")
    assert "sesame" not in str(fault)


def test_a_database_of_another_encoding_is_found(postgres: Cluster, migration: Fill) -> None:
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE plain ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    migration(postgres.url("plain"))
    database = Database(postgres.url("plain"))
    assert [fault.what for fault in check(database)] == ["is encoded as SQL_ASCII, which not every name fits into."]
    database.close()
    postgres.drop(postgres.url("plain"))
