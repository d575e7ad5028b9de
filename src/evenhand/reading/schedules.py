"""zone, hours, holidays, days_off, half_days and leave of a person -> a `Calendar`.

zone, hours and holidays may stand at the top of the roster for everybody who does not say otherwise.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from msgspec import Struct

from evenhand.reading.duty import Calendar, read_holidays
from evenhand.reading.hours import ALWAYS_ON, WorkingWeek, read_week
from evenhand.reading.leave import Leave, read_dates, read_leave
from evenhand.reading.section import Section
from evenhand.reading.zones import read_zone

T = TypeVar("T")


class Defaults(Struct, frozen=True):
    """What holds for everybody who does not say otherwise. Without any: UTC, always on duty, no public holidays."""

    zone: str = "UTC"
    week: WorkingWeek = ALWAYS_ON
    holidays: str = ""


def read_defaults(top: Section) -> Defaults:
    """The defaults at the top of a roster."""
    return Defaults(*_zone_week_holidays(top, Defaults()))


def _zone_week_holidays(section: Section, defaults: Defaults) -> tuple[str, WorkingWeek, str]:
    zone = section.attempt(read_zone, section.text("zone"), at=("zone",)) if section.text("zone") else None
    week = _value(section, "hours", read_week)
    said = section.text("holidays")
    holidays = section.attempt(read_holidays, said, at=("holidays",)) if said else None
    if section.data.get("holidays") == "":  # none, whatever holds for the others
        holidays = ""
    return (
        defaults.zone if zone is None else zone,
        defaults.week if week is None else week,
        defaults.holidays if holidays is None else holidays,
    )


def read_schedule(section: Section, defaults: Defaults, people: Collection[str]) -> Calendar:
    """When one person works; `people` are the ids that a deputy may be."""
    zone, week, holidays = _zone_week_holidays(section, defaults)
    return Calendar(
        zone=zone,
        week=week,
        holidays=holidays,
        days_off=_value(section, "days_off", lambda days: read_dates(days, "days_off")) or (),
        half_days=_value(section, "half_days", lambda days: read_dates(days, "half_days")) or (),
        leave=_leave(section, people),
    )


def _leave(section: Section, people: Collection[str]) -> tuple[Leave, ...]:
    found = _value(section, "leave", read_leave) or ()
    for number, leave in enumerate(found):
        if leave.deputy and leave.deputy not in people:
            section.no_such("person", leave.deputy, people, at=("leave", number))
        elif leave.deputy and leave.deputy == section.data.get("id"):
            section.fault("nobody is their own deputy.", "Name somebody else.", at=("leave", number))
    return found


def _value(section: Section, key: str, read: Callable[[object], T]) -> T | None:
    """What `read` makes of the value of a key; `None` when it is not there or cannot be read."""
    return section.attempt(read, section.data[key], at=(key,)) if key in section.data else None
