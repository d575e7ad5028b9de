"""`/api/v1/desk`: the whole desk at a glance, and what must not be; paused and let go on."""

from collections.abc import Iterable
from typing import Final

from litestar import get, post
from msgspec import Struct

from evenhand.actions.desk import Desk
from evenhand.actions.presence import EVERYTHING, pause, resume
from evenhand.analytics.floor import Floor, floor
from evenhand.core.instants import say_instant
from evenhand.ports.rows import FindingRow, PresenceKind, PresenceRow
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.shown import say_time


class PresenceView(Struct, frozen=True, kw_only=True):
    """Somebody who is away or on their last lead, or something that is paused: `rep ann`, `pool dach`, `everything`."""

    subject: str
    kind: PresenceKind
    since: str
    by: str


class FindingOnDesk(Struct, frozen=True, kw_only=True):
    """Something that must never be, and is: which promise is broken, by what, since when."""

    promise: str
    subject: str
    since: str
    what: str


class DeskView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers that one looks at first.

    policy, roster: the digests of what is in force.
    leads:    how many are in each state; decisions: how many there were in all.
    oldest:   when the waiting lead that came first came in.
    overdue:  since when the earliest timer should have rung; left out while the clock is on time.
    unsent:   messages on their way; dead: messages that were given up.
    """

    now: str
    policy: str = ""
    roster: str = ""
    paused: bool
    decisions: int
    leads: dict[str, int]
    oldest: str | None = None
    overdue: str | None = None
    presences: tuple[PresenceView, ...] = ()
    unsent: int
    dead: int
    findings: tuple[FindingOnDesk, ...] = ()


class Findings(Struct, frozen=True, kw_only=True):
    """Every promise that is broken; none is how it must be."""

    items: tuple[FindingOnDesk, ...]


class DeskPaused(Struct, frozen=True, kw_only=True):
    """Whether anything has changed, and how it is now."""

    changed: bool
    paused: bool


@get("/desk", opt=may("reports:read"))
async def get_desk(request: Asked) -> DeskView:
    """How the desk stands: leads by state, who is away, what is paused, messages, broken promises."""
    guest: Guest = request.auth
    return _shown(await guest.room.read(floor))


@get("/desk/findings", opt=may("reports:read"))
async def list_findings(request: Asked) -> Findings:
    """The promises that do not hold, as the last look at them has found; a worker looks every few minutes."""
    guest: Guest = request.auth
    return Findings(items=_findings(await guest.room.read(_found)))


@post("/desk/pause", opt=may("desk:pause"), status_code=200)
async def pause_desk(request: Asked) -> DeskPaused:
    """Hand out nothing to anybody by itself, until it is resumed. Leads still come in, and wait."""
    guest: Guest = request.auth
    return DeskPaused(changed=await guest.room.do(pause, subject=EVERYTHING, actor=guest.caller.actor), paused=True)


@post("/desk/resume", opt=may("desk:pause"), status_code=200)
async def resume_desk(request: Asked) -> DeskPaused:
    """Let the whole desk go on: what waited is handed out, hottest first."""
    guest: Guest = request.auth
    return DeskPaused(changed=await guest.room.do(resume, subject=EVERYTHING, actor=guest.caller.actor), paused=False)


def _found(desk: Desk) -> tuple[FindingRow, ...]:
    with desk.store.reading(desk.workspace) as tx:
        return tuple(tx.health.findings())


def _shown(found: Floor) -> DeskView:
    return DeskView(
        now=say_instant(found.now),
        policy=found.policy,
        roster=found.roster,
        paused=any(each.subject == EVERYTHING for each in found.presences),
        decisions=found.decisions,
        leads={str(state): count for state, count in found.leads.items()},
        oldest=say_time(found.oldest),
        overdue=say_time(found.overdue),
        presences=tuple(map(_presence, found.presences)),
        unsent=found.unsent,
        dead=found.dead,
        findings=_findings(found.findings),
    )


def _presence(row: PresenceRow) -> PresenceView:
    return PresenceView(subject=row.subject, kind=row.kind, since=say_instant(row.since), by=row.actor)


def _findings(rows: Iterable[FindingRow]) -> tuple[FindingOnDesk, ...]:
    return tuple(
        [
            FindingOnDesk(promise=row.promise, subject=row.subject, since=say_instant(row.found), what=row.what)
            for row in rows
        ]
    )


ROUTES: Final = (get_desk, list_findings, pause_desk, resume_desk)
