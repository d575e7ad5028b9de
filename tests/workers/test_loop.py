"""The loop works while there is something to do, rests until there is, and goes on after whatever goes wrong."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evenhand.core.model import Millis
from evenhand.errors import Unavailable
from evenhand.workers.job import Signals
from evenhand.workers.loop import LONGEST, SHORTEST, _rest, loop
from tests.workers.waiting import until

FAR = 1 << 50


class Counted:
    """A job of so many steps. `happens` is called in each; more can be given to do."""

    name = "counted"

    def __init__(self, left: int = 0, *, at: Millis | None = FAR) -> None:
        self.left = left
        self.at = at
        self.looks = 0
        self.done = 0
        self.happens: Callable[[], object] = lambda: None

    def step(self) -> bool:
        self.looks += 1
        self.happens()
        if not self.left:
            return False
        self.left -= 1
        self.done += 1
        return True

    def next(self) -> Millis | None:
        return self.at


class Told:
    """A log to be looked at."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.facts: list[object] = []

    def __call__(self, event: str, **facts: object) -> None:
        self.events.append(event)
        self.facts.append(facts)


@contextmanager
def running(job: Counted, log: Told | None = None) -> Iterator[Signals]:
    """A loop in a thread, stopped at the end."""
    signals = Signals()
    said = {"clock": lambda: 0, "chance": lambda: 0.0, "log": log or Told()}
    thread = threading.Thread(target=loop, args=(job, signals), kwargs=said)
    thread.start()
    try:
        yield signals
    finally:
        signals.stop()
        thread.join(LONGEST)
    assert not thread.is_alive()


def test_it_works_until_nothing_is_left_and_then_looks_no_more() -> None:
    job = Counted(5)
    with running(job):
        until(lambda: job.looks == 6, "everything is done")
    assert (job.done, job.looks) == (5, 6)


def test_a_signal_wakes_it() -> None:
    job = Counted()
    with running(job) as signals:
        until(lambda: job.looks == 1, "it has looked")
        job.left = 1
        signals.woken.set()
        until(lambda: job.done == 1, "it was woken")


def test_what_is_written_while_it_works_is_not_missed() -> None:
    job = Counted()
    with running(job) as signals:
        job.happens = signals.woken.set
        signals.woken.set()
        until(lambda: job.looks > 3, "each signal is a look")


def test_it_looks_again_at_the_next_moment_that_is_known() -> None:
    job = Counted(at=30)
    with running(job):
        until(lambda: job.looks >= 2, "30 ms are over")


def test_a_moment_that_is_over_without_anything_to_do_does_not_keep_it_busy() -> None:
    assert _rest(Counted(at=-1), lambda: 0) == SHORTEST


def test_however_quiet_it_is_it_looks_again() -> None:
    assert [_rest(Counted(at=at), lambda: 0) for at in (None, FAR)] == [LONGEST, LONGEST]


def test_it_goes_on_when_the_database_is_back() -> None:
    job, log, fails = Counted(1), Told(), iter([True, True])

    def fail() -> None:
        if next(fails, False):
            raise Unavailable("the database is away")

    job.happens = fail
    with running(job, log):
        until(lambda: job.done == 1, "it went on")
    assert log.events == ["failed", "failed", "recovered"]


def test_a_mistake_of_ours_stops_nobody() -> None:
    job, log, fails = Counted(1), Told(), iter([1])
    job.happens = lambda: [1 / 0 for _ in fails]
    with running(job, log):
        until(lambda: job.done == 1, "it went on")
    assert log.events == ["failed", "recovered"]


def test_it_finishes_its_step_before_it_stops() -> None:
    job, begun, may = Counted(9), threading.Event(), threading.Event()
    job.happens = lambda: (begun.set(), may.wait(LONGEST))  # type: ignore[func-returns-value]  # only done
    with running(job) as signals:
        assert begun.wait(LONGEST)
        signals.stop()
        may.set()
    assert job.done == 1
