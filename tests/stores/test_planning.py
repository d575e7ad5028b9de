from collections.abc import Callable, Iterator

import pytest

from evenhand.stores import leads, outbox, saving, story, world
from evenhand.stores.database import Database
from evenhand.stores.engine import Prepared, driver
from evenhand.stores.upgrading import upgrade

NARROW = {
    "identities of a lead": leads.IDENTITIES,
    "who has held a lead": leads.HOLDERS,
    "offers of a lead": leads.OFFERS,
    "decisions of a lead": story.OF_LEAD,
    "events of a lead": story.EVENTS_OF,
    "notes of a lead": story.NOTES,
    "timers of a lead": world.OF_LEAD,
    "messages of a lead": outbox.OF_LEAD,
    "what can be sent": outbox.READY,
    "what cannot be sent": outbox.DEAD,
    "not to be told any more": saving.UNTELL,
}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    found = Database(sqlite_url)
    upgrade(found)
    yield found
    found.close()


def plan(database: Database, statement: Prepared) -> list[str]:
    """How SQLite goes about it, a line a table."""
    with database.snapshot() as connection:
        words = statement.words(connection)
        asked = driver(connection).execute(f"EXPLAIN QUERY PLAN {words.text}", [1] * len(words.order))
        return [row[3] for row in asked]


@pytest.mark.parametrize("name", NARROW)
def test_nothing_about_one_lead_is_looked_for_in_the_whole_workspace(database: Database, name: str) -> None:
    steps = plan(database, NARROW[name])
    assert not [step for step in steps if "SCAN" in step.replace("SCALAR", "") or "PRIMARY KEY (workspace=?)" in step]


BATCHES = {
    "the same person": lambda at, count: at.same_person([b"%d" % number for number in range(count)]),
    "used keys": lambda at, count: at.keyed([str(number) for number in range(count)]),
    "leads": lambda at, count: at.several(range(count)),
    "persons": lambda at, count: at.persons(range(count)),
}


def spoken(database: Database, ask: Callable[[leads.SqlLeads], object]) -> list[str]:
    """How SQLite goes about everything that is asked."""
    with database.snapshot() as connection:
        raw = driver(connection)
        said: list[str] = []
        raw.set_trace_callback(said.append)
        ask(leads.SqlLeads(connection, 1))
        raw.set_trace_callback(None)
        return [row[3] for text in said for row in raw.execute(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("count", [1, 2, 500])
@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_is_looked_up_by_what_is_asked_for(database: Database, name: str, count: int) -> None:
    steps = spoken(database, lambda at: BATCHES[name](at, count))
    assert steps
    assert not [step for step in steps if step.endswith(("(workspace=?)", "state=?)")) or step.startswith("SCAN")]


def test_a_workspace_does_not_read_the_ledgers_of_others(database: Database) -> None:
    assert plan(database, world.LEDGERS) == ["SEARCH ledgers USING INDEX sqlite_autoindex_ledgers_1 (workspace=?)"]


def test_another_connection_knows_the_figures_too(database: Database) -> None:
    again = Database(str(database.engine.url))
    assert plan(again, outbox.OF_LEAD) == plan(database, outbox.OF_LEAD)
    again.close()
