"""Seeing that another policy or roster is in force: whoever holds a copy of it is given the new one."""

from collections.abc import Callable
from typing import Final

from evenhand.actions.lent import AnyDesk
from evenhand.core.model import Millis
from evenhand.reading.setup import Setup

EVERY: Final[Millis] = 1_000


class Texts:
    """Follows the texts of one workspace. See `Job`."""

    name = "texts"

    def __init__(self, desk: AnyDesk, tell: Callable[[Setup], None]) -> None:
        self._desk = desk
        self._tell = tell
        self._known: Setup | None = None
        self._due: Millis = 0

    def step(self) -> bool:
        """Look which are in force, if it is time to."""
        now = self._desk.clock()
        if self._due - EVERY <= now < self._due:
            return False
        found = self._desk.setup()
        if found is not self._known:
            self._tell(found)
        self._known, self._due = found, now + EVERY
        return False

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
