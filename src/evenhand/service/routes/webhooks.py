"""`/api/v1/webhooks`: other programs that hear of what happens, and how that goes."""

from collections.abc import Sequence
from typing import Annotated, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.endpoints import (
    Change,
    Detail,
    NewEndpoint,
    Signing,
    add_endpoint,
    change_endpoint,
    drop_endpoint,
    endpoint_in,
    endpoint_of,
    endpoints_of,
    kinds_of,
    ping,
    redeliver,
    redeliver_since,
    rotate_secret,
)
from evenhand.actions.work import Work
from evenhand.errors import BadUsage, Fault
from evenhand.integrations.guard import Guard
from evenhand.ports.house import DeliveryRow, EndpointRow, Told
from evenhand.service.answers import Answer
from evenhand.service.cursors import LARGEST, PAGE
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.room import outside
from evenhand.service.said import at_time, numbered
from evenhand.service.shown import say_time
from evenhand.service.tags import check, if_match, tag_of, tagged

Many = Annotated[int, QueryParameter(ge=1, le=LARGEST, description="How many at most, the latest first.")]


class NewWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook that is to be made.

    url:    where to; https, out in the internet, unless whoever runs Evenhand allows others.
    kinds:  what it hears of: names and families (`lead.*`) of the catalogue of events; left out, everything.
    detail: how much of a lead it is told: `none` its number, `brief` what identifies nobody, `full` who it is too.
    """

    url: str
    kinds: tuple[str, ...] = ()
    detail: Detail = "none"


class WebhookChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; what is left out stays. Turned on again it goes on where it stopped."""

    url: str | None = None
    kinds: tuple[str, ...] | None = None
    detail: Detail | None = None
    on: bool | None = None


class WebhookView(Struct, frozen=True, kw_only=True):
    """A webhook.

    delivered: the last event that it has had, or does not hear of.
    attempts:  how often the next one has been tried in vain; `error` is what went wrong, `next` when it is tried again.
    """

    id: str
    url: str
    on: bool
    kinds: tuple[str, ...]
    detail: str
    since: str | None
    by: str
    off: str | None
    delivered: str
    attempts: int
    next: str | None
    error: str


class Webhooks(Struct, frozen=True, kw_only=True):
    """All of them."""

    items: tuple[WebhookView, ...]
    next: None = None


class WithSecret(Struct, frozen=True, kw_only=True):
    """A webhook and its secret, which is told only now: keep it where the receiver finds it."""

    webhook: WebhookView
    secret: str


class Again(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be delivered once more: one event, or everything since a moment."""

    event: str | None = None
    since: str | None = None


class Underway(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """It is on its way: look at the deliveries. `event` is the one that is sent, `after` the one before the first."""

    webhook: str
    event: str | None = None
    after: str | None = None


class Delivery(Struct, frozen=True, kw_only=True):
    """One attempt. `outcome` is `sent`, `later` (it is tried again) or `dead`; `took` is in milliseconds."""

    event: str
    attempt: int
    at: str | None
    took: int
    outcome: Told
    said: str


class Deliveries(Struct, frozen=True, kw_only=True):
    """The latest attempts."""

    items: tuple[Delivery, ...]
    next: None = None


@get("/webhooks", opt=may("webhooks:read"))
async def list_webhooks(request: Asked) -> Webhooks:
    """Every webhook, on or off."""
    guest: Guest = request.auth
    return Webhooks(items=tuple(map(_show, await guest.room.read(endpoints_of))))


@post("/webhooks", opt=may("webhooks:write"))
async def add_webhook(request: Asked, data: JSONBody[NewWebhook]) -> Answer[WithSecret]:
    """Let another program hear of what happens from now on. The secret that signs is told only now."""
    guest: Guest = request.auth
    await _check(request, data.url)
    wanted = NewEndpoint(url=data.url, kinds=data.kinds, detail=data.detail)
    return _with_secret(await guest.room.do(add_endpoint, wanted, actor=guest.caller.actor), 201)


@get("/webhooks/{webhook:int}", opt=may("webhooks:read"))
async def get_webhook(request: Asked, webhook: FromPath[int]) -> Answer[WebhookView]:
    """One webhook, and how it goes."""
    guest: Guest = request.auth
    row = await guest.room.read(endpoint_of, webhook)
    return tagged(_show(row), _tag(row))


@patch("/webhooks/{webhook:int}", opt=may("webhooks:write"))
async def change_webhook(request: Asked, webhook: FromPath[int], data: JSONBody[WebhookChange]) -> Answer[WebhookView]:
    """Change where it is, what it hears of, and whether it hears anything. Bring `If-Match`."""
    guest: Guest = request.auth
    if data.url is not None:
        await _check(request, data.url)
    wanted = Change(url=data.url, kinds=data.kinds, detail=data.detail, on=data.on)
    row = await guest.room.do(_change, webhook, wanted, given=if_match(request), actor=guest.caller.actor)
    return tagged(_show(row), _tag(row))


@delete("/webhooks/{webhook:int}", opt=may("webhooks:write"))
async def delete_webhook(request: Asked, webhook: FromPath[int]) -> None:
    """It hears of nothing any more, for good, and its secrets are forgotten."""
    guest: Guest = request.auth
    await guest.room.do(_drop, webhook, given=if_match(request), actor=guest.caller.actor)


@post("/webhooks/{webhook:int}/rotate", opt=may("webhooks:write"), status_code=200)
async def rotate_webhook(request: Asked, webhook: FromPath[int]) -> Answer[WithSecret]:
    """Another secret, told only now. The one before signs along for 24 hours."""
    guest: Guest = request.auth
    return _with_secret(await guest.room.do(rotate_secret, webhook, actor=guest.caller.actor), 200)


@post("/webhooks/{webhook:int}/test", opt=may("webhooks:write"), status_code=202)
async def ping_webhook(request: Asked, webhook: FromPath[int]) -> Underway:
    """Send a `ping`. It takes its place in line: what is tried again is tried at once, and the ping follows."""
    guest: Guest = request.auth
    event = await guest.room.do(ping, webhook, actor=guest.caller.actor)
    return Underway(webhook=str(webhook), event=str(event))


@post("/webhooks/{webhook:int}/redeliver", opt=may("webhooks:write"), status_code=202)
async def redeliver_webhook(request: Asked, webhook: FromPath[int], data: JSONBody[Again]) -> Underway:
    """Deliver one event once more, or everything since a moment, with the same ids as before."""
    guest: Guest = request.auth
    actor = guest.caller.actor
    if (data.event is None) == (data.since is None):
        raise BadUsage(Fault(where="event", what="say what is to be delivered.", fix="Give an event, or since."))
    if data.event is not None:
        event = numbered("event", data.event)
        await guest.room.do(redeliver, webhook, event, actor=actor)
        return Underway(webhook=str(webhook), event=str(event))
    after = await guest.room.do(redeliver_since, webhook, at_time("since", data.since or ""), actor=actor)
    return Underway(webhook=str(webhook), after=str(after))


@get("/webhooks/{webhook:int}/deliveries", opt=may("webhooks:read"))
async def list_webhook_deliveries(request: Asked, webhook: FromPath[int], *, limit: Many = PAGE) -> Deliveries:
    """The latest attempts to deliver, the latest first. They are kept for 90 days."""
    guest: Guest = request.auth
    rows = await guest.room.read(_deliveries, webhook, limit)
    return Deliveries(items=tuple(map(_show_delivery, rows)))


async def _check(request: Asked, url: str) -> None:
    """Raises BadAddress for an address where nothing may go. Looking it up takes a while."""
    guard: Guard = request.app.state.get("guard") or Guard()
    await outside(guard.check, url)


def _change(work: Work, no: int, wanted: Change, *, given: str, actor: Actor) -> EndpointRow:
    check(given, _tag(endpoint_in(work, no)))
    return change_endpoint(work, no, wanted, actor=actor)


def _drop(work: Work, no: int, *, given: str, actor: Actor) -> None:
    check(given, _tag(endpoint_in(work, no)), required=False)
    drop_endpoint(work, no, actor=actor)


def _deliveries(desk: Desk, no: int, limit: int) -> Sequence[DeliveryRow]:
    endpoint_of(desk, no)
    with desk.store.reading(desk.workspace) as tx:
        return tx.house.latest(DeliveryRow, "at", limit=limit, carrier=f"webhook {no}")


def _tag(row: EndpointRow) -> str:
    return tag_of("webhook", row.no, row.url, row.kinds, row.detail, row.off)


def _with_secret(made: Signing, status: int) -> Answer[WithSecret]:
    return tagged(WithSecret(webhook=_show(made.row), secret=made.secret), _tag(made.row), status=status)


def _show(row: EndpointRow) -> WebhookView:
    return WebhookView(
        id=str(row.no),
        url=row.url,
        on=row.off is None,
        kinds=kinds_of(row),
        detail=row.detail,
        since=say_time(row.since),
        by=row.actor,
        off=say_time(row.off),
        delivered=str(row.cursor),
        attempts=row.attempts,
        next=say_time(row.next),
        error=row.error,
    )


def _show_delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        event=row.subject.removeprefix("event "),
        attempt=row.attempt,
        at=say_time(row.at),
        took=row.took,
        outcome=row.outcome,
        said=row.said,
    )


ROUTES: Final[Sequence[ControllerRouterHandler]] = [
    list_webhooks,
    add_webhook,
    get_webhook,
    change_webhook,
    delete_webhook,
    rotate_webhook,
    ping_webhook,
    redeliver_webhook,
    list_webhook_deliveries,
]
