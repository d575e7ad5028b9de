"""From a roster's words to a `Duty`: when somebody works, resolved to UTC over a horizon.

Everything local follows one rule: a time on the wall clock means the first moment at which that clock shows it or a
later one. A 02:30 that occurs twice is the first one, a 02:30 that is skipped is the moment of the change; a span that
is skipped whole is empty. Whatever people share (zone, week, public holidays) is worked out once.
"""

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.hours import Bounds, cut, union
from evenhand.core.instants import Offsets, date_of, day_of, from_wall
from evenhand.core.model import DAY, HOUR, MINUTE, Absence, Duty, Millis
from evenhand.errors import BadInput, Fault
from evenhand.reading.hours import ALWAYS_ON, WorkingWeek
from evenhand.reading.leave import Leave
from evenhand.reading.zones import zone_offsets

_HALF_DAY: Final = 12 * HOUR  # work ends at noon
_MONDAY: Final = 3  # 1970-01-01 was a Thursday


class Calendar(Struct, frozen=True, kw_only=True):
    """When somebody works, as the roster says it, on their own wall clock. Days are numbered from 1970-01-01 = 0."""

    zone: str = "UTC"
    week: WorkingWeek = ALWAYS_ON
    holidays: str = ""
    days_off: tuple[int, ...] = ()
    half_days: tuple[int, ...] = ()
    leave: tuple[Leave, ...] = ()


def duty(calendar: Calendar, *, start: Millis, end: Millis) -> Duty:
    """When somebody is on duty from `start` to `end` and why not otherwise; raises `BadInput` for unknown names.

    Absences do not overlap: leave goes before holidays, and of two leaves the one named first.
    """
    shared = _shared(replace(calendar, leave=()), start, end)
    leave = _on_leave(calendar.leave, shared.offsets, start, end)
    if not leave:
        return shared
    away = union((absence.start, absence.end) for absence in leave)
    absences = sorted([*leave, *_without(shared.absences, away)], key=lambda absence: absence.start)
    return Duty(bounds=cut(shared.bounds, away), absences=tuple(absences), offsets=shared.offsets)


@lru_cache(maxsize=256)
def _shared(calendar: Calendar, start: Millis, end: Millis) -> Duty:
    """The duty of everybody with this calendar, before anybody's leave."""
    offsets = zone_offsets(calendar.zone, start, end)
    closed = _closed(calendar, offsets, start, end)
    working = _week_bounds(calendar.week, offsets, start, end)
    bounds = cut(working, union((absence.start, absence.end) for absence in closed))
    return Duty(bounds=bounds, absences=closed, offsets=offsets)


def _week_bounds(week: WorkingWeek, offsets: Offsets, start: Millis, end: Millis) -> Bounds:
    bounds: list[Millis] = []
    for day in range(start // DAY - 3, end // DAY + 3):
        for begin, until in week.days[(day + _MONDAY) % 7]:
            a = max(from_wall(offsets, day * DAY + begin * MINUTE), start)
            b = min(from_wall(offsets, day * DAY + until * MINUTE), end)
            if a >= b:
                continue
            if bounds and a <= bounds[-1]:
                bounds[-1] = b
            else:
                bounds += (a, b)
    return tuple(bounds)


def _closed(calendar: Calendar, offsets: Offsets, start: Millis, end: Millis) -> tuple[Absence, ...]:
    """Holidays and days off in the horizon; days that follow each other are one absence, which ends with the return."""
    first, last = date_of(start // DAY - 1)[0], date_of(end // DAY + 1)[0]
    whole = holiday_days(calendar.holidays, first, last) | set(calendar.days_off)
    halves = set(calendar.half_days) - whole
    walls = ((day * DAY + (_HALF_DAY if day in halves else 0), (day + 1) * DAY) for day in sorted(whole | halves))
    stretches = union((from_wall(offsets, a), from_wall(offsets, b)) for a, b in walls)
    pairs = zip(stretches[::2], stretches[1::2], strict=True)
    return tuple(Absence(a, b, "holiday") for a, b in pairs if a < end and b > start)


def _on_leave(leave: tuple[Leave, ...], offsets: Offsets, start: Millis, end: Millis) -> list[Absence]:
    """Leave in the horizon; where two overlap, the one named first holds."""
    found: list[Absence] = []
    for item in leave:
        a, b = from_wall(offsets, item.start), from_wall(offsets, item.end)
        if a < end and b > start:
            taken = union((absence.start, absence.end) for absence in found)
            found += _without([Absence(a, b, "leave", item.deputy)], taken)
    return found


def _without(absences: Iterable[Absence], away: Bounds) -> list[Absence]:
    left = ((absence, cut((absence.start, absence.end), away)) for absence in absences)
    return [replace(a, start=rest[i], end=rest[i + 1]) for a, rest in left for i in range(0, len(rest), 2)]


# --- public holidays -------------------------------------------------------------------------------------------------


class _Library(Protocol):
    """What we use of the package `holidays`."""

    def country_holidays(self, country: str, subdiv: str | None, years: Iterable[int]) -> Iterable[date]: ...
    def list_supported_countries(self) -> dict[str, list[str]]: ...


_COUNTRY: Final = re.compile("[A-Z]{2}")


@lru_cache(maxsize=1)
def _library() -> _Library:
    """The package `holidays`, loaded when the first roster names one: its first use takes most of a second."""
    library: _Library = import_module("holidays")
    return library


@lru_cache(maxsize=512)
def holiday_days(code: str, first_year: int, last_year: int) -> frozenset[int]:
    """The public holidays of a country or subdivision (`DE`, `DE-BE`), as numbered days; raises `BadInput`."""
    if not code:
        return frozenset()
    country, _, subdivision = code.partition("-")
    if not _COUNTRY.fullmatch(country):  # the library would take "Germany" too; asking for its list takes a second
        raise BadInput(_unknown_holidays(code, country, subdivision))
    try:
        days = _library().country_holidays(country, subdivision or None, range(first_year, last_year + 1))
    except NotImplementedError as error:
        raise BadInput(_unknown_holidays(code, country, subdivision)) from error
    return frozenset(day_of(day.year, day.month, day.day) for day in days)


def read_holidays(text: str) -> str:
    """Check a roster's `holidays`, a country or subdivision; raises `BadInput` with the nearest known ones."""
    code = text.strip().upper()
    holiday_days(code, 2026, 2026)
    return code


def _unknown_holidays(code: str, country: str, subdivision: str) -> Fault:
    known = _library().list_supported_countries()
    if country not in known:
        near = get_close_matches(country[:20], known, n=3, cutoff=0.5)
        fix = f"Did you mean {' or '.join(near)}?" if near else "Write a country such as DE, or a part such as DE-BE."
        return Fault(what=f"holidays = {code!r}: no public holidays are known for it.", fix=fix)
    parts = ", ".join(f"{country}-{part}" for part in known[country][:60])
    fix = f"Write {country}, or one of {parts}." if parts else f"Write {country}."
    return Fault(what=f"holidays = {code!r}: {country} has no part {subdivision!r}.", fix=fix)
