"""Leads are sent, worked on and told of by processes that are killed at random moments; then everything is checked.

    python -m benchmarks.torture [sqlite postgres] [--leads 20000] [--seed 1]

PostgreSQL itself is stopped as in a crash, and started again, now and then.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from evenhand.actions.texts import publish
from evenhand.stores.database import Database
from tests.desk import MANAGER, migrated
from tests.faults.killing import POLICY, TEAM, Killer, Torture
from tests.faults.verdict import settled, tally, verdict
from tests.postgres import Cluster, started

PATIENCE: Final = 60  # seconds, and as long again for each thousand leads
CRASHES: Final = 0.02  # of the kills are of PostgreSQL itself


@contextmanager
def tortured(engine: str, leads: int, seed: int) -> Iterator[tuple[Torture, Cluster | None]]:
    """A new desk for it, on either engine; gone at the end, unless something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="evenhand-torture-"))
    case = Torture(url=f"sqlite:///{folder / 'desk.db'}", folder=folder, leads=leads, seed=seed, start=time.time())
    if engine == "sqlite":
        yield prepared(case), None
    else:
        with started() as cluster:
            yield prepared(replace(case, url=cluster.fresh())), cluster
    shutil.rmtree(folder)


def prepared(torture: Torture) -> Torture:
    """With its tables, a policy and a roster."""
    migrated(torture.url)
    with torture.desk() as desk:
        desk.do(publish, {"policy": POLICY, "roster": TEAM}, actor=MANAGER)
    return torture


def run(torture: Torture, cluster: Cluster | None) -> tuple[int, int]:
    """Kill until every lead has been answered; how many kills and crashes that took."""
    chance, crashes = random.Random(torture.seed), 0
    end = time.monotonic() + PATIENCE * (1 + torture.leads / 1_000)
    with Killer(torture) as killer:
        while not killer.all_sent():
            killer.kill_one()
            if cluster is not None and chance.random() < CRASHES:
                cluster.restart()
                crashes += 1
            if time.monotonic() > end or killer.failed():
                sys.exit(f"stuck, or failed: {killer.failed()}; its notes are in {torture.folder}")
        return killer.kills, crashes


def torture(engine: str, leads: int, seed: int) -> None:
    """Do it once, and say what there was and everything that is wrong then."""
    begin = time.monotonic()
    with tortured(engine, leads, seed) as (case, cluster):
        kills, crashes = run(case, cluster)
        spent = time.monotonic() - begin
        with case.desk() as desk:
            database = Database(case.url)
            settled(case, desk)
            wrong = list(verdict(case, desk, database))
            seen = tally(case, database)
            database.close()
        print(f"{engine}, seed {seed}: {leads:,} leads in {spent:.0f} s, {kills} kills, {crashes} crashes; {seen}")
        for each in wrong[:50]:
            print(f"  WRONG: {each}")
        if wrong:
            sys.exit(f"{len(wrong)} things are wrong after {engine}, seed {seed}; see {case.folder}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for engine in given.engines:
        torture(engine, given.leads, given.seed)


if __name__ == "__main__":
    main()
