"""Live edits of the roster: each is a new version of its text, and counts at once."""

from collections.abc import Callable
from typing import Any

import pytest

from evenhand.actions.desk import call
from evenhand.actions.roster import (
    Away,
    add_leave,
    add_person,
    add_pool,
    drop_leave,
    edit_person,
    edit_pool,
    remove_person,
    remove_pool,
)
from evenhand.core.model import DAY, Cap
from evenhand.errors import BadPolicy, BadTeam, BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, TEAM, Trial, rep

ANN = rep("ann")
NAMED = TEAM.replace('id = "ann"', 'id = "ann" # first')
COMMENTED = f"# ours\n{NAMED}# the end\n"


def text(trial: Trial) -> str:
    with trial.database.reading(trial.desk.workspace) as tx:
        found = tx.texts.get("roster", tx.router().roster)
    assert found is not None
    return found.text


def version(trial: Trial) -> int:
    with trial.database.reading(trial.desk.workspace) as tx:
        return len(tx.texts.versions("roster"))


def test_an_edit_is_a_new_version_that_keeps_every_comment(each_trial: Trial) -> None:
    each_trial.publish(roster=COMMENTED)
    told = each_trial.do(edit_person, "bob", {"caps.open": 5, "skills.fintech": 4, "goals.month": 50_000})
    assert told.versions == {"roster": 3}
    expected = 'id = "bob"\ncaps = { open = 5 }\nskills = { fintech = 4 }\ngoals = { month = 50000 }'
    assert text(each_trial) == COMMENTED.replace('id = "bob"', expected)
    bob = each_trial.desk.setup().roster.reps["bob"]
    assert (bob.caps, bob.skills, bob.goals) == ((Cap("open", 5),), {"fintech": 4}, {"month": 50_000})


def test_an_edit_that_changes_nothing_is_no_version(trial: Trial) -> None:
    assert trial.do(edit_person, "bob", {"caps.open": None}).versions == {}
    assert version(trial) == 1


def test_two_edits_of_one_moment_both_count(trial: Trial) -> None:
    calls = [call(edit_person, name, {"seniority": 3}, actor=MANAGER) for name in ("ann", "bob")]
    assert [answer.error for answer in trial.run(calls)] == [None, None]
    reps = trial.desk.setup().roster.reps
    assert (reps["ann"].seniority, reps["bob"].seniority, version(trial)) == (3, 3, 3)


def test_what_the_reader_says_of_the_new_text_the_editor_hears(trial: Trial) -> None:
    with pytest.raises(BadTeam, match=r"open = 'many'|open = \"many\" is not a whole number") as told:
        trial.do(edit_person, "bob", {"caps.open": "many", "zone": "Europe/Berlim"})
    assert {fault.where for fault in told.value.faults} == {"team.toml"}
    assert len(told.value.faults) == 2
    assert version(trial) == 1


def test_a_cap_counts_for_the_very_next_lead(trial: Trial) -> None:
    for name in ("ann", "bob"):
        trial.do(edit_person, name, {"caps.open": 0})
    assert {trial.row(lead).rep for lead in trial.come(3)} == {"cy"}


def test_somebody_new_gets_leads_once_they_are_in_a_pool(trial: Trial) -> None:
    trial.come(1)
    trial.do(add_person, {"id": "dee", "name": "Dee", "languages": ["de"]})
    assert trial.do(edit_pool, "sales", {"members.dee": 1}).joined == {"sales": ("dee",)}
    assert "dee" in {trial.row(lead).rep for lead in trial.come(4)}


def test_a_pool_can_be_made_weighed_and_taken_out(trial: Trial) -> None:
    trial.do(add_pool, {"name": "spare", "members": {"ann": 1, "bob": 2}})
    told = trial.do(edit_pool, "spare", {"members.ann": None, "members.cy": 3, "max_ahead": 2})
    assert (told.left, told.joined) == ({"spare": ("ann",)}, {"spare": ("cy",)})
    spare = trial.desk.setup().roster.pools["spare"]
    assert (spare.weights, spare.max_ahead) == ({"bob": 2, "cy": 3}, 2)
    trial.do(remove_pool, "spare")
    assert text(trial) == TEAM


def test_a_pool_that_a_rule_names_stays(trial: Trial) -> None:
    with pytest.raises(BadPolicy, match="there is no pool 'sales'"):
        trial.do(remove_pool, "sales")


def test_whoever_never_should_have_been_there_is_taken_out_with_their_places_in_pools(trial: Trial) -> None:
    assert trial.do(remove_person, "cy").left == {"sales": ("cy",)}
    assert "cy" not in text(trial)
    lead = trial.comes()
    with pytest.raises(Conflict, match="Let them go first"):
        trial.do(remove_person, trial.row(lead).rep)


def test_a_manager_of_something_cannot_be_taken_out(trial: Trial) -> None:
    with pytest.raises(BadTeam, match="there is no person 'eve'"):
        trial.do(remove_person, "eve")


# --- leave


def test_leave_counts_from_its_first_day_and_can_be_called_off(trial: Trial) -> None:
    leave = Away(start="2026-11-03", end="2026-11-04", deputy="bob")
    trial.do(add_leave, "ann", leave, actor=ANN)
    assert 'leave = [{ from = "2026-11-03", to = "2026-11-04", deputy = "bob" }]' in text(trial)
    assert "ann" in {trial.row(lead).rep for lead in trial.come(3)}
    trial.now += DAY
    assert "ann" not in {trial.row(lead).rep for lead in trial.come(3)}
    trial.do(drop_leave, "ann", start="2026-11-03", actor=ANN)
    assert text(trial) == TEAM
    assert "ann" in {trial.row(lead).rep for lead in trial.come(3)}


def test_leave_that_is_not_there_cannot_be_called_off(trial: Trial) -> None:
    with pytest.raises(NotFound, match="ann has no leave that begins on 2026-11-03"):
        trial.do(drop_leave, "ann", start="2026-11-03")
    trial.do(add_leave, "ann", Away(start="2026-11-05", end="2026-11-06"))
    with pytest.raises(NotFound, match="Known: 2026-11-05"):
        trial.do(drop_leave, "ann", start="2026-11-03")


def test_leave_that_ends_before_it_begins_is_refused(trial: Trial) -> None:
    with pytest.raises(BadTeam, match="ends before it begins"):
        trial.do(add_leave, "ann", Away(start="2026-11-05", end="2026-11-04"))


# --- who may, and what cannot be


def test_a_rep_may_say_when_they_are_on_leave_and_nothing_else(trial: Trial) -> None:
    with pytest.raises(NotAllowed):
        trial.do(add_leave, "bob", Away(start="2026-11-05", end="2026-11-06"), actor=ANN)
    refused: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (edit_person, ("ann", {"caps.open": 1})),
        (add_person, ({"id": "dee"},)),
        (remove_person, ("bob",)),
        (edit_pool, ("sales", {"members.ann": 9})),
        (add_pool, ({"name": "x"},)),
        (remove_pool, ("sales",)),
    ]
    for verb, said in refused:
        with pytest.raises(NotAllowed, match="only a manager can edit the roster"):
            trial.do(verb, *said, actor=ANN)


@pytest.mark.parametrize(
    ("verb", "name", "changes", "said"),
    [
        (edit_person, "ann", {"id": "anna"}, "cannot be changed"),
        (edit_pool, "sales", {"name": "seals"}, "cannot be changed"),
        (edit_person, "ann", {"caps.": 1}, "names no key"),
        (edit_pool, "sales", {"members.ann": "a lot"}, "is no weight"),
        (edit_pool, "sales", {"members.ann": True}, "is no weight"),
    ],
)
def test_what_makes_no_sense_is_refused(
    trial: Trial, verb: Callable[..., Any], name: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadUsage, match=said):
        trial.do(verb, name, changes)


def test_who_or_what_is_not_there_is_told_with_the_nearest_name(trial: Trial) -> None:
    with pytest.raises(NotFound, match="Did you mean 'ann'"):
        trial.do(edit_person, "anm", {"seniority": 3})
    with pytest.raises(NotFound, match="Did you mean 'sales'"):
        trial.do(edit_pool, "sale", {"paused": True})
