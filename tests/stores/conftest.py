"""Here the databases of the tests have their tables."""

import pytest

from tests.contracts.conftest import migrated
from tests.postgres import Fill


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated
