"""The life of a lead in somebody's hands: answered, put off, closed, brought back."""

from decimal import Decimal
from typing import Final

import pytest

from evenhand.actions.desk import call
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.offers import decline
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.errors import BadUsage, Conflict, NotAllowed
from evenhand.ports.rows import Closing
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

STALE: Final = POLICY.replace('respond_within = "1h"', 'respond_within = "1h"\nstale_after = "3d"')
ONE_SLOT: Final = TEAM.replace('id = "ann"', 'id = "ann"\ncaps = { open = 1 }').replace(', "bob", "cy"]', "]")


def given(trial: Trial, **fields: str) -> tuple[int, str]:
    """A lead in somebody's hands: its number, and who has it."""
    lead = trial.comes(**fields)
    return lead, trial.row(lead).rep or ""


# --- answering


def test_the_first_touch_answers_the_lead_and_nothing_rings_any_more(trial: Trial) -> None:
    lead, who = given(trial)
    assert trial.rings(lead).keys() == {"due", "remind"}
    trial.now += 10 * MINUTE
    trial.do(respond, lead, actor=rep(who))
    row = trial.row(lead)
    assert (row.state, row.responded, row.touched, trial.rings(lead)) == ("working", trial.now, trial.now, {})
    trial.later(DAY)
    assert trial.state(lead) == f"working {who}"
    assert trial.told(lead) == [f"assigned {who}"]


def test_the_assignment_keeps_when_it_was_answered(trial: Trial) -> None:
    lead, who = given(trial)
    trial.now += MINUTE
    trial.do(respond, lead, actor=rep(who))
    with trial.database.reading(trial.desk.workspace) as tx:
        held = tx.leads.assignment(lead)
    assert held is not None
    assert (held.rep, held.responded, held.ended) == (who, trial.now, None)


def test_later_touches_count_for_staleness_and_leave_the_first_answer_as_it_was(trial: Trial) -> None:
    trial.publish(policy=STALE)
    lead, who = given(trial)
    trial.do(respond, lead, actor=rep(who))
    first = trial.now
    assert trial.rings(lead) == {"stale": first + 3 * DAY}
    trial.later(2 * DAY)
    trial.do(respond, lead, actor=rep(who))
    assert (trial.row(lead).responded, trial.row(lead).touched) == (first, first + 2 * DAY)
    assert trial.rings(lead) == {"stale": first + 5 * DAY}
    assert trial.events(lead)[1:] == [f"lead.responded rep {who}", f"lead.worked rep {who}"]


def test_a_lead_that_is_left_lying_after_the_first_touch_moves_on(trial: Trial) -> None:
    trial.publish(policy=STALE)
    lead, who = given(trial)
    trial.do(respond, lead, actor=rep(who))
    trial.later(3 * DAY)
    row = trial.row(lead)
    assert (row.state, row.responded) == ("assigned", None)
    assert row.rep not in (who, None)
    assert trial.record(lead).decision.trigger == "stale"


def test_the_same_touch_told_twice_or_late_changes_nothing(trial: Trial) -> None:
    lead, who = given(trial)
    trial.now += HOUR // 2
    calls = [call(respond, lead, at=trial.now - back * MINUTE, actor=rep(who)) for back in (2, 2, 5)]
    assert [answer.error for answer in trial.run(calls)] == [None] * 3
    assert trial.row(lead).responded == trial.now - 2 * MINUTE
    assert trial.events(lead)[1:] == [f"lead.responded rep {who}"]


@pytest.mark.parametrize(("by", "why"), [(1, "is yet to come"), (-HOUR, "is before the lead was given to")])
def test_nobody_was_in_touch_tomorrow_or_before_they_had_the_lead(trial: Trial, by: int, why: str) -> None:
    lead, who = given(trial)
    with pytest.raises(BadUsage, match=why):
        trial.do(respond, lead, at=trial.now + by, actor=rep(who))


def test_only_the_holder_and_managers_can_say_that_a_lead_was_answered(trial: Trial) -> None:
    lead, who = given(trial)
    other = "ann" if who != "ann" else "bob"
    with pytest.raises(NotAllowed, match=rf"lead 1 is not yours: it is {who.title()}'s since 2026-11-02T09:00:00Z\."):
        trial.do(respond, lead, actor=rep(other))
    trial.do(respond, lead, actor=MANAGER)
    assert trial.state(lead) == f"working {who}"
    with pytest.raises(Conflict, match="is offered, and nobody has taken it"):
        trial.do(respond, trial.comes(topic="list"), actor=rep("ann"))


# --- putting off


def test_a_lead_that_is_put_off_is_brought_back_to_mind_and_only_then_grows_stale(trial: Trial) -> None:
    trial.publish(policy=STALE)
    lead, who = given(trial)
    start = trial.now
    trial.do(respond, lead, actor=rep(who))
    trial.do(snooze, lead, until=start + 30 * DAY, actor=rep(who))
    assert trial.rings(lead) == {"snooze": start + 30 * DAY, "stale": start + 33 * DAY}
    trial.later(30 * DAY)
    assert trial.state(lead) == f"working {who}"
    assert trial.told(lead)[-1] == f"snoozed {who}"
    trial.later(3 * DAY)
    assert trial.row(lead).rep not in (who, None)


def test_a_touch_does_not_end_a_snooze_and_a_second_snooze_takes_the_place_of_the_first(trial: Trial) -> None:
    lead, who = given(trial)
    start = trial.now
    trial.do(respond, lead, actor=rep(who))
    trial.do(snooze, lead, until=start + 2 * DAY, actor=rep(who))
    trial.now += HOUR
    trial.do(respond, lead, actor=rep(who))
    assert trial.rings(lead) == {"snooze": start + 2 * DAY}
    trial.do(snooze, lead, until=start + DAY, actor=rep(who))
    assert trial.rings(lead) == {"snooze": start + DAY}


def test_a_snooze_set_in_the_moment_in_which_the_last_one_ends_still_rings(trial: Trial) -> None:
    """What rang in a transaction must not put to rest what a verb of the same transaction has set."""
    lead, who = given(trial)
    trial.do(respond, lead, actor=rep(who))
    trial.do(snooze, lead, until=trial.now + DAY, actor=rep(who))
    trial.now += DAY
    trial.do(snooze, lead, until=trial.now + DAY, actor=rep(who))
    assert trial.rings(lead) == {"snooze": trial.now + DAY}
    trial.later(DAY)
    assert trial.told(lead) == [f"assigned {who}", f"snoozed {who}", f"snoozed {who}"]


@pytest.mark.parametrize(("days", "why"), [(0, "is past"), (-1, "is past"), (91, "is more than 90 days ahead")])
def test_nothing_can_be_put_off_into_the_past_or_for_ever(trial: Trial, days: int, why: str) -> None:
    lead, who = given(trial)
    trial.do(respond, lead, actor=rep(who))
    with pytest.raises(BadUsage, match=why):
        trial.do(snooze, lead, until=trial.now + days * DAY, actor=rep(who))


def test_a_lead_must_be_answered_before_it_can_be_put_off(trial: Trial) -> None:
    lead, who = given(trial)
    with pytest.raises(Conflict, match="can snooze only while it is: working"):
        trial.do(snooze, lead, until=trial.now + DAY, actor=rep(who))


# --- closing


def test_a_won_lead_says_what_it_brought_and_its_slot_is_free(trial: Trial) -> None:
    lead, who = given(trial)
    trial.do(close, lead, Ending("won", Decimal("1250.50"), "they liked Ann"), actor=rep(who))
    row = trial.row(lead)
    assert (row.state, row.closing, row.amount, row.closed, row.rep) == ("closed", "won", 125050, trial.now, None)
    assert (trial.open(who), trial.rings(lead), trial.told(lead)) == (0, {}, [])
    assert trial.notes(lead) == ["they liked Ann"]
    assert trial.events(lead)[-1] == f"lead.closed rep {who}"


def test_the_slot_of_a_closed_lead_goes_to_whoever_waits_in_the_same_moment(trial: Trial) -> None:
    trial.publish(roster=ONE_SLOT)
    first, second, third = trial.come(3)
    assert [trial.state(lead) for lead in (first, second, third)] == ["assigned ann", "waiting", "waiting"]
    trial.do(close, first, Ending("lost"), actor=rep("ann"))
    assert [trial.state(lead) for lead in (first, second, third)] == ["closed", "assigned ann", "waiting"]


@pytest.mark.parametrize(("closing", "credit"), [("bad", 0.0), ("lost", -2 / 3), ("disqualified", -2 / 3)])
def test_only_a_lead_ruled_bad_is_refunded(trial: Trial, closing: Closing, credit: float) -> None:
    lead, who = given(trial)
    trial.do(close, lead, Ending(closing), actor=MANAGER)
    assert trial.credits()[who] == pytest.approx(credit)


def test_a_bad_lead_is_refunded_to_everybody_who_was_charged_for_it(trial: Trial) -> None:
    lead, who = given(trial)
    trial.do(decline, lead, rep=who, actor=rep(who))
    assert set(trial.credits().values()) != {0.0}
    trial.do(close, lead, Ending("bad"), actor=MANAGER)
    assert set(trial.credits().values()) == {0.0}


def test_a_lead_can_be_closed_wherever_it_is_but_only_once(trial: Trial) -> None:
    waiting = trial.comes(topic="list")
    trial.do(close, waiting, Ending("disqualified"), actor=MANAGER)
    assert trial.state(waiting) == "closed"
    with pytest.raises(Conflict, match="lead 1 is closed"):
        trial.do(close, waiting, Ending("won"), actor=MANAGER)
    with pytest.raises(NotAllowed, match="lead 2 is not yours: nobody holds it"):
        trial.do(close, trial.comes(topic="list"), Ending("lost"), actor=rep("ann"))


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        (Ending("lost", Decimal(5)), "a lead that is lost has brought nothing"),
        (Ending("won", Decimal(-5)), "-5 is not what a lead can bring"),
        (Ending("won", Decimal("NaN")), "NaN is not what a lead can bring"),
        (Ending("won", Decimal("1e30")), "is not what a lead can bring"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(trial: Trial, ending: Ending, why: str) -> None:
    lead, who = given(trial)
    with pytest.raises(BadUsage, match=why):
        trial.do(close, lead, ending, actor=rep(who))
    assert trial.state(lead) == f"assigned {who}"


# --- bringing back


def test_a_lead_that_was_turned_away_is_decided_without_screens(trial: Trial) -> None:
    lead = trial.comes(topic="spam")
    assert trial.state(lead) == "rejected"
    trial.now += DAY
    trial.do(restore, lead)
    row = trial.row(lead)
    assert (row.state, row.received, trial.record(lead).decision.trigger) == ("assigned", trial.now - DAY, "restored")


def test_a_duplicate_that_is_none_goes_to_somebody_of_its_own(trial: Trial) -> None:
    first, second = trial.come(2, email="jo@example.com")
    assert (trial.row(first).state, trial.row(second).state) == ("assigned", "duplicate")
    trial.do(restore, second)
    assert trial.row(second).state == "assigned"


def test_a_closed_lead_that_comes_back_may_go_to_whoever_had_it(trial: Trial) -> None:
    trial.publish(roster=ONE_SLOT)
    lead = trial.comes()
    trial.do(close, lead, Ending("won", Decimal(10)), actor=rep("ann"))
    trial.do(restore, lead)
    row = trial.row(lead)
    assert (row.state, row.rep, row.closing, row.closed, row.amount) == ("assigned", "ann", None, None, None)


def test_a_rep_cannot_bring_a_lead_back(trial: Trial) -> None:
    lead = trial.comes(topic="spam")
    with pytest.raises(NotAllowed, match="only a manager can bring back a lead"):
        trial.do(restore, lead, actor=rep("ann"))
    with pytest.raises(Conflict, match="can restore only while it is: closed, duplicate, rejected"):
        trial.do(restore, trial.comes())
