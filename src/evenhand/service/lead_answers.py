"""A lead as it is answered: what the caller may see of it, with the decision in force."""

from collections.abc import Mapping, Sequence

from msgspec import Raw, Struct
from msgspec.structs import replace

from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.analytics.dossier import opened, views
from evenhand.core.model import Value
from evenhand.core.record import read_fields
from evenhand.core.view import encode
from evenhand.core.when import Vocabulary
from evenhand.errors import NotFound
from evenhand.ports.rows import LeadRow, OfferRow, PersonRow
from evenhand.ports.store import Reading
from evenhand.service import seeing
from evenhand.service.answers import DecisionOrNull
from evenhand.service.second_person import for_rep
from evenhand.service.shown import LeadView, show_lead
from evenhand.service.tags import tag_of

NO_DECISION = Raw(b"null")


class LeadAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead, and the decision about it that is in force; null if nobody has decided it here.

    how:     `new`, `replayed` (the same request was answered before) or `touched` (the same lead has come again).
    unread:  names that were sent and that no field has; they are kept with the lead, but no rule can ask for them.
    dirty:   values that could not be read, each with the reason; the field counts as unknown.
    """

    lead: LeadView
    decision: DecisionOrNull
    how: str = ""
    unread: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()


class Looked(Struct, frozen=True):
    """An answer, and the tag of what it shows."""

    answer: LeadAnswer
    tag: str


def look(desk: Desk, caller: Caller, lead: int) -> Looked:
    """A lead as somebody sees it. Raises NotFound if they do not."""
    vocabulary = desk.setup().policy.vocabulary
    with desk.store.reading(desk.workspace) as tx:
        found = seeing.one(tx, caller, lead)
        answer = LeadAnswer(
            lead=show(desk, tx, caller, [found], vocabulary=vocabulary)[0], decision=_decision(tx, caller, found.row)
        )
    return Looked(answer, tag_of(found.row))


def look_after(desk: Desk, caller: Caller, lead: int) -> Looked:
    """The same for whoever has just done something with it: of a lead that they see no more, that it is so."""
    try:
        return look(desk, caller, lead)
    except NotFound:
        return _bare(desk, lead)


def look_touched(desk: Desk, caller: Caller, lead: int) -> Looked:
    """The same for whoever has sent a lead that is here already: a program that only brings leads in, and has but said
    the id of one, reads nothing of it by that.
    """
    return look_after(desk, caller, lead) if "leads:read" in caller.scopes else _bare(desk, lead)


def _bare(desk: Desk, lead: int) -> Looked:
    with desk.store.reading(desk.workspace) as tx:
        row = tx.leads.get(lead)
    if row is None:
        raise NotFound(f"there is no lead {lead}.")
    bare = LeadRow(lead=lead, state=row.state, received=row.received)
    return Looked(LeadAnswer(lead=show_lead(bare, {}, Vocabulary()), decision=NO_DECISION), tag_of(row))


def show(
    desk: Desk, tx: Reading, caller: Caller, leads: Sequence[seeing.Lead], *, vocabulary: Vocabulary
) -> list[LeadView]:
    """Leads with as much of them as the caller sees; two statements, however many they are."""
    known = [each.row.lead for each in leads if each.sight == "person"]
    persons = tx.leads.persons(known) if known else {}
    offered = [each.row.lead for each in leads if each.row.state == "offered"]
    offers = tx.leads.offers_of(offered) if offered else {}
    found = []
    for each in leads:
        fields = _fields(desk, each, persons)
        to = offered_to(caller, offers.get(each.row.lead, ()))
        found.append(replace(show_lead(each.row, fields, vocabulary), offered=to))
    return found


def offered_to(caller: Caller, offers: Sequence[OfferRow]) -> tuple[str, ...]:
    """To whom a lead is offered, as far as that is the caller's to know."""
    return tuple([offer.rep for offer in offers if caller.role != "rep" or offer.rep == caller.rep])


def _fields(desk: Desk, lead: seeing.Lead, persons: Mapping[int, PersonRow]) -> Mapping[str, Value]:
    fields = seeing.shown(read_fields(lead.row.fields), lead.sight)
    box = persons.get(lead.row.lead)
    return fields if box is None else {**fields, **read_fields(opened(desk, box).fields)}


def _decision(tx: Reading, caller: Caller, row: LeadRow) -> Raw:
    found = tx.story.decision(row.decision) if row.decision > 0 else None
    if found is None:
        return NO_DECISION
    view = next(views(tx, [found]))
    return Raw(encode(for_rep(view, caller.rep) if caller.role == "rep" else view))
