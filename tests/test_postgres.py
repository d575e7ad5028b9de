"""The PostgreSQL of the tests is a real one, and each test has it to itself."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.postgres import Cluster

ADD_FROM_ANOTHER_PROCESS: Final = """
import sys
from sqlalchemy import create_engine, text
engine = create_engine(sys.argv[1])
with engine.begin() as database:
    database.execute(text("INSERT INTO lead VALUES ('from afar')"))
engine.dispose()
"""

Open = Callable[[str], Engine]


def leads(engine: Engine) -> list[str]:
    with engine.connect() as database:
        return [name for (name,) in database.execute(text("SELECT name FROM lead ORDER BY name"))]


def add(engine: Engine, name: str) -> None:
    with engine.begin() as database:
        database.execute(text("INSERT INTO lead VALUES (:name)"), {"name": name})


def one_table(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as database:
        database.execute(text("CREATE TABLE lead (name TEXT PRIMARY KEY)"))
    engine.dispose()


@pytest.fixture(scope="session")
def migration() -> Callable[[str], None]:
    return one_table


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Engine]:
    made = create_engine(postgres_url, poolclass=NullPool)
    yield made
    made.dispose()


@pytest.mark.parametrize("name", ["ann", "Åñn", "日本"])
def test_each_test_has_a_database_of_its_own_with_the_tables_of_its_folder(engine: Engine, name: str) -> None:
    add(engine, name)
    assert leads(engine) == [name]


def test_a_fresh_database_is_empty_and_knows_nothing_of_the_next(postgres: Cluster) -> None:
    urls = postgres.fresh(), postgres.fresh()
    one_table(urls[0])
    one_table(urls[1])
    for url in urls:
        postgres.drop(url)


def test_the_url_names_no_address_but_a_folder(postgres: Cluster, postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql+psycopg://postgres@/desk_")
    assert postgres_url.endswith(f"?host={postgres.folder}")


def test_it_speaks_utf8_and_sorts_the_same_on_every_machine(on_postgres: Engine) -> None:
    with on_postgres.connect() as database:
        found = database.execute(text("SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database")).all()
    assert {tuple(row) for row in found} == {("UTF8", "C.UTF-8")}


def test_what_was_committed_outlives_a_crash_and_what_was_not_does_not(postgres: Cluster, on_postgres: Engine) -> None:
    add(on_postgres, "committed")
    with on_postgres.connect() as database:
        database.execute(text("INSERT INTO lead VALUES ('not committed')"))
        postgres.restart()
        with pytest.raises(OperationalError):
            database.execute(text("SELECT 1"))
    assert leads(on_postgres) == ["committed"]


def test_another_process_can_reach_it(postgres_url: str, on_postgres: Engine) -> None:
    subprocess.run([sys.executable, "-c", ADD_FROM_ANOTHER_PROCESS, postgres_url], check=True, timeout=60)
    add(on_postgres, "from here")
    assert leads(on_postgres) == ["from afar", "from here"]


def test_the_cluster_is_private_to_its_user(postgres: Cluster) -> None:
    assert Path(postgres.folder).stat().st_mode & 0o077 == 0
