"""Words about a lead: written down under the lead's own key, so that they go when the person is erased."""

from typing import Final

from msgspec import Struct

from evenhand.actions.access import own
from evenhand.actions.actor import Actor
from evenhand.actions.persons import locked
from evenhand.actions.work import Sealer, Work
from evenhand.core.model import Millis
from evenhand.errors import BadUsage, Conflict, Fault, NotFound
from evenhand.ports.rows import NoteRow
from evenhand.ports.store import Reading

LONGEST: Final = 4_000  # characters


class Note(Struct, frozen=True, kw_only=True):
    """What somebody wrote about a lead, in clear. `no` is the event with which it was written."""

    no: int
    kind: str
    at: Millis
    actor: str
    text: str


def note(work: Work, lead: int, text: str, *, actor: Actor) -> int:
    """Write something down about a lead, and return the note's number.

    Raises NotAllowed for a rep who does not hold the lead, BadUsage for no words or too many, Conflict once the person
    is erased.
    """
    own(work, work.row(lead), actor)
    number = work.event("lead.noted", actor, lead=lead)
    write_down(work, lead, text, kind="note", actor=actor)
    return number


def write_down(work: Work, lead: int, text: str, *, kind: str, actor: Actor) -> None:
    """Keep words about a lead, under the number of the event just before. Raises BadUsage and Conflict as `note`."""
    said = text.strip()
    if not said or len(said) > LONGEST:
        what = "there are no words." if not said else f"these are {len(said)} characters."
        raise BadUsage(Fault(where="text", what=what, fix=f"Write up to {LONGEST} characters."))
    box = locked(work, lead, said.encode("utf-8", "surrogatepass"))
    if box is None:
        raise Conflict(f"the person of lead {lead} has been erased, so no words about it are kept: leave them out.")
    work.add(NoteRow(no=work.router.events, lead=lead, kind=kind, at=work.now, actor=str(actor), box=box))


def notes_of(tx: Reading, sealer: Sealer, lead: int) -> list[Note]:
    """What was written about a lead, oldest first; nothing once the person is erased. Raises NotFound."""
    if tx.leads.get(lead) is None:
        raise NotFound(f"there is no lead {lead}.")
    person = tx.leads.person(lead)
    if person is None:
        return []
    key = sealer.open_key(person.key, workspace=tx.workspace, lead=lead)
    return [_opened(tx, sealer, key, row) for row in tx.story.notes_of(lead)]


def _opened(tx: Reading, sealer: Sealer, key: bytes, row: NoteRow) -> Note:
    text = sealer.unlock(key, row.box, workspace=tx.workspace, lead=row.lead).decode("utf-8", "surrogatepass")
    return Note(no=row.no, kind=row.kind, at=row.at, actor=row.actor, text=text)
