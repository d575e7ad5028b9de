"""A workspace as the service holds it: one thread that writes for everybody, many that read.

Handlers are async: they leave their calls with the committer and await what becomes of them; what only reads runs on
another thread. The event loop itself never waits for the database.
"""

import asyncio
import contextvars
from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from evenhand.actions.committer import Committer
from evenhand.actions.desk import Call, Desk, call
from evenhand.actions.work import Work
from evenhand.reading.setup import Setup
from evenhand.service.awaiting import Awaiting
from evenhand.service.following import Follower

P = ParamSpec("P")
T = TypeVar("T")


class Room:
    """One workspace.

    desk:  to read by; its verbs are never run here.
    setup: the policy and the roster in force, as this process has last seen them.
    follower: tells those who listen what happens.
    """

    def __init__(self, name: str, desk: Desk, committer: Committer) -> None:
        self.name = name
        self.desk = desk
        self.committer = committer
        self.setup: Setup = desk.setup()
        self.follower = Follower(desk)
        self._awaiting: Awaiting | None = None

    @property
    def number(self) -> int:
        """The number of the workspace."""
        return self.desk.workspace

    async def do(self, verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb, together with what others ask for at the same time. Raises what it raises."""
        return await self.submit(call(verb, *args, **kwargs))

    async def submit(self, ready: Call[T], *, bulk: bool = False) -> T:
        """Run a call that is ready; `bulk` lets those pass for whom somebody is waiting."""
        loop = asyncio.get_running_loop()
        if self._awaiting is None or self._awaiting.loop is not loop:
            self._awaiting = Awaiting(loop)
        return await self._awaiting.watch(self.committer.submit(ready, bulk=bulk))

    async def read(self, look: Callable[Concatenate[Desk, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What a look at the desk gives."""
        return await aside(look, self.desk, *args, **kwargs)

    async def refresh(self) -> Setup:
        """See which policy and which roster are in force."""
        self.setup = await aside(self.desk.setup)
        return self.setup


async def aside(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run something that waits (for a database, a file, a name server) on another thread."""
    loop = asyncio.get_running_loop()
    ready: Callable[[], T] = partial(work, *args, **kwargs)
    inside: Any = contextvars.copy_context().run
    done: T = await loop.run_in_executor(None, inside, ready)
    return done
