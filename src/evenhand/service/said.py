"""What several routes read out of words: moments, lengths of time, numbers of leads."""

from dataclasses import replace

from evenhand.core.model import Millis
from evenhand.errors import BadInput, BadUsage, Fault
from evenhand.reading.durations import read_duration, read_instant


def at_time(where: str, text: str) -> Millis:
    """A moment, in UTC unless it says otherwise. Raises BadUsage."""
    try:
        return read_instant(text)
    except BadInput as error:
        raise BadUsage([replace(fault, where=where) for fault in error.faults]) from error


def ahead(where: str, text: str, now: Millis) -> Millis:
    """A moment to come: `2h`, or `2026-11-03T09:00Z`. Raises BadUsage."""
    try:
        return now + read_duration(text)
    except BadInput:
        return at_time(where, text)


def numbered(where: str, text: str) -> int:
    """The number in an id: "12". Raises BadUsage."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise BadUsage(Fault(where=where, what=f"{text[:40]!r} is no number.", fix="Give the id as it was told: 12."))
