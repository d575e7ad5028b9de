"""Hours of the week when nobody in a pool that a rule uses is on duty: leads that arrive then must wait."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final, TypeAlias

from evenhand.core.hours import Bounds, cut, union
from evenhand.core.instants import WEEK
from evenhand.core.model import ALWAYS, DAY, HOUR, MINUTE, Duty, Millis, Pool, Roster
from evenhand.core.policy.check_roster import pool_users
from evenhand.core.policy.finding import Finding
from evenhand.core.policy.model import Policy

Gap: TypeAlias = tuple[Millis, Millis]  # since Monday 00:00; the end may lie in the next week

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONDAY: Final = 4 * DAY  # 1970-01-05, the first Monday


def unmanned(
    policy: Policy, roster: Roster, duty: Mapping[str, Duty], *, start: Millis, end: Millis
) -> Iterator[Finding]:
    """Each pool in use with the hours that are empty in every whole week from `start` to `end`."""
    for name, rule in pool_users(policy).items():
        members = [rep for rep, weight in roster.pools[name].weights.items() if weight and roster.reps[rep].active]
        zone, shift = _common_zone(roster.pools[name], roster, duty, start)
        working = union(duty.get(rep, ALWAYS).bounds for rep in members)
        gaps = weekly_gaps(working, start + shift, end + shift, shift=shift) if members else []
        if gaps == [(0, WEEK)]:
            cause = f"nobody in the pool {name}, which the rule “{rule.name}” uses, is ever on duty."
            yield Finding(level="warning", code="pool_unmanned", cause=cause, fix="Check their hours.", where="team")
        elif gaps:
            cause = f"nobody in the pool {name} is on duty {say_gaps(gaps)}, {zone}; leads wait then."
            fix = "Nothing, if that is meant; else add somebody who works then."
            yield Finding(level="note", code="pool_unmanned", cause=cause, fix=fix, where="team")


def _common_zone(pool: Pool, roster: Roster, duty: Mapping[str, Duty], start: Millis) -> tuple[str, int]:
    """The zone that all members share and its offset, else UTC."""
    zones = {roster.reps[rep].zone for rep in pool.weights}
    found = next((duty[rep].offsets for rep in pool.weights if rep in duty), None)
    if len(zones) != 1 or not found:
        return "UTC", 0
    offset = next((shift for since, shift in reversed(found) if since <= start), found[0][1])
    return zones.pop(), offset


def weekly_gaps(working: Bounds, start: Millis, end: Millis, *, shift: int = 0) -> list[Gap]:
    """The times of the week at which nobody works in any whole week between `start` and `end`.

    `start`, `end` and the answer are on a wall clock that shows `shift` more than UTC; `working` is in UTC.
    """
    first = start + (_MONDAY - start) % WEEK
    weeks = range(first, end - WEEK + 1, WEEK)
    if not weeks:
        return []
    local = tuple(bound + shift for bound in working)
    seen = union(_within(local, monday) for monday in weeks)
    gaps = cut((0, WEEK), seen)
    pairs = list(zip(gaps[::2], gaps[1::2], strict=True))
    if len(pairs) > 1 and pairs[0][0] == 0 and pairs[-1][1] == WEEK:
        return [*pairs[1:-1], (pairs[-1][0], WEEK + pairs[0][1])]
    return pairs


def _within(bounds: Bounds, monday: Millis) -> Bounds:
    """Working hours of one week, counted from its Monday."""
    outside = (min(0, monday) - WEEK, monday, monday + WEEK, 1 << 60)
    return tuple(bound - monday for bound in cut(bounds, outside))


def say_gaps(gaps: list[Gap]) -> str:
    """`Mon-Thu 18:00-09:00 and Fri 18:00 to Mon 09:00`."""
    parts: list[str] = []
    short = [gap for gap in gaps if gap[1] - gap[0] < DAY]
    by_time = sorted(short, key=lambda gap: (gap[0] % DAY, gap[1] % DAY, gap[0]))
    for (begin, until), same in groupby(by_time, key=lambda gap: (gap[0] % DAY, gap[1] % DAY)):
        days = [gap[0] // DAY for gap in same]
        parts.append(f"{_say_days(days)} {_clock(begin)}-{_clock(until)}")
    for begin, until in gaps:
        if until - begin >= DAY:
            parts.append(f"{_DAYS[begin // DAY % 7]} {_clock(begin)} to {_DAYS[until // DAY % 7]} {_clock(until)}")
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


def _say_days(days: list[int]) -> str:
    """`Mon-Thu`, `Mon, Wed`: runs of days joined."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_DAYS[run[0] % 7] + (f"-{_DAYS[run[-1] % 7]}" if len(run) > 1 else "") for run in runs)


def _clock(wall: Millis) -> str:
    return f"{wall % DAY // HOUR:02}:{wall % HOUR // MINUTE:02}"
