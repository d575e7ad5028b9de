"""`/sign-in`: the pages by which people come in, and go.

A link that was sent is only looked at by following it; its button uses it: programs that look at e-mails press none.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Struct, json

from evenhand.actions import sessions
from evenhand.actions.signing_in import Signed, ask_link, by_password, look_at_link, sign_in, use_link
from evenhand.actions.tickets import workspace_of
from evenhand.actions.users import rename, set_password, user_row
from evenhand.actions.vouching import OIDC, Vouched, vouched_for
from evenhand.actions.work import Work
from evenhand.errors import BadInput, BadUsage, CannotRead, EvenhandError, Fault, NotFound, NotSignedIn
from evenhand.integrations.oidc import PATIENCE, Begun, Reply
from evenhand.ports.house import UserRow
from evenhand.service.browsers import FIELD, FORM, check_csrf, check_origin, passing_cookie
from evenhand.service.entrance import Entrance, provided
from evenhand.service.guests import ANYBODY, OPEN, Asked
from evenhand.service.pages import Field, Form, Page, sent_to, shown
from evenhand.service.problems import status_of
from evenhand.service.room import aside, outside

HOME: Final = "/"
AWAY: Final = "evenhand-away"  # the cookie of somebody who is at another house

_EMAIL: Final = Field(label="E-mail", name="email", type="email", fill="username")
_PASSWORD: Final = Field(label="Password", name="password", type="password", fill="current-password")


class Asks(Struct):
    """The form by which somebody asks for a link."""

    email: str = ""
    workspace: str = ""


class Knows(Struct):
    """The form of somebody who has a password."""

    email: str = ""
    password: str = ""
    workspace: str = ""


class Welcomed(Struct):
    """The form in which somebody says what they are called, and by which password they come from now on."""

    name: str = ""
    password: str = ""
    csrf: str = ""


class Leaves(Struct):
    """The form of somebody who goes."""

    csrf: str = ""


class Away(Struct, frozen=True):
    """What is to be known again when somebody comes back from another house."""

    begun: Begun
    at: str
    workspace: str


def sign_in_pages(entrance: Entrance) -> Router:
    """The routes."""
    handlers = [page, send_link, enter, go_away, come_back, look, use, welcome, settle_in, leave]
    return Router(
        "/",
        route_handlers=handlers,
        dependencies=provided(entrance),
        exception_handlers={NotSignedIn: _to_the_door},
        include_in_schema=False,
    )


@get("/sign-in", opt=OPEN)
async def page(entrance: NamedDependency[Entrance], workspace: FromQuery[str] = "") -> Response[str]:
    """The first page of whoever is not signed in."""
    return _door(entrance, workspace)


@post("/sign-in/link", opt=OPEN)
async def send_link(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], data: URLEncodedBody[Asks]
) -> Response[str]:
    """Send a link, if anybody has that address; whether somebody has is not told."""
    try:
        check_origin(request, entrance.base)
        room = entrance.room(data.workspace)
        linked = await room.read(ask_link, data.email, come=entrance.come(request))
    except EvenhandError as error:
        return _door(entrance, data.workspace, error)
    if not entrance.send_soon(linked, "sign in", room):
        said = ["No e-mail can be sent from here.", "An admin can make a link for you: evenhand login-link"]
        return shown(Page(title="No link was sent", said=said, wrong=True), status=503)
    said = [f"If {data.email.strip()} may sign in, a link is on its way. It works for a quarter of an hour."]
    return shown(Page(title="Look into your mail", said=said))


@post("/sign-in/password", opt=OPEN)
async def enter(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], data: URLEncodedBody[Knows]
) -> Response[str]:
    """Sign in by a password."""
    try:
        check_origin(request, entrance.base)
        room, come = entrance.room(data.workspace), entrance.come(request)
        signed = await room.read(by_password, entrance.passwords, data.email, data.password, come=come)
    except EvenhandError as error:
        return _door(entrance, data.workspace, error)
    return _in(entrance, signed)


@get("/sign-in/at/{name:str}", opt=OPEN)
async def go_away(
    entrance: NamedDependency[Entrance], name: FromPath[str], workspace: FromQuery[str] = ""
) -> Response[str]:
    """Send somebody to another house that is to vouch for them."""
    try:
        room = entrance.room(workspace)
        if name not in entrance.vouch:
            raise NotFound(f"nobody can sign in here by way of {name[:40]!r}.")
        url, begun = await outside(entrance.vouch[name].begin, _back(entrance))
    except EvenhandError as error:
        return _door(entrance, workspace, error)
    away = json.encode(Away(begun, name, room.name))
    box = entrance.room().desk.sealer.seal(AWAY, away, workspace=0).hex()
    kept = passing_cookie(AWAY, box, seconds=PATIENCE // 1000, secure=entrance.is_secure)
    return sent_to(url, cookies=[kept])


@get("/sign-in/back", opt=OPEN)
async def come_back(
    request: Request[Any, Any, Any],
    entrance: NamedDependency[Entrance],
    code: FromQuery[str] = "",
    error: FromQuery[str] = "",
) -> Response[str]:
    """Somebody comes back from another house."""
    query = request.query_params
    reply = Reply(code, query.get("state", ""), error, query.get("iss", ""))
    gone = passing_cookie(AWAY, "", seconds=0, secure=entrance.is_secure)
    try:
        away = _away(entrance, request.cookies.get(AWAY, ""))
        room = entrance.room(away.workspace)
        identity = await outside(entrance.vouch[away.at].finish, away.begun, reply, _back(entrance))
        who = Vouched(identity.subject, identity.email, identity.name)
        user = await room.do(vouched_for, who, join=entrance.join, actor=OIDC)
        signed = await room.read(sign_in, user, via=away.at, come=entrance.come(request))
    except EvenhandError as wrong:
        return _door(entrance, "", wrong)
    return sent_to(HOME, cookies=[gone, entrance.cookie(signed.ticket)])


@get("/sign-in/{ticket:str}", opt=OPEN)
async def look(entrance: NamedDependency[Entrance], ticket: FromPath[str]) -> Response[str]:
    """What a link would do. Nothing is done yet."""
    try:
        room = _room(entrance, ticket)
        link = await room.read(look_at_link, ticket)
    except EvenhandError as error:
        return _door(entrance, "", error)
    title = "Welcome" if link.kind == "invitation" else "Sign in"
    form = Form(action=f"/sign-in/{ticket}", button=f"Sign in as {link.user.email}")
    return shown(Page(title=title, said=["One more step, so that only you use this link."], forms=[form]))


@post("/sign-in/{ticket:str}", opt=OPEN)
async def use(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], ticket: FromPath[str]
) -> Response[str]:
    """Sign in by a link."""
    try:
        check_origin(request, entrance.base)
        room = _room(entrance, ticket)
        kind = (await room.read(look_at_link, ticket)).kind
        signed = await room.read(use_link, ticket, come=entrance.come(request))
    except EvenhandError as error:
        return _door(entrance, "", error)
    return _in(entrance, signed, "/welcome" if kind == "invitation" else HOME)


@get("/welcome", opt=ANYBODY)
async def welcome(request: Asked) -> Response[str]:
    """Whoever was invited says what they are called, and may set a password."""
    return _welcome(request)


@post("/welcome", opt={**ANYBODY, **FORM})
async def settle_in(
    request: Asked, entrance: NamedDependency[Entrance], data: URLEncodedBody[Welcomed]
) -> Response[str]:
    """Keep a name and a password."""
    caller, room = request.auth.caller, request.auth.room
    check_csrf(caller, data.csrf)
    try:
        user = await room.do(_user, caller.user)
        _check_first(user, data.password)
        encoded = await aside(entrance.passwords.encode, data.password, email=user.email) if data.password else ""
        if data.name.strip():
            await room.do(rename, user.user, data.name, actor=caller.actor)
    except BadInput as error:
        return _welcome(request, [f"{fault.what} {fault.fix}" for fault in error.faults])
    if encoded:
        await room.do(set_password, user.user, encoded, keep=caller.session, actor=caller.actor)
    return sent_to(HOME)


@post("/sign-out", opt={**ANYBODY, **FORM})
async def leave(request: Asked, entrance: NamedDependency[Entrance], data: URLEncodedBody[Leaves]) -> Response[str]:
    """End this session."""
    caller, room = request.auth.caller, request.auth.room
    check_csrf(caller, data.csrf)
    await room.read(sessions.end, caller.user, caller.session)
    return sent_to("/sign-in", cookies=[entrance.cookie("")])


def _to_the_door(_request: Request[Any, Any, Any], _error: NotSignedIn) -> Response[str]:
    """Whoever is not signed in, or no longer, signs in first."""
    return sent_to("/sign-in")


def _check_first(user: UserRow, password: str) -> None:
    """This page sets a first password only."""
    if user.password and password:
        fix = "Change it where you are asked for the one that you have."
        raise BadUsage(Fault(where="password", what="You have a password already.", fix=fix))


def _user(work: Work, number: int) -> UserRow:
    return user_row(work, number)


def _room(entrance: Entrance, ticket: str) -> Any:
    room = entrance.house.rooms.get(workspace_of(ticket) or 0)
    if room is None:
        raise NotSignedIn("this link does not work: was it copied whole? Ask for another.")
    return room


def _in(entrance: Entrance, signed: Signed, path: str = HOME) -> Response[str]:
    return sent_to(path, cookies=[entrance.cookie(signed.ticket)])


def _back(entrance: Entrance) -> str:
    return f"{entrance.base}/sign-in/back"


def _away(entrance: Entrance, box: str) -> Away:
    try:
        plain = entrance.room().desk.sealer.unseal(AWAY, bytes.fromhex(box), workspace=0)
    except (ValueError, CannotRead) as error:
        raise NotSignedIn("this is not how you left: begin again.") from error
    away = json.decode(plain, type=Away)
    if away.at not in entrance.vouch:
        raise NotSignedIn("nobody can sign in by way of that house any more.")
    return away


def _door(entrance: Entrance, workspace: str, error: EvenhandError | None = None) -> Response[str]:
    hidden = {"workspace": workspace} if workspace else {}
    forms = [
        Form(action="/sign-in/link", button="Send me a link", fields=[_EMAIL], hidden=hidden),
        Form(action="/sign-in/password", button="Sign in", fields=[_EMAIL, _PASSWORD], hidden=hidden),
    ]
    where = f"?{urlencode(hidden)}" if hidden else ""
    links = {f"Sign in with {name}": f"/sign-in/at/{name}{where}" for name in entrance.vouch}
    said, status = ([], 200) if error is None else (_said(error), status_of(type(error)))
    return shown(
        Page(title="Sign in", said=said, wrong=error is not None, forms=forms, links=links),
        status=status,
    )


def _welcome(request: Asked, wrong: Sequence[str] = ()) -> Response[str]:
    caller = request.auth.caller
    fields = [
        Field(label="What are you called?", name="name", fill="name", required=False),
        Field(
            label="A password of twelve characters or more, if you want one",
            name="password",
            type="password",
            fill="new-password",
            required=False,
        ),
    ]
    form = Form(action="/welcome", button="Go on", fields=fields, hidden={FIELD: caller.csrf})
    said = wrong or [f"You are signed in as {caller.name}."]
    return shown(Page(title="Welcome", said=said, wrong=bool(wrong), forms=[form]), status=400 if wrong else 200)


def _said(error: EvenhandError) -> Sequence[str]:
    said = [f"{fault.what} {fault.fix}" for fault in error.faults] if isinstance(error, BadUsage) else [str(error)]
    return [line[:1].upper() + line[1:] for line in said]
