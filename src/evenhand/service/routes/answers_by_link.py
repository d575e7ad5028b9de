"""`/answer/…`: the page of a link by which a lead is accepted or declined, without signing in and without a script.

Following the link does nothing: programs that look at e-mails follow links too. The page's button answers. Whoever has
the link is believed, so neither it nor whose it was is told to anybody else: no referrer, and nothing in the journal.
"""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, URLEncodedBody
from msgspec import Struct

from evenhand.actions.answering import Asked, Choice, answer, look_at
from evenhand.actions.attempts import attempt, place_of
from evenhand.actions.tickets import workspace_of
from evenhand.errors import BadInput, BadUsage, EvenhandError, Fault, NotSignedIn, TooOften
from evenhand.service.guests import OPEN
from evenhand.service.house import House
from evenhand.service.pages import Field, Form, Page, shown
from evenhand.service.problems import status_of
from evenhand.service.room import Room

UNKNOWN: Final = "Nobody knows this link. Was it copied whole?"
_WHY_NOT: Final = Field(label="Why not? (you need not say)", name="reason", required=False)
_CHOICES: Final[dict[str, Choice]] = {"accept": "accept", "decline": "decline"}


class Answered(Struct):
    """The form: `accept` or `decline`, and why not."""

    choice: str = ""
    reason: str = ""


def answer_pages(house: House) -> Sequence[HTTPRouteHandler]:
    """The routes."""

    @get("/answer/{ticket:str}", opt=OPEN, include_in_schema=False)
    async def look(request: Request[Any, Any, Any], ticket: FromPath[str]) -> Response[str]:
        """What a link asks. Nothing is done yet."""
        try:
            room = _room(house, ticket)
            asked = await room.read(look_at, ticket)
        except NotSignedIn:
            return await _unknown(house, request)
        return _page(ticket, asked)

    @post("/answer/{ticket:str}", opt=OPEN, include_in_schema=False)
    async def use(
        request: Request[Any, Any, Any], ticket: FromPath[str], data: URLEncodedBody[Answered]
    ) -> Response[str]:
        """Accept or decline."""
        try:
            room, choice = _room(house, ticket), _choice(data.choice)
            asked = await room.do(answer, ticket, choice, reason=data.reason)
        except NotSignedIn:
            return await _unknown(house, request)
        except EvenhandError as error:
            return _kept(Page(title="Nothing was done", said=_said(error), wrong=True), status_of(type(error)))
        return _kept(_thanks(asked, choice))

    return [look, use]


def _room(house: House, ticket: str) -> Room:
    room = house.rooms.get(workspace_of(ticket) or 0)
    if room is None:
        raise NotSignedIn(UNKNOWN)
    return room


def _choice(text: str) -> Choice:
    if text not in _CHOICES:
        raise BadUsage(Fault(where="choice", what="that is no answer.", fix="Press one of the buttons."))
    return _CHOICES[text]


async def _unknown(house: House, request: Request[Any, Any, Any]) -> Response[str]:
    """Whoever tries links out must wait longer and longer."""
    place = place_of(request.client.host if request.client else "")
    try:
        await next(iter(house.rooms.values())).read(attempt, {"answer from": place})
    except TooOften as error:
        return _kept(Page(title="Too often", said=_said(error), wrong=True), status_of(TooOften))
    return _kept(Page(title="This link does not work", said=[UNKNOWN], wrong=True), status_of(NotSignedIn))


def _page(ticket: str, asked: Asked) -> Response[str]:
    if asked.over:
        return _kept(Page(title=f"Lead {asked.lead}", said=[asked.over]))
    of = f", of {asked.company}" if asked.company else ""
    what = "is offered to you" if asked.is_offer else "is yours"
    said = [f"{asked.name}, lead {asked.lead}{of}, {what}. Whoever has this link answers in your name."]
    action = f"/answer/{ticket}"
    forms = [
        Form(action=action, button="Accept", hidden={"choice": "accept"}),
        Form(action=action, button="Decline", hidden={"choice": "decline"}, fields=[_WHY_NOT]),
    ]
    return _kept(Page(title=f"Accept lead {asked.lead}?", said=said, forms=forms))


def _thanks(asked: Asked, choice: Choice) -> Page:
    if choice == "accept":
        return Page(title=f"Lead {asked.lead} is yours", said=["You have accepted it. Thank you."])
    return Page(title=f"Lead {asked.lead} goes on", said=["You have declined it. Somebody else will be asked."])


def _said(error: EvenhandError) -> Sequence[str]:
    said = [f"{fault.what} {fault.fix}" for fault in error.faults] if isinstance(error, BadInput) else [str(error)]
    return [line[:1].upper() + line[1:] for line in said]


def _kept(page: Page, status: int = 200) -> Response[str]:
    """A page whose address is told to nobody."""
    answered = shown(page, status=status)
    answered.headers["Referrer-Policy"] = "no-referrer"
    return answered
