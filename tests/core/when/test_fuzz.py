"""Whatever the text, reading it ends quickly with an expression or with `BadExpression`, and with nothing else."""

import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.when import Expression, read
from evenhand.errors import BadExpression
from tests.core.when.strategies import WORDS, combined, leaves

PIECES = st.sampled_from(
    [*"()[],.<>=!+-*/\"'@%:{}\\ \n\t", "and", "or", "not", "in", "if", "else", "country", "DACH", "employees", "price",
     "known", "money", "1", "2.5", "is", "lambda", "é", "ﬁ", "==", '"x"', "always", "place", "None", "\x00", "1if"]
)  # fmt: skip


def outcome(source: str) -> Expression | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return read(source, WORDS)
        except BadExpression as bad:
            return None if bad.faults else pytest.fail("no fault is named")


@given(st.text(max_size=60))
@settings(max_examples=120)
def test_any_text_is_read_or_refused(source: str) -> None:
    outcome(source)


@given(st.lists(PIECES, max_size=14))
@settings(max_examples=240)
def test_any_heap_of_words_is_read_or_refused(pieces: list[str]) -> None:
    outcome(" ".join(pieces))
    outcome("".join(pieces))


@given(combined(leaves), st.data())
@settings(max_examples=120)
def test_a_damaged_expression_is_read_or_refused(source: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(source)))
    until = data.draw(st.integers(at, min(len(source), at + 6)))
    outcome(source[:at] + data.draw(PIECES) + source[until:])


HOSTILE = {
    "brackets": "(" * 10_000 + "1" + ")" * 10_000,
    "fewer brackets": "(" * 60 + "consent" + ")" * 60,
    "square brackets": "price[" * 600 + "plan" + "]" * 600,
    "not": "not " * 10_000 + "consent",
    "fewer not": "not " * 900 + "consent",
    "minus": "1 > " + "-" * 3_900 + "1",
    "sum": "1+" * 5_000 + "1 > 0",
    "shorter sum": "1+" * 1_500 + "1 > 0",
    "or": "consent or " * 350 + "consent",
    "choice": "1 if consent else " * 200 + "1",
    "points": "a" + ".a" * 1_900,
    "calls": "abs(" * 900 + "1" + ")" * 900,
    "chain": "1 < " * 900 + "2",
    "huge": "country" * 1_500_000,
    "long word": "x" * 3_900,
    "many unknown words": " or ".join(f"x{number}" for number in range(120)),
    "long number": "9" * 3_900,
    "long text": '"' + "a" * 3_900 + '" == title',
    "unprintable": "\x00" * 4_000,
    "not and brackets": "not (" * 700 + "consent" + ")" * 700,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_little(name: str) -> None:
    began = time.process_time()
    outcome(HOSTILE[name])
    assert time.process_time() - began < 1


def test_the_largest_of_everything_is_still_allowed() -> None:
    assert outcome(" or ".join(["consent"] * 350))
    assert outcome("(" * 50 + "consent" + ")" * 50)
    assert outcome("1" + " + 1" * 40 + " > 5")
    assert outcome("country in [" + ", ".join(['"DE"'] * 400) + "]")
