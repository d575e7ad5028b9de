"""`/api/v1/reports`: fairness, load and waiting, as they are now. What was won, and how fast, is told elsewhere."""

from decimal import Decimal
from typing import Final

from litestar import get
from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.analytics.floor import floor, leads, world
from evenhand.core.instants import say_instant
from evenhand.core.model import Pool, Snapshot
from evenhand.ports.rows import LeadRow
from evenhand.service.cursors import LARGEST
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.shown import say_time
from evenhand.service.staff import RepView, Turn, sees, sees_pool, show_rep, turns_in


class FairPool(Struct, frozen=True, kw_only=True):
    """How far apart the members of a pool are: `spread` is the largest credit minus the smallest, in leads."""

    pool: str
    fair_by: str
    spread: Decimal
    members: dict[str, Turn]


class Fairness(Struct, frozen=True, kw_only=True):
    """Every pool that concerns the caller, by name."""

    items: tuple[FairPool, ...]


class Loads(Struct, frozen=True, kw_only=True):
    """Everybody who concerns the caller, those with the most open leads first."""

    items: tuple[RepView, ...]


class WaitingLead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead that nobody has yet. `score` is what it was worth to the policy."""

    lead: str
    received: str
    score: Decimal | None = None
    rule: str | None = None
    pool: str | None = None


class Waiting(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What waits: how many leads for somebody to be free, on offer, and on a desk; the hottest of the first."""

    waiting: int
    offered: int
    held: int
    oldest: str | None = None
    items: tuple[WaitingLead, ...]


@get("/reports/fairness", opt=may("reports:read"))
async def report_fairness(request: Asked) -> Fairness:
    """What each pool owes each of its members, and how far apart they are."""
    guest: Guest = request.auth
    return await guest.room.read(_fairness, guest.caller.actor)


@get("/reports/load", opt=may("reports:read"))
async def report_load(request: Asked) -> Loads:
    """What everybody holds, with their caps, and whether they can get more."""
    guest: Guest = request.auth
    return await guest.room.read(_loads, guest.caller.actor)


@get("/reports/waiting", opt=may("reports:read"))
async def report_waiting(request: Asked) -> Waiting:
    """What waits, since when, and for which pool: the hottest two hundred."""
    guest: Guest = request.auth
    return await guest.room.read(_waiting)


def _fairness(desk: Desk, actor: Actor) -> Fairness:
    now = world(desk)
    seen = [now.roster.pools[name] for name in sorted(now.roster.pools)]
    return Fairness(items=tuple([_fair(pool, now) for pool in seen if sees_pool(actor, pool)]))


def _fair(pool: Pool, now: Snapshot) -> FairPool:
    members = turns_in(pool, now)
    credits = [each.credit for each in members.values()]
    spread = max(credits) - min(credits) if credits else Decimal(0)
    fair_by = "value" if pool.value_fair else "leads"
    return FairPool(pool=pool.name, fair_by=fair_by, spread=spread, members=members)


def _loads(desk: Desk, actor: Actor) -> Loads:
    now = world(desk)
    found = [show_rep(rep, now, actor) for rep in now.roster.reps.values() if sees(actor, rep.id)]
    return Loads(items=tuple(sorted(found, key=lambda each: (-(each.open or 0), each.id))))


def _waiting(desk: Desk) -> Waiting:
    now = floor(desk)
    return Waiting(
        waiting=now.leads.get("waiting", 0),
        offered=now.leads.get("offered", 0),
        held=now.leads.get("held", 0),
        oldest=say_time(now.oldest),
        items=tuple(map(_lead, leads(desk, ("waiting",), limit=LARGEST))),
    )


def _lead(row: LeadRow) -> WaitingLead:
    return WaitingLead(
        lead=str(row.lead),
        received=say_instant(row.received),
        score=Decimal(-row.rank) / 100 if row.rank else None,
        rule=row.rule or None,
        pool=row.pool or None,
    )


ROUTES: Final = (report_fairness, report_load, report_waiting)
