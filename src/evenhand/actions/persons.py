"""Who a lead is: locked away under a key of the lead's own, and unlocked only where somebody must know."""

from typing import Final

from msgspec import Struct, msgpack

from evenhand.actions.work import Work
from evenhand.core.answers import personal_fields
from evenhand.core.model import Lead, Match, Past, Value
from evenhand.core.record import read_fields
from evenhand.ports.rows import LeadRow, Memory, PersonRow


class Person(Struct, frozen=True):
    """What is locked away: the personal fields, and the lead as it came, both as JSON."""

    fields: bytes = b"{}"
    raw: bytes = b"{}"


_TO_BYTES: Final = msgpack.Encoder()
_PERSON: Final = msgpack.Decoder(Person)
_MEMORY: Final = msgpack.Decoder(Memory)


def lead_of(work: Work, row: LeadRow) -> Lead:
    """A lead as a decision wants it; who it is is unlocked only if the policy looks at that."""
    fields: dict[str, Value] = dict(read_fields(row.fields))
    if personal_fields(work.policy):
        fields.update(read_fields(person_of(work, row.lead).fields))
    memory = memory_of(row)
    return Lead(id=str(row.lead), received=row.received, fields=fields, match=memory.match, past=memory.past)


def person_of(work: Work, lead: int) -> Person:
    """Who it is; nobody, once that is erased."""
    found = work.person_row(lead)
    if found is None:
        return Person()
    sealer, ws = work.base.sealer, work.tx.workspace
    key = sealer.open_key(found.key, workspace=ws, lead=lead)
    return _PERSON.decode(sealer.unlock(key, found.box, workspace=ws, lead=lead))


def keep_person(work: Work, lead: int, person: Person) -> None:
    """Lock a person away, under a new key."""
    sealer, ws = work.base.sealer, work.tx.workspace
    key, wrapped = sealer.new_key(ws, lead)
    box = sealer.lock(key, _TO_BYTES.encode(person), workspace=ws, lead=lead)
    work.here.persons[lead] = PersonRow(lead, wrapped, box)


def locked(work: Work, lead: int, plain: bytes) -> bytes | None:
    """A box with something about a lead, under the lead's key; `None` if the person has been erased."""
    found = work.person_row(lead)
    if found is None:
        return None
    sealer, ws = work.base.sealer, work.tx.workspace
    return sealer.lock(sealer.open_key(found.key, workspace=ws, lead=lead), plain, workspace=ws, lead=lead)


def memory_of(row: LeadRow) -> Memory:
    """What the lead's next decision must know."""
    return _MEMORY.decode(row.memory) if row.memory else Memory()


def remembering(match: Match | None, past: Past, tier: int = -1) -> bytes:
    """The stored form of a lead's memory."""
    return _TO_BYTES.encode(Memory(match=match, past=past, tier=tier))
