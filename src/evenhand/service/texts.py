"""Policies and rosters by the API: the two kinds of text are kept, drafted and put in force alike.

The routes of a policy are in `routes/policies.py`, those of a roster in `routes/rosters.py`; what they do is here.
"""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Any, Final

from litestar.enums import MediaType

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, Desk, call
from evenhand.actions.texts import Checked, Draft, Published, draft, draft_now, drop_draft, publish, publish_draft
from evenhand.actions.texts import check_draft as faults_of_draft
from evenhand.actions.texts import check_texts as faults_of
from evenhand.actions.texts import rollback as roll_back
from evenhand.actions.work import Work
from evenhand.analytics.versions import drafts, in_force, version, versions
from evenhand.errors import BadUsage, Fault, NotFound
from evenhand.ports.rows import NEVER, DraftRow, TextKind, VersionRow
from evenhand.reading.toml import digest
from evenhand.service.answers import Answer
from evenhand.service.cursors import page, place
from evenhand.service.edits import rehearsed
from evenhand.service.guests import Asked, Guest
from evenhand.service.tags import check, if_match, tagged
from evenhand.service.text_views import (
    CheckView,
    Diff,
    Drafts,
    DraftView,
    DraftWanted,
    PublishedView,
    Publishing,
    Texts,
    TextView,
    Versions,
    show_check,
    show_draft_row,
    show_version,
)

LARGEST: Final = 32 << 20  # bytes of a request that brings a text
PLAIN: Final = ("text/plain", "application/toml", "text/x-toml")
_DIFF: Final = 100_000  # lines of one text that are compared


# --- looking


async def show(request: Asked, kind: TextKind, number: int | None = None) -> Answer[Any]:
    """A text as JSON, or word for word where the caller wants it plain. The tag is its digest."""
    guest: Guest = request.auth
    row, text = await guest.room.read(_found, kind, number)
    tag = quoted(row.digest)
    if wants_plain(request):
        return Answer(text, media_type="text/plain", headers={"ETag": tag})
    said = show_version(row)
    view = TextView(version=said.version, digest=said.digest, since=said.since, by=said.by, note=said.note, text=text)
    return tagged(view, tag)


async def history(request: Asked, kind: TextKind, after: str | None, limit: int) -> Versions:
    """What has been in force."""
    guest: Guest = request.auth
    before = place(after, int, NEVER)
    known = [row for row in reversed(await guest.room.read(versions, kind)) if row.no < before]
    items, onward = page(known[: limit + 1], limit, lambda row: row.no)
    return Versions(items=tuple(map(show_version, items)), next=onward)


async def check_them(request: Asked, wanted: Texts) -> CheckView:
    """What is wrong with texts, and what there is to say about them."""
    guest: Guest = request.auth
    return show_check(await guest.room.read(_check, wanted.given()))


async def diff(request: Asked, kind: TextKind, *, start: str, end: str) -> Answer[Any]:
    """What changes between two texts; each is the number of a version, the name of a draft, or empty: in force."""
    guest: Guest = request.auth
    found = await guest.room.read(_diff, kind, start, end)
    if wants_plain(request):
        return Answer(found.diff, media_type="text/plain")
    return Answer(found)


# --- drafts


async def list_drafts(request: Asked, kind: TextKind) -> Drafts:
    """What is not in force yet."""
    guest: Guest = request.auth
    return Drafts(items=tuple([show_draft_row(row) for row in await guest.room.read(drafts, kind)]))


async def show_draft(request: Asked, kind: TextKind, name: str) -> Answer[Any]:
    """One draft, as JSON or word for word."""
    guest: Guest = request.auth
    row = await guest.room.read(_draft_of, kind, name)
    if wants_plain(request):
        return Answer(row.text, media_type="text/plain", headers={"ETag": quoted(digest(row.text))})
    return tagged(show_draft_row(row, text=True), quoted(digest(row.text)))


async def keep_draft(request: Asked, kind: TextKind, name: str, wanted: DraftWanted) -> Answer[DraftView]:
    """Keep a draft, new or in place of the one of that name that the caller has seen."""
    guest: Guest = request.auth
    ready = Draft(kind=kind, name=name, text=wanted.text, base=wanted.base)
    row, is_new = await guest.room.do(_keep, ready, given=if_match(request), actor=guest.caller.actor)
    return tagged(show_draft_row(row), quoted(digest(row.text)), status=201 if is_new else 200)


async def drop(request: Asked, kind: TextKind, name: str) -> None:
    """Throw a draft away, if it is still the one that the caller has seen."""
    guest: Guest = request.auth
    await guest.room.do(_drop, kind, name, given=if_match(request), actor=guest.caller.actor)


async def check_one(request: Asked, kind: TextKind, name: str) -> CheckView:
    """What is wrong with a draft, beside the other text in force."""
    guest: Guest = request.auth
    return show_check(await guest.room.read(_check_draft, kind, name))


# --- in force


async def put_in_force(request: Asked, kind: TextKind, wanted: Publishing) -> Answer[PublishedView]:
    """Publish, unless something else is in force than the caller has seen."""
    texts = wanted.given()
    if kind not in texts:
        raise BadUsage(Fault(where=kind, what="is missing.", fix="Send its text."))
    actor = request.auth.caller.actor
    return await _publish(request, kind, call(publish, texts, note=wanted.note, actor=actor), required=True)


async def put_draft_in_force(request: Asked, kind: TextKind, name: str, note: str) -> Answer[PublishedView]:
    """Publish a draft, and drop it."""
    actor = request.auth.caller.actor
    return await _publish(request, kind, call(publish_draft, kind, name, note=note, actor=actor), required=False)


async def put_back_in_force(request: Asked, kind: TextKind, number: int) -> Answer[PublishedView]:
    """Publish an earlier text once more."""
    actor = request.auth.caller.actor
    return await _publish(request, kind, call(roll_back, kind, number, actor=actor), required=False)


async def _publish(request: Asked, kind: TextKind, ready: Call[Published], *, required: bool) -> Answer[PublishedView]:
    guest: Guest = request.auth
    published = await rehearsed(guest.room, _unless_overtaken, kind, if_match(request), ready, required=required)
    setup = await guest.room.refresh()
    view = PublishedView(
        versions={str(each): number for each, number in published.versions.items()},
        joined=dict(published.joined),
        left=dict(published.left),
    )
    return tagged(view, quoted(setup.policy.digest if kind == "policy" else setup.roster.digest))


def wants_plain(request: Asked) -> bool:
    """Whether somebody would rather have the text alone than JSON with what there is to say about it."""
    wanted = request.accept.best_match([MediaType.JSON, *PLAIN], default=MediaType.JSON)
    return wanted in PLAIN


def quoted(name: str) -> str:
    """A digest as a tag."""
    return f'"{name}"'


# --- within a transaction


def _unless_overtaken(work: Work, kind: TextKind, given: str, ready: Call[Published], *, required: bool) -> Published:
    now = work.router.policy if kind == "policy" else work.router.roster
    check(given, quoted(now), required=required and bool(now))
    return ready(work)


def _keep(work: Work, wanted: Draft, *, given: str, actor: Actor) -> tuple[DraftRow, bool]:
    known = draft_now(work, wanted.kind, wanted.name)
    if known is not None:
        check(given, quoted(digest(known.text)))
    elif given:
        check(given.replace("*", ""), "")
    return draft(work, wanted, actor=actor), known is None


def _drop(work: Work, kind: TextKind, name: str, *, given: str, actor: Actor) -> None:
    known = draft_now(work, kind, name)
    if known is not None:
        check(given, quoted(digest(known.text)), required=False)
    drop_draft(work, kind, name, actor=actor)


# --- looks


def _found(desk: Desk, kind: TextKind, number: int | None) -> tuple[VersionRow, str]:
    if number is None and not versions(desk, kind):
        raise NotFound(f"there is no {kind} yet: publish one.")
    return version(desk, kind, number)


def _check(desk: Desk, given: Mapping[TextKind, str]) -> Checked:
    return faults_of({**in_force(desk), **given}, now=desk.clock())


def _check_draft(desk: Desk, kind: TextKind, name: str) -> Checked:
    with desk.store.reading(desk.workspace) as tx:
        return faults_of_draft(tx, kind, name)


def _draft_of(desk: Desk, kind: TextKind, name: str) -> DraftRow:
    with desk.store.reading(desk.workspace) as tx:
        found = tx.texts.draft(kind, name)
    if found is None:
        raise NotFound(f"there is no draft {name[:80]!r} of a {kind}.")
    return found


def _diff(desk: Desk, kind: TextKind, start: str, end: str) -> Diff:
    (before, old), (after, new) = (_named(desk, kind, each) for each in (start, end))
    old_lines, new_lines = old.splitlines(), new.splitlines()
    if max(len(old_lines), len(new_lines)) > _DIFF:
        raise BadUsage(Fault(where="from", what=f"more than {_DIFF:,} lines.", fix="Compare them where they lie."))
    lines = unified_diff(old_lines, new_lines, before, after, lineterm="")
    return Diff(before=before, after=after, diff="\n".join(lines))


def _named(desk: Desk, kind: TextKind, name: str) -> tuple[str, str]:
    """A text by the number of its version or the name of a draft; what is called what, and the text."""
    if not name or name.isdecimal():
        row, text = _found(desk, kind, int(name[:9]) if name else None)
        return f"version {row.no}", text
    return f"draft {name}", _draft_of(desk, kind, name).text
