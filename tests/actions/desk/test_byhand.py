"""A person chooses who gets a lead: the machine gives way to managers, and reps to the rules."""

from typing import Final

import pytest

from evenhand.actions.byhand import assign, hand_over, offer
from evenhand.actions.desk import call
from evenhand.actions.holding import respond
from evenhand.actions.offers import accept, claim, decline
from evenhand.analytics.proof import prove
from evenhand.core.model import DAY, HOUR
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

FULL: Final = TEAM.replace('id = "bob"', 'id = "bob"\ncaps = { open = 1 }').replace(
    'id = "cy"', 'id = "cy"\naway = true'
)


def given(trial: Trial, **fields: str) -> tuple[int, str, str]:
    """A lead in somebody's hands: its number, who has it, and somebody else of the pool."""
    lead = trial.comes(**fields)
    who = trial.row(lead).rep or ""
    return lead, who, next(name for name in ("ann", "bob", "cy") if name != who)


# --- by a manager


def test_when_a_manager_and_the_router_decide_at_once_the_manager_is_right(trial: Trial) -> None:
    """Scenario 12: no second message, no turn used up, and the machine's decision says that it was overtaken."""
    lead, who, other = given(trial)
    trial.do(assign, lead, rep=other)
    assert trial.state(lead) == f"assigned {other}"
    assert trial.told(lead) == [f"assigned {other}", f"taken away {who}"]
    assert set(trial.credits().values()) == {0.0}
    assert (trial.open(who), trial.open(other)) == (0, 1)
    with trial.database.reading(trial.desk.workspace) as tx:
        assert [(made.seq, made.superseded_by) for made in tx.story.decisions_of(lead)] == [(1, 2), (2, None)]
        assert [(held.rep, held.ending) for held in tx.leads.assignments(lead)] == [(who, "taken away"), (other, "")]


def test_a_manager_who_comes_in_the_very_transaction_of_a_claim_still_beats_it(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    answers = trial.run(
        [
            call(claim, lead, rep="ann", actor=rep("ann")),
            call(assign, lead, rep="bob", actor=MANAGER),
            call(claim, lead, rep="cy", actor=rep("cy")),
        ]
    )
    assert [str(answer.error) for answer in answers if answer.error] == [
        "lead 1 was taken by Bob at 2026-11-02T09:00:00Z."
    ]
    assert trial.state(lead) == "assigned bob"
    assert trial.told(lead) == ["assigned bob", "taken away ann"]


@pytest.mark.parametrize("touch", [accept, respond])
def test_whoever_has_touched_the_lead_has_had_their_turn(trial: Trial, touch: object) -> None:
    lead, who, other = given(trial)
    if touch is accept:
        trial.do(accept, lead, rep=who, actor=rep(who))
    else:
        trial.do(respond, lead, actor=rep(who))
    trial.do(assign, lead, rep=other)
    assert trial.credits()[who] == pytest.approx(-2 / 3)


def test_a_manager_may_name_somebody_who_is_full_or_away_and_the_warning_is_kept(trial: Trial) -> None:
    """Scenario 36: by name anybody, by the group only who is free."""
    trial.publish(roster=FULL)
    first, second = [lead for lead in trial.come(3) if trial.row(lead).rep == "ann"]
    trial.do(assign, first, rep="bob")
    trial.do(assign, second, rep="cy")
    assert (trial.state(first), trial.state(second)) == ("assigned bob", "assigned cy")
    assert trial.because(first) == "Bob: given by hand; although full: 1 of 1 open."
    assert trial.because(second) == "Cy: given by hand; although set away."
    assert {trial.row(lead).rep for lead in trial.come(3)} == {"ann"}


def test_a_lead_can_be_given_from_the_desk_from_a_wait_and_back_from_the_rejected(trial: Trial) -> None:
    for topic in ("desk", "list", "spam"):
        lead = trial.comes(topic=topic)
        trial.do(assign, lead, rep="eve")
        assert trial.state(lead) == "assigned eve"
    trial.do(respond, lead, actor=rep("eve"))
    assert trial.state(lead) == "working eve"


def test_what_a_manager_gives_away_is_answered_in_time_or_moves_on_past_both_holders(trial: Trial) -> None:
    lead, who, other = given(trial)
    trial.do(assign, lead, rep=other)
    trial.later(HOUR)
    assert trial.row(lead).rep not in (who, other, None)


def test_a_lead_by_hand_goes_on_although_a_screen_would_turn_it_away(trial: Trial) -> None:
    lead = trial.comes(topic="spam")
    trial.do(assign, lead, rep="ann")
    trial.do(decline, lead, rep="ann", actor=rep("ann"))
    assert trial.row(lead).state == "assigned"


def test_giving_a_lead_to_its_holder_changes_nothing(trial: Trial) -> None:
    lead, who, _ = given(trial)
    before = trial.row(lead)
    assert trial.do(assign, lead, rep=who) == before
    assert trial.events(lead) == ["lead.assigned key website"]


def test_a_name_that_nobody_has_and_a_rep_who_assigns_are_refused(trial: Trial) -> None:
    lead, who, other = given(trial)
    with pytest.raises(NotFound, match="nobody in the roster has the id 'bop'"):
        trial.do(assign, lead, rep="bop")
    with pytest.raises(NotAllowed, match="only a manager can give a lead to somebody"):
        trial.do(assign, lead, rep=other, actor=rep(who))
    assert (trial.state(lead), trial.open(who)) == (f"assigned {who}", 1)


def test_a_slot_that_a_manager_frees_goes_to_a_lead_that_waits(trial: Trial) -> None:
    trial.publish(roster=TEAM.replace('id = "ann"', 'id = "ann"\ncaps = { open = 1 }').replace(', "bob", "cy"]', "]"))
    first, second = trial.come(2)
    trial.do(assign, first, rep="bob")
    assert (trial.state(first), trial.state(second)) == ("assigned bob", "assigned ann")


# --- by a rep


def test_a_rep_hands_their_own_lead_to_somebody_whom_the_rule_would_allow(trial: Trial) -> None:
    """Scenario 35. The turn stays with whoever had it."""
    lead, who, other = given(trial)
    trial.do(hand_over, lead, to=other, actor=rep(who))
    assert trial.state(lead) == f"assigned {other}"
    assert trial.told(lead) == [f"assigned {other}"]
    assert trial.credits()[who] == pytest.approx(-2 / 3)


@pytest.mark.parametrize(
    ("to", "why"),
    [("bob", "full: 1 of 1 open"), ("cy", "set away"), ("eve", "not in pool sales")],
)
def test_a_rep_cannot_hand_a_lead_to_somebody_whom_the_rule_leaves_out(trial: Trial, to: str, why: str) -> None:
    """Scenario 35: a reassignment by a rep obeys the rules, and a manager need not."""
    trial.publish(roster=FULL)
    trial.do(assign, trial.comes(), rep="bob")
    lead = trial.comes()
    with pytest.raises(Conflict, match=f"lead 2 cannot be handed over to {to.title()}: {why}"):
        trial.do(hand_over, lead, to=to, actor=rep("ann"))
    assert (trial.state(lead), trial.open("ann")) == ("assigned ann", 1)
    trial.do(hand_over, lead, to=to)
    assert trial.state(lead) == f"assigned {to}"


def test_a_rep_who_may_not_hand_over_is_told_so(trial: Trial) -> None:
    """Scenario 35: "may not reassign" is respected."""
    held = "\nmay_hand_over = false\n"
    trial.publish(roster=TEAM.replace('id = "ann"', f'id = "ann"{held}'))
    lead = trial.comes()
    trial.do(assign, lead, rep="ann")
    with pytest.raises(NotAllowed, match="Ann may not hand leads over"):
        trial.do(hand_over, lead, to="bob", actor=rep("ann"))
    trial.do(hand_over, lead, to="bob")
    assert trial.state(lead) == "assigned bob"


def test_nobody_hands_over_what_is_not_theirs_or_to_themselves_or_back(trial: Trial) -> None:
    lead, who, other = given(trial)
    with pytest.raises(NotAllowed, match="is not yours"):
        trial.do(hand_over, lead, to=who, actor=rep(other))
    with pytest.raises(Conflict, match="is yours already"):
        trial.do(hand_over, lead, to=who, actor=rep(who))
    trial.do(hand_over, lead, to=other, actor=rep(who))
    with pytest.raises(Conflict, match="has held this lead before"):
        trial.do(hand_over, lead, to=who, actor=rep(other))
    with pytest.raises(Conflict, match="can hand over only while it is: assigned, working"):
        trial.do(hand_over, trial.comes(topic="list"), to="ann")


def test_a_hand_over_that_is_refused_costs_nobody_a_turn(trial: Trial) -> None:
    """Scenario 40."""
    lead, who, _ = given(trial)
    before = trial.credits()
    with pytest.raises(Conflict):
        trial.do(hand_over, lead, to="eve", actor=rep(who))
    assert (trial.credits(), trial.row(lead).rep, trial.rings(lead).keys()) == (
        before,
        who,
        {"due": 0, "remind": 0}.keys(),
    )


def test_a_lead_that_was_worked_on_begins_anew_in_other_hands(trial: Trial) -> None:
    trial.publish(policy=POLICY.replace('respond_within = "1h"', 'respond_within = "1h"\nstale_after = "3d"'))
    lead, who, other = given(trial)
    trial.do(respond, lead, actor=rep(who))
    trial.now += DAY
    trial.do(hand_over, lead, to=other, actor=rep(who))
    row = trial.row(lead)
    assert (row.state, row.responded, row.due) == ("assigned", None, trial.now + HOUR)
    assert trial.rings(lead).keys() == {"due", "remind"}


# --- offered to people of a manager's choice


def test_a_manager_offers_a_lead_to_people_of_their_choice_and_the_first_has_it(each_trial: Trial) -> None:
    lead, who, _ = given(each_trial)
    each_trial.do(offer, lead, to=["eve", "cy", "eve"])
    assert each_trial.state(lead).startswith("offered")
    assert set(each_trial.credits().values()) == {0.0}
    assert each_trial.told(lead) == ["offered eve", "offered cy", f"taken away {who}"]
    assert "Offered" in each_trial.because(lead)
    each_trial.do(claim, lead, rep="eve", actor=rep("eve"))
    assert each_trial.state(lead) == "assigned eve"
    with pytest.raises(Conflict, match="was taken by Eve"):
        each_trial.do(claim, lead, rep="cy", actor=rep("cy"))
    assert prove(each_trial.desk).found == ()


def test_when_all_to_whom_a_manager_offered_it_say_no_the_policy_decides_without_them(trial: Trial) -> None:
    lead = trial.comes(topic="desk")
    trial.do(offer, lead, to=["ann", "bob"])
    trial.do(decline, lead, rep="ann", actor=rep("ann"))
    assert trial.state(lead).startswith("offered")
    trial.do(decline, lead, rep="bob", actor=rep("bob"))
    assert trial.state(lead).startswith("held")
    assert prove(trial.desk).found == ()


def test_an_offer_needs_people_who_are_there_and_a_manager(trial: Trial) -> None:
    lead = trial.comes()
    with pytest.raises(NotFound, match="nobody in the roster"):
        trial.do(offer, lead, to=["ann", "nobody"])
    with pytest.raises(BadUsage, match="nobody is named"):
        trial.do(offer, lead, to=[])
    with pytest.raises(NotAllowed):
        trial.do(offer, lead, to=["ann"], actor=rep("ann"))
