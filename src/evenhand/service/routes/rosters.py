"""`/api/v1/roster`: the people, teams and pools in force as one text. What is done is in `service/texts.py`.

A single person or pool is edited more easily by `/reps` and `/pools`.
"""

from typing import Any, Final

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from evenhand.service import texts
from evenhand.service.answers import Answer
from evenhand.service.cursors import PAGE, After, Limit
from evenhand.service.guests import Asked, may
from evenhand.service.routes.policies import COMPARED, DRAFTED, KEPT, SHOWN, From, To
from evenhand.service.text_views import (
    CheckView,
    Drafts,
    DraftView,
    DraftWanted,
    PublishedView,
    Publishing,
    PublishNote,
    RollingBack,
    Texts,
    Versions,
)


@get("/roster", opt=may("policy:read"), responses=SHOWN)
async def get_roster(request: Asked) -> Answer[Any]:
    """The roster in force, word for word; its digest is the `ETag`. As JSON, or with `Accept: text/plain` as it is."""
    return await texts.show(request, "roster")


@get("/roster/versions", opt=may("policy:read"))
async def list_rosters(request: Asked, *, after: After = None, limit: Limit = PAGE) -> Versions:
    """Every roster that has been in force, latest first."""
    return await texts.history(request, "roster", after, limit)


@get("/roster/versions/{number:int}", opt=may("policy:read"), responses=SHOWN)
async def get_roster_version(request: Asked, number: FromPath[int]) -> Answer[Any]:
    """An earlier roster, word for word."""
    return await texts.show(request, "roster", number)


@post("/roster/check", opt=may("policy:read"), status_code=200, request_max_body_size=texts.LARGEST)
async def check_roster(request: Asked, data: JSONBody[Texts]) -> CheckView:
    """Everything that is wrong with a roster, beside the policy that is sent or the one in force. Nothing is kept."""
    return await texts.check_them(request, data)


@get("/roster/diff", opt=may("policy:read"), responses=COMPARED)
async def diff_rosters(request: Asked, *, start: From = "", end: To = "") -> Answer[Any]:
    """What changes from one roster to another, line by line."""
    return await texts.diff(request, "roster", start=start, end=end)


@get("/roster/drafts", opt=may("policy:read"))
async def list_roster_drafts(request: Asked) -> Drafts:
    """Every draft of a roster."""
    return await texts.list_drafts(request, "roster")


@get("/roster/drafts/{name:str}", opt=may("policy:read"), responses=DRAFTED)
async def get_roster_draft(request: Asked, name: FromPath[str]) -> Answer[Any]:
    """A draft of a roster, word for word."""
    return await texts.show_draft(request, "roster", name)


@put("/roster/drafts/{name:str}", opt=may("policy:write"), request_max_body_size=texts.LARGEST, responses=KEPT)
async def put_roster_draft(request: Asked, name: FromPath[str], data: JSONBody[DraftWanted]) -> Answer[DraftView]:
    """Keep a roster that is not to count yet, whatever is wrong with it; in place of another with `If-Match` only."""
    return await texts.keep_draft(request, "roster", name, data)


@delete("/roster/drafts/{name:str}", opt=may("policy:write"))
async def delete_roster_draft(request: Asked, name: FromPath[str]) -> None:
    """Throw a draft away."""
    await texts.drop(request, "roster", name)


@get("/roster/drafts/{name:str}/check", opt=may("policy:read"))
async def check_roster_draft(request: Asked, name: FromPath[str]) -> CheckView:
    """Everything that is wrong with a draft, beside the policy in force, and what can be proved about it."""
    return await texts.check_one(request, "roster", name)


@post("/roster/drafts/{name:str}/publish", opt=may("policy:write"), status_code=200)
async def publish_roster_draft(
    request: Asked, name: FromPath[str], *, data: JSONBody[PublishNote | None] = None
) -> Answer[PublishedView]:
    """Put a draft in force, if what its author began from is still in force; the draft is gone then."""
    return await texts.put_draft_in_force(request, "roster", name, data.note if data else "")


@post("/roster/publish", opt=may("policy:write"), status_code=200, request_max_body_size=texts.LARGEST)
async def publish_roster(request: Asked, data: JSONBody[Publishing]) -> Answer[PublishedView]:
    """Put a roster in force, and a policy with it if you send one. It counts at once.

    Who joins a pool begins at zero. Nobody who holds open leads may be missing: they are let go first.
    `If-Match` says which roster you have seen: the `ETag` of `GET /roster`. The first of all needs none.
    """
    return await texts.put_in_force(request, "roster", data)


@post("/roster/rollback", opt=may("policy:write"), status_code=200)
async def roll_roster_back(request: Asked, data: JSONBody[RollingBack]) -> Answer[PublishedView]:
    """Put an earlier roster in force again, as a new version."""
    return await texts.put_back_in_force(request, "roster", data.version)


ROUTES: Final = (
    get_roster,
    list_rosters,
    get_roster_version,
    check_roster,
    diff_rosters,
    list_roster_drafts,
    get_roster_draft,
    put_roster_draft,
    delete_roster_draft,
    check_roster_draft,
    publish_roster_draft,
    publish_roster,
    roll_roster_back,
)
