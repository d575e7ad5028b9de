"""`/api/v1/users`: who may sign in, and as what."""

from typing import Any

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Struct, UnsetType

from evenhand.actions.roles import role_named
from evenhand.actions.users import (
    Change,
    Linked,
    Person,
    add,
    change,
    come_back,
    invite,
    invite_again,
    let_leave,
    listed,
)
from evenhand.ports.house import UserRow
from evenhand.service.entrance import Entrance, provided
from evenhand.service.guests import Asked, may
from evenhand.service.shown import say_time


class NewUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to sign in. `rep` is their id in the roster; left out, whoever has the same address there.

    invite: send them a link that works once, within seven days.
    """

    email: str
    role: str
    name: str = ""
    rep: str = ""
    invite: bool = True


class UserChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different about a user; what is left out stays."""

    email: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    rep: str | UnsetType = UNSET


class UserView(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, or could until they left."""

    id: str
    email: str
    name: str
    role: str
    rep: str | None
    has_password: bool
    since: str | None
    left: str | None


class Users(Struct, frozen=True):
    """Everybody who may sign in."""

    items: list[UserView]


class Invited(Struct, frozen=True, kw_only=True):
    """A user and their invitation: `sent` by e-mail; or, where none can be sent, the `link` to hand on."""

    user: UserView
    sent: bool = False
    link: str | None = None


def users_api(entrance: Entrance) -> Router:
    """The routes."""
    handlers = [list_users, add_user, change_user, invite_user, let_user_leave, bring_user_back]
    return Router("/api/v1", route_handlers=handlers, dependencies=provided(entrance), tags=["users"])


@get("/users", opt=may("users:read"))
async def list_users(request: Asked, *, everybody: FromQuery[bool] = False) -> Users:
    """Everybody who may sign in, by when they came; `everybody=true` lists those too who have left."""
    found = await request.auth.room.read(listed)
    return Users([_shown(row) for row in found if everybody or row.left is None])


@post("/users", opt=may("users:write"))
async def add_user(request: Asked, entrance: NamedDependency[Entrance], data: JSONBody[NewUser]) -> Invited:
    """Let somebody sign in, and invite them."""
    room, actor = request.auth.room, request.auth.caller.actor
    person = Person(email=data.email, role=role_named(data.role), name=data.name, rep=data.rep)
    if not data.invite:
        return Invited(user=_shown(await room.do(add, person, actor=actor)))
    return _invited(entrance, await room.do(invite, person, actor=actor), room)


@patch("/users/{user:int}", opt=may("users:write"))
async def change_user(request: Asked, user: FromPath[int], data: JSONBody[UserChange]) -> UserView:
    """Make some things about a user different. With another role or address they are signed out everywhere."""
    wanted = Change(
        email=_given(data.email),
        role=role_named(data.role) if isinstance(data.role, str) else None,
        name=_given(data.name),
        rep=_given(data.rep),
    )
    return _shown(await request.auth.room.do(change, user, wanted, actor=request.auth.caller.actor))


@post("/users/{user:int}/invitation", opt=may("users:write"))
async def invite_user(request: Asked, entrance: NamedDependency[Entrance], user: FromPath[int]) -> Invited:
    """Invite somebody again; the links before no longer work."""
    room = request.auth.room
    return _invited(entrance, await room.do(invite_again, user, actor=request.auth.caller.actor), room)


@delete("/users/{user:int}", opt=may("users:write"), status_code=200)
async def let_user_leave(request: Asked, user: FromPath[int]) -> UserView:
    """Somebody may sign in no longer; they are signed out everywhere."""
    return _shown(await request.auth.room.do(let_leave, user, actor=request.auth.caller.actor))


@post("/users/{user:int}/return", opt=may("users:write"), status_code=200)
async def bring_user_back(request: Asked, user: FromPath[int]) -> UserView:
    """Somebody who has left may sign in again, with the role that they had."""
    return _shown(await request.auth.room.do(come_back, user, actor=request.auth.caller.actor))


def _invited(entrance: Entrance, linked: Linked, room: Any) -> Invited:
    sent = entrance.send_soon(linked, "invitation", room)
    return Invited(user=_shown(linked.user), sent=sent, link=None if sent else entrance.link(linked.ticket))


def _given(value: str | UnsetType) -> str | None:
    return value if isinstance(value, str) else None


def _shown(row: UserRow) -> UserView:
    return UserView(
        id=str(row.user),
        email=row.email,
        name=row.name,
        role=row.role,
        rep=row.rep or None,
        has_password=bool(row.password),
        since=say_time(row.since),
        left=say_time(row.left),
    )
