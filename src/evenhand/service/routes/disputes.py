"""`/api/v1/disputes`: what reps say was wrong, and what their managers say to it.

A dispute is opened with `POST /leads/{id}/dispute`.
"""

from typing import Annotated, Final, Literal, TypeAlias

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.actions.disputes import rule_on
from evenhand.actions.notes import notes_of
from evenhand.core.instants import say_instant
from evenhand.errors import NotFound
from evenhand.ports.rows import NEVER, DisputeRow
from evenhand.ports.store import Reading
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.shown import say_time
from evenhand.service.staff import sees

State: TypeAlias = Literal["open", "upheld", "dismissed"]
Which = Annotated[
    Literal["open", "all"], QueryParameter(name="state", description="`all`: those too on which somebody has ruled.")
]


class DisputeView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rep says that a decision was wrong.

    entry:  of the pool's ledger, which gives the rep a lead more: if they were right, and still are in that pool.
    text:   what they say; ruling: what was said to it. Left out for who may not see it, and once the person is erased.
    """

    id: str
    decision: str
    lead: str
    rep: str
    at: str
    state: State
    ruled: str | None = None
    by: str | None = None
    entry: str | None = None
    text: str | None = None
    ruling: str | None = None


class DisputePage(Struct, frozen=True, kw_only=True):
    """A page of disputes, oldest first."""

    items: tuple[DisputeView, ...]
    next: str | None = None


class Ruling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the rep is right, and why; the words are kept with the lead, and erased with it."""

    ruling: Literal["upheld", "dismissed"]
    text: str = ""


@get("/disputes", opt=may("leads:read"))
async def list_disputes(
    request: Asked, *, which: Which = "open", after: After = None, limit: Limit = PAGE
) -> DisputePage:
    """What is disputed, oldest first: a rep sees their own, a manager those of their people."""
    guest: Guest = request.auth
    start = min(max(place(after, int, 0), 0), NEVER)
    found = await guest.room.read(_disputes, guest.caller, open_only=which == "open", after=start, limit=limit)
    items, onward = page(found, limit, lambda each: int(each.id))
    return DisputePage(items=tuple(items), next=onward)


@get("/disputes/{dispute:int}", opt=may("leads:read"))
async def get_dispute(request: Asked, dispute: FromPath[int]) -> DisputeView:
    """A dispute, with the words of both sides."""
    guest: Guest = request.auth
    return await guest.room.read(_dispute, dispute, guest.caller)


@post("/disputes/{dispute:int}/rule", opt=may("disputes:rule"), status_code=200)
async def rule_on_dispute(request: Asked, dispute: FromPath[int], data: JSONBody[Ruling]) -> DisputeView:
    """Say whether the rep is right, and tell them. If so, their pool owes them a lead more."""
    guest: Guest = request.auth
    upheld = data.ruling == "upheld"
    await guest.room.do(rule_on, dispute, upheld=upheld, text=data.text, actor=guest.caller.actor)
    return await guest.room.read(_dispute, dispute, guest.caller)


def _disputes(desk: Desk, caller: Caller, *, open_only: bool, after: int, limit: int) -> list[DisputeView]:
    with desk.store.reading(desk.workspace) as tx:
        known = [row for row in tx.story.disputes(open_only=open_only) if row.no > after]
        mine = [row for row in known if sees(caller.actor, row.rep)][: limit + 1]
        return [_shown(desk, tx, row, caller) for row in mine]


def _dispute(desk: Desk, number: int, caller: Caller) -> DisputeView:
    with desk.store.reading(desk.workspace) as tx:
        row = tx.story.dispute(number)
        if row is None or not sees(caller.actor, row.rep):
            raise NotFound(f"there is no dispute {number}.")
        return _shown(desk, tx, row, caller)


def _shown(desk: Desk, tx: Reading, row: DisputeRow, caller: Caller) -> DisputeView:
    made = tx.story.decision(row.decision)
    lead = made.lead if made else 0
    text, ruling = _words(desk, tx, row, lead) if lead and "persons:read" in caller.scopes else (None, None)
    return DisputeView(
        id=str(row.no),
        decision=f"{lead}.{row.decision}",
        lead=str(lead),
        rep=row.rep,
        at=say_instant(row.at),
        state=row.state,
        ruled=say_time(row.ruled),
        by=row.by or None,
        entry=None if row.entry is None else str(row.entry),
        text=text,
        ruling=ruling,
    )


def _words(desk: Desk, tx: Reading, row: DisputeRow, lead: int) -> tuple[str | None, str | None]:
    """What was said by either side: the rep's words have the dispute's own number, the ruling's its moment."""
    notes = notes_of(tx, desk.sealer, lead)
    text = next((note.text for note in notes if note.no == row.no), None)
    said = (note.text for note in notes if note.kind == "ruling" and (note.at, note.actor) == (row.ruled, row.by))
    return text, next(said, None)


ROUTES: Final = (list_disputes, get_dispute, rule_on_dispute)
