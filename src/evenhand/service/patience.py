"""How long the service waits for its clients: for the head of a request, for each further piece of its body, for an
answer to be fetched; and how many may be connected at once.

uvicorn itself waits for ever. It still does the talking: `Line` stands between it and the connection, counts what
comes, and all lines are looked through once a second.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

Stage: TypeAlias = Literal["head", "idle", "body", "busy", "fetching", "over"]

HEAD: Final = 32 * 1024  # bytes of a request's first line and headers
PIECE: Final = 1024  # bytes of a body, or of an answer, that must pass within their time; less is no progress
CLOSING: Final = "Connection: close\r\nX-Content-Type-Options: nosniff\r\n\r\n"


class Patience(Struct, frozen=True, kw_only=True):
    """How long, in seconds: for a head, for progress of a body or an answer; and how many connections.

    every: between two looks.
    """

    head: float = 10.0
    body: float = 30.0
    fetching: float = 60.0
    connections: int = 1024
    every: float = 1.0


class Lines:
    """All connections of a server."""

    def __init__(self, patience: Patience, *, clock: Callable[[], float]) -> None:
        self.patience = patience
        self.open: set[Line] = set()
        self._clock = clock
        self._limits: dict[Stage, float] = {
            "head": patience.head,
            "body": patience.body,
            "over": patience.body,
            "fetching": patience.fetching,
        }

    @property
    def are_taken(self) -> bool:
        """Whether nobody else can be talked to now."""
        return len(self.open) >= self.patience.connections

    async def watch(self) -> None:
        """Look through all lines now and then, until cancelled."""
        while True:
            await asyncio.sleep(self.patience.every)
            self.look()

    def look(self) -> None:
        """Hang up on everybody whose time is over."""
        now = self._clock()
        for line in list(self.open):
            stage, passed = line.stage(), line.passed()
            limit = self._limits.get(stage)
            if line.mark is None or line.mark[0] != stage or limit is None or _is_moving(line.mark[1], passed, stage):
                line.mark = (stage, passed, now)
            elif now - line.mark[2] >= limit:
                line.hang_up("408 Request Timeout")


def _is_moving(before: int, now: int, stage: Stage) -> bool:
    """Whether enough has passed since; a head has its time for the whole of it."""
    return stage not in {"head", "over"} and abs(now - before) >= PIECE


class Line:
    """One connection: asyncio's protocol, which passes everything on to uvicorn's own.

    mark: the stage that it was found in, how much had passed then, and when that was.
    """

    def __init__(self, lines: Lines, inner: Any) -> None:
        self.mark: tuple[Stage, int, float] | None = None
        self._lines = lines
        self._inner = inner
        self._transport: Any = None
        self._cycle: object = None
        self._head = 0
        self._heard = 0

    def connection_made(self, transport: Any) -> None:
        """Somebody has called. If all lines are taken they are told to try again."""
        self._transport = transport
        if self._lines.are_taken:
            self.hang_up("503 Service Unavailable", "Retry-After: 1\r\n")
            return
        self._lines.open.add(self)
        self._inner.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """They have hung up, or we have."""
        if self in self._lines.open:
            self._lines.open.discard(self)
            self._inner.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """They have said something. A head that is too long goes no further."""
        if self not in self._lines.open:
            return
        if self._is_in_head() and self._head + len(data) > HEAD:
            room = HEAD - self._head
            self._feed(data[:room])
            if self._is_in_head():
                self.hang_up("431 Request Header Fields Too Large")
                return
            data = data[room:]
        self._feed(data)

    def eof_received(self) -> None:
        """They will say nothing more."""
        self._inner.eof_received()

    def pause_writing(self) -> None:
        """They do not listen just now."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """They listen again: that is progress, however much waits by the next look."""
        self._heard += PIECE
        self._inner.resume_writing()

    def stage(self) -> Stage:
        """What is being waited for."""
        cycle, flow = self._inner.cycle, self._inner.flow
        if cycle is None:
            return "head"
        if flow.write_paused:
            return "fetching"
        if cycle.response_complete:
            if cycle.more_body:
                return "over"
            return "head" if self._head else "idle"
        return "busy" if flow.read_paused or not cycle.more_body else "body"

    def passed(self) -> int:
        """Bytes that they have sent, less those that wait to be fetched."""
        return self._heard - int(self._transport.get_write_buffer_size())

    def hang_up(self, status: str, more: str = "") -> None:
        """End the call; if no answer has begun yet, with this one."""
        cycle = self._inner.cycle
        if cycle is None or not cycle.response_started or self.stage() == "head":
            self._transport.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{more}{CLOSING}".encode())
            self._transport.close()
        else:
            self._transport.abort()

    def _is_in_head(self) -> bool:
        cycle = self._inner.cycle
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _feed(self, data: bytes) -> None:
        if not data or self._transport.is_closing():
            return
        self._heard += len(data)
        self._inner.data_received(data)
        if self._inner.cycle is not self._cycle:
            self._cycle, self._head = self._inner.cycle, 0
        elif self._is_in_head():
            self._head += len(data)
