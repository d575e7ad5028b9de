"""A program in which many processes claim one lead at once, and then each another: `claimer.py URL LEAD REP=OTHER ...`.

Each is a process of its own with a connection of its own; a barrier lets all of them go at the same moment. For each it
prints what became of the first claim and of the second.
"""

import multiprocessing
import sys
from typing import Final

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.offers import claim
from evenhand.errors import Conflict
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault

NOW: Final = 1_793_610_000_000
PROCESSES: Final = multiprocessing.get_context("fork")  # what takes long, the imports, is done once


def tried(desk: Desk, rep: str, lead: int) -> str:
    try:
        desk.do(claim, lead, rep=rep, actor=Actor("rep", rep))
    except Conflict as error:
        return str(error)
    return "mine"


def one(url: str, lead: int, rep: str, other: int) -> None:
    database = Database(url)
    desk = Desk(database, database.workspaces()["main"], clock=lambda: NOW, sealer=Vault(bytes(range(32))), engine="0")
    desk.setup()
    TOGETHER.wait()
    first, second = tried(desk, rep, lead), tried(desk, rep, other)
    sys.stdout.write(f"{first}\t{second}\n")
    sys.stdout.flush()
    database.close()


def main(url: str, lead: int, others: dict[str, int]) -> None:
    processes = [PROCESSES.Process(target=one, args=(url, lead, rep, other)) for rep, other in others.items()]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    REPS = {rep: int(other) for rep, _, other in (word.partition("=") for word in sys.argv[3:])}
    TOGETHER = PROCESSES.Barrier(len(REPS), timeout=50)
    main(sys.argv[1], int(sys.argv[2]), REPS)
