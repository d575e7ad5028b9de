"""Databases with tables for workers to work on."""

from collections.abc import Iterator

import pytest

from tests.desk import Trial, migrated, opened
from tests.integrations.conftest import loopback
from tests.postgres import Fill

__all__ = ["loopback"]  # for tests with a server of their own


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as desk:
        yield desk


@pytest.fixture
def each_trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as desk:
        yield desk
