"""Databases with tables in them."""

import pytest

from tests.desk import migrated
from tests.postgres import Fill


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated
