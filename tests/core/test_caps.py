from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.caps import Full, PeriodKind, period, period_bounds, release, room, take
from evenhand.core.instants import Offsets, say_instant
from evenhand.core.model import DAY, HOUR, MINUTE, Cap, Duty, Load, Rep
from evenhand.reading.durations import read_instant
from evenhand.reading.zones import zone_offsets

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: tuple[PeriodKind, ...] = ("hour", "day", "week", "month")
ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Tokyo", "America/Havana",
         "Africa/Casablanca", "Pacific/Apia", "UTC")  # fmt: skip
YEAR = read_instant("2026-01-01")
MOMENTS = st.integers(YEAR, YEAR + 1100 * DAY)


def offsets_of(zone: str) -> Offsets:
    return zone_offsets(zone, YEAR, YEAR + 1100 * DAY)


def local(at: int, zone: str) -> datetime:
    return (EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(zone))


def rep(*caps: Cap) -> Rep:
    return Rep(id="ann", name="Ann", caps=caps)


@settings(max_examples=200)
@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(KINDS))
def test_periods_tile_the_time_line(at: int, zone: str, kind: PeriodKind) -> None:
    offsets = offsets_of(zone)
    start, end = period_bounds(kind, at, offsets)
    number = period(kind, at, offsets)
    assert start <= at < end
    assert period(kind, start, offsets) == period(kind, end - 1, offsets) == number
    assert period(kind, start - 1, offsets) < number < period(kind, end, offsets)
    assert period_bounds(kind, end, offsets)[0] == end


@settings(max_examples=200)
@given(MOMENTS, st.sampled_from(ZONES))
def test_periods_are_those_of_the_calendar_on_the_wall(at: int, zone: str) -> None:
    offsets, there = offsets_of(zone), local(at, zone)
    assert period("day", at, offsets) == there.date().toordinal() - EPOCH.date().toordinal()
    assert period("month", at, offsets) == there.year * 12 + there.month - 1
    week = local(period_bounds("week", at, offsets)[0], zone)
    assert week.weekday() == 0
    assert timedelta(0) <= there.date() - week.date() < timedelta(7)
    assert local(period_bounds("hour", at, offsets)[0], zone).minute in (0, 30)


def test_the_hour_that_occurs_twice_is_two_hours() -> None:
    offsets = offsets_of("Europe/Berlin")
    change = read_instant("2026-10-25T01:00Z")
    assert period("hour", change - 1, offsets) < period("hour", change, offsets)
    assert period_bounds("hour", change, offsets) == (change, change + HOUR)
    assert period_bounds("hour", change - 1, offsets) == (change - HOUR, change)


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_a_day_of_23_or_25_hours_is_one_day(date: str, hours: int) -> None:
    start, end = period_bounds("day", read_instant(f"{date} 12:00", "Europe/Berlin"), offsets_of("Europe/Berlin"))
    assert (end - start) // HOUR == hours


def test_half_an_hour_put_back_makes_a_short_hour_of_its_own() -> None:
    offsets = offsets_of("Australia/Lord_Howe")
    change = read_instant("2026-04-04T15:00Z")
    assert period_bounds("hour", change, offsets) == (change, change + 30 * MINUTE)


def test_a_clock_put_back_over_midnight_does_not_bring_yesterday_back() -> None:
    midnight = 20 * DAY
    put_back = ((0, 0), (midnight + MINUTE, -HOUR))  # at 00:01 the clock shows 23:01 of the day before again
    assert period("day", midnight - 1, put_back) == 19
    assert period("day", midnight, put_back) == period("day", midnight + 2 * MINUTE, put_back) == 20
    assert period_bounds("day", midnight + 2 * MINUTE, put_back) == (midnight, midnight + 25 * HOUR)


def test_the_29th_of_february_is_a_day_of_its_month() -> None:
    offsets = offsets_of("Asia/Tokyo")
    start, end = period_bounds("month", read_instant("2028-02-29 23:59", "Asia/Tokyo"), offsets)
    assert (say_instant(start), say_instant(end)) == ("2028-01-31T15:00:00Z", "2028-02-29T15:00:00Z")


def test_a_rep_in_tokyo_begins_the_new_day_while_london_still_has_the_old_one() -> None:
    ann, tokyo, london = rep(Cap("day", 1)), Duty(offsets=offsets_of("Asia/Tokyo")), Duty()
    before, after = read_instant("2026-11-30T14:59Z"), read_instant("2026-11-30T15:00Z")
    assert room(ann, take(Load(), ann, tokyo, before), tokyo, after) is None
    assert room(ann, take(Load(), ann, london, before), london, after) is not None


def test_open_leads_are_capped_until_somebody_closes_one() -> None:
    ann, duty = rep(Cap("open", 2)), Duty()
    load = take(take(Load(), ann, duty, 1), ann, duty, 2)
    assert room(ann, load, duty, 3) == Full("open", 2, 2, None, 2)
    assert room(ann, release(load), duty, 3) is None
    assert (load.last, load.counts) == (2, ())


def test_release_never_goes_below_nothing() -> None:
    assert release(Load()) == Load()


def test_the_first_full_cap_of_the_roster_is_named() -> None:
    ann, duty = rep(Cap("open", 9), Cap("week", 2), Cap("day", 2)), Duty()
    load = take(take(Load(), ann, duty, YEAR), ann, duty, YEAR)
    assert room(ann, load, duty, YEAR + HOUR) == Full("week", 2, 2, read_instant("2026-01-05"), 2)


def test_a_full_cap_is_found_behind_one_with_room() -> None:
    ann, duty = rep(Cap("week", 9), Cap("day", 1)), Duty()
    assert room(ann, take(Load(), ann, duty, YEAR), duty, YEAR) == Full("day", 1, 1, YEAR + DAY, 1)


def test_a_cap_of_zero_never_frees() -> None:
    assert room(rep(Cap("day", 0)), Load(), Duty(), 0) == Full("day", 0, 0, None, 0)
    assert room(rep(Cap("month", 0, smooth=True)), Load(), Duty(), 0) == Full("month", 0, 0, None, 0)


def test_two_caps_of_one_kind_count_a_lead_once() -> None:
    ann = rep(Cap("month", 20), Cap("month", 14, smooth=True))
    assert take(Load(), ann, Duty(), 0).counts == (("month", 1970 * 12, 1),)


def test_a_counter_outlives_a_cap_that_is_taken_away_for_a_while() -> None:
    load = take(Load(), rep(Cap("month", 14)), Duty(), YEAR)
    load = take(load, rep(Cap("day", 5)), Duty(), YEAR)
    assert [kind for kind, _, leads in load.counts if leads == 1] == ["month", "day"]


def test_a_clock_that_goes_back_does_not_empty_the_counter() -> None:
    ann, duty = rep(Cap("day", 1)), Duty()
    load = take(Load(), ann, duty, YEAR)
    assert room(ann, load, duty, YEAR - 1) is not None
    assert take(load, ann, duty, YEAR - 1).counts[0][2] == 2


def flood(ann: Rep, duty: Duty, start: int, end: int, *, every: int = HOUR) -> list[int]:
    """Unlimited demand: a lead whenever there is room. The moments at which one was taken."""
    load, taken = Load(), []
    for now in range(start, end, every):
        while room(ann, load, duty, now) is None:
            load = take(load, ann, duty, now)
            taken.append(now)
    return taken


@pytest.mark.parametrize("limit", [1, 14, 20, 44])
@pytest.mark.parametrize("smooth", [False, True])
def test_a_monthly_cap_gives_exactly_so_many_each_month(limit: int, smooth: bool) -> None:
    duty = Duty(offsets=offsets_of("Europe/Berlin"))
    start, end = (read_instant(date, "Europe/Berlin") for date in ("2028-02-01", "2028-05-01"))
    taken = flood(rep(Cap("month", limit, smooth=smooth)), duty, start, end)
    assert Counter(local(at, "Europe/Berlin").month for at in taken) == {2: limit, 3: limit, 4: limit}


def test_the_fifteenth_of_fourteen_is_told_why_and_until_when() -> None:
    ann, duty = rep(Cap("month", 14)), Duty()
    load = Load()
    for _ in range(14):
        load = take(load, ann, duty, YEAR)
    assert room(ann, load, duty, YEAR) == Full("month", 14, 14, read_instant("2026-02-01"), 14)


def test_a_smooth_monthly_cap_is_spread_over_the_month() -> None:
    start, end = read_instant("2026-04-01"), read_instant("2026-05-01")
    days = [at // DAY - start // DAY for at in flood(rep(Cap("month", 14, smooth=True)), Duty(), start, end)]
    assert days[0] == 0
    assert max(b - a for a, b in pairwise(days)) <= 3
    assert max(Counter(days).values()) == 1


@settings(max_examples=50)
@given(st.integers(1, 60), st.integers(0, 364), st.sampled_from(["week", "month"]))
def test_a_smooth_cap_frees_at_the_very_moment_it_says(limit: int, day: int, kind: PeriodKind) -> None:
    ann, duty, now = rep(Cap(kind, limit, smooth=True)), Duty(offsets=offsets_of("Europe/Berlin")), YEAR + day * DAY
    load = Load()
    while (full := room(ann, load, duty, now)) is None:
        load = take(load, ann, duty, now)
    assert full.used == full.limit <= full.whole == limit
    assert full.frees_at is not None
    assert room(ann, load, duty, full.frees_at) is None
    assert room(ann, load, duty, full.frees_at - 1) is not None


def test_smooth_means_nothing_for_a_day() -> None:
    assert len(flood(rep(Cap("day", 5, smooth=True)), Duty(), YEAR, YEAR + HOUR)) == 5
