"""`weighted`: in turn, by the pool's weights. Charged."""

from evenhand.core.how.base import Handover, Turn, assign


def weighted(turn: Turn) -> Handover:
    """Assign to the first in the ledger's line."""
    return assign(turn, turn.line(), charged=True)
