"""`/api/v1/keys`: how programs come in."""

from collections.abc import Sequence
from typing import Annotated, Final

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from evenhand.actions.api_keys import NewKey, is_on, keys_of, make_key, revoke_key
from evenhand.actions.roles import role_named
from evenhand.core.model import Millis
from evenhand.errors import BadInput, BadUsage, Fault
from evenhand.ports.house import ApiKeyRow
from evenhand.reading.durations import read_instant
from evenhand.service.guests import Asked, may
from evenhand.service.shown import say_time


class KeyWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is to be made. `scopes` hold it to some of what its role may do; none, to all of it.

    expires: until when it works, in ISO 8601; left out, until it is revoked.
    """

    name: str
    role: str
    scopes: Annotated[list[str], Meta(max_length=100)] = []
    expires: str | None = None


class KeyView(Struct, frozen=True, kw_only=True):
    """A key, but never the key itself. `used` is when it was last used, to the hour."""

    id: str
    name: str
    role: str
    scopes: list[str]
    works: bool
    since: str | None
    by: str
    expires: str | None
    revoked: str | None
    used: str | None


class Keys(Struct, frozen=True):
    """The keys, oldest first."""

    items: list[KeyView]


class KeyMade(Struct, frozen=True, kw_only=True):
    """A new key. `secret` is what its program sends as Bearer; it is told now, and cannot be told again."""

    key: KeyView
    secret: str


@get("/keys", opt=may("keys:read"), tags=["keys"])
async def list_keys(request: Asked, *, everything: FromQuery[bool] = False) -> Keys:
    """The keys that work; `everything=true` lists those too that work no longer."""
    room = request.auth.room
    now, found = room.desk.clock(), await room.read(keys_of)
    return Keys([_shown(row, now) for row in found if everything or is_on(row, now)])


@post("/keys", opt=may("keys:write"), tags=["keys"])
async def create_key(request: Asked, data: JSONBody[KeyWanted]) -> KeyMade:
    """Make a key. The answer is the only place where it is ever shown."""
    room = request.auth.room
    expires = None if data.expires is None else _moment(data.expires)
    wanted = NewKey(name=data.name, role=role_named(data.role), scopes=tuple(data.scopes), expires=expires)
    made = await room.do(make_key, wanted, actor=request.auth.caller.actor)
    return KeyMade(key=_shown(made.row, room.desk.clock()), secret=made.key)


@delete("/keys/{key:int}", opt=may("keys:write"), status_code=200, tags=["keys"])
async def end_key(request: Asked, key: FromPath[int]) -> KeyView:
    """A key works no longer, within a second everywhere."""
    room = request.auth.room
    row = await room.do(revoke_key, key, actor=request.auth.caller.actor)
    return _shown(row, room.desk.clock())


def _moment(text: str) -> Millis:
    try:
        return read_instant(text)
    except BadInput as error:
        fix = "Write it like 2027-01-31T12:00:00Z."
        raise BadUsage(Fault(where="expires", what=f"{text[:40]!r} is no moment.", fix=fix)) from error


def _shown(row: ApiKeyRow, now: Millis) -> KeyView:
    return KeyView(
        id=str(row.no),
        name=row.name,
        role=row.role,
        scopes=row.scopes.split(),
        works=is_on(row, now),
        since=say_time(row.since),
        by=row.actor,
        expires=say_time(row.expires),
        revoked=say_time(row.revoked),
        used=say_time(row.used),
    )


ROUTES: Final[Sequence[ControllerRouterHandler]] = [list_keys, create_key, end_key]
