"""A person chooses who gets a lead: a manager anybody at all, a rep somebody whom the rule would allow.

A manager's word beats the machine's: what was in the way is kept as a warning, and if the holder had not touched the
lead yet, their turn is given back. Whoever hands a lead on themselves has had their turn.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from evenhand.actions.access import give_to, manage, oversee, own
from evenhand.actions.actor import Actor
from evenhand.actions.persons import lead_of
from evenhand.actions.refunds import refund
from evenhand.actions.settling import forgetting, release, settle
from evenhand.actions.standing import name_of
from evenhand.actions.work import Work
from evenhand.core.codes import why_not
from evenhand.core.decide import Ruling
from evenhand.core.follow import after_holder
from evenhand.core.states import HELD_BY_REP, allow
from evenhand.core.taken import Taking, on_put_up, on_taken
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed
from evenhand.ports.rows import LeadRow

MAY: Final = "may_hand_over"  # an attribute of a person in the roster; false forbids it


def assign(work: Work, lead: int, *, rep: str, actor: Actor) -> LeadRow:
    """Give a lead to somebody, whatever is in the way; that is kept as a warning. Who has it already keeps it.

    Raises NotFound if nobody has that id, Conflict if they are not active, NotAllowed for a rep.
    """
    row = work.row(lead)
    allow("assign", lead, row.state)
    manage(actor, "give a lead to somebody")
    oversee(work, row, actor)
    return _given(work, row, rep, actor=actor)


def offer(work: Work, lead: int, *, to: Sequence[str], actor: Actor) -> LeadRow:
    """Offer a lead to people of a manager's choice, whatever the policy says; the first to take it has it.

    Whoever holds it loses it. Raises NotFound if nobody has one of the ids, Conflict if somebody is not active,
    BadUsage if nobody is named, NotAllowed for a rep.
    """
    row = work.row(lead)
    allow("offer", lead, row.state)
    manage(actor, "offer a lead to people of their choice")
    oversee(work, row, actor)
    chosen = tuple(dict.fromkeys(to))
    give_to(work, chosen, actor)
    if not chosen:
        raise BadUsage(Fault(where="to", what="nobody is named.", fix="Name at least one person."))
    before = row.rep if row.state in HELD_BY_REP else None
    row = take_away(work, row, "taken away", actor=actor)
    asked = lead_of(work, row)
    asked = replace(asked, past=replace(forgetting(asked.past), cleared=True))
    settled = settle(work, row, on_put_up(asked, work.policy, work.world, chosen), actor=actor)
    if before is not None:
        work.tell("taken away", before, lead=lead)
    return settled


def hand_over(work: Work, lead: int, *, to: str, actor: Actor) -> LeadRow:
    """Pass a lead on. A manager may do so with any lead, as with `assign`; a rep with their own.

    A rep's choice must be somebody whom the lead's rule would allow now, else Conflict says why not. Raises NotAllowed
    if the lead is not theirs, or if `may_hand_over` is false for them in the roster.
    """
    row = work.row(lead)
    allow("hand over", lead, row.state)
    own(work, row, actor)
    if actor.kind != "rep":
        return _given(work, row, to, actor=actor)
    if to == actor.id:
        raise Conflict(f"lead {lead} is yours already: name somebody else.")
    person = work.world.roster.reps.get(actor.id)
    if person is not None and person.attributes.get(MAY) is False:
        raise NotAllowed(f"{person.name} may not hand leads over ({MAY} = false in the roster); ask your manager.")
    row = release(work, row, "handed over")
    ruling = _chosen(work, row, to, before=actor.id)
    warning = next((no for rep, no in ruling.decision.attempts[-1].excluded if rep == to), None)
    if warning is not None:
        raise Conflict(f"lead {lead} cannot be handed over to {name_of(work, to)}: {why_not(warning)}.")
    return settle(work, row, ruling, actor=actor)


def take_away(work: Work, row: LeadRow, why: str, *, actor: Actor) -> LeadRow:
    """The lead without its holder, because somebody else says so; one that was not touched yet is refunded."""
    if row.state not in HELD_BY_REP:
        return row
    if row.accepted is None and row.responded is None:
        refund(work, row, actor=actor)
    return release(work, row, why)


def _given(work: Work, row: LeadRow, rep: str, *, actor: Actor) -> LeadRow:
    give_to(work, [rep], actor)
    before = row.rep if row.state in HELD_BY_REP else None
    if before == rep:
        return row
    row = take_away(work, row, "taken away", actor=actor)
    settled = settle(work, row, _chosen(work, row, rep, before=before), actor=actor)
    if before is not None:
        work.tell("taken away", before, lead=row.lead)
    return settled


def _chosen(work: Work, row: LeadRow, rep: str, *, before: str | None) -> Ruling:
    """The decision in favour of the person who was named. A person has looked: no screen turns the lead away later."""
    lead = lead_of(work, row)
    past = forgetting(lead.past) if before is None else after_holder(lead.past, before)
    asked = replace(lead, past=replace(past, cleared=True))
    return on_taken(asked, work.policy, work.world, Taking(rep))
