"""What a decision leads to as time passes: its timers, and what is decided when one of them rings."""

from typing import Any, Final

import pytest
from msgspec.structs import replace

from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import (
    Timer,
    after_decline,
    after_holder,
    on_expire,
    on_silence,
    on_stale,
    on_wake,
    on_widen,
    past_after,
    stale_at,
    timers,
)
from evenhand.core.model import DAY, HOUR, MINUTE, Duty, Past, Roster, Team, Twin
from evenhand.core.outcome import Assigned, Decision, Duplicate, Held, Offered, Outcome, Rejected, Trigger, Waiting
from evenhand.core.policy.model import Policy
from tests.core.replaying import comes_out_again
from tests.factories import (
    NEVER,
    NOW,
    OFFICE,
    THREE,
    TOMORROW,
    lead,
    outcome,
    policy,
    pool,
    rep,
    roster,
    rule,
    ruled,
    snapshot,
)


def decision(outcome: Outcome) -> Decision:
    return Decision(lead="l", at=NOW, seq=1, trigger="received", outcome=outcome, rule=0)


@pytest.mark.parametrize(
    ("outcome", "rings"),
    [
        (Assigned("ann", 9, 5), (Timer(5, "remind"), Timer(9, "due"))),
        (Assigned("ann"), ()),
        (Offered(("ann",), widen=5), (Timer(5, "widen"),)),
        (Offered(("ann",), expires=7), (Timer(7, "expire"),)),
        (Waiting("tier", 3), (Timer(3, "wake"),)),
        (Waiting("nobody"), ()),
        (Held("manual"), ()),
        (Rejected(0), ()),
        (Duplicate("a"), ()),
    ],
)
def test_each_outcome_has_its_timers(outcome: Outcome, rings: tuple[Timer, ...]) -> None:
    assert timers(decision(outcome)) == rings


TIERS: Final = policy(
    rule('[[rule.tier]]\nwho = ["rep ann"]\nwait = "30m"\n[[rule.tier]]\nwho = ["rep bob"]\nwait = "1h"', who="")
)
SOON: Final = Duty(bounds=(NOW + 20 * MINUTE, NOW + DAY))


def test_a_waiting_lead_remembers_since_when_and_in_which_tier() -> None:
    ruling = ruled(TIERS, duty={"ann": SOON})
    assert past_after(ruling, TIERS) == Past(waiting_since=NOW, rule="Everybody", tier=0, tier_since=NOW)


def test_waiting_on_in_the_same_tier_keeps_the_time_and_in_the_next_one_begins_anew() -> None:
    past = Past(waiting_since=NOW - DAY, rule="Everybody", tier=0, tier_since=NOW - 15 * MINUTE)
    early = Duty(bounds=(NOW + MINUTE, NOW + DAY))
    assert past_after(ruled(TIERS, one=replace(lead(), past=past), duty={"ann": early}), TIERS) == past
    late = replace(lead(), past=replace(past, tier_since=NOW - HOUR))
    moved = past_after(ruled(TIERS, one=late, duty={"ann": NEVER, "bob": SOON}), TIERS)
    assert moved == replace(past, tier=1, tier_since=NOW)


def test_after_all_waits_are_over_no_tier_is_held_open_again() -> None:
    nobody = {"ann": TOMORROW, "bob": TOMORROW}
    past = past_after(ruled(TIERS, duty=nobody), TIERS)
    assert (past.tier, past.waiting_since) == (2, NOW)
    woken = on_wake(replace(lead(), past=past), TIERS, snapshot(duty={"ann": SOON}, now=NOW + MINUTE))
    assert woken.decision.rep == "bob"


def test_what_does_not_wait_keeps_its_past() -> None:
    past = Past(holders=("cy",), waiting_since=5)
    assert past_after(ruled(policy(), one=replace(lead(), past=past)), policy()) == past


def test_a_woken_lead_is_decided_under_the_policy_now_in_force() -> None:
    ruling = on_wake(lead(), policy(rule(name="New", who='["rep cy"]')), snapshot())
    assert (ruling.decision.rep, ruling.decision.trigger) == ("cy", "waiting")


SHOTGUN: Final = policy(rule('how = "shotgun"\nstages = [1, 2, "pool"]\nwiden_after = "5m"\nunclaimed_after = "5m"'))


def test_an_offer_widens_by_one_stage_and_ends_with_a_turn() -> None:
    widened = on_widen(lead(), SHOTGUN, snapshot())
    assert (len(outcome(widened).reps), widened.decision.trigger) == (2, "widened")
    assert past_after(widened, SHOTGUN).stage == 1
    handed = on_expire(lead(), SHOTGUN, snapshot())
    assert (handed.decision.trigger, handed.decision.posting) == ("unclaimed", "charge")


# --- silence


STAFF: Final = roster(pool(manager="bob"), rep("ann", team="north"), Team(name="north", manager="cy"))


def silent(rules: Policy, people: Roster = STAFF, past: Past | None = None, **world: Any) -> Ruling:
    one = replace(lead(), past=past or Past())
    only = {"bob": NEVER, "cy": NEVER}
    last = rule_on(one, rules, snapshot(people, duty=only)).decision
    found = on_silence(one, last, rules, snapshot(people, now=NOW + HOUR, **world))
    assert found is not None
    return found


def re_assigning(said: str = "times = 1", more: str = "") -> Policy:
    return policy(rule(f"respond_within = '30m'\nreassign = {{ {said} }}\n{more}"), people=STAFF)


def test_without_reassign_a_silent_holder_keeps_the_lead() -> None:
    rules = policy(people=STAFF)
    last = rule_on(lead(), rules, snapshot(STAFF)).decision
    assert on_silence(lead(), last, rules, snapshot(STAFF, now=NOW + HOUR)) is None


def test_nobody_is_silent_who_holds_nothing_or_whom_no_rule_chose() -> None:
    rules, world = re_assigning(), snapshot(STAFF)
    assert on_silence(lead(), decision(Held("manual")), rules, world) is None
    assert on_silence(lead(), replace(decision(Assigned("ann")), rule=-1), rules, world) is None


def test_a_silent_holder_loses_the_lead_to_somebody_who_has_not_held_it() -> None:
    found = silent(re_assigning(), past=Past(declined=("cy",), waiting_since=5))
    assert (found.decision.rep, found.decision.trigger) == ("bob", "reassigned")
    assert found.case.lead.past == Past(holders=("ann",), declined=("cy",))


@pytest.mark.parametrize(("then", "desk"), [("manager", "cy"), ("desk", "")])
def test_after_so_many_times_the_lead_goes_to_the_manager_or_the_desk(then: str, desk: str) -> None:
    found = silent(re_assigning(f'times = 1, then = "{then}"'), past=Past(holders=("bob",)))
    assert found.decision.outcome == Held("escalated", desk)
    assert (found.decision.at, found.decision.trigger, found.decision.rule) == (NOW + HOUR, "reassigned", 0)
    assert found.case.lead.past.holders == ("bob", "ann")


@pytest.mark.parametrize("otherwise", ["", 'otherwise = "desk"', 'otherwise = "next"'])
def test_with_nobody_left_the_lead_goes_to_the_manager(otherwise: str) -> None:
    people = roster(pool("sales", "ann", manager="bob"), rep("bob"))
    rules = policy(rule(f"reassign = {{ times = 3 }}\n{otherwise}"), people=people)
    assert silent(rules, people).decision.outcome == Held("escalated", "bob")


def test_a_lead_may_wait_for_its_next_holder() -> None:
    found = silent(re_assigning(), duty={"bob": TOMORROW, "cy": NEVER})
    assert isinstance(found.decision.outcome, Waiting)


def test_without_a_manager_it_is_everybodys_desk() -> None:
    rules = policy(rule("reassign = { times = 1 }"), people=THREE)
    assert silent(rules, THREE, Past(holders=("bob",))).decision.outcome == Held("escalated", "")
    gone = on_silence(lead(), decision(Assigned("zoe")), rules, snapshot(roster(pool("sales", "cy"))))
    assert gone is not None
    assert gone.decision.rep == "cy"


# --- what people do to a lead


def test_a_lead_left_lying_is_decided_like_one_not_answered_and_says_so() -> None:
    rules, world = re_assigning(), snapshot(STAFF, now=NOW + HOUR)
    last = rule_on(lead(), rules, snapshot(STAFF, duty={"bob": NEVER, "cy": NEVER})).decision
    found, silence = on_stale(lead(), last, rules, world), on_silence(lead(), last, rules, world)
    assert found is not None
    assert silence is not None
    assert found.decision == replace(silence.decision, trigger="stale")
    assert found.case.lead.past.holders == ("ann",)


def test_a_lead_left_lying_by_the_last_of_many_goes_to_the_manager() -> None:
    one = replace(lead(), past=Past(holders=("bob",)))
    held = replace(decision(Assigned("ann")), score=7)
    found = on_stale(one, held, re_assigning(), snapshot(STAFF))
    assert found is not None
    assert (found.decision.outcome, found.decision.trigger, found.decision.score) == (
        Held("escalated", "cy"),
        "stale",
        7,
    )


def test_without_reassign_a_stale_lead_stays_where_it_is() -> None:
    assert on_stale(lead(), decision(Assigned("ann")), policy(), snapshot()) is None


@pytest.mark.parametrize(
    ("said", "stale"),
    [
        ("", None),
        ("stale_after = '5h'", NOW + 5 * HOUR),
        ("stale_after = '9h'", TOMORROW.bounds[0] + HOUR),
        ("stale_after = '9h'\nclock = 'wall'", NOW + 9 * HOUR),
        ("stale_after = '900h'", None),
    ],
)
def test_a_lead_becomes_stale_by_the_same_clock_as_it_is_to_be_answered(said: str, stale: int | None) -> None:
    assert stale_at(policy(rule(said)).rules[0], NOW, OFFICE.bounds) == stale


def test_whoever_has_held_or_declined_a_lead_is_remembered_and_what_it_waited_for_is_not() -> None:
    past = Past(holders=("ann",), declined=("bob",), waiting_since=5, stage=2, unclaimed=True, cleared=True)
    assert after_holder(past, "cy") == Past(holders=("ann", "cy"), declined=("bob",), cleared=True)
    assert after_decline(past, "cy") == Past(holders=("ann",), declined=("bob", "cy"), cleared=True)


@pytest.mark.parametrize("trigger", ["declined", "left", "rerouted", "restored"])
def test_a_lead_that_comes_back_goes_to_who_has_not_refused_it(trigger: Trigger) -> None:
    past = after_decline(after_holder(Past(), "ann"), "bob")
    found = ruled(policy(), one=replace(lead(), past=past), trigger=trigger)
    assert (found.decision.rep, found.decision.trigger) == ("cy", trigger)
    assert comes_out_again(found, policy()).decision == found.decision


def test_a_lead_that_a_person_has_cleared_is_screened_no_more_even_when_its_holder_is_silent() -> None:
    rules = policy('[[screen]]\nreject = "test"\nwhen = "always"', rule("reassign = { times = 1 }"))
    one = replace(lead(), twin=Twin("first"), past=Past(cleared=True))
    restored = ruled(rules, one=one, trigger="restored")
    assert isinstance(restored.decision.outcome, Assigned)
    comes_out_again(restored, rules)
    moved = on_silence(one, restored.decision, rules, snapshot())
    assert moved is not None
    assert isinstance(moved.decision.outcome, Assigned)
