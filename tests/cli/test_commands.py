import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROUTE = ("route", "leads.csv", "--policy", "policy.toml", "--team", "team.toml", "--as-of", "2026-11-03")


def test_every_lead_of_a_file_ends_as_one_record(routed: Path) -> None:
    leads = [json.loads(line)["lead"] for line in routed.read_text(encoding="utf-8").splitlines()]
    assert sorted(leads) == sorted(f"L-{n}" for n in range(1, 11))


def test_the_summary_can_be_had_as_json(company: Path, evenhand: Run) -> None:
    summary = json.loads(evenhand(*ROUTE, "--json").out)
    assert summary["lines"] == summary["leads"] == sum(summary["outcomes"].values()) == 10
    assert summary["adds_up"] is True


def test_decisions_can_be_had_as_a_table(company: Path, evenhand: Run) -> None:
    assert evenhand(*ROUTE, "--out", "decisions.csv").code == 0
    header, *rows = (company / "decisions.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("lead,outcome,rep,desk,of,rule")
    assert len(rows) == 10


def test_routing_twice_gives_the_same_bytes(company: Path, evenhand: Run) -> None:
    evenhand(*ROUTE, "--out", "first.jsonl")
    evenhand(*ROUTE, "--out", "second.jsonl")
    assert (company / "first.jsonl").read_bytes() == (company / "second.jsonl").read_bytes()


def test_why_says_who_and_why_in_one_sentence(routed: Path, evenhand: Run) -> None:
    said = evenhand("why", "L-1", "--decisions", routed).out
    assert "Ann Example: in pool field, speaks de, on duty, 0 of 8 open; the only one who could take it." in said


def test_why_not_says_what_would_have_to_change(routed: Path, evenhand: Run) -> None:
    said = evenhand("why", "L-1", "--decisions", routed, "--rep", "bob").out
    assert "bob: does not speak de." in said
    assert "For bob to get it: speak de" in said


def test_a_lead_without_a_decision_is_named(routed: Path, evenhand: Run) -> None:
    ran = evenhand("why", "L-99", "--decisions", routed)
    assert ran.code == 2
    assert "no decision on lead 'L-99'" in ran.err


def test_a_replay_of_untouched_decisions_finds_nothing(routed: Path, evenhand: Run) -> None:
    ran = evenhand("replay", routed)
    assert ran.code == 0
    assert "all the same, ledgers included" in ran.out


def test_a_replay_looks_for_the_policy_beside_the_decisions(
    routed: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert evenhand("replay", routed).code == 0


def test_the_policy_to_check_may_be_named_as_elsewhere(company: Path, evenhand: Run) -> None:
    (company / "policy.toml").rename("other.toml")
    assert evenhand("policy", "check", "--policy", "other.toml", "--team", "team.toml").code == 0
    assert evenhand("policy", "check", "other.toml").code == 0
    assert evenhand("policy", "check").code == 2


def test_a_replay_finds_a_forged_rep(routed: Path, evenhand: Run) -> None:
    text = routed.read_text(encoding="utf-8")
    routed.write_text(text.replace('"outcome":"assigned","rep":"ann"', '"outcome":"assigned","rep":"bob"', 1), "utf-8")
    ran = evenhand("replay", routed)
    assert ran.code == 1
    assert "differences" in ran.out


def test_a_replay_finds_a_change_that_changes_no_decision(routed: Path, evenhand: Run) -> None:
    text = routed.read_text(encoding="utf-8")
    routed.write_text(text.replace('"source":"website"', '"source":"webside"', 1), "utf-8")
    ran = evenhand("replay", routed)
    assert ran.code == 1
    assert "its link in the chain is broken" in ran.out


def test_a_replay_finds_a_file_that_was_cut_short_by_the_last_link(company: Path, evenhand: Run) -> None:
    chain = json.loads(evenhand(*ROUTE, "--out", "decisions.jsonl", "--json").out)["chain"]
    assert evenhand("replay", "decisions.jsonl", "--chain", chain).code == 0
    lines = Path("decisions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    last = max(lines, key=lambda line: json.loads(line)["seq"])
    Path("decisions.jsonl").write_text("".join(line for line in lines if line != last), encoding="utf-8")
    ran = evenhand("replay", "decisions.jsonl", "--chain", chain)
    assert ran.code == 1
    assert "the chain ends in" in ran.out


def test_the_next_in_a_pool_are_told_from_the_decisions(routed: Path, evenhand: Run) -> None:
    told = json.loads(evenhand("pool", "next", "field", "--decisions", routed, "-n", 3, "--json").out)
    assert sorted(told["next"]) == ["ann", "ann", "bob"]
    assert sum(told["credits"].values()) == 0


def test_a_pool_that_does_not_exist_is_told_with_the_nearest(company: Path, evenhand: Run) -> None:
    ran = evenhand("pool", "next", "feild")
    assert ran.code == 2
    assert "Did you mean field?" in ran.err


def test_the_starter_policy_has_no_errors(company: Path, evenhand: Run) -> None:
    ran = evenhand("policy", "check", "--week-of", "2026-11-02")
    assert ran.code == 0
    assert ran.out.endswith("0 errors, 0 warnings, 2 notes\n")


def test_a_rule_that_can_never_be_reached_is_an_error_with_its_line(company: Path, evenhand: Run) -> None:
    policy = company / "policy.toml"
    late = '\n[[rule]]\nname = "Too late"\nwhen = "employees > 5"\nwho = ["pool field"]\n'
    policy.write_text(policy.read_text(encoding="utf-8") + late, encoding="utf-8")
    ran = evenhand("policy", "check", "--json")
    found = [finding for finding in json.loads(ran.out) if finding["code"] == "shadowed"]
    assert ran.code == 1
    assert [finding["rule"] for finding in found] == ["Too late"]


def test_a_rule_can_be_had_in_plain_english(company: Path, evenhand: Run) -> None:
    assert "When score is at least 50" in evenhand("policy", "explain", "--rule", "Hot").out


def test_a_condition_can_be_had_in_plain_english(company: Path, evenhand: Run) -> None:
    said = evenhand("policy", "explain", "--when", "country in DACH").out
    assert said == "country is one of AT, CH, DE (DACH)\n"


def test_the_version_is_told(evenhand: Run) -> None:
    assert evenhand("--version").out.startswith("evenhand 0.")
