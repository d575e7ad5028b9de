"""The proof over a database: everything that was ever decided is decided again, and every book is added up again.

In one reading transaction and in bounded memory: each decision under the texts that it names, the entries at their
places, the ledgers, the chain of events, and that decisions, leads and loads agree. A row that cannot be read is told
like any other difference, and the proof goes on after it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Final, TypeAlias

from msgspec import Struct, msgpack

from evenhand.actions.desk import Desk
from evenhand.analytics.ledger_replay import Found, LedgerReplay
from evenhand.analytics.replay import RecordReplay
from evenhand.analytics.vouching import DecisionEvents, EntryEvents
from evenhand.core.chain import chained
from evenhand.core.model import Load
from evenhand.core.record import Record, unpack
from evenhand.core.states import HELD_BY_REP, State
from evenhand.errors import NotFound, Unavailable
from evenhand.ports.rows import DecisionRow, EntryRow, EventRow, LeadRow, LoadRow, TextKind
from evenhand.ports.store import Reading
from evenhand.reading.setup import Setup, read_setup

Progress: TypeAlias = Callable[[int, int], None]  # given the decisions done and all of them

PAGE: Final = 500
TOLD: Final = 1_000  # differences that are named; the others are only counted
COMPILED: Final = 16  # pairs of texts that are kept compiled
# What may have become of a lead since the decision in force, without another decision.
SINCE: Final[Mapping[str, frozenset[State]]] = {
    "assigned": frozenset({"assigned", "working", "closed", "merged"}),
    "offered": frozenset({"offered", "closed", "merged"}),
    "waiting": frozenset({"waiting", "closed", "merged"}),
    "held": frozenset({"held", "closed", "merged"}),
    "rejected": frozenset({"rejected"}),
    "duplicate": frozenset({"duplicate"}),
}
_LOAD: Final = msgpack.Decoder(Load)


class Report(Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found: `differences` counts everything, `found` names the first thousand."""

    decisions: int
    entries: int
    events: int
    leads: int
    differences: int = 0
    found: tuple[Found, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Whether everything came out again."""
        return not self.differences


def prove(desk: Desk, *, progress: Progress | None = None) -> Report:
    """Prove everything that a workspace keeps. Raises Unavailable if the database fails; differences are reported."""
    named: list[Found] = []
    differences = 0
    with desk.store.reading(desk.workspace) as tx:
        proof = _Proof(tx, desk.engine)
        for found in proof.run(progress or (lambda _done, _all: None)):
            differences += 1
            if len(named) < TOLD:
                named.append(found)
        return Report(
            decisions=proof.records.decisions,
            entries=proof.ledgers.entries,
            events=proof.events,
            leads=proof.router.leads,
            differences=differences,
            found=tuple(named),
        )


class _Texts:
    """Policies and rosters by the digests that decisions name, compiled once; what cannot be compiled, too."""

    def __init__(self, tx: Reading) -> None:
        self._tx = tx
        self._known: dict[tuple[str, str], Setup | Exception] = {}

    def setup(self, policy: str, roster: str) -> Setup:
        """Raises NotFound if a text is not kept, BadInput if it is none."""
        found = self._known.pop((policy, roster), None)
        if found is None:
            try:
                found = read_setup(self._text("policy", policy), self._text("roster", roster))
            except Exception as error:
                found = error
        self._known[policy, roster] = found  # used last
        if len(self._known) > COMPILED:
            del self._known[next(iter(self._known))]
        if isinstance(found, Exception):
            raise found
        return found

    def _text(self, kind: TextKind, digest: str) -> str:
        row = self._tx.texts.get(kind, digest)
        if row is None:
            raise NotFound(f"the {kind} {digest[:19]} is not kept")
        return row.text


class _Proof:
    """One run over one moment of a workspace."""

    def __init__(self, tx: Reading, engine: str) -> None:
        self.tx = tx
        self.router = tx.router()
        self.records = RecordReplay(engine)
        self.ledgers = LedgerReplay(self.records)
        self.events = 0
        self._texts = _Texts(tx)
        self._heirs = _Heirs()

    def run(self, progress: Progress) -> Iterator[Found]:
        """Everything that is not as it must be. What cannot be looked at because of that is told, too."""
        yield from _guarded("decisions", self._story(progress))
        yield from _guarded("ledgers", self._books())
        yield from _guarded("events", self._chain())
        yield from _guarded("loads", self._standing())

    def _story(self, progress: Progress) -> Iterator[Found]:
        entries = self.tx.world.entries()
        waiting = next(entries, None)
        rows = self.tx.story.decisions()
        done = 0
        while page := list(islice(rows, PAGE)):
            leads = self.tx.leads.several([row.lead for row in page if row.superseded_by is None])
            for row in page:
                while waiting is not None and waiting.after < row.seq:
                    yield from _guarded(f"entry {waiting.no}", self.ledgers.post(waiting))
                    waiting = next(entries, None)
                yield from _guarded(f"decision {row.seq} of lead {row.lead}", self._decision(row, leads))
            done += len(page)
            progress(done, self.router.decisions)
        yield from self._last_entries(waiting, entries)
        yield from self._heirs.missing()
        yield from _too_few("decision", self.records.next_seq - 1, self.router.decisions)

    def _last_entries(self, first: EntryRow | None, others: Iterator[EntryRow]) -> Iterator[Found]:
        """The entries after the last decision."""
        for entry in () if first is None else chain([first], others):
            if entry.after > self.router.decisions:
                yield Found(f"entry {entry.no}", f"was made after decision {entry.after}, which was never made")
            yield from _guarded(f"entry {entry.no}", self.ledgers.post(entry))
        yield from _too_few("entry", self.ledgers.entries, self.router.entries)

    def _decision(self, row: DecisionRow, leads: Mapping[int, LeadRow]) -> Iterator[Found]:
        where = f"decision {row.seq} of lead {row.lead}"
        yield from self._heirs.follow(row)
        try:
            kept = unpack(row.record)
        except Exception as error:
            yield Found(where, f"its record cannot be read: {error}")
            yield from (Found(where, what) for what in self.records.numbered(row.seq))
            return
        yield from (Found(where, what) for what in _columns(row, kept))
        if row.superseded_by is None:
            yield from (Found(where, what) for what in _in_force(row, kept, leads.get(row.lead)))
        try:
            setup = self._texts.setup(kept.policy, kept.roster)
            for difference in self.records.check(kept, setup.policy, setup.roster):
                yield Found(where, difference.what)
            self.ledgers.valued(kept.decision, setup.roster)
        except Exception as error:
            yield Found(where, f"cannot be decided again: {error}")
            self.records.next_seq = row.seq + 1

    def _books(self) -> Iterator[Found]:
        kept = {row.pool: row for row in self.tx.world.ledgers()}
        for pool in sorted(kept.keys() | self.records.ledgers.keys()):
            yield from _guarded(f"pool {pool}", self.ledgers.compare(pool, kept.get(pool)))

    def _chain(self) -> Iterator[Found]:
        """Whether the events are all there, each with the link that it must have."""
        link = b""
        entries, decisions = EntryEvents(self.tx.world.entries()), DecisionEvents(self.tx.story.decisions())
        while page := self.tx.story.events(self.events, limit=PAGE):
            for event in page:
                yield from _guarded(f"event {event.no}", _linked(event, self.events, link))
                yield from _guarded(f"event {event.no}", entries.follow(event))
                yield from _guarded(f"event {event.no}", decisions.follow(event))
                self.events, link = event.no, event.link
        yield from _guarded("entries", entries.rest())
        yield from _guarded("decisions", decisions.rest())
        yield from _too_few("event", self.events, self.router.events)
        if self.events == self.router.events and link != self.router.link:
            yield Found(f"event {self.events}", "its link is not the last one that the desk knows")

    def _standing(self) -> Iterator[Found]:
        """Whether leads, loads, offers and timers agree."""
        for row in self.tx.world.loads():
            yield from _guarded(f"rep {row.rep}", _counted(row))
        for broken in self.tx.health.broken():
            yield Found(f"{broken.promise} {broken.subject}", f"not so: {broken.what}")


class _Heirs:
    """Which decision takes the place of which: each points to the next one about the same lead.

    Nothing but the pointers that have not been reached is kept. That is enough: pointers that lead forward, within a
    lead, two never to the same, and only the last of a lead nowhere, can be no others than those to the next.
    """

    def __init__(self) -> None:
        self._heirs: dict[int, tuple[int, int]] = {}

    def follow(self, row: DecisionRow) -> Iterator[Found]:
        """Note where a decision points, and look who points at it."""
        seq, lead = self._heirs.pop(row.seq, (0, row.lead))
        if lead != row.lead:
            yield _pointer(seq, lead, row.seq, f"which is about lead {row.lead}")
        heir = row.superseded_by
        if heir is None:
            return
        if heir <= row.seq:
            yield _pointer(row.seq, row.lead, heir, "which is no later one")
        elif heir in self._heirs:
            other = self._heirs[heir][0]
            yield _pointer(row.seq, row.lead, heir, f"which has taken the place of decision {other}")
        else:
            self._heirs[heir] = (row.seq, row.lead)

    def missing(self) -> Iterator[Found]:
        """The pointers that led nowhere."""
        for heir, (seq, lead) in self._heirs.items():
            yield _pointer(seq, lead, heir, "which is not there")


def _guarded(where: str, found: Iterator[Found]) -> Iterator[Found]:
    """What is found; a row that is not even what it should be is told, and the proof goes on."""
    try:
        yield from found
    except Unavailable:
        raise
    except Exception as error:
        yield Found(where, f"cannot be read: {error!r}")


def _counted(row: LoadRow) -> Iterator[Found]:
    counted = _LOAD.decode(row.body).open
    if counted != row.open:
        yield Found(f"rep {row.rep}", f"has {row.open} open leads, and {counted} in the load")


def _pointer(seq: int, lead: int, heir: int, wrong: str) -> Found:
    return Found(f"decision {seq} of lead {lead}", f"superseded_by is {heir}, {wrong}")


def _columns(row: DecisionRow, kept: Record) -> Iterator[str]:
    """What the row says beside its record must be what the record says."""
    said = kept.decision
    outcome = type(said.outcome).__struct_config__.tag
    pairs: Sequence[tuple[str, object, object]] = (
        ("seq", row.seq, said.seq),
        ("lead", str(row.lead), said.lead),
        ("at", row.at, said.at),
        ("outcome", row.outcome, outcome),
        ("rep", row.rep, said.rep),
    )
    for name, given, recorded in pairs:
        if given != recorded:
            yield f"{name} is {given}, in its record {recorded}"


def _in_force(row: DecisionRow, kept: Record, lead: LeadRow | None) -> Iterator[str]:
    """Nothing has taken the decision's place, so the lead must stand as it says."""
    if lead is None:
        yield f"there is no lead {row.lead}"
        return
    if lead.decision != row.seq:
        yield f"superseded_by is empty, but decision {lead.decision} is the one in force"
        return
    said = kept.decision
    if lead.state not in SINCE.get(row.outcome, frozenset()):
        yield f"its outcome is {row.outcome}, but the lead is {lead.state}"
    if lead.state in HELD_BY_REP and lead.rep != said.rep:
        yield f"its rep is {said.rep}, but the lead is with {lead.rep}"
    if (lead.pool, lead.policy) != (said.pool, kept.policy):
        yield (
            f"its pool and policy are {said.pool!r} and {kept.policy[:19]}, of the lead {lead.pool!r} and "
            + (lead.policy[:19])
        )


def _linked(event: EventRow, before: int, link: bytes) -> Iterator[Found]:
    where = f"event {event.no}"
    if event.no != before + 1:
        gone = f"{before + 1}" if event.no == before + 2 else f"{before + 1} to {event.no - 1}"
        yield Found(f"event {gone}", "is missing")
        return  # its link cannot be made without the one before
    about = "" if event.lead is None else str(event.lead)
    if event.link != chained(link, event.no, event.at, (event.kind, event.actor, about), event.body):
        yield Found(where, "its link in the chain is broken: it, or the one before, was changed")


def _too_few(kind: str, there: int, given: int) -> Iterator[Found]:
    if there < given:
        yield Found(f"{kind} {there + 1}" if there + 1 == given else f"{kind} {there + 1} to {given}", "is missing")
    elif there > given:
        yield Found(f"{kind} {there}", f"is there, though only {given} were ever numbered")
