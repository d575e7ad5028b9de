"""The record as people and programs read it: everything is there, exactly, and said in words."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.follow import on_silence
from evenhand.core.ledger import UNIT
from evenhand.core.model import HOUR, MINUTE, Duty, Load, Match, Past, Roster, Twin
from evenhand.core.view import Candidate, View, encode, leads
from evenhand.reading.decisions import units
from tests.core.replaying import seen
from tests.factories import (
    NEVER,
    NOW,
    THREE,
    TOMORROW,
    credits,
    lead,
    opened,
    owned_by,
    policy,
    pool,
    rep,
    roster,
    rule,
    ruled,
    snapshot,
)


def shown(
    text: str = "", people: Roster = THREE, *, who: str = '["pool sales"]', past: Past | None = None, **world: Any
) -> View:
    rules = policy(rule(text, who=who), people=people)
    return seen(ruled(rules, people, replace(lead(), past=past or Past()), **world), rules)


def whys(view: View) -> dict[str, tuple[str, str]]:
    return {candidate.rep: (candidate.verdict, candidate.why) for candidate in view.candidates}


def test_an_assignment_shows_who_when_and_at_what_cost() -> None:
    view = shown('respond_within = "1h"\nremind_before = "15m"', roster(pool("sales", "ann")), seq=6)
    assert (view.id, view.at, view.outcome, view.rep) == ("lead-1.7", "2026-11-02T09:00:00Z", "assigned", "ann")
    assert (view.due, view.remind) == ("2026-11-02T10:00:00Z", "2026-11-02T09:45:00Z")
    assert (view.rule, view.tier, view.how, view.pool) == ("Everybody", 1, "round_robin", "sales")
    assert (view.posting, view.charge, view.written_off) == ("charge", 1, 0)


def test_those_who_could_come_in_the_order_of_the_line_and_then_the_others() -> None:
    view = shown(ledgers=credits(ann=0.5, bob=-1), duty={"cy": TOMORROW}, loads=opened(ann=2))
    assert view.candidates == (
        Candidate(
            rep="ann",
            verdict="chosen",
            credit=Decimal(1),
            share=Decimal("0.5"),
            weight=1,
            open=2,
            why="furthest behind their share (+1.00)",
        ),
        Candidate(
            rep="bob",
            verdict="eligible",
            credit=Decimal("-0.5"),
            share=Decimal("0.5"),
            weight=1,
            open=0,
            why="ahead of their share",
        ),
        Candidate(
            rep="cy",
            verdict="excluded",
            code="off_hours",
            detail=(TOMORROW.bounds[0],),
            again="2026-11-03T09:00:00Z",
            why="off duty until 2026-11-03T09:00:00Z",
        ),
    )


def test_a_seat_shows_the_last_lead_and_the_last_turn() -> None:
    view = shown(loads={"ann": Load(last=NOW - HOUR)}, ledgers=credits(turns={"ann": 8}))
    (ann,) = [candidate for candidate in view.candidates if candidate.rep == "ann"]
    assert (ann.last, ann.turn, ann.fit) == ("2026-11-02T08:00:00Z", 8, None)


@pytest.mark.parametrize("how", ["least_loaded", "longest_idle", "best_fit"])
def test_credit_is_no_reason_where_something_else_decides(how: str) -> None:
    loads = {"ann": Load(open=1, last=5), "bob": Load(open=3, last=9), "cy": Load(open=3, last=9)}
    view = shown(f'how = "{how}"', loads=loads, ledgers=credits(ann=1, bob=-1))
    assert whys(view)["bob"][1] == "others stood before them"


def test_of_an_offer_everybody_reads_whether_it_is_theirs() -> None:
    view = shown('how = "shotgun"\nstages = [1, 2]\nwiden_after = "5m"\nunclaimed_after = "10m"')
    assert (view.outcome, view.offered, view.stage, view.widen) == ("offered", ("cy",), 0, "2026-11-02T09:05:00Z")
    assert (view.posting, view.charge, view.rep) == (None, 0, None)
    assert whys(view)["cy"] == ("eligible", "offered to them")
    assert whys(view)["ann"] == ("eligible", "not in the group that it is offered to")


def test_a_desk_shows_whom_it_might_choose() -> None:
    view = shown('how = "manual"\ndesk = "bob"')
    assert (view.outcome, view.held, view.desk, view.suggestions) == ("held", "manual", "bob", ("cy", "ann", "bob"))
    assert set(whys(view).values()) == {("eligible", "may have it from the desk")}


def test_waiting_shows_what_was_tried() -> None:
    view = shown(
        '[[rule.tier]]\nwho = ["rep ann"]\n[[rule.tier]]\nwho = ["rep bob"]',
        who="",
        duty=dict.fromkeys(THREE.reps, TOMORROW),
    )
    assert (view.outcome, view.waits, view.wake, view.due) == (
        "waiting",
        "nobody",
        "2026-11-03T09:00:00Z",
        "2026-11-03T13:00:00Z",
    )
    assert [(part.rule, part.tier, part.pool, part.candidates[0].rep) for part in view.tried] == [
        ("Everybody", 1, "rule Everybody", "ann"),
        ("Everybody", 2, "rule Everybody", "bob"),
    ]
    assert (view.tier, view.candidates) == (None, ())


def test_a_tier_that_is_held_open_shows_its_own_people() -> None:
    soon = Duty(bounds=(NOW + MINUTE, NOW + HOUR))
    view = shown('[[rule.tier]]\nwho = ["rep ann"]\nwait = "1h"', who="", duty={"ann": soon})
    assert (view.waits, view.tier, [part.rep for part in view.candidates], view.tried) == ("tier", 1, ["ann"], ())


def test_screens_and_twins_show_only_themselves() -> None:
    rules = policy(
        '[[screen]]\nreject = "x"\nwhen = "visits > 1"',
        '[[screen]]\nreview = "y"\nwhen = "visits > 0"',
        rule(when="employees > 1"),
    )
    rejected, review = (seen(ruled(rules, one=lead(visits=visits)), rules) for visits in (2, 1))
    twin = seen(ruled(rules, one=replace(lead(), twin=Twin("first", "ann"))), rules)
    assert (rejected.outcome, rejected.screen, rejected.unknown) == ("rejected", 0, ())
    assert (review.held, review.screen, review.desk) == ("review", 1, None)
    assert (twin.outcome, twin.of, twin.rep, twin.unknown, twin.rule) == ("duplicate", "first", "ann", (), None)


def test_an_escalation_keeps_the_rule_and_names_the_desk() -> None:
    people = roster(pool("sales", "ann", manager="zoe"), rep("zoe"))
    rules = policy(rule("reassign = { times = 1 }"), people=people)
    ruling = on_silence(lead(), ruled(rules, people).decision, rules, snapshot(people))
    assert ruling is not None
    view = seen(ruling, rules)
    assert (view.held, view.desk, view.rule, view.tier, view.candidates) == ("escalated", "zoe", "Everybody", 1, ())


# --- what was not known


@pytest.mark.parametrize(
    ("fields", "match", "unknown"),
    [
        ({}, None, [("Big", "employees not known"), ("Key", "no account matched")]),
        ({"employees": 3}, owned_by("ann"), [("Key", "account.tier not known")]),
        ({"employees": 3, "account.tier": "A"}, owned_by("ann"), []),
    ],
)
def test_rules_that_did_not_match_for_want_of_knowledge_are_named(
    fields: dict[str, Any], match: Match | None, unknown: list[tuple[str, str]]
) -> None:
    rules = policy(
        rule(name="Big", when="employees > 9"),
        rule(name="Key", when='account.tier == "B"'),
        rule(),
        rule(name="Late", when="visits > 1"),
    )
    view = seen(ruled(rules, one=lead(match=match, **fields)), rules)
    assert [(part.rule, part.why) for part in view.unknown] == unknown


def test_with_no_rule_at_all_every_rule_may_be_among_the_unknown() -> None:
    rules = policy(rule(name="a", when="employees > 9"), rule('otherwise = "next"', name="b", when="visits > 1"))
    view = seen(ruled(rules, one=lead(visits=2), duty=dict.fromkeys(THREE.reps, NEVER)), rules)
    assert ([part.rule for part in view.unknown], view.passed, view.held) == (["a"], ("b",), "nobody")


# --- numbers


def test_a_lead_that_does_not_cost_one_shows_its_share_and_its_part() -> None:
    people = roster(pool("sales", "ann:2 bob", value_fair=True))
    rules = policy(rule('how = "weighted"'), people=people)
    view = seen(ruled(rules, people, lead(value=Decimal("10.50"))), rules)
    assert (view.charge, view.value) == (Decimal("10.5"), Decimal("10.50"))
    assert [(part.rep, part.share, part.entitled) for part in view.candidates] == [
        ("ann", Decimal("0.666666667"), Decimal(7)),
        ("bob", Decimal("0.333333333"), Decimal("3.5")),
    ]


def test_what_a_claim_was_spared_can_be_seen_by_everybody() -> None:
    people = roster(pool("sales", "ann bob", charges=frozenset({"least_loaded"}), debt_limit=1))
    view = shown('how = "least_loaded"', people, ledgers=credits(ann=-1, bob=1), loads=opened(bob=1))
    assert (view.posting, view.charge, view.written_off) == ("claim", 1, Decimal("0.5"))
    assert [(part.rep, part.share, part.entitled) for part in view.candidates] == [
        ("ann", Decimal("0.5"), Decimal(1)),
        ("bob", Decimal("0.5"), Decimal(0)),
    ]


@given(st.integers(-(10**18), 10**18))
def test_units_are_leads_with_nine_places_and_come_back_exactly(number: int) -> None:
    assert units(leads(number)) == number
    assert leads(number) * UNIT == number


def test_no_number_of_the_json_is_rounded() -> None:
    one = lead(value=Decimal("123456789012345678.123456789"), score=Decimal("0.10"))
    rules = policy()
    text = encode(seen(ruled(rules, one=one), rules))
    assert b'"value":123456789012345678.123456789' in text
    assert b'"score":0.10' in text
    assert json.loads(text, parse_float=str)["candidates"][0]["credit"] == "0.333333334"


SILENT: Final = {
    "rep",
    "desk",
    "of",
    "offered",
    "blind",
    "screen",
    "waits",
    "held",
    "written_off",
    "tried",
    "passed",
    "history",
}


def test_fields_that_say_nothing_are_left_out() -> None:
    text = json.loads(encode(shown(duty=dict.fromkeys(THREE.reps, NEVER), text='otherwise = "next"')))
    assert not (SILENT - {"held", "tried", "passed"}) & text.keys()
    assert (text["held"], text["passed"]) == ("nobody", ["Everybody"])
