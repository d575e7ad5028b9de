"""`/api/v1/reps`: who is there, how they stand, and what the roster says of them."""

from decimal import Decimal
from typing import Annotated, Any, Final

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk, call
from evenhand.actions.leavers import Gone, Plan, let_go, plan_leaving
from evenhand.actions.presence import away, back, last_one, pause, resume
from evenhand.actions.roster import Away, add_leave, add_person, drop_leave, edit_person, remove_person
from evenhand.actions.texts import Published
from evenhand.actions.work import Work
from evenhand.analytics.floor import world
from evenhand.errors import NotAllowed
from evenhand.reading.edits import Said
from evenhand.service.answers import Answer
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.edits import changes_in, check_entry, entry_of, entry_tag, rehearsed, said_in, version_of
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.staff import RepView, Turn, named, sees, sees_pool, show_rep, turns_of
from evenhand.service.tags import if_match, tagged

Leads = Annotated[str, QueryParameter(description="Who gets all their open leads; left out, each is decided anew.")]
Dry = Annotated[bool, QueryParameter(description="Only say what there is to settle.")]


class Reps(Struct, frozen=True, kw_only=True):
    """A page of people, by id."""

    items: tuple[RepView, ...]
    next: str | None = None


class Ledgers(Struct, frozen=True, kw_only=True):
    """How somebody stands in each of their pools."""

    rep: str
    items: tuple[Turn, ...]


class Presence(Struct, frozen=True, kw_only=True):
    """Whether anything has changed, and how they stand now."""

    changed: bool
    rep: RepView


class Edited(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an edit of the roster has come to.

    version: the number of the new roster; left out if it says nothing new.
    joined, left: who has come into which pool by it, and who has left.
    """

    version: int | None = None
    joined: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    rep: RepView | None = None


class Leave(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of leave from 2026-12-21, both days included; one day without `end`.

    deputy: who looks after their own accounts meanwhile.
    """

    start: str
    end: str = ""
    deputy: str = ""


class Leaving(Struct, frozen=True, kw_only=True):
    """What somebody who leaves leaves behind, and with `dry_run` would.

    leads: the open leads that they held; offers: those that they might have taken.
    pools: those that they were in; `credits`: what is owed to them there, in leads, only with `dry_run`.
    named: where else policy and roster name them, in a phrase each: nothing there changes by itself.
    """

    rep: str
    dry_run: bool
    leads: tuple[str, ...]
    offers: tuple[str, ...]
    pools: tuple[str, ...]
    credits: dict[str, Decimal] = {}
    named: tuple[str, ...]


# --- looking


@get("/reps", opt=may("people:read"))
async def list_reps(
    request: Asked,
    *,
    team: FromQuery[str | None] = None,
    pool: FromQuery[str | None] = None,
    available: FromQuery[bool | None] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Reps:
    """Everybody: whether they can get leads now, what they hold, their caps with what is used of each.

    A rep sees of colleagues only their names and whether they are available; a manager the same of others' people.
    """
    guest: Guest = request.auth
    found = await guest.room.read(_people, guest.caller.actor, team, pool)
    start = place(after, str, "")
    wanted = [each for each in found if each.id > start and available in (None, each.available)]
    items, onward = page(wanted, limit, lambda each: each.id)
    return Reps(items=tuple(items), next=onward)


@get("/reps/{rep:str}", opt=may("people:read"))
async def get_rep(request: Asked, rep: FromPath[str]) -> Answer[RepView]:
    """Somebody, with what the roster says of them (`entry`), for which the `ETag` is."""
    guest: Guest = request.auth
    found = await guest.room.read(_person, rep, guest.caller.actor)
    return tagged(found, entry_tag("person", found.entry)) if found.entry is not None else Answer(found)


@get("/reps/{rep:str}/ledger", opt=may("pools:read"))
async def get_rep_ledger(request: Asked, rep: FromPath[str]) -> Ledgers:
    """What each pool owes somebody, and when their turn is; a rep sees their own."""
    guest: Guest = request.auth
    return await guest.room.read(_ledgers, rep, guest.caller.actor)


# --- there or not


@post("/reps/{rep:str}/away", opt=may("presence:own"), status_code=200)
async def set_away(request: Asked, rep: FromPath[str]) -> Presence:
    """Set somebody away: they get no more leads until they are back. Their place in line is kept."""
    guest: Guest = request.auth
    return await _present(guest, rep, await guest.room.do(away, rep=rep, actor=guest.caller.actor))


@post("/reps/{rep:str}/back", opt=may("presence:own"), status_code=200)
async def set_back(request: Asked, rep: FromPath[str]) -> Presence:
    """Somebody is back: what waited for them is handed out at once."""
    guest: Guest = request.auth
    return await _present(guest, rep, await guest.room.do(back, rep=rep, actor=guest.caller.actor))


@post("/reps/{rep:str}/last-one", opt=may("presence:own"), status_code=200)
async def set_last_one(request: Asked, rep: FromPath[str]) -> Presence:
    """One more lead, and with it they are away."""
    guest: Guest = request.auth
    return await _present(guest, rep, await guest.room.do(last_one, rep=rep, actor=guest.caller.actor))


@post("/reps/{rep:str}/pause", opt=may("desk:pause"), status_code=200)
async def pause_rep(request: Asked, rep: FromPath[str]) -> Presence:
    """Hand out nothing to somebody by itself; by hand still."""
    guest: Guest = request.auth
    return await _present(guest, rep, await guest.room.do(pause, subject=f"rep {rep}", actor=guest.caller.actor))


@post("/reps/{rep:str}/resume", opt=may("desk:pause"), status_code=200)
async def resume_rep(request: Asked, rep: FromPath[str]) -> Presence:
    """Let somebody who was paused get leads again."""
    guest: Guest = request.auth
    return await _present(guest, rep, await guest.room.do(resume, subject=f"rep {rep}", actor=guest.caller.actor))


@post("/reps/{rep:str}/leave", opt=may("presence:own"))
async def put_on_leave(request: Asked, rep: FromPath[str], data: JSONBody[Leave]) -> Edited:
    """Put somebody on leave. Whoever is away earns no turns, and owes none."""
    guest: Guest = request.auth
    leave = Away(start=data.start, end=data.end or data.start, deputy=data.deputy)
    published = await rehearsed(guest.room, add_leave, rep, leave, actor=guest.caller.actor)
    return await _edited(guest, published, rep)


@delete("/reps/{rep:str}/leave/{start:str}", opt=may("presence:own"), status_code=200)
async def call_off_leave(request: Asked, rep: FromPath[str], start: FromPath[str]) -> Edited:
    """The leave that begins on that day is off."""
    guest: Guest = request.auth
    published = await rehearsed(guest.room, drop_leave, rep, start=start, actor=guest.caller.actor)
    return await _edited(guest, published, rep)


# --- the roster


@post("/reps", opt=may("people:write"))
async def add_rep(request: Asked, data: JSONBody[dict[str, Any]]) -> Edited:
    """Somebody new, by the keys of [[person]] in the roster: `{"id": "dan", "name": "Dan", "caps": {"open": 5}}`.

    In pools that name their members they are put with `PATCH /pools/{name}/members`.
    """
    guest: Guest = request.auth
    published = await rehearsed(guest.room, add_person, said_in(data), actor=guest.caller.actor)
    return await _edited(guest, published, str(data.get("id", "")))


@patch("/reps/{rep:str}", opt=may("people:write"))
async def edit_rep(request: Asked, rep: FromPath[str], data: JSONBody[dict[str, Any]]) -> Answer[Edited]:
    """Change what the roster says of somebody, key by key; a dot goes into a table, null takes a key out.

    `{"caps.open": 5, "skills.fintech": 4, "hours": null}`. The roster keeps its comments, and counts at once.
    With `If-Match` only if nobody has changed them since.
    """
    guest: Guest = request.auth
    published = await rehearsed(
        guest.room, _edit, rep, changes_in(data), given=if_match(request), actor=guest.caller.actor
    )
    edited = await _edited(guest, published, rep)
    entry = edited.rep.entry if edited.rep else None
    return tagged(edited, entry_tag("person", entry)) if entry is not None else Answer(edited)


@delete("/reps/{rep:str}", opt=may("people:write"), status_code=200)
async def remove_rep(request: Asked, rep: FromPath[str]) -> Edited:
    """Take somebody out of the roster and its pools who holds no lead, as if they had never been there.

    Who leaves is better let go: then everything of theirs is settled.
    """
    guest: Guest = request.auth
    published = await rehearsed(guest.room, _remove, rep, given=if_match(request), actor=guest.caller.actor)
    return _said(published)


@post("/reps/{rep:str}/let-go", opt=may("people:write"), status_code=200)
async def let_rep_go(request: Asked, rep: FromPath[str], *, to: Leads = "", dry_run: Dry = False) -> Leaving:
    """Let somebody go for good: inactive, out of every pool, their open leads handed on, what they are owed shared out.

    They cannot sign in any less by that: see `/users`.
    """
    guest: Guest = request.auth
    actor = guest.caller.actor
    if dry_run:
        plan = await guest.room.read(Desk.imagine, call(plan_leaving, rep, actor=actor))
        owed = {share.pool: share.credit for share in plan.pools}
        return replace(_leaving(rep, plan, tuple(owed), dry_run=True), credits=owed)
    gone = await guest.room.do(let_go, rep, to=to, actor=actor)
    return _leaving(rep, gone, tuple(gone.left), dry_run=False)


# --- what is done


def _edit(work: Work, rep: str, changes: dict[str, Said | None], *, given: str, actor: Actor) -> Published:
    check_entry(work, "person", rep, given)
    return edit_person(work, rep, changes, actor=actor)


def _remove(work: Work, rep: str, *, given: str, actor: Actor) -> Published:
    check_entry(work, "person", rep, given)
    return remove_person(work, rep, actor=actor)


def _people(desk: Desk, actor: Actor, team: str | None, pool: str | None) -> list[RepView]:
    now = world(desk)
    seen = {name: each for name, each in now.roster.pools.items() if sees_pool(actor, each)}
    members = now.roster.reps if pool is None else named(pool, seen, "pool").weights
    people = [show_rep(now.roster.reps[rep], now, actor) for rep in sorted(members)]
    return [each for each in people if team in (None, each.team)]


def _person(desk: Desk, rep: str, actor: Actor) -> RepView:
    now = world(desk)
    found = named(rep, now.roster.reps, "rep")
    return show_rep(found, now, actor, entry=entry_of(desk, "person", rep) if sees(actor, rep) else None)


def _ledgers(desk: Desk, rep: str, actor: Actor) -> Ledgers:
    now = world(desk)
    found = named(rep, now.roster.reps, "rep")
    if not sees(actor, rep):
        raise NotAllowed(f"what is owed to {found.name} is between them and their manager.")
    return Ledgers(rep=rep, items=tuple(turns_of(rep, now)))


async def _present(guest: Guest, rep: str, changed: bool) -> Presence:  # noqa: FBT001  what the verbs answer
    return Presence(changed=changed, rep=await guest.room.read(_person, rep, guest.caller.actor))


async def _edited(guest: Guest, published: Published, rep: str) -> Edited:
    return replace(_said(published), rep=await guest.room.read(_person, rep, guest.caller.actor))


def _said(published: Published) -> Edited:
    return Edited(version=version_of(published), joined=dict(published.joined), left=dict(published.left))


def _leaving(rep: str, found: Plan | Gone, pools: tuple[str, ...], *, dry_run: bool) -> Leaving:
    return Leaving(
        rep=rep,
        dry_run=dry_run,
        leads=tuple(map(str, found.leads)),
        offers=tuple(map(str, found.offers)),
        pools=pools,
        named=found.named,
    )


ROUTES: Final = (
    list_reps,
    get_rep,
    get_rep_ledger,
    set_away,
    set_back,
    set_last_one,
    pause_rep,
    resume_rep,
    put_on_leave,
    call_off_leave,
    add_rep,
    edit_rep,
    remove_rep,
    let_rep_go,
)
