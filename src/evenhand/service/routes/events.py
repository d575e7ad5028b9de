"""`/api/v1/events`: what happens, as it happens; and the catalogue of everything that can."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any, Final

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.core.happenings import TOLD, all_covered, kinds_named, schema
from evenhand.errors import NotFound
from evenhand.service.answers import UNCOMPRESSED
from evenhand.service.guests import Asked, Guest, again, check, may
from evenhand.service.said import numbered
from evenhand.service.stream import Wanted, stream

SSE: Final = "text/event-stream"
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # no proxy is to keep or to hold back any

After = Annotated[
    str | None, QueryParameter(description="The last event that you have had; left out, it begins with what comes now.")
]
LastId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", description="The same, as browsers say it: it counts for more.")
]
Kinds = Annotated[
    str | None, QueryParameter(description="Only these kinds, with commas: `lead.assigned,rep.*`; else all.")
]
OfLead = Annotated[str | None, QueryParameter(description="Only what happens to this lead.")]


class KindView(Struct, frozen=True, kw_only=True):
    """A kind of event. `sight` is who hears of it; `schema` where the JSON Schema of what is told is."""

    kind: str
    version: int
    says: str
    sight: str
    schema: str


class Catalogue(Struct, frozen=True, kw_only=True):
    """Every kind of event, by name."""

    items: tuple[KindView, ...]
    next: None = None


@get(
    "/events",
    opt={**may("events:read"), UNCOMPRESSED: True},
    media_type=SSE,
    responses={200: ResponseSpec(str, media_type=SSE, description="Events, each with its number, until you hang up.")},
)
async def follow_events(
    request: Asked, *, after: After = None, last: LastId = None, kinds: Kinds = None, lead: OfLead = None
) -> Stream:
    """Follow what happens: server-sent events, each once, in order; whoever comes back with the last number that they
    have had misses nothing.

    A rep hears of their own leads, of those that are offered to them, and of themselves: `offer.gone` in place of
    what has happened to an offer that is theirs no longer. A manager hears of what concerns their people.
    """
    guest: Guest = request.auth
    begin = last or after
    wanted = Wanted(
        kinds=all_covered(kinds_named((kinds or "").split(","))),
        after=numbered("after", begin) if begin else None,
        lead=numbered("lead", lead) if lead else None,
    )
    pieces = stream(guest.room.follower, wanted, partial(_asked_again, request))
    return Stream(_from(await anext(pieces), pieces), media_type=SSE, headers=HEADERS)


@get("/events/catalogue", opt=may("events:read"))
async def list_event_kinds(request: Asked) -> Catalogue:  # noqa: ARG001  the same for everybody
    """Every kind of event that there is: what it means, its version, who hears of it."""
    shown = [
        KindView(
            kind=kind.name,
            version=kind.version,
            says=kind.says,
            sight=kind.sight,
            schema=f"/api/v1/events/schemas/{kind.name.replace(' ', '%20')}",
        )
        for kind in TOLD.values()
    ]
    return Catalogue(items=tuple(sorted(shown, key=lambda each: each.kind)))


@get("/events/schemas/{kind:str}", opt=may("events:read"))
async def get_event_schema(request: Asked, kind: FromPath[str]) -> dict[str, Any]:  # noqa: ARG001  as above
    """The JSON Schema of what is told of a kind of event, by the stream and by webhooks alike."""
    found = TOLD.get(kind)
    if found is None:
        raise NotFound(f"there is no kind of event {kind[:40]!r}.")
    return dict(schema(found))


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _asked_again(request: Asked) -> Caller:
    """Who is asking now. Raises NotSignedIn, NotAllowed."""
    guest = await again(request)
    request.scope["auth"] = guest
    await check(request, request.route_handler)
    return guest.caller


ROUTES: Final[Sequence[ControllerRouterHandler]] = [follow_events, list_event_kinds, get_event_schema]
