"""Sets of values behave like sets."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.when.nodes import Operator
from evenhand.core.when.sets import (
    ANY_NUMBER,
    YES,
    Numbers,
    Texts,
    Truths,
    Values,
    compared_to,
    join,
    known_part,
    meet,
    numbers_among,
)

OPERATORS: list[Operator] = ["==", "!=", "<", "<=", ">", ">="]
bounds = st.sampled_from([0, 1, 2, Decimal("0.5"), Decimal("1.5"), Decimal(1)])
values = st.none() | bounds
spans = st.builds(lambda op, bound: compared_to(op, bound, whole=False), st.sampled_from(OPERATORS), bounds)
number_sets = st.recursive(
    spans,
    lambda inner: st.builds(meet, inner, inner) | st.builds(join, inner, inner) | inner.map(lambda one: one.rest()),
)
text_sets = st.builds(Texts, st.frozensets(st.sampled_from("abc")), others=st.booleans(), missing=st.booleans())
truth_sets = st.builds(Truths, st.booleans(), st.booleans(), st.booleans())


def holds(one: Values, two: Values, value: int | Decimal | str | bool | None) -> None:
    assert meet(one, two).has(value) is (one.has(value) and two.has(value))
    assert join(one, two).has(value) is (one.has(value) or two.has(value))
    assert one.rest().has(value) is not one.has(value)
    assert known_part(one).has(value) is (value is not None and one.has(value))


@given(number_sets, number_sets, values)
def test_numbers_meet_and_join(one: Values, two: Values, value: int | Decimal | None) -> None:
    holds(one, two, value)


@given(text_sets, text_sets, st.none() | st.sampled_from("abcd"))
def test_texts_meet_and_join(one: Texts, two: Texts, value: str | None) -> None:
    holds(one, two, value)


@given(truth_sets, truth_sets, st.none() | st.booleans())
def test_truths_meet_and_join(one: Truths, two: Truths, value: bool | None) -> None:
    holds(one, two, value)


@given(number_sets)
def test_a_set_meets_its_rest_in_nothing(one: Values) -> None:
    assert meet(one, one.rest()).is_empty()
    assert join(one, one.rest()) == Numbers(starts=True, cuts=(), missing=True)


@given(st.sampled_from(OPERATORS), bounds, st.booleans(), st.integers(-1, 3))
def test_a_comparison_gives_the_numbers_it_is_true_for(
    operator: Operator, bound: int | Decimal, whole: bool, value: int
) -> None:
    truth = {"==": value == bound, "!=": value != bound, "<": value < bound, "<=": value <= bound}
    truth |= {">": value > bound, ">=": value >= bound}
    assert compared_to(operator, bound, whole=whole).has(value) is truth[operator]


def test_whole_numbers_leave_no_gap_between_neighbours() -> None:
    above = compared_to(">", 5, whole=True)
    assert above == compared_to(">=", 6, whole=True)
    assert above == compared_to(">", Decimal("5.5"), whole=True)
    assert meet(above, compared_to("<", 6, whole=True)).is_empty()
    assert compared_to("==", Decimal("1.5"), whole=True).is_empty()
    assert not compared_to("==", Decimal("1.5"), whole=False).is_empty()


def test_listed_numbers_are_exactly_those() -> None:
    among = numbers_among([1, 3, Decimal("2.5"), "x"], whole=False)
    assert [among.has(value) for value in (1, 2, Decimal("2.5"), 3, None)] == [True, False, True, True, False]


def test_sets_of_different_kinds_never_meet() -> None:
    with pytest.raises(TypeError):
        meet(ANY_NUMBER, YES)
