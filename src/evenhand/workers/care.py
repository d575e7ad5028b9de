"""Care: every few minutes the promises of the desk are looked at."""

from typing import Final

from evenhand.actions.care import look
from evenhand.actions.lent import AnyDesk
from evenhand.core.model import MINUTE, Millis
from evenhand.workers.log import Log

EVERY: Final = 5 * MINUTE


class Care:
    """Looks after one workspace. See `Job`."""

    name = "care"

    def __init__(self, desk: AnyDesk, *, first: Millis = 0, log: Log) -> None:
        self._desk = desk
        self._due = first
        self._log = log

    def step(self) -> bool:
        """Look, if it is time to."""
        now = self._desk.clock()
        if now < self._due:
            return False
        seen = look(self._desk)
        self._due = now + EVERY
        if seen.broken or seen.cleared:
            self._log("looked", job=self.name, broken=len(seen.broken), new=seen.found, cleared=seen.cleared)
        return True

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
