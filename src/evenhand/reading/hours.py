"""The working week of a roster: `hours = { mon-thu = "09:00-12:30 13:15-17:30", fri = "09:00-15:00" }`.

What is read here is wall-clock time; `evenhand.reading.duty` resolves it to UTC. No `hours` at all means always on
duty, `hours = {}` never, a plain text Monday to Friday.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.errors import BadInput, Fault

Span: TypeAlias = tuple[int, int]  # minutes from the midnight that the day begins with; may end after the next one

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * DAY_MINUTES
_FULL_NAMES: Final = {
    name: number
    for number, names in enumerate(
        ("mon monday", "tue tues tuesday", "wed wednesday", "thu thur thurs thursday", "fri friday", "sat saturday",
         "sun sunday")
    )
    for name in names.split()
}  # fmt: skip
_SPAN: Final = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_DASH: Final = re.compile(" ?[-\u2013] ?")
_LONGEST: Final = 300
_HOURS_FIX: Final = 'Write it like "09:00-12:30 13:15-17:30", "22:00-06:00" or "24h".'
_DAYS_FIX: Final = "Write days like mon, mon-fri, sat-mon or mon,wed."


class WorkingWeek(Struct, frozen=True):
    """The spans of each day from Monday to Sunday, ascending, not overlapping; one over midnight is its first day's."""

    days: tuple[tuple[Span, ...], ...]


ALWAYS_ON: Final = WorkingWeek(days=(((0, DAY_MINUTES),),) * 7)
NEVER_ON: Final = WorkingWeek(days=((),) * 7)


def read_week(value: object) -> WorkingWeek:
    """Read a roster's `hours`: nothing, a text, or a table from days to texts. Raises `BadInput` with every fault."""
    if value is None:
        return ALWAYS_ON
    table = {"mon-fri": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping):
        raise BadInput(Fault(what=f"hours = {value!r} is neither a text nor a table.", fix=_HOURS_FIX))
    faults: list[Fault] = []
    days: dict[int, tuple[Span, ...]] = {}
    for key, text in table.items():
        try:
            named = dict.fromkeys(_days(str(key)), _spans(text))
        except BadInput as bad:
            faults.extend(bad.faults)
            continue
        twice = [DAY_NAMES[day] for day in named if day in days]
        faults.extend(Fault(what=f"hours name {day} twice.", fix="Keep one of them.") for day in twice)
        days.update(named)
    week = WorkingWeek(days=tuple(days.get(day, ()) for day in range(7)))
    faults.extend(_overlaps(week))
    if faults:
        raise BadInput(tuple(faults))
    return week


def _days(key: str) -> Iterator[int]:
    """The days that a key names: `mon-thu`, `sat-mon`, `mon,wed`."""
    for part in key.lower().replace(" ", "").split(","):
        ends = [_day(name, key) for name in _DASH.split(part)]
        if len(ends) > 2:
            raise BadInput(Fault(what=f"hours name the days {key!r}.", fix=_DAYS_FIX))
        first, last = ends[0], ends[-1]
        yield from ((first + step) % 7 for step in range((last - first) % 7 + 1))


def _day(name: str, key: str) -> int:
    if name in _FULL_NAMES:
        return _FULL_NAMES[name]
    near = get_close_matches(name[:_LONGEST], _FULL_NAMES, n=1)
    fix = f"Did you mean {DAY_NAMES[_FULL_NAMES[near[0]]]}?" if near else _DAYS_FIX
    raise BadInput(Fault(what=f"hours name the day {key[:_LONGEST]!r}, which is none.", fix=fix))


def _spans(text: object) -> tuple[Span, ...]:
    """The spans of one day; `off` or nothing for none."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadInput(Fault(what=f"hours = {str(text)[:_LONGEST]!r} is not a text of times.", fix=_HOURS_FIX))
    words = _DASH.sub("-", " ".join(text.replace(",", " ").split())).lower().split()
    return () if words == ["off"] else tuple(sorted(_span(word, text) for word in words))


def _span(word: str, text: str) -> Span:
    if word == "24h":
        return 0, DAY_MINUTES
    match = _SPAN.fullmatch(word)
    if match is None:
        raise BadInput(Fault(what=f"hours = {text!r}: {word!r} is not a span of times.", fix=_HOURS_FIX))
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        raise BadInput(Fault(what=f"hours = {text!r}: {word!r} has a time that no clock shows.", fix=_HOURS_FIX))
    if start == end:
        raise BadInput(Fault(what=f"hours = {text!r}: {word!r} has no length.", fix='Write "24h" for the whole day.'))
    return start, end if end > start else end + DAY_MINUTES


def _overlaps(week: WorkingWeek) -> Iterator[Fault]:
    spans = [(day * DAY_MINUTES + a, day * DAY_MINUTES + b) for day, of_day in enumerate(week.days) for a, b in of_day]
    following = [*spans[1:], *((a + _WEEK_MINUTES, b + _WEEK_MINUTES) for a, b in spans[:1])]
    for (start, end), (start_next, end_next) in zip(spans, following, strict=True):
        if start_next < end:
            what = f"hours overlap: {_say(start, end)} and {_say(start_next, end_next)}."
            yield Fault(what=what, fix="Let one end before the other begins.")


def _say(start: int, end: int) -> str:
    day, start_minute = divmod(start, DAY_MINUTES)
    minute = (end - day * DAY_MINUTES) % DAY_MINUTES
    return f"{DAY_NAMES[day % 7]} {start_minute // 60:02}:{start_minute % 60:02}-{minute // 60:02}:{minute % 60:02}"
