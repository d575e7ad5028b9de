"""`/api/v1/leads/batch` and `/leads/reroute`: many leads at once, none of which holds up a form."""

from typing import Annotated, Any, Final

from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from evenhand.actions.access import administer
from evenhand.actions.desk import call
from evenhand.actions.rerouting import Fate, Move, again, page_of, preview
from evenhand.analytics.versions import version
from evenhand.core.states import State
from evenhand.errors import EvenhandError, Unavailable
from evenhand.service.answers import UNCOMPRESSED
from evenhand.service.batch import Batch, BatchLine, Detail, Given
from evenhand.service.cursors import After, Whole, cursor, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.intake import SOURCE
from evenhand.service.ndjson import MEDIA, opening

MOST: Final = 2_000  # leads that one request decides anew


class Streaming(ASGIResponse):
    """An answer that is written while the request is still being read."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(media_type=MEDIA)
        self.batch = batch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  as ASGI calls it
        await self.batch.run(receive, send)


class Rerouting(Struct, frozen=True, forbid_unknown_fields=True):
    """Which leads are to be decided anew: those that this version of the policy has decided."""

    policy: int
    dry_run: bool = False


class Moved(Struct, frozen=True):
    """Where a lead was, and where it is now."""

    lead: str
    was: State
    holder: str | None
    now: State
    rep: str | None


class Failed(Struct, frozen=True):
    """A lead that could not be decided, and is as it was."""

    lead: str
    why: str


class Rerouted(Struct, frozen=True, kw_only=True):
    """What became of them. Go on with `next` until it is null.

    stayed:  how many the same rule gives to the same person, or offers to the same people.
    skipped: how many had been answered, claimed or given by hand, or were closed or decided meanwhile.
    """

    moved: tuple[Moved, ...] = ()
    stayed: int = 0
    skipped: int = 0
    failed: tuple[Failed, ...] = ()
    next: str | None = None


@post(
    "/leads/batch",
    opt={**may("leads:take"), UNCOMPRESSED: True},
    status_code=200,
    media_type=MEDIA,
    request_max_body_size=None,
    responses={
        200: ResponseSpec(
            BatchLine, generate_examples=False, description="A line for every line, in order.", media_type=MEDIA
        )
    },
)
async def take_batch(
    request: Asked,
    *,
    decision: FromQuery[Detail] = "short",
    source: Annotated[str, QueryParameter(description="Of leads that do not say where they come from.")] = SOURCE,
    encoding: Annotated[str, HeaderParameter(name="Content-Encoding", description="`gzip`, or nothing.")] = "",
    key: Annotated[
        str | None,
        HeaderParameter(name="Idempotency-Key", max_length=255, description="Makes sending the whole again safe."),
    ] = None,
) -> Streaming:
    """Take leads in, a JSON object a line (NDJSON), and answer each with a line, in order, while they still come in.

    A line that cannot be taken is answered with `{"line": n, "error": {...}}`, and the others go on. Empty lines are
    left out, but counted. `decision` says how much is told of each: `full`, `short` or `none`. A line holds 64 KiB at
    most. After an interruption send the same again with the same `Idempotency-Key`, or leads with ids of their own:
    what was taken is not taken twice.
    """
    guest: Guest = request.auth
    given = Given(guest.caller, decision, source or SOURCE, key or "")
    return Streaming(Batch(guest.room, given, opening(encoding)))


@post("/leads/reroute", opt=may("leads:assign"), status_code=200)
async def reroute_leads(
    request: Asked,
    data: JSONBody[Rerouting],
    *,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = MOST,
    after: After = None,
) -> Rerouted:
    """Decide anew what a version of the policy has decided and nobody has answered: after a bad one was published.

    It can be interrupted and begun again. With `dry_run` it only says what would move, all of it at once.
    """
    guest: Guest = request.auth
    actor = guest.caller.actor
    administer(actor, "have leads decided anew")
    found, _ = await guest.room.read(version, "policy", data.policy)
    if data.dry_run:
        would = await guest.room.read(preview, policy=found.digest, actor=actor)
        failed = tuple([Failed(str(lead), why) for lead, why in would.failed])
        return Rerouted(moved=_moved(would.moved), stayed=would.stayed, skipped=would.skipped, failed=failed)
    leads = await guest.room.read(page_of, found.digest, place(after, Whole, 0), limit=limit)
    fates = [(lead, await _fate(guest, lead, found.digest)) for lead in leads]
    return _told(fates, cursor(leads[-1]) if len(leads) == limit else None)


async def _fate(guest: Guest, lead: int, digest: str) -> Fate | EvenhandError:
    """What becomes of one. Raises Unavailable if the database fails: then the request is made again."""
    try:
        return await guest.room.submit(call(again, lead, digest, actor=guest.caller.actor), bulk=True)
    except Unavailable:
        raise
    except EvenhandError as error:
        return error


def _told(fates: list[tuple[int, Any]], after: str | None) -> Rerouted:
    said = [fate for _, fate in fates]
    return Rerouted(
        moved=_moved(tuple([fate for fate in said if isinstance(fate, Move)])),
        stayed=said.count("stayed"),
        skipped=said.count("skipped"),
        failed=tuple([Failed(str(lead), str(fate)) for lead, fate in fates if isinstance(fate, EvenhandError)]),
        next=after,
    )


def _moved(moves: tuple[Move, ...]) -> tuple[Moved, ...]:
    return tuple([Moved(str(each.lead), each.was, each.holder, each.now, each.rep) for each in moves])


ROUTES: Final = (take_batch, reroute_leads)
