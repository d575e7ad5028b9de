"""How the rows of several tables travel together."""

from evenhand.ports import rows
from evenhand.stores.rowmap import TABLES
from evenhand.stores.saving import VALUES, Part, bundles

ALL: list[Part] = [(kind, False) for kind in TABLES]


def test_tables_travel_together_in_their_order() -> None:
    assert [part for bundle in bundles(ALL) for part in bundle] == ALL


def test_no_statement_has_more_values_than_the_driver_likes() -> None:
    sizes = [sum(len(TABLES[kind].c) for kind, _ in bundle) for bundle in bundles(ALL)]
    assert max(sizes) <= VALUES


def test_a_bundle_is_as_large_as_it_can_be() -> None:
    small: list[Part] = [(rows.KeyRow, False)] * 20  # of five values each
    assert [len(bundle) for bundle in bundles(small)] == [10, 10]


def test_nothing_makes_no_statement() -> None:
    assert not list(bundles([]))
