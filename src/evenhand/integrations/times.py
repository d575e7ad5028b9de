"""Moments as people read them: on their own clock, with the name of its zone, and how far off they are."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evenhand.core.model import DAY, HOUR, MINUTE, Millis

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AMERICAN: Final = ("en-US", "en_US")


def moment(at: Millis, now: Millis, *, zone: str, locale: str = "en") -> str:
    """`10:29 (Europe/Berlin)`, with the day before it if that is another one than today's.

    `en-US` reads `10:29 AM` and `Mon, Nov 2`. A zone that is not known is read as UTC, and says so.
    """
    known, named = _zone(zone)
    then, today = (datetime.fromtimestamp(ms / 1000, known) for ms in (at, now))
    day = "" if then.date() == today.date() else _day(then, today, locale)
    return f"{day}{_clock(then, locale)} ({named})"


def hint(at: Millis, now: Millis) -> str:
    """`in 15 min`, `in 3 h`, `in 2 days`; `5 min ago`. Rounded down: nobody is promised more time than there is."""
    off = abs(at - now)
    if off < MINUTE:
        return "in less than a minute" if at > now else "just now"
    if off < 2 * HOUR:
        words = f"{off // MINUTE} min"
    elif off < 2 * DAY:
        words = f"{off // HOUR} h"
    else:
        words = f"{off // DAY} days"
    return f"in {words}" if at > now else f"{words} ago"


def _zone(name: str) -> tuple[tzinfo, str]:
    try:
        return ZoneInfo(name), name
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of zones
        return UTC, "UTC"


def _clock(then: datetime, locale: str) -> str:
    if locale in _AMERICAN:
        return f"{then.hour % 12 or 12}:{then.minute:02} {'AM' if then.hour < 12 else 'PM'}"
    return f"{then.hour:02}:{then.minute:02}"


def _day(then: datetime, today: datetime, locale: str) -> str:
    week, month = _DAYS[then.weekday()], _MONTHS[then.month - 1]
    year = f" {then.year}" if then.year != today.year else ""
    if locale in _AMERICAN:
        return f"{week}, {month} {then.day}{year and ','}{year}, "
    return f"{week} {then.day} {month}{year}, "
