"""Conditions on personal data answer the same when only their answers are left."""

from collections.abc import Mapping

from hypothesis import given, settings

from evenhand.core.model import Value
from evenhand.core.when import CATALOGUE, Expression, Index, read
from tests.core.when.strategies import NOW, WORDS, expressions, leads

PERSONAL = {name for name, field in CATALOGUE.items() if field.personal}


def erased(lead: Mapping[str, Value]) -> Mapping[str, Value]:
    return {name: value for name, value in lead.items() if name not in PERSONAL}


def test_only_the_parts_that_read_personal_fields_are_atoms() -> None:
    expression = read('consent and (email == "x" or not contains(name, "y")) and email.domain == "z"', WORDS)
    assert len(expression.personal_atoms) == 2
    assert expression.answers({"email": "x"}, NOW) == {0: True, 1: None}


def test_without_personal_fields_there_is_nothing_to_keep() -> None:
    assert read("consent", WORDS).answers({}, NOW) == {}


@given(expressions(), leads)
@settings(max_examples=90)
def test_the_kept_answers_replace_the_data(expression: Expression, lead: Mapping[str, Value]) -> None:
    kept = expression.answers(lead, NOW)
    assert expression.test(erased(lead), NOW, kept) is expression.test(lead, NOW)


@given(expressions(), expressions(), expressions(), leads)
@settings(max_examples=60)
def test_the_index_can_be_replayed_from_kept_answers(
    one: Expression, two: Expression, three: Expression, lead: Mapping[str, Value]
) -> None:
    index = Index([one, two, three])
    kept = index.answers(lead, NOW)
    assert index.first(erased(lead), NOW, answers=kept) == index.first(lead, NOW)
