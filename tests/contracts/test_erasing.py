"""Deleting: what identifies an erased person, and what a lead was also found by."""

from collections.abc import Callable

from evenhand.ports.rows import EntryRow, IdentityRow, NoteRow, PersonRow
from evenhand.stores.database import Database
from tests.contracts.written import lead, write


def person(number: int, *, via: int = 0) -> list[PersonRow | IdentityRow | NoteRow]:
    """Everything that identifies the person of a lead."""
    mark = f"{number}".encode()
    note = NoteRow(no=number, lead=number, kind="note", at=1, actor="manager mia", box=mark)
    return [PersonRow(number, mark, mark), IdentityRow(mark, number, via), note]


def left(database: Database, workspace: int) -> list[tuple[bool, int, int]]:
    """For leads 1 to 3: whether there is a person, how many identities, how many notes."""
    with database.reading(workspace) as tx:
        return [
            (tx.leads.person(n) is not None, len(tx.leads.identities(n)), len(tx.story.notes_of(n))) for n in (1, 2, 3)
        ]


def test_only_who_is_erased_is_gone(database: Database, founded: Callable[[], int]) -> None:
    one, other = founded(), founded()
    for workspace in (one, other):
        write(database, workspace, [row for n in (1, 2, 3) for row in (lead(n), *person(n))])
    write(database, one, erased=[1, 3])
    assert left(database, one) == [(False, 0, 0), (True, 1, 1), (False, 0, 0)]
    assert left(database, other) == [(True, 1, 1)] * 3
    with database.reading(one) as tx:
        assert tx.leads.get(1) is not None


def test_who_comes_in_the_same_transaction_is_erased_as_well(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(1), *person(1)], erased=[1])
    assert left(database, workspace)[0] == (False, 0, 0)


def test_what_a_lead_was_found_by_through_another_one_is_taken_away_alone(database: Database, workspace: int) -> None:
    rows = [IdentityRow(b"own", 1), IdentityRow(b"its", 1, 2), IdentityRow(b"third", 1, 3), IdentityRow(b"its", 2)]
    write(database, workspace, [lead(1), lead(2), *rows])
    write(database, workspace, parted=[(1, 2)])
    with database.reading(workspace) as tx:
        assert list(tx.leads.identities(1)) == [rows[0], rows[2]]
        assert list(tx.leads.identities(2)) == [rows[3]]


def test_the_entries_about_a_decision_come_in_order(database: Database, workspace: int) -> None:
    rows = [
        EntryRow(no=n, pool="p", seq=n, after=0, kind="refund", at=1, body=b"", decision=about)
        for n, about in enumerate((0, 7, 8, 7), start=1)
    ]
    write(database, workspace, rows)
    with database.reading(workspace) as tx:
        assert list(tx.world.entries_about(7)) == [rows[1], rows[3]]
        assert list(tx.world.entries_about(9)) == []
