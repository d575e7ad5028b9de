"""Small expressions and small leads, close enough to each other that both yes and no happen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from evenhand.core.model import DAY, Value
from evenhand.core.when import Expression, Field, Vocabulary, read, vocabulary_with

NOW: Final = 100 * DAY

WORDS: Final[Vocabulary] = vocabulary_with(
    {"seats": Field("seats", "integer", "seats")},
    regions={"EAST": ("US-NY", "US-NJ 07*"), "SMALL": ("DE", "AT")},
    tables={"price": {"starter": 15, "Enterprise": 75}, "segment": {"starter": "small", "enterprise": "large"}},
    rates={"USD": Decimal("0.9")},
)

PLAIN: Final = [
    'country == "DE"',
    'country != "AT"',
    "country in SMALL",
    'country not in ["DE", "FR"]',
    "known(country)",
    "account.owner",
    "known(account.owner)",
    'industry in ["x", "y"]',
    "consent",
    "known(consent)",
    "employees in [1, 2.5]",
    "value in [1, 2.5]",
    'industry != "other"',
    "email.free == false",
    "always",
    "never",
]
DERIVED: Final = [
    "seats * price[plan] > 40",
    "seats / employees >= 1",
    'segment[plan] == "small"',
    "days_since(received) <= 3",
    "min(employees, seats) < 2",
    "(1 if consent else 2) == 1",
    "-value < -1",
]
OPAQUE: Final = [
    '"a" in pages',
    'any_of(pages, ["a", "b"])',
    "known(pages)",
    'starts_with(title, "vp")',
    'matches(title, "*p?x*")',
    "country == account.country",
    "employees < seats",
    "employees >= seats",
    "employees <= seats",
    "seats != employees",
    "place in EAST",
]
PERSONAL: Final = ['email == "a@b.c"', "known(email)", 'contains(name, "a")']

# Four choices among five fields each: 120 boxes.
WIDE: Final = " and ".join(
    f'(industry == "{n}" or employees == {n} or score == {n} or seats == {n} or value == {n})' for n in range(4)
)

numbers: Final = st.builds(
    "{} {} {}".format,
    st.sampled_from(["employees", "seats", "value", "score"]),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    st.sampled_from(["0", "1", "2", "2.5", "3"]),
)
plain_leaves: Final = st.one_of(st.sampled_from(PLAIN), numbers)
leaves: Final = st.one_of(plain_leaves, st.sampled_from([*DERIVED, *OPAQUE, *PERSONAL]))


def combined(parts: st.SearchStrategy[str], *, size: int = 5) -> st.SearchStrategy[str]:
    """Conditions made of these leaves with and, or, not, if and else."""
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("(not {})".format, inner),
            st.builds("({} if {} else {})".format, inner, inner, inner),
        ),
        max_leaves=size,
    )


def expressions(parts: st.SearchStrategy[str] = leaves, *, size: int = 5) -> st.SearchStrategy[Expression]:
    """The same, read."""
    return combined(parts, size=size).map(lambda source: read(source, WORDS))


_small: Final[st.SearchStrategy[Value]] = st.sampled_from([0, 1, 2, 3, -1])
_decimal: Final[st.SearchStrategy[Value]] = st.sampled_from([0, 1, 3, Decimal("2.5"), Decimal("0.1"), Decimal(2)])
_KINDS: Final[dict[str, st.SearchStrategy[Value]]] = {
    "country": st.sampled_from(["de", "at", "fr", "us"]),
    "state": st.sampled_from(["ny", "nj", "ca"]),
    "postal_code": st.sampled_from(["07001", "10001"]),
    "account.owner": st.just("ann"),
    "account.country": st.sampled_from(["de", "fr"]),
    "industry": st.sampled_from(["x", "z"]),
    "consent": st.booleans(),
    "email.free": st.booleans(),
    "employees": _small,
    "seats": _small,
    "value": _decimal,
    "score": _decimal,
    "plan": st.sampled_from(["starter", "enterprise", "none"]),
    "received": st.sampled_from([NOW, NOW - 3 * DAY, NOW - 4 * DAY, NOW + 1]),
    "pages": st.sampled_from([(), ("a",), ("b", "c"), ("c",)]),
    "title": st.sampled_from(["vp", "vp apax", "cto"]),
    "email": st.sampled_from(["a@b.c", "x@y.z"]),
    "name": st.sampled_from(["ann", "bo"]),
}

leads: Final[st.SearchStrategy[Mapping[str, Value]]] = st.fixed_dictionaries({}, optional=_KINDS)
full_leads: Final[st.SearchStrategy[Mapping[str, Value]]] = st.fixed_dictionaries(_KINDS)
