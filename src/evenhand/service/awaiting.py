"""From the committer's thread back to those who wait on the event loop: a whole batch with one wake-up.

`asyncio.wrap_future` wakes the loop once for each call, by a system call; of a batch of 64 that is 63 too many.
"""

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Pair: TypeAlias = "tuple[asyncio.Future[Any], Future[Any]]"


class Awaiting:
    """Those who wait on one event loop for calls that another thread runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._ended: deque[Pair] = deque()
        self._is_called = False

    def watch(self, call: "Future[T]") -> "asyncio.Future[T]":
        """What becomes of a call. Whoever stops waiting for it does not stop it."""
        waiting: asyncio.Future[T] = self.loop.create_future()
        call.add_done_callback(partial(self._end, waiting))
        return waiting

    def _end(self, waiting: "asyncio.Future[Any]", call: "Future[Any]") -> None:
        """On the other thread: note it, and call the loop unless that has been done since it last looked."""
        self._ended.append((waiting, call))
        if not self._is_called:
            self._is_called = True
            with suppress(RuntimeError):  # the loop is no more, and nobody waits
                self.loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._is_called = False  # before looking: what ends from now on calls again
        while self._ended:
            waiting, call = self._ended.popleft()
            if waiting.done():
                continue
            error = call.exception()
            if error is None:
                waiting.set_result(call.result())
            else:
                waiting.set_exception(error)
