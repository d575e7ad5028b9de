"""The decision: screens, twins, score and value, the first rule that matches; and that nothing is ever dropped."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.decide import decide, open_case, rule_on
from evenhand.core.model import Twin
from evenhand.core.outcome import Assigned, Duplicate, Held, Outcome, Rejected
from evenhand.core.places import Place
from tests.factories import NEVER, NOW, THREE, lead, policy, rule, snapshot

SCREENS = (
    '[[screen]]\nreject = "test"\nwhen = \'source == "test"\'',
    '[[screen]]\nreview = "odd"\nwhen = \'country == "FR"\'',
)
NOBODY = dict.fromkeys(THREE.reps, NEVER)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"source": "test", "country": "FR"}, Rejected(0)),
        ({"source": "web", "country": "FR"}, Held("review", screen=1)),
        ({"country": "FR"}, Held("review", screen=1)),
    ],
)
def test_the_first_screen_that_is_true_decides(fields: dict[str, Any], outcome: Outcome) -> None:
    decision = decide(lead(**fields), policy(*SCREENS, rule()), snapshot())
    assert (decision.outcome, decision.rule, decision.attempts) == (outcome, -1, ())


def test_an_unknown_screen_lets_a_lead_through() -> None:
    assert isinstance(decide(lead(), policy(*SCREENS, rule()), snapshot()).outcome, Assigned)


def test_a_twin_is_a_duplicate_before_any_screen() -> None:
    twin = replace(lead(source="test"), twin=Twin("first", "ann"))
    decision = decide(twin, policy(*SCREENS, rule()), snapshot())
    assert (decision.outcome, decision.rep) == (Duplicate("first", "ann"), "ann")


def test_the_first_rule_that_matches_decides() -> None:
    rules = policy(rule(name="German", when='country == "DE"'), rule(name="Big", when="employees > 9"), rule())
    found = [decide(lead(**known), rules, snapshot()).rule for known in ({"country": "DE"}, {"employees": 10}, {})]
    assert found == [0, 1, 2]


def test_a_rule_that_cannot_place_a_lead_may_send_it_on() -> None:
    rules = policy(rule('otherwise = "next"', name="first"), rule('otherwise = "desk"', name="second"))
    decision = decide(lead(), rules, snapshot(duty=NOBODY))
    assert (decision.outcome, decision.rule, decision.passed) == (Held("nobody"), 1, (0,))
    assert [attempt.rule for attempt in decision.attempts] == [0, 1]


@pytest.mark.parametrize(("country", "why"), [("DE", "nobody"), ("FR", "no_rule")])
def test_a_lead_that_no_rule_takes_goes_to_the_desk_with_the_reason(country: str, why: Any) -> None:
    rules = policy(rule('otherwise = "next"', when='country == "DE"'))
    decision = decide(lead(country=country), rules, snapshot(duty=NOBODY))
    assert (decision.outcome, decision.rule, decision.tier) == (Held(why), -1, -1)


def test_decisions_are_numbered_on_from_the_snapshot() -> None:
    decision = decide(lead("l-7"), policy(), snapshot(seq=41), trigger="widened")
    assert (decision.lead, decision.at, decision.seq, decision.trigger) == ("l-7", NOW, 42, "widened")


def test_a_ruling_keeps_the_case_beside_the_decision() -> None:
    ruling = rule_on(lead(), policy(), snapshot())
    assert (ruling.decision, ruling.case.snapshot) == (decide(lead(), policy(), snapshot()), snapshot())


WORTH = (
    '[fields.seats]\ntype = "integer"\n[value]\namount = "seats * 12.5"',
    '[[score]]\npoints = 7\nbecause = "dear"\nwhen = "value >= 100"',
    rule(),
)


@pytest.mark.parametrize(
    ("fields", "value", "score"),
    [({"seats": 10}, 125, 7), ({"seats": 1, "score": 3}, Decimal("12.5"), 0), ({}, None, 0), ({"value": 500}, None, 0)],
)
def test_the_policy_estimates_value_first_and_then_the_score(
    fields: dict[str, Any], value: Decimal | None, score: int
) -> None:
    table = open_case(lead(**fields), policy(*WORTH), snapshot())
    assert (table.value, table.score) == (value, score)
    assert table.facts["score"] == score


@pytest.mark.parametrize(
    ("fields", "value", "score"),
    [({"value": 9, "score": Decimal("1.5")}, 9, Decimal("1.5")), ({}, None, None), ({"value": "much"}, None, None)],
)
def test_without_formulas_the_lead_may_bring_value_and_score(
    fields: dict[str, Any], value: int | None, score: Decimal | None
) -> None:
    table = open_case(lead(**fields), policy(), snapshot())
    assert (table.value, table.score) == (value, score)


def test_the_place_is_what_is_known_of_it_and_the_arrival_is_always_known() -> None:
    table = open_case(lead(country="US", state="NY", postal_code=("10001",)), policy(), snapshot())
    assert table.place == Place("US", "NY")
    assert table.facts["received"] == NOW
