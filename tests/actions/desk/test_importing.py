"""Leads of another system come in with their holders, and live on like any other."""

from decimal import Decimal

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.holding import Ending, close, respond, restore
from evenhand.actions.importing import Imported, import_open
from evenhand.actions.offers import decline
from evenhand.actions.receiving import Incoming, Received
from evenhand.actions.rerouting import reroute
from evenhand.actions.roster import edit_person
from evenhand.core.model import DAY, HOUR
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.ports.rows import AssignmentRow
from tests.desk import MANAGER, NOW, Trial, opened, rep


def old(number: int = 1, **said: object) -> Imported:
    """A lead as the other system has it."""
    lead = Incoming(source="crm", received=NOW - DAY, key=f"crm\x1f{number}")
    return Imported(**{"lead": lead, "rep": "ann", "state": "assigned", **said})  # type: ignore[arg-type]


def brought(trial: Trial, *given: Imported) -> list[int]:
    answers = import_open(trial.desk, given, actor=MANAGER)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return [answer.lead for answer in answers if isinstance(answer, Received)]


def assignments(trial: Trial, lead: int) -> list[AssignmentRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.leads.assignments(lead))


def test_an_open_lead_keeps_its_holder_and_costs_nobody_a_turn(each_trial: Trial) -> None:
    lead = brought(each_trial, old())[0]
    assert each_trial.state(lead) == "assigned ann"
    assert each_trial.open("ann") == 1
    assert each_trial.credits() == {}
    assert each_trial.told(lead) == []
    assert each_trial.events(lead) == ["lead.imported manager eve"]


def test_it_fills_a_place_under_the_cap(trial: Trial) -> None:
    trial.do(edit_person, "ann", {"caps.open": 2, "caps.day": 1})
    brought(trial, old(1), old(2))
    assert "ann" not in {trial.row(lead).rep for lead in trial.come(4)}
    trial.do(close, 1, Ending("lost"))
    assert "ann" in {trial.row(lead).rep for lead in trial.come(4)}


def test_it_is_there_once_however_often_it_is_brought(trial: Trial) -> None:
    first = brought(trial, old(1), old(1))
    assert first == brought(trial, old(1, rep="bob"))[:1] * 2
    assert trial.open("ann") == 1
    assert trial.state(first[0]) == "assigned ann"


def test_its_holder_answers_and_closes_it(each_trial: Trial) -> None:
    lead = brought(each_trial, old())[0]
    each_trial.do(respond, lead, actor=rep("ann"))
    assert each_trial.state(lead) == "working ann"
    each_trial.do(close, lead, Ending("won", Decimal(100)), actor=rep("ann"))
    assert each_trial.open("ann") == 0
    (held,) = assignments(each_trial, lead)
    assert (held.seq, held.responded, held.ended) == (-lead, NOW, NOW)


def test_it_can_be_declined_given_to_another_and_decided_anew(each_trial: Trial) -> None:
    first, second, third = brought(each_trial, old(1), old(2), old(3))
    each_trial.do(decline, first, rep="ann", actor=rep("ann"))
    each_trial.do(assign, second, rep="bob")
    each_trial.do(reroute, third)
    assert each_trial.row(first).rep in ("bob", "cy")
    assert each_trial.state(second) == "assigned bob"
    assert [held.rep for held in assignments(each_trial, second)] == ["ann", "bob"]
    assert each_trial.record(third).decision.trigger == "rerouted"


def test_an_answer_that_is_still_due_is_watched_for(trial: Trial) -> None:
    late, due = brought(trial, old(1, due=NOW - HOUR), old(2, due=NOW + HOUR))
    assert trial.rings(late) == {}
    trial.later(2 * HOUR)
    assert trial.told(late) == []
    assert trial.told(due) == ["overdue ann"]
    assert trial.state(due) == "assigned ann"


def test_what_is_worked_on_is_worked_on(trial: Trial) -> None:
    lead = brought(trial, old(state="working", since=NOW - 2 * HOUR, responded=NOW - HOUR))[0]
    row = trial.row(lead)
    assert (row.state, row.since, row.responded, row.touched) == ("working", NOW - 2 * HOUR, NOW - HOUR, NOW - HOUR)


def test_what_was_won_there_is_history(each_trial: Trial) -> None:
    given = old(state="won", rep="zoe", since=NOW - 5 * DAY, closed=NOW - DAY, amount=Decimal("99.50"))
    lead = brought(each_trial, given)[0]
    row = each_trial.row(lead)
    assert (row.state, row.closing, row.amount, row.closed, row.rep) == ("closed", "won", 9950, NOW - DAY, None)
    (held,) = assignments(each_trial, lead)
    assert (held.rep, held.ended, held.ending) == ("zoe", NOW - DAY, "won")
    assert each_trial.open("zoe") == 0


def test_what_was_lost_there_can_be_brought_back(trial: Trial) -> None:
    lead = brought(trial, old(state="lost"))[0]
    trial.do(restore, lead)
    assert trial.state(lead).startswith("assigned")
    assert trial.record(lead).decision.trigger == "restored"


def test_a_person_who_is_here_already_is_known_when_they_come_again(trial: Trial) -> None:
    digest = trial.desk.sealer.digest("email", "kim@acme.example", workspace=trial.desk.workspace)
    given = old(lead=Incoming(source="crm", key="crm\x1f1", persons=(digest,)))
    brought(trial, given)
    lead = trial.comes(email="kim@acme.example")
    assert trial.state(lead) == "duplicate"
    assert trial.told(lead) == ["came again ann"]


@pytest.mark.parametrize(
    ("said", "error", "why"),
    [
        ({"rep": "anm"}, NotFound, "Did you mean 'ann'"),
        ({"rep": "cy"}, Conflict, "cy has left"),
        ({"amount": Decimal(5)}, BadUsage, "has brought nothing"),
    ],
)
def test_what_cannot_be_is_told_of_each_lead_and_the_others_come_in(
    trial: Trial, said: dict[str, object], error: type[Exception], why: str
) -> None:
    trial.do(edit_person, "cy", {"active": False})
    refused, taken = import_open(trial.desk, [old(1, **said), old(2)], actor=MANAGER)
    assert isinstance(refused, error)
    assert why in str(refused)
    assert isinstance(taken, Received)


def test_a_rep_imports_nothing(trial: Trial) -> None:
    assert isinstance(import_open(trial.desk, [old()], actor=rep("ann"))[0], NotAllowed)


def test_nothing_comes_in_before_there_is_a_policy(sqlite_url: str) -> None:
    with opened(sqlite_url) as trial:
        elsewhere = Trial(trial.database, workspace="other")
        (answer,) = import_open(elsewhere.desk, [old()], actor=MANAGER)
        assert "there is no policy yet" in str(answer)


def test_a_thousand_come_in_by_slices(trial: Trial) -> None:
    leads = brought(trial, *[old(number, rep="bob") for number in range(1000)])
    assert len(set(leads)) == 1000
    assert trial.open("bob") == 1000
