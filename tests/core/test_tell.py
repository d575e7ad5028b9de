"""`because` is one true sentence, whatever has become of the lead."""

from typing import Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.codes import Code, Exclusion
from evenhand.core.decide import Ruling
from evenhand.core.follow import on_silence, on_stale
from evenhand.core.ledger import UNIT
from evenhand.core.model import DAY, MINUTE, Absence, Cap, Duty, Load, Match, Past, Roster, Team, Twin
from evenhand.core.outcome import Trigger
from evenhand.core.tell import because, counted, say_leads, say_trigger
from tests.factories import (
    NEVER,
    NOW,
    OFFICE,
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


def said(
    text: str = "", people: Roster = THREE, *, who: str = '["pool sales"]', match: Match | None = None, **world: Any
) -> str:
    rules = policy(rule(text, who=who), people=people)
    past = world.pop("past", Past())
    return told(ruled(rules, people, replace(lead(match=match), past=past), **world), text, people, who)


def told(ruling: Ruling, text: str, people: Roster, who: str) -> str:
    return because(ruling.decision, ruling.case, policy(rule(text, who=who), people=people))


@pytest.mark.parametrize(
    ("units", "said"),
    [(0, "+0.00"), (UNIT * 61 // 100, "+0.61"), (-UNIT // 3, "-0.33"), (-4, "+0.00"), (-UNIT // 200, "-0.01")],
)
def test_credit_is_said_in_leads_with_its_sign(units: int, said: str) -> None:
    assert say_leads(units) == said


# --- whose turn it was


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (
            {"ledgers": credits(ann=0.5, cy=-0.5)},
            "Ann: in pool sales, on duty, 0 open; furthest behind their share (+0.83).",
        ),
        ({"duty": {"bob": NEVER, "cy": NEVER}}, "Ann: in pool sales, on duty, 0 open; the only one who could take it."),
        ({}, "Cy: in pool sales, on duty, 0 open; as far behind as anybody (+0.33), and first by lot."),
        (
            {"ledgers": credits(turns={"ann": 4, "bob": 2, "cy": 3})},
            "Bob: in pool sales, on duty, 0 open; as far behind as anybody (+0.33), and longest without a lead here.",
        ),
        (
            {"ledgers": credits(turns={"ann": 4, "cy": 3})},
            "Bob: in pool sales, on duty, 0 open; as far behind as anybody (+0.33), and without a lead here so far.",
        ),
        (
            {"ledgers": credits(ann=-2, bob=4, cy=-2.5), "duty": {"bob": NEVER}},
            "Ann: in pool sales, on duty, 0 open; least ahead of their share (-1.50).",
        ),
        (
            {"ledgers": credits(ann=-2, bob=4, cy=-2, turns={"cy": 1, "ann": 2}), "duty": {"bob": NEVER}},
            "Cy: in pool sales, on duty, 0 open; as little ahead as anybody (-1.50), and longest without a lead here.",
        ),
    ],
)
def test_the_turn_is_told_by_credit_then_by_time_then_by_lot(world: dict[str, Any], why: str) -> None:
    assert said(**world) == why


def test_whoever_takes_it_before_somebody_further_behind_does_so_because_their_share_falls_due() -> None:
    people = roster(pool("sales", "ann:25 bob cy dan"))
    owed = credits(ann=-0.35, bob=0.65, cy=-0.15, dan=-0.15)
    assert said('how = "weighted"', people, ledgers=owed).endswith("the first whose share falls due (+0.54).")


def test_equals_of_different_weight_are_told_no_untruth() -> None:
    people = roster(pool("sales", "ann:3 bob"))
    world: dict[str, Any] = {"ledgers": credits(ann=-0.25, bob=0.25, turns={"ann": 9, "bob": 3})}
    text = said('how = "weighted"', people, **world)
    assert text in (
        "Ann: in pool sales, on duty, 0 open; as far behind as anybody (+0.50), and first in line.",
        "Bob: in pool sales, on duty, 0 open; as far behind as anybody (+0.50), and longest without a lead here.",
    )


@pytest.mark.parametrize(
    ("how", "world", "why"),
    [
        (
            "least_loaded",
            {"loads": opened(ann=2, bob=1, cy=3)},
            "Bob: in pool sales, on duty, 1 open; least loaded of 3, with 1 open.",
        ),
        (
            "least_loaded",
            {"loads": opened(ann=1, bob=1, cy=3), "ledgers": credits(ann=0.5, bob=-1, cy=0.5)},
            (
                "Ann: in pool sales, on duty, 1 open; as lightly loaded as anybody, with 1 open; of those, "
                "furthest behind their share (+0.83)."
            ),
        ),
        (
            "longest_idle",
            {"loads": {"ann": Load(last=9), "bob": Load(last=8), "cy": Load(last=7)}},
            "Cy: in pool sales, on duty, 0 open; longest without a lead of 3.",
        ),
        (
            "longest_idle",
            {"loads": {"ann": Load(last=9)}, "ledgers": credits(turns={"cy": 1, "bob": 2})},
            (
                "Cy: in pool sales, on duty, 0 open; as long without a lead as anybody; of those, "
                "as far behind as anybody (+0.33), and longest without a lead here."
            ),
        ),
        (
            "best_fit",
            {"ledgers": credits(ann=0.5, cy=-0.5)},
            "Ann: in pool sales, on duty, 0 open; best fit and share together (fit 0, credit +0.83).",
        ),
        (
            "cherry_pick",
            {"ledgers": credits(ann=0.5, cy=-0.5), "past": Past(unclaimed=True)},
            "Ann: in pool sales, on duty, 0 open; furthest behind their share (+0.83).",
        ),
    ],
)
def test_each_way_tells_its_own_reason(how: str, world: dict[str, Any], why: str) -> None:
    assert said(f'how = "{how}"', **world) == why


# --- who it was


@pytest.mark.parametrize(
    ("text", "who", "why"),
    [
        ("", '["rep ann", "available"]', "Ann: named by the rule, on duty, 2 of 8 open."),
        ("even_if_away = true", '["rep ann"]', "Ann: named by the rule, 2 of 8 open."),
        ("", '["account owner", "territory"]', "Ann: owner of Acme, 2 of 8 open."),
        ("", '["account owner", "pool sales"]', "Ann: owner of Acme, in pool sales, 2 of 8 open."),
        ("strict = true", '["account owner", "pool sales"]', "Ann: owner of Acme, in pool sales, 2 of 8 open."),
        ("", '["manager of north"]', "Ann: manager of north, on duty, 2 of 8 open."),
        (
            "",
            '["pool gone", "skill law >= 9"]',
            "Ann: in pool sales, on duty, 2 of 8 open; the only one who could take it.",
        ),
    ],
)
def test_an_assignment_names_what_was_asked_and_nothing_else(text: str, who: str, why: str) -> None:
    people = roster(
        pool("sales", "ann"),
        pool("other", "bob"),
        pool("gone", "bob:0"),
        rep("ann", caps={"open": 8}),
        Team(name="north", manager="ann"),
    )
    otherwise = 'otherwise = "pool sales"' if "gone" in who else ""
    assert said(f"{text}\n{otherwise}", people, who=who, match=owned_by("ann"), loads=opened(ann=2)) == why


def test_a_deputy_is_told_as_one() -> None:
    away = Duty(absences=(Absence(NOW - DAY, NOW + DAY, "leave", "bob"),))
    text = said(who='["account owner"]', match=owned_by("ann"), duty={"ann": away})
    assert text == "Bob: deputy of ann, owner of Acme, 0 open."


def test_an_owner_who_is_off_duty_is_not_told_to_be_on_duty() -> None:
    assert said(who='["account owner"]', match=owned_by("ann"), duty={"ann": NEVER}) == "Ann: owner of Acme, 0 open."


# --- nobody, yet


SEVEN: Final = roster(pool("sales", "a b c d e f g"))


@pytest.mark.parametrize(
    ("text", "people", "why"),
    [
        ('how = "cherry_pick"', roster(pool("sales", "ann")), "Offered to 1 person; the first to take it has it: Ann."),
        (
            'how = "cherry_pick"\nblind = true',
            THREE,
            "Offered blind to 3 people; the first to take it has it: Cy, Ann, Bob.",
        ),
        ('how = "manual"', THREE, "Lies on the desk: to be assigned by hand."),
        ('how = "manual"\ndesk = "bob"', THREE, "Lies on the desk of Bob: to be assigned by hand."),
        ('how = "by_territory_manager"', THREE, "Lies on the desk: the manager of the lead's area hands it out."),
    ],
)
def test_offers_and_desks_are_told_with_their_people(text: str, people: Roster, why: str) -> None:
    assert said(text, people) == why


def test_of_many_people_five_are_named() -> None:
    assert said('how = "cherry_pick"', SEVEN).endswith(" and 2 more.")


WAITS: Final = '[[rule.tier]]\nwho = ["pool sales"]\nwait = "1h"\n[[rule.tier]]\nwho = ["account owner"]'
SOON: Final = Duty(bounds=(NOW + MINUTE, NOW + DAY))


@pytest.mark.parametrize(
    ("text", "duty", "why"),
    [
        (WAITS, SOON, "Held open for this tier (3 off duty); looks again at 2026-11-02T09:01:00Z."),
        (
            WAITS,
            TOMORROW,
            (
                "Waits: nobody can take it now (3 off duty); looks again at 2026-11-03T09:00:00Z; "
                "goes to the desk at 2026-11-03T13:00:00Z."
            ),
        ),
        (
            'who = ["pool sales"]\notherwise = "wait"',
            TOMORROW,
            "Waits: nobody can take it now (3 off duty); looks again at 2026-11-03T09:00:00Z.",
        ),
        ('who = ["pool sales"]\notherwise = "wait"', NEVER, "Waits: nobody can take it now (3 off duty)."),
        (
            'who = ["pool sales"]\notherwise = "desk"',
            NEVER,
            "Lies on the desk: nobody could take it: no eligible member, 3 off duty.",
        ),
    ],
)
def test_waiting_is_told_with_who_is_missing_and_until_when(text: str, duty: Duty, why: str) -> None:
    assert said(text, who="", duty=dict.fromkeys(THREE.reps, duty)) == why


def test_a_paused_pool_goes_to_the_desk_when_its_people_have_worked() -> None:
    text = said(people=roster(pool(paused=True)), duty=dict.fromkeys(THREE.reps, OFFICE))
    assert text == "Waits: nobody can take it now (3 paused); looks again at 2026-11-02T13:00:00Z."


def test_whoever_is_in_two_tiers_counts_once() -> None:
    tiers = 'who = [["pool sales", "skill law >= 1"], ["pool sales"]]\notherwise = "desk"'
    away = dict.fromkeys(THREE.reps, NEVER)
    assert said(tiers, who="", duty=away).endswith("nobody could take it: no eligible member, 3 off duty.")


def test_what_can_never_be_taken_says_so() -> None:
    assert said(people=roster(pool("sales", "ann:0 bob:0"))) == (
        "Lies on the desk: nobody could ever take it: no eligible member, 2 weight 0."
    )
    assert said(who='["account owner"]') == "Lies on the desk: nobody could ever take it."


def test_screens_twins_and_missing_rules_are_told() -> None:
    screens = [
        f'[[screen]]\n{word} = "odd"\nwhen = "{when}"'
        for word, when in (("reject", "visits > 9"), ("review", "visits > 5"))
    ]
    rules = policy(*screens, rule(when="visits > 1"))
    leads = [
        lead(visits=10),
        lead(visits=6),
        lead(),
        replace(lead(), twin=Twin("first", "ann")),
        replace(lead(), twin=Twin("first")),
    ]
    rulings = [ruled(rules, one=one) for one in leads]
    assert [because(one.decision, one.case, rules) for one in rulings] == [
        "Rejected: odd.",
        "Lies on the desk: held for review: odd.",
        "Lies on the desk: no rule matches this lead.",
        "The same person as in lead first, which Ann holds.",
        "The same person as in lead first.",
    ]


def test_escalation_names_the_manager() -> None:
    people = roster(pool("sales", "ann", manager="zoe"), rep("zoe"))
    rules = policy(rule("reassign = { times = 1 }"), people=people)
    ruling = on_silence(lead(), ruled(rules, people).decision, rules, snapshot(people))
    assert ruling is not None
    assert because(ruling.decision, ruling.case, rules) == "Lies on the desk of Zoe: nobody answered in time."


@pytest.mark.parametrize("code", sorted(Code))
def test_every_code_can_be_counted_in_words(code: Code) -> None:
    text = counted((("a", Exclusion(code)), ("b", Exclusion(code))))
    assert text.startswith("2 ")
    assert "_" not in text


@settings(max_examples=50)
@given(data=st.data())
def test_whoever_is_told_to_be_furthest_behind_is(data: st.DataObject) -> None:
    owed: dict[str, Any] = {name: data.draw(st.integers(-3, 3)) / 4 for name in THREE.reps}
    people = roster(pool("sales", "ann:3 bob:2 cy"), replace(rep("cy"), caps=(Cap("open", 5),)))
    rules = policy(rule('how = "weighted"'), people=people)
    ruling = ruled(rules, people, ledgers=credits(**owed))
    line = ruling.decision.attempts[0].line
    best = max(standing.credit for standing in line)
    text = because(ruling.decision, ruling.case, rules)
    assert ("furthest behind" in text or "least ahead" in text or "as anybody" in text) == (best - line[0].credit <= 1)
    assert ("falls due" in text) == (best - line[0].credit > 1)


@pytest.mark.parametrize("trigger", get_args(Trigger))
def test_every_trigger_is_told_in_words(trigger: Trigger) -> None:
    assert say_trigger(trigger)
    assert "_" not in say_trigger(trigger)


def test_a_manager_hears_that_a_lead_was_left_lying() -> None:
    people = roster(pool(manager="cy"))
    rules = policy(rule("reassign = { times = 1 }"), people=people)
    one = replace(lead(), past=Past(holders=("bob",)))
    moved = on_stale(one, ruled(rules, people).decision, rules, snapshot(people))
    assert moved is not None
    why = because(moved.decision, moved.case, rules)
    assert why == "Lies on the desk of Cy: it was answered once and then left lying."
