"""What the API shows of people and pools, and to whom: a rep sees themselves, and of colleagues only whether they are
there; a manager the same of those for whom they do not answer.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from msgspec import Struct

from evenhand.actions.access import is_run_by
from evenhand.actions.actor import Actor
from evenhand.analytics.floor import standing
from evenhand.core.caps import period, room
from evenhand.core.hours import next_start
from evenhand.core.ledger import Ledger, line_up, next_turns
from evenhand.core.model import ALWAYS, CapKind, Duty, Load, Pool, Rep, Snapshot
from evenhand.core.when.page import nearest
from evenhand.errors import NotFound
from evenhand.service.shown import say_time

T = TypeVar("T")

AHEAD: Final = 100  # leads: so far ahead is somebody's next turn worked out
THERE: Final = ("on duty", "last one")


class CapView(Struct, frozen=True, kw_only=True):
    """A cap with what is used of it: of leads that are open, or that were taken in the period that runs now."""

    kind: CapKind
    limit: int
    used: int


class RepView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of the roster, as they stand now. Of a colleague only `id`, `name` and `available` are shown.

    available: whether they could get a lead now.
    standing:  why they get none, or that they do: `on duty`, `last one`, `full`, `off duty`, `away`, `paused`, ...
    next:      when their working hours begin, if they are not there.
    pools:     those in which they have a weight.
    entry:     what the roster says of them, by its own keys.
    """

    id: str
    name: str
    available: bool
    standing: str | None = None
    team: str | None = None
    email: str | None = None
    zone: str | None = None
    open: int | None = None
    caps: tuple[CapView, ...] | None = None
    last: str | None = None
    next: str | None = None
    pools: tuple[str, ...] | None = None
    entry: dict[str, Any] | None = None


class Turn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How somebody stands in a pool, if everybody is there for the next lead.

    share:  the part of all leads that their weight gives them.
    credit: what the pool owes them, in leads; below 0 what they owe it.
    place:  their place in line for the next lead; 1 is first. Left out for who has no weight.
    next:   how many leads from now their turn is, 1 for the very next; left out if it is further than can be told.
    """

    pool: str
    weight: int
    of: int
    share: Decimal
    credit: Decimal
    place: int | None = None
    next: int | None = None


class MemberView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody in a pool; of a colleague only `rep`, `name` and `available` are shown. See `Turn`."""

    rep: str
    name: str
    available: bool
    standing: str | None = None
    open: int | None = None
    weight: int | None = None
    share: Decimal | None = None
    credit: Decimal | None = None
    place: int | None = None
    next: int | None = None


class PoolView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pool as it stands now, with its members in the order of the roster.

    entries: how many entries its ledger has.
    entry:   what the roster says of it, by its own keys.
    """

    name: str
    manager: str | None = None
    paused: bool = False
    fair_by: str = "leads"
    entries: int | None = None
    members: tuple[MemberView, ...]
    entry: dict[str, Any] | None = None


# --- who sees whom


def sees(actor: Actor, rep: str) -> bool:
    """Whether somebody sees how a rep stands, and not only that they are there."""
    if actor.kind == "rep":
        return rep == actor.id
    return actor.reach is None or rep in actor.reach


def sees_pool(actor: Actor, pool: Pool) -> bool:
    """Whether somebody sees a pool: a rep those that they are in, a manager theirs and those of their people."""
    if actor.kind == "rep":
        return actor.id in pool.weights or actor.id == pool.manager
    return is_run_by(pool, actor) or bool(pool.weights.keys() & (actor.reach or frozenset()))


# --- people


def show_rep(rep: Rep, now: Snapshot, actor: Actor, *, entry: Mapping[str, object] | None = None) -> RepView:
    """Somebody, as the one who asks may see them."""
    how = how_they_stand(rep, now)
    if not sees(actor, rep.id):
        return RepView(id=rep.id, name=rep.name, available=how in THERE)
    load, duty = now.loads.get(rep.id, Load()), now.duty.get(rep.id, ALWAYS)
    return RepView(
        id=rep.id,
        name=rep.name,
        available=how in THERE,
        standing=how,
        team=rep.team or None,
        email=rep.email or None,
        zone=rep.zone,
        open=load.open,
        caps=tuple(_caps(rep, load, duty, now.now)),
        last=say_time(load.last),
        next=say_time(next_start(duty, now.now)) if how == "off duty" else None,
        pools=tuple([pool.name for pool in now.roster.pools.values() if pool.weights.get(rep.id)]),
        entry=None if entry is None else dict(entry),
    )


def how_they_stand(rep: Rep, now: Snapshot) -> str:
    """Why somebody gets nothing, or that they do."""
    how = standing(rep, now)
    if how not in THERE:
        return how
    if "everything" in now.paused:
        return "paused"
    full = room(rep, now.loads.get(rep.id, Load()), now.duty.get(rep.id, ALWAYS), now.now)
    return "full" if full else how


def _caps(rep: Rep, load: Load, duty: Duty, now: int) -> Iterator[CapView]:
    counted = {kind: (number, leads) for kind, number, leads in load.counts}
    for cap in rep.caps:
        if cap.kind == "open":
            used = load.open
        else:
            number, leads = counted.get(cap.kind, (0, 0))
            used = leads if number >= period(cap.kind, now, duty.offsets) else 0
        yield CapView(kind=cap.kind, limit=cap.limit, used=used)


# --- pools


def show_pool(pool: Pool, now: Snapshot, actor: Actor, *, entry: Mapping[str, object] | None = None) -> PoolView:
    """A pool, as the one who asks may see it: a rep sees their own turn and nobody else's."""
    return PoolView(
        name=pool.name,
        manager=pool.manager or None,
        paused=pool.paused or f"pool {pool.name}" in now.paused or "everything" in now.paused,
        fair_by="value" if pool.value_fair else "leads",
        entries=ledger_of(pool, now).seq if actor.kind != "rep" else None,
        members=tuple([_member(rep, turn, now, actor) for rep, turn in turns_in(pool, now).items()]),
        entry=None if entry is None else dict(entry),
    )


def turns_of(rep: str, now: Snapshot) -> list[Turn]:
    """How somebody stands in each of their pools."""
    return [turns_in(pool, now)[rep] for pool in now.roster.pools.values() if rep in pool.weights]


def turns_in(pool: Pool, now: Snapshot) -> dict[str, Turn]:
    """How every member stands in a pool."""
    ledger, members = ledger_of(pool, now), standing_in(pool, now)
    place = {each.rep: number for number, each in enumerate(line_up(ledger, members), 1)}
    coming = next_turns(ledger, members, AHEAD)
    total = sum(weight for _, weight in members)
    return {
        rep: Turn(
            pool=pool.name,
            weight=weight,
            of=len(members),
            share=_part(weight, total) if rep in place else Decimal(0),
            credit=in_leads(ledger.credits.get(rep, 0)),
            place=place.get(rep),
            next=coming.index(rep) + 1 if rep in coming else None,
        )
        for rep, weight in pool.weights.items()
    }


def standing_in(pool: Pool, now: Snapshot, *, present: bool = False) -> list[tuple[str, int]]:
    """The members who have a share, with their weights; only those who could get a lead now, if so wanted."""
    reps = now.roster.reps
    members = [(rep, weight) for rep, weight in pool.weights.items() if weight > 0 and reps[rep].active]
    return [pair for pair in members if how_they_stand(reps[pair[0]], now) in THERE] if present else members


def ledger_of(pool: Pool, now: Snapshot) -> Ledger:
    """What a pool owes its members."""
    return now.ledgers.get(pool.name) or Ledger(pool=pool.name)


def in_leads(units: int) -> Decimal:
    """Units of a ledger in leads, or in the amounts of a pool that is fair by value."""
    return Decimal(units).scaleb(-9) if units else Decimal(0)


def named(name: str, known: Mapping[str, T], kind: str) -> T:
    """What has this name. Raises NotFound with the nearest one."""
    if name in known:
        return known[name]
    near = nearest(name, known)
    raise NotFound(f"there is no {kind} {name[:80]!r}." + (f" Did you mean {near!r}?" if near else ""))


def _member(rep: str, turn: Turn, now: Snapshot, actor: Actor) -> MemberView:
    person = now.roster.reps[rep]
    how = how_they_stand(person, now)
    if actor.kind == "rep" and rep != actor.id:
        return MemberView(rep=rep, name=person.name, available=how in THERE)
    return MemberView(
        rep=rep,
        name=person.name,
        available=how in THERE,
        standing=how,
        open=now.loads.get(rep, Load()).open,
        weight=turn.weight,
        share=turn.share,
        credit=turn.credit,
        place=turn.place,
        next=turn.next,
    )


def _part(weight: int, total: int) -> Decimal:
    """A part of all leads, to nine places."""
    return (Decimal(weight) / total).quantize(Decimal("1e-9"))
