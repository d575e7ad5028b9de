"""Both engines with tables in them. A module shares a database; each test, and each example of one, founds its own
workspace in it.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest

from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade
from tests.postgres import Cluster, Fill

_NUMBERS = itertools.count(1)


def migrated(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database that all tests of a module share."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('contracts') / 'desk.db'}"
        migrated(url)
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.fresh(migrated)
    database = Database(url, lock_timeout=5_000)
    yield database
    database.close()


@pytest.fixture(scope="module")
def founded(database: Database) -> Callable[[], int]:
    """Makes a new workspace and gives its number."""
    return lambda: database.found(f"workspace {next(_NUMBERS)}", 0)


@pytest.fixture
def workspace(founded: Callable[[], int]) -> int:
    return founded()
