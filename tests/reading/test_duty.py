from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.hours import absence_at, next_start, on_duty
from evenhand.core.instants import say_instant
from evenhand.core.model import DAY, HOUR, MINUTE, Absence, Duty
from evenhand.errors import BadInput
from evenhand.reading.durations import read_instant
from evenhand.reading.duty import Calendar, duty, read_holidays
from evenhand.reading.hours import NEVER_ON, read_week
from evenhand.reading.leave import read_dates, read_leave
from evenhand.reading.zones import read_zone, zone_offsets
from tests.working import working_between

START, END = read_instant("2026-01-01"), read_instant("2028-12-31")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata", "Asia/Tokyo",
         "Africa/Casablanca", "America/Havana", "Pacific/Chatham", "UTC")  # fmt: skip
WEEKS = ({"mon-thu": "09:00-12:30 13:15-17:30", "fri": "09:00-15:00"}, {"mon-sun": "22:00-06:00"}, {"sat-mon": "24h"},
         {"sun": "00:30-01:15 01:30-02:30 23:00-24:00"})  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local(at: int, zone: str) -> datetime:
    return (EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(zone))


def resolved(**parts: object) -> Duty:
    return duty(replace(Calendar(), **parts), start=START, end=END)


def berlin(text: str) -> int:
    return read_instant(text, "Europe/Berlin")


@settings(max_examples=300)
@given(st.integers(START, END - 1), st.sampled_from(ZONES), st.sampled_from(WEEKS))
def test_somebody_is_on_duty_when_the_clock_on_their_wall_says_so(at: int, zone: str, hours: dict[str, str]) -> None:
    there, week = local(at, zone), read_week(hours)
    if there.fold:
        return
    minute = there.hour * 60 + there.minute
    today, yesterday = week.days[there.weekday()], week.days[there.weekday() - 1]
    here = any(a <= minute < b for a, b in today) or any(a <= minute + 1440 < b for a, b in yesterday)
    assert on_duty(resolved(zone=zone, week=week), at) == here


@settings(max_examples=100)
@given(st.integers(START, END), st.sampled_from(ZONES))
def test_offsets_are_those_of_the_zone(at: int, zone: str) -> None:
    offsets = zone_offsets(zone, START, END)
    offset = next(shift for since, shift in reversed(offsets) if since <= at)
    assert timedelta(milliseconds=offset) == local(at, zone).utcoffset()


def test_no_hours_mean_the_whole_horizon() -> None:
    assert resolved().bounds == (START, END)
    assert resolved(zone="Europe/Berlin").bounds == (START, END)
    assert resolved(week=NEVER_ON).bounds == ()


@pytest.mark.parametrize(
    ("hours", "date", "worked"),
    [
        ("24h", "2026-03-29", 23 * HOUR),
        ("24h", "2026-10-25", 25 * HOUR),
        ("02:10-02:50", "2026-03-29", 0),  # skipped whole
        ("01:00-02:30", "2026-03-29", HOUR),  # 02:30 never comes: until the change
        ("02:30-06:00", "2026-03-29", 3 * HOUR),
        ("01:00-02:30", "2026-10-25", 90 * MINUTE),  # until the first 02:30
        ("02:30-06:00", "2026-10-25", 4 * HOUR + 30 * MINUTE),  # from the first 02:30
        ("01:00-04:00", "2026-10-25", 4 * HOUR),
    ],
)
def test_hours_on_the_day_the_clocks_change_are_those_that_pass(hours: str, date: str, worked: int) -> None:
    day = berlin(date)
    bounds = resolved(zone="Europe/Berlin", week=read_week({"sun": hours})).bounds
    assert working_between(bounds, day, day + 25 * HOUR) == worked


def test_lord_howe_changes_its_clocks_by_half_an_hour() -> None:
    day = read_instant("2026-04-05", "Australia/Lord_Howe")
    bounds = resolved(zone="Australia/Lord_Howe", week=read_week({"sun": "24h"})).bounds
    assert working_between(bounds, day, day + 2 * DAY) == 24 * HOUR + 30 * MINUTE


def test_the_29th_of_february_is_worked() -> None:
    tokyo = resolved(zone="Asia/Tokyo", week=read_week("09:00-17:00"))
    assert on_duty(tokyo, read_instant("2028-02-29 09:00", "Asia/Tokyo"))


def test_public_holidays_are_cut_out_and_days_in_a_row_are_one_absence() -> None:
    bob = resolved(zone="Europe/Berlin", week=read_week("09:00-17:00"), holidays="DE-BE")
    friday = berlin("2026-12-25 10:00")
    assert not on_duty(bob, friday)
    assert absence_at(bob, friday) == Absence(berlin("2026-12-25"), berlin("2026-12-27"), "holiday")
    assert next_start(bob, friday) == berlin("2026-12-28 09:00")


def test_a_subdivision_has_holidays_of_its_own() -> None:
    womens_day = read_instant("2027-03-08")
    assert absence_at(resolved(holidays="DE-BE"), womens_day)
    assert absence_at(resolved(holidays="DE"), womens_day) is None


def test_a_half_day_ends_at_noon_and_a_day_off_does_not_begin() -> None:
    ann = resolved(
        week=read_week("09:00-17:00"),
        half_days=read_dates(["2026-12-24", "2026-12-31"]),
        days_off=read_dates(["2026-12-31"]),
    )
    assert on_duty(ann, read_instant("2026-12-24 11:59"))
    assert not on_duty(ann, read_instant("2026-12-24 12:00"))
    assert absence_at(ann, read_instant("2026-12-24 12:00")) in ann.absences
    assert not on_duty(ann, read_instant("2026-12-31 09:00"))


def test_a_night_shift_stops_at_the_midnight_that_begins_a_holiday() -> None:
    night = resolved(week=read_week({"mon-sun": "22:00-06:00"}), days_off=read_dates(["2026-12-24"]))
    assert on_duty(night, read_instant("2026-12-23 23:59"))
    assert not on_duty(night, read_instant("2026-12-24 00:00"))
    assert on_duty(night, read_instant("2026-12-25 00:00"))


def test_leave_names_its_deputy_and_goes_before_a_holiday() -> None:
    leave = read_leave([{"from": "2026-12-20", "to": "2027-01-03", "deputy": "bob"}])
    ann = resolved(zone="Europe/Berlin", holidays="DE-BE", leave=leave)
    back = berlin("2027-01-04")
    assert absence_at(ann, berlin("2026-12-25")) == Absence(berlin("2026-12-20"), back, "leave", "bob")
    assert next_start(ann, berlin("2026-12-25")) == back


def test_of_two_leaves_the_one_named_first_holds() -> None:
    leave = read_leave(
        [{"from": "2026-06-10", "to": "2026-06-12", "deputy": "bob"}, {"from": "2026-06-08", "to": "2026-06-14"}]
    )
    absences = resolved(leave=leave).absences
    assert [(say_instant(a.start)[8:10], a.deputy) for a in absences] == [("08", ""), ("10", "bob"), ("13", "")]


@settings(max_examples=50)
@given(st.integers(START, END - 1), st.lists(st.tuples(st.integers(0, 800), st.integers(1, 40)), max_size=4))
def test_absences_never_overlap_and_nobody_works_in_one(at: int, spells: list[tuple[int, int]]) -> None:
    day = [read_instant("2026-01-01") + first * DAY for first, _ in spells]
    table = [
        {"from": say_instant(a)[:10], "to": say_instant(a + n * DAY)[:10]}
        for a, (_, n) in zip(day, spells, strict=True)
    ]
    ann = resolved(zone="Europe/Berlin", week=read_week("09:00-17:00"), holidays="DE-BE", leave=read_leave(table))
    ends = [moment for absence in ann.absences for moment in (absence.start, absence.end)]
    assert ends == sorted(ends)
    assert not (on_duty(ann, at) and absence_at(ann, at))


def test_leave_outside_the_horizon_changes_nothing() -> None:
    leave = read_leave([{"from": "2031-01-01", "to": "2031-01-02"}])
    assert resolved(leave=leave) == resolved()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DEE", ["no public holidays", "Did you mean"]),
        ("MON", ["no public holidays"]),
        ("12", ["Write a country such as DE"]),
        ("DE-XX", ["DE has no part 'XX'", "DE-BE"]),
        ("MC-X", ["Write MC."]),
    ],
)
def test_unknown_holidays_are_refused_with_the_nearest_known(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_holidays(text)
    assert all(word in str(caught.value) for word in words)


def test_holidays_are_read_in_any_case() -> None:
    assert read_holidays(" de-be ") == "DE-BE"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Europe/Berlinn", "Did you mean 'Europe/Berlin'"),
        ("europe/berlin", "Did you mean 'Europe/Berlin'"),
        ("New York", "Did you mean 'America/New_York'"),
        ("Europe", "Write it like|Did you mean"),
        ("../etc/passwd", "Write it like|Did you mean"),
        ("", "Write it like"),
    ],
)
def test_an_unknown_zone_names_the_nearest(name: str, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        read_zone(name)


def test_a_known_zone_is_itself() -> None:
    assert read_zone(" Europe/Berlin ") == "Europe/Berlin"


def test_zone_and_holidays_are_worked_out_once_for_all_who_share_them() -> None:
    one, two = (resolved(zone="Asia/Tokyo", holidays="JP") for _ in range(2))
    assert one is two
