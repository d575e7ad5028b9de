"""`round_robin`: in turn, everybody equally, whatever the pool's weights say. Charged."""

from evenhand.core.how.base import Handover, Turn, assign


def round_robin(turn: Turn) -> Handover:
    """Assign to the first in the ledger's line with equal weights."""
    return assign(turn, turn.even_line(), charged=True)
