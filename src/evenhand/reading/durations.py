"""Lengths of time and moments as people write them, read to milliseconds; and said again.

To allow another way of writing one: a word in `_UNITS`, or a group in `_INSTANT`, and a row in docs/reference/hours.md.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from evenhand.core.instants import SECOND, WEEK, from_wall, say_duration, say_instant
from evenhand.core.model import DAY, HOUR, MINUTE, Millis
from evenhand.errors import BadInput, Fault
from evenhand.reading.zones import offsets_near

__all__ = ["read_duration", "read_instant", "read_wall", "say_duration", "say_instant"]

_UNITS: Final = {
    WEEK: "w|weeks?",
    DAY: "d|days?",
    HOUR: "h|hrs?|hours?",
    MINUTE: "m|mins?|minutes?",
    SECOND: "s|secs?|seconds?",
}
_DURATION: Final = re.compile(
    " ?".join(rf"(?:(\d{{1,6}}) ?(?:{words})(?![a-z]))?" for words in _UNITS.values()), re.IGNORECASE
)
_DURATION_FIX: Final = 'Write it like "90s", "30m", "2h", "1h 30m", "1d" or "2w", in whole numbers.'

_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?\s?(?P<zone>Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_INSTANT_FIX: Final = "Write it like 2026-11-02T09:00Z, 2026-11-02 09:00 or 2026-11-02."
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  the wall clock has no zone: that is the point of it
_MILLI: Final = timedelta(milliseconds=1)


def read_duration(text: str) -> Millis:
    """Read `30m`, `2h`, `1h30m`, `4 hours`, `1d` (24 hours), `2w` or a bare `0`; raises `BadInput`."""
    wanted = " ".join(text.split())
    if wanted == "0":
        return 0
    match = _DURATION.fullmatch(wanted)
    if not wanted or match is None:
        raise BadInput(Fault(what=f"{text!r} is not a length of time.", fix=_DURATION_FIX))
    return sum(int(count) * unit for count, unit in zip(match.groups(), _UNITS, strict=True) if count)


def _bad(value: object, why: str = "is not a moment.") -> BadInput:
    return BadInput(Fault(what=f"{str(value)!r} {why}", fix=_INSTANT_FIX))


def _moment(value: str | date) -> datetime:
    """A date or a moment, with or without a zone, from text or as TOML gives it."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001  a date has no zone
    else:
        text = value.strip()
        if not _INSTANT.fullmatch(text):
            raise _bad(value)
        try:
            found = datetime.fromisoformat(text.upper().replace(" Z", "Z").replace(" +", "+").replace(" -", "-"))
        except ValueError as error:
            raise _bad(value, f"is not a moment: {error}.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        side = f"before {FIRST_YEAR}" if found.year < FIRST_YEAR else f"after {LAST_YEAR}"
        raise _bad(value, f"is {side}; that is taken for a slip.")
    return found


def read_instant(value: str | date, zone: str = "UTC") -> Millis:
    """Read a moment in `Millis`; without a zone of its own it is on the wall clock of `zone`. Raises `BadInput`.

    A date alone is its first moment. A time that occurs twice is the first of the two, one that never occurs is the
    moment of the change, as everywhere (`from_wall`).
    """
    found = _moment(value)
    if found.tzinfo is not None:
        return (found - _EPOCH) // _MILLI
    wall = (found - _WALL_EPOCH) // _MILLI
    return wall if zone == "UTC" else from_wall(offsets_near(zone, found.year), wall)


def read_wall(value: str | date) -> tuple[int, bool]:
    """Read a date or a time on the wall clock: (milliseconds there, whether it is a date alone). Raises `BadInput`."""
    found = _moment(value)
    if found.tzinfo is not None:
        raise _bad(value, "has a time zone, but is read in the person's own.")
    whole = len(value.strip()) == 10 if isinstance(value, str) else not isinstance(value, datetime)
    return (found - _WALL_EPOCH) // _MILLI, whole
