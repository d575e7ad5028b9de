"""What the language can say, and what it answers."""

import pickle
from collections.abc import Mapping
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings

from evenhand.core.model import DAY, Value
from evenhand.core.when import Expression, facts, read
from evenhand.core.when.exact import divide
from evenhand.core.when.nodes import code
from tests.core.when.strategies import NOW, WORDS, expressions, leads

LEAD = facts(
    {
        "country": "DE",
        "state": "BE",
        "industry": " FinTech ",
        "employees": 120,
        "value": Decimal("49999.99"),
        "plan": "Enterprise",
        "seats": 4,
        "pages": ["Pricing", "home"],
        "title": "Senior VP  of Sales",
        "consent": True,
        "received": NOW - 3 * DAY,
        "account.owner": "ann",
        "account.country": "DE",
    }
)


def answer(source: str, lead: Mapping[str, Value] = LEAD) -> bool | None:
    return read(source, WORDS).test(lead, NOW)


def value(source: str, lead: Mapping[str, Value] = LEAD) -> Value | None:
    return read(source, WORDS, want="number").value(lead, NOW)


@pytest.mark.parametrize(
    "source",
    [
        'country in DACH and industry == "fintech" and value >= 49_999.99',
        '"de" == country',
        "country not in NORDICS",
        "country in SMALL",
        "place in DACH",
        'country == "de" or never',
        "account.owner",
        '"pricing" in pages',
        '"crm" not in pages',
        'contains(title, "vp of")',
        '"Vp" in title',
        'starts_with(title, "senior") and ends_with(title, "SALES")',
        'matches(title, "*vp * sales") and not matches(title, "vp")',
        'any_of(pages, ["pricing", "docs"]) and all_of(pages, ["home", "pricing"])',
        "10 <= employees < 121",
        "employees in [120, 7.5] and employees not in [1]",
        "seats * price[plan] * 12 == 3600",
        "days_since(received) == 3 and hours_since(received) == 72",
        "length(pages) == 2 and length(country) == 2",
        "min(employees, seats, 9) == 4 and max(employees, seats) == 120",
        "abs(-seats) == 4 and abs(0.5 - 1) == 0.5 and round(2.5) == 3 and round(seats) == 4",
        'value < money(60_000, "usd")',
        'money(seats, "USD") == 3.6 and money(seats, country) > 0 or always',
        '("small" if seats < 10 else "large") == "small"',
        "consent == true and consent != False and True",
        "consent if known(country) else never",
        "account.owner if consent else account.tier",
        "not not consent",
        "country == account.country and seats < employees and not (seats > employees)",
        "known(country) and not known(city)",
        "(1 if consent else 2) < 2",
        'plan in ["enterprise"] and +seats == 4',
        "always",
        "(\n  consent\n  and seats == 4\n)",
        "value == 49999.99",
    ],
)
def test_a_condition_that_holds_is_true(source: str) -> None:
    assert answer(source) is True


@pytest.mark.parametrize(
    "source",
    [
        'country == "FR"',
        "never",
        "country not in DACH",
        "employees < 120",
        "known(city)",
        'title == "senior vp"',
        "place in EAST",
    ],
)
def test_a_condition_that_does_not_hold_is_false(source: str) -> None:
    assert answer(source) is False


@pytest.mark.parametrize(
    "source",
    [
        'city == "Berlin"',
        'city != "Berlin"',
        'not city == "Berlin"',
        "account.tier",
        "not account.tier",
        "revenue > 0 and consent",
        "revenue > 0 or not consent",
        "value / (seats - 4) > 1",
        "price[city] > 0",
        "price[country] > 0",
        "email.free",
        "email.free if consent else always",
        "consent if email.free else consent",
        'city in ["Berlin"]',
        '"a" in tags',
    ],
)
def test_what_is_missing_makes_an_answer_unknown(source: str) -> None:
    assert answer(source) is None


@pytest.mark.parametrize(
    ("one", "two", "both", "either"),
    [
        ("always", "always", True, True),
        ("always", "never", False, True),
        ("always", "email.free", None, True),
        ("never", "never", False, False),
        ("never", "email.free", False, None),
        ("email.free", "email.free", None, None),
    ],
)
def test_and_and_or_are_three_valued(one: str, two: str, both: bool | None, either: bool | None) -> None:
    assert (answer(f"{one} and {two}"), answer(f"{two} and {one}")) == (both, both)
    assert (answer(f"{one} or {two}"), answer(f"{two} or {one}")) == (either, either)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("7 / 2", Decimal("3.5")),
        ("6 / 2", 3),
        ("1 / 3", Decimal("0." + "3" * 28)),
        ("seats - 10", -6),
        ("seats * 0.25", 1),
        ("value / seats", Decimal("12499.9975")),
        ("1_000_000", 1_000_000),
        ("99999999999999999999.99 + 1", Decimal("100000000000000000000.99")),
        ("seats if consent else 0", 4),
        ("price[plan] - value", Decimal("-49924.99")),
    ],
)
def test_arithmetic_is_exact(source: str, result: int | Decimal) -> None:
    assert value(source) == result


def test_the_decimal_context_of_the_caller_makes_no_difference() -> None:
    with localcontext() as context:
        context.prec = 2
        assert value("value + 0.001") == Decimal("49999.991")
        assert value("1 / 3") == Decimal("0." + "3" * 28)


@pytest.mark.parametrize("source", ["*".join(["score"] * 20), "score * 0.3 * " + "*".join(["score"] * 8)])
def test_a_product_that_would_not_fit_is_unknown(source: str) -> None:
    assert value(source, {"score": 10**30 - 1}) is None
    assert value(source, {"score": Decimal("0.0000000000000000000000000000001")}) is None


@pytest.mark.parametrize(
    "lead",
    [{"country": 5}, {"country": True}, {"country": ("de",)}, {}, {"employees": "de"}],
)
def test_a_value_of_the_wrong_type_is_unknown(lead: Mapping[str, Value]) -> None:
    assert answer('country == "DE"', lead) is None
    assert answer("employees >= 5", lead) is None


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), True])
def test_no_number_is_unknown(number: Value) -> None:
    assert answer("value >= 5", {"value": number}) is None


def test_a_quotient_too_small_to_be_told_is_unknown() -> None:
    assert divide(Decimal("1e-199"), 10**30) is None


def test_a_number_may_be_asked_for_and_a_text_too() -> None:
    assert read("segment[plan]", WORDS, want="text").value(LEAD, NOW) == "large"
    assert read("seats * price[plan]", WORDS, want="money").value(LEAD, NOW) == 300


def test_an_expression_says_what_it_reads() -> None:
    assert read("seats * price[plan] > 1 or place in EAST", WORDS).reads == {
        "seats", "plan", "country", "state", "city", "postal_code"
    }  # fmt: skip


def test_an_expression_equals_one_of_the_same_text_and_can_be_sent_elsewhere() -> None:
    expression = read('country in DACH and email == "x"', WORDS)
    again: Expression = pickle.loads(pickle.dumps(expression))
    assert again == expression
    assert hash(again) == hash(expression)
    assert again.test({"country": "de", "email": "x"}, NOW) is True
    assert expression != read("always", WORDS)


@given(expressions(), leads)
@settings(max_examples=90)
def test_writing_an_expression_and_reading_it_again_changes_nothing(
    expression: Expression, lead: Mapping[str, Value]
) -> None:
    again = read(code(expression.node), WORDS)
    assert code(again.node) == code(expression.node)
    assert again.test(lead, NOW) is expression.test(lead, NOW)
