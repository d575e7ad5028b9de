"""Trying a lead out: the whole answer, and no trace of it. And what a rule has done never sets another one off."""

import pytest

from evenhand.actions.desk import call
from evenhand.actions.presence import pause, resume
from evenhand.actions.receiving import Incoming
from evenhand.actions.trying import try_lead
from evenhand.core.model import DAY
from evenhand.errors import Conflict, NotAllowed
from tests.desk import MANAGER, NOW, Trial, rep

ORDERED = """
name = "Order"
[fields.topic]
type = "text"
[[rule]]
name = "First"
when = 'topic == "both"'
who = ["pool sales"]
how = "manual"
[[rule]]
name = "Second"
when = 'known(topic)'
who = ["pool sales"]
[[rule]]
name = "Rest"
when = 'always'
who = ["pool sales"]
"""


def router_of(trial: Trial) -> object:
    with trial.database.reading(trial.desk.workspace) as tx:
        return tx.router()


def test_it_is_answered_as_a_lead_of_now_would_be(trial: Trial) -> None:
    trial.come(3)
    told = trial.do(try_lead, Incoming(fields={"topic": "x"}))
    lead = trial.comes(topic="x")
    record = trial.record(lead)
    assert (told.outcome, told.rule, told.rep, told.seq) == (
        "assigned",
        "All",
        trial.row(lead).rep,
        record.decision.seq,
    )
    assert told.lead == "test"
    assert told.candidates[0].rep == told.rep


def test_nothing_is_written_charged_or_told(each_trial: Trial) -> None:
    each_trial.come(1)
    before = router_of(each_trial), each_trial.credits(), each_trial.open("ann")
    for _ in range(3):
        assert each_trial.do(try_lead, Incoming()).outcome == "assigned"
    assert (router_of(each_trial), each_trial.credits(), each_trial.open("ann")) == before


def test_it_can_be_tried_without_holding_anybody_up(trial: Trial) -> None:
    told = trial.desk.imagine(call(try_lead, Incoming(), actor=MANAGER))
    assert told == trial.do(try_lead, Incoming())


def test_it_gives_the_same_answer_every_time(trial: Trial) -> None:
    assert trial.do(try_lead, Incoming()) == trial.do(try_lead, Incoming())


@pytest.mark.parametrize(("topic", "outcome"), [("spam", "rejected"), ("list", "offered"), ("desk", "held")])
def test_screens_offers_and_desks_answer_too(trial: Trial, topic: str, outcome: str) -> None:
    assert trial.do(try_lead, Incoming(fields={"topic": topic})).outcome == outcome


def test_a_person_who_is_here_already_is_found(trial: Trial) -> None:
    lead = trial.comes(email="kim@acme.example")
    digest = trial.desk.sealer.digest("email", "kim@acme.example", workspace=trial.desk.workspace)
    told = trial.do(try_lead, Incoming(persons=(digest,), received=NOW + DAY))
    assert (told.outcome, told.of) == ("duplicate", str(lead))


def test_a_rep_tries_nothing_and_without_a_policy_nobody_can(trial: Trial) -> None:
    with pytest.raises(NotAllowed):
        trial.do(try_lead, Incoming(), actor=rep("ann"))
    with pytest.raises(Conflict, match="there is no policy yet"):
        Trial(trial.database, workspace="other").do(try_lead, Incoming())


# --- scenario 37


@pytest.mark.parametrize(("topic", "rule"), [("both", "First"), ("other", "Second"), (None, "Rest")])
def test_the_first_rule_that_matches_decides_and_the_others_are_not_asked(
    trial: Trial, topic: str | None, rule: str
) -> None:
    """Scenario 37: several rules match, the first one counts."""
    trial.publish(policy=ORDERED)
    fields = {} if topic is None else {"topic": topic}
    assert trial.do(try_lead, Incoming(fields=fields)).rule == rule


def test_the_result_of_a_rule_sets_no_rule_off(trial: Trial) -> None:
    """Scenario 37: an assignment is one decision; it changes no field, and nothing is decided because of it."""
    trial.publish(policy=ORDERED)
    lead = trial.comes(topic="other")
    trial.later(DAY)
    assert trial.row(lead).decision == 1
    assert trial.events(lead) == ["lead.assigned key website"]


def test_conditions_see_the_lead_as_it_was_saved(trial: Trial) -> None:
    """Scenario 37: a lead that waited is decided by the fields that it came with, under the policy then in force."""
    trial.do(pause, subject="everything")
    lead = trial.comes(topic="both")
    assert (trial.state(lead), trial.row(lead).rule) == ("waiting", "All")
    trial.publish(policy=ORDERED.replace('how = "manual"', 'how = "round_robin"'))
    trial.do(resume, subject="everything")
    assert (trial.row(lead).state, trial.row(lead).rule) == ("assigned", "First")
    assert dict(trial.record(lead).lead) == {"topic": "both"}
