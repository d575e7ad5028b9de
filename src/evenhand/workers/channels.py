"""Telling people by their own channels: each message is put into words, as far as the way to its reader may show, and
handed over.

What one person is told at the same moment becomes one message. Many are carried side by side, so that a vendor who
takes long holds up nobody else. A way that fails gives place to the reader's next one.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Final, TypeAlias

from evenhand.actions.answering import answer_token
from evenhand.actions.lent import AnyDesk
from evenhand.actions.sending import MOST
from evenhand.actions.settling import DESK
from evenhand.actions.telling import Party, WayKind, in_turn, parties_of, people_in, waits_until
from evenhand.analytics.letters import subject_of
from evenhand.ports.carrier import Carrier
from evenhand.ports.house import DeliveryRow
from evenhand.ports.notifier import Fate, How
from evenhand.ports.rows import LeadRow, MessageRow
from evenhand.ports.store import Reading
from evenhand.workers.log import Log
from evenhand.workers.postman import Part, Postman, Tried, rows_of

# Each kind has threads of its own: e-mail does not wait for a vendor of chat who takes long.
THREADS: Final[Mapping[WayKind, int]] = {"email": 4, "chat": 16}
CARRIED: Final = 2 * MOST  # messages that are on their way at once
TOGETHER: Final = 10  # letters that one message has in it at the most
WAIT: Final = 0.1  # seconds that are waited for a first fate before more is looked for
NO_HOPE: Final = "every way to them was given up"

Line: TypeAlias = tuple[str, ...]  # to whom, and by which ways
Story: TypeAlias = Mapping[str, Sequence[DeliveryRow]]  # attempts, by way


class Channels:
    """Tells the people of one workspace. See `ports.notifier.Teller`.

    base: what links begin with; without it there are none.
    """

    def __init__(self, desk: AnyDesk, carrier: Carrier, *, base: str, log: Log) -> None:
        self._desk = desk
        self._carrier = carrier
        self._base = base
        self._postman = Postman(desk, carrier, base=base)
        self._log = log
        self._threads = {kind: ThreadPoolExecutor(many, f"telling by {kind}") for kind, many in THREADS.items()}
        self._done: SimpleQueue[Tried] = SimpleQueue()
        self._lock = Lock()
        self._lines: dict[Line, list[Part]] = {}
        self._left: dict[int, int] = {}  # message -> parts whose fate is not known yet
        self._known: dict[int, list[Tried]] = {}

    @property
    def room(self) -> int:
        """How many more it would take now."""
        return min(MOST, CARRIED - len(self._left))

    @property
    def is_busy(self) -> bool:
        """Whether the fate of any message that it has taken is still to be told."""
        return bool(self._left)

    def take(self, messages: Sequence[MessageRow]) -> None:
        """Begin to carry messages that are leased."""
        fresh = [message for message in messages if message.no not in self._left]
        if not fresh:
            return
        planned = self._planned(fresh)
        self._keep_tokens([part for _, parts in planned for part in parts if isinstance(part, Part)])
        for message, parts in planned:
            self._left[message.no] = len(parts)
            for part in parts:
                if not isinstance(part, Part):
                    self._done.put(part)
        self._queue([part for _, parts in planned for part in parts if isinstance(part, Part)])

    def ended(self) -> Sequence[Fate]:
        """The fates that have been decided since it was asked last."""
        fates: list[Fate] = []
        with suppress(Empty):
            while self._left:
                tried = self._done.get(timeout=0 if fates else WAIT)
                fates += self._note(tried)
        return fates

    def close(self) -> None:
        """Bring to an end what has been begun."""
        for threads in self._threads.values():
            threads.shutdown()

    # --- what is to be done

    def _planned(self, messages: Sequence[MessageRow]) -> list[tuple[MessageRow, list[Part | Tried]]]:
        """For each message the parts that go now; what has become of the others is known at once."""
        roster = self._desk.setup().roster
        with self._desk.store.reading(self._desk.workspace) as tx:
            is_desks = any(message.to == DESK for message in messages)
            people = people_in(tx, roster, has_mail=self._carrier.has_mail, desk=is_desks)
            rows = rows_of(tx, messages)
            planned = []
            for message in messages:
                row = rows.get(message.lead or 0)
                parties = parties_of(tx, people, message, row)
                parts = [self._part(tx, message, party, row) for party in parties]
                planned.append((message, parts or [self._in_console(message)]))
        return planned

    def _part(self, tx: Reading, message: MessageRow, party: Party, row: LeadRow | None) -> Part | Tried:
        log = _log_of(tx, message, party)
        if any(entry.outcome == "sent" for entries in log.values() for entry in entries):
            return Tried(message=message, how="sent")
        if not party.ways:
            return self._in_console(message)
        ways = in_turn(party.ways, log)
        if not ways:
            return Tried(message=message, how="dead", why=NO_HOPE)
        subject, now = subject_of(tx, message, row), self._desk.clock()
        untils = [waits_until(way, party, message, by=subject.by(party.rep), now=now) for way in ways]
        if untils[0] is not None:
            return Tried(message=message, how="back", next=untils[0])
        ways = [way for way, until in zip(ways, untils, strict=True) if until is None]  # nobody falls back on a sleeper
        if not self._base or row is None or not subject.can_answer(party.rep):
            return Part(message=message, party=party, ways=tuple(ways))
        times = (now, subject.by(party.rep))
        ticket, token = answer_token(self._desk.sealer, self._desk.workspace, row, party.rep, times=times)
        return Part(message=message, party=party, ways=tuple(ways), ticket=ticket, token=token)

    def _keep_tokens(self, parts: Sequence[Part]) -> None:
        """Links work from the moment at which they go out."""
        tokens = [part.token for part in parts if part.token is not None]
        if tokens:
            with self._desk.store.sending(self._desk.workspace) as tx:
                tx.house.write(*tokens)

    def _in_console(self, message: MessageRow) -> Tried:
        """Nobody can be told but by the console, where it is to be seen anyway."""
        self._log("in the console only", kind=message.kind, to=message.to, message=message.no)
        return Tried(message=message, how="sent")

    # --- doing it

    def _queue(self, parts: Sequence[Part]) -> None:
        """What goes to one person by the same ways stands in one line, and whatever is in it goes together."""
        with self._lock:
            for part in parts:
                line = (part.party.key, *[way.carrier for way in part.ways])
                waiting = self._lines.setdefault(line, [])
                waiting.append(part)
                if len(waiting) % TOGETHER == 1:
                    self._threads[part.ways[0].kind].submit(self._carry, line)

    def _carry(self, line: Line) -> None:
        """On a thread of its own; whatever happens there, the fate of each part is told."""
        with self._lock:
            waiting = self._lines.pop(line, [])
            parts, rest = waiting[:TOGETHER], waiting[TOGETHER:]
            if rest:
                self._lines[line] = rest
        if not parts:
            return
        try:
            carried = self._postman.carry(parts)
        except Exception as error:
            carried = [Tried(message=part.message, how="later", why=type(error).__name__) for part in parts]
        for tried in carried:
            self._done.put(tried)

    # --- what has become of it

    def _note(self, tried: Tried) -> list[Fate]:
        """A part has ended; with the last one the message has."""
        no = tried.message.no
        known = self._known.setdefault(no, [])
        known.append(tried)
        self._left[no] -= 1
        if self._left[no]:
            return []
        del self._left[no], self._known[no]
        return [_fate(known)]


def _fate(known: Sequence[Tried]) -> Fate:
    """What became of a message, by all its parts: it is over when nobody is left for whom another attempt may help."""
    order: tuple[How, ...] = ("later", "back", "sent", "dead")
    worst = min(known, key=lambda each: order.index(each.how))
    return Fate(
        message=worst.message,
        how=worst.how,
        why=worst.why,
        after=worst.after,
        next=worst.next,
        log=tuple([row for each in known for row in each.log]),
    )


def _log_of(tx: Reading, message: MessageRow, party: Party) -> Story:
    """How earlier attempts went, by way; a first attempt has none."""
    if message.attempts < 2:
        return {}
    found = {
        way.carrier: tx.house.every(DeliveryRow, carrier=way.carrier, subject=f"message {message.no}")
        for way in party.ways
    }
    return {carrier: [row for row in rows if row.attempt < message.attempts] for carrier, rows in found.items()}
