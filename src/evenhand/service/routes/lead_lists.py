"""`/api/v1/leads` and `/inbox`: leads by the page, and all that has happened to one."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeAlias

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Raw, Struct

from evenhand.actions.callers import Caller
from evenhand.actions.desk import Desk
from evenhand.actions.explaining import Answer as Why
from evenhand.actions.notes import notes_of
from evenhand.actions.persons import memory_of
from evenhand.analytics.dossier import decided, views
from evenhand.analytics.floor import inbox
from evenhand.core.states import OPEN, State
from evenhand.core.view import View, encode
from evenhand.errors import BadUsage, Fault, NotAllowed, NotFound
from evenhand.ports.rows import EventRow, LeadRow, MessageRow, MessageState
from evenhand.ports.store import Only, Reading
from evenhand.service import seeing
from evenhand.service.answers import AnObject, Answer, DecisionRecord
from evenhand.service.cursors import PAGE, START, After, Limit, Whole, cursor, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.heard import heard
from evenhand.service.lead_answers import show
from evenhand.service.second_person import for_rep, why
from evenhand.service.shown import LeadView, say_time

ROUND: Final = 200  # rows that are looked at together
ROUNDS: Final = 25  # then the page is given as full as it is, with a cursor to go on
_OPEN: Final[tuple[State, ...]] = tuple(sorted(OPEN))
_ABOUT_US: Final = frozenset({"dispute", "ruling"})  # notes that are between one rep and the managers

States: TypeAlias = Annotated[
    list[State] | None,
    QueryParameter(name="state", description="Only in this state; may be given again. Left out: all that are open."),
]


class LeadPage(Struct, frozen=True):
    """Leads, hottest first, and the cursor of the next page. A page may be short although there is a next one."""

    items: tuple[LeadView, ...]
    next: str | None


class InboxView(Struct, frozen=True):
    """What somebody has to do: the leads that they hold, by due time, and those that they may take, hottest first."""

    rep: str
    held: tuple[LeadView, ...]
    offered: tuple[LeadView, ...]


class EventView(Struct, frozen=True):
    """Something that happened, by whom. What is in `body` depends on the kind; it is in the event catalogue."""

    id: str
    at: str
    kind: str
    actor: str
    lead: str | None
    body: AnObject


class EventPage(Struct, frozen=True):
    """Events, oldest first."""

    items: tuple[EventView, ...]
    next: str | None


class MessageView(Struct, frozen=True, kw_only=True):
    """Something that somebody was told, or is to be told."""

    id: str
    kind: str
    to: str
    at: str
    state: MessageState
    attempts: int
    sent: str | None
    error: str


class Messages(Struct, frozen=True):
    """What people were told about a lead, oldest first."""

    items: tuple[MessageView, ...]


class NoteView(Struct, frozen=True, kw_only=True):
    """Words about a lead. `kind`: note, declined, closed, dispute or ruling."""

    id: str
    kind: str
    at: str
    actor: str
    text: str


class Notes(Struct, frozen=True):
    """What was written about a lead, oldest first; nothing once the person is erased."""

    items: tuple[NoteView, ...]


class Decisions(Struct, frozen=True):
    """Every decision about a lead, oldest first; the last is in force."""

    items: tuple[DecisionRecord, ...]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which leads are asked for."""

    states: tuple[State, ...]
    only: Only
    rep: str = ""
    account: str = ""


# --- many leads


@get("/leads", opt=may("leads:read"))
async def list_leads(
    request: Asked,
    *,
    states: States = None,
    rep: Annotated[str, QueryParameter(description="Whom they are with, or of those that are over, were.")] = "",
    source: FromQuery[str] = "",
    pool: FromQuery[str] = "",
    rule: FromQuery[str] = "",
    account: Annotated[str, QueryParameter(description="The id of the account that they belong to.")] = "",
    q: Annotated[str, QueryParameter(description="A lead's number.")] = "",
    limit: Limit = PAGE,
    after: After = None,
) -> LeadPage:
    """Leads that the caller may see, hottest first."""
    guest: Guest = request.auth
    only = Only(source=source, pool=pool, rule=rule)
    if q:
        return await guest.room.read(_searched, guest.caller, q)
    wanted = Wanted(states=tuple(states or _OPEN), only=only, rep=rep, account=account)
    return await guest.room.read(_listed, guest.caller, wanted, limit=limit, after=after)


def _searched(desk: Desk, caller: Caller, q: str) -> LeadPage:
    named = q.strip().removeprefix("#")
    if not (named.isascii() and named.isdecimal()):
        raise BadUsage(Fault(where="q", what=f"{q[:40]!r} is no lead's number.", fix="Search by number: q=12."))
    vocabulary = desk.setup().policy.vocabulary
    with desk.store.reading(desk.workspace) as tx:
        try:
            found = [seeing.one(tx, caller, int(named[:19]))]
        except NotFound:
            found = []
        return LeadPage(tuple(show(desk, tx, caller, found, vocabulary=vocabulary)), None)


def _listed(desk: Desk, caller: Caller, wanted: Wanted, *, limit: int, after: str | None) -> LeadPage:
    begin = place(after, tuple[Whole, Whole], (START, 0))
    vocabulary = desk.setup().policy.vocabulary
    with desk.store.reading(desk.workspace) as tx:
        found, going_on = _seen(tx, caller, wanted, limit=limit, begin=begin)
        some, more = page(found, limit, lambda lead: (lead.row.rank, lead.row.lead))
        return LeadPage(tuple(show(desk, tx, caller, some, vocabulary=vocabulary)), more or going_on)


def _seen(
    tx: Reading, caller: Caller, wanted: Wanted, *, limit: int, begin: tuple[int, int]
) -> tuple[list[seeing.Lead], str | None]:
    """One more lead than asked for, if there are so many; or where to go on if that would take too long to find out."""
    found: list[seeing.Lead] = []
    for _ in range(ROUNDS):
        size = max(ROUND, limit + 1)
        rows = _rows(tx, caller, wanted, after=begin, limit=size)
        found += _meant(tx, wanted, seeing.several(tx, caller, rows))
        if len(rows) < size or len(found) > limit:
            return found[: limit + 1], None
        begin = (rows[-1].rank, rows[-1].lead)
    return found, cursor(begin)


def _rows(tx: Reading, caller: Caller, wanted: Wanted, *, after: tuple[int, int], limit: int) -> Sequence[LeadRow]:
    """More than are meant, but never fewer, in the order of the list."""
    rep = caller.rep if caller.role == "rep" else wanted.rep
    if rep or caller.role == "rep":
        return tx.leads.concerning(rep, wanted.states, after=after, limit=limit)
    if wanted.only == Only():
        return tx.leads.listed(wanted.states, after=after, limit=limit)
    return tx.leads.chosen(wanted.states, wanted.only, after=after, limit=limit)


def _meant(tx: Reading, wanted: Wanted, leads: Sequence[seeing.Lead]) -> list[seeing.Lead]:
    """Those that have everything that is asked for."""
    offered = [lead.row.lead for lead in leads if wanted.rep and lead.row.state == "offered"]
    offers = tx.leads.offers_of(offered) if offered else {}
    mine = {lead for lead, rows in offers.items() if any(offer.rep == wanted.rep for offer in rows)}
    return [each for each in leads if _is_meant(each.row, wanted, mine)]


def _is_meant(row: LeadRow, wanted: Wanted, mine: set[int]) -> bool:
    only = wanted.only
    if (only.source and row.source != only.source) or (only.pool and row.pool != only.pool):
        return False
    if (only.rule and row.rule != only.rule) or (wanted.account and _account(row) != wanted.account):
        return False
    if not wanted.rep or row.state not in OPEN:
        return True
    return row.lead in mine if row.state == "offered" else row.rep == wanted.rep


def _account(row: LeadRow) -> str:
    match = memory_of(row).match
    return match.account if match is not None else ""


@get("/inbox", opt=may("leads:read"))
async def get_inbox(
    request: Asked, *, rep: Annotated[str, QueryParameter(description="Whose; left out, the caller's.")] = ""
) -> InboxView:
    """What a rep has to do: their leads by due time, and those that they may take."""
    guest: Guest = request.auth
    return await guest.room.read(_inbox, guest.caller, asked_for(guest.caller, rep))


def asked_for(caller: Caller, rep: str) -> str:
    """Whose things are asked for. Raises NotAllowed for a colleague's, BadUsage if nobody is named."""
    whose = rep or caller.rep
    if not whose:
        raise BadUsage(Fault(where="rep", what="nobody was named, and you are not in the roster.", fix="Add ?rep=ann."))
    reach = caller.actor.reach
    if (caller.role == "rep" and whose != caller.rep) or (reach is not None and whose not in reach):
        raise NotAllowed(f"what {whose} has to do is not for you to see.")
    return whose


def _inbox(desk: Desk, caller: Caller, rep: str) -> InboxView:
    vocabulary = desk.setup().policy.vocabulary
    found = inbox(desk, rep)
    with desk.store.reading(desk.workspace) as tx:
        held = seeing.several(tx, caller, found.held)
        rows = tx.leads.several([offer.lead for offer in found.offered])
        offered = [rows[offer.lead] for offer in found.offered if offer.lead in rows]
        seen = seeing.several(tx, caller, [row for row in offered if row.state == "offered"])
        return InboxView(
            rep=rep,
            held=tuple(show(desk, tx, caller, held, vocabulary=vocabulary)),
            offered=tuple(show(desk, tx, caller, seen, vocabulary=vocabulary)),
        )


# --- one lead


@get("/leads/{lead:int}/decision", opt=may("leads:read"))
async def get_lead_decision(
    request: Asked,
    lead: FromPath[int],
    *,
    rep: Annotated[str, QueryParameter(description="Answer for this person: why they got it, or why not.")] = "",
    who: Annotated[
        Literal["rep"] | None, QueryParameter(name="as", description="`rep`: why me, or why not me.")
    ] = None,
) -> Answer[Raw | Why]:
    """The decision in force on a lead, with every candidate's verdict and numbers; earlier ones are its history.

    With `rep` or `as=rep` it is answered for one person: `{"rep", "verdict", "why", "change"}`; `change` says what
    would have to be otherwise for them to get it.
    """
    guest: Guest = request.auth
    caller = guest.caller
    found = await guest.room.read(_decided, caller, lead)
    if who is None and not rep:
        return Answer(Raw(encode(for_rep(found, caller.rep) if caller.role == "rep" else found)))
    return Answer(_why(caller, found, rep))


def _decided(desk: Desk, caller: Caller, lead: int) -> View:
    with desk.store.reading(desk.workspace) as tx:
        seeing.one(tx, caller, lead)
    return decided(desk, lead)


def _why(caller: Caller, found: View, rep: str) -> Why:
    named = rep or caller.rep
    if not named:
        raise BadUsage(Fault(where="rep", what="nobody was named, and you are not in the roster.", fix="Add ?rep=ann."))
    return why(found, named, asking=caller.rep if caller.role == "rep" or named == caller.rep else "")


@get("/leads/{lead:int}/decisions", opt=may("leads:read"))
async def list_lead_decisions(request: Asked, lead: FromPath[int]) -> Decisions:
    """Every decision about a lead."""
    guest: Guest = request.auth
    return Decisions(await guest.room.read(_decisions, guest.caller, lead))


def _decisions(desk: Desk, caller: Caller, lead: int) -> tuple[Raw, ...]:
    with desk.store.reading(desk.workspace) as tx:
        seeing.one(tx, caller, lead)
        told = list(views(tx, tx.story.decisions_of(lead)))
    return tuple([Raw(encode(for_rep(each, caller.rep) if caller.role == "rep" else each)) for each in told])


@get("/leads/{lead:int}/events", opt=may("leads:read"))
async def list_lead_events(
    request: Asked, lead: FromPath[int], *, limit: Limit = PAGE, after: After = None
) -> EventPage:
    """What has happened to a lead, and who did it."""
    guest: Guest = request.auth
    return await guest.room.read(_events, guest.caller, lead, limit=limit, after=after)


def _events(desk: Desk, caller: Caller, lead: int, *, limit: int, after: str | None) -> EventPage:
    begin = place(after, Whole, 0)
    with desk.store.reading(desk.workspace) as tx:
        seeing.one(tx, caller, lead)
        rows = [row for row in heard(caller, tx.story.events_of(lead)) if row.no > begin]
    some, more = page(rows, limit, lambda row: row.no)
    return EventPage(tuple(map(show_event, some)), more)


def show_event(row: EventRow) -> EventView:
    """An event as the API shows it."""
    lead = None if row.lead is None else str(row.lead)
    return EventView(str(row.no), say_time(row.at) or "", row.kind, row.actor, lead, Raw(row.body))


@get("/leads/{lead:int}/messages", opt=may("messages:read"))
async def list_lead_messages(request: Asked, lead: FromPath[int]) -> Messages:
    """What people were told about a lead, and how that went."""
    guest: Guest = request.auth
    return Messages(await guest.room.read(_messages, guest.caller, lead))


def _messages(desk: Desk, caller: Caller, lead: int) -> tuple[MessageView, ...]:
    with desk.store.reading(desk.workspace) as tx:
        seeing.one(tx, caller, lead)
        return tuple(map(_message, tx.outbox.of(lead)))


def _message(row: MessageRow) -> MessageView:
    return MessageView(
        id=str(row.no),
        kind=row.kind,
        to=row.to,
        at=say_time(row.at) or "",
        state=row.state,
        attempts=row.attempts,
        sent=say_time(row.sent),
        error=row.error,
    )


@get("/leads/{lead:int}/notes", opt=may("persons:read"))
async def list_lead_notes(request: Asked, lead: FromPath[int]) -> Notes:
    """What was written about a lead; for a rep only while they hold it."""
    guest: Guest = request.auth
    return Notes(await guest.room.read(_notes, guest.caller, lead))


def _notes(desk: Desk, caller: Caller, lead: int) -> tuple[NoteView, ...]:
    with desk.store.reading(desk.workspace) as tx:
        if seeing.one(tx, caller, lead).sight != "person":
            raise NotAllowed(f"what was written about lead {lead} is only for whoever holds it.")
        notes = [note for note in notes_of(tx, desk.sealer, lead) if note.kind != "touch"]
    if caller.role == "rep" and not any(n.kind == "dispute" and n.actor == str(caller.actor) for n in notes):
        notes = [note for note in notes if note.kind not in _ABOUT_US]
    return tuple(
        [NoteView(id=str(n.no), kind=n.kind, at=say_time(n.at) or "", actor=n.actor, text=n.text) for n in notes]
    )


ROUTES: Final = (
    list_leads,
    get_inbox,
    get_lead_decision,
    list_lead_decisions,
    list_lead_events,
    list_lead_messages,
    list_lead_notes,
)
