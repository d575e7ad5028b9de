"""A worker's life: step after step while there is something to do, then a rest until the next moment that is known, or
until something is written. To add a worker: a file here with a `Job`, and a line in running.py.
"""

from collections.abc import Callable
from typing import Final

from evenhand.core.model import Millis
from evenhand.workers.job import Finishing, Job, Signals
from evenhand.workers.log import Log

SHORTEST: Final = 0.02  # seconds of rest, even if the next moment seems to be now
GATHER: Final = 0.03  # seconds between two steps, so that what comes meanwhile is done together, and others can write
LONGEST: Final = 5.0  # seconds: however quiet it is, somebody looks again
FIRST: Final = 0.25  # seconds after a first failure; twice as many after each further one, up to LONGEST


def loop(job: Job, signals: Signals, *, clock: Callable[[], Millis], chance: Callable[[], float], log: Log) -> None:
    """Do a job until it is time to stop. What fails is tried again ever less often, half of the wait left to chance."""
    failures = 0
    while not signals.stopped.is_set():
        signals.woken.clear()
        try:
            has_done = job.step()
            rest = GATHER if has_done else _rest(job, clock)
        except Exception as error:
            wait = min(LONGEST, FIRST * 2 ** min(failures, 10)) * (1 + chance()) / 2
            failures += 1
            log("failed", job=job.name, error=type(error).__name__, said=error, again=f"{wait:.1f}s")
            signals.stopped.wait(wait)
            continue
        if failures:
            log("recovered", job=job.name, failures=failures)
            failures = 0
        (signals.stopped if has_done else signals.woken).wait(rest)
    if isinstance(job, Finishing):
        try:
            job.finish()
        except Exception as error:  # what was not written down is done again by whoever comes next
            log("failed", job=job.name, error=type(error).__name__, said=error)


def _rest(job: Job, clock: Callable[[], Millis]) -> float:
    """Seconds until there will be more to do."""
    at = job.next()
    return LONGEST if at is None else min(LONGEST, max(SHORTEST, (at - clock()) / 1000))
