"""A command waits for nobody else's libraries: what is loaded is what it needs, and the library loads on demand."""

import subprocess
import sys
from typing import Final

import pytest

from evenhand.cli.main import COMMANDS, needed

DATABASES: Final = ("alembic", "cryptography", "psycopg", "sqlalchemy")
STARTED: Final = """
import sys
from evenhand.cli.main import built, needed
built(needed(sys.argv[1:]))
print(*sys.modules)
"""


def loaded(code: str, *words: str) -> set[str]:
    """The modules that a new process has loaded once it has run some code."""
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_read_with_its_own_modules_only(command: str) -> None:
    assert list(needed([command, "--help"])) == [command]


@pytest.mark.parametrize("words", [[], ["--help"], ["--help", "route"], ["routte"], ["--version", "--wrong"]])
def test_whoever_needs_help_is_told_of_every_command(words: list[str]) -> None:
    assert list(needed(words)) == list(COMMANDS)


def test_the_version_loads_no_command() -> None:
    ours = {module for module in loaded(STARTED, "--version") if module.startswith("evenhand.cli.")}
    assert ours == {"evenhand.cli.main", "evenhand.cli.show"}


@pytest.mark.parametrize("command", ["init", "demo-data", "route", "why", "replay", "policy", "pool", "desk"])
def test_no_database_is_loaded_before_a_desk_is_opened(command: str) -> None:
    assert loaded(STARTED, command).isdisjoint(DATABASES)


def test_a_desk_is_opened_without_what_upgrades_it() -> None:
    found = loaded("import evenhand.app.desk, sys; print(*sys.modules)")
    assert "sqlalchemy" in found
    assert "alembic" not in found


def test_the_library_loads_nothing_before_a_name_of_it_is_used() -> None:
    found = loaded("import evenhand, sys; print(*sys.modules)")
    assert {module for module in found if module.startswith("evenhand")} == {"evenhand", "evenhand.version"}
