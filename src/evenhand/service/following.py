"""Following what happens in a workspace: one thread reads each new event, once, for everybody who listens.

Each listener has a place of its own (`Place`) and asks for what comes after it. The latest events are in memory; who
is further behind reads from the database until they have caught up. Nobody waits for anybody: a listener who is slow
holds a number, and nothing else.
"""

import asyncio
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Self

from msgspec import json

from evenhand.actions.desk import Desk
from evenhand.actions.happened import Said, said, said_instead
from evenhand.core.concerns import NOBODY, Audience, Body, Concern, after, audience
from evenhand.core.happenings import GONE
from evenhand.errors import Busy
from evenhand.ports.rows import EventRow
from evenhand.ports.store import Reading

KEPT: Final = 4096  # events in memory
PAGE: Final = 500  # events read at a time
REMEMBERED: Final = 10_000  # leads of which is known whom they concern
LISTEN: Final = 0.5  # seconds until a follower who hears nothing looks whether it is time to stop
LONGEST: Final = 5.0  # seconds after which it looks for new events even so
AGAIN: Final = 1.0  # seconds until the database is tried again
PAUSE: Final = 0.02  # seconds between two looks while much happens: what comes meanwhile is read together
EACH: Final = 16  # streams of one caller
MOST: Final = 512  # streams in all


class Happening:
    """An event that can be told: `frame` is the whole of it as a stream says it, put into words once for everybody."""

    __slots__ = ("_row", "audience", "frame", "kind", "lead", "no")

    def __init__(self, row: EventRow, told: Audience) -> None:
        self._row = row
        self.no = row.no
        self.kind = row.kind
        self.lead = row.lead
        self.audience = told
        self.frame = frame(row.no, row.kind, said(row))

    def for_rep(self, rep: str) -> bytes:
        """As a rep reads it: of those to whom a lead is offered only they are named."""
        if self.kind != "lead.offered":
            return self.frame
        body = {**json.decode(self._row.body, type=dict[str, object]), "offered": [rep]}
        return frame(self.no, self.kind, said(self._row, body=json.encode(body)))

    def gone(self) -> bytes:
        """What a rep reads whose offer is gone: nothing of what happened, nor who did it."""
        return frame(self.no, GONE.name, said_instead(self._row, GONE))


_ENCODE: Final = json.Encoder().encode
_BODY: Final = json.Decoder(dict[str, object])


def frame(no: int, kind: str, told: Said) -> bytes:
    """One event of a stream. JSON has no line breaks of its own."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (no, kind.encode(), _ENCODE(told))


class Concerns:
    """Knows whom leads concern, from their events, as they are gone through in order.

    fresh: leads with a higher number than this have no event before the first that is shown here.
    """

    def __init__(self, *, fresh: int | None = None, most: int = REMEMBERED) -> None:
        self._fresh = fresh
        self._most = most
        self._known: OrderedDict[int, Concern] = OrderedDict()

    def told(self, tx: Reading, row: EventRow) -> Audience:
        """Who hears of the next event."""
        body = _BODY.decode(row.body)
        if row.lead is None:
            return audience(row.kind, body, NOBODY, NOBODY)
        before = self._before(tx, row.lead, row.no)
        then = after(before, row.kind, body)
        self._known[row.lead] = then
        self._known.move_to_end(row.lead)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return audience(row.kind, body, before, then)

    def _before(self, tx: Reading, lead: int, no: int) -> Concern:
        found = self._known.get(lead)
        if found is None and self._fresh is not None and lead > self._fresh:
            self._fresh = lead
            return NOBODY
        return found if found is not None else concern_of(tx.story.events_of(lead), before=no)


def concern_of(rows: Sequence[EventRow], *, before: int) -> Concern:
    """Whom a lead concerned before an event, from all its events."""
    found = NOBODY
    for row in rows:
        if row.no < before:
            body: Body = _BODY.decode(row.body)
            found = after(found, row.kind, body)
    return found


class Place:
    """Where one listener is: the number of the last event that they have passed. `woken` when there is more."""

    def __init__(self) -> None:
        self.after = 0
        self.woken = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self._concerns = Concerns(most=1_000)
        self._upto = 0

    def told(self, tx: Reading, rows: Sequence[EventRow]) -> list[Happening]:
        """The events that come next; whom their leads concern is remembered only while none is left out."""
        if self._upto != self.after or not self._upto:
            self._concerns = Concerns(most=1_000)
        self._upto = 0
        found = [Happening(row, self._concerns.told(tx, row)) for row in rows]
        self._upto = rows[-1].no if rows else self.after
        return found


class Follower:
    """Follows one workspace while anybody listens. `told` hears of what goes wrong; it is tried again by itself."""

    def __init__(self, desk: Desk, *, kept: int = KEPT, told: Callable[[Exception], None] = lambda _: None) -> None:
        self.desk = desk
        self.is_over = False
        self._kept = kept
        self._told = told
        self._lock = threading.Lock()
        self._ring: list[Happening] = []
        self._first = 0  # the number of the first event in the ring; 0 while nobody listens
        self._concerns = Concerns()
        self._places: set[Place] = set()
        self._callers: Counter[str] = Counter()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        if self._thread is not None:
            self._thread.join(4 * LISTEN)

    def end(self) -> None:
        """Let every stream come to its end, and follow no more; returns at once, and may be called by any thread."""
        self.is_over = True
        self._stopped.set()
        self._wake()

    # --- who listens

    @property
    def streams(self) -> int:
        """How many listen."""
        return len(self._places)

    @contextmanager
    def listening(self, caller: str) -> Iterator[Place]:
        """A place for a listener, to `begin` with. Raises Busy if there are too many."""
        with self._lock:
            if self._callers[caller] >= EACH:
                raise Busy(f"you follow {EACH} streams of events already: close one first.")
            if len(self._places) >= MOST:
                raise Busy("too many streams of events are open. Try again in a while.")
            place = Place()
            self._callers[caller] += 1
            self._places.add(place)
        try:
            yield place
        finally:
            with self._lock:
                self._places.discard(place)
                self._callers[caller] -= 1
                self._callers += Counter()  # who has none left is forgotten

    def begin(self, place: Place, after: int | None) -> None:
        """Let a listener begin after an event, or with what happens from now on. Raises Unavailable."""
        with self.desk.store.reading(self.desk.workspace) as tx:
            router = tx.router()
        place.after = router.events if after is None else max(0, min(after, router.events))
        with self._lock:
            if not self._first:
                self._ring, self._first = [], router.events + 1
                self._concerns = Concerns(fresh=router.leads)
            if self._thread is None and not self.is_over:
                self._thread = threading.Thread(target=self._follow, name="following", daemon=True)
                self._thread.start()

    # --- what they are given

    def take(self, after: int, *, limit: int = PAGE) -> Sequence[Happening] | None:
        """The next events from memory, none if there are none yet; `None` if they are no longer there."""
        with self._lock:
            start = after + 1 - self._first
            return self._ring[start : start + limit] if start >= 0 else None

    def page(self, place: Place, *, limited: bool) -> Sequence[Happening]:
        """The next events from the database; `limited` if it matters whom they concern. Raises Unavailable."""
        with self.desk.store.reading(self.desk.workspace) as tx:
            rows = tx.story.events(place.after, limit=PAGE)
            if limited:
                return place.told(tx, rows)
        return [Happening(row, audience(row.kind, _BODY.decode(row.body), NOBODY, NOBODY)) for row in rows]

    # --- the thread

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                self._hear()
            except Exception as error:  # the database is away: whoever listens waits with us
                self._concerns = Concerns()
                self._told(error)
                self._stopped.wait(AGAIN)

    def _hear(self) -> None:
        with self.desk.store.listen() as listener:
            looked = -LONGEST
            while not self._stopped.is_set():
                if time.monotonic() - looked < LONGEST and not listener.wait(LISTEN):
                    continue
                looked = time.monotonic()
                if self._look():
                    self._stopped.wait(PAUSE)

    def _look(self) -> bool:
        """Read what is new; whether there was any."""
        found = False
        while not self._stopped.is_set() and self._is_wanted():
            with self.desk.store.reading(self.desk.workspace) as tx:
                rows = tx.story.events(self._first + len(self._ring) - 1, limit=PAGE)
                news = [Happening(row, self._concerns.told(tx, row)) for row in rows]
            self._keep(news)
            if news:
                found = True
                self._wake()
            if len(news) < PAGE:
                break
        return found

    def _is_wanted(self) -> bool:
        """Whether anybody listens; while nobody does nothing is kept."""
        with self._lock:
            if not self._places:
                self._ring, self._first = [], 0
            return bool(self._first)

    def _keep(self, news: Sequence[Happening]) -> None:
        with self._lock:
            self._ring.extend(news)
            if len(self._ring) >= 2 * self._kept:
                gone = len(self._ring) - self._kept
                self._first += gone
                self._ring = self._ring[gone:]

    def _wake(self) -> None:
        """Tell all listeners, each in the loop that they live in."""
        loops: dict[asyncio.AbstractEventLoop, list[Place]] = {}
        with self._lock:
            for place in self._places:
                loops.setdefault(place.loop, []).append(place)
        for loop, here in loops.items():
            with suppress(RuntimeError):  # the loop is closed, and nobody there listens any more
                loop.call_soon_threadsafe(_wake_all, here)


def _wake_all(places: Sequence[Place]) -> None:
    for place in places:
        place.woken.set()
