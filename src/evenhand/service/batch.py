"""Many leads in one request, a line each, answered line by line while they still come in.

Three tasks hand on to one another, and each waits when the next one is full: one reads lines and leaves them with the
committer, on the line that lets forms pass; one answers what has been committed, in order; one sends. So a request of
any length takes a few slices of memory, and nobody who posts a form waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from itertools import islice
from typing import Final, Literal, TypeAlias

from litestar.types import Receive, Send
from msgspec import Raw, Struct
from msgspec.structs import replace

from evenhand.actions.callers import Caller
from evenhand.actions.desk import Call, Desk
from evenhand.actions.receiving import Incoming, Received, receiving
from evenhand.core.arrival import Arrival
from evenhand.core.record import record
from evenhand.core.view import encode, view
from evenhand.errors import BadInput, Busy, EvenhandError, Fault, Outdated, Unavailable
from evenhand.ports.rows import LeadRow
from evenhand.service.answers import ENCODE, DecisionRecord
from evenhand.service.intake import SOURCE, TRIES, Intake, Sent, lead_in
from evenhand.service.lead_answers import look_after, look_touched
from evenhand.service.ndjson import LONGEST, MEDIA, Gunzip, Line, Lines, Plain
from evenhand.service.problems import Problem, problem_of
from evenhand.service.room import Room, aside
from evenhand.service.shown import LeadView, show_lead
from evenhand.service.spool import Spool

Detail: TypeAlias = Literal["full", "short", "none"]

SLICE: Final = 128  # lines that are read, left and answered together
FLIGHT: Final = 4  # slices that are on their way
IDLE: Final = 120.0  # seconds without a byte from the client, or without its taking one
AGAIN: Final = 0.05  # seconds until a committer that is full is asked again


class BatchLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the lead on a line. With `decision=full`, `lead` is as in `GET /leads/{id}`."""

    line: int
    lead: str | LeadView
    state: str = ""
    rep: str | None = None
    decision: str | DecisionRecord | None = None
    how: str
    unread: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()


class BatchError(Struct, frozen=True):
    """Why a line could not be taken; the lines around it are none the worse for it."""

    line: int
    error: Problem


class Gone(Exception):
    """The client has hung up."""


class Given(Struct, frozen=True):
    """What the request says of all its leads."""

    caller: Caller
    detail: Detail = "short"
    source: str = SOURCE
    key: str = ""


class Prepared(Struct, frozen=True):
    """A line, and the lead on it, or why it is none."""

    line: Line
    arrival: Arrival | None = None
    lead: Incoming | None = None
    unread: tuple[str, ...] = ()
    error: EvenhandError | None = None


class Slice(Struct, frozen=True):
    """Lines that are on their way; those that hold a lead have a future."""

    lines: list[Prepared]
    futures: "list[Future[Received] | None]"


class Batch:
    """One such request."""

    def __init__(self, room: Room, given: Given, unpacked: Plain | Gunzip) -> None:
        self._room = room
        self._given = given
        self._intake = Intake(room)
        self._unpacked = unpacked
        self._lines = Lines()
        self._flight: asyncio.Queue[Slice | bytes | None] = asyncio.Queue(FLIGHT)
        self._spool = Spool()

    async def run(self, receive: Receive, send: Send) -> None:
        """Take everything, and answer it. What was taken stays so, whatever becomes of the client."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(receive))
                tasks.create_task(self._answer())
                tasks.create_task(self._send(send))
        except* (Gone, TimeoutError):
            pass  # there is nobody left to tell
        finally:
            self._spool.close()

    # --- one task reads

    async def _read(self, receive: Receive) -> None:
        try:
            async for chunk in body(receive):
                for piece in self._unpacked.feed(chunk):
                    await self._leave(self._lines.feed(piece))
            self._unpacked.end()
            await self._leave(self._lines.end())
        except BadInput as error:
            await self._flight.put(_error(self._lines.number + 1, error))
        await self._flight.put(None)

    async def _leave(self, lines: Sequence[Line]) -> None:
        rest = iter(lines)
        while some := list(islice(rest, SLICE)):
            await self._flight.put(await self._submitted(await aside(self._prepared, some)))

    def _prepared(self, lines: Sequence[Line]) -> list[Prepared]:
        return [self._prepare(line) for line in lines]

    def _prepare(self, line: Line) -> Prepared:
        if line.is_too_long:
            what = f"the line is longer than {LONGEST // 1024} KiB."
            return Prepared(line, error=BadInput(Fault(where="body", what=what, fix="Send less about each lead.")))
        try:
            row = lead_in(line.text, line=line.number)
            named = row.cells.get("source")
            source = named if isinstance(named, str) and named else self._given.source
            key = _key(self._given.key, line.number)
            arrival, lead, unread = self._intake.ready(Sent(row=row, raw=line.text, source=source, key=key))
        except BadInput as error:
            return Prepared(line, error=error)
        return Prepared(line, arrival, lead, unread)

    async def _submitted(self, lines: list[Prepared]) -> Slice:
        leads = [each.lead for each in lines if each.lead is not None]
        calls = iter(receiving(leads, actor=self._given.caller.actor))
        return Slice(lines, [None if each.lead is None else await self._submit(next(calls)) for each in lines])

    async def _submit(self, ready: Call[Received]) -> "Future[Received]":
        while True:
            try:
                return self._room.committer.submit(ready, bulk=True)
            except Busy:
                await asyncio.sleep(AGAIN)
            except Unavailable as error:
                failed: Future[Received] = Future()
                failed.set_exception(error)
                return failed

    # --- one answers

    async def _answer(self) -> None:
        while (item := await self._flight.get()) is not None:
            await self._spool.put(item if isinstance(item, bytes) else await self._answered(item))
        await self._spool.end()

    async def _answered(self, slice_: Slice) -> bytes:
        await _done(slice_.futures)
        for _ in range(TRIES - 1):
            late = [
                at for at, future in enumerate(slice_.futures) if future and isinstance(future.exception(), Outdated)
            ]
            if not late:
                break
            await self._room.refresh()
            again = await self._submitted(await aside(self._prepared, [slice_.lines[at].line for at in late]))
            await _done(again.futures)
            for at, line, future in zip(late, again.lines, again.futures, strict=True):
                slice_.lines[at], slice_.futures[at] = line, future
        return await self._room.read(self._told, slice_)

    def _told(self, desk: Desk, slice_: Slice) -> bytes:
        got = {at: future.result() for at, future in enumerate(slice_.futures) if future and not future.exception()}
        old = [received.lead for received in got.values() if received.settled is None]
        with desk.store.reading(desk.workspace) if old else nullcontext() as tx:
            rows = tx.leads.several(old) if tx is not None else {}
        told = []
        for at, (line, future) in enumerate(zip(slice_.lines, slice_.futures, strict=True)):
            if at in got:
                told.append(ENCODE(self._line(desk, line, got[at], rows)))
            else:
                told.append(_error_of(line, future))
        return b"\n".join(told) + b"\n"

    def _line(self, desk: Desk, line: Prepared, received: Received, rows: Mapping[int, LeadRow]) -> BatchLine:
        if self._given.detail == "none":
            return BatchLine(line=line.line.number, lead=str(received.lead), how=received.how)
        row = received.settled.row if received.settled is not None else rows[received.lead]
        said = BatchLine(
            line=line.line.number,
            lead=str(received.lead),
            state=row.state,
            rep=row.rep,
            decision=f"{received.lead}.{received.decision}" if received.decision > 0 else None,
            how=received.how,
            unread=line.unread,
            dirty=tuple(map(str, line.arrival.warnings)) if line.arrival is not None else (),
        )
        return said if self._given.detail == "short" else self._whole(desk, said, line, received)

    def _whole(self, desk: Desk, said: BatchLine, line: Prepared, received: Received) -> BatchLine:
        settled = received.settled
        if settled is None or line.arrival is None:
            looking = look_touched if received.how == "touched" else look_after
            found = looking(desk, self._given.caller, received.lead).answer
            return replace(said, lead=found.lead, decision=found.decision)
        ruling, policy = settled.ruling, settled.policy
        seen = view(record(ruling, policy, engine=desk.engine), ruling.case, policy)
        lead = show_lead(settled.row, line.arrival.lead.fields, policy.vocabulary)
        return replace(said, lead=lead, decision=Raw(encode(seen)))

    # --- one sends

    async def _send(self, send: Send) -> None:
        headers = [(b"content-type", MEDIA.encode()), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while piece := await self._spool.take():
            async with asyncio.timeout(IDLE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def body(receive: Receive) -> AsyncIterator[bytes]:
    """The body of a request as it comes. Raises Gone if the client hangs up, TimeoutError if it sends nothing."""
    while True:
        async with asyncio.timeout(IDLE):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        if message["type"] == "http.request":
            if message["body"]:
                yield message["body"]
            if not message.get("more_body"):
                return


def _key(given: str, line: int) -> str:
    """The key of a line, if the request has one: never one that follows from a source and an id."""
    return f"\x1f{given}\x1f{line}" if given else ""


async def _done(futures: "Sequence[Future[Received] | None]") -> None:
    """Wait for all of them: the committer keeps the order of its line, so they are done when the last one is."""
    last = next((future for future in reversed(futures) if future is not None), None)
    if last is None:
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop has been closed, and nobody waits any more
            loop.call_soon_threadsafe(over.set)

    last.add_done_callback(tell)
    await over.wait()


def _error(line: int, error: EvenhandError) -> bytes:
    return ENCODE(BatchError(line, problem_of(error))) + b"\n"


def _error_of(line: Prepared, future: "Future[Received] | None") -> bytes:
    error = line.error if future is None else future.exception()
    if not isinstance(error, EvenhandError):
        error = EvenhandError("this line cannot be kept; it has been noted.")
    return ENCODE(BatchError(line.line.number, problem_of(error)))
