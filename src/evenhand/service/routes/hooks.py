"""`/hooks/{source}`: other products' webhooks. The door is open to everybody; each sender proves itself in its own way.

A delivery is answered with success when everything in it is kept for good: leads with their decisions, and what must
still be fetched as errands. A delivery that comes again does no harm, so whatever fails is answered so that it does.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct, json

from evenhand.actions.actor import Actor
from evenhand.actions.errands import from_source, send_for, try_out
from evenhand.actions.sources import Source
from evenhand.app.kinds import read_hook
from evenhand.errors import BadInput, Unavailable
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Delivered, Knock, Reply, Taken, Verdict
from evenhand.integrations.hooks.naming import cells
from evenhand.integrations.hooks.opening import knock
from evenhand.reading.rows import Row
from evenhand.service.guests import OPEN
from evenhand.service.house import House
from evenhand.service.intake import Sent
from evenhand.service.journal import Journal
from evenhand.service.metrics import Meters
from evenhand.service.problems import Problem, answer
from evenhand.service.room import aside
from evenhand.service.sourced import Found, found, public_url

Call: TypeAlias = Request[Any, Any, Any]

LARGEST: Final = 1 << 20  # bytes of one delivery
SLICE: Final = 100  # leads that are under way at once for one sender
REFUSED: Final = Problem(type="not-verified", title="Not allowed", status=403, detail="Your proof does not hold.")


class Tally(Struct, frozen=True, kw_only=True):
    """What was in a delivery: leads that are new, leads that are here already, leads that are to be fetched, tests that
    were tried out, what is no lead, and what could not be read.
    """

    taken: int = 0
    known: int = 0
    to_fetch: int = 0
    tried: int = 0
    passed: int = 0
    unread: int = 0


class Reception:
    """Takes in what webhooks bring. `base` is what public addresses begin with."""

    def __init__(self, house: House, *, base: str, journal: Journal, meters: Meters) -> None:
        self._house = house
        self._base = base
        self._journal = journal
        self._meters = meters

    async def answer(self, request: Call, path: str) -> Response[bytes]:
        """What the sender is told. Raises NotFound, SwitchedOff, BadInput, Busy and Unavailable."""
        at = await found(self._house, path, form=False)
        body = await request.body()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
        url, now = public_url(request, self._base), at.room.desk.clock()
        knocked = knock(request.method, url, headers=headers, body=body, at=now)
        match await self._heard(at, knocked):
            case Reply() as reply:
                return _said(reply)
            case Verdict(why=why):
                self._note(at, "refused", why=why)
                return answer(REFUSED)
            case Delivered() as delivered:
                tally = await self._take(at, delivered, now)
                return Response(json.encode(tally), status_code=200, media_type="application/json")

    async def _heard(self, at: Found, knocked: Knock) -> Reply | Verdict | Delivered:
        try:
            return await aside(hear, at.source, knocked)
        except BadInput as error:
            self._note(at, "unread", why="; ".join(map(str, error.faults)))
            raise

    async def _take(self, at: Found, delivered: Delivered, now: int) -> Tally:
        """Take everything in. Raises what kept any of it out; what came in stays in."""
        if not at.room.setup.policy.digest and not (await at.room.refresh()).policy.digest:
            raise Unavailable("no lead can be taken yet: there is no policy. Send it again later.")
        actor, name = from_source(at.source.name), at.source.name
        how = await _each(_lead(at, lead, now, actor) for lead in delivered.leads)
        await _each(at.room.do(send_for, fetch, name, actor=actor) for fetch in delivered.fetches)
        tally = Tally(
            taken=how.count("new"),
            known=how.count("replayed") + how.count("touched"),
            to_fetch=len(delivered.fetches),
            tried=how.count("tried"),
            passed=len(delivered.passed),
            unread=len(delivered.faults) + how.count("unread"),
        )
        for outcome in tally.__struct_fields__:
            if count := getattr(tally, outcome):
                self._note(at, outcome, count)
        return tally

    def _note(self, at: Found, outcome: str, count: int = 1, *, why: str = "") -> None:
        """Count it and say it: never who was in it, and not the address, which may hold a token."""
        self._meters.hooks.labels(at.room.name, outcome).inc(count)
        facts = {"workspace": at.room.name, "source": at.source.name, "outcome": outcome, "count": count}
        tell = self._journal.warning if why else self._journal.info
        tell("hook", **facts, **({"why": why} if why else {}))


def hear(source: Source, knocked: Knock) -> Reply | Verdict | Delivered:
    """What a request to a source's address is: a handshake, somebody who is not the sender, or a delivery.

    Raises BadInput for a delivery that cannot be read.
    """
    door, how = DOORS[source.kind], read_hook(source.settings)
    reply = door.answer(knocked, source.secrets, how)
    if reply is not None:
        return reply
    verdict = door.verify(knocked, source.secrets, how)
    return door.read(knocked, how) if verdict.ok else verdict


def hooked(house: House, *, base: str, journal: Journal, meters: Meters) -> Sequence[HTTPRouteHandler]:
    """The routes."""
    reception = Reception(house, base=base, journal=journal, meters=meters)

    @post("/hooks/{source:str}", opt=OPEN, status_code=200, include_in_schema=False, request_max_body_size=LARGEST)
    async def take_hook(request: Call, source: FromPath[str]) -> Response[bytes]:
        """What another product's webhook brings."""
        return await reception.answer(request, source)

    @get("/hooks/{source:str}", opt=OPEN, include_in_schema=False)
    async def shake_hands(request: Call, source: FromPath[str]) -> Response[bytes]:
        """Some senders ask first whether this is the right address."""
        return await reception.answer(request, source)

    return [take_hook, shake_hands]


async def _lead(at: Found, lead: Taken, now: int, actor: Actor) -> str:
    """Take a lead in, or only try it out if it is a test; how that went."""
    sent = Sent(row=Row(1, cells(lead, now)), raw=lead.raw, source=at.source.name)
    try:
        if not lead.test:
            return (await at.intake.take(sent, actor=actor)).received.how
        _, ready, _ = at.intake.ready(sent)
        await at.room.do(try_out, ready, at.source.name, actor=actor)
    except BadInput:
        return "unread"
    return "tried"


async def _each(calls: Iterator[Awaitable[Any]]) -> list[Any]:
    """Some at a time; all of them are over when this returns. Raises what any of them has raised."""
    done = list[Any]()
    while some := list(islice(calls, SLICE)):
        done += await asyncio.gather(*some, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return done


def _said(reply: Reply) -> Response[bytes]:
    headers = dict(reply.headers)
    media = headers.pop("content-type", "text/plain; charset=utf-8")
    return Response(reply.body, status_code=reply.status, headers=headers, media_type=media)
