"""Nothing crosses a workspace: whatever another one holds or does, every reading method answers as before."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ports import store as port
from evenhand.ports.accounts import AccountRows
from evenhand.ports.counts import Counts
from evenhand.ports.house import House, UserRow
from evenhand.ports.outbox import Outbox
from evenhand.ports.rows import Router
from evenhand.ports.store import Changes, Only
from evenhand.stores.database import Database
from evenhand.stores.rowmap import TABLES
from evenhand.stores.transaction import SqlTransaction
from evenhand.stores.upkeep import check
from tests.contracts.written import by_kind, changes, one_of_each, write

HOUSE = [kind for kind in TABLES if kind.__module__ == House.__module__]
READINGS: dict[str, Callable[[SqlTransaction], Any]] = {
    "Reading.router": lambda tx: tx.router(),
    "Leads.get": lambda tx: tx.leads.get(1),
    "Leads.several": lambda tx: tx.leads.several([1, 2, 3]),
    "Leads.person": lambda tx: tx.leads.person(1),
    "Leads.persons": lambda tx: tx.leads.persons([1, 2]),
    "Leads.identities": lambda tx: tx.leads.identities(1),
    "Leads.keyed": lambda tx: (tx.leads.keyed(["k"]), tx.leads.keyed(["k", "other"])),
    "Leads.same_person": lambda tx: (tx.leads.same_person([b"d"]), tx.leads.same_person([b"d", b"e"])),
    "Leads.assignment": lambda tx: tx.leads.assignment(1),
    "Leads.assignments": lambda tx: tx.leads.assignments(1),
    "Leads.offers": lambda tx: tx.leads.offers(2),
    "Leads.held_by": lambda tx: tx.leads.held_by("ann"),
    "Leads.offered_to": lambda tx: tx.leads.offered_to("ann"),
    "Leads.unanswered": lambda tx: tx.leads.unanswered("ann"),
    "Leads.listed": lambda tx: tx.leads.listed(["waiting", "working"]),
    "Leads.chosen": lambda tx: tx.leads.chosen(["waiting", "working"], Only()),
    "Leads.concerning": lambda tx: tx.leads.concerning("ann", ["waiting", "working"]),
    "Leads.numbered": lambda tx: tx.leads.numbered(),
    "Leads.offers_of": lambda tx: tx.leads.offers_of([1, 2]),
    "Leads.holders_of": lambda tx: tx.leads.holders_of([1, 2]),
    "Leads.decided_under": lambda tx: tx.leads.decided_under("p"),
    "Story.decision": lambda tx: tx.story.decision(1),
    "Story.decisions_of": lambda tx: tx.story.decisions_of(1),
    "Story.decisions": lambda tx: list(tx.story.decisions()),
    "Story.events": lambda tx: tx.story.events(),
    "Story.events_of": lambda tx: tx.story.events_of(1),
    "Story.notes_of": lambda tx: tx.story.notes_of(1),
    "Story.dispute": lambda tx: tx.story.dispute(1),
    "Story.disputes": lambda tx: (tx.story.disputes(), tx.story.disputes(open_only=False)),
    "World.loads": lambda tx: tx.world.loads(),
    "World.ledgers": lambda tx: tx.world.ledgers(),
    "World.entries": lambda tx: list(tx.world.entries()),
    "World.entries_about": lambda tx: tx.world.entries_about(1),
    "World.presences": lambda tx: tx.world.presences(),
    "Agenda.due": lambda tx: tx.agenda.due(10, limit=9),
    "Agenda.next": lambda tx: tx.agenda.next(),
    "Agenda.of": lambda tx: tx.agenda.of(1),
    "Agenda.blocked": lambda tx: tx.agenda.blocked("rep ann", limit=9),
    "Texts.get": lambda tx: tx.texts.get("policy", "digest"),
    "Texts.versions": lambda tx: tx.texts.versions("policy"),
    "Texts.drafts": lambda tx: tx.texts.drafts("policy"),
    "Texts.draft": lambda tx: tx.texts.draft("policy", "draft"),
    "Outbox.next": lambda tx: tx.outbox.next(),
    "Outbox.get": lambda tx: tx.outbox.get(1),
    "Outbox.of": lambda tx: tx.outbox.of(1),
    "Outbox.dead": lambda tx: tx.outbox.dead(),
    "Counts.leads": lambda tx: tx.counts.leads(),
    "Counts.oldest": lambda tx: tx.counts.oldest("waiting"),
    "Counts.late": lambda tx: tx.counts.late(1 << 40),
    "Counts.unsent": lambda tx: tx.counts.unsent(),
    "Counts.dead": lambda tx: tx.counts.dead(),
    "Counts.messages": lambda tx: tx.counts.messages(),
    "Counts.outbox": lambda tx: tx.counts.outbox("waiting"),
    "Health.broken": lambda tx: list(tx.health.broken()),
    "Health.findings": lambda tx: tx.health.findings(),
    "House.one": lambda tx: [tx.house.one(kind) for kind in HOUSE],
    "House.every": lambda tx: [tx.house.every(kind) for kind in HOUSE],
    "House.latest": lambda tx: tx.house.latest(UserRow, "since"),
    "AccountRows.version": lambda tx: tx.accounts.version(),
    "AccountRows.several": lambda tx: tx.accounts.several(["a1", "a2"]),
    "AccountRows.changed": lambda tx: tx.accounts.changed(),
    "AccountRows.listed": lambda tx: (tx.accounts.listed(), tx.accounts.listed(named="m")),
    "AccountRows.owners": lambda tx: tx.accounts.owners(),
}
WRITING = {"Outbox.lease", "Outbox.settle"}  # see test_outbox.py


def everything(database: Database, workspace: int) -> dict[str, Any]:
    with database.reading(workspace) as tx:
        return {name: ask(tx) for name, ask in READINGS.items()}


def of_another(draw_from: list[int]) -> dict[str, Any]:
    """Changes that name the same leads, decisions and subjects as those of the first workspace."""
    return {
        "cleared": draw_from,
        "superseded": [(seq, 9) for seq in draw_from],
        "ended": [(seq, 5, "gone") for seq in draw_from],
        "touched": [(seq, 6) for seq in draw_from],
        "untold": [0, *draw_from],
        "woken": ["rep ann", "*"][: len(draw_from)],
        "dropped": [("rep ann", "away")],
        "undrafted": [("policy", "draft")],
        "parted": [(1, 0), (1, 2)],
        "erased": draw_from,
    }


def promised(protocol: type) -> set[str]:
    return {f"{protocol.__name__}.{name}" for name, _ in inspect.getmembers(protocol, inspect.isfunction)}


def test_every_reading_method_is_asked() -> None:
    desk = (port.Leads, port.Story, port.World, port.Agenda, port.Texts, Outbox, port.Health, port.Reading)
    subjects = (*desk, Counts, House, AccountRows)
    methods = {name for protocol in subjects for name in promised(protocol) if "._" not in name}
    assert methods - WRITING == set(READINGS)


def test_there_is_a_row_of_every_kind() -> None:
    assert {*by_kind(one_of_each("a"))} == set(TABLES) - {Router}


@pytest.mark.parametrize("name", READINGS)
def test_every_method_finds_something_in_a_full_workspace_and_nothing_in_an_empty_one(
    name: str, database: Database, founded: Callable[[], int]
) -> None:
    full, empty = founded(), founded()
    write(database, full, one_of_each("mine"))
    with database.reading(full) as tx, database.reading(empty) as other:
        assert READINGS[name](tx) != READINGS[name](other)


@given(numbers=st.lists(st.integers(1, 2), min_size=1, max_size=2, unique=True), mark=st.text("xyz", min_size=5))
@settings(max_examples=8)
def test_what_another_workspace_holds_and_does_is_never_seen(
    database: Database, founded: Callable[[], int], numbers: list[int], mark: str
) -> None:
    mine, theirs = founded(), founded()
    write(database, mine, one_of_each("mine"))
    before = everything(database, mine)
    write(database, theirs, one_of_each(mark))
    write(database, theirs, **of_another(numbers))
    with database.sending(theirs) as tx:
        tx.outbox.settle(tx.outbox.lease(10, until=20, limit=9))
    assert everything(database, mine) == before


def test_a_lease_never_takes_a_message_of_another_workspace(database: Database, founded: Callable[[], int]) -> None:
    mine, theirs = founded(), founded()
    write(database, mine, one_of_each("mine"))
    with database.sending(theirs) as tx:
        assert tx.outbox.lease(10, until=20, limit=9) == []


def test_old_keys_are_forgotten_in_their_own_workspace_only(database: Database, founded: Callable[[], int]) -> None:
    mine, theirs = founded(), founded()
    write(database, mine, one_of_each("mine"))
    with database.sending(theirs) as tx:
        assert tx.keys.forget(99, limit=9) == 0
    with database.sending(mine) as tx:
        assert tx.keys.forget(99, limit=9) == 1


def test_the_lock_of_one_workspace_does_not_hold_up_reading_another(
    database: Database, founded: Callable[[], int]
) -> None:
    mine, theirs = founded(), founded()
    write(database, theirs, one_of_each("theirs"))
    with database.writing(mine) as tx:
        tx.save(changes(tx))
        assert len(everything(database, theirs)["Story.events"]) == 1


def test_a_broken_promise_is_told_with_its_workspace(database: Database, workspace: int) -> None:
    write(database, workspace, one_of_each("mine"))
    name = next(name for name, number in database.workspaces().items() if number == workspace)
    assert any(fault.where == f"workspace {name}, waiting_rings 2" for fault in check(database))


def test_changes_name_no_workspace_of_their_own() -> None:
    assert "workspace" not in Changes.__struct_fields__
