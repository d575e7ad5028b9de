"""An event as it is told outside: by the stream of events and by webhooks alike. See `core/happenings.py`."""

from typing import Final

from msgspec import Raw, Struct

from evenhand.core.happenings import Kind
from evenhand.core.instants import say_instant
from evenhand.ports.rows import EventRow

EMPTY: Final = Raw(b"{}")


class Said(Struct, frozen=True):
    """What is told of an event."""

    id: str
    at: str
    kind: str
    actor: str
    lead: str | None
    body: Raw


def said(row: EventRow, *, body: bytes | None = None) -> Said:
    """An event, with its own body or with another one."""
    told = Raw(row.body if body is None else body)
    return Said(str(row.no), say_instant(row.at), row.kind, row.actor, _lead(row), told)


def said_instead(row: EventRow, kind: Kind) -> Said:
    """In the place of an event something that says nothing of it but when, and about which lead."""
    return Said(str(row.no), say_instant(row.at), kind.name, "", _lead(row), EMPTY)


def _lead(row: EventRow) -> str | None:
    return None if row.lead is None else str(row.lead)
