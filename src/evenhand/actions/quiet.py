"""Quiet hours: when nobody is to be told anything that can wait, on their own clock: `22:00-07:00`."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from evenhand.core.model import Millis
from evenhand.errors import BadInput
from evenhand.reading.zones import find_zone

_DAY: Final = timedelta(days=1)


def quiet_until(hours: str, zone: str, now: Millis) -> Millis | None:
    """When the quiet hours end that it is in the midst of; `None` if it is not, or there are none.

    They last from the one time on the clock to the other, the next day's if that is earlier; on days on which clocks
    change too, so they are an hour longer or shorter then. A zone that nobody knows is read as UTC.
    """
    if not hours:
        return None
    start, end = (60 * int(each[:2]) + int(each[3:]) for each in hours.split("-"))
    here = datetime.fromtimestamp(now / 1000, _zone(zone))
    minute = 60 * here.hour + here.minute
    is_quiet = start <= minute < end if start < end else minute >= start or minute < end
    return next_at(here, end) if is_quiet else None


def next_at(here: datetime, minute: int) -> Millis:
    """The next moment at which the clock there shows a minute of the day, in ms; one that is left out is passed over
    to what the clock shows instead.
    """
    then = here.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=0)
    if then.replace(tzinfo=None) <= here.replace(tzinfo=None):
        then += _DAY  # on the clock, whatever its zone does meanwhile
    return max(int(then.timestamp()), int(here.timestamp()) + 1) * 1000


def last_at(zone: str, minute: int, now: Millis) -> Millis:
    """The latest moment at which the clock of a zone has shown a minute of the day, in ms."""
    here = datetime.fromtimestamp(now / 1000, _zone(zone))
    then = here.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=0)
    if then.astimezone(UTC) > here.astimezone(UTC):
        then -= _DAY
    return int(then.timestamp()) * 1000


def _zone(name: str) -> tzinfo:
    try:
        return find_zone(name)
    except BadInput:
        return UTC
