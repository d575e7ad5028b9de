"""The order in which reps stand in line for one lead, and how whole units are split by weight.

This is the arithmetic under `ledger.py`; everybody else calls that. Whole numbers only. Every tie goes by `queue`: the
functions below it take the reps in that order and sort stably, so the order in which a caller names them cannot matter.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import TypeAlias

from msgspec import Struct

Weights: TypeAlias = Sequence[tuple[str, int]]


class Standing(Struct, frozen=True, gc=False):
    """One rep's place in line for one lead.

    share:  units of this lead that the rep is entitled to; the shares of a line add up to the charge.
    credit: units that the pool owes the rep, with this share and before anybody is charged.
    """

    rep: str
    weight: int
    share: int
    credit: int


@lru_cache(maxsize=65_536)
def lot(pool: str, rep: str) -> int:
    """Draw the lot that settles a perfect tie: fixed for a rep in a pool, and telling nothing about either."""
    return int.from_bytes(blake2b(f"{pool}\0{rep}".encode(), digest_size=8).digest(), "big")


def queue(weights: Weights, pool: str, turns: Mapping[str, int]) -> list[tuple[str, int]]:
    """Put equals in order: whoever has never had a lead of this pool, by lot; then by how long ago the last one was.

    The numbers in `turns` differ and are above 0, so the lot, below 0, is drawn only where it is needed.
    """
    return sorted(weights, key=lambda pair: turns.get(pair[0]) or -1 - lot(pool, pair[0]))


def split(units: int, weights: Sequence[int]) -> list[int]:
    """Split units by weight into whole numbers that add up to them, each within one unit of its exact part.

    Largest remainder (Hamilton); of equal remainders the first. Given in the order of `queue`, equals take the odd
    units in turns, since whoever has just had a lead is last: so they stand at exactly 0 after each full round.
    """
    if units < 0:
        return [-part for part in split(-units, weights)]
    total = sum(weights)
    parts = [units * weight // total for weight in weights]
    odd = units - sum(parts)
    if odd:
        remainders = [units * weight % total for weight in weights]
        order = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
        for i in order[:odd]:
            parts[i] += 1
    return parts


def in_order(standings: Sequence[Standing], charge: int) -> tuple[Standing, ...]:
    """Put a queue in the order in which its reps should take a lead of this charge.

    Nobody should fall behind by more than T = charge - t, where t = charge / (2m - 2) for m reps. If somebody is beyond
    T already, or nobody has reached t: the largest credit first. Otherwise, of those who have reached t, whoever would
    be the first to pass T (Tijdeman, "The chairman assignment problem", 1980); the rest behind them by credit.
    """
    by_credit = sorted(standings, key=attrgetter("credit"), reverse=True)
    parts = max(2 * len(standings) - 2, 1)
    limit = charge * (parts - 1)  # T, in units / parts
    if not by_credit or not charge <= by_credit[0].credit * parts <= limit:
        return tuple(by_credit)
    due = [standing for standing in standings if standing.credit * parts >= charge]
    # (T - credit) / weight, made whole: two different fractions of this kind differ by 1 / (weight * weight) or more.
    scale = max([standing.weight for standing in due]) ** 2
    due.sort(key=lambda standing: (limit - standing.credit * parts) * scale // standing.weight)
    return (*due, *by_credit[len(due) :])
