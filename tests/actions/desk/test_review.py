"""What a suspicious reader found: leads that were forgotten or passed over, and one who spoils it for the others."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.desk import Call, call
from evenhand.actions.disputes import dispute
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close
from evenhand.actions.leavers import let_go
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.offers import claim
from evenhand.actions.receiving import Incoming, Received, incoming, receive, receiving
from evenhand.actions.roster import edit_person
from evenhand.actions.sending import Sender
from evenhand.actions.texts import Draft, draft, publish
from evenhand.actions.work import Work
from evenhand.analytics.proof import prove
from evenhand.core.arrival import Arrival
from evenhand.core.model import DAY, HOUR, Lead, Value
from evenhand.errors import BadUsage, Conflict, GiveUp, NotFound, TryLater
from evenhand.ports.notifier import Outgoing
from evenhand.workers.log import log_to
from tests.desk import MANAGER, NOW, POLICY, TEAM, WEBSITE, Trial

WAITS = """
name = "Waits"
[fields.topic]
type = "text"
[[score]]
points = 50
because = "hot"
when = 'topic == "hot"'
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
otherwise = "wait"
"""
ALONE = TEAM.replace('["ann", "bob", "cy"]', '["ann"]')


def capped(caps: str) -> str:
    """Only Ann is in the pool, and has these caps."""
    return ALONE.replace('id = "ann"', f'id = "ann"\ncaps = {{ {caps} }}')


def together(*calls: Call[Any]) -> list[Call[Any]]:
    """Calls for one batch, whatever they answer."""
    return [*calls]


def arriving(trial: Trial, topic: str = "") -> Call[Received]:
    """The call that takes a lead."""
    return receiving([ready(trial, topic=topic)], actor=WEBSITE)[0]


def ready(trial: Trial, *, number: str = "", **fields: Value) -> Incoming:
    """A lead that is about to come in; `number` is its own at the website."""
    return incoming(Arrival(line=1, lead=Lead(id=number, received=trial.now, fields=fields)), trial.desk, source="web")


# --- the first in line is the first to be served


def test_a_slot_that_a_call_frees_is_not_taken_by_a_fresh_lead_of_the_same_batch(trial: Trial) -> None:
    trial.publish(policy=WAITS, roster=capped("open = 1"))
    first, hot = trial.comes(), trial.comes(topic="hot")
    ending = call(close, first, Ending("lost"), actor=MANAGER)
    answers = trial.run(together(ending, arriving(trial)))
    assert trial.state(hot) == "assigned ann"
    assert trial.state(answers[1].get().lead) == "waiting"


def test_a_slot_that_a_ring_frees_is_not_taken_by_a_fresh_lead(trial: Trial) -> None:
    moves = WAITS + 'respond_within = "1h"\nclock = "wall"\nreassign = { times = 2, then = "manager" }\n'
    trial.publish(policy=moves, roster=capped("open = 1"))
    silent, hot = trial.comes(), trial.comes(topic="hot")
    trial.now += HOUR + 1
    fresh = trial.comes()
    assert (trial.state(silent), trial.state(hot), trial.state(fresh)) == ("held", "assigned ann", "waiting")


# --- nobody waits for ever


def test_who_waited_for_a_slot_and_meets_a_full_day_goes_the_next_morning(trial: Trial) -> None:
    trial.publish(policy=WAITS, roster=capped("open = 1, day = 2"))
    first, second, third = trial.come(3)
    for done in (first, second):
        trial.do(close, done, Ending("lost"))
    trial.later(HOUR)
    assert trial.state(third) == "waiting"
    trial.later(DAY)
    assert trial.state(third) == "assigned ann"


def test_who_comes_on_the_eve_of_a_very_long_leave_is_not_forgotten(trial: Trial) -> None:
    leave = 'hours = { mon-fri = "09:00-17:00" }\nleave = [{ from = "2026-11-03", to = "2027-05-31" }]'
    trial.publish(policy=WAITS, roster=ALONE.replace('id = "ann"', f'id = "ann"\n{leave}'))
    trial.now += 10 * HOUR
    lead = trial.comes()
    trial.now += 15 * HOUR  # some days at ten in the morning, but for the first evening
    for _ in range(9):
        trial.later(28 * DAY)
    assert trial.state(lead) == "assigned ann"


def test_an_offer_ends_with_whoever_it_was_made_to(trial: Trial) -> None:
    trial.publish(roster=ALONE)
    lead = trial.comes(topic="list")
    trial.publish(roster=TEAM.replace('[[person]]\nid = "ann"\n', "").replace('["ann", "bob", "cy"]', '["bob"]'))
    assert trial.state(lead) == "offered bob"


def test_an_offer_to_somebody_who_is_no_longer_active_is_withdrawn(trial: Trial) -> None:
    lead = trial.comes(topic="first")
    trial.do(edit_person, "ann", {"active": False})
    assert trial.state(lead) == "offered bob cy"
    trial.do(let_go, "ann")
    assert trial.state(lead) == "offered bob cy"
    assert prove(trial.desk).is_proved


def test_one_who_leaves_in_the_moment_of_an_offer_has_none(trial: Trial) -> None:
    trial.publish(roster=ALONE)
    leaving = call(edit_person, "ann", {"active": False}, actor=MANAGER)
    answers = trial.run(together(arriving(trial, topic="list"), leaving))
    assert trial.state(answers[0].get().lead) == "held"


# --- no work for nothing


def test_a_slot_that_is_taken_again_at_once_wakes_nobody_else(trial: Trial) -> None:
    trial.publish(policy=WAITS, roster=capped("open = 1"))
    leads = trial.come(100)
    trial.do(close, leads[0], Ending("lost"))
    assert trial.desk.ring() == 0
    assert trial.state(leads[1]) == "assigned ann"


# --- one fails alone


@pytest.mark.parametrize("verb", [assign, claim])
def test_a_number_that_is_too_large_fails_alone(each_trial: Trial, verb: Callable[..., object]) -> None:
    lead = arriving(each_trial)
    wrong = call(verb, 1 << 63, rep="ann", actor=MANAGER)
    answers = each_trial.run(together(lead, wrong, lead))
    assert [type(answer.error) for answer in answers] == [type(None), NotFound, type(None)]


def test_a_decision_of_a_number_that_is_too_large_fails_alone(each_trial: Trial) -> None:
    wrong = call(dispute, 1 << 70, rep="ann", text="It was my turn.", actor=MANAGER)
    answers = each_trial.run(together(wrong, arriving(each_trial)))
    assert [type(answer.error) for answer in answers] == [NotFound, type(None)]


def spoiling(work: Work) -> None:
    """Ask the database something that makes it refuse everything else in this transaction."""
    work.tx.agenda.of(1 << 70)


def test_a_question_that_the_database_refuses_fails_alone(each_trial: Trial) -> None:
    lead = arriving(each_trial)
    answers = each_trial.run(together(lead, spoiling, lead))
    assert [answer.error is None for answer in answers] == [True, False, True]


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_what_no_database_keeps_as_text_is_refused(each_trial: Trial, bad: str) -> None:
    with pytest.raises(BadUsage):
        each_trial.do(draft, Draft(kind="policy", name="mine", text=bad))
    with pytest.raises(BadUsage):
        each_trial.do(publish, {"policy": POLICY + "#\n"}, note=bad)


@pytest.mark.parametrize("value", [True, Decimal("Infinity"), Decimal("NaN")])
def test_a_value_that_is_no_number_is_none_and_spoils_no_ledger(trial: Trial, value: Value) -> None:
    trial.publish(roster=TEAM.replace('name = "sales"', 'name = "sales"\nfair = "value"\nmax_charge = 900'))
    trial.comes(value=value)
    trial.desk = trial.another()  # which reads the ledgers from the tables
    assert trial.state(trial.comes(value=100)).startswith("assigned")


class Grumbling:
    """Sends nothing of lead 1, and says why in letters that no database keeps."""

    def __init__(self, error: type[Exception]) -> None:
        self.sent: list[Outgoing] = []
        self._error = error

    def send(self, message: Outgoing) -> None:
        if message.lead == 1:
            raise self._error("550 n\udce4in\0")
        self.sent.append(message)


@pytest.mark.parametrize("error", [TryLater, GiveUp])
def test_whatever_a_receiver_answers_the_others_get_their_messages(each_trial: Trial, error: type[Exception]) -> None:
    receiver = Grumbling(error)
    sender = Sender(each_trial.desk, receiver, chance=lambda: 0.5)
    for _ in range(2):
        each_trial.comes()
        sender.send_due()
    assert [message.lead for message in receiver.sent] == [2]


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    stream = io.StringIO()
    stream.close()
    log_to(stream, lambda: NOW)("failed", job="routing")


# --- the same in one batch as one by one


def test_a_touch_that_is_tried_again_in_the_same_batch_is_one_touch(trial: Trial) -> None:
    old, new = (ready(trial, number="17", topic=topic) for topic in ("old", "new"))
    receive(trial.desk, [old], actor=WEBSITE)
    answers = receive(trial.desk, [new, new, old], actor=WEBSITE)
    assert [getattr(answer, "how", answer) for answer in answers] == ["touched", "replayed", "touched"]


# --- people are told, and forgotten


def test_who_has_lost_a_lead_is_told_even_if_the_next_one_loses_it_too(trial: Trial) -> None:
    lead = trial.comes()
    first = trial.row(lead).rep
    for _ in range(2):
        trial.later(HOUR + 1)
    assert f"moved on {first}" in trial.told(lead)


def test_a_lead_of_a_lead_that_is_part_of_another_comes_out_after_that_one(trial: Trial) -> None:
    one, two, three = (trial.comes(email=f"{name}@example.com") for name in ("kim", "lee", "mo"))
    trial.do(merge, three, into=two)
    trial.do(merge, two, into=one)
    with pytest.raises(Conflict, match="take 2 out of it first"):
        trial.do(unmerge, three)
    trial.do(unmerge, two)
    trial.do(unmerge, three)
    trial.do(erase, three, even_if_open=True)
    assert trial.state(trial.comes(email="mo@example.com")).startswith("assigned")
