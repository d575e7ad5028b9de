"""The daily digests: once a minute somebody looks whose hour has come."""

from typing import Final

from evenhand.actions.digests import DIGESTS, due_digests, write_digests
from evenhand.actions.lent import AnyDesk
from evenhand.core.model import MINUTE, Millis

EVERY: Final = MINUTE


class Digests:
    """Writes the digests of one workspace. See `Job`."""

    name = "digests"

    def __init__(self, desk: AnyDesk) -> None:
        self._desk = desk
        self._due: Millis = 0

    def step(self) -> bool:
        """Write those that are due, if it is time to look."""
        now = self._desk.clock()
        if self._due - EVERY <= now < self._due:
            return False
        roster = self._desk.setup().roster
        with self._desk.store.reading(self._desk.workspace) as tx:
            due = due_digests(tx, roster, self._desk.sealer, now)
        self._due = now + EVERY
        return bool(due) and self._desk.do(write_digests, actor=DIGESTS) > 0

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
