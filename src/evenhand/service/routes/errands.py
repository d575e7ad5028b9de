"""`/api/v1/sources/{name}/errands`: what is being fetched from a source's sender, and what could not be."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeAlias

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from evenhand.actions.desk import Desk
from evenhand.actions.errands import errands_of, try_again
from evenhand.actions.sources import found_source
from evenhand.ports.house import ErrandRow, ErrandState
from evenhand.service.cursors import PAGE, Limit
from evenhand.service.guests import Asked, may
from evenhand.service.shown import say_time

State: TypeAlias = Literal["waiting", "done", "dead"]

Wanted = Annotated[State | None, QueryParameter(name="state", description="Only these; left out, all.")]


class ErrandView(Struct, frozen=True, kw_only=True):
    """Something to fetch, by the sender's own id; it is `waiting`, `done` or `dead`, which is given up.

    next: when it is tried again. error: why it did not work the last time.
    """

    id: str
    fetches: str
    state: State
    since: str | None
    attempts: int
    next: str | None = None
    error: str = ""


class Errands(Struct, frozen=True):
    """The latest, latest first."""

    items: list[ErrandView]


class Again(Struct, frozen=True):
    """How many are tried once more."""

    errands: int


@get("/sources/{name:str}/errands", opt=may("sources:read"), tags=["sources"])
async def list_errands(request: Asked, name: FromPath[str], *, found: Wanted = None, limit: Limit = PAGE) -> Errands:
    """What is being fetched from the sender of a webhook that holds ids only: the latest, latest first."""
    rows = await request.auth.room.read(_found, name, found, limit)
    return Errands([_shown(row) for row in rows])


@post("/sources/{name:str}/errands/{errand:int}/retry", opt=may("sources:write"), status_code=200, tags=["sources"])
async def retry_errand(request: Asked, name: FromPath[str], errand: FromPath[int]) -> Again:
    """Try something once more that was given up, as if it were new: the access token has been renewed, say."""
    actor = request.auth.caller.actor
    return Again(await request.auth.room.do(try_again, name, errand, actor=actor))


@post("/sources/{name:str}/errands/retry", opt=may("sources:write"), status_code=200, tags=["sources"])
async def retry_errands(request: Asked, name: FromPath[str]) -> Again:
    """Try everything of a source once more that was given up."""
    await request.auth.room.read(found_source, name)
    return Again(await request.auth.room.do(try_again, name, actor=request.auth.caller.actor))


def _found(desk: Desk, name: str, state: ErrandState | None, limit: int) -> Sequence[ErrandRow]:
    found_source(desk, name)
    return errands_of(desk, name, state=state, limit=limit)


def _shown(row: ErrandRow) -> ErrandView:
    waits = row.state == "waiting"
    return ErrandView(
        id=str(row.no),
        fetches=row.kind,
        state=row.state,
        since=say_time(row.at),
        attempts=row.attempts,
        next=say_time(row.next) if waits else None,
        error=row.error,
    )


ROUTES: Final[Sequence[ControllerRouterHandler]] = [list_errands, retry_errand, retry_errands]
