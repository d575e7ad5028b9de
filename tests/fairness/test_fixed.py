"""The same members with the same weights all along: nobody is ever a whole lead from their share (Tijdeman, 1980)."""

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.ledger import UNIT, Ledger, charge, line_up, next_turns

START = Ledger(pool="field sales")


def weighted(weights: list[int]) -> list[tuple[str, int]]:
    return [(f"rep {i}", weight) for i, weight in enumerate(weights)]


def worst_credit(weights: list[int], leads: int) -> int:
    """The largest credit or debt of anybody after any of the leads, in units."""
    members, ledger, worst = weighted(weights), START, 0
    for _ in range(leads):
        line = line_up(ledger, members)
        ledger = charge(ledger, line, line[0].rep)
        worst = max(worst, *map(abs, ledger.credits.values()))
    return worst


def limit(m: int, leads: int) -> int:
    """1 - 1/(2m - 2) of a lead, and a unit for the rounding of each lead."""
    return UNIT - UNIT // (2 * m - 2) + leads


@settings(max_examples=60, deadline=None)
@given(weights=st.lists(st.integers(1, 1000), min_size=2, max_size=25), leads=st.integers(1, 120))
def test_nobody_is_ever_a_whole_lead_from_their_share(weights: list[int], leads: int) -> None:
    assert worst_credit(weights, leads) <= limit(len(weights), leads)


@pytest.mark.parametrize(
    "weights",
    [
        [23, 23, 2, 23, 2, 2],
        [25, 1, 1, 1],
        [1, 10**9],
        [10**9, 10**9 - 1, 7],
        [2**i for i in range(40)],
        [1, 100] * 50,
        list(range(1, 201)),
    ],
    ids=["five-fold", "one strong", "vanishing", "nearly equal", "geometric", "1:100", "two hundred"],
)
def test_nor_with_weights_that_lead_other_rules_astray(weights: list[int]) -> None:
    assert worst_credit(weights, 400) <= limit(len(weights), 400)


@pytest.mark.parametrize("m", range(2, 51))
def test_equals_go_round_in_one_order_and_stand_at_zero_after_each_round(m: int) -> None:
    members = weighted([1] * m)
    first, second, third = (next_turns(START, members, 3 * m)[i * m : (i + 1) * m] for i in range(3))
    assert first == second == third
    assert set(first) == {rep for rep, _ in members}


@pytest.mark.parametrize("m", [3, 7, 11, 50])
def test_equals_owe_each_other_nothing_after_a_full_round(m: int) -> None:
    ledger = START
    for _ in range(m):
        line = line_up(ledger, weighted([1] * m))
        ledger = charge(ledger, line, line[0].rep)
    assert set(ledger.credits.values()) == {0}


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=5), leads=st.integers(1, 15))
@settings(max_examples=15, deadline=None)
def test_the_order_in_which_members_are_listed_does_not_matter(weights: list[int], leads: int) -> None:
    orders = {next_turns(START, given, leads) for given in permutations(weighted(weights))}
    assert len(orders) == 1


@given(m=st.integers(1, 8), prefix=st.text(max_size=3), leads=st.integers(0, 80))
@settings(max_examples=40, deadline=None)
def test_names_do_not_matter_to_how_many_leads_equals_get(m: int, prefix: str, leads: int) -> None:
    members = weighted([1] * m)
    got = Counter(next_turns(START, [(prefix + rep, weight) for rep, weight in members], leads))
    assert sorted(got.values()) == sorted(Counter(next_turns(START, members, leads)).values())


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=8), leads=st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_a_new_name_makes_a_difference_of_one_lead_at_most(weights: list[int], leads: int) -> None:
    got, renamed = (
        Counter(next_turns(START, [(f"{prefix} {i}", weight) for i, weight in enumerate(weights)], leads))
        for prefix in ("old", "new")
    )
    assert all(abs(got[f"old {i}"] - renamed[f"new {i}"]) <= 1 for i in range(len(weights)))


@given(common=st.integers(2, 10**6), weights=st.lists(st.integers(1, 9), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_only_the_ratios_of_weights_matter(common: int, weights: list[int]) -> None:
    scaled = [weight * common for weight in weights]
    assert next_turns(START, weighted(weights), 30) == next_turns(START, weighted(scaled), 30)
