"""Group commit: callers leave their calls here, one thread runs them, and what comes meanwhile is the next batch.

A lonely call is run at once. Two lines wait: forms, for which somebody is waiting, and bulk, which comes in slices so
short that no form waits for long. Each line keeps its order. The desk is only ever used by this one thread; whoever
has other work at it (timers that ring) has that done here too, between two batches: see `lend`.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar

from evenhand.actions.desk import Answer, Call
from evenhand.actions.pace import Pace
from evenhand.actions.receiving import together
from evenhand.errors import Busy, Unavailable

T = TypeVar("T")

BATCH: Final = 256  # the most calls in one transaction
SLICE: Final = 20_000_000  # ns that a slice of bulk may take
PATIENCE: Final = 8  # batches of forms in a row that bulk lets pass
LINE: Final = 10_000  # the most calls that wait in one line


class Runs(Protocol):
    """Runs calls together: a `Desk`."""

    def run(self, calls: Sequence[Call[Any]]) -> list[Answer[Any]]:
        """What became of each. Raises Unavailable if that is true of all of them."""
        ...


class Waiting(NamedTuple):
    """A call, the one who waits for what becomes of it, and since when, in ticks."""

    call: Call[Any]
    future: Future[Any]
    since: int


class Errand(NamedTuple):
    """Other work at the desk, and the one who waits for it."""

    work: Callable[[], Any]
    future: Future[Any]


class Batch(NamedTuple):
    """What became of the calls of one transaction, how long each was under way, and the transaction itself, in ns."""

    answers: Sequence[Answer[Any]]
    waits: Sequence[int]
    took: int


class Committer:
    """Runs the calls of many callers, from any thread. `ticks` is a clock that never goes back, in nanoseconds.

    told: hears of each batch once everybody has been answered; it must not raise.
    """

    def __init__(
        self,
        desk: Runs,
        *,
        ticks: Callable[[], int],
        line: int = LINE,
        told: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        self._desk = desk
        self._ticks = ticks
        self._longest = line
        self._told = told
        self._forms: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._errands: deque[Errand] = deque()
        self._passed = 0
        self._pace = Pace(span=SLICE, most=BATCH, shares=True)
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="committer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, call: Call[T], *, bulk: bool = False) -> Future[T]:
        """Leave a call to be run. Its future has its value, what it raised, or Unavailable; it may be cancelled until
        the call is begun.

        Raises Busy if the line is full, and Unavailable once this is closed; then the call is not taken.
        """
        future: Future[T] = Future()
        with self._change:
            line = self._bulk if bulk else self._forms
            if self._closed:
                raise Unavailable("the desk is being closed.")
            if len(line) >= self._longest:
                raise Busy(f"{len(line)} are waiting already. Try again in a moment.")
            line.append(Waiting(call, future, self._ticks()))
            self._change.notify()
        return future

    def lend(self, work: Callable[[], T]) -> Future[T]:
        """Have other work done at the desk, by the thread that it belongs to, after the batch that is being run.

        There is no limit to how many wait: each is to come from a worker, who waits for it. Raises Unavailable once
        this is closed.
        """
        future: Future[T] = Future()
        with self._change:
            if self._closed:
                raise Unavailable("the desk is being closed.")
            self._errands.append(Errand(work, future))
            self._change.notify()
        return future

    @property
    def waiting(self) -> tuple[int, int]:
        """How many calls wait in the lines of forms and of bulk."""
        return len(self._forms), len(self._bulk)

    @property
    def is_full(self) -> bool:
        """Whether no form could be taken now."""
        return self._closed or len(self._forms) >= self._longest or not self._thread.is_alive()

    def close(self) -> None:
        """Take no more calls, and return when all that were taken have been run."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def _write(self) -> None:
        while (batch := self._next()) is not None:
            line, count = batch
            time.sleep(0)  # whoever holds a call in their hands may put it in line: a tenth more in a second, no wait
            begun = [each for each in self._taken(line, count) if each.future.set_running_or_notify_cancel()]
            if begun:
                start = self._ticks()
                answers = self._commit(begun)
                end = self._ticks()
                if line is self._bulk:
                    self._pace.took(len(begun), end - start)
                with suppress(Exception):  # whoever only listens stops nobody
                    self._told(Batch(answers, [end - each.since for each in begun], end - start))
            self._run_errand()

    def _next(self) -> tuple[deque[Waiting], int] | None:
        """The line whose turn it is, and how many of it; `None` once this is closed and everything has been run."""
        with self._change:
            while not (self._forms or self._bulk or self._errands):
                if self._closed:
                    return None
                self._change.wait()
            if self._forms and (self._passed < PATIENCE or not self._bulk):
                self._passed = self._passed + 1 if self._bulk else 0
                return self._forms, BATCH
            self._passed = 0
            return self._bulk, self._pace.size

    def _taken(self, line: deque[Waiting], count: int) -> list[Waiting]:
        with self._change:
            return [line.popleft() for _ in range(min(count, len(line)))]

    def _run_errand(self) -> None:
        """Do the work that has waited longest, if there is any, and tell who waits for it."""
        with self._change:
            errand = self._errands.popleft() if self._errands else None
        if errand is None or not errand.future.set_running_or_notify_cancel():
            return
        try:
            done = errand.work()
        except Exception as error:
            errand.future.set_exception(error)
        except BaseException as error:
            errand.future.set_exception(Unavailable(f"it was stopped by {type(error).__name__}."))
        else:
            errand.future.set_result(done)

    def _commit(self, begun: Sequence[Waiting]) -> Sequence[Answer[Any]]:
        """Run calls in one transaction, and tell everybody what became of theirs, whatever happens."""
        try:
            answers = self._desk.run(together([each.call for each in begun]))
        except Exception as error:
            answers = [Answer(error=error)] * len(begun)
        except BaseException as error:
            answers = [Answer(error=Unavailable(f"it was stopped by {type(error).__name__}."))] * len(begun)
        for each, answer in zip(begun, answers, strict=True):
            if answer.error is None:
                each.future.set_result(answer.value)
            else:
                each.future.set_exception(answer.error)
        return answers
