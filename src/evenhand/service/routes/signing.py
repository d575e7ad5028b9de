"""`/api/v1/sign-in` and `/api/v1/me`: programs that stand in for people, such as a console, sign in and look around."""

from typing import Any, Final

from litestar import Request, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from evenhand.actions import sessions
from evenhand.actions.callers import Caller, of_session
from evenhand.actions.desk import Desk
from evenhand.actions.roles import SCOPES
from evenhand.actions.signing_in import From, Signed, ask_link, by_password, confirm, sign_in, use_link
from evenhand.actions.tickets import workspace_of
from evenhand.actions.users import rename, set_password
from evenhand.core.model import MINUTE
from evenhand.errors import BadUsage, Fault, NotAllowed, NotFound, NotSignedIn, Unavailable
from evenhand.ports.house import SessionRow, UserRow
from evenhand.service.answers import Answer
from evenhand.service.browsers import check_origin
from evenhand.service.entrance import Entrance, provided
from evenhand.service.guests import ANYBODY, OPEN, Asked
from evenhand.service.room import aside
from evenhand.service.shown import say_time

FRESH: Final = 15 * MINUTE  # so long after a link nobody is asked for the password that they may have forgotten
BY_LINK: Final = frozenset({"link", "invitation"})


class AskLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants a link. `workspace` is its name; left out, `main`."""

    email: str
    workspace: str = ""


class EnterPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in by a password."""

    email: str
    password: str
    workspace: str = ""


class UseTicket(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of the link that was sent."""

    ticket: str


class Sent(Struct, frozen=True):
    """A link is on its way, if anybody has that address."""

    said: str = "If anybody with that address may sign in, a link is on its way."


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking. `csrf` is to be sent back as X-CSRF-Token with whatever changes something; empty with a key.

    reach: the reps for whom a manager answers; null for everybody.
    """

    workspace: str
    role: str
    name: str
    scopes: list[str]
    user: str | None = None
    key: str | None = None
    rep: str | None = None
    reach: list[str] | None = None
    csrf: str = ""


class Rename(Struct, frozen=True, forbid_unknown_fields=True):
    """What I am called."""

    name: str


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new password; `current` is the one before, if there is one and this session was not just begun by a link."""

    password: str
    current: str = ""


class SessionView(Struct, frozen=True, kw_only=True):
    """Somewhere that I am signed in."""

    id: str
    since: str | None
    seen: str | None
    via: str
    agent: str
    is_this: bool


class Sessions(Struct, frozen=True):
    """Everywhere that I am signed in, the latest first."""

    items: list[SessionView]


class Ended(Struct, frozen=True):
    """How many sessions have ended."""

    ended: int


def signing_api(entrance: Entrance) -> Router:
    """The routes."""
    handlers = [
        *(ask_for_link, enter_password, use_ticket, sign_out),
        *(get_me, rename_me, change_password, list_my_sessions, end_my_session, end_my_other_sessions),
    ]
    return Router("/api/v1", route_handlers=handlers, dependencies=provided(entrance), tags=["sign-in"])


@post("/sign-in/link", opt=OPEN, status_code=202)
async def ask_for_link(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], data: JSONBody[AskLink]
) -> Sent:
    """Send a link by which somebody signs in."""
    check_origin(request, entrance.base)
    room = entrance.room(data.workspace)
    linked = await room.read(ask_link, data.email, come=entrance.come(request))
    if not entrance.send_soon(linked, "sign in", room):
        raise Unavailable("no e-mail can be sent from here. An admin can make a link: evenhand login-link")
    return Sent()


@post("/sign-in/password", opt=OPEN, status_code=200)
async def enter_password(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], data: JSONBody[EnterPassword]
) -> Answer[Me]:
    """Sign in by a password; the answer sets the session's cookie."""
    check_origin(request, entrance.base)
    room, come = entrance.room(data.workspace), entrance.come(request)
    signed = await room.read(by_password, entrance.passwords, data.email, data.password, come=come)
    return await _in(entrance, signed)


@post("/sign-in/ticket", opt=OPEN, status_code=200)
async def use_ticket(
    request: Request[Any, Any, Any], entrance: NamedDependency[Entrance], data: JSONBody[UseTicket]
) -> Answer[Me]:
    """Sign in by a link that was sent; the answer sets the session's cookie."""
    check_origin(request, entrance.base)
    room = entrance.house.rooms.get(workspace_of(data.ticket) or 0)
    if room is None:
        raise NotSignedIn("this link does not work: was it copied whole? Ask for another.")
    return await _in(entrance, await room.read(use_link, data.ticket, come=entrance.come(request)))


@post("/sign-out", opt=ANYBODY, status_code=200)
async def sign_out(request: Asked, entrance: NamedDependency[Entrance]) -> Answer[Ended]:
    """End this session."""
    caller = _user(request)
    await request.auth.room.read(sessions.end, caller.user, caller.session)
    return Answer(Ended(1), cookies=[entrance.cookie("")])


@get("/me", opt=ANYBODY)
async def get_me(request: Asked) -> Me:
    """Who is asking, and what they may do."""
    return _me(request.auth.caller, request.auth.room.name)


@patch("/me", opt=ANYBODY)
async def rename_me(request: Asked, data: JSONBody[Rename]) -> Me:
    """Say what I am called."""
    caller, room = _user(request), request.auth.room
    row = await room.do(rename, caller.user, data.name, actor=caller.actor)
    return _me(caller, room.name, name=row.name or row.email)


@put("/me/password", opt=ANYBODY)
async def change_password(
    request: Asked, entrance: NamedDependency[Entrance], data: JSONBody[NewPassword]
) -> Answer[Me]:
    """Set a password. I stay signed in here, in a new session, and nowhere else."""
    caller, room = _user(request), request.auth.room
    user, session = await room.read(_found, caller)
    if user.password and not _is_fresh(session, room.desk.clock()):
        await _check_current(entrance, request, user, data.current)
    encoded = await aside(entrance.passwords.encode, data.password, email=user.email)
    user = await room.do(set_password, user.user, encoded, actor=caller.actor)
    return await _in(entrance, await room.read(_begun, user, session))


@get("/me/sessions", opt=ANYBODY)
async def list_my_sessions(request: Asked) -> Sessions:
    """Everywhere that I am signed in."""
    caller = _user(request)
    found = await request.auth.room.read(sessions.sessions_of, caller.user)
    return Sessions([_shown(row, caller) for row in found])


@delete("/me/sessions/{session:str}", opt=ANYBODY, status_code=200)
async def end_my_session(request: Asked, session: FromPath[str]) -> Ended:
    """End one of my sessions."""
    caller = _user(request)
    await request.auth.room.read(sessions.end, caller.user, _digest(session))
    return Ended(1)


@delete("/me/sessions", opt=ANYBODY, status_code=200)
async def end_my_other_sessions(request: Asked) -> Ended:
    """End all of my sessions but this one."""
    caller = _user(request)
    return Ended(await request.auth.room.read(sessions.end_all, caller.user, keep=caller.session))


def _user(request: Asked) -> Caller:
    caller: Caller = request.auth.caller
    if not caller.user:
        raise NotAllowed("a key is nobody: only somebody who has signed in has sessions, a name and a password.")
    return caller


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise NotFound("there is no such session, or it has ended.") from error


def _found(desk: Desk, caller: Caller) -> tuple[UserRow, SessionRow]:
    with desk.store.reading(desk.workspace) as tx:
        user, session = tx.house.one(UserRow, user=caller.user), tx.house.one(SessionRow, digest=caller.session)
    if user is None or session is None:
        raise NotSignedIn("you are not signed in any longer: sign in again.")
    return user, session


def _is_fresh(session: SessionRow, now: int) -> bool:
    return session.via in BY_LINK and 0 <= now - session.since < FRESH


async def _check_current(entrance: Entrance, request: Asked, user: UserRow, current: str) -> None:
    if not current:
        fix = "Send it as `current`; or sign in by a link, if you have forgotten it."
        raise BadUsage(Fault(where="current", what="the password that you have now is missing.", fix=fix))
    await request.auth.room.read(confirm, entrance.passwords, user, current)


def _begun(desk: Desk, user: UserRow, session: SessionRow) -> Signed:
    return sign_in(desk, user, via=session.via, come=From("", session.agent))


async def _in(entrance: Entrance, signed: Signed) -> Answer[Me]:
    room = entrance.house.rooms[workspace_of(signed.ticket) or 0]
    caller = await room.read(of_session, signed.ticket)
    return Answer(_me(caller, room.name), cookies=[entrance.cookie(signed.ticket)])


def _me(caller: Caller, workspace: str, *, name: str = "") -> Me:
    reach = caller.actor.reach
    return Me(
        workspace=workspace,
        role=caller.role,
        name=name or caller.name,
        scopes=[scope for scope in SCOPES if scope in caller.scopes],
        user=str(caller.user) if caller.user else None,
        key=str(caller.key) if caller.key else None,
        rep=caller.rep or None,
        reach=None if reach is None else sorted(reach),
        csrf=caller.csrf,
    )


def _shown(row: SessionRow, caller: Caller) -> SessionView:
    return SessionView(
        id=row.digest.hex(),
        since=say_time(row.since),
        seen=say_time(row.seen),
        via=row.via,
        agent=row.agent,
        is_this=row.digest == caller.session,
    )
