"""`/api/v1/pools`: who leads are handed out among, whose turn it is, and what everybody is owed."""

from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.disputes import correct
from evenhand.actions.entries import entry_of as moved_by
from evenhand.actions.presence import pause, resume
from evenhand.actions.roster import add_pool, edit_pool, remove_pool
from evenhand.actions.texts import Published
from evenhand.actions.work import Work
from evenhand.analytics.floor import world
from evenhand.core.instants import say_instant
from evenhand.core.ledger import next_turns
from evenhand.core.model import Pool, Snapshot
from evenhand.ports.rows import NEVER, EntryKind, EntryRow
from evenhand.reading.edits import Said
from evenhand.service.answers import Answer
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.edits import changes_in, check_entry, entry_of, entry_tag, rehearsed, said_in, version_of
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.staff import PoolView, in_leads, ledger_of, named, sees_pool, show_pool, standing_in
from evenhand.service.tags import if_match, tagged

Count = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many leads ahead.")]
Present = Annotated[bool, QueryParameter(description="Only those who could get a lead now; else all members.")]


class Pools(Struct, frozen=True, kw_only=True):
    """A page of pools, by name."""

    items: tuple[PoolView, ...]
    next: str | None = None


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The order in which the next leads of a pool would go, if nobody comes or goes.

    next:  who would get them, in order; left out for a rep, who sees their own turns only.
    turns: for a rep: which of the next leads would be theirs, counted from 1.
    """

    pool: str
    count: int
    next: tuple[str, ...] | None = None
    turns: tuple[int, ...] | None = None


class EntryView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry in a pool's ledger that no lead made: who came, who left, what was refunded, what was put right.

    rep:   whom it is about.
    moved: rep -> leads gained, below 0 lost; a rep sees their own part.
    """

    id: str
    at: str
    kind: EntryKind
    rep: str
    moved: dict[str, Decimal]
    why: str = ""
    decision: str | None = None


class Entries(Struct, frozen=True, kw_only=True):
    """A page of entries, oldest first."""

    items: tuple[EntryView, ...]
    next: str | None = None


class Paused(Struct, frozen=True, kw_only=True):
    """Whether anything has changed, and how the pool stands now."""

    changed: bool
    pool: PoolView


class PoolEdited(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an edit of the roster has come to.

    version: the number of the new roster; left out if it says nothing new.
    joined, left: who has come into which pool by it, and who has left.
    """

    version: int | None = None
    joined: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    pool: PoolView | None = None


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Owe a member so many leads more, or fewer if below 0; the others bear it by weight.

    leads: with nine decimals at the most; in a pool that is fair by value, so much of the leads' value.
    why:   in a sentence. It stays for ever, for everybody to read: nothing about a lead.
    """

    rep: str
    leads: int | float
    why: str


class Corrected(Struct, frozen=True, kw_only=True):
    """The entry that puts it right, and the pool with it."""

    entry: str
    pool: PoolView


# --- looking


@get("/pools", opt=may("pools:read"))
async def list_pools(request: Asked, *, after: After = None, limit: Limit = PAGE) -> Pools:
    """Every pool with its members: weight, share, what they are owed, their place in line for the next lead.

    A rep sees the pools that they are in, and in them their own numbers; a manager those with their people.
    """
    guest: Guest = request.auth
    found = await guest.room.read(_pools, guest.caller.actor, place(after, str, ""), limit)
    items, onward = page(found, limit, lambda each: each.name)
    return Pools(items=tuple(items), next=onward)


@get("/pools/{name:str}", opt=may("pools:read"))
async def get_pool(request: Asked, name: FromPath[str]) -> Answer[PoolView]:
    """A pool, with what the roster says of it (`entry`), for which the `ETag` is."""
    guest: Guest = request.auth
    return _tagged(await guest.room.read(_pool, name, guest.caller.actor))


@get("/pools/{name:str}/line", opt=may("pools:read"))
async def get_pool_line(request: Asked, name: FromPath[str], *, count: Count = 10, present: Present = False) -> Line:
    """Whose turn it is: who would get the next leads, in order. A rep is told which of them would be theirs."""
    guest: Guest = request.auth
    return await guest.room.read(_line, name, guest.caller.actor, count, present=present)


@get("/pools/{name:str}/entries", opt=may("pools:read"))
async def list_pool_entries(
    request: Asked, name: FromPath[str], *, after: After = None, limit: Limit = PAGE
) -> Entries:
    """What has moved a pool's ledger beside the leads handed out in it: refunds, corrections, who came and left."""
    guest: Guest = request.auth
    found = await guest.room.read(_entries, name, guest.caller.actor, _number(after), limit)
    items, onward = page(found, limit, lambda row: row.no)
    return Entries(items=tuple([_entry(row, guest.caller.actor) for row in items]), next=onward)


# --- doing


@post("/pools/{name:str}/pause", opt=may("desk:pause"), status_code=200)
async def pause_pool(request: Asked, name: FromPath[str]) -> Paused:
    """Hand out nothing in a pool by itself; by hand still."""
    guest: Guest = request.auth
    changed = await guest.room.do(pause, subject=f"pool {name}", actor=guest.caller.actor)
    return Paused(changed=changed, pool=await guest.room.read(_pool, name, guest.caller.actor))


@post("/pools/{name:str}/resume", opt=may("desk:pause"), status_code=200)
async def resume_pool(request: Asked, name: FromPath[str]) -> Paused:
    """Let a paused pool go on: what waited for it is handed out, hottest first."""
    guest: Guest = request.auth
    changed = await guest.room.do(resume, subject=f"pool {name}", actor=guest.caller.actor)
    return Paused(changed=changed, pool=await guest.room.read(_pool, name, guest.caller.actor))


@post("/pools/{name:str}/corrections", opt=may("pools:write"))
async def correct_pool(request: Asked, name: FromPath[str], data: JSONBody[Correction]) -> Corrected:
    """Put a pool's books right: what one member gains, the others give. The entry stays for everybody to see."""
    guest: Guest = request.auth
    actor = guest.caller.actor
    leads = Decimal(str(data.leads))
    entry = await guest.room.do(correct, pool=name, rep=data.rep, leads=leads, why=data.why, actor=actor)
    return Corrected(entry=str(entry), pool=await guest.room.read(_pool, name, actor))


@post("/pools", opt=may("pools:write"))
async def new_pool(request: Asked, data: JSONBody[dict[str, Any]]) -> PoolEdited:
    """A new pool, by the keys of [[pool]] in the roster: `{"name": "dach", "members": {"ann": 2, "bob": 1}}`."""
    guest: Guest = request.auth
    published = await rehearsed(guest.room, add_pool, said_in(data), actor=guest.caller.actor)
    return await _edited(guest, published, str(data.get("name", "")))


@patch("/pools/{name:str}", opt=may("pools:write"))
async def change_pool(request: Asked, name: FromPath[str], data: JSONBody[dict[str, Any]]) -> Answer[PoolEdited]:
    """Change what the roster says of a pool, key by key; a dot goes into a table, null takes a key out.

    `{"members.ann": 2, "members.bob": null, "max_ahead": 3}`. A member with a weight of 0 gets nothing and keeps what
    they are owed; one who is taken out gives it to the others. With `If-Match` only if nobody has changed it since.
    """
    return await _change(request, name, changes_in(data))


@patch("/pools/{name:str}/members", opt=may("pools:write"))
async def change_members(
    request: Asked, name: FromPath[str], data: JSONBody[dict[str, int | float | None]]
) -> Answer[PoolEdited]:
    """Change weights: rep -> weight, 0 for nothing by now; with null they leave the pool. Others stay as they are."""
    return await _change(request, name, changes_in({f"members.{rep}": weight for rep, weight in data.items()}))


@delete("/pools/{name:str}", opt=may("pools:write"), status_code=200)
async def drop_pool(request: Asked, name: FromPath[str]) -> PoolEdited:
    """Take a pool out of the roster that no rule names. What it owes is kept, if it comes back."""
    guest: Guest = request.auth
    published = await rehearsed(guest.room, _remove, name, given=if_match(request), actor=guest.caller.actor)
    return _said(published)


async def _change(request: Asked, name: str, changes: dict[str, Said | None]) -> Answer[PoolEdited]:
    guest: Guest = request.auth
    published = await rehearsed(guest.room, _edit, name, changes, given=if_match(request), actor=guest.caller.actor)
    edited = await _edited(guest, published, name)
    entry = edited.pool.entry if edited.pool else None
    return tagged(edited, entry_tag("pool", entry)) if entry is not None else Answer(edited)


def _edit(work: Work, name: str, changes: dict[str, Said | None], *, given: str, actor: Actor) -> Published:
    check_entry(work, "pool", name, given)
    return edit_pool(work, name, changes, actor=actor)


def _remove(work: Work, name: str, *, given: str, actor: Actor) -> Published:
    check_entry(work, "pool", name, given)
    return remove_pool(work, name, actor=actor)


# --- what is shown


def _seen(now: Snapshot, name: str, actor: Actor) -> Pool:
    """A pool that somebody may see. Raises NotFound for one that they may not, too."""
    return named(name, {each.name: each for each in now.roster.pools.values() if sees_pool(actor, each)}, "pool")


def _pools(desk: Desk, actor: Actor, after: str, limit: int) -> list[PoolView]:
    now = world(desk)
    seen = [now.roster.pools[name] for name in sorted(now.roster.pools) if name > after]
    return [
        show_pool(pool, now, actor) for pool in islice((each for each in seen if sees_pool(actor, each)), limit + 1)
    ]


def _pool(desk: Desk, name: str, actor: Actor) -> PoolView:
    now = world(desk)
    pool = _seen(now, name, actor)
    return show_pool(pool, now, actor, entry=entry_of(desk, "pool", name) if actor.kind != "rep" else None)


def _line(desk: Desk, name: str, actor: Actor, count: int, *, present: bool) -> Line:
    now = world(desk)
    pool = _seen(now, name, actor)
    coming = next_turns(ledger_of(pool, now), standing_in(pool, now, present=present), count)
    if actor.kind != "rep":
        return Line(pool=name, count=count, next=coming)
    turns = [number for number, rep in enumerate(coming, 1) if rep == actor.id]
    return Line(pool=name, count=count, turns=tuple(turns))


def _entries(desk: Desk, name: str, actor: Actor, after: int, limit: int) -> list[EntryRow]:
    _seen(world(desk), name, actor)
    with desk.store.reading(desk.workspace) as tx:
        mine = (row for row in tx.world.entries(after) if row.pool == name)
        return list(islice(mine, limit + 1))


def _entry(row: EntryRow, actor: Actor) -> EntryView:
    found = moved_by(row)
    moved = {rep: in_leads(units) for rep, units in found.moved.items() if actor.kind != "rep" or rep == actor.id}
    decision = str(row.decision) if row.decision else None
    at = say_instant(row.at)
    return EntryView(
        id=str(row.no), at=at, kind=row.kind, rep=found.rep, moved=moved, why=found.text, decision=decision
    )


def _number(after: str | None) -> int:
    """The number of the entry after which a page begins."""
    return min(max(place(after, int, 0), 0), NEVER)


async def _edited(guest: Guest, published: Published, name: str) -> PoolEdited:
    return replace(_said(published), pool=await guest.room.read(_pool, name, guest.caller.actor))


def _said(published: Published) -> PoolEdited:
    return PoolEdited(version=version_of(published), joined=dict(published.joined), left=dict(published.left))


def _tagged(found: PoolView) -> Answer[PoolView]:
    return tagged(found, entry_tag("pool", found.entry)) if found.entry is not None else Answer(found)


ROUTES: Final = (
    list_pools,
    get_pool,
    get_pool_line,
    list_pool_entries,
    pause_pool,
    resume_pool,
    correct_pool,
    new_pool,
    change_pool,
    change_members,
    drop_pool,
)
