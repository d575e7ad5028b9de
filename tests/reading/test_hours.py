import pytest

from evenhand.errors import BadInput
from evenhand.reading.hours import ALWAYS_ON, NEVER_ON, Span, read_week

NINE_TO_FIVE = (9 * 60, 17 * 60)


def days(value: object) -> tuple[tuple[Span, ...], ...]:
    return read_week(value).days


def test_no_hours_mean_always_and_empty_hours_never() -> None:
    assert read_week(None) == ALWAYS_ON
    assert read_week({}) == NEVER_ON


def test_a_plain_text_means_monday_to_friday() -> None:
    assert days("09:00-17:00") == ((NINE_TO_FIVE,),) * 5 + ((),) * 2


def test_each_day_may_have_several_spans() -> None:
    week = days({"mon-thu": "09:00-12:30 13:15-17:30", "fri": "9:00 \u2013 15:00"})
    assert week[0] == week[3] == ((540, 750), (795, 1050))
    assert week[4] == ((540, 900),)


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("mon", [0]),
        ("sat-mon", [0, 5, 6]),
        ("Mon, Wed", [0, 2]),
        ("tuesday-thurs", [1, 2, 3]),
        ("mon-sun", [*range(7)]),
    ],
)
def test_days_are_named_one_by_one_or_as_ranges(key: str, numbers: list[int]) -> None:
    assert [day for day, spans in enumerate(days({key: "24h"})) if spans] == numbers


def test_a_span_over_midnight_belongs_to_the_day_it_starts() -> None:
    assert days({"fri": "22:00-06:00"})[4:6] == (((22 * 60, 30 * 60),), ())


def test_a_day_may_end_at_midnight_or_be_off() -> None:
    assert days({"mon": "18:00-24:00", "tue": "18:00-00:00", "wed": "off"})[:3] == (
        ((1080, 1440),),
        ((1080, 1440),),
        (),
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, ["neither a text nor a table"]),
        ({"mon": 5}, ["'5' is not a text of times"]),
        ({"mon": "9-17"}, ["'9-17' is not a span", "22:00-06:00"]),
        ({"mon": "09:00-25:00"}, ["no clock shows"]),
        ({"mon": "09:60-10:00"}, ["no clock shows"]),
        ({"mon": "09:00-09:00"}, ["no length", "24h"]),
        ({"mon": "09:00-12:00 11:00-13:00"}, ["overlap: mon 09:00-12:00 and mon 11:00-13:00"]),
        ({"mon": "22:00-06:00", "tue": "05:00-09:00"}, ["overlap: mon 22:00-06:00 and tue 05:00-09:00"]),
        ({"sun": "22:00-06:00", "mon": "05:00-09:00"}, ["overlap: sun 22:00-06:00 and mon 05:00-09:00"]),
        ({"mon-wed": "24h", "tue": "24h"}, ["name tue twice"]),
        ({"wensday": "24h"}, ["'wensday', which is none", "Did you mean wed?"]),
        ({"xyz": "24h"}, ["Write days like"]),
        ({"mon-tue-wed": "24h"}, ["Write days like"]),
        ({"": "24h"}, ["Write days like"]),
    ],
)
def test_hours_that_cannot_be_are_refused_with_the_way_to_mend_them(value: object, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_week(value)
    assert all(word in str(caught.value) for word in words)


def test_every_fault_of_the_hours_is_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        read_week({"mon": "9-17", "munday": "24h", "tue": "24h", "tue-wed": "24h"})
    assert len(caught.value.faults) == 3
