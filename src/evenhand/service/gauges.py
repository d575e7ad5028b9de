"""What Prometheus is told of the desk itself: how much waits, for how long, what is late, how far the turns are apart.

It is read from the database when somebody asks, on another thread than the one that serves, and not again for some
seconds, however often and by however many it is asked.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from evenhand.actions.desk import Desk
from evenhand.analytics.floor import world
from evenhand.core.ledger import UNIT
from evenhand.core.model import Millis
from evenhand.ports.rows import NEVER
from evenhand.service.metrics import ROOM
from evenhand.service.room import Room

GOOD: Final[Millis] = 5_000  # so long what was read is good


class Seen(Struct, frozen=True, kw_only=True):
    """A workspace at one moment; ages in seconds.

    late:   leads whose holder should have answered by now.
    spread: of each pool, how many leads lie between whom it owes most and who has had too many.
    """

    workspace: str
    decisions: int
    leads: dict[str, int]
    messages: dict[str, int]
    waiting: float
    outbox: float
    timers: float
    late: int
    spread: dict[str, float]


def look(name: str, desk: Desk) -> Seen:
    """See how a workspace stands."""
    now = desk.clock()
    with desk.store.reading(desk.workspace) as tx:
        router, counts, ring = tx.router(), tx.counts, tx.agenda.next()
        leads, oldest, late = counts.leads(), counts.oldest("waiting"), counts.late(now)
        (unsent, since), dead = counts.unsent(), counts.dead()
    return Seen(
        workspace=name,
        decisions=router.decisions,
        leads={str(state): count for state, count in leads.items()},
        messages={"waiting": unsent, "dead": dead},
        waiting=_age(oldest, now),
        outbox=_age(since, now),
        timers=_age(ring if ring is not None and ring < NEVER else None, now),
        late=late,
        spread=_spread(desk) if router.roster else {},
    )


def _age(since: Millis | None, now: Millis) -> float:
    return 0.0 if since is None else max(0, now - since) / 1000


def _spread(desk: Desk) -> dict[str, float]:
    now = world(desk)
    credits = {
        pool.name: [now.ledgers[pool.name].credits.get(rep, 0) for rep, weight in pool.weights.items() if weight]
        for pool in now.roster.pools.values()
        if pool.name in now.ledgers
    }
    return {name: (max(each) - min(each)) / UNIT for name, each in credits.items() if each}


class Gauges:
    """A collector of Prometheus' for all rooms. `clock` is in ms."""

    def __init__(self, rooms: Sequence[Room], *, clock: Callable[[], Millis]) -> None:
        self._rooms = rooms
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[Seen, ...] = ()
        self._until: Millis = 0

    def describe(self) -> list[Metric]:
        """Nothing in advance, so that being registered reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything that can be read now. A database that fails leaves its numbers out."""
        for room in self._rooms:
            yield from _lines(room)
        yield from _told(self.seen())

    def seen(self) -> tuple[Seen, ...]:
        """How the workspaces stand, or stood a moment ago. Raises what the database does."""
        with self._lock:
            now = self._clock()
            if not self._until - GOOD <= now < self._until:
                self._seen = tuple([look(room.name, room.desk) for room in self._rooms])
                self._until = now + GOOD
            return self._seen


def _lines(room: Room) -> Iterator[Metric]:
    streams = GaugeMetricFamily("evenhand_streams", "Streams of events that somebody follows.", labels=(ROOM,))
    streams.add_metric((room.name,), room.follower.streams)
    yield streams
    found = GaugeMetricFamily("evenhand_line", "Calls that wait for the committer.", labels=(ROOM, "line"))
    for line, count in zip(("forms", "bulk"), room.committer.waiting, strict=True):
        found.add_metric((room.name, line), count)
    yield found


def _told(seen: Sequence[Seen]) -> Iterator[Metric]:
    decisions = CounterMetricFamily("evenhand_decisions", "Decisions that were ever made.", labels=(ROOM,))
    for each in seen:
        decisions.add_metric((each.workspace,), each.decisions)
    yield decisions
    for name, what, read in _AGES:
        ages = GaugeMetricFamily(name, what, labels=(ROOM,))
        for each in seen:
            ages.add_metric((each.workspace,), read(each))
        yield ages
    for name, what, label, shares in _SHARES:
        found = GaugeMetricFamily(name, what, labels=(ROOM, label))
        for each in seen:
            for key, value in shares(each).items():
                found.add_metric((each.workspace, key), value)
        yield found


_AGES: Final[Sequence[tuple[str, str, Callable[[Seen], float]]]] = (
    ("evenhand_oldest_waiting_seconds", "How long the lead has waited that waits longest.", lambda seen: seen.waiting),
    ("evenhand_outbox_oldest_seconds", "How long the message has waited that waits longest.", lambda seen: seen.outbox),
    ("evenhand_timers_overdue_seconds", "How late the earliest timer is.", lambda seen: seen.timers),
    ("evenhand_late", "Leads whose holder should have answered by now.", lambda seen: seen.late),
)
_SHARES: Final[Sequence[tuple[str, str, str, Callable[[Seen], dict[str, float]]]]] = (
    ("evenhand_leads", "Leads by state.", "state", lambda seen: {**seen.leads}),
    ("evenhand_messages", "Messages by state; dead ones were given up.", "state", lambda seen: {**seen.messages}),
    (
        "evenhand_ledger_spread_leads",
        "Leads between whom a pool owes most and who has had too many.",
        "pool",
        lambda seen: seen.spread,
    ),
)
