"""Who is away or paused for now: as if the roster said so, without a new roster."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.analytics.replay import RecordReplay
from evenhand.core.advance import Came, LastOne, Paused, Posted, Presence, Resumed, Went, advance
from evenhand.core.codes import Code, why_not
from evenhand.core.decide import Ruling, decide
from evenhand.core.ledger import Ledger
from evenhand.core.model import MINUTE, Duty, Past, Roster
from evenhand.core.outcome import Assigned, Held, Offered, Waiting
from evenhand.core.policy.model import Policy
from evenhand.core.record import pack, record, unpack
from evenhand.core.remedy import remedy
from tests.core.replaying import comes_out_again
from tests.factories import (
    NEVER,
    NOW,
    THREE,
    TOMORROW,
    lead,
    outcome,
    owned_by,
    policy,
    pool,
    rep,
    roster,
    rule,
    ruled,
    snapshot,
)
from tests.strategies import REPS, Event, Floor, Table, histories, policies, rosters, setup_of

ANN_ONLY: Final = roster(pool("sales", "ann"))


def kept_away(ruling: Ruling) -> dict[str, str]:
    return {who: why_not(no) for attempt in ruling.decision.attempts for who, no in attempt.excluded}


def _subjects(value: object) -> object:
    return frozenset(value.split(", ")) if isinstance(value, str) else value


def now(said: str = "", people: Roster = THREE, who: str = '["pool sales"]', **world: Any) -> Ruling:
    """Decide, and see that the record alone gives the same decision to the byte."""
    rules = policy(rule(said, who=who), people=people)
    said_of_world: dict[str, Any] = {name: _subjects(value) for name, value in world.items()}
    ruling = ruled(rules, people, lead(match=owned_by("ann")), **said_of_world)
    comes_out_again(ruling, rules)
    return ruling


def test_who_is_set_away_gets_nothing() -> None:
    ruling = now(away="ann, bob")
    assert ruling.decision.rep == "cy"
    assert kept_away(ruling) == {"ann": "set away", "bob": "set away"}


@pytest.mark.parametrize(
    ("subjects", "said"),
    [
        ("pool sales", "pool sales is paused"),
        ("rep ann, rep bob, rep cy", None),
        ("everything", "everything is paused"),
        ("everything, rep ann, pool other", "everything is paused"),
    ],
)
def test_a_pause_makes_the_lead_wait_and_says_what_is_paused(subjects: str, said: str | None) -> None:
    ruling = now(paused=subjects)
    assert outcome(ruling).why == "nobody"
    assert kept_away(ruling) == {who: said or f"{who} is paused" for who in THREE.reps}


def test_what_would_have_to_change_is_that_it_runs_again() -> None:
    said = [remedy(Code.PAUSED, (subject,)) for subject in ("pool a", "rep ann", "everything")]
    assert said == ["have pool a running again", "have ann running again", "have everything running again"]


def test_a_paused_person_leaves_the_lead_to_the_others() -> None:
    assert now(paused="rep ann", away="bob").decision.rep == "cy"


def test_away_does_not_matter_where_the_rule_says_so_but_a_pause_holds() -> None:
    assert now("even_if_away = true", ANN_ONLY, away="ann").decision.rep == "ann"
    for subject in ("rep ann", "pool sales", "everything"):
        assert now("even_if_away = true", ANN_ONLY, paused=subject).decision.rep is None


@pytest.mark.parametrize("world", [{"away": "ann"}, {"paused": "rep ann"}, {"paused": "everything"}])
def test_the_owner_of_an_account_is_not_there_either(world: Mapping[str, Any]) -> None:
    ruling = now('otherwise = "desk"', who='["account owner"]', **world)
    assert ruling.decision.outcome == Held("nobody")


def test_a_tier_that_names_a_paused_pool_and_the_owner_lets_the_owner_wait() -> None:
    assert kept_away(now(who='["account owner", "pool sales"]', paused="pool sales")) == {"ann": "pool sales is paused"}


OTHERWISE: Final = ["", 'otherwise = "next"', 'otherwise = "wait"', 'otherwise = "desk"', 'otherwise = "pool spare"']
TIERS: Final = '[[rule.tier]]\nwho = ["pool sales", "skill x >= 1"]\nwait = "30m"\n[[rule.tier]]\nwho = ["pool sales"]'


@pytest.mark.parametrize("otherwise", OTHERWISE)
@pytest.mark.parametrize("tiers", ["", TIERS])
def test_a_pool_paused_by_a_click_is_decided_like_one_paused_in_the_roster(otherwise: str, tiers: str) -> None:
    running = roster(pool(), pool("spare", "dan"))
    paused = roster(pool(paused=True), pool("spare", "dan"))
    said = f"{otherwise}\n{tiers}"
    clicked, written = (
        now(said, running, "" if tiers else '["pool sales"]', paused="pool sales"),
        now(said, paused, "" if tiers else '["pool sales"]'),
    )
    assert clicked.decision == written.decision


def test_the_roster_s_own_words_still_hold_beside_the_clicks() -> None:
    people = roster(pool(), rep("ann", away=True))
    assert now(people=people, away="bob").decision.rep == "cy"


def test_while_everything_is_paused_the_time_until_the_desk_goes_on() -> None:
    waits = outcome(now(paused="everything"))
    assert waits == Waiting("nobody", waits.desk, NOW + 240 * MINUTE)


def test_while_the_owner_is_set_away_the_next_tier_has_the_lead() -> None:
    ruling = now(who='[["account owner"], ["pool sales"]]', away="ann", duty={"bob": NEVER})
    assert ruling.decision.rep == "cy"


# --- how the world moves on


def test_people_come_and_go() -> None:
    world = advance(advance(snapshot(), Went("ann")), Went("bob"))
    assert world.away == {"ann", "bob"}
    assert advance(world, Came("ann")).away == {"bob"}


def test_after_one_more_lead_somebody_is_away() -> None:
    world = advance(snapshot(ANN_ONLY), LastOne("ann"))
    decision = decide(lead(), policy(people=ANN_ONLY), world)
    after = advance(world, decision)
    assert (decision.rep, set(after.away), set(after.last_one)) == ("ann", {"ann"}, set())
    assert isinstance(decide(lead(), policy(people=ANN_ONLY), after).outcome, Waiting)


def test_somebody_on_their_last_lead_may_think_better_of_it_or_go_at_once() -> None:
    world = advance(snapshot(), LastOne("ann"))
    assert (advance(world, Came("ann")).last_one, advance(world, Went("ann")).last_one) == (frozenset(), frozenset())


def test_a_last_lead_that_goes_to_somebody_else_keeps_nobody_from_their_own() -> None:
    world = advance(snapshot(ANN_ONLY), LastOne("zoe"))
    assert advance(world, decide(lead(), policy(people=ANN_ONLY), world)).last_one == {"zoe"}


def test_subjects_are_paused_and_go_on() -> None:
    world = advance(advance(snapshot(), Paused("pool a")), Paused("everything"))
    assert world.paused == {"pool a", "everything"}
    assert advance(world, Resumed("everything")).paused == {"pool a"}


def test_an_entry_puts_one_ledger_in_the_place_of_the_old_one() -> None:
    world = snapshot(ledgers={"a": Ledger(pool="a"), "b": Ledger(pool="b")})
    entry = Ledger(pool="a", seq=9)
    assert advance(world, Posted(entry)).ledgers == {"a": entry, "b": Ledger(pool="b")}


# --- whatever happens

SUBJECTS: Final = ("everything", "pool north", "pool south", *(f"rep {name}" for name in REPS))
presences: st.SearchStrategy[Presence] = st.one_of(
    st.sampled_from(REPS).map(Came),
    st.sampled_from(REPS).map(Went),
    st.sampled_from(REPS).map(LastOne),
    st.sampled_from(SUBJECTS).map(Paused),
    st.sampled_from(SUBJECTS).map(Resumed),
)


def lived(floor: Floor, events: list[Event], changes: list[Presence | None]) -> None:
    for event, change in zip(events, changes, strict=True):
        if change is not None:
            floor.world = advance(floor.world, change)
        list(floor.live([event]))


@settings(max_examples=25)
@given(policy=policies(), roster=rosters(), data=st.data())
def test_decisions_replay_whoever_comes_and_goes(policy: Table, roster: Table, data: st.DataObject) -> None:
    floor = Floor(setup_of(policy, roster))
    events = data.draw(histories())
    size = len(events)
    lived(floor, events, data.draw(st.lists(st.none() | presences, min_size=size, max_size=size)))
    replay = RecordReplay("test")
    for _, ruling in floor.rulings:
        kept = unpack(pack(record(ruling, floor.setup.policy, engine="test")))
        assert list(replay.check(kept, floor.setup.policy, floor.setup.roster)) == []
    assert replay.ledgers == floor.world.ledgers


@settings(max_examples=25)
@given(policy=policies(), roster=rosters(), data=st.data())
def test_nobody_who_is_paused_gets_or_is_offered_a_lead(policy: Table, roster: Table, data: st.DataObject) -> None:
    floor = Floor(setup_of(policy, roster))
    events = data.draw(histories())
    size = len(events)
    lived(floor, events, data.draw(st.lists(st.none() | presences, min_size=size, max_size=size)))
    for before, ruling in floor.rulings:
        given_to = ruling.decision.outcome
        if isinstance(given_to, Assigned | Offered):
            names = given_to.reps if isinstance(given_to, Offered) else (given_to.rep,)
            assert not before.paused & {"everything", *(f"rep {name}" for name in names)}
            pool_paused = f"pool {ruling.decision.pool}" in before.paused
            assert not pool_paused


TWO_POOLS: Final[Policy] = policy(
    rule('otherwise = "next"', name="First", who='["pool sales"]'),
    rule(name="Second", who='["pool spare"]'),
    people=roster(pool(), pool("spare", "dan")),
)


def test_leads_of_a_paused_pool_go_on_to_the_next_rule_where_the_rule_says_so() -> None:
    people = roster(pool(), pool("spare", "dan"))
    ruling = ruled(TWO_POOLS, people, paused=frozenset({"pool sales"}))
    assert (ruling.decision.rep, ruling.decision.passed) == ("dan", (0,))


def test_a_tier_is_held_open_for_people_who_are_paused() -> None:
    rules = policy(rule('[[rule.tier]]\nwho = ["rep ann"]\nwait = "30m"\n[[rule.tier]]\nwho = ["rep bob"]', who=""))
    ruling = ruled(rules, paused=frozenset({"rep ann"}))
    assert ruling.decision.outcome == Waiting("tier", NOW + 30 * MINUTE)
    late = replace(lead(), past=Past(waiting_since=NOW, rule="Everybody", tier=0, tier_since=NOW - 30 * MINUTE))
    assert ruled(rules, one=late, paused=frozenset({"rep ann"})).decision.rep == "bob"


def test_being_off_duty_is_told_after_a_pause() -> None:
    duty: dict[str, Duty] = {"ann": TOMORROW}
    assert kept_away(now(people=ANN_ONLY, paused="rep ann", duty=duty)) == {"ann": "ann is paused"}
