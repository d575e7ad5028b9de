"""Idempotency keys are forgotten after thirty days: no sender tries again for longer."""

from typing import Final

from evenhand.actions.lent import AnyDesk
from evenhand.core.model import DAY, HOUR, Millis

KEPT: Final = 30 * DAY
EVERY: Final = HOUR
SLICE: Final = 500  # in one transaction, so that nobody waits for it


class Keys:
    """Forgets the old keys of one workspace. See `Job`."""

    name = "keys"

    def __init__(self, desk: AnyDesk) -> None:
        self._desk = desk
        self._due: Millis = 0

    def step(self) -> bool:
        """Forget a slice of them, if it is time to."""
        now = self._desk.clock()
        if now < self._due:
            return False
        with self._desk.store.sending(self._desk.workspace) as tx:
            forgotten = tx.keys.forget(now - KEPT, limit=SLICE)
        if forgotten < SLICE:
            self._due = now + EVERY
        return forgotten == SLICE

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
