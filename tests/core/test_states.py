"""The states of a lead are a closed machine, and the reference says the same."""

from pathlib import Path
from typing import get_args

import pytest

from evenhand.core.states import HELD_BY_REP, OPEN, STEPS, State, Step, allow, say_state
from evenhand.errors import Conflict

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "states.md"


@pytest.mark.parametrize("step", get_args(Step))
@pytest.mark.parametrize("state", get_args(State))
def test_a_step_is_possible_or_refused_with_the_states_that_would_do(step: Step, state: State) -> None:
    if state in STEPS[step]:
        allow(step, 7, state)
        return
    with pytest.raises(Conflict, match=f"lead 7 {say_state(state)}; a lead can {step} only while") as refused:
        allow(step, 7, state)
    assert all(able in str(refused.value) for able in STEPS[step])


def test_every_step_has_states_and_every_state_a_sentence() -> None:
    assert set(STEPS) == set(get_args(Step))
    assert all(say_state(state) for state in get_args(State))


def test_whoever_holds_a_lead_holds_an_open_one() -> None:
    assert HELD_BY_REP < OPEN < set(get_args(State))


@pytest.mark.parametrize("word", [*get_args(State), *get_args(Step)])
def test_the_reference_has_every_state_and_step(word: str) -> None:
    assert f"| `{word}` |" in PAGE.read_text(encoding="utf-8") or f"| {word} |" in PAGE.read_text(encoding="utf-8")
