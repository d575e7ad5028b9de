"""How fast leads are decided for good, against the bare driver that writes the very same rows.

    python -m benchmarks.desk [sqlite postgres] [--leads 6000]

The statements of a run are caught on their way to the driver. Then a fresh database gets the same statements in the
same transactions from the driver alone: that is the floor. `one row` is a transaction with a single insert.
"""

import argparse
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from statistics import quantiles
from typing import Any, Final
from unittest.mock import patch

from msgspec import Struct
from sqlalchemy import Connection, Table

from benchmarks.offices import BOSS, database, desk_on, leads
from evenhand.actions.desk import Desk
from evenhand.actions.receiving import Incoming, receiving
from evenhand.stores import saving
from evenhand.stores.database import Database
from evenhand.stores.engine import Prepared, driver, is_sqlite

BATCHES: Final = (1, 10, 100, 1000)


class Times(Struct):
    """Seconds of each transaction, and of them all those that this process had a processor."""

    each: list[float]
    busy: float

    def work(self, batch: int) -> float:
        """Microseconds of a processor that a lead takes, without the server's: other programs do not lengthen it."""
        return self.busy / len(self.each) / batch * 1e6

    def rate(self, batch: int) -> float:
        """Leads a second."""
        return batch * len(self.each) / sum(self.each)

    def at(self, percent: int) -> float:
        """A percentile, in microseconds."""
        return (quantiles(self.each, n=100)[percent - 1] if len(self.each) > 1 else self.each[0]) * 1e6


Statement = tuple[str, str, Sequence[Sequence[object]]]  # how, its text, its rows
Transaction = list[Statement]


def timed(work: Callable[..., object], *given: object) -> float:
    begin = time.perf_counter()
    work(*given)
    return time.perf_counter() - begin


def all_timed(work: Callable[..., object], on: object, parts: Iterable[object]) -> Times:
    begin = time.process_time()
    each = [timed(work, on, part) for part in parts]
    return Times(each, time.process_time() - begin)


def take(desk: Desk, part: Sequence[Incoming]) -> None:
    for answer in desk.run(receiving(part, actor=BOSS)):
        answer.get()


@contextmanager
def catching(caught: list[Transaction]) -> Iterator[None]:
    """Note every statement that writes; a transaction ends with the router's row."""
    many, copy_in = Prepared.many, saving.copy_in
    caught.append([])

    def noted(self: Prepared, connection: Connection, rows: Sequence[Sequence[object]]) -> None:
        text = self.words(connection).text
        caught[-1].append(("many", text, list(rows)))
        many(self, connection, rows)

    def copied(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
        caught[-1].append(("copy", saving._copy(table), list(rows)))  # noqa: SLF001  the very text
        copy_in(connection, table, rows)

    with patch.object(Prepared, "many", noted), patch.object(saving, "copy_in", copied):
        yield


def routed(engine: str, batch: int, count: int) -> tuple[Times, list[Transaction]]:
    """Take so many leads in batches, each batch in one transaction; with what was written."""
    with database(engine) as store:
        desk = desk_on(store)
        arriving = leads(count + 2 * batch, desk)
        take(desk, arriving[:batch])  # the first one reads the world
        parts = [arriving[start : start + batch] for start in range(batch, batch + count, batch)]
        times = all_timed(take, desk, parts)
        del desk
    with database(engine) as store:
        desk = desk_on(store)
        take(desk, arriving[:batch])
        caught: list[Transaction] = []
        for part in parts:
            with catching(caught):
                take(desk, part)
    return times, caught


def bare(engine: str, caught: Sequence[Transaction]) -> Times:
    """The same statements in the same transactions, from the driver alone."""
    with database(engine) as store, store.engine.connect() as connection:
        desk_on(store)
        raw = driver(connection)
        return all_timed(_transaction, raw, caught)


def _transaction(raw: Any, statements: Transaction) -> None:
    sqlite = isinstance(raw, sqlite3.Connection)
    if sqlite:
        raw.execute("BEGIN IMMEDIATE")
    together = not sqlite and all(how == "many" for how, _, _ in statements)
    with raw.pipeline() if together else nullcontext():
        for how, text, rows in statements:
            cursor = raw.cursor()
            if how == "copy":
                with cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(text, rows)
    raw.commit()


def one_row(store: Database, count: int) -> Times:
    """One insert a transaction."""
    with store.engine.connect() as connection:
        raw = driver(connection)
        sqlite = is_sqlite(connection)
        text = f"INSERT INTO installation (name, value) VALUES ({'?, ?' if sqlite else '%s, %s'})"
        rows = [[("many", text, [(f"row {number}", b"x" * 400)])] for number in range(count)]
        return all_timed(_transaction, raw, rows)


def measure(engine: str, count: int) -> None:
    print(f"\n{engine}\n   batch   leads/s      bare   ratio   p50 us   p99 us   bare p50      cpu  bare cpu")
    for batch in BATCHES:
        some = max(batch * 4, min(count, 400 * batch))
        times, caught = routed(engine, batch, some)
        floor = bare(engine, caught)
        rate, bottom = times.rate(batch), floor.rate(batch)
        print(
            f"{batch:8,} {rate:9,.0f} {bottom:9,.0f} {rate / bottom:7.2f} {times.at(50):8,.0f} {times.at(99):8,.0f}"
            f" {floor.at(50):10,.0f} {times.work(batch):8,.0f} {floor.work(batch):9,.0f}",
            flush=True,
        )
    with database(engine) as store:
        alone = one_row(store, 400)
        desk = desk_on(store)
        arriving = leads(401, desk)
        take(desk, arriving[:1])
        lonely = all_timed(take, desk, ([lead] for lead in arriving[1:]))
        ratio = lonely.at(50) / alone.at(50)
        print(f"one row: p50 {alone.at(50):,.0f} us; one lead: p50 {lonely.at(50):,.0f} us, {ratio:.1f} times as long")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--leads", type=int, default=6000)
    given = parser.parse_args()
    for engine in given.engines:
        measure(engine, given.leads)


if __name__ == "__main__":
    main()
