"""What is true of every request, whatever it asks: it has an id, is timed, counted and noted, and its answer says how
browsers are to treat it. Pure ASGI, around everything else.

A handler that knows which lead it is about, and does not have it in its path, says so: `about(request, 12)`.
"""

import itertools
import os
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from litestar import Request
from litestar.types import ASGIApp, Receive, Send

from evenhand.service.guests import Guest
from evenhand.service.journal import Journal, raised
from evenhand.service.metrics import Meters

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

LEAD: Final = "evenhand.lead"
ERROR: Final = "evenhand.error"
ID: Final = b"x-request-id"
GONE: Final = 499  # they hung up before we had answered
NANO: Final = 1_000_000_000
SANE: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
NOWHERE: Final = "none"  # the route of what leads nowhere
USUAL: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
SECURE: Final = (b"strict-transport-security", b"max-age=31536000")
FAILED: Final = b'{"type":"internal","title":"Something is wrong here","status":500}'


class Attending:
    """Wraps the application. `secure` says that browsers come by HTTPS only."""

    def __init__(self, app: ASGIApp, meters: Meters, journal: Journal, *, secure: bool) -> None:
        self._app = app
        self._meters = meters
        self._journal = journal
        self._usual = (*USUAL, SECURE) if secure else USUAL
        self._ids = map(_numbered(os.urandom(5).hex()).format, itertools.count(1))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Let the application answer, and note how that went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, name = time.perf_counter_ns(), self._id(scope["headers"])
        status, has_gone = GONE, False

        async def heard() -> Any:
            nonlocal has_gone
            message = await receive()
            has_gone = message["type"] == "http.disconnect"
            return message

        async def told(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = GONE if has_gone else message["status"]
                message["headers"] = [*self._with_usual(message.get("headers", ())), (ID, name)]
            await send(message)

        try:
            await self._app(scope, heard, told)
        except Exception as error:
            scope[ERROR] = error
            if status == GONE:
                await _fail(told)
        finally:
            self._note(scope, name, status, took=time.perf_counter_ns() - begun)

    def _id(self, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """What the sender calls the request, if that is fit to be repeated; else a number of ours."""
        said = next((value for name, value in headers if name == ID), b"")
        return said if SANE.fullmatch(said) else next(self._ids).encode()

    def _with_usual(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        said = {name.lower() for name, _ in headers}
        return [*headers, *[each for each in self._usual if each[0] not in said]]

    def _note(self, scope: Any, name: bytes, status: int, *, took: int) -> None:
        route = scope.get("path_template") or NOWHERE
        self._meters.answered(_method(scope), route, status, seconds=took / NANO)
        facts = {"id": name.decode(), "method": _method(scope), "route": route, "status": status}
        facts["ms"] = round(took / 1e6, 2)
        guest: Guest | None = scope.get("auth")
        if guest is not None:
            facts["workspace"] = guest.room.name
            facts["caller"] = f"key {guest.caller.key}" if guest.caller.key else f"user {guest.caller.user}"
        lead = scope.get(LEAD) or (scope.get("path_params") or {}).get("lead")
        if isinstance(lead, int):
            facts["lead"] = lead
        error = scope.get(ERROR)
        if error is not None and status >= 500:
            self._journal.error("request", **facts, **raised(error))
        else:
            self._journal.info("request", **facts)


def about(request: Request[Any, Any, Any], lead: int) -> None:
    """Which lead a request is about, for its note."""
    scope: Any = request.scope
    scope[LEAD] = lead


async def note_error(error: Exception, scope: Any) -> None:
    """What went wrong in a request, for its note: a hook of the framework's."""
    scope[ERROR] = error


def _numbered(start: str) -> str:
    return start + "-{}"


def _method(scope: Any) -> str:
    """The method, if it is one of those that there are: numbers for whatever anybody sends would have no end."""
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


async def _fail(send: Any) -> None:
    """The answer when nothing else could be said."""
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(FAILED)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": FAILED})
