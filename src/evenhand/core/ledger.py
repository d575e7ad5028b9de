"""The fairness ledger: what a pool owes each of its members, whose turn it is, and every entry that may change it.

The books are double entry: what one member gets, the others give, so the credits of a pool always add up to 0. Each
verb takes a ledger and returns a new one, with `seq` one higher. A change of weights, hours, caps or leave is no entry:
credit is what has happened, weights only say how the next lead is shared. `docs/explanation/fairness.md` tells the same
in prose, with what is proved and what is measured.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import lcm
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.line import Standing, Weights, in_order, queue, split
from evenhand.errors import BadUsage, Fault

__all__ = [
    "UNIT",
    "Ledger",
    "Line",
    "Standing",
    "Weights",
    "charge",
    "charge_of",
    "claim",
    "correct",
    "count",
    "join",
    "leave",
    "line_up",
    "line_up_by_fit",
    "next_turns",
    "refund",
]

UNIT: Final = 1_000_000_000  # units of credit in one lead
LARGEST: Final = 1_000_000_000  # what a lead of a value-fair pool may cost: credits stay numbers of 64 bits

Line: TypeAlias = tuple[Standing, ...]


class Ledger(Struct, frozen=True, kw_only=True, gc=False):
    """What a pool owes each member.

    credits: rep -> entitled less received, in units; missing is 0; they add up to 0.
    turns:   rep -> `seq` of the last lead, charged or not, that they got in this pool; missing is never.
    seq:     the number that the last entry took.
    """

    pool: str
    credits: Mapping[str, int] = {}
    turns: Mapping[str, int] = {}
    seq: int = 0


# --- whose turn it is


def line_up(ledger: Ledger, weights: Weights, charge: int = UNIT) -> Line:
    """Everybody who could have taken this lead, with their share of it, in the order in which they should.

    The first takes it. `weights` are those of the eligible members, in any order and all above 0 (else ValueError);
    `charge` is what the lead costs, in units. The order is that of `line.in_order`.
    """
    return in_order(_accrued(ledger, weights, charge), charge)


def line_up_by_fit(
    ledger: Ledger,
    weights: Weights,
    charge: int = UNIT,
    *,
    fits: Mapping[str, int | Decimal],
    fit_weight: int | Decimal,
) -> Line:
    """Line up by fit_weight * fits[rep] + credit in leads, largest first; the shares are those of `line_up`.

    Drift plus penalty (Neely, 2010): a better fit passes before somebody only while they are less than
    fit_weight * (better fit - their fit) leads further behind. With `fit_weight` 0: largest credit first.
    """
    standings = _accrued(ledger, weights, charge)
    part, whole = fit_weight.as_integer_ratio()
    ratios = {standing.rep: fits[standing.rep].as_integer_ratio() for standing in standings}
    common = lcm(*[below for _, below in ratios.values()])

    def score(standing: Standing) -> int:
        above, below = ratios[standing.rep]
        return part * above * (common // below) * UNIT + standing.credit * whole * common

    return tuple(sorted(standings, key=score, reverse=True))


def next_turns(ledger: Ledger, weights: Weights, n: int, *, price: int = UNIT) -> tuple[str, ...]:
    """Who would get the next n leads if everybody stays, nothing else happens, and each lead costs `price` units."""
    turns = []
    for _ in range(n if weights else 0):
        line = line_up(ledger, weights, price)
        ledger = charge(ledger, line, line[0].rep)
        turns.append(line[0].rep)
    return tuple(turns)


def charge_of(value: int | Decimal | None, *, median: int | Decimal, max_charge: int | Decimal | None) -> int:
    """Say what a lead costs in a value-fair pool, in units; there UNIT stands for one of money instead of one lead.

    A lead of unknown value, or of none, costs the pool's median; nothing costs more than `max_charge`, or LARGEST.
    """
    worth = min(value if value is not None and value > 0 else median, LARGEST)
    if max_charge is not None:
        worth = min(worth, max_charge)
    above, below = worth.as_integer_ratio()
    return max(above * UNIT // below, 1)


# --- entries


def charge(ledger: Ledger, line: Line, rep: str) -> Ledger:
    """Post a lead: everybody in line gains their share of it; `rep`, who takes it, pays for all of it."""
    credits = dict(ledger.credits)
    price = 0
    for standing in line:
        credits[standing.rep] = credits.get(standing.rep, 0) + standing.share
        price += standing.share
    credits[rep] -= price
    return _entry(ledger, credits, turn=rep)


def count(ledger: Ledger, rep: str) -> Ledger:
    """Note a lead that `rep` got without charge: it moves their place among equals, and no credit."""
    return _entry(ledger, {rep: 0, **ledger.credits}, turn=rep)


def claim(ledger: Ledger, line: Line, rep: str, debt_limit: int) -> tuple[Ledger, Line, int]:
    """Charge a lead that `rep` took out of turn, yet let it take nobody more than `debt_limit` such leads below zero.

    Returns the ledger, the line with the shares as posted (what `refund` needs), and the units written off: what the
    limit spared the taker and the others in line bear by weight. Debt from before the claim is not forgiven.
    """
    taker = next(standing for standing in line if standing.rep == rep)
    price = sum([standing.share for standing in line])
    floor = min(-debt_limit * price, taker.credit - taker.share)
    spared = max(floor - (taker.credit - price), 0) if len(line) > 1 else 0
    others = queue([(s.rep, s.weight) for s in line if s.rep != rep], ledger.pool, ledger.turns)
    more = {rep: spared}
    if others:
        parts = split(-spared, [weight for _, weight in others])
        more.update({name: part for (name, _), part in zip(others, parts, strict=True)})
    posted = tuple([replace(s, share=s.share + more[s.rep], credit=s.credit + more[s.rep]) for s in line])
    return charge(ledger, posted, rep), posted, spared


def refund(ledger: Ledger, shares: Weights, rep: str, weights: Weights = ()) -> Ledger:
    """Reverse one charged lead exactly: `shares` are the (rep, units) that its record kept, `rep` is who was charged.

    The part of anybody who has left the pool since goes to the members by weight.
    """
    moves = {name: -units for name, units in shares}
    moves[rep] += sum([units for _, units in shares])
    credits = {name: units + moves.pop(name, 0) for name, units in ledger.credits.items()}
    return _entry(ledger, _spread(ledger, credits, sum(moves.values()), weights))


def join(ledger: Ledger, rep: str) -> Ledger:
    """Let somebody in: they are owed nothing and owe nothing. Whoever is a member already keeps their credit."""
    return _entry(ledger, {rep: 0, **ledger.credits})


def leave(ledger: Ledger, rep: str, weights: Weights = ()) -> Ledger:
    """Let somebody go for good; what they were owed, or owed, goes to the members who stay, by weight."""
    credits = {name: units for name, units in ledger.credits.items() if name != rep}
    turns = {name: seq for name, seq in ledger.turns.items() if name != rep}
    others = [(name, weight) for name, weight in weights if name != rep]
    credits = _spread(ledger, credits, ledger.credits.get(rep, 0), others)
    return _entry(replace(ledger, turns=turns), credits)


def correct(ledger: Ledger, rep: str, units: int, weights: Weights = ()) -> Ledger:
    """Post a correction: `rep` gains the units (below 0: loses them), and the other members bear it by weight.

    Raises BadUsage if there is nobody else in the pool to bear it.
    """
    credits = {name: owed for name, owed in ledger.credits.items() if name != rep}
    others = [(name, weight) for name, weight in weights if name != rep]
    if not credits and not others:
        what = f"nobody can bear a correction for {rep!r}: there is no other member."
        raise BadUsage(Fault(where=f"pool {ledger.pool}", what=what, fix="Add the other members first."))
    credits = _spread(ledger, credits, -units, others)
    return _entry(ledger, {**credits, rep: ledger.credits.get(rep, 0) + units})


def _accrued(ledger: Ledger, weights: Weights, charge: int) -> list[Standing]:
    """Share one lead among those who could have taken it, and put them in the order of ties."""
    for rep, weight in weights:
        if weight <= 0:
            raise ValueError(f"weight of {rep!r} is {weight}; leave out members with a weight of 0")
    if not weights:
        return []
    waiting = queue(weights, ledger.pool, ledger.turns)
    shares = split(charge, [weight for _, weight in waiting])
    owed = ledger.credits.get
    return [
        Standing(rep, weight, share, owed(rep, 0) + share) for (rep, weight), share in zip(waiting, shares, strict=True)
    ]


def _spread(ledger: Ledger, credits: Mapping[str, int], units: int, weights: Weights) -> dict[str, int]:
    """Add units to the credits by weight; equally over everybody if no weights are given."""
    given = [pair for pair in weights if pair[1] > 0] or [(name, 1) for name in credits]
    spread = dict(credits)
    if not given:
        return spread
    over = queue(given, ledger.pool, ledger.turns)
    for (name, _), part in zip(over, split(units, [weight for _, weight in over]), strict=True):
        spread[name] = spread.get(name, 0) + part
    return spread


def _entry(ledger: Ledger, credits: Mapping[str, int], *, turn: str = "") -> Ledger:
    """Close an entry: it takes the next number."""
    seq = ledger.seq + 1
    turns = {**ledger.turns, turn: seq} if turn else ledger.turns
    return Ledger(pool=ledger.pool, credits=credits, turns=turns, seq=seq)
