"""The desk: every verb runs here, many in one transaction, each all or nothing.

`Desk.run` takes the lock of the workspace's decision stream, looks at what is due, runs the calls one after the other
on one snapshot that each of them advances, and writes everything at once. A call that raises leaves nothing behind and
disturbs no other; if the writing itself fails, each call is tried again alone, so that a poisonous one fails alone.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, Final, Generic, ParamSpec, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.gather import changes_of
from evenhand.actions.memory import Memory, Unread, World
from evenhand.actions.rings import hand_out, put_off, ring_due, ring_one, wake_freed
from evenhand.actions.work import Base, Sealer, Work
from evenhand.core.advance import Tick, advance
from evenhand.core.model import Millis
from evenhand.errors import EvenhandError, Unavailable
from evenhand.ports.rows import Router
from evenhand.ports.store import Reading, Store
from evenhand.reading.setup import Setup

P = ParamSpec("P")
T = TypeVar("T")
Call: TypeAlias = Callable[[Work], T]

SKEW: Final = 5_000  # two machines' clocks may differ so much; a longer way back is a clock that was set


class Answer(Struct, Generic[T], frozen=True):
    """What became of a call: its value, or what it raised."""

    value: T | None = None
    error: Exception | None = None

    def get(self) -> T:
        """The value. Raises what the call raised."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # a call that returns nothing has None for its value


class Desk:
    """One workspace of one database, seen by one process."""

    def __init__(
        self, store: Store, workspace: int, *, clock: Callable[[], Millis], sealer: Sealer, engine: str
    ) -> None:
        self.store = store
        self.workspace = workspace
        self.clock = clock
        self.sealer = sealer
        self.engine = engine
        self._memory = Memory(store, workspace, clock)

    # --- running verbs

    def do(self, verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb in a transaction of its own. Raises what the verb raises; then nothing has been written."""
        return self.run([call(verb, *args, **kwargs)])[0].get()

    def run(self, calls: Sequence[Call[T]], *, rings: int = 64) -> list[Answer[T]]:
        """Run calls together, in their order. Raises Unavailable if the database fails; the calls' own errors are told.

        Up to `rings` of the timers that are due ring first.
        """
        try:
            self._memory.prepare()
            return self._together(calls, rings)
        except Unread:
            self.setup()
            return self.run(calls, rings=rings)
        except Unavailable:
            raise
        except Exception:
            if len(calls) == 1 and not rings:
                return self._alone(calls)
        return self._apart(calls)

    def _alone(self, calls: Sequence[Call[T]]) -> list[Answer[T]]:
        """One call by itself: whoever waited for what it frees is only woken, lest one of them be the one at fault."""
        try:
            return self._together(calls, 0, wakes=True)
        except Unavailable:
            raise
        except Exception as error:
            return [Answer(error=error)]

    def _apart(self, calls: Sequence[Call[T]]) -> list[Answer[T]]:
        """Each in a transaction of its own. Once the database fails, no more are tried; what was written is told."""
        answers: list[Answer[T]] = []
        for each in calls:
            try:
                answers += self.run([each], rings=0)
            except Unavailable as error:
                answers.append(Answer(error=error))
                break
        untried = Answer[T](error=Unavailable("the database failed before this was tried."))
        return answers + [untried] * (len(calls) - len(answers))

    def _together(self, calls: Sequence[Call[T]], rings: int, *, wakes: bool = False) -> list[Answer[T]]:
        with self.store.writing(self.workspace) as tx:
            world, work = self._begin(tx)
            snapshot = work.world
            if rings and work.ready:
                part = work.child()
                ring_due(part, limit=rings)
                work.absorb(part)
                hand_out(work)
            is_alone = len(calls) == 1 and not rings
            then = wake_freed if wakes else hand_out
            answers = [_tried(work, each, then, is_alone=is_alone) for each in calls]
            changes = changes_of(work, snapshot)
            if changes is not None:
                tx.save(changes)
        if changes is not None:
            self._memory.keep(replace(world, setup=work.base.setup), changes.router, work.world)
        return answers

    def step(self, *, limit: int = 64) -> bool:
        """Let what is due ring, and say whether there may be more at once."""
        return self.ring(limit=limit) >= limit

    def ring(self, *, limit: int = 64) -> int:
        """Let what is due ring, and say how many did. Raises Unavailable.

        If what they come to cannot be written, each rings apart from the others, and one that still cannot is put off.
        """
        rung = self.run([call(ring_due, limit=limit)], rings=0)[0]
        if rung.error is None:
            return rung.get()
        with self.store.reading(self.workspace) as tx:
            due = tx.agenda.due(self.clock(), limit=limit)
        for timer in due:
            alone = self.run([call(ring_one, timer)], rings=0)[0]
            if alone.error is not None:
                self.run([call(put_off, timer, alone.error)], rings=0)[0].get()
        return len(due)

    def imagine(self, each: Call[T]) -> T:
        """What a call would come to now. It runs on one moment that is only read: nothing is written, nobody waits."""
        try:
            with self.store.reading(self.workspace) as tx:
                _, work = self._begin(tx)
                return each(work)
        except Unread:
            self.setup()
            return self.imagine(each)

    # --- what decisions stand on

    def _begin(self, tx: Reading) -> tuple[World, Work]:
        """The world as it was left, and the work that begins in it now."""
        router = tx.router()
        world = self._memory.world(tx, router)
        now = self._now(router)
        base = Base(tx=tx, setup=world.setup, sealer=self.sealer, engine=self.engine, now=now)
        router = replace(router, version=router.version + 1, now=now)
        return world, Work(base, router, advance(world.snapshot, Tick(now)))

    def _now(self, router: Router) -> Millis:
        """Now, never before the transaction before, unless a clock was clearly set back."""
        now = self.clock()
        return router.now if router.now - SKEW <= now < router.now else now

    def setup(self) -> Setup:
        """The policy and the roster in force."""
        return self._memory.setup()


def call(verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
    """A verb with its arguments, to be run later."""
    return lambda work: verb(work, *args, **kwargs)


def _tried(work: Work, each: Call[T], then: Callable[[Work], None], *, is_alone: bool) -> Answer[T]:
    """What became of a call. Whoever waited for what it has freed is looked at before the next call is run.

    An error that is none of ours may leave the transaction unusable for the others: then all are tried again, apart.
    """
    child = work.child()
    try:
        value = each(child)
    except Unavailable:
        raise
    except EvenhandError as error:
        return Answer(error=error)
    except Exception as error:
        if not is_alone:
            raise
        return Answer(error=error)
    work.absorb(child)
    then(work)
    return Answer(value=value)
