"""A workspace as the service holds it: one thread that writes for everybody, many that read.

Handlers are async: they leave their calls with the committer and await what becomes of them; what only reads runs on
another thread. The event loop itself never waits for the database.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from evenhand.actions.account_book import known_accounts
from evenhand.actions.committer import Committer
from evenhand.actions.desk import Call, Desk, call
from evenhand.actions.work import Work
from evenhand.know.match import Accounts
from evenhand.reading.setup import Setup
from evenhand.service.awaiting import Awaiting
from evenhand.service.following import Follower

P = ParamSpec("P")
T = TypeVar("T")

_OUTSIDE: Final = ThreadPoolExecutor(8, "outside")


class Room:
    """One workspace.

    desk:  to read by; its verbs are never run here.
    setup: the policy and the roster in force, as this process has last seen them.
    accounts: the companies that are known, likewise; see `workers/accounts.py` for how late that may be.
    follower: tells those who listen what happens.
    """

    def __init__(self, name: str, desk: Desk, committer: Committer) -> None:
        self.name = name
        self.desk = desk
        self.committer = committer
        self.setup: Setup = desk.setup()
        self.accounts: Accounts = known_accounts(desk)
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
    """Run something that waits for the database or a file on another thread."""
    return await _on(None, partial(work, *args, **kwargs))


async def outside(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for what waits for other people's machines (mail, names, another house), on threads of their own: one
    that takes long keeps nobody waiting who only looks.
    """
    return await _on(_OUTSIDE, partial(work, *args, **kwargs))


async def _on(threads: ThreadPoolExecutor | None, ready: Callable[[], T]) -> T:
    inside: Any = contextvars.copy_context().run
    done: T = await asyncio.get_running_loop().run_in_executor(threads, inside, ready)
    return done
