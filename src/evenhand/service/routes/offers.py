"""`/api/v1/offers`: what is offered, and to whom."""

from collections.abc import Sequence
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.ports.rows import OfferRow
from evenhand.service import seeing
from evenhand.service.cursors import PAGE, START, After, Limit, Whole, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.lead_answers import offered_to, show
from evenhand.service.routes.lead_lists import asked_for
from evenhand.service.shown import LeadView, say_time


class OfferView(Struct, frozen=True, kw_only=True):
    """A lead that the first to take it has.

    to:      the people to whom it is offered; to a rep only themselves.
    blind:   whether they are to take it without knowing of which company it is.
    expires: when it is handed out in turn if nobody has taken it.
    """

    lead: LeadView
    to: tuple[str, ...]
    blind: bool
    expires: str | None


class OfferPage(Struct, frozen=True):
    """Offers, hottest first."""

    items: tuple[OfferView, ...]
    next: str | None


@get("/offers", opt=may("leads:read"))
async def list_offers(
    request: Asked,
    *,
    rep: Annotated[str, QueryParameter(description="Only what this person may take; a rep always their own.")] = "",
    limit: Limit = PAGE,
    after: After = None,
) -> OfferPage:
    """What is offered now: claim one with `POST /leads/{id}/claim`."""
    guest: Guest = request.auth
    caller = guest.caller
    whose = asked_for(caller, rep) if rep or caller.role == "rep" else ""
    return await guest.room.read(_offers, caller, whose, limit=limit, after=after)


def _offers(desk: Desk, caller: Caller, rep: str, *, limit: int, after: str | None) -> OfferPage:
    begin = place(after, tuple[Whole, Whole], (START, 0))
    vocabulary = desk.setup().policy.vocabulary
    with desk.store.reading(desk.workspace) as tx:
        if rep:
            rows = tx.leads.concerning(rep, ["offered"], after=begin, limit=limit + 1)
        else:
            rows = tx.leads.listed(["offered"], after=begin, limit=limit + 1)
        some, more = page(rows, limit, lambda row: (row.rank, row.lead))
        offers = tx.leads.offers_of([row.lead for row in some])
        meant = [row for row in some if not rep or any(offer.rep == rep for offer in offers.get(row.lead, ()))]
        seen = seeing.several(tx, caller, meant)
        leads = show(desk, tx, caller, seen, vocabulary=vocabulary)
    items = [_offer(view, offers[lead.row.lead], caller) for view, lead in zip(leads, seen, strict=True)]
    return OfferPage(tuple(items), more)


def _offer(lead: LeadView, offers: Sequence[OfferRow], caller: Caller) -> OfferView:
    first = offers[0]
    return OfferView(lead=lead, to=offered_to(caller, offers), blind=first.blind, expires=say_time(first.expires))


ROUTES: Final = (list_offers,)
