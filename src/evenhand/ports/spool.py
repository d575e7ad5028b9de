"""The memory of a run over a file: more leads than fit into memory, an agenda, and the history of each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from evenhand.core.arrival import Arrival
from evenhand.core.follow import TimerKind
from evenhand.core.model import Millis, Past
from evenhand.core.outcome import Decision


class Due(Struct, frozen=True):
    """Something on the agenda. It rings only if the lead's last decision is still the one numbered `stamp`."""

    at: Millis
    kind: TimerKind | Literal["close"]
    line: int
    stamp: int


class Pending(Struct, frozen=True, array_like=True):
    """A lead whose story is not over: its past, its last decision without the numbers, and since when it is in work."""

    past: Past
    last: Decision
    opened: Millis = 0


class OpenTwin(Struct, frozen=True):
    """The earliest open lead of the same person."""

    lead: str
    rep: str | None = None


class Spool(Protocol):
    """Everything that a run over a file must remember, kept on disk so that its memory does not grow with the file."""

    def add(self, arrival: Arrival) -> int | None:
        """Take an arrival in, known by its line. If its id is there already, only say on which line."""
        ...

    def span(self) -> tuple[Millis, Millis] | None:
        """The first and the last time at which a lead was received; `None` without leads."""
        ...

    def in_time_order(self) -> Iterator[Arrival]:
        """All arrivals by the time at which they were received, then by line."""
        ...

    def arrival(self, line: int) -> Arrival:
        """One arrival."""
        ...

    def twin(self, line: int) -> OpenTwin | None:
        """The earlier lead of the same person that is still open."""
        ...

    def closed(self, line: int) -> None:
        """This lead's story is over."""
        ...

    def pending(self, line: int) -> Pending | None:
        """The state of a lead whose story is not over."""
        ...

    def set_pending(self, line: int, pending: Pending) -> None:
        """Remember the state of a lead: it is open."""
        ...

    def schedule(self, due: Due, rank: int) -> None:
        """Put something on the agenda; of what is due at one moment lowest rank, then oldest lead goes first."""
        ...

    def next_due(self, until: Millis) -> Due | None:
        """Take the next thing off the agenda that is due up to and including a moment."""
        ...

    def block(self, line: int, stamp: int, reps: Sequence[str], rank: int) -> None:
        """Note that a waiting lead could go to these reps if only they had room."""
        ...

    def blocked_by(self, rep: str) -> Iterator[tuple[int, int]]:
        """(line, stamp) of the leads that wait for room with a rep: lowest rank, then oldest. Forgotten as given."""
        ...

    def keep(self, line: int, record: bytes) -> None:
        """Add a decision to the history of a lead whose story goes on."""
        ...

    def history(self, line: int) -> list[bytes]:
        """A lead's earlier decisions, oldest first; they are forgotten as they are given."""
        ...

    def unfinished(self) -> Iterator[int]:
        """The lines of the leads that still have a history here, in the order of the file."""
        ...


class Lines(Protocol):
    """Numbered lines, more than fit into memory, to be given back by number."""

    def add(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Take in (number, line) pairs."""
        ...

    def in_order(self) -> Iterator[tuple[int, bytes]]:
        """All pairs by number; those of one number as they came."""
        ...
