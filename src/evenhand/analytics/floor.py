"""How a desk stands right now: what waits, who is there, whose turn it is. One moment, read and not locked."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.desk import Desk
from evenhand.actions.known import read_snapshot
from evenhand.actions.lent import AnyDesk
from evenhand.core.hours import on_duty
from evenhand.core.ledger import Ledger
from evenhand.core.model import ALWAYS, DAY, Load, Millis, Pool, Rep, Snapshot
from evenhand.core.states import State
from evenhand.core.when.page import nearest
from evenhand.errors import NotFound
from evenhand.ports.rows import NEVER, DisputeRow, FindingRow, LeadRow, MessageRow, MessageState, OfferRow, PresenceRow

T = TypeVar("T")


class Floor(Struct, frozen=True, kw_only=True):
    """The numbers that a manager looks at first.

    oldest:  when the waiting lead that came first came in.
    overdue: since when the earliest timer should have rung; `None` if the clock is on time.
    """

    now: Millis
    policy: str
    roster: str
    decisions: int
    leads: Mapping[State, int]
    oldest: Millis | None
    overdue: Millis | None
    presences: tuple[PresenceRow, ...]
    unsent: int
    dead: int
    findings: tuple[FindingRow, ...]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody of the roster, as they stand now. `standing` says why they get nothing, or that they do."""

    rep: str
    name: str
    team: str
    standing: str
    open: int
    cap: int | None
    last: Millis | None
    pools: tuple[str, ...]


class Member(Struct, frozen=True, kw_only=True):
    """Somebody in a pool, with what the pool owes them, in units of a billionth of a lead."""

    rep: str
    weight: int
    credit: int
    open: int
    standing: str


class PoolNow(Struct, frozen=True, kw_only=True):
    """A pool as it stands now."""

    pool: str
    manager: str
    paused: bool
    entries: int
    members: tuple[Member, ...]


class Inbox(Struct, frozen=True, kw_only=True):
    """What somebody has to do: the leads that they hold, by due time, and those that they may take."""

    rep: str
    held: tuple[LeadRow, ...]
    offered: tuple[OfferRow, ...]


def floor(desk: AnyDesk) -> Floor:
    """The desk at a glance."""
    now = desk.clock()
    with desk.store.reading(desk.workspace) as tx:
        router, messages, rings = tx.router(), tx.counts.messages(), tx.agenda.next()
        return Floor(
            now=now,
            policy=router.policy,
            roster=router.roster,
            decisions=router.decisions,
            leads=tx.counts.leads(),
            oldest=tx.counts.oldest("waiting"),
            overdue=rings if rings is not None and rings <= min(now, NEVER - 1) else None,
            presences=tuple(tx.world.presences()),
            unsent=messages.get("waiting", 0),
            dead=messages.get("dead", 0),
            findings=tuple(tx.health.findings()),
        )


def world(desk: AnyDesk) -> Snapshot:
    """What a decision would stand on at this moment."""
    setup, now = desk.setup(), desk.clock()
    with desk.store.reading(desk.workspace) as tx:
        snapshot = read_snapshot(tx, tx.router(), setup)
    return replace(snapshot, now=now, duty=setup.calendars.duty(now - DAY, now + 8 * DAY))


def people(desk: AnyDesk) -> tuple[Person, ...]:
    """Everybody of the roster in force, in its order."""
    now = world(desk)
    return tuple([_person(rep, now) for rep in now.roster.reps.values()])


def pools(desk: Desk) -> tuple[PoolNow, ...]:
    """Every pool of the roster in force, in its order."""
    now = world(desk)
    return tuple([_pool(pool, now) for pool in now.roster.pools.values()])


def pool_now(desk: Desk, name: str) -> PoolNow:
    """One pool. Raises NotFound with the nearest name."""
    now = world(desk)
    return _pool(_known(name, now.roster.pools, "pool"), now)


def ledger_now(desk: Desk, pool: str) -> Ledger:
    """What a pool owes its members now. Raises NotFound."""
    now = world(desk)
    _known(pool, now.roster.pools, "pool")
    return now.ledgers.get(pool) or Ledger(pool=pool)


def inbox(desk: Desk, rep: str) -> Inbox:
    """What somebody has to do. Raises NotFound; whoever has left the roster but holds leads still has an inbox."""
    reps = desk.setup().roster.reps
    with desk.store.reading(desk.workspace) as tx:
        found = Inbox(rep=rep, held=tuple(tx.leads.held_by(rep)), offered=tuple(tx.leads.offered_to(rep)))
    if not found.held and not found.offered:
        _known(rep, reps, "person")
    return found


def leads(desk: Desk, states: tuple[State, ...], *, rep: str = "", limit: int = 200) -> tuple[LeadRow, ...]:
    """Leads in some states, hottest first; of one rep, by due time."""
    with desk.store.reading(desk.workspace) as tx:
        found = (
            [row for row in tx.leads.held_by(rep) if row.state in states]
            if rep
            else tx.leads.listed(states, limit=limit)
        )
    return tuple(found[:limit])


def disputes(desk: Desk, *, open_only: bool = True) -> Sequence[DisputeRow]:
    """What is disputed, oldest first."""
    with desk.store.reading(desk.workspace) as tx:
        return tx.story.disputes(open_only=open_only)


def messages(desk: Desk, state: MessageState, *, limit: int = 200) -> Sequence[MessageRow]:
    """Messages in a state, latest first."""
    with desk.store.reading(desk.workspace) as tx:
        return tx.counts.outbox(state, limit=limit)


def standing(rep: Rep, now: Snapshot) -> str:
    """`on duty`, or the first thing for which somebody gets nothing."""
    if not rep.active:
        return "not active"
    if rep.away or rep.id in now.away:
        return "away"
    if f"rep {rep.id}" in now.paused:
        return "paused"
    if not on_duty(now.duty.get(rep.id, ALWAYS), now.now):
        return "off duty"
    return "last one" if rep.id in now.last_one else "on duty"


def _person(rep: Rep, now: Snapshot) -> Person:
    load = now.loads.get(rep.id, Load())
    return Person(
        rep=rep.id,
        name=rep.name,
        team=rep.team,
        standing=standing(rep, now),
        open=load.open,
        cap=next((cap.limit for cap in rep.caps if cap.kind == "open"), None),
        last=load.last,
        pools=tuple([pool.name for pool in now.roster.pools.values() if pool.weights.get(rep.id)]),
    )


def _pool(pool: Pool, now: Snapshot) -> PoolNow:
    ledger = now.ledgers.get(pool.name) or Ledger(pool=pool.name)
    members = [
        Member(
            rep=rep,
            weight=weight,
            credit=ledger.credits.get(rep, 0),
            open=now.loads.get(rep, Load()).open,
            standing=standing(now.roster.reps[rep], now),
        )
        for rep, weight in pool.weights.items()
    ]
    paused = pool.paused or f"pool {pool.name}" in now.paused or "everything" in now.paused
    return PoolNow(pool=pool.name, manager=pool.manager, paused=paused, entries=ledger.seq, members=tuple(members))


def _known(name: str, known: Mapping[str, T], kind: str) -> T:
    if name in known:
        return known[name]
    near = nearest(name, known)
    hint = f"Did you mean {near}?" if near else f"There are: {', '.join(known) or 'none'}."
    raise NotFound(f"there is no {kind} {name!r}. {hint}")
