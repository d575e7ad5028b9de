"""Everything about one lead: who it is, where it stands, what has happened, and each decision with its reasons."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Raw, Struct, msgpack
from msgspec.structs import replace

from evenhand.actions.desk import Desk
from evenhand.actions.known import compiled
from evenhand.actions.lent import AnyDesk
from evenhand.actions.notes import Note, notes_of
from evenhand.actions.persons import Person
from evenhand.core.decide import open_case
from evenhand.core.model import Lead, Snapshot
from evenhand.core.policy.model import Policy
from evenhand.core.record import Record, rebuilt, unpack
from evenhand.core.tell import because
from evenhand.core.view import View, view
from evenhand.errors import NotFound
from evenhand.ports.rows import (
    AssignmentRow,
    DecisionRow,
    EventRow,
    LeadRow,
    MessageRow,
    OfferRow,
    PersonRow,
    TimerRow,
)
from evenhand.ports.store import Reading
from evenhand.reading.setup import Setup


class Dossier(Struct, frozen=True, kw_only=True):
    """One lead with all that hangs on it. `person` and `raw` are `None` if nobody asked for them, or once erased."""

    row: LeadRow
    person: Raw | None = None
    raw: Raw | None = None
    erased: bool = False
    decisions: tuple[View, ...] = ()
    events: tuple[EventRow, ...] = ()
    assignments: tuple[AssignmentRow, ...] = ()
    offers: tuple[OfferRow, ...] = ()
    timers: tuple[TimerRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    notes: tuple[Note, ...] = ()


_PERSON: Final = msgpack.Decoder(Person)


def dossier(desk: Desk, lead: int, *, person: bool = True) -> Dossier:
    """Everything about a lead; without `person` nothing that identifies anybody, notes included. Raises NotFound."""
    with desk.store.reading(desk.workspace) as tx:
        row = _found(tx, lead)
        box = tx.leads.person(lead)
        found = Dossier(
            row=row,
            erased=box is None,
            decisions=tuple(views(tx, tx.story.decisions_of(lead))),
            events=tuple(tx.story.events_of(lead)),
            assignments=tuple(tx.leads.assignments(lead)),
            offers=tuple(tx.leads.offers(lead)),
            timers=tuple(tx.agenda.of(lead)),
            messages=tuple(tx.outbox.of(lead)),
            notes=tuple(notes_of(tx, desk.sealer, lead)) if person else (),
        )
    return _unlocked(desk, found, box) if person and box is not None else found


def decided(desk: Desk, lead: int) -> View:
    """The decision on a lead that is in force, with the earlier ones as its history. Raises NotFound."""
    with desk.store.reading(desk.workspace) as tx:
        _found(tx, lead)
        told = list(views(tx, tx.story.decisions_of(lead)))
    if not told:
        raise NotFound(f"lead {lead} was never decided here.")
    *earlier, last = told
    return replace(last, history=tuple(earlier))


def _found(tx: Reading, lead: int) -> LeadRow:
    row = tx.leads.get(lead)
    if row is None:
        raise NotFound(f"there is no lead {lead}.")
    return row


def _unlocked(desk: Desk, found: Dossier, box: PersonRow) -> Dossier:
    person = opened(desk, box)
    return replace(found, person=Raw(person.fields), raw=Raw(person.raw))


def opened(desk: AnyDesk, box: PersonRow) -> Person:
    """Who a lead is, unlocked."""
    where = {"workspace": desk.workspace, "lead": box.lead}
    key = desk.sealer.open_key(box.key, **where)
    return _PERSON.decode(desk.sealer.unlock(key, box.box, **where))


def views(tx: Reading, rows: Iterable[DecisionRow]) -> Iterator[View]:
    """Decisions in words, each under the policy and the roster that it names."""
    setups: dict[tuple[str, str], Setup] = {}
    for row in rows:
        kept = unpack(row.record)
        texts = (kept.policy, kept.roster)
        setup = setups.get(texts) or setups.setdefault(texts, _setup(tx, *texts))
        case = open_case(*_seen(kept, setup))
        by = None if row.superseded_by is None else f"{row.lead}.{row.superseded_by}"
        yield replace(view(kept, case, setup.policy), superseded_by=by)


def reason(tx: Reading, row: DecisionRow, now: Setup) -> str:
    """Why a decision is as it is, in its sentence; `now` is what is in force, which most decisions were made under."""
    kept = unpack(row.record)
    is_now = (kept.policy, kept.roster) == (now.policy.digest, now.roster.digest)
    setup = now if is_now else _setup(tx, kept.policy, kept.roster)
    return because(kept.decision, open_case(*_seen(kept, setup)), setup.policy)


def _seen(kept: Record, setup: Setup) -> tuple[Lead, Policy, Snapshot]:
    lead, world = rebuilt(kept, setup.roster)
    return lead, setup.policy, world


def _setup(tx: Reading, policy: str, roster: str) -> Setup:
    rows = tx.texts.get("policy", policy), tx.texts.get("roster", roster)
    return compiled(*[row.text if row else "" for row in rows])
