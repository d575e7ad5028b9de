"""`least_loaded`: fewest open leads relative to what the rep can carry. Counted, not charged.

Capacity is the cap on open leads; somebody without one is compared by the pool's weight alone.
"""

from fractions import Fraction

from evenhand.core.case import Case
from evenhand.core.how.base import Handover, Turn, assign
from evenhand.core.model import Rep
from evenhand.core.outcome import Seat


def capacity(rep: Rep | None, weight: int) -> int:
    """How much a rep can carry: the open cap, else the weight."""
    caps = rep.caps if rep else ()
    return next((cap.limit for cap in caps if cap.kind == "open"), weight) or 1


def filled(seat: Seat, case: Case) -> Fraction:
    """Which part of their capacity a rep has in use."""
    return Fraction(seat.open, capacity(case.rep(seat.rep), seat.weight))


def least_loaded(turn: Turn) -> Handover:
    """Assign to the one with the smallest part of their capacity in use; equals in the ledger's order."""
    used = {seat.rep: filled(seat, turn.case) for seat in turn.seats}
    line = sorted(turn.line(), key=lambda standing: used[standing.rep])
    return assign(turn, tuple(line), charged=False)
