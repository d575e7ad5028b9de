"""Offers are answered: a rep takes a lead that is offered to several, accepts one that is theirs, or says no.

The decision stream has one order, so of all who would take a lead one is first; the others hear who that was.
"""

from msgspec.structs import replace

from evenhand.actions.access import speak_for
from evenhand.actions.actor import Actor
from evenhand.actions.notes import write_down
from evenhand.actions.persons import lead_of, memory_of, remembering
from evenhand.actions.settling import forget, release, settle
from evenhand.actions.standing import holder, name_of, offers_of, rings_of, rule_of, taken, unanswered
from evenhand.actions.work import Work
from evenhand.core.caps import room
from evenhand.core.decide import rule_on
from evenhand.core.follow import after_decline
from evenhand.core.model import ALWAYS, Load, Past
from evenhand.core.policy.model import Rule
from evenhand.core.states import HELD_BY_REP, allow
from evenhand.core.taken import Taking, on_taken
from evenhand.errors import Conflict
from evenhand.ports.rows import LeadRow


def claim(work: Work, lead: int, *, rep: str, actor: Actor) -> LeadRow:
    """Take a lead that is offered to this rep. Whoever has it already may ask again, and nothing changes.

    Raises Conflict if somebody else was faster, if it is not offered to them, if they hold as many unanswered leads as
    the rule lets one person hold, or if one of their caps is reached. NotAllowed if a rep claims for somebody else.
    """
    speak_for(work, rep, actor)
    row = work.row(lead)
    if row.state in HELD_BY_REP:
        return _already(work, row, rep)
    allow("claim", lead, row.state)
    others = _others(work, row, rep, actor)
    rule = rule_of(work, row)
    _check_room(work, row, rep, rule)
    ruling = on_taken(lead_of(work, row), work.policy, work.world, Taking(rep, "claimed", row.rule))
    settled = replace(settle(work, row, ruling, actor=actor), accepted=work.now)
    work.put_row(settled)
    for other in others if rule is not None and rule.how == "shotgun" else ():
        work.tell("taken", other, lead=lead, decision=settled.decision)
    return settled


def accept(work: Work, lead: int, *, rep: str, actor: Actor) -> LeadRow:
    """Say yes: to an offer, which is to claim it, or to a lead that is theirs, which is noted once.

    Raises Conflict if somebody else has it or nobody can; else as `claim`.
    """
    speak_for(work, rep, actor)
    row = work.row(lead)
    allow("accept", lead, row.state)
    if row.state == "offered":
        return claim(work, lead, rep=rep, actor=actor)
    row = _already(work, row, rep)
    if row.accepted is None and row.state == "assigned":
        row = replace(row, accepted=work.now)
        work.put_row(row)
        work.event("lead.accepted", actor, lead=lead, body={"rep": rep})
    return row


def decline(work: Work, lead: int, *, rep: str, reason: str = "", actor: Actor) -> LeadRow:
    """Say no, and why if you like. A lead that this rep holds is decided again without them; its charge stays.

    Of an offer their part ends; when the last one has declined, the lead is decided again without all of them.
    Raises Conflict if the lead is neither theirs nor offered to them.
    """
    speak_for(work, rep, actor)
    row = work.row(lead)
    memory = memory_of(row)
    if row.state == "offered" and rep in memory.past.declined:
        return row
    allow("decline", lead, row.state)
    others = _others(work, row, rep, actor) if row.state == "offered" else ()
    if row.state == "assigned" and row.rep != rep:
        raise Conflict(f"lead {lead} is not {name_of(work, rep)}'s to decline: it is {holder(work, row)}.")
    work.event("lead.declined", actor, lead=lead, body={"rep": rep, "offered": len(others)})
    if reason:
        write_down(work, lead, reason, kind="declined", actor=actor)
    if others:
        return _without(work, row, rep)
    past = after_decline(memory.past, rep)
    row = release(work, row, "declined")
    asked = replace(lead_of(work, row), past=past)
    return settle(work, row, rule_on(asked, work.policy, work.world, trigger="declined"), actor=actor)


def _already(work: Work, row: LeadRow, rep: str) -> LeadRow:
    if row.rep != rep:
        raise Conflict(taken(work, row))
    return row


def _others(work: Work, row: LeadRow, rep: str, actor: Actor) -> tuple[str, ...]:
    """To whom else the lead is offered. Raises Conflict if it is not offered to this rep."""
    offered = [offer.rep for offer in offers_of(work, row.lead)]
    if rep not in offered:
        whom = "you" if actor.kind == "rep" else name_of(work, rep)
        raise Conflict(f"lead {row.lead} is not offered to {whom}.")
    return tuple([other for other in offered if other != rep])


def _check_room(work: Work, row: LeadRow, rep: str, rule: Rule | None) -> None:
    """A person who takes leads is held to what the rule lets one hold, and to their own caps; others overrule them."""
    if rule is not None and rule.limit is not None:
        held = unanswered(work, rep)
        if held >= rule.limit:
            limit = f"rule {rule.name!r} lets nobody claim who has {rule.limit} or more"
            why = f"{name_of(work, rep)} holds {held} unanswered, and {limit}. Answer one first."
            raise Conflict(f"lead {row.lead} cannot be claimed: {why}")
    person = work.world.roster.reps.get(rep)
    if person is None or (rule is not None and rule.even_if_away):
        return
    full = room(person, work.world.loads.get(rep, Load()), work.world.duty.get(rep, ALWAYS), work.now)
    if full is not None:
        cap = "open" if full.kind == "open" else f"this {full.kind}"
        why = f"{person.name} is full: {full.used} of {full.limit} {cap}."
        raise Conflict(f"lead {row.lead} cannot be claimed: {why}")


def _without(work: Work, row: LeadRow, rep: str) -> LeadRow:
    """The offer as it was, but not to this rep any more."""
    offers, rings, memory = offers_of(work, row.lead), rings_of(work, row.lead), memory_of(row)
    forget(work, row.lead)
    work.here.offers[row.lead] = [offer for offer in offers if offer.rep != rep]
    work.here.timers[row.lead] = list(rings)
    past: Past = replace(memory.past, declined=(*memory.past.declined, rep))
    row = replace(row, memory=remembering(memory.match, past, memory.tier))
    work.put_row(row)
    return row
