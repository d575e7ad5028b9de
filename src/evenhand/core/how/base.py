"""What a way of handing over is given, and what it answers."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.due import due, reminder
from evenhand.core.ledger import UNIT, Ledger, Line, line_up
from evenhand.core.model import ALWAYS, Pool
from evenhand.core.outcome import Assigned, Outcome, Seat
from evenhand.core.policy.model import Rule


class Turn(Struct, frozen=True, kw_only=True, gc=False):
    """A lead, the rule that took it, and everybody who could have it: never nobody."""

    case: Case
    rule: Rule
    seats: tuple[Seat, ...]
    ledger: Ledger
    pool: Pool
    charge: int = UNIT

    def line(self) -> Line:
        """Everybody in the order of the ledger, by the pool's weights."""
        return line_up(self.ledger, [(seat.rep, seat.weight) for seat in self.seats], self.charge)

    def even_line(self) -> Line:
        """Everybody in the order of the ledger, all weights equal."""
        return line_up(self.ledger, [(seat.rep, 1) for seat in self.seats], self.charge)


class Handover(Struct, frozen=True, gc=False):
    """The outcome, and everybody in the order in which they stood; `charged` says whether it uses up a turn."""

    outcome: Outcome
    line: Line
    charged: bool = False


How: TypeAlias = Callable[[Turn], Handover]


def assign(turn: Turn, line: Line, *, charged: bool) -> Handover:
    """Give the lead to the first in line, with the time by which to answer."""
    return Handover(given_to(line[0].rep, turn.rule, turn.case), line, charged)


def given_to(rep: str, rule: Rule, case: Case) -> Assigned:
    """The lead in somebody's hands, with the times that the rule and their hours give."""
    if rule.respond_within is None:
        return Assigned(rep)
    bounds = case.snapshot.duty.get(rep, ALWAYS).bounds
    answer = due(case.now, rule.respond_within, clock=rule.clock, bounds=bounds)
    if rule.remind_before is None:
        return Assigned(rep, answer)
    before = rule.remind_before
    return Assigned(
        rep, answer, reminder(case.now, rule.respond_within, remind_before=before, clock=rule.clock, bounds=bounds)
    )


def ranked(turn: Turn, line: Line) -> tuple[str, ...]:
    """The best-matching first: most of the skills that the tier asks for, then the ledger's order."""
    fit = {seat.rep: seat.fit for seat in turn.seats}
    return tuple(sorted((standing.rep for standing in line), key=lambda rep: -fit[rep]))
