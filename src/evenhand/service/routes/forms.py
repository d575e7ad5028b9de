"""`/f/{form}`: forms that anybody may fill in, alone or within other pages; no script is needed, and no cookie is set.

What a browser sends is answered with a page, what a script sends as JSON with JSON. Whoever has sent a form is led to
its thank-you page by a signed address, so that reading it again sends nothing again.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from litestar import Response, get, post, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.calling_back import ask_for_call
from evenhand.actions.forms import Form, read_form
from evenhand.errors import BadInput, Conflict, NotAllowed, NotFound
from evenhand.service.forms.answers import LARGEST, LONGEST_BESIDE, TRACKED, read_posted, trap
from evenhand.service.forms.drawing import Drawn, Thanked, admits, draw, embedding, thank
from evenhand.service.forms.gate import Gate
from evenhand.service.forms.replies import (
    Call,
    Page,
    as_json,
    asked_in,
    gone,
    led_on,
    once_more,
    parent_of,
    placed,
    see,
    thanked,
    ticket_in,
    told_script,
    what_is_known,
    when,
)
from evenhand.service.forms.taking import from_form, hand_in
from evenhand.service.forms.tokens import new_token
from evenhand.service.forms.words import words_in
from evenhand.service.guests import OPEN
from evenhand.service.house import House
from evenhand.service.journal import Journal
from evenhand.service.metrics import Meters
from evenhand.service.problems import answer, problem_of
from evenhand.service.sourced import Found, base_of, client_of, found, public_url

PATH: Final = "/f/{form:str}"
THANKS: Final = "/f/{form:str}/thanks/{ticket:str}"


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """What a page of one's own needs to send a form. `trap` is what must stay empty, `seconds` the least to wait."""

    token: str
    trap: str
    seconds: int


class Counter:
    """Hands out forms, and takes them in. `base` is what public addresses begin with."""

    def __init__(self, house: House, *, base: str, journal: Journal, meters: Meters) -> None:
        self._house = house
        self._base = base
        self._journal = journal
        self._meters = meters
        self._gate = Gate()

    async def show(self, request: Call, path: str) -> Page:
        """The form, empty, or with what the page's address says already."""
        at, form = await self.at(path)
        asked = asked_in(request)
        drawn = Drawn(
            action=f"/f/{quote(path)}",
            token=new_token(at.room.desk, at.source.name, at.room.desk.clock()),
            typed={
                each.name: (asked[each.query][:LONGEST_BESIDE],)
                for each in form.inputs
                if each.query and asked.get(each.query)
            },
            beside=self._beside(request, asked),
            parent=parent_of(form, asked.get("_origin", "")),
        )
        return draw(form, drawn)

    async def token(self, request: Call, path: str) -> Page:
        """What a page of one's own needs."""
        at, form = await self.at(path)
        headers = self._shared(request, form)
        token = new_token(at.room.desk, at.source.name, at.room.desk.clock())
        return as_json(TokenAnswer(token=token, trap=trap(form), seconds=form.seconds), headers)

    async def take(self, request: Call, path: str) -> Page:
        """A form was sent."""
        at, form = await self.at(path)
        media = request.headers.get("content-type", "")
        is_json = media.startswith("application/json")
        headers = self._shared(request, form) if is_json else {}
        try:
            posted = read_posted(media, await request.body())
        except BadInput as error:
            return answer(problem_of(error), headers)
        handed = await hand_in(at, form, posted, self._gate, client_of(request))
        self._note(at, handed.outcome)
        if is_json:
            return await told_script(at, form, path, handed, headers)
        if handed.lead is None:
            return once_more(at, form, path, posted, handed)
        return led_on(at, form, path, posted, handed.lead)

    async def thanks(self, request: Call, path: str, ticket: str) -> Page:
        """The page for whoever has sent a form."""
        at, form = await self.at(path)
        mine = ticket_in(at, ticket)
        asked, words = asked_in(request), words_in(form.language)
        told = await what_is_known(at, mine, asked.get("_zone", ""))
        shown = thanked(form, told, words, at.room.desk.clock())
        chosen = asked.get("at", "")
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 15:
            shown = Thanked(title=shown.title, said=[words.called.format(at=when(told, int(chosen), at, words))])
        return thank(form, placed(shown, form, path, ticket, asked))

    async def choose(self, request: Call, path: str, ticket: str) -> Page:
        """Somebody says when they would like to be called."""
        at, form = await self.at(path)
        mine, words = ticket_in(at, ticket), words_in(form.language)
        posted = read_posted(request.headers.get("content-type", ""), await request.body())
        told = await what_is_known(at, mine, posted.said("zone"))
        wanted = next(iter(posted.answers.get("at", ())), "")
        slot = next((each for each in told.slots if str(each) == wanted), None)
        beside = {"_zone": posted.said("zone"), "_origin": posted.said("origin")}
        if slot is None or not form.thanks.call_back or not mine.lead:
            shown = replace(thanked(form, told, words, at.room.desk.clock()), notice=words.past)
            return thank(form, placed(shown, form, path, ticket, beside), status=422)
        text = f"Would like to be called: {when(told, slot, at, words_in('en'))} ({told.zone})."
        once = f"{at.source.name}\x1f{mine.lead}"
        key = at.room.desk.sealer.digest("call asked for", once, workspace=at.room.number).hex()
        try:
            await at.room.do(ask_for_call, mine.lead, text, key=key, actor=from_form(at.source.name))
            self._note(at, "called")
        except Conflict:
            self._note(at, "called twice")
        query = urlencode({name: value for name, value in beside.items() if value} | {"at": slot})
        return see(f"/f/{quote(path)}/thanks/{ticket}?{query}")

    async def script(self, path: str) -> Page:
        """The script that puts the form into a page."""
        _, form = await self.at(path)
        return embedding(form)

    async def preflight(self, request: Call, path: str) -> Page:
        """Whether a page of another site may send the form as JSON."""
        _, form = await self.at(path)
        allow = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "content-type"}
        said = {**self._shared(request, form), **allow, "Access-Control-Max-Age": "600"}
        return Response(b"", status_code=204, headers=said)

    async def at(self, path: str) -> tuple[Found, Form]:
        """The form that a path means. Raises NotFound, SwitchedOff."""
        at = await found(self._house, path, form=True)
        return at, read_form(at.source.settings)

    def _beside(self, request: Call, asked: Mapping[str, str]) -> dict[str, str]:
        """What comes along: of the page that the form is within if that says so, else of this address."""
        page = asked.get("_page", "")
        beside = {name: asked[name] for name in TRACKED if asked.get(name)}
        beside["page"] = page or public_url(request, self._base)
        beside["referrer"] = asked.get("_referrer", "") if page else request.headers.get("referer", "")
        beside["origin"] = asked.get("_origin", "")
        return {name: value[:LONGEST_BESIDE] for name, value in beside.items() if value}

    def _shared(self, request: Call, form: Form) -> dict[str, str]:
        """The headers for a page that may send the form. Raises NotAllowed for one that may not."""
        origin = request.headers.get("origin", "")
        if not origin or origin == base_of(request, self._base):
            return {"Vary": "Origin"}
        if not admits(form, origin):
            raise NotAllowed("a page of this site may not send this form: its settings say which may (embed).")
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}

    def _note(self, at: Found, outcome: str) -> None:
        self._meters.forms.labels(at.room.name, outcome).inc()
        self._journal.info("form", workspace=at.room.name, source=at.source.name, outcome=outcome)


def formed(house: House, *, base: str, journal: Journal, meters: Meters) -> Sequence[HTTPRouteHandler]:
    """The routes. OPTIONS comes first, or the framework makes its own."""
    counter = Counter(house, base=base, journal=journal, meters=meters)

    @route(PATH, http_method=[HttpMethod.OPTIONS], opt=OPEN, include_in_schema=False)
    async def ask_form(request: Call, form: FromPath[str]) -> Page:
        """Whether a page of another site may send it."""
        return await counter.preflight(request, form)

    @get(PATH, opt=OPEN, include_in_schema=False, exception_handlers={NotFound: gone})
    async def show_form(request: Call, form: FromPath[str]) -> Page:
        """A form, to be filled in."""
        return await counter.show(request, form)

    @post(
        PATH,
        opt=OPEN,
        status_code=200,
        include_in_schema=False,
        exception_handlers={NotFound: gone},
        request_max_body_size=LARGEST,
    )
    async def take_form(request: Call, form: FromPath[str]) -> Page:
        """A form that was filled in."""
        return await counter.take(request, form)

    return [ask_form, show_form, take_form, *_around(counter)]


def _around(counter: Counter) -> Sequence[HTTPRouteHandler]:
    """The routes beside a form's own."""

    @get(f"{PATH}/token", opt=OPEN, include_in_schema=False)
    async def give_token(request: Call, form: FromPath[str]) -> Page:
        """What a page of one's own needs to send a form."""
        return await counter.token(request, form)

    @get(f"{PATH}/embed.js", opt=OPEN, include_in_schema=False)
    async def embed_form(form: FromPath[str]) -> Page:
        """The script that puts a form into a page."""
        return await counter.script(form)

    @get(THANKS, opt=OPEN, include_in_schema=False, exception_handlers={NotFound: gone})
    async def thank_sender(request: Call, form: FromPath[str], ticket: FromPath[str]) -> Page:
        """The page for whoever has sent a form."""
        return await counter.thanks(request, form, ticket)

    @post(THANKS, opt=OPEN, status_code=200, include_in_schema=False, exception_handlers={NotFound: gone})
    async def choose_time(request: Call, form: FromPath[str], ticket: FromPath[str]) -> Page:
        """Somebody says when they would like to be called."""
        return await counter.choose(request, form, ticket)

    return [give_token, embed_form, thank_sender, choose_time]
