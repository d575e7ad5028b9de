import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.hours import (
    Bounds,
    absence_at,
    add_working,
    cut,
    next_start,
    on_duty,
    union,
    window,
)
from evenhand.core.model import Absence, Duty
from tests.working import working_between

TWO = Duty(bounds=(9, 12, 13, 17))
MOMENTS = st.integers(-5, 205)


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    found = sorted(draw(st.sets(st.integers(0, 200), max_size=20)))
    return tuple(found[: len(found) // 2 * 2])


def naive(stretches: Bounds, at: int) -> bool:
    return any(a <= at < b for a, b in zip(stretches[::2], stretches[1::2], strict=True))


@pytest.mark.parametrize(
    ("at", "here", "following"),
    [(8, False, 9), (9, True, 13), (11, True, 13), (12, False, 13), (16, True, None), (17, False, None)],
)
def test_a_start_belongs_to_its_stretch_and_an_end_does_not(at: int, here: bool, following: int | None) -> None:
    assert on_duty(TWO, at) is here
    assert next_start(TWO, at) == following


@given(bounds(), MOMENTS)
def test_on_duty_agrees_with_looking_at_every_stretch(stretches: Bounds, at: int) -> None:
    assert on_duty(Duty(bounds=stretches), at) == naive(stretches, at)


def test_an_absence_is_found_while_it_lasts() -> None:
    leave, holiday = Absence(10, 20, "leave", "bob"), Absence(30, 40, "holiday")
    duty = Duty(absences=(leave, holiday))
    assert [absence_at(duty, at) for at in (9, 10, 19, 20, 30, 40)] == [None, leave, leave, None, holiday, None]


@given(bounds(), MOMENTS, st.integers(0, 250))
def test_adding_working_time_is_the_inverse_of_measuring_it(stretches: Bounds, start: int, amount: int) -> None:
    end = add_working(stretches, start, amount)
    if end is None:
        assert working_between(stretches, start, 10**6) < amount
    else:
        assert working_between(stretches, start, end) == amount
        assert amount == 0 or working_between(stretches, start, end - 1) == amount - 1


def test_a_stretch_used_up_answers_with_its_end() -> None:
    assert add_working((9, 12, 13, 17), 9, 3) == 12
    assert add_working((9, 12, 13, 17), 9, 4) == 14
    assert add_working((9, 12, 13, 17), 9, 8) is None


@given(st.lists(bounds(), max_size=4), MOMENTS)
def test_a_union_works_when_anybody_does(many: list[Bounds], at: int) -> None:
    merged = union(many)
    assert naive(merged, at) == any(naive(stretches, at) for stretches in many)
    assert union([merged]) == merged
    assert list(merged) == sorted(set(merged))


@given(bounds(), bounds(), MOMENTS)
def test_what_is_cut_out_is_gone_and_the_rest_stays(stretches: Bounds, away: Bounds, at: int) -> None:
    left = cut(stretches, away)
    assert naive(left, at) == (naive(stretches, at) and not naive(away, at))
    assert list(left) == sorted(set(left))


@given(bounds(), MOMENTS, MOMENTS)
def test_a_window_answers_for_its_time_as_the_whole_does(stretches: Bounds, a: int, b: int) -> None:
    kept = window(stretches, a, b)
    assert len(kept) % 2 == 0
    assert all(naive(kept, at) == naive(stretches, at) for at in range(a, b))
    assert all(start < b and end > a for start, end in zip(kept[::2], kept[1::2], strict=True) if a < b)


def test_an_empty_stretch_adds_nothing_to_a_union() -> None:
    assert union([(5, 5), (7, 9), (9, 11)]) == (7, 11)
