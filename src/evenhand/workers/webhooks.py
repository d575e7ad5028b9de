"""Webhooks: other programs hear of events as soon as they are written."""

from collections.abc import Callable
from typing import Final

from evenhand.actions.delivering import Courier
from evenhand.actions.lent import AnyDesk
from evenhand.core.model import Millis
from evenhand.integrations.http import Client
from evenhand.workers.job import Job
from evenhand.workers.log import Log

PAUSE: Final[Millis] = 100  # between two looks in vain: every write anywhere wakes each lane
QUIET: Final[Millis] = 1_000  # the same while there is no webhook
LANES: Final = 3  # side by side, so that a receiver who lets us wait holds up only one of them


def lanes(desk: AnyDesk, client: Client, *, chance: Callable[[], float], log: Log) -> list[Job]:
    """Everything that there is to do for the webhooks of a workspace."""
    couriers = [Courier(desk, client, chance=chance) for _ in range(LANES)]
    return [Webhooks(each, clock=desk.clock, lane=lane, log=log) for lane, each in enumerate(couriers, 1)]


class Webhooks:
    """Delivers the events of one workspace; several lanes, and several processes, may do so at once. See `Job`."""

    def __init__(self, courier: Courier, *, clock: Callable[[], Millis], lane: int = 1, log: Log) -> None:
        self.name = f"webhooks {lane}"
        self._courier = courier
        self._clock = clock
        self._log = log
        self._looked: Millis | None = None  # in vain
        self._is_missing = False  # something was written since, and not looked at

    def step(self) -> bool:
        """One turn of one endpoint; not sooner than a while after the last look in vain."""
        now = self._clock()
        self._is_missing = self._looked is not None and 0 <= now - self._looked < self._rest
        if self._is_missing:
            return False
        turn = self._courier.deliver()
        self._looked = now if turn is None else None
        if turn is None:
            return False
        said = {"wrong": turn.wrong} if turn.wrong else {}
        if turn.sent or turn.wrong:
            event = "turned off" if turn.is_off else "delivered"
            self._log(event, job=self.name, webhook=turn.endpoint, count=turn.sent, **said)
        return True

    def next(self) -> Millis | None:
        """When there will be something to send, or to look for."""
        if self._is_missing and self._looked is not None:
            return self._looked + self._rest
        return self._courier.next()

    @property
    def _rest(self) -> Millis:
        return PAUSE if self._courier.has_ears else QUIET
