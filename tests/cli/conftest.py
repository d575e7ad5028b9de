import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.texts import publish
from evenhand.app import open_desk, settings_of
from evenhand.app.upkeep import make_desk
from evenhand.cli.main import main
from evenhand.demo.starter import starter
from tests.desk import POLICY, TEAM


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


@pytest.fixture(scope="session")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a desk in which a small policy and a team that is always on duty are in force."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "team.toml").write_text(TEAM, encoding="utf-8")
    settings = settings_of(str(folder / "evenhand.db"), {})
    make_desk(settings)
    with open_desk(settings) as desk:
        desk.do(publish, {"policy": POLICY, "roster": TEAM}, note="first", actor=Actor("manager", "eve"))
    return folder


@pytest.fixture
def desk(opened_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, which is the current one; `--as` is eve unless it says otherwise."""
    folder = tmp_path / "desk"
    shutil.copytree(opened_once, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LOGNAME", "eve")
    for name in ("EVENHAND_DATABASE", "EVENHAND_SECRET", "EVENHAND_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def leads(desk: Path, evenhand: Run) -> Path:
    """The desk with five leads: three for whose turn it is, one to be claimed, one on eve's desk."""
    lines = ["id,email,topic", "1,a@a.example,", "2,b@b.example,", "3,c@c.example,", "4,d@d.example,list"]
    (desk / "leads.csv").write_text("\n".join([*lines, "5,e@e.example,desk", ""]), encoding="utf-8")
    ran = evenhand("receive", "leads.csv", "--source", "web")
    assert ran.code == 0, ran.err
    return desk
