"""What a webhook says: the event, and as much of its lead as the endpoint may know, as it is at that moment.

    {"type": "lead.assigned", "timestamp": "2026-11-02T09:14:03Z",
     "data": {"id": "300", "at": "...", "kind": "lead.assigned", "actor": "key website", "lead": "12", "body": {...},
              "about": {"state": "assigned", "rep": "ann", "fields": {...}, "person": {...}}}}

`about` is left out with `none`, `person` unless it is `full`, and both once there is nobody any more.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Raw, Struct, json, msgpack

from evenhand.actions.endpoints import Detail
from evenhand.actions.happened import said, said_instead
from evenhand.actions.persons import Person
from evenhand.actions.work import Sealer
from evenhand.core.happenings import PING
from evenhand.core.instants import say_instant
from evenhand.core.model import Value
from evenhand.core.record import read_fields
from evenhand.core.when import Vocabulary
from evenhand.ports.rows import EventRow, LeadRow, PersonRow
from evenhand.ports.store import Reading


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead as it stands when the webhook is sent."""

    state: str
    source: str = ""
    received: str
    rep: str | None = None
    pool: str = ""
    rule: str = ""
    fields: dict[str, Any] = {}
    person: dict[str, Any] = {}


class Data(Struct, frozen=True, omit_defaults=True):
    """The event as the stream tells it too (`Said`), and what may be known of its lead."""

    id: str
    at: str
    kind: str
    actor: str
    lead: str | None
    body: Raw
    about: About | None = None


class Envelope(Struct, frozen=True):
    """What is sent. `type` is the kind of event."""

    type: str
    timestamp: str
    data: Data


class Mail(Struct, frozen=True):
    """An event that an endpoint is told; `ping` if it is only a greeting."""

    row: EventRow
    ping: bool = False


_ENCODE: Final = json.Encoder(decimal_format="number").encode
_PERSON: Final = msgpack.Decoder(Person)


def envelope(mail: Mail, about: About | None) -> bytes:
    """A mail as it is sent."""
    told = said_instead(mail.row, PING) if mail.ping else said(mail.row)
    data = Data(told.id, told.at, told.kind, told.actor, told.lead, told.body, about)
    return _ENCODE(Envelope(told.kind, told.at, data))


def abouts(
    tx: Reading, sealer: Sealer, mails: Sequence[Mail], detail: Detail, *, vocabulary: Vocabulary
) -> Mapping[int, About]:
    """What may be known of the leads of some mails, by their numbers."""
    leads = sorted({mail.row.lead for mail in mails if mail.row.lead is not None})
    if detail == "none" or not leads:
        return {}
    persons = tx.leads.persons(leads) if detail == "full" else {}
    return {
        lead: _about(row, _unlocked(tx, sealer, persons.get(lead)), vocabulary)
        for lead, row in tx.leads.several(leads).items()
    }


def _about(row: LeadRow, person: Mapping[str, Value], vocabulary: Vocabulary) -> About:
    return About(
        state=row.state,
        source=row.source,
        received=say_instant(row.received),
        rep=row.rep,
        pool=row.pool,
        rule=row.rule,
        fields=_shown(read_fields(row.fields), vocabulary),
        person=_shown(person, vocabulary),
    )


def _unlocked(tx: Reading, sealer: Sealer, row: PersonRow | None) -> Mapping[str, Value]:
    """Who a lead is; nothing once that is erased."""
    if row is None:
        return {}
    key = sealer.open_key(row.key, workspace=tx.workspace, lead=row.lead)
    return read_fields(_PERSON.decode(sealer.unlock(key, row.box, workspace=tx.workspace, lead=row.lead)).fields)


def _shown(fields: Mapping[str, Value], vocabulary: Vocabulary) -> dict[str, Any]:
    """Fields as JSON says them: times as times."""
    known = vocabulary.fields
    return {
        name: say_instant(value) if isinstance(value, int) and name in known and known[name].kind == "time" else value
        for name, value in fields.items()
    }
