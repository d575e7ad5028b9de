"""A file of leads into a desk, slice by slice: decided at once, or tried out, or brought in with their holders.

However often the same file is taken in, no lead comes in twice. One that has an id of its own is known again by it; one
that has none, by its line's content, and if the same line stands there several times, by which of them it is.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from msgspec import Struct, json
from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.importing import Imported, import_open
from evenhand.actions.receiving import SLICE, Incoming, Received, incoming, receive, receiving
from evenhand.actions.work import Work
from evenhand.core.arrival import Arrival, Problem
from evenhand.errors import Conflict, EvenhandError, Unavailable
from evenhand.know.raw import Raw
from evenhand.reading.holdings import Holdings
from evenhand.reading.leads import RowSource
from evenhand.reading.rows import Reject, Row

_TO_JSON: Final = json.Encoder(decimal_format="number", order="sorted")


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a file. Every line is one of: new, there before, touched, rejected.

    again:   lines that had been taken before; touches: leads that had, with other values now.
    states:  what became of the new leads; reps: who has got them.
    dirty:   values that could not be read, by field.
    """

    lines: int
    new: int
    again: int
    touches: int
    rejected: int
    states: Mapping[str, int]
    reps: Mapping[str, int]
    dirty: Mapping[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every line ended as exactly one thing."""
        return self.lines == self.new + self.again + self.touches + self.rejected


class Sink(Struct, frozen=True):
    """Who hears of the run: each reject, each value that cannot be read, and after each slice how many lines it had."""

    reject: Callable[[Reject], None]
    unreadable: Callable[[int, Problem], None] = lambda _line, _problem: None
    taken: Callable[[int], None] = lambda _lines: None


class Ready(Struct, frozen=True):
    """A line that is ready to be taken: as a lead, and as it stands in the file."""

    arrival: Arrival
    lead: Incoming
    cells: Mapping[str, Raw]


class Made(Struct, frozen=True):
    """What became of a line: the lead, its state, and who has got it."""

    received: Received
    state: str = ""
    rep: str | None = None


Taker: TypeAlias = Callable[[Sequence[Ready]], Sequence[Made | Reject | Exception]]


class Remembered:
    """Rows that remember the one that was given last: a lead is read of each before the next one is asked for."""

    def __init__(self, rows: RowSource) -> None:
        self._rows = rows
        self.last: Mapping[str, Raw] = {}

    @property
    def header(self) -> Sequence[str]:
        return self._rows.header

    def __iter__(self) -> Iterator[Row | Reject]:
        for row in self._rows:
            if isinstance(row, Row):
                self.last = row.cells
            yield row

    def close(self) -> None:
        """Nothing more will be read."""
        self._rows.close()


# --- what is done with a slice


def deciding(desk: Desk, *, actor: Actor) -> Taker:
    """Take leads and decide about them."""
    return lambda some: made(desk, receive(desk, [each.lead for each in some], actor=actor))


def trying(work: Work, *, actor: Actor) -> Taker:
    """Decide about leads and forget it: to be used within `Desk.imagine`."""

    def take(some: Sequence[Ready]) -> list[Made | Reject | Exception]:
        found: list[Made | Reject | Exception] = []
        for each in receiving([each.lead for each in some], actor=actor):
            part = work.child()
            try:
                received = each(part)
            except EvenhandError as error:
                found.append(error)
                continue
            work.absorb(part)
            row = work.row(received.lead)
            found.append(Made(received, row.state, row.rep))
        return found

    return take


def importing(desk: Desk, holdings: Holdings, *, actor: Actor) -> Taker:
    """Take leads in as they stand in another system, with who holds them there."""

    def take(some: Sequence[Ready]) -> list[Made | Reject | Exception]:
        read = [standing(each, holdings) for each in some]
        good = [each for each in read if isinstance(each, Imported)]
        done = iter(made(desk, import_open(desk, good, actor=actor)))
        return [next(done) if isinstance(each, Imported) else each for each in read]

    return take


def standing(ready: Ready, holdings: Holdings) -> Imported | Reject:
    """A line as a lead that somebody holds elsewhere, or why it is none."""
    held = holdings.read(ready.arrival, ready.cells)
    if isinstance(held, Reject):
        return held
    return Imported(
        lead=ready.lead,
        rep=held.rep,
        state=held.state,
        since=held.since,
        due=held.due,
        responded=ready.arrival.responded,
        closed=ready.arrival.closed,
        amount=held.amount,
    )


def made(desk: Desk, answers: Sequence[Received | Exception]) -> list[Made | Exception]:
    """With what has become of the new leads."""
    new = [answer.lead for answer in answers if isinstance(answer, Received) and answer.how == "new"]
    with desk.store.reading(desk.workspace) as tx:
        rows = tx.leads.several(new) if new else {}
    return [
        Made(answer, rows[answer.lead].state, rows[answer.lead].rep)
        if isinstance(answer, Received) and answer.lead in rows
        else Made(answer)
        if isinstance(answer, Received)
        else answer
        for answer in answers
    ]


# --- a whole file


class FileIntake:
    """One run over one file, whose leads are said to come from `source`."""

    def __init__(self, desk: Desk, *, source: str, taker: Taker) -> None:
        self._desk = desk
        self._source = source
        self._taker = taker
        self._seen: dict[bytes, int] = {}  # content of a line without an id -> how often it has been there
        self._lines = 0
        self._how: Counter[str] = Counter()
        self._states: Counter[str] = Counter()
        self._reps: Counter[str] = Counter()
        self._dirty: Counter[str] = Counter()

    def take(self, leads: Iterable[Arrival | Reject], rows: Remembered, sink: Sink) -> Taken:
        """Take in all of it. Raises Conflict without a policy, Unavailable if the database fails: then begin again."""
        if not self._desk.setup().policy.digest:
            raise Conflict("there is no policy yet: publish one, with a roster, before leads come in.")
        batch: list[Ready] = []
        for found in leads:
            self._lines += 1
            if isinstance(found, Reject):
                self._reject(found, sink)
                continue
            for problem in found.warnings:
                self._dirty[problem.field] += 1
                sink.unreadable(found.line, problem)
            batch.append(self._ready(found, rows.last))
            if len(batch) == SLICE:
                self._flush(batch, sink)
                batch = []
        self._flush(batch, sink)
        return self._told()

    def _ready(self, arrival: Arrival, cells: Mapping[str, Raw]) -> Ready:
        raw = _TO_JSON.encode(cells)
        if arrival.lead.id == f"line-{arrival.line}":
            content = sha256(raw).digest()[:16]
            count = self._seen[content] = self._seen.get(content, 0) + 1
            arrival = replace(arrival, lead=replace(arrival.lead, id=f"row {content.hex()} {count}"))
        return Ready(arrival, incoming(arrival, self._desk, source=self._source, raw=raw), cells)

    def _flush(self, batch: Sequence[Ready], sink: Sink) -> None:
        for ready, answer in zip(batch, self._taker(batch), strict=True):
            match answer:
                case Made(received, state, rep):
                    self._how[received.how] += 1
                    if received.how == "new":
                        self._states[state] += 1
                        self._reps.update([rep] if rep else [])
                case Reject():
                    self._reject(answer, sink)
                case Unavailable():
                    raise answer
                case _:
                    self._reject(Reject(ready.arrival.line, "", "", _cause(answer)), sink)
        sink.taken(len(batch))

    def _reject(self, reject: Reject, sink: Sink) -> None:
        self._how["rejected"] += 1
        sink.reject(reject)

    def _told(self) -> Taken:
        return Taken(
            lines=self._lines,
            new=self._how["new"],
            again=self._how["replayed"],
            touches=self._how["touched"],
            rejected=self._how["rejected"],
            states=dict(self._states.most_common()),
            reps=dict(self._reps.most_common()),
            dirty=dict(self._dirty.most_common()),
        )


def _cause(error: Exception) -> str:
    """What is said of a lead that could not be taken."""
    return str(error).rstrip(".") if isinstance(error, EvenhandError) else f"it cannot be kept: {type(error).__name__}"
