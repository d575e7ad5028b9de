"""What tells people: messages on their way out, and the promise of whatever carries them.

To add a way to tell: a class with `send`, and a line where the door makes its notifier; one that carries several at
once, or goes on beside the desk, keeps the promise of `Teller`.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from evenhand.core.model import Millis
from evenhand.ports.house import DeliveryRow
from evenhand.ports.rows import MessageRow

How: TypeAlias = Literal["sent", "later", "dead", "back"]


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


class Fate(Struct, frozen=True, kw_only=True):
    """What became of a message: `back` means that nothing was tried, and that it is to be looked at again at `next`.

    why:   what went wrong; it names no lead's person.
    after: the least to wait before another attempt, in ms.
    log:   the attempts that were made.
    """

    message: MessageRow
    how: How
    why: str = ""
    after: Millis = 0
    next: Millis = 0
    log: tuple[DeliveryRow, ...] = ()


@runtime_checkable
class Teller(Protocol):
    """Carries many messages at once, while the desk goes on."""

    @property
    def room(self) -> int:
        """How many more it would take now."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether the fate of any message that it has taken is still to be told."""
        ...

    def take(self, messages: Sequence[MessageRow]) -> None:
        """Begin to carry messages that are leased."""
        ...

    def ended(self) -> Sequence[Fate]:
        """The fates that have been decided since it was asked last; if it is busy, it may wait for a moment."""
        ...

    def close(self) -> None:
        """Bring to an end what has been begun; then `ended` tells the rest of the fates."""
        ...
