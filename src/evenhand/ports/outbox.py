"""How messages leave the desk, beside the decision stream: lent to whoever sends them, and settled."""

from collections.abc import Sequence
from typing import Protocol

from evenhand.core.model import Millis
from evenhand.ports.rows import MessageRow


class Outbox(Protocol):
    """Messages on their way. Leasing and settling are writes of their own, outside the decision stream."""

    def lease(self, now: Millis, *, until: Millis, limit: int) -> Sequence[MessageRow]:
        """Take messages that are due and nobody else is sending, until a moment; as they are then.

        What one person is told about one lead is told in order: of those only the oldest is given. Of several
        workers none waits for another. Who has not settled by `until` has lost the lease; somebody else may send it.
        """
        ...

    def settle(self, messages: Sequence[MessageRow]) -> None:
        """Write what became of leased messages, as `lease` gave them but for the outcome.

        One that was cancelled meanwhile stays so. One that somebody else has leased since is left to them, unless
        it was sent.
        """
        ...

    def next(self) -> Millis | None:
        """When the next message may be sent."""
        ...

    def get(self, no: int) -> MessageRow | None:
        """One message."""
        ...

    def of(self, lead: int) -> Sequence[MessageRow]:
        """All messages about a lead."""
        ...

    def dead(self, *, limit: int = 200) -> Sequence[MessageRow]:
        """Messages that were given up."""
        ...


class Keys(Protocol):
    """The idempotency keys, for those who tidy up."""

    def forget(self, before: Millis, *, limit: int) -> int:
        """Forget keys that are older than that, the oldest first; how many those were."""
        ...
