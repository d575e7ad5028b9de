"""Expressions in words, what they saw, and what they missed."""

from decimal import Decimal

import pytest
from hypothesis import given, settings

from evenhand.core.model import DAY, Value
from evenhand.core.when import Expression, explain, facts, read, say, why_unknown
from evenhand.core.when.phrases import Phrases
from tests.core.when.strategies import NOW, WORDS, expressions, leads

LEAD = facts(
    {"country": "de", "industry": "Retail", "employees": 120, "value": Decimal("12.50"), "consent": True,
     "pages": ["Pricing"], "plan": "gold", "seats": 3, "received": NOW - 5 * DAY}
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            'country in DACH and industry == "Fintech" and value >= 50_000',
            'country is one of AT, CH, DE (DACH), industry is "Fintech" and value is at least EUR 50,000',
        ),
        ("country not in EMEA", "country is not in EMEA (127 countries)"),
        ('country in ["DE"] or country not in ["DE", "FR"]', 'country is "DE" or country is not one of "DE", "FR"'),
        ("employees in [1, 2.5]", "employees is one of 1, 2.5"),
        ("budget in [1]", "budget is EUR 1"),
        ("place in EAST and not place in EAST", "the place is in EAST and the place is not in EAST"),
        ("consent or (email.free and known(city))", "consent is yes or (email.free is yes and city is known)"),
        ("(consent or email.free) and score > 1", "(consent is yes or email.free is yes) and score is more than 1"),
        ("not (consent and always)", "it is not so that (consent is yes and always)"),
        ("not consent and not known(city)", "consent is no and city is not known"),
        ("account.owner", "account.owner is known"),
        ("not value < 1_000.5", "value is at least EUR 1,000.5"),
        ("seats != 3 and not seats != 3", "seats is not 3 and seats is 3"),
        ("seats * price[plan] * 12 > 100", "seats × the price for plan × 12 is more than 100"),
        ("(seats + 1) * 2 - (1 - seats) > 1", "(seats + 1) × 2 − (1 − seats) is more than 1"),  # noqa: RUF001
        ("seats - 2 * employees / 3 > -seats", "seats − 2 × employees ÷ 3 is more than minus seats"),  # noqa: RUF001
        ("-(seats + 1) > 0", "minus (seats + 1) is more than 0"),
        ('"pricing" in pages', 'pages contains "pricing"'),
        ('not any_of(pages, ["a", "B"])', 'pages has none of "a", "B"'),
        ('not matches(title, "*VP*")', 'title does not match "*VP*"'),
        ("min(seats, employees, 3) > 1", "the smallest of seats, employees and 3 is more than 1"),
        ("days_since(received) <= 3", "the days since received is at most 3"),
        ("consent if known(city) else never", "consent is yes if city is known, otherwise never"),
        ("(1 if consent else 2) == 1", "(1 if consent is yes, otherwise 2) is 1"),
        ("country == account.country", "country is account.country"),
        ('value > money(10, "USD")', "value is more than EUR 9"),
        ("not never", "always"),
        ('contains(name, "Ann") or name == "Bo"', 'name contains "Ann" or name is "Bo"'),
    ],
)
def test_an_expression_reads_like_a_sentence(source: str, words: str) -> None:
    assert say(read(source, WORDS)) == words


def test_an_amount_reads_like_one_too() -> None:
    assert say(read("seats * price[plan]", WORDS, want="money")) == "seats × the price for plan"
    assert say(read("250", WORDS, want="money")) == "250"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("employees >= 500", ("employees is at least 500: no, it is 120",)),
        ("value > 1 and consent", ("value is more than EUR 1: yes, it is EUR 12.5", "consent is yes: yes")),
        ("country in DACH", ("country is one of AT, CH, DE (DACH): yes, it is DE",)),
        (
            'industry == "x" or city == "y"',
            ('industry is "x": no, it is "retail"', 'city is "y": unknown, city is not known'),
        ),
        ('"a" in pages', ('pages contains "a": no, it is "pricing"',)),
        ("length(pages) == 1", ("the length of pages is 1: yes, it is 1",)),
        ("not known(city)", ("city is known: no",)),
        ("always", ("always: yes",)),
    ],
)
def test_an_explanation_says_what_each_part_saw(source: str, lines: tuple[str, ...]) -> None:
    assert explain(read(source, WORDS), LEAD, NOW) == lines


def test_a_yes_or_no_is_said_as_such() -> None:
    assert Phrases("EUR").value(True, "boolean") == "yes"


def test_an_empty_set_is_said_to_be_empty() -> None:
    assert explain(read('"a" in pages', WORDS), {"pages": ()}, NOW) == ('pages contains "a": no, it is empty',)


def test_kept_answers_are_explained_without_the_data() -> None:
    expression = read('email == "a@b.c" and consent', WORDS)
    assert explain(expression, {"consent": True}, NOW, {0: True}) == ('email is "a@b.c": yes', "consent is yes: yes")
    assert why_unknown(expression, {"consent": True}, NOW, {0: None}).startswith("the person's data are erased")
    assert explain(expression, {"email": "x"}, NOW)[0] == 'email is "a@b.c": no, it is "x"'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("revenue >= 500", "revenue is not known"),
        ('city == "x" and state == "y"', "city is not known; state is not known"),
        ("score > score * budget", "budget and score are not known"),
        ("account.owner", "no account matched"),
        ("account.employees > employees * score", "no account matched; score is not known"),
        ("price[plan] > 1", "the table price has no entry for “gold”"),
        ("value / (seats - 3) > 1", "it would divide by zero"),
        ("place in EAST", ""),
        ('city == "x" and never', ""),
        ("email.free or consent", ""),
        ("email.free and consent", "email.free is not known"),
    ],
)
def test_what_is_unknown_is_named(source: str, words: str) -> None:
    assert why_unknown(read(source, WORDS), LEAD, NOW) == words


def test_a_field_of_a_matched_account_is_named_itself() -> None:
    lead: dict[str, Value] = {"account.id": "a1"}
    assert why_unknown(read("account.owner", WORDS), lead, NOW) == "account.owner is not known"


def test_a_place_too_vague_to_tell_is_named() -> None:
    assert (
        why_unknown(read("place in EAST", WORDS), {"country": "us"}, NOW) == "city, postal_code and state are not known"
    )


def test_a_result_that_does_not_fit_is_named() -> None:
    expression = read("*".join(["score"] * 20), WORDS, want="number")
    assert why_unknown(expression, {"score": 10**29}, NOW) == "it has no result"
    looked_up = read("price[plan] * " + "*".join(["score"] * 20), WORDS, want="number")
    assert why_unknown(looked_up, {"score": 10**29, "plan": "starter"}, NOW) == "it has no result"
    assert why_unknown(expression, {}, NOW) == "score is not known"
    assert why_unknown(expression, {"score": 2}, NOW) == ""


@given(expressions(), leads)
@settings(max_examples=90)
def test_whatever_is_unknown_has_a_reason_and_everything_has_words(
    expression: Expression, lead: dict[str, Value]
) -> None:
    assert say(expression)
    assert explain(expression, lead, NOW)
    assert bool(why_unknown(expression, lead, NOW)) is (expression.test(lead, NOW) is None)
