"""What is kept of a decision is all that it takes to make it again, and nothing that identifies a person."""

import zlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.advance import advance
from evenhand.core.codes import PASSING, Code
from evenhand.core.instants import Offsets
from evenhand.core.ledger import UNIT
from evenhand.core.model import (
    DAY,
    HOUR,
    MINUTE,
    Absence,
    Backlog,
    Cap,
    CapKind,
    Duty,
    Load,
    Past,
    Roster,
    Territory,
    Twin,
)
from evenhand.core.outcome import Duplicate, Held, Offered, Rejected, Waiting
from evenhand.core.places import parse_area
from evenhand.core.record import as_value, fields_json, pack, read_fields
from evenhand.core.view import encode
from tests.core.replaying import comes_out_again, kept, seen
from tests.factories import (
    NEVER,
    NOW,
    OFFICE,
    THREE,
    TOMORROW,
    credits,
    lead,
    opened,
    outcome,
    owned_by,
    policy,
    pool,
    rep,
    roster,
    rule,
    ruled,
)

FALL_BACK: Final = ((0, 2 * HOUR), (NOW - 8 * DAY + 16 * HOUR, HOUR))  # Sunday 2026-10-25, 01:00 UTC
LEAVE: Final = Duty(bounds=TOMORROW.bounds, absences=(Absence(NOW - DAY, NOW + 15 * HOUR, "leave", "bob"),))
OWNER_FIRST: Final = rule('who = [["account owner"], ["pool sales"]]', who="")


def both(*, ann: Duty, bob: Duty = NEVER) -> dict[str, Duty]:
    return {"ann": ann, "bob": bob, "cy": NEVER}


# --- every outcome


@pytest.mark.parametrize("how", ["round_robin", "weighted", "least_loaded", "longest_idle", "best_fit"])
def test_an_assignment_comes_out_again_with_its_due_time(how: str) -> None:
    rules = policy(rule(f'how = "{how}"\nrespond_within = "3h"\nremind_before = "1h"'))
    loads = {"ann": Load(open=2, last=NOW - 5), "bob": Load(last=NOW - 5), "cy": Load(open=9)}
    turns = {"ann": 3, "bob": 4}
    ruling = ruled(
        rules, loads=loads, ledgers=credits(ann=0.5, bob=-0.5, turns=turns), duty=both(ann=OFFICE, bob=OFFICE)
    )
    assert ruling.decision.rep in ("ann", "bob")
    comes_out_again(ruling, rules)


@pytest.mark.parametrize("how", ["cherry_pick", "shotgun"])
@pytest.mark.parametrize("past", [Past(), Past(stage=1), Past(unclaimed=True)])
def test_an_offer_comes_out_again_at_each_stage(how: str, past: Past) -> None:
    stages = 'stages = [1, "pool"]\nwiden_after = "5m"' if how == "shotgun" else "blind = true"
    rules = policy(rule(f'how = "{how}"\nunclaimed_after = "1h"\n{stages}'))
    ruling = ruled(rules, one=replace(lead(), past=past))
    assert isinstance(ruling.decision.outcome, Offered) is not past.unclaimed
    comes_out_again(ruling, rules)


@pytest.mark.parametrize("how", ["manual", "by_territory_manager"])
@pytest.mark.parametrize("duty", [{}, both(ann=NEVER)])
def test_what_lies_on_a_desk_comes_out_again_with_and_without_suggestions(how: str, duty: dict[str, Duty]) -> None:
    area = Territory(name="North", areas=(parse_area("DE"),), manager="cy")
    people = roster(pool(manager="bob"), area)
    rules = policy(rule(f'how = "{how}"'), people=people)
    ruling = ruled(rules, people, lead(country="DE"), duty=duty)
    assert outcome(ruling).desk == ("bob" if how == "manual" else "cy")
    comes_out_again(ruling, rules)


def test_screened_and_twin_leads_come_out_again() -> None:
    rules = policy(
        '[[screen]]\nreject = "test"\nwhen = \'source == "test"\'',
        '[[screen]]\nreview = "odd"\nwhen = \'source == "odd"\'',
        rule(),
    )
    outcomes = [
        comes_out_again(ruled(rules, one=one), rules).decision.outcome
        for one in (lead(source="test"), lead(source="odd"), replace(lead(), twin=Twin("first", "ann")))
    ]
    assert outcomes == [Rejected(0), Held("review", screen=1), Duplicate("first", "ann")]


def test_a_lead_without_a_rule_comes_out_again() -> None:
    rules = policy(rule(when='country == "DE"', name="a"), rule('otherwise = "next"', when='country == "US"', name="b"))
    for one in (lead(), lead(country="US")):
        ruling = ruled(rules, one=one, duty=both(ann=NEVER))
        assert isinstance(ruling.decision.outcome, Held)
        comes_out_again(ruling, rules)


def test_a_lead_that_waits_for_a_tier_comes_out_again() -> None:
    tiers = '[[rule.tier]]\nwho = ["rep ann"]\nwait = "30m"\n[[rule.tier]]\nwho = ["pool sales"]'
    rules = policy(rule(tiers, who=""))
    ruling = ruled(rules, duty=both(ann=Duty(bounds=(NOW + MINUTE, NOW + HOUR)), bob=OFFICE))
    assert ruling.decision.outcome == Waiting("tier", NOW + MINUTE)
    past = Past(waiting_since=NOW - HOUR, rule="Everybody", tier=0, tier_since=NOW - HOUR)
    later = ruled(rules, one=replace(lead(), past=past), duty=both(ann=NEVER, bob=OFFICE), trigger="waiting")
    assert later.decision.rep == "bob"
    comes_out_again(ruling, rules)
    comes_out_again(later, rules)


@pytest.mark.parametrize("otherwise", ["", 'otherwise = "wait"', 'otherwise = "desk"', 'otherwise = "pool spare"'])
@pytest.mark.parametrize("since", [None, NOW - DAY, NOW - 9 * DAY])
@pytest.mark.parametrize("duty", [OFFICE, TOMORROW, NEVER, Duty(bounds=(NOW + HOUR, NOW + 2 * HOUR))])
def test_waiting_for_anybody_comes_out_again(otherwise: str, since: int | None, duty: Duty) -> None:
    people = roster(pool(), pool("spare", "dan"), rep("ann", away=True), rep("bob", caps={"open": 1}))
    rules = policy(rule(otherwise), people=people)
    one = replace(lead(), past=Past(waiting_since=since))
    ruling = ruled(rules, people, one, duty={**both(ann=duty, bob=OFFICE), "dan": TOMORROW}, loads=opened(bob=1))
    assert ruling.decision.rep is None
    comes_out_again(ruling, rules)


# --- every passing code


def passing_code(code: Code) -> tuple[Roster, dict[str, Any], Past]:
    caps: Mapping[Code, CapKind] = {Code.AT_OPEN_CAP: "open", Code.AT_DAY_CAP: "day", Code.AT_PERIOD_CAP: "week"}
    people = {
        Code.AWAY: roster(pool(), rep("ann", away=True)),
        Code.PAUSED: roster(pool(paused=True)),
        Code.BACKLOG_PACE: roster(pool(backlog=Backlog(2, 10 * MINUTE))),
        Code.TOO_FAR_AHEAD: roster(pool(max_ahead=2)),
    }
    duty = {
        Code.ON_LEAVE: LEAVE,
        Code.HOLIDAY: Duty(absences=(Absence(NOW, NOW + HOUR, "holiday"),)),
        Code.OFF_HOURS: TOMORROW,
    }
    counts: tuple[tuple[CapKind, int, int], ...] = (("day", NOW // DAY, 1), ("week", (NOW // DAY + 3) // 7, 1))
    paced = (("sales", NOW - MINUTE), ("sales", NOW - 9 * MINUTE), ("sales", NOW - HOUR))
    world = {
        "loads": {"ann": Load(open=1, counts=counts, paced=paced)},
        "duty": both(ann=duty.get(code, OFFICE)),
        "ledgers": credits(ann=-2.25, bob=2.25),
    }
    past = Past(waiting_since=NOW - HOUR) if code is Code.BACKLOG_PACE else Past()
    capped = roster(pool(), rep("ann", caps={caps[code]: 1})) if code in caps else THREE
    return people.get(code, capped), world, past


@pytest.mark.parametrize("code", sorted(PASSING))
@pytest.mark.parametrize("otherwise", ["", 'otherwise = "wait"', 'otherwise = "next"'])
def test_each_passing_code_comes_out_again(code: Code, otherwise: str) -> None:
    people, world, past = passing_code(code)
    rules = policy(rule(otherwise), people=people)
    ruling = ruled(rules, people, replace(lead(), past=past), **world)
    assert dict(ruling.decision.attempts[0].excluded)["ann"].code is code
    comes_out_again(ruling, rules)


@pytest.mark.parametrize(
    "offsets", [((0, 0),), FALL_BACK, ((0, 0), (NOW + 3 * DAY, HOUR)), ((0, HOUR), (NOW - 30 * MINUTE, 0))]
)
@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("kind", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("now", [NOW, NOW - 8 * DAY - 9 * HOUR, NOW - 10 * DAY])
def test_each_cap_comes_out_again_when_the_clocks_are_changed(
    kind: CapKind, smooth: bool, offsets: Offsets, now: int
) -> None:
    people = roster(pool("sales", "ann"), replace(rep("ann"), caps=(Cap("open", 9), Cap(kind, 3, smooth))))
    rules = policy(rule(), people=people)
    world = ruled(rules, people, now=now, duty={"ann": Duty(bounds=(0, 1 << 53), offsets=offsets)})
    snapshot = world.case.snapshot
    for _ in range(3):
        ruling = ruled(rules, people, now=now, duty=snapshot.duty, loads=snapshot.loads)
        snapshot = advance(snapshot, ruling.decision)
    ruling = ruled(rules, people, now=now, duty=snapshot.duty, loads=snapshot.loads)
    assert ruling.decision.rep is None
    comes_out_again(ruling, rules)


# --- what is easily forgotten


@pytest.mark.parametrize("said", ["", "strict = true", "even_if_away = true"])
@pytest.mark.parametrize("past", [Past(), Past(holders=("ann",)), Past(declined=("bob",))])
@pytest.mark.parametrize("duty", [OFFICE, LEAVE, NEVER, TOMORROW])
def test_owners_and_their_deputies_come_out_again(said: str, past: Past, duty: Duty) -> None:
    rules = policy(OWNER_FIRST.replace("who =", f'respond_within = "1h"\n{said}\nwho ='))
    one = replace(lead(match=owned_by("ann", steps=1)), past=past)
    comes_out_again(ruled(rules, one=one, duty=both(ann=duty, bob=OFFICE), loads=opened(ann=3)), rules)


def test_a_deputy_of_an_owner_who_has_left_comes_out_again() -> None:
    people = roster(pool(), rep("ann", active=False))
    rules = policy(rule(who='["account owner"]'), people=people)
    ruling = ruled(rules, people, lead(match=owned_by("ann")), duty=both(ann=LEAVE, bob=OFFICE))
    assert ruling.decision.rep == "bob"
    comes_out_again(ruling, rules)


@pytest.mark.parametrize("clock", ["working", "wall"])
def test_a_due_time_that_cannot_be_told_comes_out_again(clock: str) -> None:
    rules = policy(rule(f'respond_within = "3h"\neven_if_away = true\nclock = "{clock}"'))
    ruling = ruled(rules, duty={name: Duty(bounds=(NOW, NOW + HOUR)) for name in THREE.reps})
    assert (outcome(ruling).due is None) is (clock == "working")
    comes_out_again(ruling, rules)


def test_what_two_rules_saw_of_one_rep_is_put_together() -> None:
    people = roster(
        pool("a", "ann", backlog=Backlog(1, HOUR)),
        pool("b", "ann bob", max_ahead=1),
        rep("ann", caps={"open": 9, "day": 1}),
    )
    rules = policy(
        rule('otherwise = "next"', name="full today", who='["pool a"]'),
        rule('otherwise = "next"\neven_if_away = true', name="paced", who='["pool a"]'),
        rule('otherwise = "next"\neven_if_away = true', name="ahead", who='["pool b", "rep ann"]'),
        rule(name="by hand", who='["account owner"]'),
        people=people,
    )
    load = Load(open=4, counts=(("day", NOW // DAY, 1),), last=NOW - 1, paced=(("a", NOW - MINUTE),))
    one = replace(lead(match=owned_by("ann")), past=Past(waiting_since=NOW - HOUR))
    ruling = ruled(rules, people, one, loads={"ann": load}, ledgers=credits("b", ann=-1.5, bob=1.5), trigger="waiting")
    codes = [no.code for attempt in ruling.decision.attempts for _, no in attempt.excluded]
    assert codes == [Code.AT_DAY_CAP, Code.BACKLOG_PACE, Code.NOT_NAMED, Code.TOO_FAR_AHEAD]
    assert comes_out_again(ruling, rules).decision.rep == "ann"


@pytest.mark.parametrize("how", ["round_robin", "least_loaded", "cherry_pick", "manual"])
@pytest.mark.parametrize("value", [{}, {"value": Decimal("1234.50")}, {"value": 10**9}])
def test_a_value_fair_pool_comes_out_again_also_for_leads_without_value(how: str, value: dict[str, Any]) -> None:
    people = roster(pool("sales", "ann:2 bob", value_fair=True, max_charge=5000))
    rules = policy(rule(f'how = "{how}"'), people=people)
    ruling = ruled(rules, people, lead(**value), values={"sales": (7, Decimal("0.07"), 900)})
    assert comes_out_again(ruling, rules).decision.attempts[0].line


def test_a_claim_beyond_the_debt_limit_comes_out_again_as_it_was_posted() -> None:
    people = roster(pool(charges=frozenset({"least_loaded"}), debt_limit=1))
    rules = policy(rule('how = "least_loaded"'), people=people)
    ruling = ruled(rules, people, ledgers=credits(ann=-1.25, bob=1, cy=0.25), loads=opened(bob=5, cy=5))
    assert (ruling.decision.rep, round(ruling.decision.written_off / UNIT, 6)) == ("ann", 0.666667)
    comes_out_again(ruling, rules)


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_happens_comes_out_again(data: st.DataObject) -> None:
    who = st.sampled_from(["ann", "bob", "cy"])
    people = roster(
        pool("sales", "ann:2 bob cy", max_ahead=2), pool("all", "cy bob"), rep("bob", caps={"open": 2, "day": 3})
    )
    how = data.draw(st.sampled_from(["round_robin", "weighted", "shotgun", "least_loaded", "best_fit"]))
    tiers = f'how = "{how}"\n[[rule.tier]]\nwho = ["account owner"]\nwait = "30m"\n[[rule.tier]]\nwho = ["pool all"]'
    rules = policy(rule(tiers, who="", name="a", when='country == "DE"'), rule('respond_within = "1h"'), people=people)
    duties = st.sampled_from([OFFICE, LEAVE, TOMORROW, NEVER, Duty(bounds=(NOW - HOUR, NOW, NOW + 1, NOW + HOUR))])
    past = Past(
        holders=tuple(data.draw(st.sets(who))), waiting_since=data.draw(st.sampled_from([None, NOW - 5 * HOUR]))
    )
    ruling = ruled(
        rules,
        people,
        replace(lead(match=owned_by(data.draw(who)), country=data.draw(st.sampled_from(["DE", "US"]))), past=past),
        duty={name: data.draw(duties) for name in people.reps},
        loads=opened(**{name: data.draw(st.integers(0, 3)) for name in people.reps}),
        ledgers=credits(
            ann=data.draw(st.sampled_from([0.0, 2.5, -2.5])), turns=data.draw(st.just({"ann": 4, "cy": 9}))
        ),
    )
    comes_out_again(ruling, rules)


# --- nothing that identifies a person

PERSON: Final = {
    "email": "kim.possible@personal.example",
    "phone": "+491719876543",
    "first_name": "Kimberly",
    "last_name": "Possible",
    "name": "Kimberly Possible",
    "message": "Call me at noon, Änne",
}
ASKS: Final = (
    '[[screen]]\nreject = "test"\nwhen = \'contains(message, "asdf")\'',
    "[[score]]\npoints = 5\nbecause = \"writes\"\nwhen = 'known(message)'",
    '[[score]]\npoints = 3\nbecause = "phone"\nwhen = \'contains(message, "noon") and starts_with(phone, "+49")\'',
    rule(name="VIP", when='email in ["boss@x.example"] or last_name == "Boss"'),
    rule(name="Warm", when='score >= 8 and (name == "Kimberly Possible" or contains(message, "noon"))'),
    rule(name="Rest"),
)


@pytest.mark.parametrize("gone", [(), ("message",), ("email", "name"), tuple(PERSON)])
def test_no_personal_value_is_in_any_form_of_the_record(gone: tuple[str, ...]) -> None:
    rules = policy(*ASKS)
    person: dict[str, Any] = {name: value for name, value in PERSON.items() if name not in gone}
    ruling = ruled(rules, one=lead(country="DE", **person))
    forms = [pack(kept(ruling, rules)), encode(seen(ruling, rules))]
    forms[0] = zlib.decompress(forms[0])
    assert not [value for value in PERSON.values() for form in forms if value.encode() in form]


@pytest.mark.parametrize("gone", [(), ("message",), ("email", "name"), tuple(PERSON)])
def test_an_erased_lead_is_decided_the_same(gone: tuple[str, ...]) -> None:
    rules = policy(*ASKS)
    person: dict[str, Any] = {name: value for name, value in PERSON.items() if name not in gone}
    ruling = ruled(rules, one=lead(country="DE", **person))
    again = comes_out_again(ruling, rules)
    assert again.case.lead.fields == {"country": "DE"}
    assert rules.rules[again.decision.rule].name == ("Rest" if "message" in gone else "Warm")


def test_only_the_fields_that_the_policy_reads_are_kept() -> None:
    rules = policy(rule(when="employees > 5", name="big"), rule('who = ["skill {use_case}", "pool sales"]', who=""))
    one = lead(employees=3, use_case="fraud", industry="steel", city="Ulm", email="kim@x.example")
    assert kept(ruled(rules, one=one), rules).lead == {"employees": 3, "use_case": "fraud", "city": "Ulm"}


# --- the stored form


def test_numbers_texts_lists_and_signs_of_every_script_survive() -> None:
    rules = policy(
        rule(when='value > 0 and "a" in tags and employees > 0 and consent and industry == "x"', name="all"), rule()
    )
    one = lead(value=Decimal("0.10"), tags=("ä", "日本", "a"), employees=2**60, consent=False, industry='"\\\u2028🙂')
    fields = comes_out_again(ruled(rules, one=one), rules).case.lead.fields
    assert fields == one.fields
    assert isinstance(fields["value"], Decimal)


FIELD: Final = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.text(st.characters(codec="utf-8")),
    st.lists(st.text(st.characters(codec="utf-8"))).map(tuple),
)


@given(fields=st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), FIELD))
def test_fields_go_to_json_and_back(fields: dict[str, Any]) -> None:
    assert read_fields(fields_json(fields)) == fields


@pytest.mark.parametrize("found", [None, {"a": 1}, 1.5])
def test_what_no_field_can_hold_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match="not the value of a field"):
        as_value(found)
