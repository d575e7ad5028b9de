"""Databases with tables in them."""

import pytest

from tests.desk import migrated
from tests.integrations.conftest import loopback
from tests.postgres import Fill

__all__ = ["loopback"]  # for tests with a service of their own


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated
