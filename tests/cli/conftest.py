import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from evenhand.cli.main import main
from evenhand.demo.starter import starter


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def evenhand(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process and gives its exit code and what it printed."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["evenhand", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, printed.out, printed.err)

    return run


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the starter policy, team and leads, which is the current one."""
    starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def routed(company: Path, evenhand: Run) -> Path:
    """The starter's leads, routed."""
    files = ("leads.csv", "--policy", "policy.toml", "--team", "team.toml", "--out", "decisions.jsonl")
    ran = evenhand("route", *files, "--as-of", "2026-11-03")
    assert ran.code == 0, ran.err
    return company / "decisions.jsonl"
