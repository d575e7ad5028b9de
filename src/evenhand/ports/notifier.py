"""What tells people: a message on its way out, and the promise of whatever carries it.

To add a way to tell: a class with `send`, and a line where the door makes its notifier.
"""

from typing import Protocol

from msgspec import Struct

from evenhand.core.model import Millis


class Outgoing(Struct, frozen=True, kw_only=True):
    """A message that goes out. It names no lead's person: who may know who that is asks the desk.

    id:      the same at every attempt, so that whoever gets it twice can tell.
    name:    what the person is called whom it is for; `zone` is theirs.
    due:     until when the holder of the lead owes a first touch.
    attempt: which attempt this is, from 1.
    """

    id: str
    kind: str
    to: str
    name: str
    zone: str = "UTC"
    lead: int | None = None
    decision: int = 0
    due: Millis | None = None
    at: Millis
    attempt: int = 1


class Notifier(Protocol):
    """Carries messages to people, by any means."""

    def send(self, message: Outgoing) -> None:
        """Returns once it is handed over for good.

        Raises TryLater, or GiveUp if it can never be. May be asked for the same message twice.
        """
        ...
