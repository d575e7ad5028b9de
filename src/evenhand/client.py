"""A client of the HTTP API, for programs in Python.

    with Client("https://leads.example.com", key="eh_1_...") as evenhand:
        taken = evenhand.take({"email": "kim@example.com", "country": "DE"})
        print(taken.lead.rep, taken.because)

What it tries again it may: a lead goes out with a key of its own, so that however often it is sent it is taken once.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from secrets import token_hex
from types import TracebackType
from typing import Any, Final, Self

import httpx
import tenacity
from httpx_sse import connect_sse
from msgspec import Struct, convert, field, json
from msgspec.structs import replace

from evenhand.errors import EvenhandError
from evenhand.version import __version__

REFUSED: Final = frozenset({429, 503})  # nothing has been done: the same may be asked again
UNKNOWN: Final = frozenset({502, 504})  # somebody in between does not know
LONGEST: Final = 30.0  # seconds between two attempts, whatever the server says
TRIES: Final = 6
SLICE: Final = 500  # leads that are sent together
AGAIN: Final = 1.0  # seconds between two beginnings of a stream
NDJSON: Final = "application/x-ndjson"

_JSON: Final = json.Encoder(decimal_format="number").encode


class Lead(Struct, frozen=True, kw_only=True):
    """A lead as it stands; times are ISO 8601 in UTC. `fields` holds what may be seen of it."""

    id: str
    state: str
    received: str = ""
    source: str = ""
    rep: str | None = None
    pool: str | None = None
    rule: str | None = None
    score: float | None = None
    value: float | None = None
    since: str | None = None
    due: str | None = None
    accepted: str | None = None
    responded: str | None = None
    snoozed: str | None = None
    closed: str | None = None
    closing: str | None = None
    amount: float | None = None
    merged_into: str | None = None
    offered: tuple[str, ...] = ()
    fields: dict[str, Any] = {}


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a lead that was sent. `decision` is the whole record; empty if there is none."""

    lead: Lead
    decision: dict[str, Any]
    how: str = ""
    unread: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()

    @property
    def because(self) -> str:
        """Why the lead is where it is, in a sentence."""
        return str(self.decision.get("because", ""))


class Line(Struct, frozen=True, kw_only=True):
    """What became of one lead of many: its number and holder, or what is wrong with it (`error`).

    line:     counted from 1. lead: its number; with `decision="full"` the lead itself.
    decision: the number of the decision, the whole of it, or nothing.
    """

    line: int
    lead: str | Lead | None = None
    state: str = ""
    rep: str | None = None
    decision: str | dict[str, Any] | None = None
    how: str = ""
    unread: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()
    error: dict[str, Any] | None = None


class Event(Struct, frozen=True, kw_only=True):
    """Something that has happened; what is in `body` depends on the kind."""

    id: str
    at: str
    kind: str
    actor: str
    lead: str | None = None
    body: dict[str, Any] = field(default_factory=dict)


class ApiError(EvenhandError):
    """The service has said no: `problem` is what it said (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any], *, after: str = "") -> None:
        self.status = status
        self.problem = dict(problem)
        self.after = after
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))


class Client:
    """Speaks to one service as one key. Safe to share between threads; close it when done.

    tries:     how often a request is sent at most, while the service is busy or cannot be reached.
    transport: as httpx has it, for tests; and so is `rest`, which waits for so many seconds.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 30.0,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "User-Agent": f"evenhand-client/{__version__}"}
        base = f"{url.rstrip('/')}/api/v1/"
        self._http = httpx.Client(base_url=base, headers=headers, timeout=timeout, transport=transport)
        self.rest: Callable[[float], None] = time.sleep
        self._retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(tries),
            wait=_wait,
            retry=tenacity.retry_if_exception(_may_pass),
            sleep=lambda seconds: self.rest(seconds),  # noqa: PLW0108  it may be another by then
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # --- leads in

    def take(self, lead: Mapping[str, Any], *, key: str = "", test: bool = False) -> Taken:
        """Send a lead; returns once it is decided for good. `key` makes a retry of your own safe too.

        With `test` nothing is kept, charged or told. Raises ApiError, and httpx.TransportError if nobody answers.
        """
        headers = {"Idempotency-Key": key or token_hex(16)}
        found = self.ask("POST", "leads", body=lead, params={"test": "true"} if test else {}, headers=headers)
        if test:
            found = {"lead": {"id": "test", "state": found["decision"]["outcome"]}, **found}
        return _taken(found)

    def take_many(
        self, leads: Iterable[Mapping[str, Any]], *, decision: str = "short", slices: int = SLICE
    ) -> Iterator[Line]:
        """Send any number of leads as they come, so many at a time, and yield what became of each, in order.

        Each slice has a key of its own, and is sent again if the line is cut: no lead is taken twice. After a crash of
        your own send them all again, with an `id` and a `source` each. `decision`: `full`, `short` or `none`.
        """
        coming, begun = iter(leads), 0
        while some := list(islice(coming, slices)):
            for text in self._slice(some, decision).content.splitlines():
                line = json.decode(text, type=Line)
                yield replace(line, line=begun + line.line)
            begun += len(some)

    def _slice(self, leads: Sequence[Mapping[str, Any]], decision: str) -> httpx.Response:
        content = b"".join([_JSON(lead) + b"\n" for lead in leads])
        headers = {"Content-Type": NDJSON, "Idempotency-Key": token_hex(16)}
        params = {"decision": decision}
        request = self._http.build_request("POST", "leads/batch", content=content, params=params, headers=headers)
        return self._retrying(_send, self._http, request, once=False)

    # --- leads looked at, and what is done about them

    def lead(self, lead: str | int) -> Taken:
        """A lead as it stands, with the decision in force."""
        return _taken(self.ask("GET", f"leads/{lead}"))

    def leads(self, **filters: str) -> Iterator[Lead]:
        """The leads that fit: `state="waiting"`, `rep="ann"`, `source="web"`."""
        return (convert(item, Lead) for item in self.pages("leads", **filters))

    def act(self, lead: str | int, verb: str, **said: Any) -> Lead:
        """Do something about a lead: `act(12, "respond")`, `act(12, "close", ending="won", amount=5000)`.

        The verbs are those of `POST /leads/{id}/...` that answer with the lead. It is not done twice: raises Lost if
        nobody knows whether it was done.
        """
        found = self.ask("POST", f"leads/{lead}/{verb.replace('_', '-')}", body=said or None)
        return convert(found["lead"], Lead)

    def note(self, lead: str | int, text: str) -> str:
        """Write something down about a lead; the number of the note."""
        return str(self.ask("POST", f"leads/{lead}/notes", body={"text": text})["note"])

    # --- everything else

    def events(self, *, after: str | int | None = None, **filters: str) -> Iterator[Event]:
        """What happens from now on, or since an event. After a lost connection it goes on where it was.

        `events(kinds="lead.assigned,rep.*")`, `events(lead="12")`. Ends only when you stop, or with ApiError when you
        may listen no more.
        """
        last = None if after is None else str(after)
        while True:
            begun = time.monotonic()
            try:
                for event in _stream(self._http, last, filters):
                    yield event
                    last = event.id
            except httpx.TransportError:
                self._retrying(self.ask, "GET", "me")  # until somebody answers again
            self.rest(max(0.0, AGAIN - (time.monotonic() - begun)))

    def pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        while True:
            page = self.ask("GET", path, params=params)
            yield from page["items"]
            if not page.get("next"):
                return
            params = {**params, "after": page["next"]}

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Ask anything of the API: `ask("GET", "pools")`. Returns what the answer's JSON says.

        Tried again while the service is busy or cannot be reached, unless that could do something twice.
        """
        said = dict(headers or {})
        once = method in {"POST", "PATCH"} and "Idempotency-Key" not in said
        content = None if body is None else _JSON(body)
        if content is not None:
            said["Content-Type"] = "application/json"
        request = self._http.build_request(method, path, content=content, params=params, headers=said)
        answer = self._retrying(_send, self._http, request, once=once)
        return json.decode(answer.content) if answer.content else None


def _send(http: httpx.Client, request: httpx.Request, *, once: bool) -> httpx.Response:
    try:
        answer = http.send(request)
    except httpx.ConnectError:
        raise
    except httpx.TransportError as error:
        if once:
            raise Lost(f"nobody knows whether this was done: {error}") from error
        raise
    _check(answer, once=once)
    return answer


def _stream(http: httpx.Client, after: str | None, filters: Mapping[str, str]) -> Iterator[Event]:
    headers = {} if after is None else {"Last-Event-ID": after}
    timeout = httpx.Timeout(30.0, read=60.0)
    with connect_sse(http, "GET", "events", params=filters, headers=headers, timeout=timeout) as source:
        _check(source.response)
        for each in source.iter_sse():
            if each.data:
                yield json.decode(each.data, type=Event)


class Lost(httpx.TransportError):
    """The connection was lost after something was sent that must not be done twice: look before you ask again."""


class _Passing(ApiError):
    """The service has said no for now."""


def _taken(found: Mapping[str, Any]) -> Taken:
    return convert({**found, "decision": found["decision"] or {}}, Taken)


def _check(answer: httpx.Response, *, once: bool = False) -> None:
    if answer.is_success:
        return
    answer.read()
    try:
        problem = json.decode(answer.content, type=dict[str, Any])
    except ValueError:
        problem = {"title": answer.reason_phrase}
    uncertain = answer.status_code in UNKNOWN or problem.get("type") == "uncertain"
    passes = answer.status_code in REFUSED | UNKNOWN and not (once and uncertain)
    kind = _Passing if passes else ApiError
    raise kind(answer.status_code, problem, after=answer.headers.get("retry-after", ""))


def _may_pass(error: BaseException) -> bool:
    """Whether the same may go better the next time."""
    return isinstance(error, _Passing) or (isinstance(error, httpx.TransportError) and not isinstance(error, Lost))


def _wait(state: tenacity.RetryCallState) -> float:
    """As long as the service says, else ever longer, half of it left to chance."""
    error = state.outcome.exception() if state.outcome else None
    said = error.after if isinstance(error, ApiError) else ""
    grown = tenacity.wait_random_exponential(multiplier=0.2, max=LONGEST)(state)
    return min(LONGEST, max(grown, float(said))) if said.isdecimal() else grown
