"""A floor of reps, the rules that may hand out its leads, and who turns up to do a rule the most harm.

Every rule is judged by the same books: the ledger of `evenhand.core.ledger`, credited and charged in the same way.
A rule only says who takes the lead. To add a rule: a function here and a line in `RULES`; an adversary likewise.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from random import Random
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.ledger import UNIT, Ledger, Line, Weights, charge, line_up


class Floor(Struct, frozen=True):
    """The members of a pool with their weights, its ledger, and what the rivals' rules remember."""

    weights: Weights
    ledger: Ledger = Ledger(pool="floor")
    counts: Mapping[str, int] = {}
    running: Mapping[str, int] = {}


Rule: TypeAlias = Callable[[Floor, Line], str]
Adversary: TypeAlias = Callable[[Floor, Rule, Random], Weights]


def hand_out(floor: Floor, rule: Rule, present: Weights) -> Floor:
    """One lead: somebody of those present takes it."""
    line = line_up(floor.ledger, present)
    rep = rule(floor, line)
    running = {**floor.running, **_running(floor, line)}
    running[rep] -= sum(weight for _, weight in present)
    counts = {**floor.counts, rep: floor.counts.get(rep, 0) + 1}
    return Floor(floor.weights, charge(floor.ledger, line, rep), counts, running)


def worst(floor: Floor) -> float:
    """The largest credit or debt of anybody, in leads."""
    return max(map(abs, floor.ledger.credits.values()), default=0) / UNIT


# --- rules


def ours(_: Floor, line: Line) -> str:
    return line[0].rep


def largest_credit(_: Floor, line: Line) -> str:
    return max(line, key=lambda standing: standing.credit).rep


def tijdeman(_: Floor, line: Line) -> str:
    """Tijdeman's rule alone, whatever the credits are."""
    m = len(line)
    if m == 1:
        return line[0].rep
    least, limit = 1 / (2 * m - 2), 1 - 1 / (2 * m - 2)
    due = [standing for standing in line if standing.credit / UNIT >= least] or [line[0]]
    return min(due, key=lambda standing: (limit - standing.credit / UNIT) / standing.weight).rep


def _running(floor: Floor, line: Line) -> dict[str, int]:
    return {standing.rep: floor.running.get(standing.rep, 0) + standing.weight for standing in line}


def smooth_round_robin(floor: Floor, line: Line) -> str:
    """Smooth weighted round robin, as web servers share out requests."""
    running = _running(floor, line)
    return max(running, key=running.__getitem__)


def shortfall(floor: Floor, line: Line) -> str:
    """The largest shortfall against a target worked out anew from who is there today."""
    handed = sum(floor.counts.get(standing.rep, 0) for standing in line) + 1
    weight = sum(standing.weight for standing in line)
    return max(line, key=lambda s: handed * s.weight / weight - floor.counts.get(s.rep, 0)).rep


def least_assigned(floor: Floor, line: Line) -> str:
    """The fewest leads for one's weight so far (stride scheduling)."""
    return min(line, key=lambda s: floor.counts.get(s.rep, 0) / s.weight).rep


def weighted_random(floor: Floor, line: Line) -> str:
    chance = Random(floor.ledger.seq)
    return chance.choices([s.rep for s in line], [s.weight for s in line])[0]


RULES: Final[dict[str, Rule]] = {
    "ours": ours,
    "largest credit": largest_credit,
    "Tijdeman alone": tijdeman,
    "smooth weighted round robin": smooth_round_robin,
    "shortfall against today": shortfall,
    "least assigned": least_assigned,
    "weighted random": weighted_random,
}


# --- who turns up


def everybody(floor: Floor, _: Rule, __: Random) -> Weights:
    return floor.weights


def some(floor: Floor, _: Rule, chance: Random) -> Weights:
    """Each with a chance of 40 %, but at least one."""
    return [pair for pair in floor.weights if chance.random() < 0.4] or [chance.choice(floor.weights)]


def closest_pair(floor: Floor, _: Rule, __: Random) -> Weights:
    """The two whose credits are most alike: one of them must move away from the other."""
    ordered = _by_credit(floor)
    gaps = [_owed(floor, ordered[i + 1]) - _owed(floor, ordered[i]) for i in range(len(ordered) - 1)]
    i = min(range(len(gaps)), key=gaps.__getitem__)
    return ordered[i : i + 2]


def edited_pair(floor: Floor, rule: Rule, chance: Random) -> Weights:
    """The same two, with weights that somebody has edited just before."""
    pair = closest_pair(floor, rule, chance)
    return [(rep, chance.choice([1, 9, 100])) for rep, _ in pair]


def most_behind(floor: Floor, _: Rule, chance: Random) -> Weights:
    """Only those to whom the pool owes most."""
    return _by_credit(floor)[-chance.randint(2, max(2, len(floor.weights) // 2)) :]


def most_ahead(floor: Floor, _: Rule, chance: Random) -> Weights:
    """Only those who owe the pool most."""
    return _by_credit(floor)[: chance.randint(2, max(2, len(floor.weights) // 2))]


def look_ahead(floor: Floor, rule: Rule, chance: Random) -> Weights:
    """Of up to 120 sets, the one after which the credits lie furthest apart."""
    return max(_sets(floor, chance, 120), key=lambda present: _spread(hand_out(floor, rule, present)))


def look_two_ahead(floor: Floor, rule: Rule, chance: Random) -> Weights:
    """The same with two leads in view: the best dozen of 60 sets, each with its own best second of 12."""

    def second(present: Weights) -> int:
        after = hand_out(floor, rule, present)
        return max(_spread(hand_out(after, rule, then)) for then in _sets(after, chance, 12))

    first = sorted(_sets(floor, chance, 60), key=lambda present: -_spread(hand_out(floor, rule, present)))
    return max(first[:12], key=second)


ADVERSARIES: Final[dict[str, Adversary]] = {
    "everybody is there": everybody,
    "random presence 40 %": some,
    "the two most equal": closest_pair,
    "the most behind": most_behind,
    "the most ahead": most_ahead,
}
EDITORS: Final[dict[str, Adversary]] = {"the two, weights edited": edited_pair}
SEARCHES: Final[dict[str, Adversary]] = {"looks one lead ahead": look_ahead, "looks two ahead": look_two_ahead}


def _owed(floor: Floor, pair: tuple[str, int]) -> int:
    return floor.ledger.credits.get(pair[0], 0)


def _by_credit(floor: Floor) -> list[tuple[str, int]]:
    return sorted(floor.weights, key=lambda pair: _owed(floor, pair))


def _spread(floor: Floor) -> int:
    """The sum of the squares: it grows when credits move apart."""
    return sum(units * units for units in floor.ledger.credits.values())


def _sets(floor: Floor, chance: Random, limit: int) -> list[Weights]:
    """Neighbours in the order of credit, all pairs or some, and sets of any size."""
    ordered = _by_credit(floor)
    sets: list[Weights] = [ordered[i : i + 2] for i in range(len(ordered) - 1)]
    sets += [ordered[-size:] for size in (3, len(ordered) // 2 + 1)] + [ordered[:size] for size in (3, len(ordered))]
    pairs = list(combinations(ordered, 2))
    sets += chance.sample(pairs, min(len(pairs), limit // 2))
    while len(sets) < limit:
        sets.append(chance.sample(ordered, chance.randint(2, len(ordered))))
    return sets[:limit]
