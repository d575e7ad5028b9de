"""Users, keys, sources and the like: read by any of their values, written beside the decision stream or in it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from evenhand.ports.house import DeliveryRow, EndpointRow, SourceRow, ThrottleRow, TokenRow
from evenhand.stores.database import Database
from tests.contracts.written import put, write


def source(name: str, *, kind: str = "form", since: int = 1) -> SourceRow:
    return SourceRow(name=name, kind=kind, since=since, actor="eve")


@pytest.fixture
def workspace(database: Database, founded: Callable[[], int]) -> int:
    number = founded()
    write(database, number, [source("b"), source("a", since=5), source("c", kind="meta", since=3)])
    return number


def test_rows_are_found_by_any_of_their_values_in_the_order_of_their_keys(database: Database, workspace: int) -> None:
    with database.reading(workspace) as tx:
        assert [each.name for each in tx.house.every(SourceRow)] == ["a", "b", "c"]
        assert [each.name for each in tx.house.every(SourceRow, kind="form", limit=1)] == ["a"]
        assert [each.name for each in tx.house.latest(SourceRow, "since", limit=2)] == ["a", "c"]
        assert tx.house.one(SourceRow, name="c") == source("c", kind="meta", since=3)
        assert tx.house.one(SourceRow, name="d") is None
        assert tx.house.one(TokenRow, user=1 << 70) is None


def test_a_row_is_added_or_takes_the_place_of_the_one_with_its_key(database: Database, workspace: int) -> None:
    put(database, workspace, source("a", kind="json"))
    with database.sending(workspace) as tx:
        tx.house.write(source("b", kind="json"), source("e"))
    with database.reading(workspace) as tx:
        assert [each.kind for each in tx.house.every(SourceRow)] == ["json", "json", "meta", "form"]


def test_only_one_of_two_who_saw_the_same_row_changes_it(database: Database, workspace: int) -> None:
    before = EndpointRow(no=1, url="https://example.com", box=b"", since=1, actor="eve")
    put(database, workspace, before)
    with database.sending(workspace) as tx:
        assert tx.house.swap(before, replace(before, leased=50))
    with database.sending(workspace) as tx:
        assert not tx.house.swap(before, replace(before, leased=70))
        assert tx.house.one(EndpointRow, no=1) == replace(before, leased=50)


def test_a_row_with_something_unknown_in_it_can_be_changed_too(database: Database, workspace: int) -> None:
    before = source("a", since=5)
    with database.sending(workspace) as tx:
        assert tx.house.swap(before, replace(before, off=9))
        assert tx.house.swap(replace(before, off=9), before)


def test_what_is_old_is_forgotten(database: Database, workspace: int) -> None:
    tries = [
        DeliveryRow(carrier="webhook 1", subject=f"event {n}", attempt=1, at=n, outcome="sent") for n in range(1, 6)
    ]
    with database.sending(workspace) as tx:
        tx.house.write(*tries, ThrottleRow(digest=b"d", since=1, count=1))
        assert tx.house.drop(DeliveryRow, "at", before=4) == 3
        assert [each.at for each in tx.house.every(DeliveryRow)] == [4, 5]
        assert tx.house.every(ThrottleRow) == [ThrottleRow(digest=b"d", since=1, count=1)]
