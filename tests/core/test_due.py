from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.due import desk_after, due, reminder
from evenhand.core.hours import on_duty
from evenhand.core.model import DAY, HOUR, MINUTE, Duty

OFFICE = tuple(day * DAY + hour * HOUR for day in range(30) for hour in (9, 17))
TEN_TO_FIVE = 16 * HOUR + 50 * MINUTE


def test_fifteen_minutes_from_ten_to_five_end_at_five_past_nine() -> None:
    assert due(TEN_TO_FIVE, 15 * MINUTE, bounds=OFFICE) == DAY + 9 * HOUR + 5 * MINUTE


def test_by_the_wall_clock_fifteen_minutes_are_fifteen_minutes() -> None:
    assert due(TEN_TO_FIVE, 15 * MINUTE, clock="wall", bounds=OFFICE) == TEN_TO_FIVE + 15 * MINUTE


def test_a_due_time_beyond_the_horizon_cannot_be_told() -> None:
    assert due(TEN_TO_FIVE, 10 * DAY * 8, bounds=OFFICE) is None
    assert due(0, 1) is None


def test_a_reminder_never_falls_on_closing_time() -> None:
    at = reminder(TEN_TO_FIVE, 15 * MINUTE, remind_before=5 * MINUTE, bounds=OFFICE)
    assert at == DAY + 9 * HOUR


def test_a_reminder_by_the_wall_clock_is_so_much_earlier() -> None:
    assert reminder(0, HOUR, remind_before=5 * MINUTE, clock="wall") == 55 * MINUTE


def test_a_reminder_that_leaves_no_time_before_it_is_none() -> None:
    assert reminder(0, HOUR, remind_before=HOUR, clock="wall") is None
    assert reminder(0, HOUR, remind_before=0, bounds=OFFICE) is None
    assert reminder(0, 1000 * DAY, remind_before=HOUR, bounds=OFFICE) is None


@given(st.integers(0, 20 * DAY), st.integers(2, 600), st.integers(1, 600))
def test_a_reminder_comes_in_working_hours_before_the_due_time(start: int, within: int, before: int) -> None:
    at = reminder(start, within * MINUTE, remind_before=before * MINUTE, bounds=OFFICE)
    assert (at is None) == (before >= within)
    if at is not None:
        assert start <= at < (due(start, within * MINUTE, bounds=OFFICE) or 0)
        assert on_duty(Duty(bounds=OFFICE), at)


def test_the_desk_has_it_after_four_hours_of_anybodys_work() -> None:
    early, late = (8 * HOUR, 10 * HOUR), (9 * HOUR, 11 * HOUR, DAY, 2 * DAY)
    assert desk_after(8 * HOUR, [early, late]) == DAY + HOUR


def test_the_desk_looks_as_far_as_the_horizon_goes() -> None:
    assert desk_after(0, [(300 * DAY, 301 * DAY)]) == 300 * DAY + 4 * HOUR
    assert desk_after(0, [(0, HOUR)]) is None
    assert desk_after(0, []) is None
