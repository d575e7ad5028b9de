"""Trying a lead out: decided as if it had come just now, and forgotten. Nothing is written, charged or told.

`desk.imagine(call(try_lead, lead, actor=...))` needs no lock.
"""

from typing import Final

from evenhand.actions.access import manage
from evenhand.actions.actor import Actor
from evenhand.actions.receiving import Incoming
from evenhand.actions.twins import twin_of
from evenhand.actions.work import Work
from evenhand.core.decide import rule_on
from evenhand.core.model import Lead, Twin
from evenhand.core.record import record
from evenhand.core.view import View, view
from evenhand.errors import Conflict

NAME: Final = "test"  # the id of a lead that is none


def try_lead(work: Work, lead: Incoming, *, actor: Actor) -> View:
    """What would be decided about a lead that came now: the record, to be read. Raises Conflict without a policy."""
    manage(actor, "try out a lead")
    if not work.ready:
        raise Conflict("there is no policy yet: publish one, with a roster, before leads are tried.")
    same = work.tx.leads.same_person(lead.persons) if lead.persons else {}
    twin = twin_of(work, lead.persons, same)
    asked = Lead(
        id=NAME,
        received=min(lead.received or work.now, work.now),
        fields=lead.fields,
        match=lead.match,
        twin=None if twin is None else Twin(str(twin.lead), twin.rep),
    )
    ruling = rule_on(asked, work.policy, work.world)
    return view(record(ruling, work.policy, engine=work.base.engine), ruling.case, work.policy)
