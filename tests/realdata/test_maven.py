"""8,800 opportunities of a hardware maker: mapping, dirty keys, families of accounts, three regional pools."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.demo.runs import Routed, adds_up, route, rows
from tests.realdata.setups import EXAMPLES, data, prepare

MAPPING: Final = ("--map", "opportunity_id=id", "--map", "engage_date=received")


@pytest.fixture(scope="module")
def pipeline() -> Path:
    return data("maven_crm") / "sales_pipeline.csv"


@pytest.fixture(scope="module")
def routed(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Routed:
    folder = tmp_path_factory.mktemp("maven")
    prepare("maven", pipeline.parent, folder)
    setup = ("--policy", EXAMPLES / "maven" / "policy.toml", "--team", folder / "team.toml")
    return route(folder, pipeline, *setup, "--accounts", folder / "accounts.csv", *MAPPING, "--as-of", "2018-01-02")


def test_every_opportunity_gets_one_decision_with_its_reason(routed: Routed, pipeline: Path) -> None:
    assert routed.summary["adds_up"]
    assert adds_up(routed, pipeline)


def test_every_rule_takes_some(routed: Routed) -> None:
    assert len([rule for rule in routed.summary["rules"] if rule != "(no rule)"]) == 7


def test_the_product_that_is_spelled_differently_still_has_its_price(routed: Routed, pipeline: Path) -> None:
    products = {row["opportunity_id"]: row["product"] for row in rows(pipeline)}
    values = Counter(record.get("value") for record in routed.records if products[record["lead"]] == "GTXPro")
    assert values == {4821: 1480}


def test_leads_without_an_account_are_handed_out_all_the_same(routed: Routed, pipeline: Path) -> None:
    blank = {row["opportunity_id"] for row in rows(pipeline) if not row["account"]}
    found = Counter(record["outcome"] for record in routed.records if record["lead"] in blank)
    assert found.keys() <= {"assigned", "waiting"}
    assert found.total() == len(blank) == 1425


def test_ledgers_stay_bounded(routed: Routed) -> None:
    assert {pool: worst for pool, worst in routed.summary["spread"].items() if float(worst) > 20} == {}


def test_subsidiaries_go_to_the_owner_of_their_parent(routed: Routed, pipeline: Path) -> None:
    accounts = {row["opportunity_id"]: row["account"] for row in rows(pipeline)}
    reps = Counter(record.get("rep") for record in routed.records if accounts[record["lead"]] == "Codehow")
    parents = Counter(record.get("rep") for record in routed.records if accounts[record["lead"]] == "Acme Corporation")
    assert reps.most_common(1)[0][0] == parents.most_common(1)[0][0]
