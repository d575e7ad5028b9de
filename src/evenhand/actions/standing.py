"""How a lead stands within a transaction: to whom it is offered, what will ring, whose it is, and the words for that.

What an earlier verb of the same transaction has changed counts, before what is in the tables.
"""

from collections.abc import Sequence

from evenhand.actions.work import Work
from evenhand.core.instants import say_instant
from evenhand.core.policy.model import Rule
from evenhand.core.states import HELD_BY_REP
from evenhand.ports.rows import LeadRow, OfferRow, TimerRow


def offers_of(work: Work, lead: int) -> Sequence[OfferRow]:
    """To whom a lead is offered."""
    found = next((now.offers[lead] for now in work.changes() if lead in now.offers), None)
    return work.tx.leads.offers(lead) if found is None else found


def rings_of(work: Work, lead: int) -> Sequence[TimerRow]:
    """The timers of a lead."""
    found = next((now.timers[lead] for now in work.changes() if lead in now.timers), None)
    if found is not None:
        return found
    later: dict[str, TimerRow] = {}
    for now in work.changes():
        for ring in reversed(now.put.get(TimerRow, [])):
            if isinstance(ring, TimerRow) and ring.lead == lead:
                later.setdefault(ring.kind, ring)
    return [later.get(ring.kind, ring) for ring in work.tx.agenda.of(lead)]


def held_by(work: Work, rep: str) -> Sequence[LeadRow]:
    """The leads that a rep holds."""
    held = {row.lead: row for row in work.tx.leads.held_by(rep)}
    for now in reversed(list(work.changes())):
        held.update(now.rows)
    return [row for row in held.values() if row.rep == rep and row.state in HELD_BY_REP]


def unanswered(work: Work, rep: str) -> int:
    """How many leads a rep holds and has not answered."""
    return sum(row.responded is None for row in held_by(work, rep))


def rule_of(work: Work, row: LeadRow) -> Rule | None:
    """The rule that a lead was decided by, as the policy in force has it; `None` if there is none of that name."""
    return next((rule for rule in work.policy.rules if rule.name == row.rule), None)


def name_of(work: Work, rep: str) -> str:
    """What somebody is called."""
    found = work.world.roster.reps.get(rep)
    return found.name if found else rep


def holder(work: Work, row: LeadRow) -> str:
    """Whose a lead is, and since when: `Ann's since 2026-11-02T09:14:03Z`."""
    return f"{name_of(work, row.rep or '')}'s since {say_instant(row.since or work.now)}"


def taken(work: Work, row: LeadRow) -> str:
    """Say who was faster: `lead 7 was taken by Ann at 2026-11-02T09:14:03Z`."""
    return f"lead {row.lead} was taken by {name_of(work, row.rep or '')} at {say_instant(row.since or work.now)}."
