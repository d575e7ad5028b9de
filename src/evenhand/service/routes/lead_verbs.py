"""`/api/v1/leads/{id}/...`: what can be done with one lead. Each runs one verb, and answers with the lead as it is.

Every verb takes `If-Match` with the lead's `ETag`, for those who want nothing done to a lead that has moved on (412).
Without it, what counts is the state of the lead: whoever loses a race hears who won it (409).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from litestar import delete, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from evenhand.actions.byhand import assign, hand_over, offer
from evenhand.actions.callers import Caller
from evenhand.actions.disputes import dispute
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore, snooze
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.notes import note
from evenhand.actions.offers import accept, claim, decline
from evenhand.actions.refunds import decision_row
from evenhand.actions.rerouting import reroute
from evenhand.actions.taking_away import take_off
from evenhand.actions.work import Work
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed, NotFound
from evenhand.ports.rows import Closing
from evenhand.service import tags
from evenhand.service.answers import Answer
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.lead_answers import LeadAnswer, look_after
from evenhand.service.said import ahead, at_time, numbered
from evenhand.service.seeing import notice

Verb: TypeAlias = Callable[[Work], object]

OK: Final = 200


class For(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom it is done: somebody's id; the caller themselves if it is left out and they are in the roster."""

    rep: str = ""


class Declining(Struct, frozen=True, forbid_unknown_fields=True):
    """Why, in a sentence that is kept with the lead and erased with it; and for whom, as in `For`."""

    reason: str = ""
    rep: str = ""


class Responding(Struct, frozen=True, forbid_unknown_fields=True):
    """When the holder was in touch, as 2026-11-02T09:00Z; now if it is left out."""

    at: str = ""


class Snoozing(Struct, frozen=True, forbid_unknown_fields=True):
    """Until when: `2h`, `3d`, or a moment as 2026-11-03T09:00Z."""

    until: str


class Noting(Struct, frozen=True, forbid_unknown_fields=True):
    """What to remember; kept encrypted, and erased with the person."""

    text: str


class EndingIt(Struct, frozen=True, forbid_unknown_fields=True):
    """How it ended, what a won lead brought in the policy's currency, and why."""

    ending: Literal["won", "lost", "disqualified", "bad"]
    amount: Decimal | None = None
    reason: str = ""


class Reassigning(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to have it, whatever is in the way. Left out, the policy in force decides anew.

    even_if_answered: take it away for that even from a holder who has answered.
    """

    to: str = ""
    even_if_answered: bool = False


class TakingAway(Struct, frozen=True, forbid_unknown_fields=True):
    """even_if_answered: even from a holder who has answered."""

    even_if_answered: bool = False


class Offering(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, by their ids."""

    to: tuple[str, ...]


class HandingOver(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, by their id."""

    to: str


class Merging(Struct, frozen=True, forbid_unknown_fields=True):
    """The id of the earlier lead of the same person, which stays."""

    into: str


class Disputing(Struct, frozen=True, forbid_unknown_fields=True):
    """What was wrong; which decision (the one in force if it is left out, 7 or 3.7); and for whom, as in `For`."""

    text: str
    decision: str = ""
    rep: str = ""


class Noted(Struct, frozen=True):
    """The note was written down under this number."""

    note: str


class Disputed(Struct, frozen=True):
    """The dispute is open under this number."""

    dispute: str
    decision: str


class Erased(Struct, frozen=True):
    """The leads whose person is erased now; none if that was done before."""

    erased: tuple[str, ...]


# --- offers


@post("/leads/{lead:int}/accept", opt=may("leads:act"), status_code=OK)
async def accept_lead(request: Asked, lead: FromPath[int], *, data: JSONBody[For | None] = None) -> Answer[LeadAnswer]:
    """Say yes to a lead that was given or offered to somebody; to one that is offered, that is to claim it."""
    rep, actor = _rep(request, data.rep if data else ""), request.auth.caller.actor
    return await _done(request, lead, lambda work: accept(work, lead, rep=rep, actor=actor))


@post("/leads/{lead:int}/claim", opt=may("leads:act"), status_code=OK)
async def claim_lead(request: Asked, lead: FromPath[int], *, data: JSONBody[For | None] = None) -> Answer[LeadAnswer]:
    """Take a lead that is offered to several: the first has it, the others hear who that was (409)."""
    rep, actor = _rep(request, data.rep if data else ""), request.auth.caller.actor
    return await _done(request, lead, lambda work: claim(work, lead, rep=rep, actor=actor))


@post("/leads/{lead:int}/decline", opt=may("leads:act"), status_code=OK)
async def decline_lead(
    request: Asked, lead: FromPath[int], *, data: JSONBody[Declining | None] = None
) -> Answer[LeadAnswer]:
    """Say no to a lead that was given or offered to somebody: it goes to somebody else."""
    said, actor = data or Declining(), request.auth.caller.actor
    rep = _rep(request, said.rep)
    return await _done(request, lead, lambda work: decline(work, lead, rep=rep, reason=said.reason, actor=actor))


# --- in somebody's hands


@post("/leads/{lead:int}/respond", opt=may("leads:act"), status_code=OK)
async def respond_lead(
    request: Asked, lead: FromPath[int], *, data: JSONBody[Responding | None] = None
) -> Answer[LeadAnswer]:
    """Note that the holder has been in touch with the lead: the first time answers it."""
    when = at_time("at", data.at) if data is not None and data.at else None
    actor = request.auth.caller.actor
    return await _done(request, lead, lambda work: respond(work, lead, at=when, actor=actor))


@post("/leads/{lead:int}/snooze", opt=may("leads:act"), status_code=OK)
async def snooze_lead(request: Asked, lead: FromPath[int], data: JSONBody[Snoozing]) -> Answer[LeadAnswer]:
    """Put a lead off; its holder is reminded then."""
    guest: Guest = request.auth
    until, actor = ahead("until", data.until, guest.room.desk.clock()), guest.caller.actor
    return await _done(request, lead, lambda work: snooze(work, lead, until=until, actor=actor))


@post("/leads/{lead:int}/close", opt=may("leads:act"), status_code=OK)
async def close_lead(request: Asked, lead: FromPath[int], data: JSONBody[EndingIt]) -> Answer[LeadAnswer]:
    """End a lead: its holder's slot is free at once. A bad one is refunded to whoever was charged for it."""
    closing: Closing = data.ending
    ending, actor = Ending(closing, data.amount, data.reason), request.auth.caller.actor
    return await _done(request, lead, lambda work: close(work, lead, ending, actor=actor))


@post("/leads/{lead:int}/notes", opt=may("leads:act"), status_code=201)
async def note_lead(request: Asked, lead: FromPath[int], data: JSONBody[Noting]) -> Noted:
    """Write something down about a lead."""
    guest: Guest = request.auth
    number = await guest.room.do(_noted, guest.caller, lead, text=data.text)
    return Noted(str(number))


@post("/leads/{lead:int}/restore", opt=may("leads:assign"), status_code=OK)
async def restore_lead(request: Asked, lead: FromPath[int]) -> Answer[LeadAnswer]:
    """Bring back a lead that was turned away, a duplicate, or closed: it is decided afresh."""
    actor = request.auth.caller.actor
    return await _done(request, lead, lambda work: restore(work, lead, actor=actor))


# --- by hand


@post("/leads/{lead:int}/reassign", opt=may("leads:assign"), status_code=OK)
async def reassign_lead(
    request: Asked, lead: FromPath[int], *, data: JSONBody[Reassigning | None] = None
) -> Answer[LeadAnswer]:
    """Give a lead to somebody by hand, or have it decided anew under the policy in force."""
    said, actor = data or Reassigning(), request.auth.caller.actor
    if said.to:
        return await _done(request, lead, lambda work: assign(work, lead, rep=said.to, actor=actor))
    anyway = said.even_if_answered
    return await _done(request, lead, lambda work: reroute(work, lead, even_if_answered=anyway, actor=actor))


@post("/leads/{lead:int}/offer", opt=may("leads:assign"), status_code=OK)
async def offer_lead(request: Asked, lead: FromPath[int], data: JSONBody[Offering]) -> Answer[LeadAnswer]:
    """Offer a lead to people of your choice, whatever the policy says: the first to take it has it."""
    actor = request.auth.caller.actor
    return await _done(request, lead, lambda work: offer(work, lead, to=data.to, actor=actor))


@post("/leads/{lead:int}/hand-over", opt=may("leads:act"), status_code=OK)
async def hand_over_lead(request: Asked, lead: FromPath[int], data: JSONBody[HandingOver]) -> Answer[LeadAnswer]:
    """Pass a lead on: as a manager to anybody, as its holder to somebody whom the rule would allow."""
    actor = request.auth.caller.actor
    return await _done(request, lead, lambda work: hand_over(work, lead, to=data.to, actor=actor))


@post("/leads/{lead:int}/take-away", opt=may("leads:assign"), status_code=OK)
async def take_lead_away(
    request: Asked, lead: FromPath[int], *, data: JSONBody[TakingAway | None] = None
) -> Answer[LeadAnswer]:
    """Take a lead away from its holder: it is decided anew, and they do not get it again."""
    anyway, actor = data is not None and data.even_if_answered, request.auth.caller.actor
    return await _done(request, lead, lambda work: take_off(work, lead, even_if_answered=anyway, actor=actor))


# --- persons


@post("/leads/{lead:int}/merge", opt=may("leads:assign"), status_code=OK)
async def merge_lead(request: Asked, lead: FromPath[int], data: JSONBody[Merging]) -> Answer[LeadAnswer]:
    """Make a lead part of an earlier one of the same person."""
    into, guest = numbered("into", data.into), request.auth

    def both(work: Work) -> object:
        notice(work, guest.caller, into)
        return merge(work, lead, into=into, actor=guest.caller.actor)

    return await _done(request, lead, both)


@post("/leads/{lead:int}/unmerge", opt=may("leads:assign"), status_code=OK)
async def unmerge_lead(request: Asked, lead: FromPath[int]) -> Answer[LeadAnswer]:
    """Make a lead one of its own again: it is decided afresh."""
    actor = request.auth.caller.actor
    return await _done(request, lead, lambda work: unmerge(work, lead, actor=actor))


@delete("/leads/{lead:int}/person", opt=may("leads:erase"), status_code=OK)
async def erase_person(request: Asked, lead: FromPath[int], *, even_if_open: FromQuery[bool] = False) -> Erased:
    """Erase the person of a lead for good: who it was, and every word about them. What was decided stays.

    An open lead is refused (409) unless `even_if_open` says that it may be closed as disqualified first.
    """
    guest: Guest = request.auth
    erased = await guest.room.do(erase, lead, even_if_open=even_if_open, actor=guest.caller.actor)
    return Erased(tuple(map(str, erased)))


@post("/leads/{lead:int}/dispute", opt=may("disputes:raise"), status_code=201)
async def dispute_lead(request: Asked, lead: FromPath[int], data: JSONBody[Disputing]) -> Disputed:
    """Say that a decision was wrong, for somebody whom it weighed up; a manager rules on it."""
    guest: Guest = request.auth
    rep = _rep(request, data.rep)
    number, decision = await guest.room.do(_disputed, guest.caller, lead, rep=rep, said=data)
    return Disputed(str(number), f"{lead}.{decision}")


# --- how they are done


async def _done(request: Asked, lead: int, verb: Verb) -> Answer[LeadAnswer]:
    """Run a verb on a lead that the caller may see, and answer with the lead."""
    guest: Guest = request.auth
    await guest.room.do(_within, guest.caller, lead, verb=verb, given=tags.if_match(request))
    found = await guest.room.read(look_after, guest.caller, lead)
    return tags.tagged(found.answer, found.tag)


def _within(work: Work, caller: Caller, lead: int, *, verb: Verb, given: str) -> None:
    row = notice(work, caller, lead)
    tags.check(given, tags.tag_of(row) if given else "", required=False)
    verb(work)


def _noted(work: Work, caller: Caller, lead: int, *, text: str) -> int:
    notice(work, caller, lead)
    return note(work, lead, text, actor=caller.actor)


def _disputed(work: Work, caller: Caller, lead: int, *, rep: str, said: Disputing) -> tuple[int, int]:
    """The numbers of the dispute, and of the decision. Whoever lost out need not see the lead for it.

    Raises Conflict without a decision, NotFound for one about another lead.
    """
    decision = numbered("decision", said.decision.removeprefix(f"{lead}.")) if said.decision else 0
    row = work.row(lead)
    named = decision or row.decision
    if named <= 0:
        raise Conflict(f"lead {lead} was never decided here, so there is nothing to dispute.")
    try:
        if decision_row(work, named).lead != lead:
            raise NotFound(f"decision {named} is not about lead {lead}.")
        return dispute(work, named, rep=rep, text=said.text, actor=caller.actor), named
    except NotAllowed:
        notice(work, caller, lead)
        raise


def _rep(request: Asked, named: str) -> str:
    """For whom something is done. Raises BadUsage if nobody was named."""
    rep = named or request.auth.caller.rep
    if not rep:
        fix = 'Send {"rep": "ann"}: whoever it is done for.'
        raise BadUsage(Fault(where="rep", what="nobody was named, and you are not in the roster.", fix=fix))
    return rep


ROUTES: Final = (
    accept_lead,
    claim_lead,
    decline_lead,
    respond_lead,
    snooze_lead,
    close_lead,
    note_lead,
    restore_lead,
    reassign_lead,
    offer_lead,
    hand_over_lead,
    take_lead_away,
    merge_lead,
    unmerge_lead,
    erase_person,
    dispute_lead,
)
