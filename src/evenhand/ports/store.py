"""How the durable desk's rows are read and written: one transaction, read by subject, written all at once.

A `Writing` is opened with the lock of the workspace's decision stream held, so that everything read through it is
still true when it is saved. A `Reading` sees one moment and locks nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from msgspec import Struct, field

from evenhand.core.model import Millis
from evenhand.core.states import State
from evenhand.ports.accounts import AccountRows
from evenhand.ports.counts import Counts
from evenhand.ports.house import House, Housekeeping
from evenhand.ports.outbox import Keys, Outbox
from evenhand.ports.rows import (
    AssignmentRow,
    DecisionRow,
    DisputeRow,
    DraftRow,
    EntryRow,
    EventRow,
    FindingRow,
    IdentityRow,
    KeyRow,
    LeadRow,
    LedgerRow,
    LoadRow,
    NoteRow,
    OfferRow,
    PersonRow,
    PresenceKind,
    PresenceRow,
    Router,
    TextKind,
    TextRow,
    TimerRow,
    VersionRow,
)

FOUND: Final = 100  # what breaks one promise is listed up to so many


class Changes(Struct, kw_only=True):
    """Everything that one transaction writes, by table.

    added:      rows that are new.
    put:        rows that take the place of those with the same key, if there are any.
    cleared:    leads whose timers, offers and blocks are gone (before `added` and `put` come in).
    superseded: (decision, the one that took its place).
    ended:      (decision that began the assignment, when, why).
    touched:    (decision that began the assignment, when its holder first answered).
    untold:     decisions whose unsent messages are not to be sent any more.
    woken:      subjects whose blocked leads are to be looked at now; `*` for every waiting lead.
    dropped:    presences that are over: (subject, kind).
    undrafted:  drafts that are no longer: (kind, name).
    parted:     (lead, one that is no longer part of it): what identifies that one no longer finds this one.
    erased:     leads whose person, identities and notes are gone, those that this very transaction adds too.
    """

    router: Router
    added: dict[type[Struct], list[Struct]] = field(default_factory=dict)
    put: dict[type[Struct], list[Struct]] = field(default_factory=dict)
    cleared: list[int] = field(default_factory=list)
    superseded: list[tuple[int, int]] = field(default_factory=list)
    ended: list[tuple[int, Millis, str]] = field(default_factory=list)
    touched: list[tuple[int, Millis]] = field(default_factory=list)
    untold: list[int] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    dropped: list[tuple[str, PresenceKind]] = field(default_factory=list)
    undrafted: list[tuple[TextKind, str]] = field(default_factory=list)
    parted: list[tuple[int, int]] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)


class Only(Struct, frozen=True, kw_only=True):
    """Which leads are meant: of this source, this pool, this rule; what is empty does not matter."""

    source: str = ""
    pool: str = ""
    rule: str = ""


class Leads(Protocol):
    """Leads and what hangs on them."""

    def get(self, lead: int) -> LeadRow | None:
        """One lead."""
        ...

    def several(self, leads: Sequence[int]) -> Mapping[int, LeadRow]:
        """Those of the leads that exist, by number."""
        ...

    def person(self, lead: int) -> PersonRow | None:
        """Who it is, encrypted; `None` once that is erased."""
        ...

    def persons(self, leads: Sequence[int]) -> Mapping[int, PersonRow]:
        """Who several are."""
        ...

    def identities(self, lead: int) -> Sequence[IdentityRow]:
        """By what the lead is found as the same person: its own, and those of the leads that became part of it."""
        ...

    def keyed(self, keys: Sequence[str]) -> Mapping[str, KeyRow]:
        """Those of the idempotency keys that were used before."""
        ...

    def same_person(self, digests: Sequence[bytes]) -> Mapping[bytes, LeadRow]:
        """For each digest the earliest lead that is still open and belongs to the same person."""
        ...

    def assignment(self, lead: int) -> AssignmentRow | None:
        """Who holds it now."""
        ...

    def assignments(self, lead: int) -> Sequence[AssignmentRow]:
        """Who has held it, oldest first."""
        ...

    def offers(self, lead: int) -> Sequence[OfferRow]:
        """To whom it is offered."""
        ...

    def held_by(self, rep: str) -> Sequence[LeadRow]:
        """The open leads of a rep, by due time."""
        ...

    def offered_to(self, rep: str, *, limit: int = 200) -> Sequence[OfferRow]:
        """What a rep may take, hottest first."""
        ...

    def unanswered(self, rep: str) -> int:
        """How many leads a rep holds and has not answered."""
        ...

    def listed(
        self, states: Sequence[State], *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        """Leads in some states, hottest first, from after a (rank, lead) on."""
        ...

    def chosen(
        self, states: Sequence[State], only: "Only", *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        """The same, of those that have what is asked for."""
        ...

    def concerning(
        self, rep: str, states: Sequence[State], *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        """Leads in some states that a rep holds, has held, or may take; in the same order."""
        ...

    def numbered(self, *, after: int = 0, limit: int = 200) -> Sequence[LeadRow]:
        """All leads by number, from after one on."""
        ...

    def offers_of(self, leads: Sequence[int]) -> Mapping[int, Sequence[OfferRow]]:
        """To whom several are offered; those that are not are left out."""
        ...

    def holders_of(self, leads: Sequence[int]) -> Mapping[int, frozenset[str]]:
        """Everybody who holds or has held several; those that nobody has held are left out."""
        ...

    def decided_under(self, policy: str, *, after: int = 0, limit: int = 200) -> Sequence[LeadRow]:
        """Open leads whose decision in force was made under a policy, by number."""
        ...


class Story(Protocol):
    """What has happened: decisions, events, notes, disputes."""

    def decision(self, seq: int) -> DecisionRow | None:
        """One decision."""
        ...

    def decisions_of(self, lead: int) -> Sequence[DecisionRow]:
        """All decisions about a lead, oldest first."""
        ...

    def decisions(self, after: int = 0) -> Iterator[DecisionRow]:
        """All decisions by number, from after one on, in bounded memory."""
        ...

    def events(self, after: int = 0, *, limit: int = 500) -> Sequence[EventRow]:
        """Events by number."""
        ...

    def events_of(self, lead: int) -> Sequence[EventRow]:
        """What has happened to a lead, oldest first."""
        ...

    def notes_of(self, lead: int) -> Sequence[NoteRow]:
        """What was written about a lead, encrypted."""
        ...

    def dispute(self, no: int) -> DisputeRow | None:
        """One dispute."""
        ...

    def disputes(self, *, open_only: bool = True) -> Sequence[DisputeRow]:
        """Disputes, oldest first."""
        ...


class World(Protocol):
    """What decisions stand on."""

    def loads(self) -> Sequence[LoadRow]:
        """What everybody carries."""
        ...

    def ledgers(self) -> Sequence[LedgerRow]:
        """What every pool owes."""
        ...

    def entries(self, after: int = 0) -> Iterator[EntryRow]:
        """All ledger entries that no decision made, in order, from after one on."""
        ...

    def entries_about(self, decision: int) -> Sequence[EntryRow]:
        """The entries that reverse or put right the charge of a decision, in order."""
        ...

    def presences(self) -> Sequence[PresenceRow]:
        """Who is away, what is paused."""
        ...


class Agenda(Protocol):
    """What is to be looked at again."""

    def due(self, now: Millis, *, limit: int) -> Sequence[TimerRow]:
        """Timers that should have rung by now: waiting leads last, hottest first, then oldest."""
        ...

    def next(self) -> Millis | None:
        """When the next timer rings."""
        ...

    def of(self, lead: int) -> Sequence[TimerRow]:
        """The timers of a lead."""
        ...

    def blocked(self, subject: str, *, limit: int) -> Sequence[int]:
        """The waiting leads that could go if this subject were free: hottest first, then oldest."""
        ...


class Texts(Protocol):
    """Policies and rosters, word for word."""

    def get(self, kind: TextKind, digest: str) -> TextRow | None:
        """One text."""
        ...

    def versions(self, kind: TextKind) -> Sequence[VersionRow]:
        """What has been in force, oldest first."""
        ...

    def drafts(self, kind: TextKind) -> Sequence[DraftRow]:
        """What is not in force yet."""
        ...

    def draft(self, kind: TextKind, name: str) -> DraftRow | None:
        """One draft."""
        ...


class Health(Protocol):
    """The promises, looked at in the rows themselves."""

    def broken(self) -> Iterator[FindingRow]:
        """What in the database breaks a promise now, at most `FOUND` of each promise (`found` is 0)."""
        ...

    def findings(self) -> Sequence[FindingRow]:
        """What was found and has not been cleared."""
        ...


class Reading(Protocol):
    """One moment, to be read."""

    @property
    def workspace(self) -> int: ...
    @property
    def leads(self) -> Leads: ...
    @property
    def story(self) -> Story: ...
    @property
    def world(self) -> World: ...
    @property
    def agenda(self) -> Agenda: ...
    @property
    def texts(self) -> Texts: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def health(self) -> Health: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def house(self) -> House: ...
    @property
    def accounts(self) -> AccountRows: ...

    def router(self) -> Router:
        """The state of the decision stream."""
        ...


class Writing(Reading, Protocol):
    """A transaction that holds the decision stream."""

    def save(self, changes: Changes) -> None:
        """Write everything, one statement a table. Called once, last."""
        ...


class Sending(Protocol):
    """A transaction beside the decision stream: for messages that are being sent, and for tidying up."""

    @property
    def outbox(self) -> Outbox: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def house(self) -> Housekeeping: ...


class Listener(Protocol):
    """Hears that something was written, in any workspace."""

    def wait(self, seconds: float) -> bool:
        """Wait until something is written, or has been since the last time; `False` after so many seconds.

        `True` may be a false alarm. After a time without a connection it is `True` once: look for yourself.
        """
        ...


class Store(Protocol):
    """A database. Workspaces never see each other."""

    def writing(self, workspace: int) -> AbstractContextManager[Writing]:
        """A transaction with the workspace's lock. Leaving it without an error commits.

        Raises NotFound, Unavailable, and Uncertain if it was lost while committing.
        """
        ...

    def reading(self, workspace: int) -> AbstractContextManager[Reading]:
        """A transaction that only reads."""
        ...

    def sending(self, workspace: int) -> AbstractContextManager[Sending]:
        """A short transaction of the outbox."""
        ...

    def changed(self, workspace: int) -> int:
        """The router's version, without a lock: whether it is still the one that was read. 0 without a workspace."""
        ...

    def listen(self) -> AbstractContextManager["Listener"]:
        """Hear of what is written from now on, by this process or another."""
        ...

    def workspaces(self) -> Mapping[str, int]:
        """Every workspace by name."""
        ...

    def found(self, name: str, now: Millis) -> int:
        """Make a workspace, or find the one of that name."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...
