from datetime import date

import pytest

from evenhand.core.model import DAY, HOUR
from evenhand.errors import BadInput
from evenhand.reading.durations import read_instant
from evenhand.reading.leave import Leave, read_dates, read_leave

XMAS = read_instant("2026-12-20")


def test_leave_includes_both_of_its_days() -> None:
    assert read_leave([{"from": "2026-12-20", "to": "2026-12-20"}]) == (Leave(XMAS, XMAS + DAY),)


def test_leave_may_begin_or_end_within_a_day_and_name_a_deputy() -> None:
    leave = read_leave([{"from": "2026-12-20T13:00", "to": date(2026, 12, 21), "deputy": "bob"}])
    assert leave == (Leave(XMAS + 13 * HOUR, XMAS + 2 * DAY, "bob"),)
    assert read_leave([{"from": "2026-12-20", "to": "2026-12-20 12:00"}]) == (Leave(XMAS, XMAS + 12 * HOUR),)


def test_days_off_are_read_to_numbers_of_days() -> None:
    assert read_dates(["2026-12-21", date(2026, 12, 20), "2026-12-20"]) == (XMAS // DAY, XMAS // DAY + 1)


def test_nothing_given_is_nothing() -> None:
    assert (read_leave(None), read_dates(None)) == ((), ())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"from": "2026-12-20"}, ["is not a list"]),
        (["2026-12-20"], ["where a table belongs"]),
        ([{"to": "2026-12-20"}], ["leave has no 'from'"]),
        ([{"from": "2026-12-20", "to": "2026-12-19"}], ["ends before it begins", "Swap"]),
        ([{"from": "2026-12-20", "to": "soon"}], ["leave: 'soon' is not a moment"]),
        ([{"from": "2026-12-20", "to": 5}], ["has 5 where a date belongs"]),
        ([{"from": "2026-12-20", "to": "2926-12-20"}], ["after 2100"]),
        ([{"from": "2026-12-20", "to": "2026-12-21", "deputie": "bob"}], ["'deputie', which is not known"]),
        ([{"from": "2026-12-20", "to": "2026-12-21", "deputy": 5}], ["the deputy 5"]),
    ],
)
def test_leave_that_cannot_be_is_refused(value: object, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_leave(value)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    ("value", "word"),
    [("2026-12-24", "is not a list"), (["2026-12-24T13:00"], "not a date alone"), ([5], "half_days has 5")],
)
def test_days_off_that_cannot_be_are_refused(value: object, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        read_dates(value, "half_days")


def test_every_fault_of_the_leave_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        read_leave([{"from": "x", "to": "2026-12-20"}, {}, {"from": "2026-12-20", "to": "2026-12-20"}])
    assert len(caught.value.faults) == 3
