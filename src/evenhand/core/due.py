"""Deadlines: by when a lead must be answered, when to remind, how long a lead waits for the desk.

To change what happens after a missed answer, change the policy; here is only the arithmetic. Every function takes a
length of time and answers with a moment, or with `None` when the resolved working hours end before it can be told.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from evenhand.core.hours import Bounds, add_working, union, window
from evenhand.core.model import DAY, HOUR, Millis

Clock: TypeAlias = Literal["working", "wall"]

DESK_AFTER: Final = 4 * HOUR
_LOOKS: Final = (7 * DAY, 28 * DAY, 1 << 53)  # how far ahead to look: a week nearly always does


def due(start: Millis, respond_within: Millis, *, clock: Clock = "working", bounds: Bounds = ()) -> Millis | None:
    """By when a lead held since `start` must be answered, by the holder's working hours or by the clock on the wall."""
    return start + respond_within if clock == "wall" else add_working(bounds, start, respond_within)


def reminder(
    start: Millis, respond_within: Millis, *, remind_before: Millis, clock: Clock = "working", bounds: Bounds = ()
) -> Millis | None:
    """When to remind the holder: `remind_before` ahead of the due time, measured by the same clock.

    By working hours it never falls on closing time: what would be told at 17:00 is told when work begins again. A
    `remind_before` that leaves no time before it (it is as long as `respond_within`) reminds of nothing: `None`.
    """
    lead_time = respond_within - remind_before
    if lead_time <= 0 or remind_before <= 0:
        return None
    if clock == "wall":
        return start + lead_time
    after = add_working(bounds, start, lead_time + 1)
    return None if after is None else after - 1


def desk_after(since: Millis, people: Sequence[Bounds], *, working: Millis = DESK_AFTER) -> Millis | None:
    """When a waiting lead goes to the desk: after `working` time in which at least one of the people was on duty."""
    for ahead in _LOOKS:
        seen = union(window(bounds, since, since + ahead) for bounds in people)
        end = add_working(seen, since, working)
        if end is not None and end <= since + ahead:
            return end
    return None
