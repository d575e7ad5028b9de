from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.know.numbers import Unreadable
from evenhand.know.times import day, read_time

NOVEMBER = 1_793_610_840_000  # 2026-11-02 09:14 UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T09:14:00Z",
        "2026-11-02 09:14",
        "2026-11-02T10:14:00+0100",
        "2026-11-02 09:14:00 UTC",
        "2026-11-02 09:14:00 +00:00",
        "2026/11/02 09:14",
        "02.11.2026 09:14",
        "2.11.2026, 09:14",
        "1793610840",
        "1793610840000",
        "1793610840000000",
        "1793610840.0",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    assert read_time(text) == NOVEMBER


def test_a_time_without_an_offset_is_in_the_given_zone() -> None:
    assert read_time("2026-11-02 10:14", ZoneInfo("Europe/Berlin")) == NOVEMBER


def test_a_date_is_its_midnight() -> None:
    assert read_time("2026-11-02") == NOVEMBER - (9 * 60 + 14) * 60_000


@pytest.mark.parametrize("text", ["11/02/2026", "tomorrow", "2026-02-30", "2026-13-01", "12345", "", "99.99.2026"])
def test_what_is_no_moment_or_two_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_time(text)
    assert "2026-11-02T09:14:00Z" in caught.value.fix


def test_a_moment_is_shown_as_its_date() -> None:
    assert day(NOVEMBER) == "2026-11-02"


@given(st.datetimes(timezones=st.just(UTC)))
def test_iso_times_keep_their_milliseconds(moment: datetime) -> None:
    assert (
        read_time(moment.isoformat()) == (moment.replace(microsecond=0).timestamp() * 1000) + moment.microsecond // 1000
    )


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_unreadable(text: str) -> None:
    with suppress(Unreadable):
        assert isinstance(read_time(text), int)
