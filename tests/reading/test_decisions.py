"""Decisions read back from their JSON: the same record, or a fault with file, line and what to do."""

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.instants import say_instant
from evenhand.core.model import Past
from evenhand.core.view import View, encode
from evenhand.errors import BadFile
from evenhand.reading.decisions import flat, instant, open_lines, read_view, read_views, record_of, units
from tests.core.replaying import kept, seen
from tests.factories import NEVER, THREE, credits, lead, opened, policy, rule, ruled

WHERE = Path("decisions.jsonl")
RULES = policy(
    rule('how = "shotgun"\nstages = [1]\nwiden_after = "5m"', name="Offer", when='source == "offer"'),
    rule('how = "manual"\ndesk = "bob"', name="Hand", when='source == "hand"'),
    rule('respond_within = "1h"\nremind_before = "5m"', name="Rest", when="visits >= 0"),
)


def shown(**fields: Any) -> View:
    return seen(ruled(RULES, one=lead(**fields), ledgers=credits(ann=0.25), loads=opened(bob=2)), RULES)


@pytest.mark.parametrize("fields", [{"source": "offer"}, {"source": "hand"}, {"visits": 1}, {}])
def test_a_record_comes_back_from_its_json(fields: dict[str, Any]) -> None:
    ruling = ruled(RULES, one=lead(**fields), ledgers=credits(ann=0.25), loads=opened(bob=2), duty={"cy": NEVER})
    line = encode(seen(ruling, RULES))
    assert record_of(read_view(line, WHERE, 1), RULES) == kept(ruling, RULES)
    assert encode(read_view(line, WHERE, 1)) == line


def test_what_was_tried_before_comes_back_too() -> None:
    tiers = '[[rule.tier]]\nwho = ["rep ann"]\n[[rule.tier]]\nwho = ["rep bob"]'
    rules = policy(rule(tiers, who=""), people=THREE)
    ruling = ruled(rules, one=replace(lead(), past=Past(holders=("ann",))))
    assert record_of(read_view(encode(seen(ruling, rules)), WHERE, 1), rules) == kept(ruling, rules)


# --- files


@pytest.mark.parametrize("name", ["d.jsonl", "d.jsonl.gz"])
def test_a_file_is_read_line_by_line_packed_or_not_and_empty_lines_are_passed_over(tmp_path: Path, name: str) -> None:
    text = encode(shown(visits=1)) + b"\n\n" + encode(shown(source="hand")) + b"\n"
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    assert [(number, view.outcome) for number, view in read_views(tmp_path / name)] == [(1, "assigned"), (3, "held")]


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(BadFile, match=r"nowhere\.jsonl: cannot be read: No such file"):
        open_lines(Path("nowhere.jsonl"))


@pytest.mark.parametrize(
    "line", [b"", b"hello", b"[]", b'{"v":1}', b'{"v":1,"lead":3}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_a_line_that_is_no_record_is_told_with_its_number(line: bytes) -> None:
    with pytest.raises(BadFile, match=r"decisions\.jsonl, line 7: is not a decision record") as caught:
        read_view(line, WHERE, 7)
    assert "evenhand route" in caught.value.faults[0].fix


def test_a_record_of_another_version_is_told_with_both() -> None:
    with pytest.raises(BadFile, match="version 9; this release reads version 1"):
        read_view(encode(replace(shown(visits=1), v=9)), WHERE, 1)


@pytest.mark.parametrize("seq", [0, -3, 2**62])
def test_a_number_that_no_decision_has_is_told(seq: int) -> None:
    with pytest.raises(BadFile, match="which no decision has"):
        read_view(encode(replace(shown(visits=1), seq=seq)), WHERE, 1)


def test_earlier_decisions_come_before_the_last_one() -> None:
    view = shown(visits=1)
    story = replace(view, seq=3, history=(replace(view, seq=1), replace(view, seq=2)))
    assert [found.seq for found in flat([story, replace(view, seq=4)])] == [1, 2, 3, 4]


# --- records that cannot be


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "lost"},
        {"outcome": "waiting", "waits": None},
        {"outcome": "held", "held": None},
        {"outcome": "rejected", "screen": None},
        {"rule": "Of my own"},
        {"passed": ("Of my own",)},
        {"at": "yesterday"},
        {"due": "soon"},
    ],
)
def test_a_record_that_contradicts_itself_or_the_policy_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        record_of(replace(shown(visits=1), **change), RULES)


def test_an_unknown_code_is_refused() -> None:
    view = seen(ruled(RULES, one=lead(visits=1), duty={"cy": NEVER}), RULES)
    *others, last = view.candidates
    with pytest.raises(ValueError, match="of_my_own"):
        record_of(replace(view, candidates=(*others, replace(last, code="of_my_own"))), RULES)


# --- numbers and moments


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_is_read_as_it_is_said(at: int) -> None:
    assert instant(say_instant(at)) == at


@pytest.mark.parametrize(("leads", "found"), [(1, 10**9), (Decimal("-0.333333334"), -333333334), (Decimal("1E-9"), 1)])
def test_leads_are_whole_units(leads: Decimal | int, found: int) -> None:
    assert units(leads) == found
