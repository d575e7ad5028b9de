"""Scenarios of people who act: a manager gives a lead to somebody, a rep takes one, people come and go.

Each says in words what other routers got wrong.
"""

from collections import Counter
from typing import Final

import pytest
from msgspec.structs import replace

from evenhand.core.advance import Came, Freed, LastOne, Paused, Resumed, Tick, Went, advance
from evenhand.core.codes import why_not
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import after_holder, on_wake, past_after
from evenhand.core.ledger import refund
from evenhand.core.model import HOUR, MINUTE, Lead, Past, Snapshot
from evenhand.core.outcome import Offered, Rejected, Waiting
from evenhand.core.taken import Taking, on_taken
from evenhand.core.tell import because
from evenhand.reading.setup import Setup, read_setup

START: Final = 1_793_610_000_000  # Monday, 2 November 2026, 09:00 UTC
TEAM: Final = """
[[person]]
id = "ann"
caps = { open = 2 }
[[person]]
id = "bob"
hours = "13:00-17:00"
[[person]]
id = "cy"
[[person]]
id = "vera"
[[pool]]
name = "sales"
members = ["ann", "bob", "cy"]
"""
POLICY: Final = """
name = "Inbound"
[[screen]]
reject = "student"
when = 'title == "student"'
[fields.title]
type = "text"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "weighted"
"""


def floor(policy: str = POLICY, team: str = TEAM) -> tuple[Setup, Snapshot]:
    setup = read_setup(policy, team)
    duty = setup.calendars.duty(START - 24 * HOUR, START + 7 * 24 * HOUR)
    return setup, Snapshot(now=START, roster=setup.roster, duty=duty)


def lead(number: int = 1) -> Lead:
    return Lead(id=f"L{number}", received=START)


def hand_out(setup: Setup, world: Snapshot, number: int) -> tuple[Snapshot, list[str]]:
    """Leads one after the other, each closed at once: the world afterwards, and who got them."""
    taken = []
    for n in range(number):
        decision = rule_on(lead(n), setup.policy, world).decision
        taken.append(decision.rep or "")
        world = advance(advance(world, decision), Freed(decision.rep or ""))
    return world, taken


def test_a_manager_may_name_somebody_who_is_off_duty_or_full_but_the_group_leaves_them_out() -> None:
    """Scenario 36: the one system that tests this refuses nobody by name, and passes the full over in the group."""
    setup, world = floor()
    for n in range(2):
        world = advance(world, on_taken(lead(n), setup.policy, world, Taking("ann")).decision)
    said = {}
    for rep in ("ann", "bob", "vera", "cy"):
        ruling = on_taken(lead(3), setup.policy, world, Taking(rep))
        assert ruling.decision.rep == rep
        said[rep] = because(ruling.decision, ruling.case, setup.policy)
    assert said == {
        "ann": "Ann: given by hand; although full: 2 of 2 open.",
        "bob": "Bob: given by hand; although off duty until 2026-11-02T13:00:00Z.",
        "vera": "Vera: given by hand; although not in pool sales.",
        "cy": "Cy: given by hand.",
    }
    asked_for_the_group = rule_on(lead(4), setup.policy, world)
    assert asked_for_the_group.decision.rep == "cy"


@pytest.mark.parametrize(("charges", "turns"), [("", 4), ('charges = ["by_hand"]', 3)])
def test_leads_given_by_hand_cost_nobody_a_turn_unless_the_pool_says_so(charges: str, turns: int) -> None:
    """Where leads by hand move the rotation unasked, a manager's favourites starve afterwards."""
    team = TEAM.replace("13:00-17:00", "24h").replace("[[pool]]", f"[[pool]]\n{charges}")
    setup, world = floor(team=team)
    given = on_taken(lead(), setup.policy, world, Taking("ann")).decision
    world = advance(advance(world, given), Freed("ann"))
    _, taken = hand_out(setup, world, 8 + turns)
    assert Counter(taken)["ann"] == turns


def test_a_lead_that_was_claimed_and_ruled_bad_is_refunded_exactly() -> None:
    policy = POLICY.replace('"weighted"', '"shotgun"').replace("how =", "charge = true\nhow =")
    setup, world = floor(policy, TEAM.replace("13:00-17:00", "24h"))
    offer = rule_on(lead(), setup.policy, world).decision
    assert isinstance(offer.outcome, Offered)
    world = advance(world, offer)
    decision = on_taken(lead(), setup.policy, world, Taking("bob", "claimed", "All")).decision
    after = advance(world, decision)
    assert after.ledgers["sales"].credits["bob"] < 0
    shares = [(standing.rep, standing.share) for standing in decision.attempts[-1].line]
    assert set(refund(after.ledgers["sales"], shares, "bob").credits.values()) == {0}


def test_on_a_day_on_which_everybody_comes_and_goes_the_roster_stays_the_same() -> None:
    """Where presence is written into the list of people, each click makes a new list, and no decision can be redone."""
    setup, world = floor(team=TEAM.replace("13:00-17:00", "24h"))
    for event in (Went("ann"), LastOne("bob")):
        world = advance(world, event)
    world, taken = hand_out(setup, world, 4)
    assert sorted(taken) == ["bob", "cy", "cy", "cy"]
    world = advance(advance(world, Came("ann")), Came("bob"))
    world, taken = hand_out(setup, world, 30)
    assert all(abs(got - 10) <= 2 for got in Counter(taken).values())
    assert world.roster is setup.roster


@pytest.mark.parametrize("subject", ["pool sales", "everything"])
def test_while_a_manager_has_paused_it_a_lead_waits_and_goes_the_moment_it_resumes(subject: str) -> None:
    """A paused intake must neither lose leads nor send them down a side road."""
    setup, world = floor()
    world = advance(world, Paused(subject))
    ruling = rule_on(lead(), setup.policy, world)
    assert isinstance(ruling.decision.outcome, Waiting)
    assert f"{subject} is paused" in kept_away(ruling)
    waiting = replace(lead(), past=past_after(ruling, setup.policy))
    world = advance(advance(advance(world, ruling.decision), Resumed(subject)), Tick(START + 5 * MINUTE))
    assert on_wake(waiting, setup.policy, world).decision.rep in ("ann", "cy")


def kept_away(ruling: Ruling) -> set[str]:
    return {why_not(no) for attempt in ruling.decision.attempts for _, no in attempt.excluded}


def test_a_student_whom_a_manager_brings_back_is_not_turned_away_again() -> None:
    setup, world = floor()
    student = replace(lead(), fields={"title": "student"})
    assert isinstance(rule_on(student, setup.policy, world).decision.outcome, Rejected)
    back = replace(student, past=Past(cleared=True))
    restored = rule_on(back, setup.policy, world, trigger="restored").decision
    assert restored.rep in ("ann", "cy")
    left = replace(back, past=after_holder(back.past, restored.rep or ""))
    again = rule_on(left, setup.policy, advance(world, restored), trigger="left").decision
    assert {restored.rep, again.rep} == {"ann", "cy"}
