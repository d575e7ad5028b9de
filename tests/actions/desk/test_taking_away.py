"""A manager takes a lead away from its holder."""

import pytest

from evenhand.actions.holding import respond
from evenhand.actions.taking_away import take_off
from evenhand.errors import Conflict, NotAllowed
from tests.desk import Trial, rep


def test_somebody_else_gets_it_and_the_unused_turn_is_given_back(trial: Trial) -> None:
    lead = trial.comes()
    before = trial.row(lead).rep or ""
    trial.do(take_off, lead)
    assert trial.row(lead).rep not in (before, None)
    assert f"taken away {before}" in trial.told(lead)
    assert "pool.refund manager eve" in trial.events(lead)


def test_the_one_who_had_it_never_gets_it_again(trial: Trial) -> None:
    lead = trial.comes()
    holders = []
    for _ in range(3):
        holders.append(trial.row(lead).rep)
        trial.do(take_off, lead)
    assert sorted(filter(None, holders)) == ["ann", "bob", "cy"]
    assert trial.row(lead).rep is None


def test_whoever_has_answered_keeps_it_unless_somebody_insists(trial: Trial) -> None:
    lead = trial.comes()
    trial.do(respond, lead)
    with pytest.raises(Conflict, match="is being worked on"):
        trial.do(take_off, lead)
    assert trial.do(take_off, lead, even_if_answered=True).state == "assigned"


def test_what_nobody_holds_stays_where_it_is(trial: Trial) -> None:
    for topic in ("first", "desk"):
        with pytest.raises(Conflict, match="there is nobody to take it away from"):
            trial.do(take_off, trial.comes(topic=topic))


def test_a_rep_takes_nothing_away(trial: Trial) -> None:
    with pytest.raises(NotAllowed, match="only a manager can take a lead away"):
        trial.do(take_off, trial.comes(), actor=rep("ann"))
