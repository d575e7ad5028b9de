"""Messages as letters: what somebody is told about a lead, looked up at the moment at which it is sent.

Who a lead is stays locked unless it is the reader's own and the way to them may show it. Of an offer that is blind not
even the company is told; of a lead that is somebody else's by now, only that.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from evenhand.actions.answering import ANSWERED
from evenhand.actions.lent import AnyDesk
from evenhand.actions.telling import Detail, Party
from evenhand.analytics.digest import digest
from evenhand.analytics.dossier import opened, reason
from evenhand.core.concerns import NAMING
from evenhand.core.instants import say_instant
from evenhand.core.model import DAY, Millis, Value
from evenhand.core.outcome import Trigger
from evenhand.core.record import read_fields, unpack
from evenhand.core.states import HELD_BY_REP
from evenhand.core.tell import say_trigger
from evenhand.core.when.fields import CATALOGUE, Vocabulary
from evenhand.integrations.words import Letter, Line
from evenhand.ports.rows import LeadRow, MessageRow, OfferRow
from evenhand.ports.store import Reading
from evenhand.reading.setup import Setup

# What of a lead is told first, in this order; then what the policy has added of its own.
TOLD: Final = (
    *("company", "website", "industry", "employees", "country", "state", "city", "title", "product", "plan"),
    *("use_case", "timeline", "budget", "language", "source", "campaign"),
)
PERSON: Final = ("title", "linkedin", "message")
GONE: Final = frozenset({"moved on", "taken away"})
MOST: Final = 12  # things that are told of one lead
_YOURS: Final[Mapping[Trigger, str]] = {
    "reassigned": "you did not answer in time",
    "stale": "you answered it, and then it lay still",
    "declined": "you declined it",
    "claimed": "it was offered, and taken",
    "by_hand": "a manager gave it to somebody else",
    "put_up": "a manager offers it to people of their choice",
    "rerouted": "a manager had it decided anew",
}


class Subject(Struct, frozen=True, kw_only=True):
    """One message with the lead that it is about, as both are now."""

    message: MessageRow
    row: LeadRow | None = None
    offer: OfferRow | None = None

    def is_offered_to(self, rep: str) -> bool:
        """Whether the lead may be taken by somebody."""
        return self.offer is not None and self.offer.rep == rep

    def is_held_by(self, rep: str) -> bool:
        """Whether the lead is somebody's."""
        row = self.row
        return row is not None and bool(rep) and row.rep == rep and row.state in HELD_BY_REP

    def by(self, rep: str) -> Millis | None:
        """Until when somebody is to answer, if they are."""
        if self.row is None or self.row.decision != self.message.decision:
            return None
        if self.is_held_by(rep):
            return self.row.due
        return self.offer.expires if self.offer is not None and self.is_offered_to(rep) else None

    def can_answer(self, rep: str) -> bool:
        """Whether there is something to accept or to decline."""
        row = self.row
        if row is None or self.message.kind not in ANSWERED or row.decision != self.message.decision:
            return False
        is_new = row.state == "assigned" and row.accepted is None and row.responded is None
        return (self.is_held_by(rep) and is_new) or self.is_offered_to(rep)


def subject_of(tx: Reading, message: MessageRow, row: LeadRow | None) -> Subject:
    """A message with what it is about."""
    offers = tx.leads.offers(row.lead) if row is not None and row.state == "offered" else ()
    mine = next((offer for offer in offers if offer.rep == message.to), None)
    return Subject(message=message, row=row, offer=mine)


class Desked(Struct, frozen=True, kw_only=True):
    """What every letter is written with: the desk, what is in force, a moment of it, what links begin with, and now."""

    desk: AnyDesk
    setup: Setup
    tx: Reading
    base: str
    now: Millis


def letter_of(at: Desked, subject: Subject, party: Party, *, detail: Detail, accept: str = "") -> Letter:
    """A message as a letter to somebody, with no more in it than the way to them may show."""
    row, message = subject.row, subject.message
    facts = _facts(at, subject, party, detail)
    person = _person(at, subject, party, detail)
    return Letter(
        kind=message.kind,
        at=at.now,
        name=party.name,
        zone=party.zone,
        lead=message.lead,
        due=subject.by(party.rep),
        person=_name(person),
        phone=str(person.get("phone", "")),
        email=str(person.get("email", "")),
        brief=(*_of_person(person), *facts),
        why=_why(at, subject, party) if detail != "none" else "",
        reason=_reason(at, subject) if detail != "none" else "",
        open=f"{at.base}/leads/{row.lead}" if at.base and row is not None else at.base if message.lead is None else "",
        accept=accept,
    )


# --- what is known of the lead


def _concerns(subject: Subject, party: Party) -> bool:
    """Whether the lead is the reader's to know about: theirs, offered to them, or on their desk."""
    row = subject.row
    if row is None:
        return False
    if subject.is_held_by(party.rep) or subject.is_offered_to(party.rep):
        return True
    return row.state in {"waiting", "held"} and (not party.rep or subject.message.kind == "held")


def _facts(at: Desked, subject: Subject, party: Party, detail: Detail) -> list[Line]:
    row = subject.row
    if row is None:
        return _of_desk(at, subject.message, party)
    if at.tx.leads.person(row.lead) is None:
        return [Line("Person", "erased, and not to be found here any more", shown="none")]
    if detail == "none" or not _concerns(subject, party):
        return []
    blind = subject.offer is not None and subject.offer.blind
    vocabulary = at.setup.policy.vocabulary
    return list(_brief(row, vocabulary, blind=blind))[:MOST]


def _brief(row: LeadRow, vocabulary: Vocabulary, *, blind: bool) -> Iterator[Line]:
    fields = read_fields(row.fields)
    own = [name for name in fields if name in vocabulary.fields and name not in CATALOGUE]
    for name in (*TOLD, *own):
        if name in fields and not (blind and name in NAMING):
            yield Line(_label(name), say_value(name, fields[name], vocabulary), shown="brief")
    if row.worth:
        yield Line("Value", f"{_amount(Decimal(row.worth) / 100)} {vocabulary.currency}", shown="brief")
    if row.rank:
        yield Line("Score", _amount(Decimal(-row.rank) / 100), shown="brief")


def say_value(name: str, value: Value, vocabulary: Vocabulary) -> str:
    """A value as people write it: `yes`, `12,000 EUR`, `a, b`."""
    kind = vocabulary.fields[name].kind if name in vocabulary.fields else "text"
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value))
        case int() if kind == "time":
            return say_instant(value)
        case int() | Decimal():
            return _amount(value) + (f" {vocabulary.currency}" if kind == "money" else "")
        case _:
            return str(value)


def _amount(value: int | Decimal) -> str:
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _label(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


# --- who it is


def _person(at: Desked, subject: Subject, party: Party, detail: Detail) -> Mapping[str, Value]:
    """Who the lead is, unlocked for its holder only, and only if the way to them may show it."""
    row = subject.row
    if detail != "full" or row is None or not subject.is_held_by(party.rep):
        return {}
    box = at.tx.leads.person(row.lead)
    if box is None:
        return {}
    return read_fields(opened(at.desk, box).fields)


def _name(person: Mapping[str, Value]) -> str:
    parts = [str(person[name]) for name in ("first_name", "last_name") if name in person]
    return str(person.get("name", "")) or " ".join(parts)


def _of_person(person: Mapping[str, Value]) -> Iterator[Line]:
    shown = {"phone", "email", "name", "first_name", "last_name"}
    for name in [*PERSON, *person]:
        if name in person and name not in shown:
            shown.add(name)
            yield Line(_label(name), str(person[name]), shown="full")


# --- why


def _why(at: Desked, subject: Subject, party: Party) -> str:
    """Why the reader has it, in the second person: `in pool dach, on duty; furthest behind your share (+0.61).`"""
    row = subject.row
    if row is None or subject.message.kind != "assigned" or not subject.is_held_by(party.rep):
        return ""
    return _because(at, row).partition(": ")[2].replace("their share", "your share")


def _reason(at: Desked, subject: Subject) -> str:
    row = subject.row
    if row is None:
        return ""
    match subject.message.kind:
        case "held" | "waiting" if row.state in {"held", "waiting"} and row.decision == subject.message.decision:
            return _because(at, row)
        case kind if kind in GONE:
            return _gone(at, subject, row)
        case "merged" if row.merged is not None:
            return f"it is part of lead {row.merged} now"
        case "taken" if row.rep is not None:
            return f"{_called(at, row.rep)} has it"
        case _:
            return ""


def _gone(at: Desked, subject: Subject, row: LeadRow) -> str:
    found = at.tx.story.decision(row.decision) if row.decision > 0 else None
    trigger = unpack(found.record).decision.trigger if found is not None else None
    why = "" if trigger is None else _YOURS.get(trigger, say_trigger(trigger))
    now = f"{_called(at, row.rep)} has it now" if row.rep not in {None, subject.message.to} else ""
    said = "; ".join(filter(None, [why, now]))
    return f"{said}." if said else ""


def _called(at: Desked, rep: str | None) -> str:
    found = at.setup.roster.reps.get(rep or "")
    return found.name if found else str(rep)


def _because(at: Desked, row: LeadRow) -> str:
    found = at.tx.story.decision(row.decision) if row.decision > 0 else None
    return reason(at.tx, found, at.setup) if found is not None else ""


def _of_desk(at: Desked, message: MessageRow, party: Party) -> list[Line]:
    """What is told of no lead: how things stand, or what is not as it must be."""
    match message.kind:
        case "digest":
            return digest(at.desk, at.tx, party.rep, since=message.at - DAY)
        case "finding":
            return list(_findings(at))
        case _:
            return []


def _findings(at: Desked) -> Iterator[Line]:
    for finding in list(at.tx.health.findings())[:MOST]:
        yield Line(finding.promise, f"{finding.subject}: {finding.what}", shown="none")
