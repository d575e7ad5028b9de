"""Working hours as sorted moments: whether somebody is on duty, and how far a stretch of working time reaches.

Bounds are start, end, start, end ... ascending, in milliseconds UTC; a start belongs to its stretch, an end does not.
Everything here is bisection and addition: zones, holidays and leave were resolved before (`evenhand.reading.duty`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import TypeAlias

from evenhand.core.model import Absence, Duty, Millis

Bounds: TypeAlias = tuple[Millis, ...]

_start = attrgetter("start")


def on_duty(duty: Duty, at: Millis) -> bool:
    """Whether a moment lies in working hours: an odd number of bounds has passed."""
    return bisect_right(duty.bounds, at) % 2 == 1


def next_start(duty: Duty, at: Millis) -> Millis | None:
    """When the next stretch begins, strictly after `at`; `None` when none does within the horizon."""
    bounds = duty.bounds
    index = bisect_right(bounds, at)
    index += index % 2
    return bounds[index] if index < len(bounds) else None


def absence_at(duty: Duty, at: Millis) -> Absence | None:
    """The leave or holiday that `at` lies in. Absences do not overlap: whoever resolved them saw to that."""
    index = bisect_right(duty.absences, at, key=_start)
    if index and duty.absences[index - 1].end > at:
        return duty.absences[index - 1]
    return None


def add_working(bounds: Bounds, start: Millis, amount: Millis) -> Millis | None:
    """The first moment by which `amount` of working time has passed since `start`; `None` beyond the horizon.

    A stretch that is used up to its last millisecond answers with its end (17:00), not with the next morning.
    """
    if amount <= 0:
        return start
    index = bisect_right(bounds, start)
    for position in range(index - index % 2, len(bounds), 2):
        begin = max(bounds[position], start)
        length = bounds[position + 1] - begin
        if amount <= length:
            return begin + amount
        amount -= length
    return None


def union(many: Iterable[Bounds]) -> Bounds:
    """When at least one of many is working; stretches that touch become one."""
    pairs = sorted((bounds[i], bounds[i + 1]) for bounds in many for i in range(0, len(bounds), 2))
    merged: list[Millis] = []
    for start, end in pairs:
        if start >= end:
            continue
        if merged and start <= merged[-1]:
            merged[-1] = max(merged[-1], end)
        else:
            merged += (start, end)
    return tuple(merged)


def cut(bounds: Bounds, away: Bounds) -> Bounds:
    """What is left of working hours when other stretches are taken out."""
    left: list[Millis] = []
    for position in range(0, len(bounds), 2):
        start, end = bounds[position], bounds[position + 1]
        for i in range(bisect_right(away, start) // 2 * 2, len(away), 2):
            if away[i] >= end:
                break
            if away[i] > start:
                left += (start, away[i])
            start = max(start, away[i + 1])
        if start < end:
            left += (start, end)
    return tuple(left)


def window(bounds: Bounds, a: Millis, b: Millis) -> Bounds:
    """The whole stretches that touch [a, b): enough to answer again whatever was asked about that time."""
    first, last = bisect_right(bounds, a), bisect_left(bounds, b)
    return bounds[first - first % 2 : last + last % 2]
