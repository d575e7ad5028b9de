"""Outgoing webhooks: addresses of other programs that hear of every event of some kinds, in order, signed.

What is delivered, and when, is in `delivering.py`. A secret is told once, when it is made; the one before signs along
for a day, so that a receiver may change over at any moment.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.housed import housed
from evenhand.actions.settling import DESK
from evenhand.actions.work import Sealer, Work
from evenhand.core.happenings import kinds_named
from evenhand.core.model import DAY, Millis
from evenhand.errors import BadUsage, Conflict, Fault, NotFound
from evenhand.integrations.guard import read_address
from evenhand.integrations.webhooks import Secret, new_secret
from evenhand.ports.house import EndpointRow
from evenhand.ports.store import Reading

Detail: TypeAlias = Literal["none", "brief", "full"]

MOST: Final = 50  # webhooks of a workspace
LONGEST: Final = 2_000  # characters of an address
OVERLAP: Final[Millis] = DAY  # for which the secret before goes on signing

_SECRETS: Final = json.Decoder(tuple[Secret, ...])


class NewEndpoint(Struct, frozen=True, kw_only=True):
    """A webhook that is to be made, at an address that has been checked (`integrations/guard.py`).

    kinds:  what it hears of, by names and families (`lead.*`); none for everything.
    detail: how much of a lead it is told: `none` its number, `brief` what identifies nobody, `full` who it is too.
    """

    url: str
    kinds: tuple[str, ...] = ()
    detail: Detail = "none"


class Change(Struct, frozen=True, kw_only=True):
    """What changes about a webhook; `None` leaves it as it is. `on`: whether it hears of anything."""

    url: str | None = None
    kinds: tuple[str, ...] | None = None
    detail: Detail | None = None
    on: bool | None = None


class Signing(Struct, frozen=True):
    """A webhook, and the secret that it signs with: told now, and never again."""

    row: EndpointRow
    secret: str

    def __repr__(self) -> str:
        """For logs: without the secret."""
        return f"Signing(row={self.row.no})"


# --- verbs


def add_endpoint(work: Work, wanted: NewEndpoint, *, actor: Actor) -> Signing:
    """Let an address hear of what happens from now on. Raises BadUsage, Conflict if there are too many, NotAllowed."""
    administer(actor, "add a webhook")
    _check_length(wanted.url)
    kinds = kinds_named(wanted.kinds)
    if len(endpoints_in(work)) >= MOST:
        raise Conflict(f"there are {MOST} webhooks already: delete one first.")
    body = {"to": read_address(wanted.url).host, "kinds": kinds, "detail": wanted.detail}
    no = work.event("webhook.added", actor, body=body)
    secret = new_secret()
    row = EndpointRow(
        no=no,
        url=wanted.url,
        kinds=",".join(kinds),
        detail=wanted.detail,
        box=_sealed(work, no, Secret(secret)),
        since=work.now,
        actor=str(actor),
        cursor=no,
    )
    work.put(row)
    return Signing(row, secret)


def change_endpoint(work: Work, no: int, wanted: Change, *, actor: Actor) -> EndpointRow:
    """Change where it is, what it hears of, or whether. Turned on again it goes on where it stopped.

    Raises NotFound, BadUsage, NotAllowed.
    """
    administer(actor, "change a webhook")
    row = endpoint_in(work, no)
    new = _changed(row, wanted)
    names = [name for name in ("url", "kinds", "detail") if getattr(row, name) != getattr(new, name)]
    if names:
        work.event("webhook.changed", actor, body={"webhook": no, "changed": names})
    if wanted.on is False and row.off is None:
        new = replace(new, off=work.now)
        work.event("webhook.off", actor, body={"webhook": no})
    elif wanted.on and row.off is not None:
        new = replace(new, off=None)
        work.event("webhook.on", actor, body={"webhook": no})
    if new != row:
        new = replace(new, attempts=0, next=0, error="")  # whatever was wrong may be right now
        work.put(new)
    return new


def rotate_secret(work: Work, no: int, *, actor: Actor) -> Signing:
    """Another secret; the present one signs along for a day. Raises NotFound, NotAllowed."""
    administer(actor, "give a webhook another secret")
    row = endpoint_in(work, no)
    present, *_ = secrets_of(work.base.sealer, row, workspace=work.tx.workspace)
    secret = new_secret()
    before = Secret(present.text, work.now + OVERLAP)
    row = replace(row, box=_sealed(work, no, Secret(secret), before))
    work.put(row)
    work.event("webhook.rotated", actor, body={"webhook": no})
    return Signing(row, secret)


def drop_endpoint(work: Work, no: int, *, actor: Actor) -> None:
    """It is off for good, its secrets are forgotten. Raises NotFound, NotAllowed."""
    administer(actor, "delete a webhook")
    row = endpoint_in(work, no)
    work.put(replace(row, box=b"", off=row.off or work.now))
    work.event("webhook.dropped", actor, body={"webhook": no})


def ping(work: Work, no: int, *, actor: Actor) -> int:
    """Send it a `ping`, as it comes to it; the number of the event, by which the delivery is found.

    Raises NotFound, Conflict if it is off, NotAllowed.
    """
    administer(actor, "test a webhook")
    row = _hearing(work, no)
    number = work.event("webhook.tested", actor, body={"webhook": no})
    work.put(replace(row, next=0))
    return number


def redeliver(work: Work, no: int, event: int, *, actor: Actor) -> int:
    """Send it one event once more, as it comes to it. Raises NotFound, Conflict if it is off, NotAllowed."""
    administer(actor, "have a webhook delivered again")
    row = _hearing(work, no)
    if not 0 < event <= work.router.events:
        raise NotFound(f"there is no event {event}.")
    number = work.event("webhook.redelivered", actor, body={"webhook": no, "event": event})
    work.put(replace(row, next=0))
    return number


def redeliver_since(work: Work, no: int, since: Millis, *, actor: Actor) -> int:
    """Send it everything since a moment once more, in order; after which event it begins. Raises as `redeliver`."""
    administer(actor, "have a webhook delivered again")
    row = _hearing(work, no)
    after = last_before(work.tx, since, work.tx.router().events)
    work.event("webhook.redelivered", actor, body={"webhook": no, "after": after})
    work.put(replace(row, cursor=after, attempts=0, next=0, leased=0, error=""))
    return after


def give_up(work: Work, no: int, why: str, *, actor: Actor) -> None:
    """Turn off a webhook that cannot be reached, unless somebody has, and tell whoever minds the desk."""
    row = next(iter(housed(work, EndpointRow, "no", no=no)), None)
    if row is None or row.off is not None:
        return
    work.put(replace(row, off=work.now))
    work.event("webhook.off", actor, body={"webhook": no, "why": why})
    work.tell("webhook off", DESK, lead=None)


# --- looking


def endpoint_in(work: Work, no: int) -> EndpointRow:
    """A webhook, on or off. Raises NotFound; of one that was deleted too."""
    found = next((row for row in housed(work, EndpointRow, "no", no=no) if row.box), None)
    if found is None:
        raise NotFound(f"there is no webhook {no}.")
    return found


def endpoints_in(work: Work) -> list[EndpointRow]:
    """All webhooks that were not deleted."""
    return [row for row in housed(work, EndpointRow, "no") if row.box]


def endpoints_of(desk: Desk) -> list[EndpointRow]:
    """The same, as they are now."""
    with desk.store.reading(desk.workspace) as tx:
        return [row for row in tx.house.every(EndpointRow) if row.box]


def endpoint_of(desk: Desk, no: int) -> EndpointRow:
    """One of them. Raises NotFound."""
    found = next((row for row in endpoints_of(desk) if row.no == no), None)
    if found is None:
        raise NotFound(f"there is no webhook {no}.")
    return found


def kinds_of(row: EndpointRow) -> tuple[str, ...]:
    """What a webhook hears of; nothing means everything."""
    return tuple(filter(None, row.kinds.split(",")))


def secrets_of(sealer: Sealer, row: EndpointRow, *, workspace: int) -> tuple[Secret, ...]:
    """The secrets that sign, the present one first. Raises CannotRead."""
    return _SECRETS.decode(sealer.unseal(f"webhook {row.no}", row.box, workspace=workspace))


def last_before(tx: Reading, moment: Millis, events: int) -> int:
    """The number of the last event before a moment, of so many; 0 if there is none. Events are in order of time."""
    low, high = 0, events
    while low < high:
        middle = (low + high) // 2
        found = tx.story.events(middle, limit=1)
        if found and found[0].at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _hearing(work: Work, no: int) -> EndpointRow:
    row = endpoint_in(work, no)
    if row.off is not None:
        raise Conflict(f"webhook {no} is off: turn it on first.")
    return row


def _changed(row: EndpointRow, wanted: Change) -> EndpointRow:
    if wanted.url is not None:
        _check_length(wanted.url)
        row = replace(row, url=wanted.url)
    if wanted.kinds is not None:
        row = replace(row, kinds=",".join(kinds_named(wanted.kinds)))
    return row if wanted.detail is None else replace(row, detail=wanted.detail)


def _check_length(url: str) -> None:
    if len(url) > LONGEST:
        raise BadUsage(Fault(where="url", what=f"has {len(url)} characters.", fix=f"{LONGEST} are the most."))


def _sealed(work: Work, no: int, *secrets: Secret) -> bytes:
    return work.base.sealer.seal(f"webhook {no}", json.encode(secrets), workspace=work.tx.workspace)
