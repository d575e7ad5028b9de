"""The score: points with reasons, halved as they age.

A half-life halves the points exactly every `half_life`; in between they fall along a straight line, so that the
score is exact and the same on every machine.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

from evenhand.core import answers
from evenhand.core.model import Lead, Millis, Value
from evenhand.core.policy.model import Points

_FORGOTTEN: Final = 64  # half-lives after which nothing is left
_CENT: Final = Decimal("0.01")


def decayed(points: int | Decimal, age: Millis, half_life: Millis) -> int | Decimal:
    """What is left of some points after `age` ms, to two places."""
    halvings, rest = divmod(max(age, 0), half_life)
    if halvings >= _FORGOTTEN:
        return 0
    left = Fraction(points) * Fraction(2 * half_life - rest, 2 * half_life << halvings)
    exact = Decimal(round(left * 100)) * _CENT  # round() of a Fraction is exact, half to even
    return exact.quantize(_CENT, rounding=ROUND_HALF_EVEN).normalize() if exact % 1 else int(exact)


def earned(
    scores: Sequence[Points], facts: Mapping[str, Value], lead: Lead, now: Millis
) -> list[tuple[int, int | Decimal]]:
    """Which lines of the score apply, by number, and the points of each today."""
    return [
        (number, _worth(line, facts, now))
        for number, line in enumerate(scores)
        if line.when.test(facts, now, answers.at(lead, answers.score(number)))
    ]


def points_of(scores: Sequence[Points], facts: Mapping[str, Value], lead: Lead, now: Millis) -> int | Decimal:
    """The score of a lead: the sum of what it has earned."""
    return sum((points for _, points in earned(scores, facts, lead, now)), 0)


def _worth(line: Points, facts: Mapping[str, Value], now: Millis) -> int | Decimal:
    if line.half_life is None:
        return line.points
    since = facts.get(line.since)
    return decayed(line.points, now - since, line.half_life) if isinstance(since, int) else line.points
