"""`longest_idle`: the next available rep, whose last lead lies longest ago. Counted, not charged."""

from evenhand.core.how.base import Handover, Turn, assign

_NEVER = -1


def longest_idle(turn: Turn) -> Handover:
    """Assign to the one who has waited longest; those who never had a lead first, equals in the ledger's order."""
    last = {seat.rep: _NEVER if seat.last is None else seat.last for seat in turn.seats}
    line = sorted(turn.line(), key=lambda standing: last[standing.rep])
    return assign(turn, tuple(line), charged=False)
