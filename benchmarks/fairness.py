"""How far can anybody be driven from their share? A search for the worst, for our rule and for its rivals.

Run `python -m benchmarks.fairness --seconds 120`. Credits are in leads; the proved bound is that of
`docs/explanation/fairness.md`. The same `--seed` and `--leads` repeat the first table; the search goes on until its
time is up.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from random import Random
from typing import Final, NamedTuple

from benchmarks.adversaries import (
    ADVERSARIES,
    EDITORS,
    RULES,
    SEARCHES,
    Adversary,
    Floor,
    Rule,
    everybody,
    hand_out,
    ours,
    worst,
)
from evenhand.core.ledger import Weights

FIXED_SIZES: Final = (3, 4, 6, 12)
SIZES: Final = (2, 3, 4, 8, 12, 20, 50)


def _named(weights: Iterator[int], m: int) -> Weights:
    return [(f"rep {i}", weight) for i, weight in enumerate(islice(weights, m))]


FAMILIES: Final[dict[str, Callable[[int, Random], Weights]]] = {
    "equal": lambda m, _: _named(cycle([1]), m),
    "1:100": lambda m, _: _named(cycle([1, 100]), m),
    "geometric": lambda m, _: _named(cycle([2**i for i in range(10)]), m),
    "random": lambda m, chance: _named(iter([chance.randint(1, 100) for _ in range(m)]), m),
    "edited": lambda m, _: _named(cycle([1]), m),  # before every lead, by the adversary
}


HEADER: Final = "".join(f"{rule.split()[0]:>11}" for rule in RULES) + f"{'proved':>9}"


class Find(NamedTuple):
    """The worst credit found, by which adversary."""

    worst: float = 0.0
    by: str = ""


def adversaries(family: str) -> dict[str, Adversary]:
    return EDITORS if family == "edited" else ADVERSARIES


def play(floor: Floor, rule: Rule, adversary: Adversary, *, leads: int, chance: Random) -> float:
    """The worst credit of anybody at any time."""
    found = 0.0
    for _ in range(leads):
        floor = hand_out(floor, rule, adversary(floor, rule, chance))
        found = max(found, worst(floor))
    return found


def climb(weights: Weights, chance: Random, *, until: float) -> float:
    """Change a history of presence here and there, and keep each change that makes the worst credit worse."""
    history: list[Weights] = [chance.sample(weights, chance.randint(2, len(weights))) for _ in range(6 * len(weights))]
    best = _replay(weights, history)
    for _ in range(400):
        if time.monotonic() > until:
            break
        changed = [*history]
        for _ in range(chance.randint(1, 3)):
            size = min(chance.choice([2, 2, 3, len(weights)]), len(weights))
            changed[chance.randrange(len(changed))] = chance.sample(weights, size)
        found = _replay(weights, changed)
        if found >= best:
            history, best = changed, found
    return best


def _replay(weights: Weights, history: list[Weights]) -> float:
    floor, found = Floor(weights), 0.0
    for present in history:
        floor = hand_out(floor, ours, present)
        found = max(found, worst(floor))
    return found


def compare(leads: int, seed: int) -> dict[tuple[str, int, str], Find]:
    """Every rule against every simple adversary."""
    found: dict[tuple[str, int, str], Find] = {}
    for m in SIZES:
        for family, weigh in FAMILIES.items():
            weights = weigh(m, Random(seed))
            for rule in RULES:
                finds = [
                    Find(play(Floor(weights), RULES[rule], adversary, leads=leads, chance=Random(seed)), by)
                    for by, adversary in adversaries(family).items()
                ]
                found[rule, m, family] = max(finds)
    return found


def fixed(seed: int) -> dict[tuple[str, int], float]:
    """Every rule with the same members all along: the worst of 100 sets of random weights, 20 leads for each member."""
    chance = Random(seed)
    found: dict[tuple[str, int], float] = {}
    for m in FIXED_SIZES:
        for _ in range(100):
            weights = _named(iter([chance.choice([1, 2, 5, 25, chance.randint(1, 100)]) for _ in range(m)]), m)
            for name, rule in RULES.items():
                worse = play(Floor(weights), rule, everybody, leads=20 * m, chance=chance)
                found[name, m] = max(found.get((name, m), 0.0), worse)
    return found


def search(seconds: float, seed: int) -> dict[tuple[int, str], Find]:
    """Look for worse histories against our rule, with fresh chance each time, until time is up."""
    end = time.monotonic() + seconds
    found: dict[tuple[int, str], Find] = {}
    places = cycle([(m, family) for m in SIZES for family in FAMILIES])
    tries = 0
    while time.monotonic() < end:
        m, family = next(places)
        tries += 1
        chance = Random(f"{seed} {tries}")
        weights = FAMILIES[family](m, chance)
        for by, adversary in {**SEARCHES, **adversaries(family)}.items():
            leads = min(400, 12 * m) if by in SEARCHES else 40 * m
            find = Find(play(Floor(weights), ours, adversary, leads=leads, chance=chance), by)
            found[m, family] = max(found.get((m, family), Find()), find)
            if time.monotonic() > end:
                return found
        find = Find(climb(weights, chance, until=min(end, time.monotonic() + seconds / 60)), "hill climbing")
        found[m, family] = max(found[m, family], find)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Search for the worst credit that anybody can be driven to.")
    parser.add_argument("--seconds", type=float, default=60, help="how long to search beyond the comparison")
    parser.add_argument("--leads", type=int, default=1000, help="leads in each history of the comparison")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report_fixed(fixed(options.seed))
    compared = compare(options.leads, options.seed)
    print(f"\nMembers come and go: {options.leads} leads a history, worst of {len(ADVERSARIES)} kinds of presence\n")
    report(compared)
    found = search(options.seconds, options.seed)
    print(f"\nWorst found for our rule in {options.seconds:.0f} s of search, beside what is proved\n")
    for (m, family), find in sorted(found.items()):
        worse = max(find, compared["ours", m, family])
        print(f"{m:<8}{family:11}{worse.worst:8.3f}  of {m // 2:2}  {worse.by}")


def report_fixed(found: dict[tuple[str, int], float]) -> None:
    print("Worst |credit| in leads. The same members all along, worst of 100 sets of weights\n")
    print(f"{'members':19}" + HEADER)
    for m in FIXED_SIZES:
        row = "".join(f"{found[rule, m]:11.2f}" for rule in RULES)
        print(f"{m:<19}{row}{1 - 1 / (2 * m - 2):9.2f}")


def report(compared: dict[tuple[str, int, str], Find]) -> None:
    print(f"{'members':8}{'weights':11}" + HEADER)
    for m in SIZES:
        for family in FAMILIES:
            row = "".join(f"{compared[rule, m, family].worst:11.2f}" for rule in RULES)
            print(f"{m:<8}{family:11}{row}{m // 2:9}")


if __name__ == "__main__":
    main()
