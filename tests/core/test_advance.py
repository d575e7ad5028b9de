"""How the world moves on after a decision, a closed lead, and a tick of the clock."""

from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.advance import VALUES_KEPT, Carried, Freed, Tick, advance, posted
from evenhand.core.decide import decide
from evenhand.core.ledger import UNIT, charge, refund
from evenhand.core.model import DAY, MINUTE, Backlog, Load, Past, Roster, Snapshot
from evenhand.core.outcome import Decision, Trigger
from tests.factories import NOW, THREE, credits, lead, opened, policy, pool, rep, roster, rule, snapshot


def moved(
    said: str = "", people: Roster = THREE, world: Snapshot | None = None, **about: Any
) -> tuple[Decision, Snapshot]:
    rules = policy(rule(said), people=people)
    before = world or snapshot(people)
    trigger: Trigger = "waiting" if "past" in about else "received"
    decision = decide(replace(lead(), **about), rules, before, trigger=trigger)
    return decision, advance(before, decision)


def test_a_tick_moves_the_clock_and_nothing_else() -> None:
    world = snapshot(loads=opened(ann=1))
    assert advance(world, Tick(NOW + 5)) == replace(world, now=NOW + 5)


def test_a_freed_lead_leaves_room_and_never_less_than_none() -> None:
    world = advance(snapshot(loads=opened(ann=2)), Freed("ann"))
    assert world.loads == opened(ann=1)
    assert advance(snapshot(), Freed("ann")).loads == opened(ann=0)


def test_a_lead_that_was_theirs_before_fills_a_place_and_counts_in_no_period() -> None:
    busy = {"ann": Load(open=2, counts=(("day", 1, 1),), last=5)}
    world = advance(snapshot(loads=busy), Carried("ann"))
    assert world.loads == {"ann": Load(open=3, counts=(("day", 1, 1),), last=5)}
    assert advance(snapshot(), Carried("ann")).loads == opened(ann=1)


def test_an_assignment_loads_the_rep_and_charges_the_ledger() -> None:
    people = roster(pool("sales", "ann"), rep("ann", caps={"open": 9, "day": 4}))
    decision, world = moved(people=people)
    assert world.loads == {"ann": Load(open=1, counts=(("day", NOW // DAY, 1),), last=NOW)}
    assert world.ledgers["sales"] == charge(credits(ann=0)["sales"], decision.attempts[0].line, "ann")
    assert world.seq == decision.seq == 1


@pytest.mark.parametrize("said", ['how = "cherry_pick"', 'how = "manual"'])
def test_what_is_not_assigned_only_takes_a_number(said: str) -> None:
    _, world = moved(said)
    assert world == snapshot(seq=1)


def test_a_lead_that_is_only_counted_moves_the_turn_and_no_credit() -> None:
    decision, world = moved(
        'how = "longest_idle"', world=snapshot(ledgers=credits(ann=1, bob=-1), loads={"ann": Load(last=1)})
    )
    assert world.ledgers["sales"].credits == {"ann": UNIT, "bob": -UNIT, decision.rep: 0}
    assert world.ledgers["sales"].turns == {decision.rep: 1}


def claimed(limit: int) -> tuple[Decision, Snapshot, Snapshot]:
    people = roster(pool("sales", "ann:2 bob cy", charges=frozenset({"least_loaded"}), debt_limit=limit))
    before = snapshot(people, loads=opened(bob=9, cy=9), ledgers=credits(ann=-1, bob=0.25, cy=0.75))
    return *moved('how = "least_loaded"', people, before), before


@pytest.mark.parametrize(("limit", "owes", "written_off"), [(3, -1.5, 0), (1, -1, 0.5), (0, -1, 0.5)])
def test_a_claim_takes_nobody_beyond_the_debt_limit(limit: int, owes: float, written_off: float) -> None:
    decision, world, _ = claimed(limit)
    assert (decision.rep, decision.posting, decision.charge) == ("ann", "claim", UNIT)
    assert world.ledgers["sales"].credits["ann"] == round(owes * UNIT)
    assert decision.written_off == round(written_off * UNIT)
    assert sum(world.ledgers["sales"].credits.values()) == 0


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_the_record_of_a_claim_is_enough_to_reverse_it_exactly(limit: int) -> None:
    decision, world, before = claimed(limit)
    shares = [(standing.rep, standing.share) for standing in decision.attempts[-1].line]
    assert refund(world.ledgers["sales"], shares, "ann").credits == before.ledgers["sales"].credits


def test_a_ledger_that_nobody_has_used_begins_at_nothing() -> None:
    decision, world = moved()
    assert posted(snapshot(), decision) == world.ledgers["sales"]


def test_waiting_leads_are_paced_and_what_lies_too_far_back_is_forgotten() -> None:
    people = roster(pool("sales", "ann", backlog=Backlog(2, 10 * MINUTE)))
    paced = (("sales", NOW - 10 * MINUTE), ("sales", NOW - 1), ("other", 0))
    before = snapshot(people, loads={"ann": Load(paced=paced)})
    _, world = moved(people=people, world=before, past=Past(waiting_since=NOW - 1))
    assert world.loads["ann"].paced == (("sales", NOW - 1), ("other", 0), ("sales", NOW))
    assert moved(people=people, world=before)[1].loads["ann"].paced == paced


def test_without_a_pace_nothing_is_noted() -> None:
    (load,) = moved(past=Past(waiting_since=NOW - 1))[1].loads.values()
    assert load.paced == ()


def test_a_value_fair_pool_remembers_the_latest_values_for_its_median() -> None:
    people = roster(pool("sales", "ann", value_fair=True))
    before = snapshot(people, values={"sales": tuple(range(VALUES_KEPT)), "other": (1,)})
    _, world = moved(people=people, world=before, fields={"value": 500})
    assert world.values == {"sales": (*range(1, VALUES_KEPT), 500), "other": (1,)}
    assert moved(people=people, world=before)[1].values == before.values


def test_other_pools_remember_no_values() -> None:
    assert moved(fields={"value": 500})[1].values == {}


def test_a_lead_outside_any_pool_has_a_ledger_of_its_rule() -> None:
    rules = policy(rule(who='["rep ann"]'))
    decision = decide(lead(), rules, snapshot())
    world = advance(snapshot(), decision)
    assert (list(world.ledgers), world.loads["ann"].open) == (["rule Everybody"], 1)


def test_a_lead_that_is_posted_nowhere_leaves_every_ledger_as_it_was() -> None:
    world = snapshot(ledgers=credits(ann=1, bob=-1))
    decision = replace(decide(lead(), policy(), world), posting="none")
    assert posted(world, decision) is world.ledgers["sales"]
    after = advance(world, decision)
    assert (after.ledgers, after.seq, after.loads["ann"].open) == (world.ledgers, 1, 1)
