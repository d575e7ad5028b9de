"""`shotgun`: offered at once to the best-matching group; the first to accept has it. Counted, not charged.

`stages = [1, 3, "pool"]` widens the group each `widen_after`; what nobody has accepted `unclaimed_after` the last
stage began is handed out in turn, and that is charged.
"""

from evenhand.core.how.base import Handover, Turn, assign, ranked
from evenhand.core.outcome import Offered


def shotgun(turn: Turn) -> Handover:
    """Offer the lead to the group of the stage that it has reached."""
    line, rule, now = turn.line(), turn.rule, turn.case.now
    if turn.case.lead.past.unclaimed:
        return assign(turn, line, charged=True)
    order = ranked(turn, line)
    stage = min(turn.case.lead.past.stage, len(rule.stages) - 1)
    size = rule.stages[stage]
    group = order if size == "pool" else order[:size]
    last = stage == len(rule.stages) - 1 or len(group) == len(order)
    widen = None if last or rule.widen_after is None else now + rule.widen_after
    expires = now + rule.unclaimed_after if last and rule.unclaimed_after is not None else None
    return Handover(Offered(group, stage=stage, widen=widen, expires=expires), line)
