"""A desk on each engine, to be looked at."""

from collections.abc import Iterator

import pytest

from tests.desk import Trial, migrated, opened
from tests.postgres import Fill


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture
def each_trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as desk:
        yield desk


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as desk:
        yield desk
