"""`/api/v1/policy`: the rules in force, those before, and those to come. What is done is in `service/texts.py`."""

from typing import Annotated, Any, Final

from litestar import delete, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from evenhand.actions.desk import Desk
from evenhand.actions.known import compiled
from evenhand.analytics.versions import in_force, version
from evenhand.core.policy.explain import explain_policy
from evenhand.core.when import read, say
from evenhand.errors import NotFound
from evenhand.service import texts
from evenhand.service.answers import Answer
from evenhand.service.cursors import PAGE, After, Limit
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.text_views import (
    CheckView,
    Diff,
    Drafts,
    DraftView,
    DraftWanted,
    PublishedView,
    Publishing,
    PublishNote,
    RollingBack,
    Texts,
    TextView,
    Versions,
)

From = Annotated[str, QueryParameter(name="from", description="A version's number or a draft's name; else in force.")]
To = Annotated[str, QueryParameter(name="to", description="As `from`.")]
SHOWN: Final = {200: ResponseSpec(TextView, description="With `Accept: text/plain` the text alone, word for word.")}
DRAFTED: Final = {200: ResponseSpec(DraftView, description="With `Accept: text/plain` the text alone, word for word.")}
COMPARED: Final = {200: ResponseSpec(Diff, description="With `Accept: text/plain` the lines alone.")}
KEPT: Final = {201: ResponseSpec(DraftView, description="It is new.")}


class Explained(Struct, frozen=True, kw_only=True):
    """A policy in plain English, a paragraph for each of its parts, in its order. `version` is 0 for a condition."""

    version: int
    paragraphs: tuple[str, ...]


@get("/policy", opt=may("policy:read"), responses=SHOWN)
async def get_policy(request: Asked) -> Answer[Any]:
    """The policy in force, word for word; its digest is the `ETag`. As JSON, or with `Accept: text/plain` as it is."""
    return await texts.show(request, "policy")


@get("/policy/versions", opt=may("policy:read"))
async def list_policies(request: Asked, *, after: After = None, limit: Limit = PAGE) -> Versions:
    """Every policy that has been in force, latest first."""
    return await texts.history(request, "policy", after, limit)


@get("/policy/versions/{number:int}", opt=may("policy:read"), responses=SHOWN)
async def get_policy_version(request: Asked, number: FromPath[int]) -> Answer[Any]:
    """An earlier policy, word for word."""
    return await texts.show(request, "policy", number)


@post("/policy/check", opt=may("policy:read"), status_code=200, request_max_body_size=texts.LARGEST)
async def check_policy(request: Asked, data: JSONBody[Texts]) -> CheckView:
    """Everything that is wrong with a policy, and what can be proved about it, such as rules that are never reached.

    Beside the roster that is sent, or the one in force. Nothing is kept.
    """
    return await texts.check_them(request, data)


@get("/policy/explain", opt=may("policy:read"))
async def explain_the_policy(
    request: Asked, *, number: Annotated[int | None, QueryParameter(name="version")] = None, when: FromQuery[str] = ""
) -> Explained:
    """What a policy does, in plain English: the one in force, an earlier one, or with `when` a single condition."""
    guest: Guest = request.auth
    return await guest.room.read(_explained, number, when)


@get("/policy/diff", opt=may("policy:read"), responses=COMPARED)
async def diff_policies(request: Asked, *, start: From = "", end: To = "") -> Answer[Any]:
    """What changes from one policy to another, line by line."""
    return await texts.diff(request, "policy", start=start, end=end)


@get("/policy/drafts", opt=may("policy:read"))
async def list_policy_drafts(request: Asked) -> Drafts:
    """Every draft of a policy."""
    return await texts.list_drafts(request, "policy")


@get("/policy/drafts/{name:str}", opt=may("policy:read"), responses=DRAFTED)
async def get_policy_draft(request: Asked, name: FromPath[str]) -> Answer[Any]:
    """A draft of a policy, word for word."""
    return await texts.show_draft(request, "policy", name)


@put("/policy/drafts/{name:str}", opt=may("policy:write"), request_max_body_size=texts.LARGEST, responses=KEPT)
async def put_policy_draft(request: Asked, name: FromPath[str], data: JSONBody[DraftWanted]) -> Answer[DraftView]:
    """Keep a policy that is not to count yet, whatever is wrong with it; in place of another with `If-Match` only."""
    return await texts.keep_draft(request, "policy", name, data)


@delete("/policy/drafts/{name:str}", opt=may("policy:write"))
async def delete_policy_draft(request: Asked, name: FromPath[str]) -> None:
    """Throw a draft away."""
    await texts.drop(request, "policy", name)


@get("/policy/drafts/{name:str}/check", opt=may("policy:read"))
async def check_policy_draft(request: Asked, name: FromPath[str]) -> CheckView:
    """Everything that is wrong with a draft, beside the roster in force, and what can be proved about it."""
    return await texts.check_one(request, "policy", name)


@post("/policy/drafts/{name:str}/publish", opt=may("policy:write"), status_code=200)
async def publish_policy_draft(
    request: Asked, name: FromPath[str], *, data: JSONBody[PublishNote | None] = None
) -> Answer[PublishedView]:
    """Put a draft in force, if what its author began from is still in force; the draft is gone then."""
    return await texts.put_draft_in_force(request, "policy", name, data.note if data else "")


@post("/policy/publish", opt=may("policy:write"), status_code=200, request_max_body_size=texts.LARGEST)
async def publish_policy(request: Asked, data: JSONBody[Publishing]) -> Answer[PublishedView]:
    """Put a policy in force, and a roster with it if you send one. It counts at once, for waiting leads too.

    `If-Match` says which policy you have seen: the `ETag` of `GET /policy`. The first of all needs none.
    """
    return await texts.put_in_force(request, "policy", data)


@post("/policy/rollback", opt=may("policy:write"), status_code=200)
async def roll_policy_back(request: Asked, data: JSONBody[RollingBack]) -> Answer[PublishedView]:
    """Put an earlier policy in force again, as a new version."""
    return await texts.put_back_in_force(request, "policy", data.version)


def _explained(desk: Desk, number: int | None, when: str) -> Explained:
    setup = desk.setup()
    if when:
        return Explained(version=0, paragraphs=(say(read(when, setup.policy.vocabulary)),))
    if not setup.policy.digest:
        raise NotFound("there is no policy yet: publish one.")
    row, text = version(desk, "policy", number)
    if row.digest != setup.policy.digest:
        setup = compiled(text, in_force(desk)["roster"])
    return Explained(version=row.no, paragraphs=tuple(explain_policy(setup.policy, setup.roster).split("\n\n")))


ROUTES: Final = (
    get_policy,
    list_policies,
    get_policy_version,
    check_policy,
    explain_the_policy,
    diff_policies,
    list_policy_drafts,
    get_policy_draft,
    put_policy_draft,
    delete_policy_draft,
    check_policy_draft,
    publish_policy_draft,
    publish_policy,
    roll_policy_back,
)
