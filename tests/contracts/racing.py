"""What other processes do while a test looks on."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade
from tests.contracts.written import changes


def in_two_processes(work: Callable[..., Any], *args: Any) -> list[Any]:
    """Run the same function in two new processes at once, and give both answers."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return [each.result(timeout=60) for each in [pool.submit(work, *args) for _ in range(2)]]


def count_up(url: str, workspace: int, times: int) -> None:
    """Add one to the router's version, so many times."""
    database = Database(url)
    for _ in range(times):
        with database.writing(workspace) as tx:
            tx.save(changes(tx))
    database.close()


def lease_all(url: str, workspace: int) -> list[int]:
    """Lease messages until there are none left; the numbers of those that were had."""
    database, had = Database(url), list[int]()
    while True:
        with database.sending(workspace) as tx:
            leased = tx.outbox.lease(10, until=1_000, limit=7)
        had += [message.no for message in leased]
        if not leased:
            database.close()
            return had


def upgrade_and_found(url: str) -> tuple[bool, int, bytes]:
    """What a process does when it starts."""
    database = Database(url)
    answer = upgrade(database), database.found("main", 1), database.remember("salt", b"first")
    database.close()
    return answer
