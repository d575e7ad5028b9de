"""`/deliveries` of a channel, of one's own (`/me/channels/7/deliveries`), of a message: every attempt to tell.

Of a message that is sent again after it was given up, the new attempts take the place of the earlier ones.
"""

from collections.abc import Callable, Sequence
from typing import Final

from litestar import get
from litestar.params import FromPath
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.settling import DESK
from evenhand.core.instants import say_instant
from evenhand.errors import NotFound
from evenhand.ports.house import ChannelRow, DeliveryRow, Told
from evenhand.service.cursors import LARGEST, PAGE, Limit
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.staff import sees


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt to tell.

    carrier: by what: `channel 7`, or `email ann` for the address that the roster has.
    outcome: `sent`, `later` (it is tried again), or `dead` (it can never go that way).
    took:    milliseconds. said: why it did not go; it names nobody.
    """

    carrier: str
    message: str
    attempt: int
    at: str
    took: int
    outcome: Told
    said: str = ""


class Attempts(Struct, frozen=True, kw_only=True):
    """The latest attempts, latest first."""

    items: tuple[Attempt, ...]


@get("/channels/{channel:int}/deliveries", opt=may("channels:write"))
async def list_channel_deliveries(request: Asked, channel: FromPath[int], *, limit: Limit = PAGE) -> Attempts:
    """How it went to tell somebody by a channel, latest first."""
    guest: Guest = request.auth
    actor = guest.caller.actor
    return await guest.room.read(_of_channel, channel, lambda row: _is_seen(row.owner, actor), limit)


@get("/me/channels/{channel:int}/deliveries", opt=may("channels:own"))
async def list_deliveries_of_mine(request: Asked, channel: FromPath[int], *, limit: Limit = PAGE) -> Attempts:
    """How it went to tell oneself by a channel, latest first: a test is there within a second."""
    guest: Guest = request.auth
    rep = guest.caller.rep
    return await guest.room.read(_of_channel, channel, lambda row: bool(rep) and row.owner == rep, limit)


@get("/messages/{message:int}/deliveries", opt=may("messages:read"))
async def list_message_deliveries(request: Asked, message: FromPath[int]) -> Attempts:
    """Every attempt to deliver a message, latest first."""
    guest: Guest = request.auth
    return await guest.room.read(_of_message, message, guest.caller.actor)


def _of_channel(desk: Desk, channel: int, is_seen: Callable[[ChannelRow], bool], limit: int) -> Attempts:
    with desk.store.reading(desk.workspace) as tx:
        row = tx.house.one(ChannelRow, no=channel)
        if row is None or not is_seen(row):
            raise NotFound(f"there is no channel {channel}.")
        return _shown(tx.house.latest(DeliveryRow, "at", limit=limit, carrier=f"channel {channel}"))


def _of_message(desk: Desk, message: int, actor: Actor) -> Attempts:
    with desk.store.reading(desk.workspace) as tx:
        row = tx.outbox.get(message)
        if row is None or not (row.to == DESK or sees(actor, row.to)):
            raise NotFound(f"there is no message {message}.")
        return _shown(tx.house.latest(DeliveryRow, "at", limit=LARGEST, subject=f"message {message}"))


def _is_seen(owner: str, actor: Actor) -> bool:
    return sees(actor, owner) if owner != DESK else actor.reach is None and actor.kind != "rep"


def _shown(rows: Sequence[DeliveryRow]) -> Attempts:
    return Attempts(
        items=tuple(
            [
                Attempt(
                    carrier=row.carrier,
                    message=row.subject.removeprefix("message "),
                    attempt=row.attempt,
                    at=say_instant(row.at),
                    took=row.took,
                    outcome=row.outcome,
                    said=row.said,
                )
                for row in rows
            ]
        )
    )


ROUTES: Final = (list_channel_deliveries, list_deliveries_of_mine, list_message_deliveries)
