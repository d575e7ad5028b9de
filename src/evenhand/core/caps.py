"""Caps: how many leads a rep may take, open at once or in each hour, day, week or month of their own calendar.

A period has a number that never comes back, so a counter is two integers: which period, how many. Days, weeks and
months are those of the rep's wall clock; one that is put back over midnight does not bring yesterday back, and a day of
23 or 25 hours is one day. Of the hour that occurs twice each occurrence is an hour of its own.
"""

from functools import lru_cache
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.instants import Offsets, date_of, day_of, from_wall, segment_at
from evenhand.core.model import DAY, HOUR, MINUTE, Cap, CapKind, Duty, Load, Millis, Rep

PeriodKind: TypeAlias = Literal["hour", "day", "week", "month"]

_MONDAY: Final = 3  # 1970-01-01 was a Thursday: three days into its week


class Full(Struct, frozen=True):
    """A cap that is reached: `used` of the `limit` that is allowed by now.

    limit: the cap itself, or for a smooth cap what it allows up to today; `whole` is always the cap itself.
    frees_at: when the clock alone makes room again, in `Millis`; `None` for open leads, which somebody must close.
    """

    kind: CapKind
    used: int
    limit: int
    frees_at: Millis | None
    whole: int


def _wall(at: Millis, offsets: Offsets) -> int:
    """The latest that the wall clock has shown up to a moment."""
    index = segment_at(offsets, at)
    wall = at + offsets[index][1]
    return max(wall, offsets[index][0] + offsets[index - 1][1] - 1) if index else wall


def _hour(at: Millis, offsets: Offsets) -> tuple[Millis, Millis]:
    """Start and end of the full hour on the wall clock, cut short where the clock is changed."""
    index = segment_at(offsets, at)
    start = at - (at + offsets[index][1]) % HOUR
    end = start + HOUR
    if index:
        start = max(start, offsets[index][0])
    if index + 1 < len(offsets):
        end = min(end, offsets[index + 1][0])
    return start, end


def _of_day(kind: PeriodKind, day: int) -> int:
    if kind == "day":
        return day
    if kind == "week":
        return (day + _MONDAY) // 7
    year, month, _ = date_of(day)
    return year * 12 + month - 1


def _first_day(kind: PeriodKind, number: int) -> int:
    if kind == "day":
        return number
    if kind == "week":
        return number * 7 - _MONDAY
    return day_of(number // 12, number % 12 + 1, 1)


def period(kind: PeriodKind, at: Millis, offsets: Offsets) -> int:
    """The number of the calendar hour, day, week (from Monday) or month at a moment; greater for later ones.

    Hours are numbered by the minute since 1970 at which they begin, days and weeks from 1970, months from the year 0.
    """
    if kind == "hour":
        return _hour(at, offsets)[0] // MINUTE
    return _of_day(kind, _wall(at, offsets) // DAY)


def period_bounds(kind: PeriodKind, at: Millis, offsets: Offsets) -> tuple[Millis, Millis]:
    """First moment of the period that `at` lies in, and first moment after it, in UTC."""
    if kind == "hour":
        return _hour(at, offsets)
    return _bounds_of(kind, period(kind, at, offsets), offsets)


@lru_cache(maxsize=4096)
def _bounds_of(kind: PeriodKind, number: int, offsets: Offsets) -> tuple[Millis, Millis]:
    first, after = _first_day(kind, number), _first_day(kind, number + 1)
    return from_wall(offsets, first * DAY), from_wall(offsets, after * DAY)


def _used(load: Load, kind: PeriodKind) -> tuple[int, int]:
    """(number of the period that was counted last, leads taken in it)."""
    for counted, number, leads in load.counts:
        if counted == kind:
            return number, leads
    return 0, 0


def room(rep: Rep, load: Load, duty: Duty, now: Millis) -> Full | None:
    """The first of the rep's caps, in the order of the roster, that leaves no room; `None` when all do."""
    for cap in rep.caps:
        if cap.kind == "open":
            if load.open >= cap.limit:
                return Full("open", load.open, cap.limit, None, cap.limit)
            continue
        number, used = _used(load, cap.kind)
        # Too few even if they were all taken in the period that runs now: no need to know which one that is.
        if used >= (min(cap.limit, 1) if cap.smooth else cap.limit):
            current = period(cap.kind, now, duty.offsets)
            full = _full(cap, cap.kind, used if number >= current else 0, (now, duty.offsets))
            if full is not None:
                return full
    return None


def _full(cap: Cap, kind: PeriodKind, used: int, moment: tuple[Millis, Offsets]) -> Full | None:
    now, offsets = moment
    if cap.smooth and kind in ("week", "month"):
        return _full_so_far(cap, kind, used, moment)
    if used < cap.limit:
        return None
    frees = period_bounds(kind, now, offsets)[1] if cap.limit > 0 else None
    return Full(kind, used, cap.limit, frees, cap.limit)


def _full_so_far(cap: Cap, kind: PeriodKind, used: int, moment: tuple[Millis, Offsets]) -> Full | None:
    """A smooth cap allows its share of the whole days up to and including today, and at least one lead."""
    now, offsets = moment
    today = _wall(now, offsets) // DAY
    number = _of_day(kind, today)
    first = _first_day(kind, number)
    days = _first_day(kind, number + 1) - first
    allowed = min(cap.limit, max(1, -(-cap.limit * (today - first + 1) // days)))
    if used < allowed:
        return None
    if cap.limit <= 0:
        return Full(kind, used, allowed, None, cap.limit)
    elapsed = min(used * days // cap.limit, days)  # whole days that must have passed before one more is allowed
    return Full(kind, used, allowed, from_wall(offsets, (first + elapsed) * DAY), cap.limit)


def take(load: Load, rep: Rep, duty: Duty, now: Millis) -> Load:
    """The load after one more lead: one more open, and one more in the running period of each of the rep's caps."""
    return replace(load, open=load.open + 1, counts=_counted(load, rep, duty.offsets, now), last=now)


def _counted(load: Load, rep: Rep, offsets: Offsets, now: Millis) -> tuple[tuple[CapKind, int, int], ...]:
    """Counters of caps that the rep no longer has stay as they are: the cap may come back before the month is over."""
    counts = {kind: (number, leads) for kind, number, leads in load.counts}
    for kind in dict.fromkeys(cap.kind for cap in rep.caps):
        if kind != "open":
            current = period(kind, now, offsets)
            number, leads = counts.get(kind, (current, 0))
            counts[kind] = (number, leads + 1) if number >= current else (current, 1)
    return tuple((kind, number, leads) for kind, (number, leads) in counts.items())


def release(load: Load) -> Load:
    """The load after an open lead is closed or handed on; what was taken in a period stays taken."""
    return replace(load, open=max(load.open - 1, 0))
