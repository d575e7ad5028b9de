"""Leads are decided anew: one that a manager points at, or all that a wrong policy has decided."""

from typing import Final

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.desk import call
from evenhand.actions.holding import respond
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.rerouting import SLICE, Rerouted, preview, reroute, reroute_all
from evenhand.core.model import HOUR
from evenhand.errors import Conflict, NotAllowed
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

WRONG: Final = POLICY.replace('who = ["pool sales"]\nrespond', 'who = ["rep eve"]\nrespond')


def digest(trial: Trial) -> str:
    """The policy in force."""
    return trial.desk.setup().policy.digest


def wronged(trial: Trial, leads: int) -> tuple[str, list[int]]:
    """So many leads that a wrong policy has all given to Eve; then the right one is in force."""
    trial.publish(policy=WRONG)
    wrong = digest(trial)
    came = trial.come(leads)
    assert {trial.state(lead) for lead in came} == {"assigned eve"}
    trial.publish(policy=POLICY)
    return wrong, came


# --- one


def test_a_lead_is_decided_anew_under_the_policy_in_force(trial: Trial) -> None:
    _, (lead,) = wronged(trial, 1)
    trial.do(reroute, lead)
    row = trial.row(lead)
    assert (row.state, row.policy, trial.record(lead).decision.trigger) == ("assigned", digest(trial), "rerouted")
    assert row.rep in ("ann", "bob", "cy")
    assert trial.told(lead) == [f"assigned {row.rep}", "taken away eve"]
    assert trial.open("eve") == 0


def test_the_turn_of_the_one_is_given_back_and_that_of_the_other_charged(trial: Trial) -> None:
    lead = trial.comes()
    before = trial.credits()
    trial.do(reroute, lead)
    assert sorted(trial.credits().values()) == pytest.approx(sorted(before.values()))
    assert trial.credits()[trial.row(lead).rep or ""] == pytest.approx(-2 / 3)


def test_a_lead_that_is_being_worked_on_stays_unless_the_manager_insists(trial: Trial) -> None:
    _, (lead,) = wronged(trial, 1)
    trial.do(respond, lead, actor=rep("eve"))
    with pytest.raises(Conflict, match="lead 1 is being worked on by Eve; say even_if_answered"):
        trial.do(reroute, lead)
    trial.do(reroute, lead, even_if_answered=True)
    assert trial.row(lead).rep in ("ann", "bob", "cy")


def test_a_turn_that_was_accepted_is_not_given_back(trial: Trial) -> None:
    lead = trial.comes()
    who = trial.row(lead).rep or ""
    trial.do(accept, lead, rep=who, actor=rep(who))
    trial.do(reroute, lead)
    assert sum(units < -0.3 for units in trial.credits().values()) >= 1
    assert trial.row(lead).rep != who


def test_those_who_declined_stay_out_of_it(trial: Trial) -> None:
    lead = trial.comes()
    who = trial.row(lead).rep or ""
    trial.do(decline, lead, rep=who, actor=rep(who))
    for _ in range(4):
        trial.do(reroute, lead)
        assert trial.row(lead).rep not in (who, None)


def test_a_lead_that_waits_goes_on_waiting_from_when_it_began(trial: Trial) -> None:
    away = TEAM.replace('id = "ann"', 'id = "ann"\nhours = "16:00-17:00"').replace(', "bob", "cy"]', "]")
    trial.publish(roster=away)
    lead = trial.comes()
    trial.later(HOUR)
    trial.do(reroute, lead)
    assert trial.state(lead) == "waiting"
    trial.later(6 * HOUR)
    assert trial.state(lead) == "assigned ann"


def test_only_a_manager_can_ask_for_a_new_decision_and_only_of_an_open_lead(trial: Trial) -> None:
    with pytest.raises(NotAllowed, match="only a manager can have a lead decided anew"):
        trial.do(reroute, trial.comes(), actor=rep("ann"))
    with pytest.raises(Conflict, match="was turned away"):
        trial.do(reroute, trial.comes(topic="spam"))


# --- all


def test_every_lead_that_a_wrong_policy_decided_is_handed_out_again_evenly(trial: Trial) -> None:
    wrong, leads = wronged(trial, SLICE + 6)
    told: list[int] = []
    report = reroute_all(trial.desk, policy=wrong, actor=MANAGER, progress=told.append)
    assert (len(report.moved), report.stayed, report.skipped, report.failed) == (SLICE + 6, 0, 0, ())
    assert told == [SLICE, 6]
    assert [trial.open(who) for who in ("ann", "bob", "cy", "eve")] == [10, 10, 10, 0]
    assert {trial.row(lead).policy for lead in leads} == {digest(trial)}


def test_what_was_answered_or_decided_meanwhile_is_left_alone(trial: Trial) -> None:
    wrong, (first, second, third, fourth) = wronged(trial, 4)
    trial.do(respond, first, actor=rep("eve"))
    trial.do(reroute, second)
    moved_to = trial.state(second)
    report = reroute_all(trial.desk, policy=wrong, actor=MANAGER)
    assert [move.lead for move in report.moved] == [third, fourth]
    assert (report.skipped, trial.state(first), trial.state(second)) == (1, "working eve", moved_to)


def test_what_a_person_has_chosen_is_not_undone_by_the_machine(trial: Trial) -> None:
    """Scenario 12 again: a better policy does not take back what a manager gave, or what somebody picked."""
    before = digest(trial)
    by_hand, picked = trial.comes(), trial.comes(topic="list")
    trial.do(assign, by_hand, rep="eve")
    trial.do(claim, picked, rep="ann", actor=rep("ann"))
    trial.publish(policy=WRONG)
    assert reroute_all(trial.desk, policy=before, actor=MANAGER) == Rerouted(skipped=2)
    assert (trial.state(by_hand), trial.state(picked)) == ("assigned eve", "assigned ann")


def test_begun_again_it_finds_nothing_left_to_do(trial: Trial) -> None:
    wrong, _ = wronged(trial, 3)
    reroute_all(trial.desk, policy=wrong, actor=MANAGER)
    assert reroute_all(trial.desk, policy=wrong, actor=MANAGER) == Rerouted()


def test_leads_that_the_mended_policy_decides_alike_stay_where_they_are(trial: Trial) -> None:
    """Where a lead goes to whose turn it is by now, half the team lose theirs over a comma in somebody else's rule."""
    before = digest(trial)
    leads = [*trial.come(7), *trial.come(2, topic="list")]
    was = [trial.row(lead) for lead in leads]
    trial.publish(policy=POLICY.replace('"Inbound"', '"Inbound, renamed"'))
    report = reroute_all(trial.desk, policy=before, actor=MANAGER)
    assert (report.moved, report.stayed) == ((), 9)
    assert [trial.row(lead) for lead in leads] == was


def test_leads_whose_holder_may_no_longer_have_them_move_and_the_others_stay(trial: Trial) -> None:
    before = digest(trial)
    trial.come(6)
    trial.publish(
        policy=POLICY.replace('how = "shotgun"', 'how = "cherry_pick"'), roster=TEAM.replace('"bob", "cy"]', '"cy"]')
    )
    report = reroute_all(trial.desk, policy=before, actor=MANAGER)
    assert ({move.holder for move in report.moved}, len(report.moved), report.stayed) == ({"bob"}, 2, 4)
    assert [trial.open(who) for who in ("ann", "bob", "cy")] == [3, 0, 3]


def test_offers_move_when_they_are_for_other_people_now(trial: Trial) -> None:
    before = digest(trial)
    lead = trial.comes(topic="list")
    trial.publish(policy=POLICY.replace('"Inbound"', '"Mended"'), roster=TEAM.replace('"bob", "cy"]', '"cy", "eve"]'))
    assert [move.lead for move in reroute_all(trial.desk, policy=before, actor=MANAGER).moved] == [lead]
    assert trial.state(lead) == "offered ann cy eve"


def test_a_preview_says_what_would_be_done_and_does_nothing(each_trial: Trial) -> None:
    wrong, leads = wronged(each_trial, 7)
    each_trial.do(respond, leads[0], actor=rep("eve"))
    before = [each_trial.row(lead) for lead in leads]
    foretold = preview(each_trial.desk, policy=wrong, actor=MANAGER)
    assert [each_trial.row(lead) for lead in leads] == before
    assert (len(foretold.moved), foretold.skipped) == (6, 1)
    assert reroute_all(each_trial.desk, policy=wrong, actor=MANAGER) == foretold


def test_a_rep_can_neither_reroute_all_nor_see_what_would_come_of_it(trial: Trial) -> None:
    wrong, (lead,) = wronged(trial, 1)
    for report in (
        preview(trial.desk, policy=wrong, actor=rep("ann")),
        reroute_all(trial.desk, policy=wrong, actor=rep("ann")),
    ):
        assert report.failed == ((lead, "only a manager can have leads decided anew; ask yours."),)
    assert trial.state(lead) == "assigned eve"


def test_a_lead_that_came_in_this_very_transaction_can_be_rerouted_with_its_refund(trial: Trial) -> None:
    lead = trial.comes()
    answers = trial.run([call(reroute, lead, actor=MANAGER)] * 3)
    assert [answer.error for answer in answers] == [None] * 3
    assert sorted(trial.credits().values()) == pytest.approx([-2 / 3, 1 / 3, 1 / 3])
