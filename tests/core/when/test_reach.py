"""The static checker never says of a rule that can fire that it cannot."""

from collections.abc import Mapping
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.model import Value
from evenhand.core.when import Cover, Expression, Reach, covers_everything, reach, read
from evenhand.core.when.sets import ANY_NUMBER, compared_to
from evenhand.core.when.witness import NOW as ANY_TIME
from evenhand.core.when.witness import some_value
from tests.core.when.strategies import NOW, WIDE, WORDS, expressions, leads, plain_leaves


def reached(*sources: str) -> tuple[Reach, ...]:
    return reach([read(source, WORDS) for source in sources])


def covered(*sources: str) -> Cover:
    return covers_everything([read(source, WORDS) for source in sources])


def statuses(*sources: str) -> list[str]:
    return [found.status for found in reached(*sources)]


def naive(conditions: list[Expression], lead: Mapping[str, Value], now: int = NOW) -> int | None:
    return next((n for n, condition in enumerate(conditions) if condition.test(lead, now) is True), None)


def test_a_narrower_rule_after_a_wider_one_is_shadowed_by_it() -> None:
    found = reached('industry == "x"', "country in DACH", 'country == "DE" and employees > 5')
    assert (found[2].status, found[2].shadowed_by) == ("shadowed", (1,))


def test_rules_can_shadow_another_together_and_the_needless_ones_are_left_out() -> None:
    found = reached("employees < 500", "consent", "employees > 400", "known(employees)")
    assert found[3].shadowed_by == (0, 2)


def test_whole_numbers_are_reasoned_about_as_such() -> None:
    assert statuses("employees > 5 and employees < 6") == ["contradiction"]
    assert statuses("value > 5 and value < 6") == ["reachable"]


def test_a_contradiction_names_the_parts_that_clash() -> None:
    (found,) = reached("consent and employees > 9 and country in DACH and employees < 3")
    assert found.reason == "“employees is more than 9” and “employees is less than 3” cannot both be true"
    (three,) = reached('(country == "DE" or consent) and country == "AT" and not consent')
    assert three.reason.endswith("cannot all be true")
    assert reached("never")[0].reason == "it says never"
    assert reached('not (country == "DE" or country != "DE")')[0].reason.endswith("is never true")


def test_missing_is_a_value_that_a_rule_may_be_for() -> None:
    assert statuses("country in DACH", "country not in DACH", "always", "always")[2:] == ["reachable", "shadowed"]


def test_what_depends_on_each_other_cannot_be_told() -> None:
    found = reached('contains(title, "vp")', 'matches(title, "*vp*")')[1]
    assert found.status == "unknown"
    assert "depend on each other" in found.reason


def test_a_rule_with_too_many_combinations_cannot_be_told() -> None:
    assert reached(WIDE)[0].status == "unknown"


MANY = ("employees", "score", "value", "seats", "budget", "visits", "revenue", "account.employees", "visited_days_ago")
TRIPLES = [" and ".join(f"{name} == {n}" for name in names) for n, names in enumerate(combinations(MANY, 3))]


def test_many_rules_may_leave_more_pieces_than_can_be_looked_through() -> None:
    found = reached(*TRIPLES, *(f"not known({name})" for name in MANY), "always")
    assert found[-1].status == "unknown"
    assert covered(*TRIPLES).gap == "nothing is known"


def test_a_text_that_no_rule_names_is_made_up() -> None:
    found = reached('industry not in ["other", "other 2"]')[0]
    assert found.example == {"industry": "other 3"}


def test_an_example_is_given_for_derived_terms_as_well() -> None:
    sources = [
        *("days_since(received) > 3", "hours_since(received) < 5", 'any_of(pages, ["a", "b"])', 'all_of(tags, ["a"])'),
        *("known(pages)", 'starts_with(title, "vp")', 'not ends_with(title, "x")', "value > 2 and value < 2.5"),
        *("score > 2 and score < 9", "score < 0", "not known(score) and seats <= 3", "consent == false"),
    ]
    assert set(statuses(*sources)) == {"reachable"}


def test_a_policy_that_ends_in_always_covers_everything() -> None:
    assert covered("country in DACH", "always") == Cover(complete=True)
    assert covered("consent", "not consent", "not known(consent)") == Cover(complete=True)


def test_a_gap_is_described() -> None:
    assert covered("country in DACH", "country not in DACH").gap == "country is unknown"
    assert (
        covered("employees < 5", "not known(employees)", "employees >= 10.5").gap
        == "employees is at least 5 and less than 11"
    )
    assert covered("country in DACH", "not known(country)").gap == 'country is none of "at", "ch" and "de"'
    assert covered("country not in DACH", "not known(country)").gap == 'country is "at", "ch" or "de"'
    assert "5 more" not in covered("country not in EMEA", "not known(country)").gap
    assert covered("consent", "not known(consent)").gap == "consent is no"
    assert covered('starts_with(title, "vp")', "known(title)").gap.endswith("title is unknown")
    assert covered("value > 5", "not known(value)").gap == "value is at most 5"
    assert covered("value < 5", "not known(value)").gap == "value is at least 5"
    assert covered("value != 5").gap == "value is at least 5 and at most 5 or unknown"
    assert covered("not known(country)").gap == "country is known"
    assert covered("not known(value)").gap == "value is known"
    assert covered().gap == "whatever is known"


def test_a_gap_behind_opaque_parts_may_stay_open() -> None:
    assert covered("known(title)", "not known(title)", "never").complete is True
    found = covered(
        "known(email)",
        "not known(email) and country == account.country",
        "not known(country)",
        "known(account.country)",
        "known(country)",
    )
    assert found.complete is True
    tied = covered('contains(title, "vp")', 'not matches(title, "*vp*")', "not known(title)")
    assert tied.complete is None


def test_the_value_of_a_witness_lies_in_its_set() -> None:
    assert some_value(compared_to(">", 5, whole=False)) == 6
    assert some_value(ANY_NUMBER) == 0


@given(st.lists(expressions(plain_leaves), min_size=1, max_size=5), st.lists(leads, min_size=1, max_size=8))
@settings(max_examples=70)
def test_with_plain_fields_every_verdict_is_right(
    conditions: list[Expression], some: list[Mapping[str, Value]]
) -> None:
    check(conditions, some)


@given(st.lists(expressions(), min_size=1, max_size=5), st.lists(leads, min_size=1, max_size=8))
@settings(max_examples=70)
def test_with_all_kinds_of_terms_every_verdict_is_right(
    conditions: list[Expression], some: list[Mapping[str, Value]]
) -> None:
    check(conditions, some)


def check(conditions: list[Expression], some: list[Mapping[str, Value]]) -> None:
    found = reach(conditions)
    cover = covers_everything(conditions)
    for lead in some:
        first = naive(conditions, lead)
        assert first is None or found[first].status in ("reachable", "unknown")
        assert not (first is None and cover.complete)
    for number, verdict in enumerate(found):
        assert verdict.example is None or naive(conditions, verdict.example, ANY_TIME) == number
        assert all(earlier < number for earlier in verdict.shadowed_by)
    assert cover.example is None or naive(conditions, cover.example, ANY_TIME) is None


@given(st.lists(expressions(plain_leaves, size=3), min_size=1, max_size=4))
@settings(max_examples=60)
def test_with_plain_fields_nothing_is_left_untold(conditions: list[Expression]) -> None:
    assert "unknown" not in {found.status for found in reach(conditions)}
    assert covers_everything(conditions).complete is not None
