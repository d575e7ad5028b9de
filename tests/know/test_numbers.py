from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.know.numbers import LARGEST, Shape, Unreadable, read_money, read_number, whole

RATES: dict[str, int | Decimal] = {"USD": Decimal("0.5"), "GBP": 2}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", 1200),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1'200", 1200),
        ("12,345,678", 12_345_678),
        ("1.234.567", 1_234_567),
        ("1200.0", 1200),
        ("4.6k", 4600),
        ("12K", 12_000),
        ("1.5M", 1_500_000),
        ("2 bn", 2_000_000_000),
        ("1.2E+06", 1_200_000),
        ("-3", -3),
        ("51-200 employees", 51),
        ("1,000–5,000", 1000),
        ("1k to 5k", 1000),
        ("10,001+", 10_001),
        ("> 500", 500),
        ("at least 20", 20),
    ],
)
def test_whole_numbers_are_read_however_people_write_them(text: str, number: int) -> None:
    assert read_number(text, "integer") == number


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("1.200", "two ways"),
        ("1-5k", "two ways"),
        ("5-1", "backwards"),
        ("1,2,3", "not a number"),
        ("1.5", "not a whole number"),
        ("<50", "upper bound only"),
        ("up to 50", "upper bound only"),
        ("many", "not a number"),
        ("٣", "not a number"),
        ("10-May", "not a number"),
        ("9" * 19, "too large"),
        ("1" + ",000" * 12, "too large"),
        ("1,0,0.5", "not a number"),
        ("1,234.", "not a number"),
        ("1e99", "too large"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_not_read(text: str, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        read_number(text, "integer")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,5", "1.5"),
        ("1.234", "1.234"),
        ("0,125", "0.125"),
        ("1.234,56", "1234.56"),
        ("1 200,5", "1200.5"),
    ],
)
def test_a_number_may_have_a_decimal_point_or_comma(text: str, number: str) -> None:
    assert read_number(text, "number") == Decimal(number)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200", 1200),
        ("EUR 5,000", 5000),
        ("5.000,00 €", 5000),
        ("5k eur", 5000),
        ("€5M", 5_000_000),
        ("1.5 mio EUR", 1_500_000),
        ("$1,200.50", Decimal("600.25")),
        ("5000 USD", 2500),
        ("£3", 6),
        ("$10k - $20k", 5000),
        ("> 5000 EUR", 5000),
        ("12 bn", 12_000_000_000),
    ],
)
def test_amounts_come_out_in_the_policys_currency(text: str, amount: int | Decimal) -> None:
    assert read_money(text, "EUR", RATES) == amount


def test_a_bare_amount_is_in_the_default_currency() -> None:
    assert read_money("100", "EUR", RATES, default="USD") == 50


def test_a_dollar_is_the_policys_own_when_that_is_a_dollar() -> None:
    assert read_money("$5", "CAD", {}) == 5


@pytest.mark.parametrize("text", ["CHF 5", "5 XYZ", "5.000 €", "EUR", "$5-€6", "kr 5"])
def test_amounts_without_a_rate_or_a_clear_reading_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_money(text, "EUR", RATES)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e400"), LARGEST, Decimal("1e-40")])
def test_numbers_that_would_not_fit_are_refused(number: Decimal) -> None:
    with pytest.raises(Unreadable):
        whole(number)


@given(st.integers(-LARGEST + 1, LARGEST - 1))
def test_every_whole_number_is_read_plain_and_grouped(number: int) -> None:
    assert read_number(str(number), "integer") == read_number(f"{number:,}", "integer") == number


@given(
    st.text(st.sampled_from("0123456789.,-' kKmMeE+$€EURto><"), max_size=30),
    st.sampled_from(["integer", "number", "money"]),
)
def test_any_text_is_a_number_in_bounds_or_unreadable(text: str, shape: Shape) -> None:
    with suppress(Unreadable):
        number = read_money(text, "EUR", RATES) if shape == "money" else read_number(text, shape)
        assert -LARGEST < number < LARGEST
