"""Time zones, resolved: what is to be added to UTC, and from when. Core sees only these offsets.

The data are the system's, or those of the package `tzdata` where the system has none.
"""

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from evenhand.core.instants import SECOND, Offsets, day_of
from evenhand.core.model import DAY, Millis
from evenhand.errors import BadInput, Fault

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MARGIN: Final = 32 * DAY  # so that the month in which a horizon begins or ends is whole


def find_zone(name: str) -> ZoneInfo:
    """The time zone of that name; raises `BadInput` with the nearest names."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(Fault(what=f"{name!r} is not a time zone.", fix=_did_you_mean(name))) from error


def read_zone(name: str) -> str:
    """Check the name of a time zone; raises `BadInput`."""
    return find_zone(name.strip()).key


def _did_you_mean(name: str) -> str:
    folded = {zone.casefold(): zone for zone in sorted(available_timezones())}
    cities = {zone.rpartition("/")[2]: full for zone, full in folded.items() if "/" in zone}
    wanted = name.strip().casefold().replace(" ", "_")[:60]
    near = get_close_matches(wanted, folded, n=1, cutoff=0.7)
    near_city = get_close_matches(wanted.rpartition("/")[2], cities, n=1, cutoff=0.7)
    found = [folded[zone] for zone in near] or [cities[city] for city in near_city]
    return f"Did you mean {found[0]!r}?" if found else "Write it like Europe/Berlin."


def _offset(zone: ZoneInfo, second: int) -> int:
    """Seconds to add to UTC. (Not `fromtimestamp`: it refuses moments before 1970 on some systems.)"""
    shift = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return 0 if shift is None else shift // timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_offsets(name: str, start: Millis, end: Millis) -> Offsets:
    """The offsets of a zone from a month before `start` to a month after `end`, each change found to the second.

    Looks at every day and bisects those on which the offset changes. Raises `BadInput` for an unknown zone.
    """
    zone = find_zone(name)
    day, last = (start - _MARGIN) // SECOND, (end + _MARGIN) // SECOND
    offset = _offset(zone, day)
    found = [(day * SECOND, offset * SECOND)]
    while day < last:
        following = day + DAY // SECOND
        if _offset(zone, following) != offset:
            change = _change(zone, day, following)
            offset = _offset(zone, change)
            found.append((change * SECOND, offset * SECOND))
            following = change  # a second change on the same day would be found next
        day = following
    return tuple(found)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second in (before, after] at which the offset is no longer that of `before`."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


@lru_cache(maxsize=1024)
def offsets_near(name: str, year: int) -> Offsets:
    """The offsets of a zone for one year and the weeks around it."""
    return zone_offsets(name, day_of(year, 1, 1) * DAY, day_of(year + 1, 1, 1) * DAY)
