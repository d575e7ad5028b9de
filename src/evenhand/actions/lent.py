"""A desk that somebody else writes at: what is to be written is done by the committer's own thread, with its own desk.

So the workers of a process and the callers who come in by its doors share one writer, and never wait for each other's
locks; what is only read is read beside it.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from evenhand.actions.committer import Committer
from evenhand.actions.desk import Answer, Call, Desk
from evenhand.actions.work import Sealer, Work
from evenhand.core.model import Millis
from evenhand.ports.store import Store
from evenhand.reading.setup import Setup

P = ParamSpec("P")
T = TypeVar("T")


class AnyDesk(Protocol):
    """A desk as a worker sees it: a `Desk` of its own, or one that is lent."""

    @property
    def store(self) -> Store: ...
    @property
    def workspace(self) -> int: ...
    @property
    def clock(self) -> Callable[[], Millis]: ...
    @property
    def sealer(self) -> Sealer: ...

    def do(self, verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb in a transaction of its own."""
        ...

    def run(self, calls: Sequence[Call[T]], *, rings: int = 64) -> list[Answer[T]]:
        """Run calls together."""
        ...

    def ring(self, *, limit: int = 64) -> int:
        """Let what is due ring, and say how many did."""
        ...

    def setup(self) -> Setup:
        """The policy and the roster in force."""
        ...


class LentDesk:
    """The desk of a committer, lent to a worker.

    beside: to read by. writer: the desk that the committer writes at, and nobody else.
    """

    def __init__(self, beside: Desk, writer: Desk, committer: Committer) -> None:
        self._beside = beside
        self._writer = writer
        self._committer = committer

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self._beside.store

    @property
    def workspace(self) -> int:
        """The number of the workspace."""
        return self._beside.workspace

    @property
    def clock(self) -> Callable[[], Millis]:
        """The desk's clock."""
        return self._beside.clock

    @property
    def sealer(self) -> Sealer:
        """What locks personal data."""
        return self._beside.sealer

    def do(self, verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Desk.do`."""
        return self._committer.lend(lambda: self._writer.do(verb, *args, **kwargs)).result()

    def run(self, calls: Sequence[Call[T]], *, rings: int = 64) -> list[Answer[T]]:
        """As `Desk.run`."""
        return self._committer.lend(lambda: self._writer.run(calls, rings=rings)).result()

    def ring(self, *, limit: int = 64) -> int:
        """As `Desk.ring`."""
        return self._committer.lend(lambda: self._writer.ring(limit=limit)).result()

    def setup(self) -> Setup:
        """As `Desk.setup`."""
        return self._beside.setup()
