"""What a person wants to know of a desk at a glance: how much of what there is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.ports.rows import NEVER, MessageRow, MessageState


class Counts(Protocol):
    """Leads and messages, counted."""

    def leads(self) -> Mapping[State, int]:
        """How many leads are in each state; states without any are left out."""
        ...

    def oldest(self, state: State) -> Millis | None:
        """When the lead of that state that came first came in; `None` if there is none."""
        ...

    def messages(self) -> Mapping[MessageState, int]:
        """How many messages are in each state; states without any are left out."""
        ...

    def late(self, now: Millis) -> int:
        """How many leads are assigned whose holder should have answered by now."""
        ...

    def unsent(self) -> tuple[int, Millis | None]:
        """How many messages wait to be sent, and since when the first of them does."""
        ...

    def dead(self) -> int:
        """How many messages were given up."""
        ...

    def outbox(self, state: MessageState, *, before: int = NEVER, limit: int = 200) -> Sequence[MessageRow]:
        """Messages in a state, latest first, from before a number on."""
        ...
