"""The clock of the desk: due times, reminders, waiting leads, offers that end. Whatever is due rings, once."""

from typing import Final

from evenhand.actions.lent import AnyDesk
from evenhand.core.model import Millis

RINGS: Final = 64  # in one transaction


class Routing:
    """Lets the timers of one workspace ring. See `Job`."""

    name = "routing"

    def __init__(self, desk: AnyDesk) -> None:
        self._desk = desk

    def step(self) -> bool:
        """Ring what is due. The lock is only taken if something is: every write anywhere wakes this."""
        at = self.next()
        if at is None or at > self._desk.clock():
            return False
        return self._desk.ring(limit=RINGS) > 0

    def next(self) -> Millis | None:
        """When the next timer rings."""
        with self._desk.store.reading(self._desk.workspace) as tx:
            return tx.agenda.next()
