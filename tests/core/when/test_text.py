"""Folding, facts and patterns."""

import fnmatch
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.when import facts, fold
from evenhand.core.when.text import LARGEST, glob


def test_case_and_blanks_make_no_difference() -> None:
    assert fold("  Straße\t DES  Ärgers ") == fold("STRASSE des ärgers")


def test_facts_are_folded_and_empty_or_odd_values_left_out() -> None:
    lead: dict[str, object] = {
        "a": " X ", "b": "", "c": " ", "d": None, "e": 1.5, "f": Decimal("NaN"), "g": LARGEST * 2, "h": True, "i": 7,
        "j": ["B", "a", "", "A"], "k": Decimal("1.5"), "l": {}, "m": (), "n": Decimal("1e-99"), "o": Decimal("1e99"),
    }  # fmt: skip
    assert facts(lead) == {"a": "x", "h": True, "i": 7, "j": ("a", "b"), "k": Decimal("1.5"), "m": ()}


def test_facts_of_facts_are_the_same() -> None:
    once = facts({"a": " X ", "pages": ["B", "a"]})
    assert facts(once) == once


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("", "", True),
        ("?", "", False),
        ("a*b", "ab", True),
        ("a*b", "axxb", True),
        ("a*b", "axxbc", False),
        ("*vp*", "svp", True),
        ("v?", "vp", True),
        ("**a**", "bab", True),
    ],
)
def test_a_star_is_any_run_and_a_question_mark_one_character(pattern: str, text: str, matches: bool) -> None:
    assert glob(pattern)(text) is matches


@given(st.text("ab?*", max_size=8), st.text("abc", max_size=12))
def test_patterns_agree_with_those_of_file_names(pattern: str, text: str) -> None:
    assert glob(pattern)(text) is fnmatch.fnmatchcase(text, pattern)


def test_a_pattern_made_to_be_slow_is_not() -> None:
    assert glob("*a" * 200 + "b")("a" * 20_000) is False
