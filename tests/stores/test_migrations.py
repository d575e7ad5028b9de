"""A database that the migrations have built is the one that tables.py describes, on both engines."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, LargeBinary, Text, text

from evenhand.errors import BadUsage
from evenhand.stores import tables, upgrading, upkeep
from evenhand.stores.database import Database
from evenhand.stores.engine import is_sqlite
from evenhand.stores.rowmap import TABLES
from tests.postgres import Cluster

# Where words and bytes about a person who may buy may be, all of them encrypted or digests under a key.
PERSONAL = {"persons.key", "persons.box", "identities.digest", "notes.box"}
# What every other text and blob holds: something about our own people, our texts, or nobody.
IMPERSONAL = {
    "the installation": "installation.name installation.value workspaces.name",
    "digests and links": "routers.link routers.policy routers.roster keys.digest texts.digest versions.digest",
    "keys of whoever sends, never an address": "keys.key",
    "our own texts": "texts.text drafts.name drafts.text drafts.base versions.note",
    "our own people": "leads.rep decisions.rep assignments.rep offers.rep loads.rep disputes.rep disputes.by",
    "whom of them to tell": "messages.to",
    "who did it, by id": "events.actor notes.actor presences.actor versions.actor drafts.actor presences.subject",
    "what it waits for": "blocks.subject",
    "words of a closed list": (
        "leads.state leads.closing decisions.outcome assignments.ending entries.kind presences.kind timers.kind "
        "messages.kind messages.state events.kind notes.kind disputes.state texts.kind versions.kind drafts.kind "
        "findings.promise findings.subject findings.what"
    ),
    "names in the policy": "leads.pool leads.rule leads.policy assignments.pool ledgers.pool entries.pool",
    "where it came from": "leads.source",
    "what identifies nobody": "leads.fields leads.memory decisions.record events.body",
    "numbers": "ledgers.body entries.body loads.body",
    "what a service answered, without the message": "messages.error",
    "the chain": "events.link",
    "our own users": (
        "users.email users.name users.role users.rep users.password users.subject sessions.via sessions.agent "
        "tokens.kind tokens.rep api_keys.name api_keys.role api_keys.scopes api_keys.actor channels.owner"
    ),
    "digests of what they hold": "sessions.digest tokens.digest api_keys.digest throttles.digest",
    "our own doors, their secrets sealed": (
        "sources.name sources.kind sources.settings sources.box sources.actor errands.kind errands.source "
        "errands.state errands.error endpoints.url endpoints.kinds "
        "endpoints.detail endpoints.box endpoints.actor endpoints.error"
    ),
    "how our own people are told": (
        "channels.kind channels.box channels.shown channels.detail channels.quiet channels.kinds channels.actor "
        "deliveries.carrier deliveries.subject deliveries.outcome deliveries.said"
    ),
    "ids that another system knows": "errands.body",
    "companies, and our own people who answer for them": (
        "accounts.account accounts.name accounts.folded accounts.owner accounts.parent accounts.domains accounts.body"
    ),
}


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes a database without tables, and gives its URL."""
    if request.param == "sqlite":
        numbers = iter(range(9))
        return lambda: f"sqlite:///{tmp_path / str(next(numbers))}.db"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.fresh


@pytest.fixture
def opened(empty: Callable[[], str]) -> Iterator[Database]:
    database = Database(empty())
    yield database
    database.close()


SHAPE_OF_POSTGRES = (
    """
    SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname, a.attstorage
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, 2
    """,
    "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
)
SHAPE_OF_SQLITE = ("SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2",)


def shape(connection: Connection) -> list[str]:
    """Everything that there is to know about the tables and their indexes."""
    asked = SHAPE_OF_SQLITE if is_sqlite(connection) else SHAPE_OF_POSTGRES
    found = [str(tuple(row)) for query in asked for row in connection.execute(text(query))]
    lines = [re.sub(r"(\\[nt]|\s)+", " ", line) for line in found if "alembic" not in line]
    return [re.sub(r" ?([(),]) ?", r"\1", line) for line in lines]


def test_migrations_build_what_the_tables_say(empty: Callable[[], str]) -> None:
    stepped, made = Database(empty()), Database(empty())
    upgrading.upgrade(stepped)
    with made.change() as connection:
        tables.metadata.create_all(connection)
    with stepped.snapshot() as ours, made.snapshot() as theirs:
        assert shape(ours) == shape(theirs)
        assert len(shape(ours)) > len(TABLES)
    for database in (stepped, made):
        database.close()


def test_alembic_finds_nothing_to_change(opened: Database) -> None:
    upgrading.upgrade(opened)
    with opened.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_program_works_with_the_version_that_the_last_step_leads_to() -> None:
    assert upgrading.steps()[0] == upkeep.HEAD


def test_a_database_is_upgraded_once(opened: Database) -> None:
    assert (upkeep.version(opened), upkeep.is_current(opened)) == (None, False)
    assert upgrading.upgrade(opened)
    assert (upkeep.version(opened), upkeep.is_current(opened)) == (upkeep.HEAD, True)
    assert not upgrading.upgrade(opened)


def test_an_upgrade_that_fails_leaves_what_was_there(opened: Database) -> None:
    with opened.change() as connection:
        connection.execute(text("CREATE TABLE findings (a INTEGER)"))  # the last of the tables is in the way
    with pytest.raises(Exception, match=r"findings.*already exists"):
        upgrading.upgrade(opened)
    assert upkeep.version(opened) is None
    with opened.snapshot() as connection:
        assert not [line for line in shape(connection) if "leads" in line]


def test_a_database_of_a_later_version_is_left_alone(opened: Database) -> None:
    upgrading.upgrade(opened)
    with opened.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not upkeep.is_current(opened)
    with pytest.raises(BadUsage, match="of version 9999, which a later Evenhand has made"):
        upgrading.upgrade(opened)


def test_upgrading_says_nothing(opened: Database, capfd: pytest.CaptureFixture[str]) -> None:
    upgrading.upgrade(opened)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_row_is_its_table_without_the_workspace(kind: Any) -> None:
    assert ["workspace", *kind.__struct_fields__] == TABLES[kind].c.keys()


def test_every_column_that_could_hold_personal_data_is_accounted_for() -> None:
    wordy = {
        str(c) for table in tables.metadata.sorted_tables for c in table.c if isinstance(c.type, Text | LargeBinary)
    }
    accounted = [name for names in IMPERSONAL.values() for name in names.split()]
    assert sorted([*accounted, *PERSONAL]) == sorted(wordy)


def test_what_identifies_a_person_hangs_on_one_lead_so_that_it_can_be_erased() -> None:
    holders = {tables.metadata.tables[name.partition(".")[0]] for name in PERSONAL}
    assert [table.name for table in holders if "lead" not in table.c] == []
