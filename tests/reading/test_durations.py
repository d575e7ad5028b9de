from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.errors import BadInput
from evenhand.reading.durations import read_duration, read_instant, read_wall, say_duration, say_instant


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", 30 * MINUTE),
        ("2h", 2 * HOUR),
        ("1h30m", 90 * MINUTE),
        (" 1 h  30 min ", 90 * MINUTE),
        ("4 hours", 4 * HOUR),
        ("1 Hour", HOUR),
        ("1d", DAY),
        ("90s", 90_000),
        ("2w", 14 * DAY),
        ("1w1d1h1m1s", 8 * DAY + HOUR + MINUTE + 1000),
        ("0", 0),
        ("0m", 0),
    ],
)
def test_lengths_of_time_are_read_as_people_write_them(text: str, length: int) -> None:
    assert read_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "soon", "5", "-5m", "1.5h", "30m1h", "1h1h", "5 months", "1m" * 999, "9" * 99 + "s", "1w" + " " * 9999 + "x"],
)
def test_what_is_no_length_of_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(BadInput, match=r"not a length of time\. Write it like"):
        read_duration(text)


@given(st.integers(0, 10**7))
def test_a_length_that_is_said_can_be_read_again(seconds: int) -> None:
    assert read_duration(say_duration(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("2026-11-02T09:00Z", "Europe/Berlin", "2026-11-02T09:00:00Z"),
        ("2026-11-02 09:00", "UTC", "2026-11-02T09:00:00Z"),
        ("2026-11-02 09:00", "Europe/Berlin", "2026-11-02T08:00:00Z"),
        ("2026-11-02", "Asia/Tokyo", "2026-11-01T15:00:00Z"),
        ("2026-11-02T09:00:03.12Z", "UTC", "2026-11-02T09:00:03.120Z"),
        ("2026-11-02 09:00 +05:30", "UTC", "2026-11-02T03:30:00Z"),
        ("2026-11-02t09:00z", "UTC", "2026-11-02T09:00:00Z"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:00:00Z"),
        (date(2026, 11, 2), "UTC", "2026-11-02T00:00:00Z"),
        (datetime(2026, 11, 2, 9), "Europe/Berlin", "2026-11-02T08:00:00Z"),
    ],
)
def test_moments_are_read_as_people_write_them(text: str | date, zone: str, said: str) -> None:
    assert say_instant(read_instant(text, zone)) == said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("tomorrow", "not a moment"),
        ("", "not a moment"),
        ("1793610843", "not a moment"),
        ("2026-02-30", "day is out of range"),
        ("2026-11-02T25:00", "not a moment"),
        ("2026-W45-1", "not a moment"),
        ("0026-11-02", "before 1990"),
        ("2926-11-02", "after 2100"),
    ],
)
def test_a_moment_that_cannot_be_says_why(text: str, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        read_instant(text)


def test_a_moment_in_an_unknown_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="Europe/Berlin"):
        read_instant("2026-11-02", "Europe/Berlinn")


@given(st.integers(631_152_000_000, 4_102_444_800_000))
def test_an_instant_that_is_said_can_be_read_again(at: int) -> None:
    assert read_instant(say_instant(at)) == at


def test_wall_clock_time_knows_whether_it_is_a_date_alone() -> None:
    assert read_wall("2026-12-20")[1]
    assert not read_wall("2026-12-20T13:00")[1]
    assert read_wall(date(2026, 12, 20)) == read_wall("2026-12-20")
    assert read_wall(datetime(2026, 12, 20, 13)) == read_wall("2026-12-20 13:00")
    with pytest.raises(BadInput, match="the person's own"):
        read_wall("2026-12-20T13:00Z")
