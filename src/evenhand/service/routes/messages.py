"""`/api/v1/messages`: what people are told, how that goes, and what could not be told."""

from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.sending import send_again
from evenhand.actions.settling import DESK
from evenhand.core.instants import say_instant
from evenhand.errors import NotFound
from evenhand.ports.rows import NEVER, MessageRow, MessageState
from evenhand.service.cursors import LARGEST, PAGE, After, Limit, cursor, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.shown import say_time
from evenhand.service.staff import sees

ROUNDS: Final = 20  # pages of the outbox that are looked through for one page of ours
Which = Annotated[
    MessageState, QueryParameter(name="state", description="waiting, sent, dead (given up) or cancelled.")
]


class OutboxMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that somebody was told, or is to be told. `to` is a rep, `desk`, or for a trial `channel 7`.

    next:  when it is tried next. error: why it did not go the last time.
    """

    id: str
    kind: str
    to: str
    lead: str | None = None
    decision: str | None = None
    at: str
    state: MessageState
    attempts: int
    next: str | None = None
    sent: str | None = None
    error: str = ""


class OutboxPage(Struct, frozen=True, kw_only=True):
    """A page of messages, latest first."""

    items: tuple[OutboxMessage, ...]
    next: str | None = None


@get("/messages", opt=may("messages:read"))
async def list_messages(
    request: Asked, *, which: Which = "waiting", after: After = None, limit: Limit = PAGE
) -> OutboxPage:
    """Messages in one state, latest first; a manager sees those to their people and to the desk."""
    guest: Guest = request.auth
    found, rest = await guest.room.read(_messages, which, guest.caller.actor, place(after, int, NEVER), limit)
    items, onward = page(found, limit, lambda row: row.no)
    return OutboxPage(items=tuple(map(_shown, items)), next=onward or (cursor(rest) if rest else None))


@get("/messages/{message:int}", opt=may("messages:read"))
async def get_message(request: Asked, message: FromPath[int]) -> OutboxMessage:
    """A message; every attempt to deliver it is at `/messages/{message}/deliveries`."""
    guest: Guest = request.auth
    return await guest.room.read(_message, message, guest.caller.actor)


@post("/messages/{message:int}/send-again", opt=may("messages:send"), status_code=200)
async def send_message_again(request: Asked, message: FromPath[int]) -> OutboxMessage:
    """Try a message that was given up once more, as if it were new."""
    guest: Guest = request.auth
    await guest.room.do(send_again, message, actor=guest.caller.actor)
    return await guest.room.read(_message, message, guest.caller.actor)


def _messages(
    desk: Desk, state: MessageState, actor: Actor, before: int, limit: int
) -> tuple[list[MessageRow], int | None]:
    """Enough to fill a page and one more, without those that somebody may not see.

    If too many of those are in between, what was found so far, and where to go on.
    """
    found: list[MessageRow] = []
    before = min(max(before, 0), NEVER)
    with desk.store.reading(desk.workspace) as tx:
        for _ in range(ROUNDS):
            rows = tx.counts.outbox(state, before=before, limit=LARGEST + 1)
            found += [row for row in rows if _is_seen(row, actor)]
            if len(found) > limit or len(rows) <= LARGEST:
                return found, None
            before = rows[-1].no
    return found, before


def _message(desk: Desk, number: int, actor: Actor) -> OutboxMessage:
    with desk.store.reading(desk.workspace) as tx:
        row = tx.outbox.get(number)
        if row is None or not _is_seen(row, actor):
            raise NotFound(f"there is no message {number}.")
    return _shown(row)


def _is_seen(row: MessageRow, actor: Actor) -> bool:
    return row.to == DESK or sees(actor, row.to)


def _shown(row: MessageRow) -> OutboxMessage:
    return OutboxMessage(
        id=str(row.no),
        kind=row.kind,
        to=row.to,
        lead=None if row.lead is None else str(row.lead),
        decision=f"{row.lead}.{row.decision}" if row.decision else None,
        at=say_instant(row.at),
        state=row.state,
        attempts=row.attempts,
        next=say_time(row.next) if row.state == "waiting" else None,
        sent=say_time(row.sent),
        error=row.error,
    )


ROUTES: Final = (list_messages, get_message, send_message_again)
