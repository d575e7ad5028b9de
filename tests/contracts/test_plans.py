"""No question that is asked all day reads a big table from end to end: the engines' own plans say so.

A few thousand rows lie in one workspace, and as many in another. SQLite is asked with and without statistics, for
nobody says ANALYZE to it in earnest.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from msgspec import Struct
from sqlalchemy import text

from evenhand.core.states import State
from evenhand.ports.accounts import AccountRow
from evenhand.ports.rows import (
    NEVER,
    AssignmentRow,
    BlockRow,
    DecisionRow,
    EntryRow,
    EventRow,
    IdentityRow,
    KeyRow,
    MessageRow,
    NoteRow,
    OfferRow,
    PersonRow,
    TimerRow,
)
from evenhand.ports.store import Only
from evenhand.stores.database import Database
from evenhand.stores.engine import driver
from evenhand.stores.rowmap import TABLES
from evenhand.stores.transaction import SqlTransaction
from evenhand.stores.upgrading import upgrade
from tests.contracts.test_isolation import HOUSE, READINGS
from tests.contracts.written import changes, lead, message, write
from tests.postgres import Cluster

MANY = 4_000
BUSY: list[State] = ["waiting", "offered", "assigned", "working", "held"]
OVER: list[State] = ["closed", "rejected", "duplicate"]
SMALL = {"routers", "loads", "ledgers", "presences", "texts", "versions", "drafts", "disputes", "findings"} | {
    TABLES[kind].name
    for kind in HOUSE  # what is many in it (deliveries) is asked for by key or time
}
# Asked by people now and then, or in order from end to end.
COUNTS_ALL = {
    *("Counts.leads", "Counts.oldest", "Counts.messages", "Counts.outbox", "Health.broken"),
    *("AccountRows.owners",),
}

ASKED: dict[str, Callable[[SqlTransaction], Any]] = {
    **{name: ask for name, ask in READINGS.items() if name not in COUNTS_ALL},
    "a page of the decisions": lambda tx: next(tx.story.decisions(after=MANY // 2)),
    "a page of the entries": lambda tx: next(tx.world.entries()),
    "what is due": lambda tx: tx.agenda.due(50, limit=64),
    "the waiting leads, page 2": lambda tx: tx.leads.listed(["waiting"], after=(-500, 9), limit=50),
    "the floor": lambda tx: tx.leads.listed(BUSY, limit=50),
    "the leads of a pool": lambda tx: tx.leads.chosen(OVER, Only(pool="dach"), limit=50),
    "what somebody had": lambda tx: tx.leads.concerning("rep7", [*BUSY, *OVER], limit=50),
    "an export, page 2": lambda tx: tx.leads.numbered(after=MANY // 2, limit=50),
    "the inbox": lambda tx: tx.leads.held_by("rep7"),
    "many keys": lambda tx: tx.leads.keyed([f"key{n}" for n in range(100)]),
    "many twins": lambda tx: tx.leads.same_person([b"%d" % n for n in range(100)]),
    "a lease": lambda tx: tx.outbox.lease(50, until=90, limit=20),
    "settling": lambda tx: tx.outbox.settle([message(7), message(9)]),
    "accounts that have changed": lambda tx: tx.accounts.changed((3, "a1800"), limit=100),
    "old keys": lambda tx: tx.keys.forget(5, limit=20),
}
SAVED: dict[str, dict[str, Any]] = {
    "cleared": {"cleared": [5, 6]},
    "superseded": {"superseded": [(5, 6)]},
    "ended": {"ended": [(5, 6, "declined")]},
    "touched": {"touched": [(5, 6)]},
    "untold": {"untold": [5, 6]},
    "woken": {"woken": ["rep rep7"]},
    "parted": {"parted": [(5, 6)]},
    "erased": {"erased": [5, 6]},
}


def about(number: int) -> Iterator[Struct]:
    """What there is about one lead: nine of ten are over, a tenth is open."""
    state = BUSY[number % 5] if number % 10 == 0 else OVER[number % 3]
    rep = f"rep{number % 40}"
    yield lead(
        number, state=state, rep=rep, rank=-(number % 977), due=number, policy=f"sha256:{number % 3}", fields=b"." * 300
    )
    yield PersonRow(number, b"key", b"box" * 99)
    yield IdentityRow(b"%d" % (number // 2), number)
    yield KeyRow(f"key{number}", b"digest", number, number)
    yield DecisionRow(seq=number, lead=number, at=number, outcome="assigned", record=b"r" * 400)
    yield AssignmentRow(seq=number, lead=number, rep=rep, since=number, ended=None if number % 10 == 0 else 9)
    yield EventRow(no=number, at=number, kind="assigned", actor="system", lead=number)
    yield NoteRow(no=number, lead=number, kind="note", at=number, actor="system", box=b"box")
    yield message(number, decision=number, state="waiting" if number % 10 == 0 else "sent", next=number % 997)
    yield OfferRow(rep=rep, lead=number, seq=number, rank=number % 977)
    yield TimerRow(lead=number, kind="wake", at=number if number % 3 else NEVER, rank=number % 977, stamp=1)
    yield BlockRow(f"rep rep{number % 400}", number, number % 977)
    yield AccountRow(account=f"a{number}", name="Acme", folded="acme", owner=rep, version=number // 500, since=1)
    yield EntryRow(no=number, pool="p", seq=1, after=0, kind="refund", at=1, body=b"", decision=number % 2 and number)


@pytest.fixture(scope="module", params=["sqlite", "sqlite with statistics", "postgres"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with much in it."""
    cluster: Cluster | None = request.getfixturevalue("postgres") if request.param == "postgres" else None
    url = cluster.fresh() if cluster else f"sqlite:///{tmp_path_factory.mktemp('plans') / 'desk.db'}"
    database = Database(url)
    upgrade(database)
    for name in ("main", "other"):
        write(database, database.found(name, 0), [row for number in range(1, MANY) for row in about(number)])
    if request.param != "sqlite":
        with database.change() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    database.close()


class Noting(psycopg.Cursor[Any]):
    """Notes what is asked of PostgreSQL, and asks it how it would go about that."""

    asked: list[tuple[Any, Any]] = []  # noqa: RUF012  of one test at a time

    def execute(self, query: Any, params: Any = None, **how: Any) -> "Noting":
        self.asked.append((query, params))
        return super().execute(query, params, **how)

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        self.asked.append((query, next(iter(params_seq))))
        super().executemany(query, params_seq, **how)


def plans(tx: SqlTransaction, work: Callable[[SqlTransaction], Any]) -> list[str]:
    """How the engine reads each table for each statement of some work: `Seq Scan leads`, `SCAN leads USING ...`."""
    at: Any = driver(tx._at)
    return (
        _plans_of_postgres(at, lambda: work(tx)) if isinstance(at, psycopg.Connection) else _plans(at, lambda: work(tx))
    )


def _plans(at: Any, work: Callable[[], Any]) -> list[str]:
    asked: list[str] = []
    at.set_trace_callback(asked.append)
    work()
    at.set_trace_callback(None)
    told = [at.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in asked if not each.startswith("PRAGMA")]
    return [str(row[3]) for each in told for row in each]


def _plans_of_postgres(at: psycopg.Connection[Any], work: Callable[[], Any]) -> list[str]:
    Noting.asked = []
    at.cursor_factory = Noting
    work()
    at.cursor_factory = psycopg.Cursor
    told = [at.execute(f"EXPLAIN (FORMAT JSON) {q}", p).fetchone() for q, p in Noting.asked if "NOTIFY" not in q]
    return [step for each in told if each for step in _steps(each[0][0]["Plan"])]


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in plan:
        yield f"{plan['Node Type']} {plan['Relation Name']} {json.dumps(plan.get('Index Cond', ''))}"
    for each in plan.get("Plans", []):
        yield from _steps(each)


def reads_everything(step: str) -> bool:
    found = re.match(r"(?:Seq Scan|SCAN) (\w+)", step)
    return found is not None and found[1] not in SMALL and not found[1].startswith("(")


@pytest.mark.parametrize("name", ASKED)
def test_no_question_reads_a_big_table_from_end_to_end(full: Database, name: str) -> None:
    with full.sending(1) as tx:
        found = plans(tx, ASKED[name])
    assert found
    assert [step for step in found if reads_everything(step)] == []


@pytest.mark.parametrize("name", SAVED)
def test_no_change_reads_a_big_table_from_end_to_end(full: Database, name: str) -> None:
    with full.writing(1) as tx:
        found = plans(tx, lambda _: tx.save(changes(tx, **SAVED[name])))
    assert found
    assert [step for step in found if reads_everything(step)] == []


@pytest.mark.parametrize(
    ("name", "table"), [("the inbox", "leads"), ("the waiting leads, page 2", "leads"), ("Agenda.blocked", "blocks")]
)
def test_a_page_comes_in_the_order_of_its_index(full: Database, name: str, table: str) -> None:
    with full.sending(1) as tx:
        found = plans(tx, ASKED[name])
    assert all(table in step for step in found)


def test_a_scan_is_told_from_a_search() -> None:
    assert reads_everything("SCAN leads USING INDEX leads_in_state")
    assert reads_everything('Seq Scan messages ""')
    assert not reads_everything("SEARCH leads USING INDEX leads_in_state (workspace=? AND state=?)")
    assert not reads_everything("SCAN loads")


def test_the_rows_that_are_asked_for_are_there(full: Database) -> None:
    with full.reading(1) as tx:
        assert len(tx.leads.held_by("rep0")) == MANY // 40 - 1
        assert isinstance(tx.outbox.get(7), MessageRow)
