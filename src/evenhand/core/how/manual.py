"""`manual`: held on the desk of a named manager, with ranked suggestions. Nothing is charged until somebody has it."""

from evenhand.core.how.base import Handover, Turn, ranked
from evenhand.core.outcome import Held
from evenhand.core.who.manager import desk_person


def manual(turn: Turn) -> Handover:
    """Hold the lead, best-matching people first among the suggestions."""
    line = turn.line()
    desk = desk_person(turn.rule.desk, turn.case.snapshot.roster) or turn.pool.manager
    return Handover(Held("manual", desk, ranked(turn, line)), line)
