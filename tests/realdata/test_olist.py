"""8,000 leads of a real year, with joiners and leavers, and the hand-over of those that were qualified."""

from collections import Counter
from pathlib import Path

import pytest

from tests.demo.runs import Routed, adds_up, route, rows
from tests.realdata.setups import EXAMPLES, data, prepare


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("olist")
    prepare("olist", data("olist_funnel"), found)
    return found


@pytest.fixture(scope="module")
def arrivals() -> Path:
    return data("olist_funnel") / "olist_marketing_qualified_leads_dataset.csv"


@pytest.fixture(scope="module")
def deals() -> Path:
    return data("olist_funnel") / "olist_closed_deals_dataset.csv"


@pytest.fixture(scope="module")
def first_contact(folder: Path, arrivals: Path) -> Routed:
    setup = ("--policy", EXAMPLES / "olist" / "sdr-policy.toml", "--team", folder / "team.toml", "--open-days", "14")
    mapping = ("mql_id=id", "first_contact_date=received", "landing_page_id=campaign")
    return route(folder, arrivals, *setup, *[part for text in mapping for part in ("--map", text)])


@pytest.fixture(scope="module")
def hand_over(folder: Path, deals: Path) -> Routed:
    setup = ("--policy", EXAMPLES / "olist" / "sr-policy.toml", "--team", folder / "team.toml", "--open-days", "14")
    mapping = ("mql_id=id", "won_date=received", "business_segment=use_case")
    return route(folder, deals, *setup, *[part for text in mapping for part in ("--map", text)])


def test_every_arrival_gets_one_decision_with_its_reason(first_contact: Routed, arrivals: Path) -> None:
    assert first_contact.summary["adds_up"]
    assert adds_up(first_contact, arrivals)


def test_every_qualified_lead_gets_one_decision_with_its_reason(hand_over: Routed, deals: Path) -> None:
    assert hand_over.summary["adds_up"]
    assert adds_up(hand_over, deals)


def test_nobody_gets_a_lead_before_they_joined(first_contact: Routed) -> None:
    early = Counter(record["rep"] for record in first_contact.records if record["at"] < "2017-11" and "rep" in record)
    assert "sdr-22" not in early
    assert early.total() > 0


def test_an_unknown_origin_stays_unknown(first_contact: Routed, arrivals: Path) -> None:
    unknown = {row["mql_id"] for row in rows(arrivals) if row["origin"] in {"unknown", ""}}
    rules = Counter(record["rule"] for record in first_contact.records if record["lead"] in unknown)
    assert rules == {"Everybody else": len(unknown)}


def test_ledgers_stay_bounded(first_contact: Routed, hand_over: Routed) -> None:
    worst = [*first_contact.summary["spread"].values(), *hand_over.summary["spread"].values()]
    assert all(float(each) < 20 for each in worst)


def test_most_leads_go_to_somebody_who_knows_the_segment(hand_over: Routed) -> None:
    tiers = Counter(record["tier"] for record in hand_over.records if record.get("tier") is not None)
    assert tiers.most_common(1)[0][0] == min(tiers)
