"""What has run out is forgotten: sessions, links, errands, and how often something was tried in vain."""

from typing import Final

from msgspec import Struct

from evenhand.actions.attempts import FORGOTTEN
from evenhand.actions.errands import KEPT
from evenhand.actions.lent import AnyDesk
from evenhand.actions.sessions import IDLE
from evenhand.core.model import DAY, HOUR, Millis
from evenhand.ports.house import DeliveryRow, ErrandRow, SessionRow, ThrottleRow, TokenRow

EVERY: Final = HOUR
TOLD: Final = 7 * DAY  # so long somebody who follows an old link is told that it is too old
LOGGED: Final = 90 * DAY  # so long the log of deliveries reaches back

# Which rows, by which time of theirs, and how long after it.
RUN_OUT: Final[tuple[tuple[type[Struct], str, Millis], ...]] = (
    (SessionRow, "expires", 0),
    (SessionRow, "seen", IDLE),
    (TokenRow, "expires", TOLD),
    (ThrottleRow, "since", FORGOTTEN),
    (DeliveryRow, "at", LOGGED),
    (ErrandRow, "at", KEPT),
)


class Lapsed:
    """Forgets what has run out in one workspace. See `Job`."""

    name = "lapsed"

    def __init__(self, desk: AnyDesk) -> None:
        self._desk = desk
        self._due: Millis = 0

    def step(self) -> bool:
        """Forget some of it, if it is time to."""
        now = self._desk.clock()
        if now < self._due:
            return False
        gone = 0
        for kind, by, after in RUN_OUT:
            with self._desk.store.sending(self._desk.workspace) as tx:
                gone += tx.house.drop(kind, by, before=now - after)
        if not gone:
            self._due = now + EVERY
        return gone > 0

    def next(self) -> Millis | None:
        """When to look again."""
        return self._due
