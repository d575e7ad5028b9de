"""Boxes hold exactly the leads for which a condition is true."""

from collections.abc import Mapping

from hypothesis import given, settings

from evenhand.core.model import Value
from evenhand.core.when import Expression, read
from evenhand.core.when.compiled import value_of
from evenhand.core.when.domain import Box, Boxes, boxes_of, holds, subtract
from evenhand.core.when.nodes import Node, Not
from tests.core.when.strategies import NOW, WIDE, WORDS, expressions, leads, plain_leaves


def inside(boxes: Boxes, terms: Mapping[str, Node], lead: Mapping[str, Value]) -> bool:
    def value(term: str) -> Value | None:
        return value_of(terms[term])(lead, NOW, None)

    return any(holds(box, value) for box in boxes)


@given(expressions(plain_leaves, size=7), leads)
@settings(max_examples=150)
def test_the_boxes_of_plain_fields_hold_what_is_true(expression: Expression, lead: Mapping[str, Value]) -> None:
    terms: dict[str, Node] = {}
    boxes = boxes_of(expression.node, terms)
    assert boxes is not None
    assert inside(boxes, terms, lead) is (expression.test(lead, NOW) is True)


@given(expressions(), leads)
@settings(max_examples=150)
def test_boxes_with_other_terms_do_too_once_the_terms_are_worked_out(
    expression: Expression, lead: Mapping[str, Value]
) -> None:
    terms: dict[str, Node] = {}
    true, false = boxes_of(expression.node, terms), boxes_of(Not(expression.node), terms)
    answer = expression.test(lead, NOW)
    assert true is None or inside(true, terms, lead) is (answer is True)
    assert false is None or inside(false, terms, lead) is (answer is False)


@given(expressions(plain_leaves), expressions(plain_leaves), leads)
@settings(max_examples=90)
def test_what_is_subtracted_is_gone_and_nothing_else(
    one: Expression, two: Expression, lead: Mapping[str, Value]
) -> None:
    terms: dict[str, Node] = {}
    left: Boxes = boxes_of(one.node, terms) or ()
    for box in boxes_of(two.node, terms) or ():
        left = tuple(piece for whole in left for piece in subtract(whole, box))
    assert inside(left, terms, lead) is (one.test(lead, NOW) is True and two.test(lead, NOW) is not True)


def boxes(source: str) -> Boxes | None:
    return boxes_of(read(source, WORDS).node, {})


def test_alternatives_of_one_field_are_one_box() -> None:
    found = boxes('country == "DE" or country == "AT" or country in ["FR", "DE"]')
    assert found is not None
    assert len(found) == 1


def test_a_comparison_and_its_opposite_are_seen_as_such() -> None:
    assert boxes("employees < seats and employees >= seats") == ()
    assert boxes("employees > seats and seats >= employees") == ()
    assert boxes("employees == seats and seats != employees") == ()


def test_too_many_boxes_are_given_up() -> None:
    assert boxes(WIDE) is None


def test_equal_boxes_are_kept_once() -> None:
    one: Box | None = next(iter(boxes("consent") or ()))
    assert boxes("consent or consent") == (one,)
