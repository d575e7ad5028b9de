"""Leads that a person chose somebody for: by hand, or from an offer. Nothing holds them back, everything is kept."""

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.analytics.replay import RecordReplay
from evenhand.core.advance import advance
from evenhand.core.codes import Code
from evenhand.core.decide import Ruling
from evenhand.core.ledger import UNIT, refund
from evenhand.core.model import DAY, HOUR, MINUTE, Backlog, Lead, Load, Past, Roster, Snapshot, Team, Twin
from evenhand.core.outcome import Assigned, Hand
from evenhand.core.policy.model import Policy
from evenhand.core.record import pack, record, unpack
from evenhand.core.taken import Taking, on_taken
from evenhand.core.tell import because
from evenhand.core.view import Candidate
from evenhand.errors import Conflict, NotFound
from tests.core.replaying import comes_out_again, seen
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
    snapshot,
)
from tests.strategies import REPS, Event, Floor, Table, histories, policies, rosters, setup_of, tables

CHARGING: Final = pool("sales", charges=frozenset({"by_hand", "cherry_pick"}))


def given_to(
    who: str = "ann",
    rules: Policy | None = None,
    people: Roster = THREE,
    one: Lead | None = None,
    *,
    how: Hand = "by_hand",
    offered: str = "",
    **world: Any,
) -> Ruling:
    """Give a lead to somebody, and see that the record alone gives the same decision to the byte."""
    rules = rules or policy(people=people)
    ruling = on_taken(one or lead(), rules, snapshot(people, **world), Taking(who, how, offered))
    comes_out_again(ruling, rules)
    return ruling


def warned(ruling: Ruling) -> Code | None:
    excluded = dict(ruling.decision.attempts[-1].excluded)
    return no.code if (no := excluded.get(ruling.decision.rep or "")) else None


def told(ruling: Ruling, rules: Policy | None = None) -> str:
    return because(ruling.decision, ruling.case, rules or policy(people=ruling.case.snapshot.roster))


# --- who


def test_somebody_of_the_pool_gets_it_whoever_is_next_in_line() -> None:
    ruling = given_to("cy", ledgers=credits(ann=1, cy=-1))
    decision = ruling.decision
    assert (decision.rep, decision.trigger, decision.pool, decision.posting) == ("cy", "by_hand", "sales", "count")
    assert [standing.rep for standing in decision.attempts[-1].line][::2] == ["ann", "cy"]
    assert told(ruling) == "Cy: given by hand."


@pytest.mark.parametrize(
    ("world", "code", "said"),
    [
        ({"duty": {"ann": TOMORROW}}, Code.OFF_HOURS, "off duty until 2026-11-03T09:00:00Z"),
        ({"away": frozenset({"ann"})}, Code.AWAY, "set away"),
        ({"paused": frozenset({"everything"})}, Code.PAUSED, "everything is paused"),
        ({"paused": frozenset({"pool sales"})}, Code.PAUSED, "pool sales is paused"),
        ({"loads": {"ann": Load(open=5)}}, Code.AT_OPEN_CAP, "full: 5 of 5 open"),
        ({"loads": {"ann": Load(counts=(("day", NOW // DAY, 2),))}}, Code.AT_DAY_CAP, "daily cap 2/2"),
    ],
)
def test_what_was_in_the_way_is_kept_as_a_warning(world: dict[str, Any], code: Code, said: str) -> None:
    people = roster(pool(), rep("ann", caps={"open": 5, "day": 2}))
    ruling = given_to(people=people, **world)
    assert (ruling.decision.rep, warned(ruling)) == ("ann", code)
    assert told(ruling) == f"Ann: given by hand; although {said}."
    assert "ann" in {standing.rep for standing in ruling.decision.attempts[-1].line}


def test_the_warning_stands_with_the_chosen_candidate_who_is_listed_once() -> None:
    ruling = given_to(people=roster(pool(), rep("ann", caps={"open": 1})), loads=opened(ann=1), duty={"bob": NEVER})
    view = seen(ruling, policy())
    assert [(who.rep, who.verdict, who.code) for who in view.candidates] == [
        *sorted([("ann", "chosen", "at_open_cap"), ("cy", "eligible", None)], key=lambda who: place(ruling, who[0])),
        ("bob", "excluded", "off_hours"),
    ]
    assert {who.why for who in view.candidates} == {
        "given by hand; although full: 1 of 1 open",
        "could have had it too",
        "off duty",
    }


def place(ruling: Ruling, who: str) -> int:
    return [standing.rep for standing in ruling.decision.attempts[-1].line].index(who)


def test_somebody_outside_the_pool_gets_the_lead_and_no_entry_in_its_ledger() -> None:
    people = roster(pool("sales", "bob cy zed:0"), rep("ann"))
    before = snapshot(people, ledgers=credits(bob=1, cy=-1))
    for who, code in (("ann", Code.NOT_IN_POOL), ("zed", Code.WEIGHT_ZERO)):
        ruling = given_to(who, people=people, ledgers=before.ledgers)
        assert (ruling.decision.posting, ruling.decision.pool, warned(ruling)) == ("none", "sales", code)
        after = advance(before, ruling.decision)
        assert (after.ledgers, after.values, after.loads[who].open) == (before.ledgers, {}, 1)
    first = seen(ruling, policy(people=people)).candidates[0]
    why = "given by hand; although weight 0 in pool sales"
    assert first == Candidate(rep="zed", verdict="chosen", open=0, code="weight_zero", detail=("sales",), why=why)


def test_a_previous_holder_and_one_who_declined_may_be_given_it_again() -> None:
    past = Past(holders=("ann",), declined=("bob",))
    codes = [warned(given_to(who, one=replace(lead(), past=past))) for who in THREE.reps]
    assert codes == [Code.PREVIOUS_HOLDER, Code.DECLINED, None]


def test_nobody_else_need_be_there() -> None:
    nobody = dict.fromkeys(THREE.reps, NEVER)
    assert len(given_to(duty=nobody).decision.attempts[-1].line) == 1
    outside = given_to("dan", people=roster(pool(), rep("dan")), duty=nobody)
    assert (outside.decision.rep, outside.decision.attempts[-1].line) == ("dan", ())


def test_a_name_that_nobody_has_and_one_who_has_left_are_refused() -> None:
    people = roster(pool(), rep("ann", active=False))
    with pytest.raises(NotFound, match=r"nobody in the roster has the id 'bop'. Did you mean 'bob'\?"):
        given_to("bop", people=people)
    with pytest.raises(NotFound, match=r"'somebody'\.$"):
        given_to("somebody", people=people)
    with pytest.raises(Conflict, match="ann has left or is not active"):
        given_to("ann", people=people)


# --- by which rule


def test_neither_screens_nor_twins_are_asked() -> None:
    rules = policy('[[screen]]\nreject = "test"\nwhen = "always"', rule())
    one = replace(lead(), twin=Twin("first", "bob"))
    assert given_to(rules=rules, one=one).decision.rep == "ann"


def test_the_rule_is_the_first_that_matches_and_of_its_tiers_the_last() -> None:
    tiers = '[[rule.tier]]\nwho = ["rep bob"]\nwait = "30m"\n[[rule.tier]]\nwho = ["pool sales"]'
    rules = policy(rule(when='country == "FR"', name="French"), rule(tiers, name="Tiers", who=""))
    decision = given_to(rules=rules, one=lead(country="DE")).decision
    assert (decision.rule, decision.tier, decision.pool) == (1, 1, "sales")


def test_without_a_rule_the_lead_is_in_no_pool_and_the_warning_is_kept_all_the_same() -> None:
    rules = policy(rule(when='country == "FR"'))
    ruling = given_to(rules=rules, duty={"ann": TOMORROW}, loads=opened(ann=3))
    decision = ruling.decision
    assert (decision.rule, decision.tier, decision.pool, decision.posting) == (-1, -1, "", "none")
    assert (decision.outcome, warned(ruling)) == (Assigned("ann"), Code.OFF_HOURS)
    view = seen(ruling, rules)
    assert (view.rule, view.pool, [who.open for who in view.candidates]) == (None, None, [3])
    assert told(given_to(rules=rules), rules) == "Ann: given by hand."


@pytest.mark.parametrize("who", ['["account owner"]', '["rep bob"]', '["team inside"]', '["seniority >= 1"]'])
def test_a_rule_without_a_pool_posts_nothing(who: str) -> None:
    inside = Team(name="inside")
    people = roster(pool(), inside, rep("bob", team="inside", seniority=2), rep("ann", seniority=0))
    rules = policy(rule('respond_within = "1h"', who=who), people=people)
    one = lead(match=owned_by("bob"))
    ledgers = {**credits("rule Everybody", bob=1, turns={"bob": 7}), **credits(ann=0.5)}
    codes = [warned(given_to(name, rules, people, one, ledgers=ledgers)) for name in ("bob", "ann")]
    assert codes[0] is None
    assert codes[1] in (Code.NOT_ACCOUNT_ROLE, Code.NOT_NAMED, Code.NOT_IN_TEAM, Code.BELOW_SENIORITY)
    decision = given_to("ann", rules, people, one, ledgers=ledgers).decision
    assert (decision.pool, decision.posting, decision.charge) == ("", "none", 0)
    assert advance(snapshot(people, ledgers=ledgers), decision).ledgers == ledgers


OFFERS: Final = policy(
    rule('how = "longest_idle"', name="First"),
    rule('how = "cherry_pick"', name="Offered"),
    people=roster(CHARGING),
)


def test_a_claim_counts_under_the_rule_that_offered_the_lead() -> None:
    ruling = given_to(rules=OFFERS, people=roster(CHARGING), how="claimed", offered="Offered")
    assert (ruling.decision.rule, ruling.decision.posting) == (1, "claim")
    assert told(ruling, OFFERS) == "Ann: took the offer."


@pytest.mark.parametrize("offered", ["", "Renamed since"])
def test_a_claim_whose_rule_is_gone_counts_under_the_first_that_matches(offered: str) -> None:
    decision = given_to(rules=OFFERS, people=roster(CHARGING), how="claimed", offered=offered).decision
    assert (decision.rule, decision.posting) == (0, "count")


def test_by_hand_is_not_what_was_offered() -> None:
    decision = given_to(rules=OFFERS, people=roster(CHARGING), offered="Offered").decision
    assert (decision.rule, decision.posting) == (0, "claim")


# --- what it costs


@pytest.mark.parametrize(
    ("said", "charges", "how", "posting"),
    [
        ("", (), "by_hand", "count"),
        ("", ("by_hand",), "by_hand", "claim"),
        ("", ("by_hand",), "claimed", "count"),
        ("", ("cherry_pick",), "claimed", "claim"),
        ("", ("cherry_pick",), "by_hand", "count"),
        ("charge = true", (), "by_hand", "claim"),
        ("charge = true", (), "claimed", "claim"),
        ("charge = false", ("by_hand", "cherry_pick"), "by_hand", "count"),
        ("charge = false", ("by_hand", "cherry_pick"), "claimed", "count"),
    ],
)
def test_a_lead_is_charged_only_where_the_pool_or_the_rule_says_so(
    said: str, charges: tuple[str, ...], how: Hand, posting: str
) -> None:
    people = roster(pool(charges=frozenset(charges)))
    decision = given_to(
        rules=policy(rule(f'how = "cherry_pick"\n{said}'), people=people), people=people, how=how
    ).decision
    assert (decision.posting, decision.charge) == (posting, UNIT if posting == "claim" else 0)


def test_a_claim_beyond_the_debt_limit_is_written_off_and_reverses_exactly() -> None:
    people = roster(pool(charges=frozenset({"by_hand"}), debt_limit=1))
    before = snapshot(people, ledgers=credits(ann=-0.9, bob=0.5, cy=0.4))
    decision = given_to(people=people, ledgers=before.ledgers).decision
    after = advance(before, decision).ledgers["sales"]
    assert (decision.written_off > 0, after.credits["ann"], sum(after.credits.values())) == (True, -UNIT, 0)
    shares = [(standing.rep, standing.share) for standing in decision.attempts[-1].line]
    assert refund(after, shares, "ann").credits == before.ledgers["sales"].credits


@pytest.mark.parametrize(("how", "share"), [("round_robin", UNIT // 2), ("weighted", UNIT * 3 // 4)])
def test_shares_are_those_that_the_way_of_the_rule_gives(how: str, share: int) -> None:
    people = roster(pool("sales", "ann:3 bob", charges=frozenset({"by_hand"})))
    line = given_to(rules=policy(rule(f'how = "{how}"'), people=people), people=people).decision.attempts[-1].line
    assert {standing.rep: standing.share for standing in line}["ann"] == share


def test_a_value_fair_pool_charges_the_value_and_remembers_it() -> None:
    people = roster(pool(value_fair=True, charges=frozenset({"by_hand"})))
    decision = given_to(people=people, one=lead(value=300)).decision
    assert decision.charge == 300 * UNIT
    assert advance(snapshot(people), decision).values == {"sales": (300,)}
    unknown = given_to(people=people, values={"sales": (5, 7, 9)})
    assert unknown.decision.charge == 7 * UNIT


# --- by when


def test_the_time_to_answer_counts_in_the_taker_s_hours() -> None:
    rules = policy(rule('respond_within = "1h"\nremind_before = "15m"'))
    late = given_to(rules=rules, duty={"ann": TOMORROW}).decision.outcome
    nine = TOMORROW.bounds[0]
    assert late == Assigned("ann", nine + HOUR, nine + 45 * MINUTE)
    assert given_to(rules=rules, duty={"ann": NEVER}).decision.outcome == Assigned("ann")
    assert given_to(rules=rules, duty={"ann": OFFICE}).decision.outcome == Assigned(
        "ann", NOW + HOUR, NOW + 45 * MINUTE
    )


def test_a_lead_that_has_waited_takes_no_place_in_the_pace_of_the_backlog() -> None:
    people = roster(pool(backlog=Backlog(1, HOUR), max_ahead=1))
    paced = {"ann": Load(paced=(("sales", NOW - MINUTE),))}
    ruling = given_to(people=people, one=replace(lead(), past=Past(waiting_since=NOW - HOUR)), loads=paced)
    assert warned(ruling) == Code.BACKLOG_PACE
    assert advance(snapshot(people, loads=paced), ruling.decision).loads["ann"].paced == paced["ann"].paced
    ahead = given_to(people=people, ledgers=credits(ann=-2, bob=2))
    assert warned(ahead) == Code.TOO_FAR_AHEAD


def test_somebody_on_their_last_lead_is_away_after_this_one() -> None:
    world = snapshot(last_one=frozenset({"ann"}))
    assert advance(world, on_taken(lead(), policy(), world, Taking("ann")).decision).away == {"ann"}


# --- whatever happens


def chosen(floor: Floor, one: Lead, who: str, how: Hand, offered: str) -> tuple[Snapshot, Ruling] | None:
    if not floor.world.roster.reps[who].active:
        return None
    before = floor.world
    ruling = on_taken(one, floor.setup.policy, before, Taking(who, how, offered))
    floor.world = advance(before, ruling.decision)
    floor.rulings.append((before, ruling))
    return before, ruling


@settings(max_examples=25)
@given(policy=policies(), roster=rosters(), events=histories(), data=st.data())
def test_whatever_is_given_by_hand_in_between_everything_replays(
    policy: Table, roster: Table, events: list[Event], data: st.DataObject
) -> None:
    pools = [{**each, "charges": ["by_hand", "cherry_pick"]} for each in tables(roster, "pool")]
    floor = Floor(setup_of(policy, {**roster, "pool": pools}))
    names = st.sampled_from(["", "gone", *(each.name for each in floor.setup.policy.rules)])
    for number, event in enumerate(events):
        one = Lead(id=f"H{number}", received=floor.world.now, fields=event[3])
        chosen(
            floor,
            one,
            data.draw(st.sampled_from(REPS)),
            data.draw(st.sampled_from(["by_hand", "claimed"])),
            data.draw(names),
        )
        list(floor.live([event]))
        assert all(sum(ledger.credits.values()) == 0 for ledger in floor.world.ledgers.values())
    replay = RecordReplay("test")
    for _, ruling in floor.rulings:
        kept = unpack(pack(record(ruling, floor.setup.policy, engine="test")))
        assert list(replay.check(kept, floor.setup.policy, floor.setup.roster)) == []
    assert replay.ledgers == floor.world.ledgers


@settings(max_examples=25)
@given(policy=policies(), roster=rosters(), events=histories(), who=st.sampled_from(REPS))
def test_the_json_of_what_was_given_by_hand_gives_it_back(
    policy: Table, roster: Table, events: list[Event], who: str
) -> None:
    floor = Floor(setup_of(policy, roster))
    list(floor.live(events))
    for name, one in floor.leads.items():
        if (found := chosen(floor, one, who, "by_hand", "")) is not None:
            assert found[1].decision.lead == name
            comes_out_again(found[1], floor.setup.policy)
