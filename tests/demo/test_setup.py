"""The demo's policy and roster: they can be read, use every word of the language, and every rule is needed."""

import re
from collections import Counter
from pathlib import Path
from typing import Final, get_args

import pytest

from evenhand.core.how import HOW
from evenhand.core.model import Roster
from evenhand.core.policy.model import OtherwiseKind, Policy
from evenhand.core.who import WHO
from evenhand.demo.company import LEADS, demo_data, text_of, with_room
from evenhand.reading.setup import Setup, read_setup
from tests.demo.runs import Routed, adds_up, route

LEAST: Final = 3  # every rule takes at least so many of the 5,000 leads


@pytest.fixture(scope="module")
def setup() -> Setup:
    return read_setup(text_of("policy.toml"), text_of("team.toml"))


@pytest.fixture(scope="module")
def policy(setup: Setup) -> Policy:
    return setup.policy


@pytest.fixture(scope="module")
def roster(setup: Setup) -> Roster:
    return setup.roster


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Routed:
    policy, team, accounts, leads = demo_data(tmp_path_factory.mktemp("demo"))
    found = route(policy.parent, leads, "--policy", policy, "--team", team, "--accounts", accounts)
    assert adds_up(found, leads)
    return found


def test_forty_people_sell_in_six_pools(roster: Roster) -> None:
    assert (len(roster.reps), len(roster.pools), len(roster.teams)) == (40, 6, 6)


def test_people_live_in_more_than_five_time_zones(roster: Roster) -> None:
    assert len({rep.zone for rep in roster.reps.values()}) > 5


def test_somebody_has_left_and_somebody_has_weight_0(roster: Roster) -> None:
    assert [rep.id for rep in roster.reps.values() if not rep.active] == ["brandon"]
    assert 0 in roster.pools["europe"].weights.values()


def test_every_kind_of_cap_is_there(roster: Roster) -> None:
    assert {cap.kind for rep in roster.reps.values() for cap in rep.caps} == {"open", "hour", "day", "week", "month"}


def test_every_pool_and_team_has_a_manager(roster: Roster) -> None:
    assert all(
        group.manager for groups in (roster.pools, roster.teams, roster.territories) for group in groups.values()
    )


@pytest.mark.parametrize("word", WHO)
def test_every_who_word_is_used(policy: Policy, word: str) -> None:
    words = {type(each) for rule in policy.rules for tier in rule.tiers for each in tier.who}
    assert WHO[word] in words


def test_skills_are_asked_for_by_name_and_by_the_leads_own_field() -> None:
    text = text_of("policy.toml")
    assert re.search(r"skill \{\w+\}", text)
    assert re.search(r"skill \w+ >=", text)


@pytest.mark.parametrize("how", HOW)
def test_every_way_of_handing_over_is_used(policy: Policy, how: str) -> None:
    assert how in {rule.how for rule in policy.rules}


@pytest.mark.parametrize("kind", get_args(OtherwiseKind))
def test_every_otherwise_is_used(policy: Policy, kind: str) -> None:
    assert kind in {rule.otherwise.kind for rule in policy.rules}


def test_every_rule_takes_some_leads(policy: Policy, routed: Routed) -> None:
    taken = routed.summary["rules"]
    assert {rule.name: taken.get(rule.name, 0) for rule in policy.rules if taken.get(rule.name, 0) < LEAST} == {}


def test_every_screen_stops_some_leads(policy: Policy, routed: Routed) -> None:
    assert {record["screen"] for record in routed.records if "screen" in record} == set(range(len(policy.screens)))


def test_most_leads_are_assigned_and_caps_and_waits_happen(routed: Routed) -> None:
    outcomes = routed.summary["outcomes"]
    assert outcomes["assigned"] > 0.75 * LEADS
    assert {"at_open_cap", "at_day_cap", "at_period_cap", "off_hours", "on_leave"} <= set(routed.summary["codes"])


def test_every_outcome_occurs(routed: Routed) -> None:
    said = Counter(record["outcome"] for record in routed.records)
    assert {"assigned", "held", "rejected", "duplicate"} <= set(said)


def test_whoever_has_left_gets_nothing(routed: Routed) -> None:
    assert "brandon" not in routed.summary["reps"]


def test_everybody_who_sells_gets_something(roster: Roster, routed: Routed) -> None:
    sellers = {rep for pool in roster.pools.values() for rep, weight in pool.weights.items() if weight}
    assert sellers - {"brandon"} - set(routed.summary["reps"]) == set()


def test_pools_that_count_leads_stay_fair(roster: Roster, routed: Routed) -> None:
    spread = {pool: float(worst) for pool, worst in routed.summary["spread"].items() if pool in roster.pools}
    assert [pool for pool, worst in spread.items() if not roster.pools[pool].value_fair and worst > 15] == []


def test_caps_grow_with_the_number_of_leads() -> None:
    text = 'caps = { open = 8, day = 5 }   # 5 a day\nbacklog = { each = 3, every = "10m" }\nseniority = 4\n'
    grown = 'caps = { open = 80, day = 50 }   # 5 a day\nbacklog = { each = 30, every = "10m" }\nseniority = 4\n'
    assert with_room(text, 10) == grown


def test_caps_are_as_written_for_as_many_leads_as_the_company_can_take(tmp_path: Path) -> None:
    assert demo_data(tmp_path, leads=10)[1].read_text(encoding="utf-8") == text_of("team.toml")


def test_a_roster_with_room_can_be_read() -> None:
    grown = read_setup(text_of("policy.toml"), with_room(text_of("team.toml"), 200)).roster
    assert grown.reps["lena"].caps[0].limit == 18 * 200
