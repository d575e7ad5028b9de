"""Whether a desk stays fast as it fills, and how much room a decision takes.

    python -m benchmarks.million [sqlite postgres] [--decisions 1000000]

Leads come in batches of a thousand by the real write path. Each batch closes the one before the last, so that as many
are open at ten thousand as at a million: what grows is the past. Then the questions that people and workers ask all day
are timed, each in a transaction of its own.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from msgspec import Struct
from sqlalchemy import text

from benchmarks.offices import BOSS, START, Clock, database, desk_on, leads, policy, team
from evenhand.actions.desk import Desk, call
from evenhand.actions.holding import Ending, close
from evenhand.actions.presence import pause
from evenhand.actions.receiving import receiving
from evenhand.actions.texts import publish
from evenhand.ports.store import Reading
from evenhand.stores.database import Database

SMALL: Final = 10_000
BATCH: Final = 1_000
RUNS: Final = 300
SECOND: Final = 1_000
HOURS: Final = 3 * 3600 * SECOND
REPS, POOLS, RULES = 20, 4, 50

PICKED: Final = """
[[rule]]
name = "To be picked"
when = 'country == "SE" and industry == "media"'
who = ["pool p1"]
how = "cherry_pick"
[[rule]]
name = "To wait for"
when = 'country == "PL" and industry == "media"'
who = ["pool paused"]
"""
SIZES: Final = {
    "sqlite": """
        SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
        GROUP BY s.tbl_name ORDER BY 2 DESC""",
    "postgresql": """
        SELECT relname, pg_total_relation_size(oid) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC""",
}


class Office(Struct):
    """A desk that fills, and how far it has come."""

    desk: Desk
    store: Database
    clock: Clock
    leads: int = 0


Question = Callable[[Reading, Office, int], object]


def opened(store: Database) -> Office:
    """A desk whose policy has leads that are offered and leads that wait besides those that are assigned."""
    office = Office(desk_on(store), store, Clock())
    office.desk.clock = office.clock
    name, rules = policy(RULES, POOLS).split("\n", 1)
    roster = team(REPS, POOLS) + '[[pool]]\nname = "paused"\nmembers = { rep0 = 1 }\n'
    office.desk.do(publish, {"policy": name + PICKED + rules, "roster": roster}, actor=BOSS)
    office.desk.do(pause, subject="pool paused", actor=BOSS)
    return office


def fill(office: Office, until: int) -> float:
    """Take leads until there are so many, and return the seconds that took; their making is not counted."""
    spent = 0.0
    while office.leads < until:
        arriving = leads(BATCH, office.desk, start=office.leads)
        begin = time.perf_counter()
        for answer in office.desk.run(receiving(arriving, actor=BOSS)):
            answer.get()
        office.leads += BATCH
        last = range(office.leads - 3 * BATCH + 1, office.leads - 2 * BATCH + 1)
        for closed in office.desk.run([call(close, lead, Ending("lost"), actor=BOSS) for lead in last if lead > 0]):
            closed.get()
        spent += time.perf_counter() - begin
        office.clock.now += 5 * SECOND
    return spent


def page(tx: Reading, _: Office, who: int) -> object:
    """Everything about one lead."""
    lead, story = who + 1, tx.story
    return (
        tx.leads.get(lead),
        story.decisions_of(lead),
        story.events_of(lead),
        story.notes_of(lead),
        tx.outbox.of(lead),
    )


def same_person(tx: Reading, office: Office, who: int) -> object:
    """Is somebody open who has the address of this lead?"""
    address = f"kim.{who}@company{who}.example"
    return tx.leads.same_person([office.desk.sealer.digest("email", address, workspace=tx.workspace)])


# What is asked all day: by a transaction, at an office, about somebody who came as the so-manieth.
QUESTIONS: Final[dict[str, Question]] = {
    "inbox of a rep": lambda tx, _, who: tx.leads.held_by(f"rep{who % REPS}"),
    "what a rep may pick": lambda tx, *_: tx.leads.offered_to("rep1"),
    "page of an open lead": lambda tx, office, who: page(tx, office, office.leads - 1 - who % BATCH),
    "page of any lead": page,
    "waiting leads, hottest first": lambda tx, *_: tx.leads.listed(["waiting"]),
    "what is due: nothing": lambda tx, *_: tx.agenda.due(START, limit=64),
    "what is due: 64 of many": lambda tx, office, _: tx.agenda.due(office.clock.now + HOURS, limit=64),
    "what decisions stand on": lambda tx, *_: (tx.world.loads(), tx.world.ledgers(), tx.world.presences()),
    "was this key used before": lambda tx, _, who: tx.leads.keyed([f"key-{who}"]),
    "the same person": same_person,
}


def asked(office: Office) -> dict[str, float]:
    """Each question's median, in microseconds; of SQLite's oldest pages also once the system has the file in memory."""
    found = {name: _median(office, question) for name, question in QUESTIONS.items()}
    if office.store.is_sqlite:
        with Path(office.store.engine.url.database or "").open("rb") as file:
            while file.read(1 << 24):
                pass
        found["the same, file in memory"] = _median(office, page)
    return found


def _median(office: Office, question: Question) -> float:
    chance, times = Random(7), []
    for _ in range(RUNS):
        who = chance.randrange(office.leads)
        begin = time.perf_counter()
        with office.store.reading(office.desk.workspace) as tx:
            question(tx, office, who)
        times.append(time.perf_counter() - begin)
    return median(times) * 1e6


def room(office: Office) -> Iterator[tuple[str, float]]:
    """Bytes a decision: of everything, of each table with its indexes, and of the record alone."""
    store = office.store
    with store.change() as connection:
        tables = connection.execute(text(SIZES[store.engine.dialect.name])).all()
        record = connection.scalar(text("SELECT avg(length(record)) FROM decisions"))
    total = sum(size for _, size in tables)
    yield "everything", total / office.leads
    yield from ((name, size / office.leads) for name, size in tables if size > total / 200)
    yield "the record itself", float(record or 0)


def measure(engine: str, decisions: int) -> None:
    with database(engine) as store:
        office = opened(store)
        fill(office, SMALL)
        few = asked(office)
        seconds = fill(office, decisions)
        many = asked(office)
        made = decisions - SMALL
        if made:
            print(f"{engine}: {made:,} more decided and closed in {seconds:,.0f} s, {made / seconds:,.0f} a second")
        print(f"{'µs, median':32}{SMALL:>10,}{decisions:>12,}   ratio")
        for name, before in few.items():
            print(f"{name:32}{before:10,.0f}{many[name]:12,.0f}{many[name] / before:8.2f}")
        print("\nbytes a decision, indexes and all")
        for name, size in room(office):
            print(f"{name:32}{size:10,.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--decisions", type=int, default=100_000)
    given = parser.parse_args()
    for engine in given.engines:
        measure(engine, given.decisions)


if __name__ == "__main__":
    main()
