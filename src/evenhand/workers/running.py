"""Workers side by side: a thread for each job, so that a slow receiver of messages never holds up the clock."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from evenhand.actions.lent import AnyDesk
from evenhand.actions.sending import Sender
from evenhand.core.model import Millis
from evenhand.ports.notifier import Notifier, Teller
from evenhand.ports.store import Store
from evenhand.workers.care import Care
from evenhand.workers.digests import Digests
from evenhand.workers.errands import Errands
from evenhand.workers.job import Job, Signals
from evenhand.workers.keys import Keys
from evenhand.workers.lapsed import Lapsed
from evenhand.workers.log import Log
from evenhand.workers.loop import GATHER, LONGEST, loop
from evenhand.workers.outbox import Outbox
from evenhand.workers.routing import Routing

LOOK: Final = 0.1  # seconds between two looks whether it is time to stop
LISTEN: Final = 0.5  # seconds that nothing is heard in until the listener looks whether it is time to stop


def jobs(
    desk: AnyDesk, notifier: Notifier | Teller, *, chance: Callable[[], float], log: Log, first: Millis = 0
) -> list[Job]:
    """Everything that there is to do for a workspace. Until `first` nobody asks whether the rest keep up."""
    sender = Sender(desk, notifier, chance=chance)
    errands = Errands(desk, chance=chance, log=log)
    tidying: list[Job] = [Keys(desk), Lapsed(desk), Digests(desk)]
    return [Routing(desk), Outbox(sender, log=log), Care(desk, first=first, log=log), errands, *tidying]


def work_off(todo: Sequence[Job], *, is_over: Callable[[], bool]) -> None:
    """Do jobs one after the other until nothing is due any more, or it is time to stop. Raises what they raise."""
    while any(_exhaust(job, is_over) for job in todo) and not is_over():
        pass


def _exhaust(job: Job, is_over: Callable[[], bool]) -> bool:
    """Whether anything was done."""
    steps = 0
    while not is_over() and job.step():
        steps += 1
    return steps > 0


class Crew:
    """Does jobs side by side, and wakes them when anything is written to the store."""

    def __init__(
        self, todo: Sequence[Job], store: Store, *, clock: Callable[[], Millis], chance: Callable[[], float], log: Log
    ) -> None:
        self._store = store
        self._log = log
        self._signals = [Signals() for _ in todo]
        said = {"clock": clock, "chance": chance, "log": log}
        self._loops = [
            threading.Thread(target=loop, args=(job, signals), kwargs=said, name=job.name)
            for job, signals in zip(todo, self._signals, strict=True)
        ]
        self._ears = threading.Thread(target=self._listen, name="listening", daemon=True)
        self._stopped = threading.Event()

    def work(self, *, is_over: Callable[[], bool]) -> None:
        """Work until it is time to stop; the steps that are being done then are finished."""
        self.begin()
        try:
            while not is_over():
                time.sleep(LOOK)
        finally:
            self.end()

    def begin(self) -> None:
        """Begin to work; it goes on beside whatever the caller does meanwhile."""
        for thread in (self._ears, *self._loops):
            thread.start()

    def end(self) -> None:
        """Stop, and return when the steps that are being done are finished."""
        self._stopped.set()
        for signals in self._signals:
            signals.stop()
        for thread in self._loops:
            thread.join()
        self._ears.join(2 * LISTEN)

    def missing(self) -> list[str]:
        """The names of the jobs that nobody does: of all before it begins and after it ends, of none in between."""
        return [thread.name for thread in self._loops if not thread.is_alive()]

    def _listen(self) -> None:
        """Wake everybody when something is written. Without an ear they look by themselves now and then."""
        while not self._stopped.is_set():
            try:
                self._hear()
            except Exception as error:
                self._log("failed", job="listening", error=type(error).__name__, said=error, again=f"{LONGEST}s")
                self._stopped.wait(LONGEST)

    def _hear(self) -> None:
        with self._store.listen() as listener:
            while not self._stopped.is_set():
                if listener.wait(LISTEN):
                    self._wake()
                    self._stopped.wait(GATHER)

    def _wake(self) -> None:
        for signals in self._signals:
            signals.woken.set()
