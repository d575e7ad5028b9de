"""Erasing a person: nothing that says who it was stays, and everything that was decided can still be proved.

Gone are the key and the box with the personal fields and the raw input, what identifies the person, and every word that
was written about them. What stays are the fields that identify nobody, decisions, events and entries.
"""

from msgspec import json

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.holding import Ending, close
from evenhand.actions.work import Work
from evenhand.core.states import OPEN, say_state
from evenhand.errors import Conflict
from evenhand.ports.rows import EventRow, LeadRow


def erase(work: Work, lead: int, *, even_if_open: bool = False, actor: Actor) -> tuple[int, ...]:
    """Erase the person of a lead, and of all leads that became part of the same one; the leads, none if it was done.

    An open lead is refused with Conflict, or with `even_if_open` closed as disqualified first: nobody could call a
    person who is not known. Raises NotFound, and NotAllowed for reps.
    """
    administer(actor, "erase a person")
    family = _family(work, lead)
    open_ones = [row for row in family if row.state in OPEN]
    if open_ones and not even_if_open:
        first = open_ones[0]
        raise Conflict(f"lead {first.lead} {say_state(first.state)}: close it first, or say that it may be closed.")
    for row in open_ones:
        close(work, row.lead, Ending("disqualified"), actor=actor)
        if row.rep is not None:
            work.tell("erased", row.rep, lead=row.lead)
    known = tuple(row.lead for row in family if work.person_row(row.lead) is not None)
    for each in known:
        work.here.erased.add(each)
        work.event("lead.erased", actor, lead=each)
    return known


def _family(work: Work, lead: int) -> list[LeadRow]:
    """The lead that a lead is part of, and everything else that is: one and the same person."""
    row = work.row(lead)
    while row.merged is not None:
        row = work.row(row.merged)
    family = [row]
    for part in family:
        family += [row for row in map(work.row, _absorbed(work, part.lead)) if row.merged == part.lead]
    return family


def _absorbed(work: Work, lead: int) -> list[int]:
    """Every lead that has ever become part of this one, once each."""
    mine = [event for now in work.changes() for event in now.events if event.lead == lead]
    return list(dict.fromkeys(map(_lead_in, _of_kind([*work.tx.story.events_of(lead), *mine], "lead.absorbed"))))


def _of_kind(events: list[EventRow], kind: str) -> list[EventRow]:
    return [event for event in events if event.kind == kind]


def _lead_in(event: EventRow) -> int:
    return json.decode(event.body, type=dict[str, int])["lead"]
