from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.instants import date_of, day_of, from_wall, say_duration, say_instant
from evenhand.core.model import DAY, HOUR, MINUTE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.dates(min_value=date(1600, 1, 1), max_value=date(2400, 12, 31)))
def test_days_and_dates_turn_into_each_other(day: date) -> None:
    number = day.toordinal() - date(1970, 1, 1).toordinal()
    assert date_of(number) == (day.year, day.month, day.day)
    assert day_of(day.year, day.month, day.day) == number


@given(st.integers(-(10**12), 5 * 10**12))
def test_an_instant_is_said_as_datetime_would_say_it(at: int) -> None:
    expected = (EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")
    assert say_instant(at) == expected.replace("+00:00", "Z").replace(".000Z", "Z")


def test_milliseconds_are_left_out_when_they_are_zero() -> None:
    assert say_instant(1_793_610_843_120) == "2026-11-02T09:14:03.120Z"
    assert say_instant(1_793_610_843_000) == "2026-11-02T09:14:03Z"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (2 * HOUR, "2 hours"),
        (90 * MINUTE, "1 hour 30 minutes"),
        (DAY, "1 day"),
        (14 * DAY, "2 weeks"),
        (15 * DAY, "15 days"),
        (45_000, "45 seconds"),
        (1500, "1 second"),
        (20, "less than a second"),
        (0, "0 seconds"),
        (-MINUTE, "minus 1 minute"),
    ],
)
def test_a_length_of_time_is_said_in_words(length: int, words: str) -> None:
    assert say_duration(length) == words


def test_a_wall_clock_time_that_occurs_twice_means_the_first() -> None:
    put_back = ((0, 2 * HOUR), (100 * HOUR, HOUR))
    assert from_wall(put_back, 101 * HOUR + 30 * MINUTE) == 99 * HOUR + 30 * MINUTE


def test_a_wall_clock_time_that_never_occurs_means_the_moment_of_the_change() -> None:
    put_forward = ((0, HOUR), (100 * HOUR, 2 * HOUR))
    assert from_wall(put_forward, 101 * HOUR + 30 * MINUTE) == 100 * HOUR


def test_without_offsets_there_is_no_wall_clock() -> None:
    with pytest.raises(ValueError, match="at least one"):
        from_wall((), 0)
