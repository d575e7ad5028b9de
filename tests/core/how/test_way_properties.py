"""One property for each way of handing over, over random people, loads, ledgers and weights."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.decide import Ruling
from evenhand.core.how import HOW
from evenhand.core.ledger import UNIT, Ledger
from evenhand.core.model import Load, Roster, Territory
from evenhand.core.outcome import Assigned, Held, Offered
from evenhand.core.places import parse_area
from tests.factories import NOW, lead, policy, pool, rep, roster, rule, ruled

NAMES: Final = ("ann", "bob", "cy", "dee", "eve")


class World(Struct, frozen=True):
    """A pool, and what its members carry and are owed."""

    people: Roster
    loads: Mapping[str, Load]
    ledgers: Mapping[str, Ledger]

    def handed(self, how: str, said: str = "", **fields: Any) -> Ruling:
        rules = policy(rule(f'how = "{how}"\n{said}', who='["pool sales"]'), people=self.people)
        return ruled(rules, self.people, lead(**fields), loads=self.loads, ledgers=self.ledgers)

    @property
    def able(self) -> set[str]:
        return {name for name, weight in self.people.pools["sales"].weights.items() if weight}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    weights = {name: draw(st.integers(0, 4)) for name in names}
    weights[names[0]] = draw(st.integers(1, 4))
    caps = {name: {"open": draw(st.integers(10, 20))} for name in names}
    skills = {name: draw(st.integers(0, 3)) for name in names}
    people = roster(
        replace(
            pool("sales", " ".join(names), manager=names[0], fit_weight=Decimal(draw(st.integers(0, 3)))),
            weights=weights,
        ),
        *(rep(name, caps=caps[name], skills={"law": skills[name]}) for name in names),
        Territory(name="All", areas=(parse_area("*"),), manager=names[-1]),
    )
    last = st.none() | st.integers(NOW - 10**9, NOW - 1)
    loads = {name: Load(open=draw(st.integers(0, 9)), last=draw(last)) for name in names}
    owed = [draw(st.integers(-2 * UNIT, 2 * UNIT)) for _ in names[1:]]
    turns = dict(zip(names, draw(st.permutations(range(1, len(names) + 1))), strict=True))
    credits = dict(zip(names, [-sum(owed), *owed], strict=True))
    return World(people, loads, {"sales": Ledger(pool="sales", credits=credits, turns=turns, seq=len(names))})


def chosen(ruling: Ruling) -> str:
    outcome = ruling.decision.outcome
    assert isinstance(outcome, Assigned)
    return outcome.rep


def credits_of(ruling: Ruling) -> dict[str, int]:
    return {standing.rep: standing.credit for standing in ruling.decision.attempts[-1].line}


def is_due(world: World, ruling: Ruling) -> None:
    """Whoever gets it is owed most, or has reached the threshold and nobody is beyond the limit (Tijdeman)."""
    credits, m = credits_of(ruling), len(world.able)
    largest, got = max(credits.values()), credits[chosen(ruling)]
    parts = max(2 * m - 2, 1)
    in_bounds = UNIT <= largest * parts <= UNIT * (parts - 1)
    assert got * parts >= UNIT if in_bounds else got == largest


def round_robin(world: World) -> None:
    ruling = world.handed("round_robin")
    shares = [standing.share for standing in ruling.decision.attempts[-1].line]
    assert max(shares) - min(shares) <= 1
    is_due(world, ruling)


def weighted(world: World) -> None:
    ruling = world.handed("weighted")
    weights = world.people.pools["sales"].weights
    total = sum(weights.values())
    for standing in ruling.decision.attempts[-1].line:
        assert abs(standing.share - Fraction(UNIT * weights[standing.rep], total)) < 1
    is_due(world, ruling)


def least_loaded(world: World) -> None:
    def filled(name: str) -> Fraction:
        return Fraction(world.loads[name].open, world.people.reps[name].caps[0].limit)

    assert filled(chosen(world.handed("least_loaded"))) == min(filled(name) for name in world.able)


def longest_idle(world: World) -> None:
    def last(name: str) -> int:
        at = world.loads[name].last
        return -1 if at is None else at

    assert last(chosen(world.handed("longest_idle"))) == min(last(name) for name in world.able)


def best_fit(world: World) -> None:
    ruling = world.handed("best_fit", 'expected = "rep.skill.law"')
    knob = world.people.pools["sales"].fit_weight
    score = {
        name: knob * world.people.reps[name].skills["law"] * UNIT + credit
        for name, credit in credits_of(ruling).items()
    }
    assert score[chosen(ruling)] == max(score.values())


def cherry_pick(world: World) -> None:
    outcome = world.handed("cherry_pick").decision.outcome
    assert isinstance(outcome, Offered)
    assert set(outcome.reps) == world.able


def shotgun(world: World) -> None:
    everybody = world.handed("shotgun").decision.outcome
    first = world.handed("shotgun", 'stages = [2, "pool"]\nwiden_after = "5m"').decision.outcome
    assert isinstance(everybody, Offered)
    assert isinstance(first, Offered)
    assert first.reps == everybody.reps[:2]
    assert set(everybody.reps) == world.able
    assert (first.widen is not None) == (len(world.able) > 2)


def manual(world: World) -> None:
    outcome = world.handed("manual").decision.outcome
    assert isinstance(outcome, Held)
    assert (outcome.desk, set(outcome.suggestions)) == (world.people.pools["sales"].manager, world.able)


def by_territory_manager(world: World) -> None:
    outcome = world.handed("by_territory_manager", country="DE").decision.outcome
    assert isinstance(outcome, Held)
    assert (outcome.desk, set(outcome.suggestions)) == (world.people.territories["All"].manager, world.able)


PROPERTIES: Final[Mapping[str, Callable[[World], None]]] = {
    "round_robin": round_robin,
    "weighted": weighted,
    "least_loaded": least_loaded,
    "longest_idle": longest_idle,
    "best_fit": best_fit,
    "cherry_pick": cherry_pick,
    "shotgun": shotgun,
    "manual": manual,
    "by_territory_manager": by_territory_manager,
}


@pytest.mark.parametrize("how", HOW)
@given(world=worlds())
def test_each_way_keeps_its_promise(how: str, world: World) -> None:
    PROPERTIES[how](world)
