"""Answers that nobody has read yet wait in a little memory and a bounded file, in order."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from evenhand.service.spool import Spool


async def passed(pieces: Sequence[bytes], *, memory: int, disk: int) -> bytes:
    spool, found = Spool(memory=memory, disk=disk), []

    async def put() -> None:
        for piece in pieces:
            await spool.put(piece)
        await spool.end()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(put())
        while piece := await spool.take():
            found.append(piece)
    spool.close()
    return b"".join(found)


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=20), max_size=30), memory=st.integers(0, 60), disk=st.integers(1, 60)
)
def test_everything_comes_out_in_order(pieces: list[bytes], memory: int, disk: int) -> None:
    assert asyncio.run(passed(pieces, memory=memory, disk=disk)) == b"".join(pieces)


def test_whoever_is_not_read_must_wait_in_the_end() -> None:
    async def fill() -> int:
        spool, put = Spool(memory=10, disk=20), 0
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.01):
                    await spool.put(b"12345")
                put += 1
        spool.close()
        return put

    assert asyncio.run(fill()) == 6
