"""The service on a trial desk: `served` on SQLite, `each_served` on SQLite and PostgreSQL in turn."""

from collections.abc import Iterator

import pytest

from tests.desk import migrated, opened
from tests.integrations.conftest import loopback
from tests.postgres import Fill
from tests.service.serving import Served, serving

__all__ = ["loopback"]  # for tests with a server of their own


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture
def served(sqlite_url: str) -> Iterator[Served]:
    with opened(sqlite_url) as trial, serving(trial) as service:
        yield service


@pytest.fixture
def each_served(database_url: str) -> Iterator[Served]:
    with opened(database_url) as trial, serving(trial) as service:
        yield service
