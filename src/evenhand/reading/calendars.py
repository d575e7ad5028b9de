"""Everybody's working hours, as the roster says them, to be resolved to UTC over whatever horizon is asked for."""

from collections.abc import Mapping

from msgspec import Struct

from evenhand.core.model import Duty, Millis
from evenhand.reading.duty import Calendar, duty


class Calendars(Struct, frozen=True):
    """The calendar of everybody in the roster, by id."""

    people: Mapping[str, Calendar] = {}

    def duty(self, start: Millis, end: Millis) -> Mapping[str, Duty]:
        """When everybody is on duty from `start` to `end`, and why not otherwise."""
        return {rep: duty(calendar, start=start, end=end) for rep, calendar in self.people.items()}
