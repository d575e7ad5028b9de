"""How long a thread that sends messages waits for a turn to write beside one that takes leads without a pause.

    python -m benchmarks.beside [--rounds 400]

Both are threads of one process on one SQLite file, as in `evenhand serve`.
"""

import argparse
import threading
import time
from statistics import quantiles
from typing import Final

from benchmarks.offices import BOSS, START, database, desk_on, leads
from evenhand.actions.receiving import receiving

BATCHES: Final = (1, 20, 200)
AT_ONCE: Final = 8  # messages leased in a round
PAUSE: Final = 0.001  # seconds between two rounds


def measure(batch: int, rounds: int) -> list[float]:
    """Milliseconds of each round, while another thread takes so many leads at a time."""
    with database("sqlite") as store:
        desk = desk_on(store)
        done, times = threading.Event(), []

        def take() -> None:
            start = 0
            while not done.is_set():
                desk.run(receiving(leads(batch, desk, start=start), actor=BOSS))
                start += batch

        busy = threading.Thread(target=take)
        busy.start()
        for _ in range(rounds):
            time.sleep(PAUSE)
            begin = time.perf_counter()
            with store.sending(desk.workspace) as tx:
                tx.outbox.lease(START, until=START + 60_000, limit=AT_ONCE)
            times.append((time.perf_counter() - begin) * 1e3)
        done.set()
        busy.join()
        return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=400)
    rounds = parser.parse_args().rounds
    print("  batch   p50 ms   p99 ms   longest")
    for batch in BATCHES:
        times = measure(batch, rounds)
        cuts = quantiles(times, n=100)
        print(f"{batch:7,} {cuts[49]:8.1f} {cuts[98]:8.1f} {max(times):9.1f}", flush=True)


if __name__ == "__main__":
    main()
