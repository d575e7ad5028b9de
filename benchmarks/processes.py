"""Whether more processes take more leads: one, two and four on one database, in batches of 1, 10 and 100.

    python -m benchmarks.processes [postgres] [sqlite] [--seconds 4]

All of them decide in one workspace, so each batch waits for the lock of its decision stream, and a process reads the
world again whenever another one has written since.
"""

import argparse
import time
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Final

from msgspec import Struct

from benchmarks.offices import BOSS, database, desk_on, leads, seat
from evenhand.actions.receiving import receiving
from evenhand.stores.database import Database

PROCESSES: Final = (1, 2, 4)
BATCHES: Final = (1, 10, 100)
SECONDS: Final = 4.0
EACH: Final = 20_000  # the most leads that a process can come to

_FRESH: Final = get_context("spawn")  # a forked process would share the other one's connections


class Shift(Struct, frozen=True, kw_only=True):
    """What one process is to do: take leads for so many seconds, of those from the first on."""

    url: str
    batch: int
    first: int
    seconds: float


def work(shift: Shift, begin: Barrier, done: "Queue[float]") -> None:
    """Take leads, once everybody is there, and say how many a second it came to."""
    store = Database(shift.url)
    desk = seat(store)
    desk.setup()
    arriving = leads(EACH, desk, start=shift.first)
    begin.wait()
    start, taken = time.perf_counter(), 0
    while time.perf_counter() - start < shift.seconds and taken < EACH:
        for answer in desk.run(receiving(arriving[taken : taken + shift.batch], actor=BOSS)):
            answer.get()
        taken += shift.batch
    done.put(taken / (time.perf_counter() - start))
    store.close()


def rate(url: str, *, processes: int, batch: int, first: int, seconds: float) -> float:
    """Leads a second, of all processes together."""
    begin, done = _FRESH.Barrier(processes), _FRESH.Queue()
    shifts = [Shift(url=url, batch=batch, first=first + at * EACH, seconds=seconds) for at in range(processes)]
    running = [_FRESH.Process(target=work, args=(shift, begin, done)) for shift in shifts]
    for process in running:
        process.start()
    found: float = sum(done.get(timeout=60 + seconds) for _ in running)
    for process in running:
        process.join()
    return found


def measure(engine: str, seconds: float) -> None:
    with database(engine) as store:
        desk_on(store)
        url = store.engine.url.render_as_string(hide_password=False)
        first = 0
        print(f"{engine}: leads a second" + "".join(f"{f'batches of {batch}':>16}" for batch in BATCHES))
        for processes in PROCESSES:
            line = f"{processes:>12} processes  "
            for batch in BATCHES:
                line += f"{rate(url, processes=processes, batch=batch, first=first, seconds=seconds):16,.0f}"
                first += processes * EACH
            print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["postgres"])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    for engine in given.engines:
        measure(engine, given.seconds)


if __name__ == "__main__":
    main()
