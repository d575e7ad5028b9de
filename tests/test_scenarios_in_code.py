"""Scenarios that a file cannot tell: the roster or the policy changes on the way, the order is shuffled, a restart.

Each says in words what other routers got wrong.
"""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from evenhand.core.advance import Tick, advance
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import on_wake, past_after
from evenhand.core.ledger import Ledger, join, leave
from evenhand.core.model import ALWAYS, HOUR, MINUTE, Duty, Lead, Pool, Roster, Snapshot, Value
from evenhand.core.outcome import Assigned, Waiting
from evenhand.core.policy.model import Policy
from evenhand.reading.setup import Setup, read_setup

START: Final = 1_793_610_000_000  # Monday, 2 November 2026, 09:00 UTC
EVERYBODY: Final = """
name = "Inbound"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "weighted"
"""


def team(*reps: str, more: str = "", pool: str = "") -> str:
    people = "".join(f'[[person]]\nid = "{rep}"\n{more}\n' for rep in reps)
    members = ", ".join(f'"{rep}"' for rep in reps)
    return f'{people}[[pool]]\nname = "sales"\nmembers = [{members}]\n{pool}\n'


def world_of(setup: Setup) -> Snapshot:
    duty = setup.calendars.duty(START - 40 * 24 * HOUR, START + 120 * 24 * HOUR)
    return Snapshot(now=START, roster=setup.roster, duty=duty)


def hand_out(world: Snapshot, policy: Policy, leads: Sequence[Lead]) -> tuple[Snapshot, list[str]]:
    """Route leads one after the other, a minute apart; the world afterwards, and who got them."""
    taken = []
    for lead in leads:
        decision = rule_on(lead, policy, world).decision
        taken.append(decision.rep or decision.outcome.__class__.__name__)
        world = advance(advance(world, decision), Tick(world.now + MINUTE))
    return world, taken


def leads(number: int, first: int = 1, **fields: Value) -> list[Lead]:
    return [Lead(id=f"L{n}", received=START, fields=fields) for n in range(first, first + number)]


def without(rep: str, roster: Roster) -> Roster:
    """The roster in which somebody is no longer active, as on the day they leave."""
    gone = replace(roster.reps[rep], active=False)
    return Roster(reps={**roster.reps, rep: gone}, pools=roster.pools, teams=roster.teams)


def test_when_the_last_in_turn_is_deactivated_the_next_is_next_and_nobody_loses_a_turn() -> None:
    """Rotations that remember a position begin again at the first, or skip somebody."""
    setup = read_setup(EVERYBODY, team("a", "b", "c", "d"))
    world, (first, second) = hand_out(world_of(setup), setup.policy, leads(2))
    _, expected = hand_out(world, setup.policy, leads(2, 3))
    world = replace(world, roster=without(second, setup.roster))
    world, taken = hand_out(world, setup.policy, leads(6, 3))
    assert taken[:3] == [*expected, first]
    assert second not in taken
    assert set(Counter(taken).values()) == {2}


def test_who_is_activated_again_resumes_with_a_fair_share_and_no_flood() -> None:
    setup = read_setup(EVERYBODY, team("a", "b", "c", "d"))
    world, (_, second) = hand_out(world_of(setup), setup.policy, leads(2))
    world, _ = hand_out(replace(world, roster=without(second, setup.roster)), setup.policy, leads(31, 3))
    _, taken = hand_out(replace(world, roster=setup.roster), setup.policy, leads(40, 40))
    assert all(abs(got - 10) <= 1 for got in Counter(taken).values())
    assert all(taken[n : n + 3] != [second] * 3 for n in range(40))


def test_a_real_newcomer_and_a_real_leaver_change_the_ledger_by_an_entry_and_no_more() -> None:
    old = read_setup(EVERYBODY, team("a", "b"))
    new = read_setup(EVERYBODY, team("b", "c"))
    world, _ = hand_out(world_of(old), old.policy, leads(5))
    weights = [("b", 1), ("c", 1)]
    ledger = join(leave(world.ledgers["sales"], "a", weights[:1]), "c")
    world = replace(world, roster=new.roster, ledgers={"sales": ledger})
    _, taken = hand_out(world, new.policy, leads(20, 6))
    assert Counter(taken) == {"b": 10, "c": 10}


def test_a_change_of_weights_works_from_the_next_lead_on_and_not_backwards() -> None:
    setup = read_setup(EVERYBODY, team("a", "b"))
    world, _ = hand_out(world_of(setup), setup.policy, leads(100))
    heavier = Roster(reps=setup.roster.reps, pools={"sales": Pool(name="sales", weights={"a": 3, "b": 1})})
    _, taken = hand_out(replace(world, roster=heavier), setup.policy, leads(40, 101))
    assert Counter(taken) == {"a": 30, "b": 10}
    assert all(taken[n : n + 5] != ["a"] * 5 for n in range(40))


def test_credits_and_turns_go_on_after_a_restart() -> None:
    """A balancer that lives in memory begins again with the first of the list."""
    setup = read_setup(EVERYBODY, team("a", "b", "c"))
    middle, before = hand_out(world_of(setup), setup.policy, leads(10))
    stored = msgpack.decode(msgpack.encode(middle.ledgers), type=dict[str, Ledger])
    _, after = hand_out(replace(middle, ledgers=stored), setup.policy, leads(10, 11))
    _, uninterrupted = hand_out(world_of(setup), setup.policy, leads(20))
    assert before + after == uninterrupted


@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_leads_in_whatever_order_give_everybody_the_same(seed: int) -> None:
    policy = EVERYBODY.replace('"pool sales"', '"pool sales", "speaks language"')
    people = '[[person]]\nid = "a"\nlanguages = ["de", "en"]\n[[person]]\nid = "b"\nlanguages = ["de", "en"]\n'
    people += '[[person]]\nid = "c"\nlanguages = ["en"]\n[[person]]\nid = "d"\nlanguages = ["en"]\n'
    setup = read_setup(policy, people + '[[pool]]\nname = "sales"\nmembers = ["a", "b", "c", "d"]\n')
    mixed = [*leads(60, language="de"), *leads(140, 61, language="en")]
    _, taken = hand_out(world_of(setup), setup.policy, Random(seed).sample(mixed, len(mixed)))
    fair = {"a": 65, "b": 65, "c": 35, "d": 35}
    assert all(abs(Counter(taken)[rep] - due) <= 1 for rep, due in fair.items())


def waiting(setup: Setup, world: Snapshot) -> Ruling:
    ruling = rule_on(Lead(id="L1", received=START), setup.policy, world)
    assert isinstance(ruling.decision.outcome, Waiting)
    return ruling


def test_a_waiting_lead_is_decided_again_under_the_policy_then_in_force() -> None:
    """A lead that once found nobody must not stay 'no agent' for ever."""
    old = read_setup(EVERYBODY, team("a", more="away = true"))
    new = read_setup(EVERYBODY.replace("All", "New rule"), team("a", "b"))
    ruling = waiting(old, world_of(old))
    lead = replace(ruling.case.lead, past=past_after(ruling, old.policy))
    again = on_wake(lead, new.policy, world_of(new)).decision
    assert isinstance(again.outcome, Assigned)
    assert new.policy.rules[again.rule].name == "New rule"


def test_the_moment_somebody_appears_a_waiting_lead_can_go() -> None:
    setup = read_setup(EVERYBODY, team("a", more="away = true", pool='backlog = { each = 1, every = "10m" }'))
    world = world_of(setup)
    ruling = waiting(setup, world)
    here = {"a": replace(setup.roster.reps["a"], away=False)}
    later = replace(world, now=START + 7 * MINUTE, roster=Roster(reps=here, pools=setup.roster.pools))
    lead = replace(ruling.case.lead, past=past_after(ruling, setup.policy))
    assert on_wake(lead, setup.policy, later).decision.rep == "a"


def test_a_preview_of_another_policy_counts_what_changes_and_leaves_the_world_alone() -> None:
    rules = EVERYBODY + '[[rule]]\nname = "Rest"\nwhen = \'always\'\nwho = ["rep b"]\n'
    now = read_setup(rules.replace("'always'", "'country == \"DE\"'", 1), team("a", "b"))
    then = read_setup(rules.replace("'always'", '\'country in ["DE", "FR"]\'', 1), team("a", "b"))
    year = [*leads(10, country="DE"), *leads(10, 11, country="FR"), *leads(10, 21, country="BR")]
    world = world_of(now)
    before = msgpack.encode(world.ledgers)
    _, real = hand_out(world, now.policy, year)
    _, preview = hand_out(world, then.policy, year)
    assert real[:10] == preview[:10]
    assert [n for n in range(30) if real[n] != preview[n]] == [n for n in range(10, 20) if preview[n] == "a"]
    assert msgpack.encode(world.ledgers) == before


def test_two_pools_that_share_people_are_fair_each_and_so_in_total() -> None:
    policy = EVERYBODY.replace("'always'", "'country == \"DE\"'")
    policy += '[[rule]]\nname = "South"\nwhen = \'always\'\nwho = ["pool south"]\nhow = "weighted"\n'
    setup = read_setup(policy, team("a", "b", "c") + '[[pool]]\nname = "south"\nmembers = ["b", "c"]\n')
    chance = Random(4)
    mixed = [lead for n in range(300) for lead in leads(1, n, country=chance.choice(["DE", "FR"]))]
    _, taken = hand_out(world_of(setup), setup.policy, mixed)
    north = [rep for rep, lead in zip(taken, mixed, strict=True) if lead.fields["country"] == "DE"]
    south = [rep for rep, lead in zip(taken, mixed, strict=True) if lead.fields["country"] == "FR"]
    assert all(abs(north.count(rep) - len(north) / 3) < 1 for rep in "abc")
    assert abs(south.count("b") - south.count("c")) <= 1


def test_somebody_about_whose_hours_nothing_is_known_is_there() -> None:
    """A calendar that gives no answer must not leave a lead without anybody."""
    setup = read_setup(EVERYBODY, team("a", "b"))
    unknown = replace(world_of(setup), duty={"b": Duty()})
    assert rule_on(Lead(id="L1", received=START), setup.policy, unknown).decision.rep == "a"
    assert ALWAYS.bounds[0] == 0


def test_a_thousand_reps_are_each_judged_once_and_the_line_is_complete() -> None:
    """Where the work for one lead grows faster than the number of people, a large team cannot be served."""
    setup = read_setup(EVERYBODY, team(*[f"r{n}" for n in range(1000)]))
    attempt = rule_on(Lead(id="L1", received=START), setup.policy, world_of(setup)).decision.attempts[-1]
    assert len(attempt.seats) == len(attempt.line) == 1000
    assert sum(standing.share for standing in attempt.line) == 1_000_000_000
