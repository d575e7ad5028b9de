"""A manager takes a lead away from its holder, and the policy decides who has it next: not the same one again."""

from msgspec.structs import replace

from evenhand.actions.access import manage, oversee
from evenhand.actions.actor import Actor
from evenhand.actions.byhand import take_away
from evenhand.actions.persons import lead_of
from evenhand.actions.settling import settle
from evenhand.actions.standing import name_of
from evenhand.actions.work import Work
from evenhand.core.decide import rule_on
from evenhand.core.follow import after_holder
from evenhand.core.states import HELD_BY_REP, allow, say_state
from evenhand.errors import Conflict
from evenhand.ports.rows import LeadRow


def take_off(work: Work, lead: int, *, even_if_answered: bool = False, actor: Actor) -> LeadRow:
    """Take a lead away from its holder, and decide it anew without them; a turn that they had not used is given back.

    Raises Conflict if nobody holds it, or if its holder has answered, unless `even_if_answered`; NotAllowed for a rep.
    """
    row = work.row(lead)
    allow("re-route", lead, row.state)
    manage(actor, "take a lead away")
    oversee(work, row, actor)
    if row.rep is None or row.state not in HELD_BY_REP:
        raise Conflict(f"lead {lead} {say_state(row.state)}: there is nobody to take it away from.")
    if row.state == "working" and not even_if_answered:
        who = name_of(work, row.rep)
        raise Conflict(f"lead {lead} is being worked on by {who}; say even_if_answered to take it away all the same.")
    free = take_away(work, row, "taken away", actor=actor)
    asked = lead_of(work, free)
    asked = replace(asked, past=after_holder(asked.past, row.rep))
    settled = settle(work, free, rule_on(asked, work.policy, work.world, trigger="rerouted"), actor=actor)
    if settled.rep != row.rep:
        work.tell("taken away", row.rep, lead=lead)
    return settled
