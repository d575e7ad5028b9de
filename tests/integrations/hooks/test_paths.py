from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import BadInput
from evenhand.integrations.hooks.body import JSON, read_json
from evenhand.integrations.hooks.paths import LONGEST, Asked, check_path
from evenhand.know.numbers import Unreadable
from evenhand.know.raw import Raw

DOCUMENT = read_json(
    b'{"a": {"b": [1, 2.50, "x"]}, "price": 19.99, "n": [3, 4], "t": "y", "o": [{"k": 1}], "big": 1e-30}'
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a.b[0]", 1),
        ("a.b[1]", Decimal("2.5")),
        ("a.b", [1, Decimal("2.5"), "x"]),
        ("price", Decimal("19.99")),
        ("big", Decimal("1e-30")),
        ("sum(n)", 7),
        ("avg(n)", Decimal("3.5")),
        ("join('-', [t, 'z'])", "y-z"),
        ("o[?k==`1`].k | [0]", 1),
        ("missing.thing", None),
        ("to_number('1.5')", Decimal("1.5")),
    ],
)
def test_a_value_is_found(expression: str, value: Raw) -> None:
    assert Asked(DOCUMENT).value(expression, "fields.x") == value


def test_what_is_found_has_its_numbers_exact() -> None:
    assert Asked(DOCUMENT).find("{p: [price, big], o: o}", "each") == {
        "p": [Decimal("19.99"), Decimal("1e-30")],
        "o": [{"k": 1}],
    }


@pytest.mark.parametrize("expression", ["a", "o", "@", "{x: t}", "[[[t]]]"])
def test_several_things_are_no_value(expression: str) -> None:
    with pytest.raises(Unreadable, match="several things"):
        Asked(DOCUMENT).value(expression, "fields.x")


@pytest.mark.parametrize("expression", ["sum(a.b)", "join('-', [t, a])", "sort(a.b)", "n[::0]", "to_number('1e999')"])
def test_what_does_not_fit_leaves_the_field_unknown(expression: str) -> None:
    with pytest.raises(Unreadable):
        Asked(DOCUMENT).value(expression, "fields.x")


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("a..b", "column 3"),
        ("a[", "cannot be read"),
        ("", "empty"),
        ("nothing(a)", "no function nothing"),
        ("a" * (LONGEST + 1), "501 characters"),
        ("!" * LONGEST, "no JMESPath"),
        ("(" * LONGEST, "no JMESPath"),
        ("[@,@]|" * 60 + "@", "too many parts"),
    ],
)
def test_an_expression_that_is_none_is_bad_input(expression: str, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_path(expression, "fields.x")
    assert why in str(caught.value)
    assert caught.value.faults[0].where == "fields.x"


@pytest.mark.parametrize(
    "expression",
    [
        "[@,@][]|[@,@][]|[@,@][]|[@,@][]|[@,@][]|[@,@][]|[@,@][]|[@,@][]",
        "join(@[0], @)",
        "map(&join(@, ['a', 'b', 'c']), @)",
        "sort(@)|join(',', @)|[@,@,@,@]|map(&to_string(@), @)",
        "[*].[@,@][]|[*].[@,@][]|[*].[@,@][]",
    ],
)
def test_an_expression_that_makes_too_much_is_stopped(expression: str) -> None:
    many: JSON = ["x" * 50 for _ in range(15_000)]
    with pytest.raises(BadInput, match=r"ask for less|does not fit"):
        Asked(many).find(expression, "each")


WORDS = st.sampled_from(
    [
        *("a", "b", ".", "[", "]", "(", ")", "*", "@", "|", "||", "&", "&&", "!", "?", ",", "'x'", '"y"', "`1`", "`"),
        *(":", "{", "}", "0", "-1", "==", "<", " ", "é", "\ud800", "sum(", "join(", "map(&", "sort_by(", "to_string("),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=12).map("".join), st.text(max_size=20))
def test_no_expression_ends_in_anything_unexpected(expression: str, other: str) -> None:
    for each in (expression, other):
        try:
            Asked(DOCUMENT).value(each, "fields.x")
        except (BadInput, Unreadable):
            continue
