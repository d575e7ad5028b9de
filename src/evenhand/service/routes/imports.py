"""`/api/v1/imports`: a file of leads, CSV or a JSON object a line, with a mapping and a list of what was rejected."""

import asyncio
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import IO, Annotated, Any, Final, TypeAlias

from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.actions.file_intake import Sink
from evenhand.actions.roles import allowed
from evenhand.errors import BadUsage, Conflict, EvenhandError, Fault
from evenhand.reading.csvout import rejects_to
from evenhand.reading.rows import Reject
from evenhand.service.answers import ENCODE, UNCOMPRESSED, Answer
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.importing import Done, Wanted, apart, run
from evenhand.service.leftovers import PREFIX
from evenhand.service.ndjson import MEDIA
from evenhand.service.problems import Problem, problem_of
from evenhand.service.room import Room

LARGEST: Final = 1 << 30  # bytes of a file
SHOWN: Final = 100  # rejects that the summary lists
CSV: Final = "text/csv"
SOURCE: Final = "import"  # of a file without a name

Maps: TypeAlias = Annotated[
    list[str] | None, QueryParameter(name="map", description="`column=field`; may be given again.")
]


class RejectView(Struct, frozen=True):
    """A line that could not be used."""

    line: int
    field: str
    value: str
    cause: str
    fix: str


class ImportAnswer(Struct, frozen=True, kw_only=True):
    """What became of a file. Every line is one of: new, there before, touched, rejected.

    again:    lines that had been taken before; touches: leads that had, with other values now.
    states:   what became of the new leads; reps: who has got them.
    dirty:    values that could not be read, by field.
    unmapped: columns that fill no field.
    rejects:  the first of those that were rejected; with `Accept: text/csv` the answer is a file of all of them.
    """

    lines: int
    new: int
    again: int
    touches: int
    rejected: int
    states: dict[str, int]
    reps: dict[str, int]
    dirty: dict[str, int]
    unmapped: tuple[str, ...]
    rejects: tuple[RejectView, ...]
    dry_run: bool


class Progress(Struct, frozen=True, omit_defaults=True):
    """A line of what is told while a file is taken in: how far it is, a reject, or in the end the summary."""

    taken: int | None = None
    reject: RejectView | None = None
    summary: ImportAnswer | None = None
    error: Problem | None = None


@post(
    "/imports",
    opt={**may("leads:take"), UNCOMPRESSED: True},
    status_code=200,
    request_max_body_size=LARGEST,
    responses={200: ResponseSpec(ImportAnswer, generate_examples=False, description="What became of the file.")},
)
async def import_leads(
    request: Asked,
    *,
    source: Annotated[str, QueryParameter(description="Where they come from; else the file's name.")] = "",
    maps: Maps = None,
    dry_run: Annotated[bool, QueryParameter(description="Only say what would become of them.")] = False,
    holders: Annotated[bool, QueryParameter(description="Bring leads in with whoever holds them elsewhere.")] = False,
    encoding: FromQuery[str] = "",
    delimiter: FromQuery[str] = "",
    zone: FromQuery[str] = "UTC",
    currency: FromQuery[str] = "",
) -> Response[Any]:
    """Take in a file of leads: the body itself (`text/csv`, or NDJSON), or the first file of a form (multipart).

    The same file may be sent again at any time, after a failure too: what is there already is not taken twice. With
    `Accept: application/x-ndjson` progress and rejects are told as they come, with `Accept: text/csv` the answer is the
    list of rejects. With `holders` the columns rep, status, since, due and amount say who holds each lead, nobody is
    charged and nobody is told; that takes the scope `leads:import`.
    """
    guest: Guest = request.auth
    _check(guest.caller, holders=holders, dry_run=dry_run)
    pairs = tuple(map(pair_of, maps or ()))
    path, name = await kept_file(request)
    wanted = Wanted(
        path=str(path),
        source=source or name or SOURCE,
        actor=guest.caller.actor,
        mapping=pairs,
        encoding=encoding,
        delimiter=delimiter,
        zone=zone,
        currency=currency,
        holders=holders,
        dry_run=dry_run,
    )
    accepts = request.headers.get("accept", "")
    if MEDIA in accepts:
        return Stream(_progress(guest.room, wanted), media_type=MEDIA)
    with gone_after(path):
        return await (_rejects if CSV in accepts else _summary)(guest.room, wanted)


def _check(caller: Caller, *, holders: bool, dry_run: bool) -> None:
    if not holders:
        return
    allowed(caller.role, caller.scopes, "leads:import")
    if dry_run:
        fix = "Leave dry_run out: sending the same file twice takes nothing twice."
        raise BadUsage(Fault(where="dry_run", what="cannot be had together with holders.", fix=fix))


def pair_of(text: str) -> tuple[str, str]:
    """`column=field` as the two. Raises BadUsage."""
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        fix = "Write map=Company name=company."
        raise BadUsage(Fault(where="map", what=f"{text[:80]!r} is not column=field.", fix=fix))
    return column.strip(), field.strip()


# --- the file


async def kept_file(request: Asked) -> tuple[Path, str]:
    """What was sent, in a file of its own, and what it is called there."""
    kind = request.content_type[0]
    suffix = ".jsonl" if "json" in kind else ".csv"
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=suffix, delete=False) as file:
        path = Path(file.name)
        try:
            if kind == "multipart/form-data":
                return path, await _uploaded(request, file)
            async for chunk in request.stream():
                file.write(chunk)
        except BaseException:
            path.unlink()  # noqa: ASYNC240  a moment, and nothing may come between when all is being given up
            raise
    return path, ""


async def _uploaded(request: Asked, file: IO[bytes]) -> str:
    form = await request.form()
    upload = next((each for each in form.values() if isinstance(each, UploadFile)), None)
    if upload is None:
        raise BadUsage(Fault(where="body", what="there is no file in the form.", fix="Send it as the field `file`."))
    while chunk := await upload.read(1 << 18):
        file.write(chunk)
    return PurePath(upload.filename).name


@contextmanager
def gone_after(path: Path) -> Iterator[None]:
    """Leaving it removes the file."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


# --- the answers


async def _summary(room: Room, wanted: Wanted) -> Response[Any]:
    rejects: list[Reject] = []

    def keep(reject: Reject) -> None:
        if len(rejects) < SHOWN:
            rejects.append(reject)

    done = await apart(lambda: run(room, wanted, Sink(keep)))
    return Answer(_answer(done, wanted, rejects))


async def _rejects(room: Room, wanted: Wanted) -> Response[Any]:
    kept = tempfile.TemporaryFile()  # noqa: SIM115  closed when it has been sent
    text = io.TextIOWrapper(kept, encoding="utf-8", newline="")
    try:
        done = await apart(lambda: run(room, wanted, Sink(rejects_to(text))))
    except BaseException:
        text.close()
        raise
    text.detach()
    kept.seek(0)
    said = f"lines={done.taken.lines}, new={done.taken.new}, again={done.taken.again}, rejected={done.taken.rejected}"
    headers = {"Import-Summary": said, "Content-Disposition": 'attachment; filename="rejects.csv"'}
    return Stream(_pieces(kept), media_type=f"{CSV}; charset=utf-8", headers=headers)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(1 << 18):
            yield chunk


async def _progress(room: Room, wanted: Wanted) -> AsyncGenerator[bytes, None]:
    """Lines as they come. The import waits for whoever reads them, and ends with them."""
    told = Told(asyncio.get_running_loop())
    with gone_after(Path(wanted.path)):
        running = asyncio.create_task(_run(room, wanted, told))
        try:
            while (lines := await told.lines.get()) is not None:
                yield lines
        finally:
            told.hang_up()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _run(room: Room, wanted: Wanted, told: "Told") -> None:
    sink = Sink(told.reject, taken=told.taken)
    try:
        done = await apart(lambda: run(room, wanted, sink))
        last = Progress(summary=_answer(done, wanted, []))
    except EvenhandError as error:
        last = Progress(error=problem_of(error))
    await told.lines.put(told.rest() + ENCODE(last) + b"\n")
    await told.lines.put(None)


class Told:
    """What an import on its thread has to tell, for a client who may read slowly."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.lines: asyncio.Queue[bytes | None] = asyncio.Queue(4)
        self.is_heard = True
        self._loop = loop
        self._waiting: list[bytes] = []
        self._count = 0

    def hang_up(self) -> None:
        """Nobody listens any more; whoever waits to tell something need not."""
        self.is_heard = False
        while not self.lines.empty():
            self.lines.get_nowait()

    def reject(self, reject: Reject) -> None:
        """A line was rejected."""
        self._waiting.append(ENCODE(Progress(reject=show_reject(reject))) + b"\n")

    def taken(self, lines: int) -> None:
        """So many more have been taken. Raises Conflict if nobody listens any more."""
        self._count += lines
        if not self.is_heard:
            raise Conflict("the client has hung up.")
        said = self.rest() + ENCODE(Progress(taken=self._count)) + b"\n"
        asyncio.run_coroutine_threadsafe(self.lines.put(said), self._loop).result()

    def rest(self) -> bytes:
        """What has not been handed on yet."""
        said = b"".join(self._waiting)
        self._waiting.clear()
        return said


def _answer(done: Done, wanted: Wanted, rejects: list[Reject]) -> ImportAnswer:
    taken = done.taken
    return ImportAnswer(
        lines=taken.lines,
        new=taken.new,
        again=taken.again,
        touches=taken.touches,
        rejected=taken.rejected,
        states=dict(taken.states),
        reps=dict(taken.reps),
        dirty=dict(taken.dirty),
        unmapped=done.unmapped,
        rejects=tuple(map(show_reject, rejects)),
        dry_run=wanted.dry_run,
    )


def show_reject(reject: Reject) -> RejectView:
    """A line that could not be used."""
    return RejectView(reject.line, reject.field, reject.value, reject.cause, reject.fix)


ROUTES: Final = (import_leads,)
