"""`evenhand init` and `evenhand demo-data`: what is written can be used at once, and nothing is overwritten."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli.demo import demo_data as demo_data_command
from evenhand.cli.main import built
from evenhand.demo.starter import FILES, starter
from evenhand.errors import BadUsage
from evenhand.reading.setup import load_setup
from tests.demo.runs import adds_up, evenhand, route


def test_the_starter_can_be_read(tmp_path: Path) -> None:
    policy, team, _ = starter(tmp_path)
    setup = load_setup(policy, team)
    assert (len(setup.policy.rules), len(setup.roster.reps), len(setup.roster.pools)) == (4, 3, 2)


def test_the_starter_routes_at_once(tmp_path: Path) -> None:
    policy, team, leads = starter(tmp_path)
    routed = route(tmp_path, leads, "--policy", policy, "--team", team)
    assert adds_up(routed, leads)
    assert len(routed.records) == 10


def test_every_rule_of_the_starter_takes_a_lead(tmp_path: Path) -> None:
    policy, team, leads = starter(tmp_path)
    routed = route(tmp_path, leads, "--policy", policy, "--team", team)
    assert {rule.name for rule in load_setup(policy, team).policy.rules} <= set(routed.summary["rules"])


def test_the_starter_makes_its_folder(tmp_path: Path) -> None:
    assert [path.name for path in starter(tmp_path / "new" / "folder")] == list(FILES)


def test_the_starter_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "team.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(BadUsage, match=r"team\.toml would be overwritten"):
        starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["team.toml"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("", encoding="utf-8")
    with pytest.raises(BadUsage, match="not a folder"):
        starter(tmp_path / "here")


def test_init_says_what_it_wrote_and_what_to_do_next(tmp_path: Path) -> None:
    said = evenhand("init", tmp_path)
    assert all(str(tmp_path / name) in said for name in FILES)
    assert "evenhand route leads.csv --policy policy.toml --team team.toml --out decisions.jsonl" in said


def test_demo_data_says_what_it_wrote_and_what_to_do_next(tmp_path: Path) -> None:
    said = evenhand("demo-data", tmp_path, "--leads", "10")
    assert f"wrote {tmp_path / 'accounts.csv'}" in said
    assert "--accounts accounts.csv --out decisions.jsonl" in said


def test_demo_data_overwrites_only_when_told_to(tmp_path: Path) -> None:
    evenhand("demo-data", tmp_path, "--leads", "10")
    with pytest.raises(BadUsage, match="--force"):
        demo_data_command(tmp_path, leads=10)
    evenhand("demo-data", tmp_path, "--leads", "20", "--force")
    assert len((tmp_path / "leads.csv").read_text(encoding="utf-8").splitlines()) > 20


def test_no_leads_at_all_is_a_mistake(tmp_path: Path) -> None:
    assert CliRunner().invoke(built(), ["demo-data", str(tmp_path), "--leads", "0"]).exit_code == 2
