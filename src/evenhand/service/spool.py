"""Answers that wait for a reader who is still writing: a little in memory, more in a file, and never more than that.

Many clients send all of a request before they read the first byte of the answer. If both sides waited for the other to
read, neither would ever go on; so what they do not read yet is laid aside here.
"""

import asyncio
import tempfile
from collections import deque
from typing import IO, Final

MEMORY: Final = 1 << 20  # bytes that wait in memory
DISK: Final = 256 << 20  # bytes that wait in a file; who leaves more unread is not read from any more
PIECE: Final = 256 * 1024  # bytes that are given at once out of the file


class Spool:
    """First in, first out, for one who puts and one who takes."""

    def __init__(self, *, memory: int = MEMORY, disk: int = DISK) -> None:
        self._memory = memory
        self._disk = disk
        self._near: deque[bytes] = deque()
        self._size = 0  # of what is near
        self._file: IO[bytes] | None = None
        self._read = self._written = 0  # how far the file
        self._ended = False
        self._change = asyncio.Condition()

    async def put(self, piece: bytes) -> None:
        """Lay something aside; waits while there is no room."""
        async with self._change:
            while self._written - self._read >= self._disk:
                await self._change.wait()
            if self._written == self._read and self._size < self._memory:
                self._near.append(piece)
                self._size += len(piece)
            else:
                self._lay(piece)
            self._change.notify_all()

    async def end(self) -> None:
        """Nothing more will be put."""
        async with self._change:
            self._ended = True
            self._change.notify_all()

    async def take(self) -> bytes:
        """What has waited longest; waits for it. Nothing at the end."""
        async with self._change:
            while not self._near and self._written == self._read:
                if self._ended:
                    return b""
                await self._change.wait()
            found = self._taken()
            self._change.notify_all()
            return found

    def close(self) -> None:
        """Forget what is left."""
        if self._file is not None:
            self._file.close()

    def _taken(self) -> bytes:
        if self._near:
            found = b"".join(self._near)
            self._near.clear()
            self._size = 0
            return found
        assert self._file is not None  # noqa: S101  something was written
        self._file.seek(self._read)
        found = self._file.read(min(PIECE, self._written - self._read))
        self._read += len(found)
        if self._read == self._written:
            self._file.seek(0)
            self._file.truncate()
            self._read = self._written = 0
        return found

    def _lay(self, piece: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by `close`
        self._file.seek(self._written)
        self._file.write(piece)
        self._written += len(piece)
