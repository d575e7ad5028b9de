"""Moments and lengths of time by plain arithmetic: core has no clock, no time zones and needs no `datetime`.

A *wall clock* value is what a clock on the rep's wall shows, counted in milliseconds as if that wall were in UTC. Going
from one to the other takes `Offsets`: (from when, milliseconds to add to UTC), ascending, the first holding before its
own moment too. Days are numbered from 1970-01-01 = 0.
"""

from functools import lru_cache
from typing import Final, TypeAlias

from evenhand.core.model import DAY, HOUR, MINUTE, Millis

Offsets: TypeAlias = tuple[tuple[Millis, int], ...]

SECOND: Final = 1000
WEEK: Final = 7 * DAY

_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


@lru_cache(maxsize=4096)
def date_of(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month of a numbered day (Hinnant, *chrono-compatible low-level date algorithms*)."""
    era, of_era = divmod(day + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153  # months counted from March, so that the leap day comes last
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def day_of(year: int, month: int, day: int) -> int:
    """The number of a day: the inverse of `date_of`."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def segment_at(offsets: Offsets, at: Millis) -> int:
    """Which of the offsets holds at a moment."""
    index = len(offsets) - 1  # a horizon has a handful of them, and most questions are about its end or near it
    while index > 0 and offsets[index][0] > at:
        index -= 1
    return index


def from_wall(offsets: Offsets, wall: int) -> Millis:
    """The first moment at which the wall clock shows `wall` or later.

    So a time that occurs twice (clocks put back) means the first of the two, and one that never occurs (clocks put
    forward) means the moment of the change.
    """
    last = len(offsets) - 1
    for position, (since, offset) in enumerate(offsets):
        at = wall - offset
        if position == last or at < offsets[position + 1][0]:
            return at if position == 0 else max(at, since)
    raise ValueError("offsets must name at least one offset")


@lru_cache(maxsize=512)
def _say_day(day: int) -> str:
    year, month, of_month = date_of(day)
    return f"{year:04}-{month:02}-{of_month:02}T"


@lru_cache(maxsize=4096)
def _say_minute(minute: int) -> str:
    day, of_day = divmod(minute, 24 * 60)
    return f"{_say_day(day)}{of_day // 60:02}:{of_day % 60:02}:"


def say_instant(at: Millis) -> str:
    """A moment in UTC: `2026-11-02T09:14:03.120Z`, without the milliseconds when they are zero."""
    minute, rest = divmod(at, MINUTE)
    second, part = divmod(rest, SECOND)
    return f"{_say_minute(minute)}{second:02}.{part:03}Z" if part else f"{_say_minute(minute)}{second:02}Z"


def say_duration(length: Millis) -> str:
    """A length of time in words: `2 hours`, `1 day 30 minutes`; what is left below a second is not told."""
    if length < 0:
        return f"minus {say_duration(-length)}"
    if length and length % WEEK == 0:
        return _count(length // WEEK, "week")
    words = []
    for unit, name in _UNITS:
        count, length = divmod(length, unit)
        if count:
            words.append(_count(count, name))
    if words:
        return " ".join(words)
    return "less than a second" if length else "0 seconds"


def _count(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
