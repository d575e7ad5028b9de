"""When the demo's leads arrive: 13 weeks, hour by hour, with office hours by region, quiet week-ends and bursts."""

from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from evenhand.demo.dice import Dice

START: Final = datetime(2026, 7, 6, tzinfo=UTC)  # a Monday
DAYS: Final = 13 * 7
HOURS: Final = DAYS * 24
END: Final = DAYS * 86_400  # in seconds since START

OFFSET: Final = {"europe": 2, "uk-nordics": 1, "noram": -5, "apac": 9, "elsewhere": 2}  # hours ahead of UTC, roughly
_SHARE: Final = {"europe": 34, "uk-nordics": 20, "noram": 31, "apac": 12, "elsewhere": 2}
_BY_HOUR: Final = (2, 1, 1, 1, 1, 2, 4, 9, 20, 30, 34, 30, 18, 24, 31, 30, 24, 16, 10, 8, 8, 7, 5, 3)  # local time
_BY_WEEKDAY: Final = (10, 11, 11, 10, 8, 2, 2)


class Burst(NamedTuple):
    """A campaign that brings a crowd: on which day, from which hour in UTC, for how long, how many times the usual."""

    day: int
    hour: int
    hours: int
    times: int
    region: str
    source: str
    campaign: str


BURSTS: Final = (
    Burst(9, 13, 4, 3, "europe", "webinar", "webinar-close-faster"),
    Burst(22, 15, 5, 3, "noram", "webinar", "webinar-close-faster"),
    Burst(37, 8, 8, 2, "uk-nordics", "event", "london-sales-days"),
    Burst(51, 14, 6, 3, "noram", "paid_social", "autumn-launch"),
    Burst(51, 8, 6, 3, "europe", "paid_social", "autumn-launch"),
    Burst(65, 0, 8, 3, "apac", "event", "singapore-summit"),
    Burst(79, 13, 4, 3, "europe", "webinar", "webinar-fair-routing"),
)


class Arrival(NamedTuple):
    """When a lead arrives, in seconds since `START`, from which region, and in which burst if in any."""

    second: int
    region: str
    burst: Burst | None


class _Hour(NamedTuple):
    total: int
    edges: list[int]
    kinds: list[tuple[str, Burst | None]]


def _usual(hour: int, region: str) -> int:
    day, of_day = divmod(hour + OFFSET[region], 24)
    date = START + timedelta(days=day)
    late = (date + timedelta(days=3)).month != date.month  # the last three days of a month
    return _SHARE[region] * _BY_HOUR[of_day] * _BY_WEEKDAY[day % 7] * (13 if late else 10)


def _hour(hour: int) -> _Hour:
    kinds: list[tuple[str, Burst | None]] = [(region, None) for region in _SHARE]
    weights = [_usual(hour, region) for region in _SHARE]
    for burst in BURSTS:
        if 0 <= hour - burst.day * 24 - burst.hour < burst.hours:
            kinds.append((burst.region, burst))
            weights.append(burst.times * _SHARE[burst.region] * 34 * 11 * 10)
    edges, total = [], 0
    for weight in weights:
        total += weight
        edges.append(total)
    return _Hour(total, edges, kinds)


def arrivals(dice: Dice, leads: int) -> Iterator[Arrival]:
    """That many arrivals in the order of time, spread over the quarter; one hour at a time, so memory stays flat."""
    hours = [_hour(hour) for hour in range(HOURS)]
    whole = sum(hour.total for hour in hours)
    passed = done = 0
    for number, hour in enumerate(hours):
        passed += hour.total
        due = leads * passed // whole
        moments = sorted([dice.below(3600) for _ in range(due - done)])
        done = due
        for moment in moments:
            region, burst = hour.kinds[bisect(hour.edges, dice.below(hour.total))]
            yield Arrival(number * 3600 + moment, region, burst)


def opening(second: int, region: str) -> int:
    """The same moment if the region's offices are open, otherwise the next time they open (9 to 18, Mon to Fri)."""
    shift = OFFSET[region] * 3600
    day, of_day = divmod(second + shift, 86_400)
    if day % 7 < 5 and 9 * 3600 <= of_day < 18 * 3600:
        return second
    if day % 7 >= 5 or of_day >= 18 * 3600:
        day += 1
    while day % 7 >= 5:
        day += 1
    return day * 86_400 + 9 * 3600 - shift


_DATES: Final = tuple(f"{START + timedelta(days=day):%Y-%m-%d}T" for day in range(DAYS + 1))
_MINUTES: Final = tuple(f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60))
_SECONDS: Final = tuple(f"{second:02}Z" for second in range(60))


def instant(second: int) -> str:
    """A moment in the way that files carry it: `2026-07-06T09:14:03Z`."""
    day, of_day = divmod(second, 86_400)
    minute, of_minute = divmod(of_day, 60)
    return _DATES[day] + _MINUTES[minute] + _SECONDS[of_minute]
