"""The memory of a run over a file: a temporary SQLite database that is gone when the run is.

It is never synced and has no journal: if the machine stops, the run is started again.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Self

from msgspec import Struct, msgpack

from evenhand.core.arrival import Arrival
from evenhand.core.model import Lead, Match, Millis
from evenhand.core.record import fields_json, read_fields
from evenhand.ports.spool import Due, OpenTwin, Pending
from evenhand.stores.scratch import scratch

_SCHEMA: Final = """
CREATE TABLE arrival (line INTEGER PRIMARY KEY, lead TEXT NOT NULL UNIQUE, received INTEGER NOT NULL, person TEXT,
                      body BLOB NOT NULL);
CREATE TABLE open_lead (person TEXT PRIMARY KEY, line INTEGER NOT NULL, lead TEXT NOT NULL, rep TEXT) WITHOUT ROWID;
CREATE TABLE pending (line INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE agenda (at INTEGER, rank INTEGER, received INTEGER, line INTEGER, kind TEXT, stamp INTEGER,
                     PRIMARY KEY (at, rank, received, line, kind, stamp)) WITHOUT ROWID;
CREATE TABLE blocked (rep TEXT, rank INTEGER, received INTEGER, line INTEGER, stamp INTEGER,
                      PRIMARY KEY (rep, rank, received, line, stamp)) WITHOUT ROWID;
CREATE TABLE history (line INTEGER, seq INTEGER, body BLOB, PRIMARY KEY (line, seq)) WITHOUT ROWID;
"""

# An id that is already there is left alone; the caller then asks whose it is.
ADD_ARRIVAL: Final = "INSERT OR IGNORE INTO arrival (line, lead, received, person, body) VALUES (?, ?, ?, ?, ?)"
LINE_OF: Final = "SELECT line FROM arrival WHERE lead = ?"
# Made once all arrivals are in, which is faster than keeping it up to date.
INDEX_ARRIVALS: Final = "CREATE INDEX IF NOT EXISTS arrival_time ON arrival (received, line)"
IN_TIME_ORDER: Final = "SELECT body FROM arrival ORDER BY received, line"
ONE_ARRIVAL: Final = "SELECT body FROM arrival WHERE line = ?"
TIME_SPAN: Final = "SELECT min(received), max(received) FROM arrival"
# The only open lead of this person, if there is one: later ones are duplicates while it is open.
FIND_OPEN: Final = (
    "SELECT o.lead, o.rep FROM arrival a JOIN open_lead o ON o.person = a.person WHERE a.line = ? AND o.line <> ?"
)
OPEN_LEAD: Final = (
    "INSERT INTO open_lead (person, line, lead, rep) SELECT person, line, ?, ? FROM arrival "
    "WHERE line = ? AND person IS NOT NULL ON CONFLICT (person) DO UPDATE SET rep = excluded.rep"
)
CLOSE_LEAD: Final = "DELETE FROM open_lead WHERE person = (SELECT person FROM arrival WHERE line = ?) AND line = ?"
FIND_PENDING: Final = "SELECT body FROM pending WHERE line = ?"
SET_PENDING: Final = "INSERT OR REPLACE INTO pending (line, body) VALUES (?, ?)"
END_PENDING: Final = "DELETE FROM pending WHERE line = ?"
# The time of arrival comes along, so that of equals the oldest goes first, in whatever order the file has them.
SCHEDULE: Final = (
    "INSERT OR IGNORE INTO agenda (at, rank, received, line, kind, stamp) "
    "SELECT ?, ?, received, line, ?, ? FROM arrival WHERE line = ?"
)
FIRST_DUE: Final = (
    "SELECT at, rank, received, line, kind, stamp FROM agenda ORDER BY at, rank, received, line, kind, stamp LIMIT 1"
)
TAKE_DUE: Final = (
    "DELETE FROM agenda WHERE at = ? AND rank = ? AND received = ? AND line = ? AND kind = ? AND stamp = ?"
)
BLOCK: Final = (
    "INSERT OR IGNORE INTO blocked (rep, rank, received, line, stamp) "
    "SELECT ?, ?, received, line, ? FROM arrival WHERE line = ?"
)
FIRST_BLOCKED: Final = (
    "SELECT rank, received, line, stamp FROM blocked WHERE rep = ? ORDER BY rank, received, line, stamp LIMIT 1"
)
UNBLOCK: Final = "DELETE FROM blocked WHERE rep = ? AND rank = ? AND received = ? AND line = ? AND stamp = ?"
KEEP: Final = "INSERT INTO history (line, seq, body) SELECT ?, count(*), ? FROM history WHERE line = ?"
HISTORY: Final = "SELECT body FROM history WHERE line = ? ORDER BY seq"
FORGET: Final = "DELETE FROM history WHERE line = ?"
UNFINISHED: Final = "SELECT DISTINCT line FROM history ORDER BY line"

_FOREVER: Final = 1 << 62


class _Stored(Struct, frozen=True, array_like=True):
    line: int
    id: str
    received: Millis
    fields: bytes
    match: Match | None
    responded: Millis | None
    closed: Millis | None


_stored = msgpack.Decoder(_Stored)
_pending = msgpack.Decoder(Pending)


class FileSpool:
    """Keeps the promises of `ports.Spool` in a scratch database."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._next = _FOREVER

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """A new, empty spool, gone at the end of the `with` statement."""
        with scratch(_SCHEMA) as database:
            yield cls(database)

    def add(self, arrival: Arrival) -> int | None:
        """Take an arrival in, known by its line. If its id is there already, only say on which line."""
        if self._db.execute(ADD_ARRIVAL, _row(arrival)).rowcount:
            return None
        line: int = self._db.execute(LINE_OF, (arrival.lead.id,)).fetchone()[0]
        return line

    def span(self) -> tuple[Millis, Millis] | None:
        """The first and the last time at which a lead was received; `None` without leads."""
        first, last = self._db.execute(TIME_SPAN).fetchone()
        return None if first is None else (first, last)

    def in_time_order(self) -> Iterator[Arrival]:
        """All arrivals by the time at which they were received, then by line."""
        self._db.execute(INDEX_ARRIVALS)
        for (body,) in self._db.execute(IN_TIME_ORDER):
            yield _arrival(body)

    def arrival(self, line: int) -> Arrival:
        """One arrival."""
        return _arrival(self._db.execute(ONE_ARRIVAL, (line,)).fetchone()[0])

    def twin(self, line: int) -> OpenTwin | None:
        """The earlier lead with the same e-mail address that is still open."""
        found = self._db.execute(FIND_OPEN, (line, line)).fetchone()
        return OpenTwin(*found) if found else None

    def closed(self, line: int) -> None:
        """This lead's story is over."""
        self._db.execute(CLOSE_LEAD, (line, line))
        self._db.execute(END_PENDING, (line,))

    def pending(self, line: int) -> Pending | None:
        """The state of a lead whose story is not over."""
        found = self._db.execute(FIND_PENDING, (line,)).fetchone()
        return _pending.decode(found[0]) if found else None

    def set_pending(self, line: int, pending: Pending) -> None:
        """Remember the state of a lead: it is open."""
        self._db.execute(SET_PENDING, (line, msgpack.encode(pending)))
        self._db.execute(OPEN_LEAD, (pending.last.lead, pending.last.rep, line))

    def schedule(self, due: Due, rank: int) -> None:
        """Put something on the agenda; of what is due at one moment lowest rank, then oldest lead goes first."""
        self._db.execute(SCHEDULE, (due.at, rank, due.kind, due.stamp, due.line))
        self._next = min(self._next, due.at)

    def next_due(self, until: Millis) -> Due | None:
        """Take the next thing off the agenda that is due up to and including a moment."""
        if self._next > until:
            return None
        found = self._db.execute(FIRST_DUE).fetchone()
        self._next = found[0] if found else _FOREVER
        if self._next > until:
            return None
        self._db.execute(TAKE_DUE, found)
        at, _, _, line, kind, stamp = found
        return Due(at, kind, line, stamp)

    def block(self, line: int, stamp: int, reps: Sequence[str], rank: int) -> None:
        """Note that a waiting lead could go to these reps if only they had room."""
        self._db.executemany(BLOCK, [(rep, rank, stamp, line) for rep in reps])

    def blocked_by(self, rep: str) -> Iterator[tuple[int, int]]:
        """(line, stamp) of the leads that wait for room with a rep: lowest rank, then oldest. Forgotten as given."""
        while (found := self._db.execute(FIRST_BLOCKED, (rep,)).fetchone()) is not None:
            self._db.execute(UNBLOCK, (rep, *found))
            yield found[2], found[3]

    def keep(self, line: int, record: bytes) -> None:
        """Add a decision to the history of a lead whose story goes on."""
        self._db.execute(KEEP, (line, record, line))

    def history(self, line: int) -> list[bytes]:
        """A lead's earlier decisions, oldest first; they are forgotten as they are given."""
        found = [body for (body,) in self._db.execute(HISTORY, (line,))]
        if found:
            self._db.execute(FORGET, (line,))
        return found

    def unfinished(self) -> Iterator[int]:
        """The numbers of the leads that still have a history here, in the order of the file."""
        yield from [line for (line,) in self._db.execute(UNFINISHED)]


def _row(arrival: Arrival) -> tuple[int, str, Millis, str | None, bytes]:
    lead, line = arrival.lead, arrival.line
    body = _Stored(
        line, lead.id, lead.received, fields_json(lead.fields), lead.match, arrival.responded, arrival.closed
    )
    return line, lead.id, lead.received, arrival.key or None, msgpack.encode(body)


def _arrival(body: bytes) -> Arrival:
    found = _stored.decode(body)
    lead = Lead(id=found.id, received=found.received, fields=read_fields(found.fields), match=found.match)
    return Arrival(line=found.line, lead=lead, responded=found.responded, closed=found.closed)
