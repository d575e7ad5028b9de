"""Databases with tables in them, and a program in which many processes do things at the same moment."""

from collections.abc import Iterator

import pytest

from tests.desk import migrated
from tests.desk_scenarios.together import Together
from tests.postgres import Fill


@pytest.fixture(scope="session")
def migration() -> Fill:
    return migrated


@pytest.fixture(scope="session")
def together() -> Iterator[Together]:
    program = Together()
    yield program
    program.close()
