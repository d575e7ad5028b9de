"""The Fortune 500 as accounts: another encoding, lost zeros, names in capitals, private addresses."""

from collections import Counter
from pathlib import Path

import pytest

from tests.demo.runs import Routed, adds_up, route, rows
from tests.realdata.setups import EXAMPLES, data, prepare

Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("fortune500")
    prepare("fortune500", data("fortune500"), found)
    return found


@pytest.fixture(scope="module")
def leads(folder: Path) -> Table:
    return {row["id"]: row for row in rows(folder / "leads.csv")}


@pytest.fixture(scope="module")
def routed(folder: Path) -> Routed:
    example = EXAMPLES / "fortune500"
    setup = ("--policy", example / "policy.toml", "--team", example / "team.toml")
    return route(folder, folder / "leads.csv", *setup, "--accounts", folder / "accounts.csv")


def test_every_lead_gets_one_decision_with_its_reason(folder: Path, routed: Routed) -> None:
    assert routed.summary["adds_up"]
    assert adds_up(routed, folder / "leads.csv")


def test_everybody_at_one_of_the_500_is_recognised(routed: Routed, leads: Table) -> None:
    known = {lead for lead, row in leads.items() if not row["company"].startswith("Corner Shop")}
    rules = Counter(record["rule"][:14] for record in routed.records if record["lead"] in known)
    assert rules == {"One of the 500": len(known)}


def test_nobody_else_is_taken_for_one_of_them(routed: Routed, leads: Table) -> None:
    strangers = {lead for lead, row in leads.items() if row["company"].startswith("Corner Shop")}
    assert [r["lead"] for r in routed.records if r["lead"] in strangers and r["rule"].startswith("One of")] == []


def test_owners_get_their_own(folder: Path, routed: Routed, leads: Table) -> None:
    owners = {row["name"].upper(): row["owner"] for row in rows(folder / "accounts.csv") if row["owner"]}
    wrong = [r["lead"] for r in routed.records if owners.get(leads[r["lead"]]["company"], r["rep"]) != r["rep"]]
    assert wrong == []
