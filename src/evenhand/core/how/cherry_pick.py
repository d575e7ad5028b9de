"""`cherry_pick`: an open list from which the eligible reps pick; `blind` hides who it is. Counted, not charged.

What nobody has picked after `unclaimed_after` is handed out in turn, and that is charged.
"""

from evenhand.core.how.base import Handover, Turn, assign
from evenhand.core.outcome import Offered


def cherry_pick(turn: Turn) -> Handover:
    """Offer the lead to everybody who may have it."""
    line = turn.line()
    if turn.case.lead.past.unclaimed:
        return assign(turn, line, charged=True)
    after = turn.rule.unclaimed_after
    expires = None if after is None else turn.case.now + after
    return Handover(Offered(tuple(s.rep for s in line), blind=turn.rule.blind, expires=expires), line)
