"""`/api/v1/channels` and `/api/v1/me/channels`: by which ways people are told, how much, and when not."""

from typing import Annotated, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.channels import (
    Change,
    ChannelKind,
    Detail,
    NewChannel,
    add_channel,
    change_channel,
    channel_row,
    channels_of,
    drop_channel,
    kinds_of,
    try_channel,
)
from evenhand.actions.desk import Desk
from evenhand.actions.settling import DESK
from evenhand.actions.work import Work
from evenhand.app.reaching import read_address
from evenhand.core.instants import say_instant
from evenhand.errors import BadUsage, Fault, NotFound
from evenhand.ports.house import ChannelRow
from evenhand.service.answers import Answer
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.room import aside
from evenhand.service.staff import sees
from evenhand.service.tags import check, if_match, tag_of, tagged

Owner = FromQuery[Annotated[str, QueryParameter(description="A rep, or `desk`; else everybody's.")]]


class ChannelView(Struct, frozen=True, kw_only=True):
    """A way to tell somebody. Of several the one with the lowest place is tried first.

    owner:  a rep, or `desk` for whoever minds the desk.
    shown:  as much of the address as may be seen: it may hold a secret.
    detail: how much of a lead a message shows: nothing of who it is, the essentials, everything.
    quiet:  hours of the owner's own clock in which messages wait, such as 22:00-07:00.
    kinds:  the kinds of messages that it is for; none: all.
    """

    id: str
    owner: str
    place: int
    kind: str
    shown: str
    detail: str
    quiet: str
    kinds: tuple[str, ...]
    on: bool
    since: str
    by: str


class Channels(Struct, frozen=True, kw_only=True):
    """A page of channels, by owner, each one's first to be tried first."""

    items: tuple[ChannelView, ...]
    next: str | None = None


class MyChannel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in which one is to be told oneself.

    address: an e-mail address, or that of a chat as `slack://...`, `tgram://...`, as its vendor gives it.
    place:   which is tried first, from 0; left out, behind all the others.
    """

    kind: ChannelKind
    address: str
    detail: Detail = "brief"
    quiet: str = ""
    kinds: tuple[str, ...] = ()
    place: int | None = None


class ChannelWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in which somebody is to be told: `owner` is a rep, or `desk`. The rest is as in `MyChannel`."""

    owner: str
    kind: ChannelKind
    address: str
    detail: Detail = "brief"
    quiet: str = ""
    kinds: tuple[str, ...] = ()
    place: int | None = None


class ChannelChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes about a channel; what is left out stays. `on`: whether anything is sent by it."""

    address: str | None = None
    detail: Detail | None = None
    quiet: str | None = None
    kinds: tuple[str, ...] | None = None
    place: int | None = None
    on: bool | None = None


class Tried(Struct, frozen=True, kw_only=True):
    """The message that tries the channel out; how it went is at `/messages/{id}`."""

    message: str


# --- anybody's


@get("/channels", opt=may("channels:write"))
async def list_channels(request: Asked, *, owner: Owner = "", after: After = None, limit: Limit = PAGE) -> Channels:
    """How people are told; a manager sees their own people's channels."""
    guest: Guest = request.auth
    rows = await guest.room.read(channels_of, owner)
    start = place(after, tuple[str, int, int], ("", 0, 0))
    mine = [row for row in rows if _is_seen(row, guest.caller.actor) and _place(row) > start]
    items, onward = page(mine, limit, _place)
    return Channels(items=tuple(map(_shown, items)), next=onward)


@post("/channels", opt=may("channels:write"))
async def new_channel(request: Asked, data: JSONBody[ChannelWanted]) -> Answer[ChannelView]:
    """Tell somebody by one more way. Whether the address is one, and of whom, is looked at; nothing is sent."""
    return await _add(request, data.owner, data)


@get("/channels/{channel:int}", opt=may("channels:write"))
async def get_channel(request: Asked, channel: FromPath[int]) -> Answer[ChannelView]:
    """A channel, with the `ETag` that an edit may bring."""
    guest: Guest = request.auth
    return _tagged(await guest.room.read(_row, channel, guest.caller.actor))


@patch("/channels/{channel:int}", opt=may("channels:write"))
async def edit_channel(request: Asked, channel: FromPath[int], data: JSONBody[ChannelChange]) -> Answer[ChannelView]:
    """Change how a channel tells, or turn it off for a while."""
    return await _change(request, channel, data)


@delete("/channels/{channel:int}", opt=may("channels:write"))
async def delete_channel(request: Asked, channel: FromPath[int]) -> None:
    """Take a channel out; its address is forgotten."""
    await _drop(request, channel)


@post("/channels/{channel:int}/test", opt=may("messages:send"), status_code=202)
async def test_channel(request: Asked, channel: FromPath[int]) -> Tried:
    """Send a message by a channel, to see that it arrives."""
    return await _try(request, channel)


# --- one's own


@get("/me/channels", opt=may("channels:own"))
async def list_my_channels(request: Asked) -> Channels:
    """How one is told oneself."""
    guest: Guest = request.auth
    rows = await guest.room.read(channels_of, _me(guest))
    return Channels(items=tuple(map(_shown, rows)))


@post("/me/channels", opt=may("channels:own"))
async def new_channel_of_mine(request: Asked, data: JSONBody[MyChannel]) -> Answer[ChannelView]:
    """Be told by one more way."""
    return await _add(request, _me(request.auth), data)


@patch("/me/channels/{channel:int}", opt=may("channels:own"))
async def edit_channel_of_mine(
    request: Asked, channel: FromPath[int], data: JSONBody[ChannelChange]
) -> Answer[ChannelView]:
    """Change how one is told, or turn a channel off for a while."""
    return await _change(request, channel, data, owner=_me(request.auth))


@delete("/me/channels/{channel:int}", opt=may("channels:own"))
async def delete_channel_of_mine(request: Asked, channel: FromPath[int]) -> None:
    """Be told by a channel no more; its address is forgotten."""
    await _drop(request, channel, owner=_me(request.auth))


@post("/me/channels/{channel:int}/test", opt=may("channels:own"), status_code=202)
async def test_channel_of_mine(request: Asked, channel: FromPath[int]) -> Tried:
    """Send oneself a message by a channel, to see that it arrives."""
    return await _try(request, channel, owner=_me(request.auth))


# --- what is done


async def _add(request: Asked, owner: str, data: MyChannel | ChannelWanted) -> Answer[ChannelView]:
    guest: Guest = request.auth
    wanted = NewChannel(
        owner=owner,
        address=await aside(read_address, data.kind, data.address),
        detail=data.detail,
        quiet=data.quiet,
        kinds=data.kinds,
        place=data.place,
    )
    return _tagged(await guest.room.do(add_channel, wanted, actor=guest.caller.actor), status=201)


async def _change(request: Asked, channel: int, data: ChannelChange, *, owner: str = "") -> Answer[ChannelView]:
    guest: Guest = request.auth
    actor = guest.caller.actor
    row = await guest.room.read(_row, channel, actor, owner=owner)
    address = None if data.address is None else await aside(read_address, _kind(row), data.address)
    wanted = Change(
        address=address, detail=data.detail, quiet=data.quiet, kinds=data.kinds, place=data.place, on=data.on
    )
    return _tagged(await guest.room.do(_edit, channel, wanted, given=if_match(request), actor=actor))


async def _drop(request: Asked, channel: int, *, owner: str = "") -> None:
    guest: Guest = request.auth
    await guest.room.read(_row, channel, guest.caller.actor, owner=owner)
    await guest.room.do(drop_channel, channel, actor=guest.caller.actor)


async def _try(request: Asked, channel: int, *, owner: str = "") -> Tried:
    guest: Guest = request.auth
    await guest.room.read(_row, channel, guest.caller.actor, owner=owner)
    return Tried(message=str(await guest.room.do(try_channel, channel, actor=guest.caller.actor)))


def _edit(work: Work, channel: int, wanted: Change, *, given: str, actor: Actor) -> ChannelRow:
    check(given, tag_of(channel_row(work, channel, actor)), required=False)
    return change_channel(work, channel, wanted, actor=actor)


def _row(desk: Desk, channel: int, actor: Actor, *, owner: str = "") -> ChannelRow:
    """A channel that somebody may see, of one owner if one is named. Raises NotFound."""
    with desk.store.reading(desk.workspace) as tx:
        row = tx.house.one(ChannelRow, no=channel)
    if row is None or not row.box or owner not in ("", row.owner) or not _is_seen(row, actor):
        raise NotFound(f"there is no channel {channel}.")
    return row


def _is_seen(row: ChannelRow, actor: Actor) -> bool:
    return sees(actor, row.owner) if row.owner != DESK else actor.reach is None and actor.kind != "rep"


def _me(guest: Guest) -> str:
    """Who asks, in the roster. Raises BadUsage if they are nobody there."""
    if not guest.caller.rep:
        what = "you are nobody in the roster, and nothing is told you."
        raise BadUsage(Fault(where="me", what=what, fix="Look after others' by /channels."))
    return guest.caller.rep


def _kind(row: ChannelRow) -> ChannelKind:
    return "chat" if row.kind == "chat" else "email"


def _place(row: ChannelRow) -> tuple[str, int, int]:
    return row.owner, row.place, row.no


def _tagged(row: ChannelRow, *, status: int = 200) -> Answer[ChannelView]:
    return tagged(_shown(row), tag_of(row), status=status)


def _shown(row: ChannelRow) -> ChannelView:
    return ChannelView(
        id=str(row.no),
        owner=row.owner,
        place=row.place,
        kind=row.kind,
        shown=row.shown,
        detail=row.detail,
        quiet=row.quiet,
        kinds=kinds_of(row),
        on=row.off is None,
        since=say_instant(row.since),
        by=row.actor,
    )


ROUTES: Final = (
    list_channels,
    new_channel,
    get_channel,
    edit_channel,
    delete_channel,
    test_channel,
    list_my_channels,
    new_channel_of_mine,
    edit_channel_of_mine,
    delete_channel_of_mine,
    test_channel_of_mine,
)
