"""Where one rule puts a lead: tier by tier, with waits, and otherwise."""

from typing import Any, Final

import pytest
from msgspec.structs import replace

from evenhand.core.decide import decide
from evenhand.core.ledger import UNIT
from evenhand.core.model import HOUR, MINUTE, Duty, Lead, Past, Roster
from evenhand.core.outcome import Assigned, Decision, Held, Waiting
from tests.factories import (
    NEVER,
    NOW,
    OFFICE,
    THREE,
    TOMORROW,
    credits,
    lead,
    opened,
    policy,
    pool,
    rep,
    roster,
    rule,
    snapshot,
)

TWO: Final = roster(pool("first", "ann"), pool("second", "bob"), pool("spare", "cy"))
TIERS: Final = '[[rule.tier]]\nwho = ["pool first"]\nwait = "30m"\n[[rule.tier]]\nwho = ["pool second"]\n'
SOON: Final = Duty(bounds=(NOW + 10 * MINUTE, NOW + HOUR))
NINE: Final = TOMORROW.bounds[0]


def placed(said: str, people: Roster = TWO, one: Lead | None = None, who: str = "", **world: Any) -> Decision:
    rules = policy(rule(said, who=who), people=people)
    return decide(one or lead(), rules, snapshot(people, **world))


def waited(since: int, tier: int = 0, rule_name: str = "Everybody") -> Lead:
    return replace(lead(), past=Past(waiting_since=since, rule=rule_name, tier=tier, tier_since=since))


def test_the_first_tier_with_somebody_decides() -> None:
    first, second = placed(TIERS), placed(TIERS, duty={"ann": NEVER})
    assert (first.rep, first.tier, first.pool) == ("ann", 0, "first")
    assert (second.rep, second.tier, [attempt.tier for attempt in second.attempts]) == ("bob", 1, [0, 1])


def test_a_tier_is_held_open_while_somebody_may_come_before_its_wait_ends() -> None:
    decision = placed(TIERS, duty={"ann": SOON})
    assert (decision.outcome, decision.tier, decision.pool) == (Waiting("tier", NOW + 10 * MINUTE), 0, "first")
    late = Duty(bounds=(NOW + 30 * MINUTE, NOW + HOUR))
    assert placed(TIERS, duty={"ann": late}).rep == "bob"


@pytest.mark.parametrize(
    "first",
    [
        (pool("first", "ann"), rep("ann", caps={"open": 1})),
        (pool("first", "ann", paused=True),),
        (pool("first", "ann", max_ahead=0),),
    ],
)
def test_what_may_end_at_any_moment_is_worth_the_whole_wait(first: tuple[Any, ...]) -> None:
    people = roster(*first, pool("second", "bob"))
    decision = placed(TIERS, people, loads=opened(ann=1), ledgers=credits("first", ann=-1))
    assert decision.outcome == Waiting("tier", NOW + 30 * MINUTE)


@pytest.mark.parametrize(("one", "rep_then"), [(waited(NOW - 29 * MINUTE), None), (waited(NOW - 30 * MINUTE), "bob")])
def test_a_wait_runs_from_when_the_tier_was_first_tried(one: Lead, rep_then: str | None) -> None:
    people = roster(pool("first", "ann", paused=True), pool("second", "bob"))
    assert placed(TIERS, people, one).rep == rep_then


def test_a_wait_that_is_over_does_not_begin_again() -> None:
    people = roster(pool("first", "ann", paused=True), pool("second", "bob"))
    assert placed(TIERS, people, waited(NOW - 5, tier=1)).rep == "bob"
    assert placed(TIERS, people, waited(NOW - 5, tier=1, rule_name="Another")).rep is None


def test_after_the_last_tier_comes_the_pool_of_otherwise() -> None:
    decision = placed(TIERS + "\n", duty={"ann": NEVER, "bob": NEVER})
    assert decision.outcome == Held("never", "") or decision.rep is None
    spare = placed('who = ["pool first"]\notherwise = "pool spare"', duty={"ann": NEVER})
    assert (spare.rep, spare.tier, spare.pool, spare.posting) == ("cy", 1, "spare", "charge")
    nobody = placed('who = ["pool first"]\notherwise = "pool spare"', duty={"ann": NEVER, "cy": TOMORROW})
    assert nobody.outcome == Waiting("nobody", NINE, NINE + 4 * HOUR)


@pytest.mark.parametrize(
    ("otherwise", "outcome"),
    [
        ("", Waiting("nobody", NINE, NINE + 4 * HOUR)),
        ('otherwise = "wait"', Waiting("nobody", NINE)),
        ('otherwise = "desk"', Held("nobody", "bob")),
        ('otherwise = "desk"\ndesk = "cy"', Held("nobody", "cy")),
        ('otherwise = "next"', Held("nobody")),
    ],
)
def test_when_nobody_can_take_it_the_rule_says_what_then(otherwise: str, outcome: object) -> None:
    people = roster(pool(manager="bob"))
    decision = placed(otherwise, people, who='["pool sales"]', duty=dict.fromkeys(people.reps, TOMORROW))
    assert decision.outcome == outcome


def test_what_nobody_can_ever_take_goes_to_the_desk_at_once() -> None:
    people = roster(pool("first", "ann:0", manager="bob"), pool("second", "cy"), rep("cy", active=False))
    assert placed(TIERS, people).outcome == Held("never", "bob")
    assert placed("", people, who='["account owner"]').outcome == Held("never")


def test_the_desk_comes_after_four_hours_in_which_somebody_was_at_work() -> None:
    away = dict.fromkeys(THREE.reps, OFFICE)
    people = roster(pool(paused=True, manager="ann"))
    fresh = placed("", people, who='["pool sales"]', duty=away)
    assert fresh.outcome == Waiting("nobody", NOW + 4 * HOUR, NOW + 4 * HOUR)
    late = placed("", people, waited(NOW, tier=1), who='["pool sales"]', duty=away, now=NOW + 4 * HOUR)
    assert late.outcome == Held("nobody", "ann")


def test_without_four_working_hours_ahead_a_lead_goes_to_the_desk_at_once() -> None:
    nobody = dict.fromkeys(THREE.reps, NEVER)
    assert placed("", THREE, who='["pool sales"]', duty=nobody).outcome == Held("nobody")
    assert placed('otherwise = "wait"', THREE, who='["pool sales"]', duty=nobody).outcome == Waiting("nobody")


# --- what it costs


@pytest.mark.parametrize(
    ("said", "posting"),
    [
        ("", "charge"),
        ("charge = false", "count"),
        ('how = "least_loaded"', "claim"),
        ('how = "longest_idle"', "count"),
        ('how = "longest_idle"\ncharge = true', "charge"),
        ('how = "cherry_pick"', "none"),
    ],
)
def test_a_lead_is_charged_claimed_or_counted(said: str, posting: str) -> None:
    people = roster(pool(charges=frozenset({"least_loaded"})))
    decision = placed(said, people, who='["pool sales"]')
    assert (decision.posting, decision.charge) == (posting, UNIT if posting in ("charge", "claim") else 0)


def test_a_lead_for_one_named_person_uses_up_no_turn() -> None:
    assert placed("", who='["pool first", "rep ann"]').posting == "count"


def test_a_claim_posts_the_shares_that_a_refund_reverses() -> None:
    people = roster(pool("sales", "ann bob", charges=frozenset({"least_loaded"}), debt_limit=1))
    decision = placed(
        'how = "least_loaded"', people, who='["pool sales"]', ledgers=credits(ann=-1, bob=1), loads=opened(bob=3)
    )
    assert {standing.rep: standing.share for standing in decision.attempts[0].line} == {"ann": UNIT, "bob": 0}
    assert (decision.rep, decision.posting, decision.written_off) == ("ann", "claim", UNIT // 2)


@pytest.mark.parametrize(
    ("fields", "recent", "charge"),
    [
        ({"value": 700}, (), 700),
        ({"value": 9000}, (), 1000),
        ({}, (100, 300, 200), 200),
        ({}, (), 1000),
    ],
)
def test_a_value_fair_pool_charges_the_expected_value(
    fields: dict[str, Any], recent: tuple[int, ...], charge: int
) -> None:
    people = roster(pool("sales", "ann", value_fair=True, max_charge=1000))
    decision = placed("", people, lead(**fields), who='["pool sales"]', values={"sales": recent})
    assert decision.charge == charge * UNIT


def test_without_any_value_or_limit_a_lead_costs_one() -> None:
    people = roster(pool("sales", "ann", value_fair=True))
    assert placed("", people, who='["pool sales"]').charge == UNIT


def test_seats_stand_in_the_order_of_the_line() -> None:
    (attempt,) = placed("", THREE, who='["pool sales"]', ledgers=credits(cy=2, bob=1)).attempts
    assert [seat.rep for seat in attempt.seats] == [one.rep for one in attempt.line] == ["cy", "bob", "ann"]


def test_an_assignment_ends_the_search() -> None:
    assert isinstance(placed(TIERS).outcome, Assigned)
    assert len(placed(TIERS).attempts) == 1
