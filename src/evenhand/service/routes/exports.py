"""`/api/v1/export/...`: everything there is of a kind, by its number, a JSON object a line.

Whoever is interrupted goes on `after` the last number that they have. A page is read at a time, and the next one only
when the client has taken this one, so that an export of any size takes little memory.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Annotated, Final, TypeAlias

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Raw, Struct

from evenhand.actions.access import is_run_by
from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.actions.entries import entry_of
from evenhand.analytics.dossier import views
from evenhand.core.model import Roster
from evenhand.core.view import encode
from evenhand.ports.rows import NEVER, EntryKind, EntryRow
from evenhand.ports.store import Reading
from evenhand.service import seeing
from evenhand.service.answers import ENCODE
from evenhand.service.guests import Asked, Guest, again, may
from evenhand.service.lead_answers import show
from evenhand.service.ndjson import MEDIA
from evenhand.service.routes.lead_lists import EventView, show_event
from evenhand.service.shown import LeadView, say_time

PAGE: Final = 200  # rows that are read together

Number: TypeAlias = Annotated[
    int, QueryParameter(name="after", ge=0, le=NEVER, description="Begin after the one of this number.")
]


class EntryLine(Struct, frozen=True, kw_only=True):
    """An entry in a pool's ledger that no decision made. `moved`: rep -> leads gained, below 0 lost."""

    id: str
    at: str
    pool: str
    kind: EntryKind
    rep: str
    moved: dict[str, Decimal]
    why: str
    decision: str | None


class Page(Struct, frozen=True):
    """Some lines, and the number after which the next page begins, if there is one."""

    lines: bytes
    next: int | None


Turn: TypeAlias = Callable[[Desk, Caller, int], Page]


@get(
    "/export/leads",
    opt=may("export"),
    media_type=MEDIA,
    responses={200: ResponseSpec(LeadView, generate_examples=False, media_type=MEDIA, description="A line a lead.")},
)
async def export_leads(request: Asked, *, number: Number = 0) -> Stream:
    """Leads as they stand, by number; who they are only with `persons:read`."""
    return _streamed(request, _leads, number)


@get(
    "/export/decisions",
    opt=may("export"),
    media_type=MEDIA,
    responses={200: ResponseSpec(Raw, generate_examples=False, media_type=MEDIA, description="A line a decision.")},
)
async def export_decisions(request: Asked, *, number: Number = 0) -> Stream:
    """Decisions in the order in which they were made: the same records as `GET /leads/{id}/decision`, by `seq`."""
    return _streamed(request, _decisions, number)


@get(
    "/export/events",
    opt=may("export"),
    media_type=MEDIA,
    responses={200: ResponseSpec(EventView, generate_examples=False, media_type=MEDIA, description="A line an event.")},
)
async def export_events(request: Asked, *, number: Number = 0) -> Stream:
    """Everything that has happened, in order."""
    return _streamed(request, _events, number)


@get(
    "/export/entries",
    opt=may("export"),
    media_type=MEDIA,
    responses={200: ResponseSpec(EntryLine, generate_examples=False, media_type=MEDIA, description="A line an entry.")},
)
async def export_entries(request: Asked, *, number: Number = 0) -> Stream:
    """The entries in the pools' ledgers that no decision made: refunds, corrections, who joined and who left."""
    return _streamed(request, _entries, number)


def _streamed(request: Asked, turn: Turn, after: int) -> Stream:
    return Stream(_pages(request, turn, after), media_type=MEDIA)


async def _pages(request: Asked, turn: Turn, after: int | None) -> AsyncIterator[bytes]:
    """Page by page; whoever is sent away meanwhile gets no further one, and sees that by an answer that breaks off."""
    while after is not None:
        guest: Guest = await again(request)
        page = await guest.room.read(turn, guest.caller, after)
        after = page.next
        if page.lines:
            yield page.lines


# --- a page of each


def _leads(desk: Desk, caller: Caller, after: int) -> Page:
    vocabulary = desk.setup().policy.vocabulary
    with desk.store.reading(desk.workspace) as tx:
        rows = tx.leads.numbered(after=after, limit=PAGE)
        seen = show(desk, tx, caller, seeing.several(tx, caller, rows), vocabulary=vocabulary)
    return _page(map(ENCODE, seen), [row.lead for row in rows])


def _decisions(desk: Desk, caller: Caller, after: int) -> Page:
    with desk.store.reading(desk.workspace) as tx:
        rows = list(islice(tx.story.decisions(after), PAGE))
        seen = _seen(tx, caller, {row.lead for row in rows})
        lines = [encode(view) for view in views(tx, [row for row in rows if row.lead in seen])]
    return _page(lines, [row.seq for row in rows])


def _events(desk: Desk, caller: Caller, after: int) -> Page:
    with desk.store.reading(desk.workspace) as tx:
        rows = tx.story.events(after, limit=PAGE)
        seen = _seen(tx, caller, {row.lead for row in rows if row.lead is not None})
    everything = caller.actor.reach is None
    mine = [row for row in rows if (everything if row.lead is None else row.lead in seen)]
    return _page(map(ENCODE, map(show_event, mine)), [row.no for row in rows])


def _entries(desk: Desk, caller: Caller, after: int) -> Page:
    roster = desk.setup().roster
    with desk.store.reading(desk.workspace) as tx:
        rows = list(islice(tx.world.entries(after), PAGE))
    mine = [_entry(row) for row in rows if _is_theirs(row, roster, caller)]
    return _page(map(ENCODE, mine), [row.no for row in rows])


def _seen(tx: Reading, caller: Caller, leads: set[int]) -> set[int]:
    """Those of the leads that the caller may see."""
    rows = tx.leads.several(sorted(leads)) if leads else {}
    return {lead.row.lead for lead in seeing.several(tx, caller, list(rows.values()))}


def _is_theirs(row: EntryRow, roster: Roster, caller: Caller) -> bool:
    pool = roster.pools.get(row.pool)
    return caller.actor.reach is None if pool is None else is_run_by(pool, caller.actor)


def _entry(row: EntryRow) -> EntryLine:
    found = entry_of(row)
    return EntryLine(
        id=str(row.no),
        at=say_time(row.at) or "",
        pool=row.pool,
        kind=row.kind,
        rep=found.rep,
        moved={rep: Decimal(units).scaleb(-9) for rep, units in found.moved.items()},
        why=found.text,
        decision=str(row.decision) if row.decision else None,
    )


def _page(lines: Iterable[bytes], numbers: Sequence[int]) -> Page:
    return Page(b"".join([line + b"\n" for line in lines]), numbers[-1] if len(numbers) == PAGE else None)


ROUTES: Final = (export_leads, export_decisions, export_events, export_entries)
