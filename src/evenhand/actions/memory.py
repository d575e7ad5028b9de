"""What a process remembers of a workspace between transactions, and how it knows that this is still true."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from evenhand.actions.known import at_work, hours, read_snapshot, setup_of, texts_of
from evenhand.core.model import Millis, Snapshot
from evenhand.ports.rows import Router
from evenhand.ports.store import Reading, Store
from evenhand.reading.setup import Setup

Texts: TypeAlias = tuple[str, str]  # the digests of a policy and a roster


class World(Struct, frozen=True):
    """The snapshot as it was when the decision stream had a version, and until when its calendars are good."""

    version: int
    setup: Setup
    snapshot: Snapshot
    until: Millis


class Unread(Exception):
    """The texts in force are new to this process: they are to be read before the lock is taken again."""


class Memory:
    """The texts in force, compiled, and the world of the last version that this process has seen."""

    def __init__(self, store: Store, workspace: int, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._workspace = workspace
        self._clock = clock
        self._world: World | None = None
        self._setups: dict[Texts, Setup] = {("", ""): setup_of("", "")}

    def prepare(self) -> None:
        """Work out before the lock is taken what would hold it up: everybody's hours, once a day."""
        world, now = self._world, self._clock()
        if world is not None and now >= world.until:
            at_work(world.snapshot, world.setup, now)  # remembered: found again under the lock

    def world(self, tx: Reading, router: Router) -> World:
        """The world as this version of the decision stream has it. Raises Unread."""
        world, now = self._world, max(router.now, self._clock())
        setup = self._setups.get((router.policy, router.roster))
        if setup is None:
            raise Unread
        if world is not None and world.version == router.version and now < world.until:
            return world
        snapshot = at_work(read_snapshot(tx, router, setup), setup, now)
        return World(router.version, setup, snapshot, hours(now).until)

    def keep(self, world: World, router: Router, snapshot: Snapshot) -> None:
        """What a transaction has left is what the next one begins with; of the texts only those in force are kept."""
        self._setups = {(router.policy, router.roster): world.setup}
        self._world = World(router.version, world.setup, snapshot, world.until)

    def setup(self) -> Setup:
        """The policy and the roster in force."""
        with self._store.reading(self._workspace) as tx:
            router = tx.router()
            named = (router.policy, router.roster)
            found = self._setups.get(named)
            if found is not None:
                return found
            texts = texts_of(tx, router)
        found = setup_of(*texts)
        at_work(Snapshot(now=0, roster=found.roster), found, self._clock())
        self._setups = {**self._setups, named: found}
        return found
