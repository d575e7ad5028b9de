"""What a worker does, and what wakes it."""

import threading
from typing import Protocol, runtime_checkable

from evenhand.core.model import Millis


class Job(Protocol):
    """One kind of work. Any number of processes, on any number of machines, may do it at once."""

    @property
    def name(self) -> str: ...

    def step(self) -> bool:
        """Do some of it; whether anything was done. Raises whatever goes wrong: it will be tried again."""
        ...

    def next(self) -> Millis | None:
        """When there will be more to do, as far as is known."""
        ...


@runtime_checkable
class Finishing(Protocol):
    """A job that goes on beside its steps."""

    def finish(self) -> None:
        """See what was begun to its end; there will be no more steps."""
        ...


class Signals:
    """What wakes a loop: that something was written, and that it is time to stop."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.woken = threading.Event()

    def stop(self) -> None:
        """Stop after the step that is being done."""
        self.stopped.set()
        self.woken.set()
