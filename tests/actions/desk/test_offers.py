"""Offers and answers: claims that race, people who accept, people who say no."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from evenhand.actions.desk import call
from evenhand.actions.offers import accept, claim, decline
from evenhand.core.model import HOUR, MINUTE
from evenhand.errors import Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, POLICY, Trial, rep

CLAIMER: Final = Path(__file__).with_name("claimer.py")
FIFTY: Final = [f"rep{number:02}" for number in range(50)]


def team(names: list[str], *, said: str = "", pool: str = "") -> str:
    """A pool of these people; `said` of each of them, `pool` of the pool."""
    people = "\n".join(f'[[person]]\nid = "{name}"\n{said}' for name in (*names, "eve"))
    return f'{people}\n[[pool]]\nname = "sales"\nmembers = {names}\n{pool}\n'


# --- claims that race


def test_fifty_claim_one_lead_at_once_one_has_it_and_the_others_can_claim_others(trial: Trial) -> None:
    """Scenario 11: where nothing is locked, a lead is handed to dozens, and offered again while somebody has it."""
    trial.publish(roster=team(FIFTY))
    lead, *others = [trial.comes(topic="list") for _ in range(50)]
    answers = trial.run([call(claim, lead, rep=who, actor=rep(who)) for who in FIFTY])
    won = [answer for answer in answers if answer.error is None]
    lost = {str(answer.error) for answer in answers if isinstance(answer.error, Conflict)}
    assert (len(won), lost) == (1, {"lead 1 was taken by Rep00 at 2026-11-02T09:00:00Z."})
    assert trial.state(lead) == "assigned rep00"
    again = trial.run([call(claim, one, rep=who, actor=rep(who)) for one, who in zip(others, FIFTY[1:], strict=True)])
    assert [answer.error for answer in again if answer.error] == []


def test_eight_programs_claim_one_lead_at_once_and_exactly_one_has_it(each_trial: Trial, database_url: str) -> None:
    """Scenario 11 again, with real processes on a real database: here no two claims share a transaction."""
    names = FIFTY[:8]
    each_trial.publish(roster=team(names))
    lead, *others = [each_trial.comes(topic="first") for _ in range(9)]
    given = [f"{who}={other}" for who, other in zip(names, others, strict=True)]
    command = [sys.executable, str(CLAIMER), database_url, str(lead), *given]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=55, check=True)
    said = [line.split("\t") for line in done.stdout.splitlines()]
    first = Counter(re.sub("Rep..", "X", claimed) for claimed, _ in said)
    assert first == {"mine": 1, "lead 1 was taken by X at 2026-11-02T09:00:00Z.": 7}
    assert [other for _, other in said] == ["mine"] * 8


def test_of_two_slots_and_three_leads_the_third_claim_is_refused(trial: Trial) -> None:
    """Scenario 13: whoever counts what somebody holds before the others have been written gives them one too many."""
    trial.publish(roster=team(["ann", "bob"], said="caps = { open = 2 }"))
    leads = trial.come(3, topic="list")
    answers = trial.run([call(claim, lead, rep="ann", actor=rep("ann")) for lead in leads])
    assert [str(answer.error) for answer in answers if answer.error] == [
        "lead 3 cannot be claimed: Ann is full: 2 of 2 open."
    ]
    assert (trial.open("ann"), trial.state(leads[2])) == (2, "offered ann bob")


def test_of_two_leads_that_come_together_only_one_goes_to_the_last_slot(trial: Trial) -> None:
    """Scenario 13: and leads that are handed out in turn go by the same count."""
    trial.publish(roster=team(["ann", "bob"]).replace('id = "ann"', 'id = "ann"\ncaps = { open = 1 }'))
    leads = trial.come(4)
    assert Counter(trial.row(lead).rep for lead in leads) == {"ann": 1, "bob": 3}


def test_a_claim_that_comes_too_late_costs_nobody_a_turn(trial: Trial) -> None:
    """Scenario 40: where the turn is moved on before the claim is known to hold, losers lose twice."""
    trial.publish(roster=team(["ann", "bob", "cy"], pool='charges = ["cherry_pick"]'))
    lead = trial.comes(topic="list")
    trial.do(claim, lead, rep="ann", actor=rep("ann"))
    before = trial.credits()
    with pytest.raises(Conflict):
        trial.do(claim, lead, rep="bob", actor=rep("bob"))
    assert trial.credits() == before
    assert before == pytest.approx({"ann": -2 / 3, "bob": 1 / 3, "cy": 1 / 3})
    assert [trial.row(each).rep for each in trial.come(2)] != ["ann", "ann"]


# --- who may claim


def test_a_lead_that_is_not_offered_to_somebody_cannot_be_claimed_by_them(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    with pytest.raises(Conflict, match="lead 1 is not offered to you"):
        trial.do(claim, lead, rep="eve", actor=rep("eve"))
    with pytest.raises(Conflict, match="lead 1 is not offered to Eve"):
        trial.do(claim, lead, rep="eve", actor=MANAGER)
    with pytest.raises(NotAllowed, match="only for yourself, not for Bob"):
        trial.do(claim, lead, rep="bob", actor=rep("ann"))
    with pytest.raises(NotFound, match="there is no lead 99"):
        trial.do(claim, 99, rep="ann", actor=rep("ann"))


def test_a_double_click_claims_once(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    answers = trial.run([call(claim, lead, rep="ann", actor=rep("ann"))] * 2)
    assert [answer.get().decision for answer in answers] == [2, 2]
    assert trial.open("ann") == 1


def test_a_claim_is_recorded_under_the_rule_that_offered_the_lead(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    trial.do(claim, lead, rep="bob", actor=rep("bob"))
    row, kept = trial.row(lead), trial.record(lead)
    assert (row.rule, row.accepted, kept.decision.trigger, kept.decision.posting) == (
        "List",
        trial.now,
        "claimed",
        "count",
    )


def test_whoever_was_also_asked_hears_who_was_faster_and_nobody_is_told_the_old_offer(trial: Trial) -> None:
    lead = trial.comes(topic="first")
    trial.do(claim, lead, rep="bob", actor=rep("bob"))
    assert trial.told(lead) == ["assigned bob", "taken ann", "taken cy"]
    picked = trial.comes(topic="list")
    trial.do(claim, picked, rep="bob", actor=rep("bob"))
    assert trial.told(picked) == ["assigned bob"]


def test_a_rule_may_limit_how_many_unanswered_leads_somebody_may_pile_up(trial: Trial) -> None:
    trial.publish(policy=POLICY.replace('how = "cherry_pick"', 'how = "cherry_pick"\nlimit = 2'))
    leads = trial.come(3, topic="list")
    calls = [call(claim, lead, rep="ann", actor=rep("ann")) for lead in leads]
    said = [str(answer.error) for answer in trial.run(calls) if answer.error]
    why = "Ann holds 2 unanswered, and rule 'List' lets nobody claim who has 2 or more. Answer one first."
    assert said == [f"lead 3 cannot be claimed: {why}"]
    trial.do(decline, leads[0], rep="ann", actor=rep("ann"))
    assert trial.do(claim, leads[2], rep="ann", actor=rep("ann")).rep == "ann"


# --- yes


def test_accepting_an_offer_is_claiming_it(trial: Trial) -> None:
    lead = trial.comes(topic="first")
    assert trial.do(accept, lead, rep="cy", actor=rep("cy")).rep == "cy"
    with pytest.raises(Conflict, match="lead 1 was taken by Cy at 2026-11-02T09:00:00Z"):
        trial.do(accept, lead, rep="ann", actor=rep("ann"))


def test_accepting_an_assigned_lead_is_noted_once(trial: Trial) -> None:
    lead = trial.comes()
    who = trial.row(lead).rep or ""
    trial.do(accept, lead, rep=who, actor=rep(who))
    first = trial.row(lead)
    trial.now += MINUTE
    trial.do(accept, lead, rep=who, actor=rep(who))
    assert (first.state, trial.row(lead)) == ("assigned", first)
    assert trial.events(lead)[1:] == [f"lead.accepted rep {who}"]


# --- no


def test_a_declined_lead_goes_to_somebody_else_and_the_turn_stays_paid(trial: Trial) -> None:
    lead = trial.comes()
    first = trial.row(lead).rep or ""
    trial.do(decline, lead, rep=first, reason="I know them, they have no money", actor=rep(first))
    second = trial.row(lead).rep or ""
    assert (trial.open(first), trial.open(second)) == (0, 1)
    assert trial.record(lead).decision.trigger == "declined"
    assert trial.credits()[first] == pytest.approx(-2 / 3)
    assert trial.told(lead) == [f"assigned {second}"]
    assert trial.notes(lead) == ["I know them, they have no money"]
    trial.do(decline, lead, rep=second, actor=rep(second))
    assert trial.row(lead).rep not in (first, second, None)


def test_when_everybody_has_declined_the_lead_lies_on_the_desk(trial: Trial) -> None:
    lead = trial.comes()
    for _ in range(3):
        who = trial.row(lead).rep or ""
        trial.do(decline, lead, rep=who, actor=rep(who))
    assert trial.state(lead) == "held"
    assert trial.told(lead) == ["held eve"]


def test_whoever_declines_an_offer_is_out_of_it_and_the_others_still_have_it(trial: Trial) -> None:
    policy = POLICY.replace('how = "shotgun"', 'how = "shotgun"\nunclaimed_after = "30m"')
    trial.publish(policy=policy)
    lead = trial.comes(topic="first")
    before = trial.rings(lead)
    trial.do(decline, lead, rep="ann", reason="busy", actor=rep("ann"))
    trial.do(decline, lead, rep="ann", actor=rep("ann"))
    assert (trial.state(lead), trial.rings(lead), trial.notes(lead)) == ("offered bob cy", before, ["busy"])
    with pytest.raises(Conflict, match="is not offered to you"):
        trial.do(claim, lead, rep="ann", actor=rep("ann"))
    trial.later(HOUR)
    assert trial.row(lead).rep in ("bob", "cy")


def test_all_who_declined_an_offer_in_one_transaction_are_left_out_when_it_is_decided_again(trial: Trial) -> None:
    trial.publish(policy=POLICY.replace('how = "shotgun"', 'how = "shotgun"\nstages = [1, 3, "pool"]'))
    lead = trial.comes(topic="first")
    asked = [trial.state(lead).removeprefix("offered ")]
    trial.do(decline, lead, rep=asked[0], actor=rep(asked[0]))
    asked.append(trial.state(lead).removeprefix("offered "))
    assert asked[0] != asked[1]
    trial.do(decline, lead, rep=asked[1], actor=rep(asked[1]))
    trial.do(decline, lead, rep=(last := trial.state(lead).removeprefix("offered ")), actor=rep(last))
    assert sorted([*asked, last]) == ["ann", "bob", "cy"]
    assert trial.state(lead) == "held"


def test_three_who_decline_together_leave_the_lead_on_the_desk(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    trial.run([call(decline, lead, rep=who, actor=rep(who)) for who in ("ann", "bob", "cy")])
    assert trial.state(lead) == "held"


def test_nobody_can_decline_what_is_not_theirs(trial: Trial) -> None:
    lead = trial.comes()
    who = trial.row(lead).rep or ""
    other = next(name for name in ("ann", "bob", "cy") if name != who)
    with pytest.raises(Conflict, match=f"is not {other.title()}'s to decline: it is {who.title()}'s since 2026"):
        trial.do(decline, lead, rep=other, actor=rep(other))
    offered = trial.comes(topic="list")
    with pytest.raises(Conflict, match="is not offered to you"):
        trial.do(decline, offered, rep="eve", actor=rep("eve"))
