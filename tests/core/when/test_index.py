"""The index finds what asking one after the other would find."""

import pickle
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.model import Value
from evenhand.core.when import Expression, Index, read
from tests.core.when.strategies import NOW, WIDE, WORDS, expressions, full_leads, leads, plain_leaves


def naive(conditions: list[Expression], lead: Mapping[str, Value], after: int) -> int | None:
    rest = range(after + 1, len(conditions))
    return next((number for number in rest if conditions[number].test(lead, NOW) is True), None)


def index_of(*sources: str) -> Index:
    return Index([read(source, WORDS) for source in sources])


@given(st.lists(expressions(), max_size=8), st.lists(leads | full_leads, min_size=1, max_size=4))
@settings(max_examples=90)
def test_the_index_agrees_with_asking_one_by_one(conditions: list[Expression], some: list[Mapping[str, Value]]) -> None:
    index = Index(conditions)
    for lead in some:
        for after in range(-1, len(conditions)):
            assert index.first(lead, NOW, after=after) == naive(conditions, lead, after)


@given(st.lists(expressions(plain_leaves, size=3), min_size=10, max_size=30), leads)
@settings(max_examples=40)
def test_many_conditions_of_plain_fields_too(conditions: list[Expression], lead: Mapping[str, Value]) -> None:
    assert Index(conditions).first(lead, NOW) == naive(conditions, lead, -1)


@given(
    st.lists(expressions(), min_size=1, max_size=4),
    st.dictionaries(
        st.sampled_from(["country", "employees", "value", "consent", "pages", "received"]),
        st.sampled_from(["de", 1, True, ("a",), 2]),
    ),
)
@settings(max_examples=60)
def test_values_of_wrong_types_are_unknown_to_both(conditions: list[Expression], lead: Mapping[str, Value]) -> None:
    assert Index(conditions).first(lead, NOW) == naive(conditions, lead, -1)


def test_a_term_that_many_conditions_share_is_worked_out_once_for_all() -> None:
    index = index_of(*(f"seats * price[plan] > {number}" for number in (100, 90, 80, 70, 60)), "always")
    assert index.first({"seats": 1, "plan": "enterprise"}, NOW) == 3
    assert index.first({"seats": 1}, NOW) == 5
    texts = index_of(*(f'segment[plan] == "{text}"' for text in ("a", "b", "c", "large")))
    assert texts.first({"plan": "enterprise"}, NOW) == 3
    assert texts.first({}, NOW) is None


def test_a_shared_yes_or_no_is_worked_out_once_for_all() -> None:
    index = index_of(*(f'"a" in pages and seats == {number}' for number in range(5)))
    assert index.first({"pages": ("a",), "seats": 3}, NOW) == 3
    assert index.first({"seats": 3}, NOW) is None


def test_conditions_too_wide_for_boxes_are_asked_themselves() -> None:
    lead: dict[str, Value] = {"industry": "0", "employees": 1, "score": 2, "seats": 3}
    assert index_of("never", WIDE, "always").first(lead, NOW) == 1


def test_an_index_can_be_sent_elsewhere() -> None:
    index: Index = pickle.loads(pickle.dumps(index_of("country in DACH", "always")))
    assert index.first({"country": "de"}, NOW) == 0
    assert index.first({}, NOW) == 1


def test_an_empty_index_finds_nothing() -> None:
    assert Index([]).first({}, NOW) is None
