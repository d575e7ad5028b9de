"""What holds for every test: properties may take their time on a busy machine, and nobody telephones out.

And where a test can keep things: `sqlite_url`, `postgres_url`, or `database_url` for both in turn. Their databases are
empty; a folder whose tests want tables in them says so with a `migration` of its own in its conftest.py.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests.postgres import Cluster, Fill, missing, started

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("house-ci", deadline=None, print_blob=True, derandomize=True, database=None)
settings.load_profile("house-ci" if os.environ.get("CI") else "house")


def _no_network(_: socket.socket, address: object) -> NoReturn:
    raise AssertionError(f"a test tried to reach {address}: hand the answer in instead")


@pytest.fixture(scope="session", autouse=True)
def offline() -> Iterator[None]:
    """No test opens a connection; there is nothing here that would need one (PostgreSQL's library is not Python's)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        patch.setattr(socket.socket, "connect_ex", _no_network)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of our own, made when the first test asks for it and gone after the last."""
    if why := missing():
        pytest.skip(why)
    with pytest.MonkeyPatch.context() as patch, started() as cluster:
        for name in [name for name in os.environ if name.startswith("PG")]:
            patch.delenv(name)  # somebody's settings for their own PostgreSQL
        yield cluster


@pytest.fixture(scope="session")
def migration() -> Fill | None:
    """Puts tables into an empty database, given its URL: `None` leaves the databases of the tests empty."""
    return None


@pytest.fixture(scope="session")
def sqlite_templates() -> dict[Fill, Path]:
    """The SQLite files that a migration has made already, to be copied."""
    return {}


@pytest.fixture
def sqlite_url(
    tmp_path: Path,
    migration: Fill | None,
    sqlite_templates: dict[Fill, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The URL of a new SQLite database of this test's own."""
    if migration is not None:
        if migration not in sqlite_templates:
            made = tmp_path_factory.mktemp("template") / "desk.db"
            migration(f"sqlite:///{made}")
            sqlite_templates[migration] = made
        shutil.copy(sqlite_templates[migration], tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def postgres_url(postgres: Cluster, migration: Fill | None) -> Iterator[str]:
    """The URL of a new PostgreSQL database of this test's own."""
    url = postgres.fresh(migration)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database: the test runs once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
