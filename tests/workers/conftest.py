"""Databases with tables for workers to work on."""

from collections.abc import Iterator

import pytest

from tests.desk import Trial, migrated, opened
from tests.postgres import Fill


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as desk:
        yield desk
