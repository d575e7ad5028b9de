import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from evenhand.service.awaiting import Awaiting


class Counting:
    """A loop that says how often another thread has called it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.calls = 0
        self.create_future = loop.create_future

    def call_soon_threadsafe(self, work: Callable[[], Any]) -> None:
        self.calls += 1
        self.loop.call_soon_threadsafe(work)


async def batch(count: int, end: Callable[[list[Future[int]]], None]) -> tuple[int, list[Any]]:
    """What came of a batch that another thread has ended, and how often it has called."""
    loop = Counting(asyncio.get_running_loop())
    awaiting = Awaiting(loop)  # type: ignore[arg-type]  # all of a loop that is needed here
    calls = [Future[int]() for _ in range(count)]
    waiting = [awaiting.watch(each) for each in calls]
    await asyncio.to_thread(end, calls)
    return loop.calls, await asyncio.gather(*waiting, return_exceptions=True)


def test_a_whole_batch_comes_back_with_few_calls() -> None:
    def end(calls: list[Future[int]]) -> None:
        for number, each in enumerate(calls):
            each.set_result(number)

    calls, found = asyncio.run(batch(500, end))
    assert found == list(range(500))
    assert calls < 500


def test_what_went_wrong_is_raised_where_it_is_awaited() -> None:
    def end(calls: list[Future[int]]) -> None:
        calls[0].set_exception(ValueError("no"))
        calls[1].set_result(7)

    _, (first, second) = asyncio.run(batch(2, end))
    assert (str(first), second) == ("no", 7)


def test_who_has_stopped_waiting_is_left_alone() -> None:
    async def gone() -> Future[int]:
        awaiting = Awaiting(asyncio.get_running_loop())
        call = Future[int]()
        waiting = awaiting.watch(call)
        waiting.cancel()
        await asyncio.to_thread(call.set_result, 7)
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return call

    assert asyncio.run(gone()).result() == 7


def test_a_call_that_ends_after_the_loop_harms_nobody() -> None:
    async def left() -> Future[int]:
        call = Future[int]()
        assert not Awaiting(asyncio.get_running_loop()).watch(call).done()
        return call

    call = asyncio.run(left())
    call.set_result(7)
    assert call.result() == 7
