"""The order of a line, and the whole units of a split."""

from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.ledger import UNIT
from evenhand.core.line import Standing, in_order, lot, queue, split

WEIGHTS = st.lists(st.integers(1, 10_000), min_size=1, max_size=60)


def standings(*credits: int, weights: tuple[int, ...] = ()) -> list[Standing]:
    return [Standing(f"{i}", (weights or (1,) * len(credits))[i], 0, units) for i, units in enumerate(credits)]


def order(line: list[Standing], charge: int) -> str:
    return "".join(standing.rep for standing in in_order(line, charge))


@given(units=st.integers(-(10**12), 10**12), weights=WEIGHTS)
def test_parts_add_up_and_each_is_within_a_unit_of_its_exact_share(units: int, weights: list[int]) -> None:
    parts = split(units, weights)
    assert sum(parts) == units
    exact = [Fraction(units * weight, sum(weights)) for weight in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_the_odd_unit_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert split(10, [1, 2, 3]) == [2, 3, 5]
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(-10, [1, 1, 1]) == [-4, -3, -3]


def test_whoever_never_had_a_lead_stands_before_those_who_had_and_they_by_how_long_ago() -> None:
    weights = [("ann", 1), ("bob", 1), ("cy", 1)]
    assert [rep for rep, _ in queue(weights, "p", {"ann": 2, "bob": 1})] == ["cy", "bob", "ann"]


def test_the_lot_differs_from_pool_to_pool_so_that_nobody_is_always_first() -> None:
    reps = [f"rep {i}" for i in range(6)]
    firsts = {min(reps, key=lambda rep: -lot(pool, rep)) for pool in map(str, range(100))}
    assert firsts == set(reps)


def test_a_queue_does_not_depend_on_the_order_in_which_reps_are_named() -> None:
    weights = [("ann", 1), ("bob", 2), ("cy", 1), ("di", 5)]
    assert len({tuple(queue(given, "p", {"bob": 3})) for given in permutations(weights)}) == 1


def test_an_empty_line_stays_empty() -> None:
    assert in_order([], UNIT) == ()


def test_somebody_beyond_the_limit_comes_first_whatever_the_deadlines() -> None:
    assert order(standings(80, 70, -50, weights=(1, 100, 1)), 100) == "012"


def test_somebody_exactly_at_the_limit_still_leaves_the_line_to_the_deadlines() -> None:
    assert order(standings(74, 75, -49, weights=(100, 1, 1)), 100) == "102"
    assert order(standings(73, 74, -47, weights=(100, 1, 1)), 100) == "012"


def test_if_nobody_has_reached_the_least_the_largest_credit_comes_first() -> None:
    assert order(standings(1, 24, 3, weights=(100, 1, 1)), 100) == "120"


def test_of_those_who_have_reached_the_least_the_earliest_deadline_comes_first() -> None:
    assert order(standings(25, 60, 24, -9, weights=(60, 10, 30, 5)), 150) == "0123"


def test_those_with_the_same_deadline_keep_their_places_in_the_queue() -> None:
    assert order(standings(55, 65, -20, weights=(2, 1, 1)), 100) == "012"
    assert order(standings(65, 55, -20, weights=(1, 2, 1)), 100) == "012"


@given(
    line=st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 12)), min_size=2, max_size=12),
    charge=st.integers(0, 120),
)
def test_the_order_is_that_of_exact_fractions(line: list[tuple[int, int]], charge: int) -> None:
    given = [Standing(f"{i}", weight, 0, credit) for i, (credit, weight) in enumerate(line)]
    least = Fraction(charge, 2 * len(line) - 2)
    limit = charge - least
    expected = sorted(given, key=lambda s: -s.credit)
    if least <= expected[0].credit <= limit:
        due = sorted((s for s in given if s.credit >= least), key=lambda s: (limit - s.credit) / s.weight)
        expected = due + [s for s in expected if s.credit < least]
    assert list(in_order(given, charge)) == expected
