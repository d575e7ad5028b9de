"""Each way of handing over: who gets the lead, or who is asked, or on whose desk it lies."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.decide import Ruling
from evenhand.core.how import HOW
from evenhand.core.how.by_territory_manager import area_manager
from evenhand.core.how.least_loaded import capacity
from evenhand.core.model import DAY, HOUR, MINUTE, Duty, Load, Past, Roster, Territory
from evenhand.core.outcome import Assigned, Held, Offered
from evenhand.core.places import Place, parse_area
from tests.factories import NOW, OFFICE, THREE, credits, lead, opened, outcome, policy, pool, rep, roster, rule, ruled

OWED = credits(ann=0.5, cy=-0.5)
SPECIALISTS = roster(pool(manager="cy"), rep("ann", skills={"law": 1}), rep("bob", skills={"law": 3}))


def handed(how: str, said: str = "", people: Roster = THREE, past: Past | None = None, **world: Any) -> Ruling:
    rules = policy(rule(f'how = "{how}"\n{said}'), people=people)
    return ruled(rules, people, replace(lead(country="DE", state="BE"), past=past or Past()), **world)


def line(ruling: Ruling) -> list[str]:
    return [standing.rep for standing in ruling.decision.attempts[-1].line]


@pytest.mark.parametrize("how", ["round_robin", "weighted", "best_fit", "least_loaded", "longest_idle"])
def test_among_equals_whoever_is_owed_most_gets_the_lead(how: str) -> None:
    assert line(handed(how, ledgers=OWED)) == ["ann", "bob", "cy"]


def test_round_robin_takes_no_notice_of_weights_and_weighted_does() -> None:
    uneven = roster(pool("sales", "ann:3 bob:1"))
    shares = {
        how: {s.rep: s.share * 4 // 10**9 for s in handed(how, people=uneven).decision.attempts[0].line}
        for how in ("round_robin", "weighted")
    }
    assert shares == {"round_robin": {"ann": 2, "bob": 2}, "weighted": {"ann": 3, "bob": 1}}


def test_the_least_loaded_has_the_smallest_part_of_their_capacity_in_use() -> None:
    people = roster(pool(), rep("ann", caps={"open": 10}), rep("bob", caps={"open": 4}), rep("cy", caps={"open": 2}))
    assert line(handed("least_loaded", people=people, loads=opened(ann=3, bob=1, cy=1))) == ["bob", "ann", "cy"]


def test_without_a_cap_the_weight_is_the_capacity() -> None:
    people = roster(pool("sales", "ann:4 bob"))
    assert line(handed("least_loaded", people=people, loads=opened(ann=3, bob=1))) == ["ann", "bob"]
    assert (capacity(rep("ann", caps={"day": 9}), 4), capacity(rep("ann", caps={"open": 0}), 4), capacity(None, 2)) == (
        4,
        1,
        2,
    )


def test_the_longest_idle_never_had_a_lead_or_had_it_longest_ago() -> None:
    loads = {"ann": Load(last=NOW - 5), "bob": Load(last=NOW - HOUR)}
    assert line(handed("longest_idle", loads=loads)) == ["cy", "bob", "ann"]


def test_best_fit_trades_fit_against_fairness_by_one_knob() -> None:
    said = 'expected = "rep.skill.law * 100"'
    orders = [
        line(handed("best_fit", said, replace_pool(fit_weight=Decimal(knob)), ledgers=OWED))[0]
        for knob in ("0", "0.002", "0.01")
    ]
    assert orders == ["ann", "ann", "bob"]


def replace_pool(**said: Any) -> Roster:
    return roster(pool(**said), *SPECIALISTS.reps.values())


@pytest.mark.parametrize(
    ("how", "charged"),
    [("round_robin", True), ("weighted", True), ("best_fit", True), ("least_loaded", False), ("longest_idle", False)],
)
def test_a_way_uses_up_a_turn_or_is_only_counted(how: str, charged: bool) -> None:
    assert handed(how).decision.posting == ("charge" if charged else "count")


@pytest.mark.parametrize(("clock", "due"), [("working", NOW + DAY + HOUR), ("wall", NOW + 9 * HOUR)])
def test_a_due_time_counts_working_hours_or_the_clock_on_the_wall(clock: str, due: int) -> None:
    said = f'respond_within = "9h"\nremind_before = "1h"\nclock = "{clock}"'
    ruling = handed("round_robin", said, roster(pool("sales", "ann")), duty={"ann": OFFICE})
    assert outcome(ruling) == Assigned("ann", due, due - HOUR)


def test_without_a_reminder_there_is_none() -> None:
    ruling = handed("round_robin", 'respond_within = "1h"', roster(pool("sales", "ann")))
    assert outcome(ruling) == Assigned("ann", NOW + HOUR)


def test_a_cherry_pick_is_offered_to_everybody_until_it_is_handed_out_in_turn() -> None:
    ruling = handed("cherry_pick", 'blind = true\nunclaimed_after = "10m"', ledgers=OWED)
    assert ruling.decision.outcome == Offered(("ann", "bob", "cy"), blind=True, expires=NOW + 10 * MINUTE)
    assert ruling.decision.posting == "none"
    late = handed("cherry_pick", past=Past(unclaimed=True), ledgers=OWED).decision
    assert (late.outcome, late.posting) == (Assigned("ann"), "charge")
    assert outcome(handed("cherry_pick")).expires is None


STAGES = 'stages = [1, 2, "pool"]\nwiden_after = "5m"\nunclaimed_after = "30m"'


@pytest.mark.parametrize(
    ("stage", "offer"),
    [
        (0, Offered(("bob",), stage=0, widen=NOW + 5 * MINUTE)),
        (1, Offered(("bob", "ann"), stage=1, widen=NOW + 5 * MINUTE)),
        (2, Offered(("bob", "ann", "cy"), stage=2, expires=NOW + 30 * MINUTE)),
        (9, Offered(("bob", "ann", "cy"), stage=2, expires=NOW + 30 * MINUTE)),
    ],
)
def test_a_shotgun_asks_the_best_matching_first_and_widens(stage: int, offer: Offered) -> None:
    said = f'who = ["pool sales", "skill {{use_case}} >= 0"]\nhow = "shotgun"\n{STAGES}'
    rules = policy(rule(said, who=""), people=SPECIALISTS)
    one = replace(lead(use_case="law"), past=Past(stage=stage))
    assert ruled(rules, SPECIALISTS, one, ledgers=OWED).decision.outcome == offer


def test_a_shotgun_that_has_reached_everybody_does_not_widen() -> None:
    offer = handed("shotgun", STAGES, roster(pool("sales", "ann"))).decision.outcome
    assert offer == Offered(("ann",), expires=NOW + 30 * MINUTE)
    assert handed("shotgun", "stages = [1]").decision.outcome == Offered(("cy",))


def test_a_shotgun_that_nobody_took_is_handed_out_in_turn() -> None:
    late = handed("shotgun", STAGES, past=Past(unclaimed=True), ledgers=OWED).decision
    assert (late.outcome, late.posting) == (Assigned("ann"), "charge")


@pytest.mark.parametrize(
    ("said", "desk"),
    [('desk = "bob"', "bob"), ('desk = "manager of sales"', "cy"), ("", "cy"), ('desk = "ann"', "ann")],
)
def test_a_lead_by_hand_lies_on_the_named_desk_or_on_that_of_the_pool(said: str, desk: str) -> None:
    held = handed("manual", said, SPECIALISTS).decision
    assert held.outcome == Held("manual", desk, ("cy", "ann", "bob"))
    assert held.posting == "none"


AREAS = [
    Territory(name="World", areas=(parse_area("*"),), manager="ann"),
    Territory(name="Germany", areas=(parse_area("FR"), parse_area("DE")), manager="bob"),
    Territory(name="Berlin", areas=(parse_area("DE-BE"),)),
    Territory(name="Twin", areas=(parse_area("DE"),), manager="cy"),
]


@pytest.mark.parametrize(
    ("place", "manager"), [(Place("DE", "BE"), "bob"), (Place("US"), "ann"), (Place("FR"), "bob"), (Place(), "ann")]
)
def test_the_narrowest_area_with_a_manager_counts_and_of_equals_the_first(place: Place, manager: str) -> None:
    assert area_manager(tuple(AREAS), place) == manager
    assert area_manager((), place) == ""


def test_an_area_without_a_manager_leaves_the_lead_on_the_desk_of_the_pool() -> None:
    assert outcome(handed("by_territory_manager", people=SPECIALISTS)).desk == "cy"
    people = roster(pool(manager="cy"), *AREAS)
    assert outcome(handed("by_territory_manager", people=people)).desk == "bob"


def test_a_desk_gets_the_lead_even_when_nobody_is_there() -> None:
    away = {name: Duty() for name in THREE.reps}
    decision = handed("manual", 'desk = "ann"', duty=away).decision
    assert decision.outcome == Held("manual", "ann")
    assert len(decision.attempts[0].excluded) == 3


def test_there_are_these_nine_ways_and_each_has_its_test_above() -> None:
    assert set(HOW) == {
        *("round_robin", "weighted", "least_loaded", "longest_idle", "best_fit"),
        *("cherry_pick", "shotgun", "manual", "by_territory_manager"),
    }
