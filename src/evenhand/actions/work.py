"""One transaction's worth of work: what verbs read, change and leave to be written, all at once, at the end.

Verbs work on a child of the transaction's `Work`. If a verb raises, its child is dropped and nothing of it remains; if
it returns, the child is absorbed. What an earlier verb of the same transaction has changed, a later one sees.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from msgspec import Struct, json
from msgspec.structs import astuple, replace

from evenhand.actions.actor import Actor
from evenhand.core.advance import Carried, Event, Freed, Posted, advance
from evenhand.core.chain import chained
from evenhand.core.model import Millis, Snapshot
from evenhand.core.outcome import Assigned, Decision
from evenhand.core.policy.model import Policy
from evenhand.errors import NotFound
from evenhand.ports.rows import (
    AssignmentRow,
    BlockRow,
    DecisionRow,
    DraftRow,
    EventRow,
    IdentityRow,
    KeyRow,
    LeadRow,
    MessageRow,
    OfferRow,
    PersonRow,
    PresenceKind,
    Router,
    TextKind,
    TimerRow,
)
from evenhand.ports.store import Reading
from evenhand.reading.setup import Setup

Body: TypeAlias = Mapping[str, object]

_TO_JSON: Final = json.Encoder(decimal_format="number", order="deterministic")


class Sealer(Protocol):
    """Locks away what identifies a person, under a key of the lead's own."""

    def new_key(self, workspace: int, lead: int) -> tuple[bytes, bytes]:
        """A new key, and the same wrapped for storing."""
        ...

    def open_key(self, wrapped: bytes, *, workspace: int, lead: int) -> bytes:
        """The key that was wrapped."""
        ...

    def lock(self, key: bytes, plain: bytes, *, workspace: int, lead: int) -> bytes:
        """Encrypt."""
        ...

    def unlock(self, key: bytes, box: bytes, *, workspace: int, lead: int) -> bytes:
        """Decrypt."""
        ...

    def digest(self, kind: str, text: str, *, workspace: int) -> bytes:
        """A keyed digest, to find the same again without keeping it."""
        ...

    def seal(self, name: str, plain: bytes, *, workspace: int) -> bytes:
        """Encrypt a secret of the installation's own."""
        ...

    def unseal(self, name: str, box: bytes, *, workspace: int) -> bytes:
        """Decrypt it."""
        ...


class Base(Struct, frozen=True, kw_only=True):
    """What stays the same throughout a transaction."""

    tx: Reading
    setup: Setup
    sealer: Sealer
    engine: str
    now: Millis


class Now(Struct, kw_only=True):
    """The changes so far, by what they belong to, so that a later change takes the place of an earlier one."""

    rows: dict[int, LeadRow] = {}
    fresh: set[int] = set()
    persons: dict[int, PersonRow] = {}
    decisions: dict[int, DecisionRow] = {}
    assignments: dict[int, AssignmentRow] = {}
    timers: dict[int, list[TimerRow]] = {}
    offers: dict[int, list[OfferRow]] = {}
    blocks: dict[int, list[BlockRow]] = {}
    messages: list[MessageRow] = []
    events: list[EventRow] = []
    twins: dict[bytes, int] = {}  # the earliest of this transaction
    identities: list[IdentityRow] = []
    keys: dict[str, KeyRow] = {}
    added: dict[type[Struct], list[Struct]] = {}
    put: dict[type[Struct], list[Struct]] = {}
    cleared: set[int] = set()
    superseded: dict[int, int] = {}
    ended: dict[int, tuple[Millis, str]] = {}
    touched: dict[int, Millis] = {}
    untold: list[int] = []
    woken: set[str] = set()
    freed: dict[str, None] = {}
    presences: dict[tuple[str, PresenceKind], str] = {}  # who said so
    drafts: dict[tuple[TextKind, str], DraftRow | None] = {}
    ledgers: set[str] = set()
    loads: set[str] = set()
    parted: list[tuple[int, int]] = []
    erased: set[int] = set()


_PARTS: Final = Now.__struct_fields__


class Work:
    """See the module. `world` is the snapshot, advanced by all that has been decided so far."""

    def __init__(self, base: Base, router: Router, world: Snapshot, *, parent: "Work | None" = None) -> None:
        self.base = base
        self.router = router
        self.world = world
        self.here = Now()
        self._changes: tuple[Now, ...] = (self.here,) if parent is None else (self.here, *parent.changes())

    def changes(self) -> Sequence[Now]:
        """What has been changed here, then what was before in the same transaction."""
        return self._changes

    # --- what everybody asks

    @property
    def tx(self) -> Reading:
        return self.base.tx

    @property
    def now(self) -> Millis:
        return self.base.now

    @property
    def ready(self) -> bool:
        """Whether there is a policy to decide by."""
        return bool(self.base.setup.policy.digest)

    @property
    def policy(self) -> Policy:
        return self.base.setup.policy

    def row(self, lead: int) -> LeadRow:
        """A lead as it stands. Raises NotFound."""
        found = self.seen(lead) or self.tx.leads.get(lead)
        if found is None:
            raise NotFound(f"there is no lead {lead}.")
        return found

    def seen(self, lead: int) -> LeadRow | None:
        """A lead as this transaction has changed it."""
        return next((now.rows[lead] for now in self.changes() if lead in now.rows), None)

    def person_row(self, lead: int) -> PersonRow | None:
        """The lead's key and box as they are stored; `None` once the person is erased."""
        if any(lead in now.erased for now in self.changes()):
            return None
        found = next((now.persons[lead] for now in self.changes() if lead in now.persons), None)
        return found or self.tx.leads.person(lead)

    # --- what verbs change

    def advance(self, event: Event) -> None:
        """Move the world on, and note whose rows that changes."""
        self.world = advance(self.world, event)
        match event:
            case Decision(outcome=Assigned(rep)):
                self.here.loads.add(rep)
                if event.posting != "none":
                    self._posted(event.pool)
            case Freed(rep):
                self.here.loads.add(rep)
                self.free(f"rep {rep}")
            case Carried(rep):
                self.here.loads.add(rep)
            case Posted(ledger):
                self._posted(ledger.pool)

    def _posted(self, pool: str) -> None:
        """A ledger has moved: it is to be written, and whoever was too far ahead in it may be so no longer."""
        self.here.ledgers.add(pool)
        found = self.world.roster.pools.get(pool)
        if found is not None and found.max_ahead is not None:
            self.here.woken.add(f"ahead {pool}")

    def put_row(self, row: LeadRow, *, fresh: bool = False) -> None:
        """A lead's new state."""
        self.here.rows[row.lead] = row
        if fresh:
            self.here.fresh.add(row.lead)

    def retime(self, timer: TimerRow) -> None:
        """One timer of a lead rings at another time; its other timers stay."""
        known = next((now.timers[timer.lead] for now in self.changes() if timer.lead in now.timers), None)
        if known is None:
            self.put(timer)
        else:
            self.here.timers[timer.lead] = [*(ring for ring in known if ring.kind != timer.kind), timer]

    def add(self, row: Struct) -> None:
        """A new row of any table that has no home above."""
        self.here.added.setdefault(type(row), []).append(row)

    def put(self, row: Struct) -> None:
        """A row that takes the place of the one with its key."""
        self.here.put.setdefault(type(row), []).append(row)

    def event(
        self, kind: str, actor: Actor, *, lead: int | None = None, body: Mapping[str, object] | None = None
    ) -> int:
        """Something happened: it gets the next number, and a link that chains it to the event before."""
        number = self.router.events + 1
        said, who = _TO_JSON.encode(body or {}), str(actor)
        link = chained(self.router.link, number, self.now, (kind, who, "" if lead is None else str(lead)), said)
        self.router = replace(self.router, events=number, link=link)
        self.here.events.append(EventRow(no=number, at=self.now, kind=kind, actor=who, lead=lead, body=said, link=link))
        return number

    def tell(self, kind: str, to: str, *, lead: int | None, decision: int = 0) -> None:
        """Somebody is to be told."""
        number = self.router.messages + 1
        self.router = replace(self.router, messages=number)
        self.here.messages.append(
            MessageRow(no=number, kind=kind, to=to, lead=lead, decision=decision, at=self.now, next=self.now)
        )

    def free(self, subject: str) -> None:
        """A slot, a person or a pool is free: before this transaction ends, those who waited for it are looked at."""
        self.here.freed[subject] = None

    # --- nesting

    def child(self) -> "Work":
        """A part that can be dropped."""
        return Work(self.base, self.router, self.world, parent=self)

    def absorb(self, child: "Work") -> None:
        """Take over what a part has done."""
        self.base, self.router, self.world = child.base, child.router, child.world
        for name, new in zip(_PARTS, astuple(child.here), strict=True):
            if not new:
                continue
            own = getattr(self.here, name)
            if isinstance(own, list):
                own.extend(new)
            elif name in ("added", "put"):
                for kind, rows in new.items():
                    own.setdefault(kind, []).extend(rows)
            else:
                own.update(new)
