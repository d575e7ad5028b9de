from decimal import Decimal

import pytest

from evenhand.errors import BadInput
from evenhand.integrations.hooks.body import DEEPEST, LARGEST, read_form, read_json, written


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "line 1, column 2: not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a": 1} {}', "not JSON"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1, "a": 2}', "body, a: stands twice"),
        (b'{"name": "J\xf6rg"}', "byte 12: is no UTF-8"),
        ('{"name": "Jörg"}'.encode("utf-16"), "is no UTF-8"),
        (b'"\x01"', "not JSON"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), "nested more than"),
        (b"[" * 200_000, "nested more than"),
        (b'{"a":' * 100_000, "nested more than"),
        (b" " * (LARGEST + 1), "too many"),
    ],
)
def test_what_is_no_json_is_bad_input_that_says_why(body: bytes, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_json(body)
    assert why in str(caught.value)


def test_numbers_are_exact_and_absurd_ones_stay_text() -> None:
    assert read_json(b"[19.99, 100000000000000000000001, 1e3]") == [Decimal("19.99"), 10**23 + 1, Decimal(1000)]
    assert read_json(b"[1e400, 1e999999999999]") == ["1e400", "1e999999999999"]
    assert read_json(b"[" + b"9" * 5000 + b"]") == ["9" * 5000]


def test_what_no_database_can_hold_is_replaced() -> None:
    assert read_json(rb'{"a\u0000": "\ud800x\u0000", "b": "\ud83d\ude00"}') == {"a\ufffd": "\ufffdx\ufffd", "b": "😀"}


def test_a_mark_of_byte_order_does_no_harm() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_what_was_read_is_written_exactly() -> None:
    assert written(read_json(b'{"a": 1.50, "b": 123456789012345678901234, "c": "\xc3\xb6"}')) == (
        b'{"a":1.50,"b":123456789012345678901234,"c":"\xc3\xb6"}'
    )


def test_brackets_make_groups_and_lists() -> None:
    found = read_form(b"contact%5Bfields%5D%5B39%5D=x&contact[email]=a%40b&tags[]=1&tags[]=2&empty=")
    assert found == {"contact": {"fields": {"39": "x"}, "email": "a@b"}, "tags": ["1", "2"], "empty": ""}


def test_a_body_that_was_taken_for_a_form_is_not_quoted() -> None:
    with pytest.raises(BadInput) as caught:
        read_form(b'[{"email": "ann@acme.example"}]')
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a=1&a=2", "stands twice"),
        (b"a=1&a[b]=2", "stands twice"),
        (b"a[b]=1&a=2", "stands twice"),
        (b"a[]=1&a[b]=2", "stands twice"),
        (b"a[b]=1&a[]=2", "stands twice"),
        (b"a[b=1", "brackets"),
        (b"[]=1", "brackets"),
        (b"a" + b"[b]" * 50 + b"=1", "brackets"),
        (b"a=%ff", "no UTF-8"),
        (b"&".join(b"a%d=1" % number for number in range(3000)), "more than 2,000"),
    ],
)
def test_a_form_that_does_not_fit_is_bad_input(body: bytes, why: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_form(body)
    assert why in str(caught.value)
