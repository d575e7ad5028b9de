"""What a person wants to know of a desk at a glance: how much of what there is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.ports.rows import MessageRow, MessageState


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

    def outbox(self, state: MessageState, *, limit: int = 200) -> Sequence[MessageRow]:
        """Messages in a state, latest first."""
        ...
