"""What goes wrong, as the API says it: one table from errors to status codes, one shape (RFC 9457).

To give an error a status: a line in `STATUS`. A test sees to it that every error has one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import Struct, json

from evenhand import errors
from evenhand.errors import BadInput, EvenhandError, Fault, TooOften

JSON: Final = "application/problem+json"
AGAIN: Final = {"Retry-After": "1"}

STATUS: Final[Mapping[type[Exception], int]] = {
    errors.BadInput: 422,
    errors.BadFile: 400,
    errors.BadUsage: 400,
    errors.BadSecret: 500,
    errors.NotFound: 404,
    errors.SwitchedOff: 410,
    errors.Conflict: 409,
    errors.Overtaken: 412,
    errors.NoTag: 428,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.Unavailable: 503,
    errors.Busy: 429,
    errors.CannotRead: 500,
    errors.NotSent: 502,
    errors.EvenhandError: 500,
}
TITLES: Final[Mapping[int, str]] = {
    400: "The request cannot be used",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "The world has moved on",
    410: "Not in use any more",
    412: "Somebody else has changed it",
    413: "Too large",
    415: "Not a kind of body that can be read",
    422: "Something in it cannot be used",
    428: "Which version was it made on?",
    429: "Too much at once",
    500: "Something is wrong here",
    502: "The other side has failed",
    503: "Not available now",
}


class FaultView(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with what was sent: where, what, and what to do about it."""

    what: str
    fix: str = ""
    where: str = ""
    line: int = 0
    column: int = 0


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457). `type` tells errors apart; `faults` lists everything that was found."""

    type: str
    title: str
    status: int
    detail: str = ""
    faults: tuple[FaultView, ...] = ()


def status_of(kind: type[Exception]) -> int:
    """The status of an error: its own, or that of what it is a kind of."""
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def problem_of(error: EvenhandError) -> Problem:
    """An error of ours as the API says it."""
    status = status_of(type(error))
    faults = tuple(_fault(each) for each in error.faults) if isinstance(error, BadInput) else ()
    return Problem(type=_name(type(error)), title=TITLES[status], status=status, detail=str(error), faults=faults)


def _name(kind: type[Exception]) -> str:
    """`NotFound` as `not-found`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("-")


def _fault(fault: Fault) -> FaultView:
    return FaultView(fault.what, fault.fix, fault.where, fault.line, fault.column)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """A problem as a response."""
    said = dict(headers or {})
    if problem.status in {429, 503}:
        said = {**AGAIN, **said}
    if problem.status == 401:
        said = {"WWW-Authenticate": 'Bearer realm="evenhand"', **said}
    return Response(json.encode(problem), status_code=problem.status, media_type=JSON, headers=said)


def told(_request: Request[Any, Any, Any], error: EvenhandError) -> Response[bytes]:
    """What Evenhand raises on purpose."""
    wait = {"Retry-After": str(-(-error.after // 1000))} if isinstance(error, TooOften) else None
    return answer(problem_of(error), wait)


def refused(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refuses: an unknown path, a value of another type, a body that is too large."""
    status = error.status_code
    faults = tuple(_of_framework(error.extra)) if isinstance(error.extra, list) else ()
    title = TITLES.get(status, "The request was refused")
    problem = Problem(type=f"http-{status}", title=title, status=status, detail=str(error.detail), faults=faults)
    return answer(problem, error.headers)


def too_deep(_request: Request[Any, Any, Any], _error: RecursionError) -> Response[bytes]:
    """A body that is nested deeper than anything that is meant."""
    what = "The body is nested too deeply to be read."
    return answer(Problem(type="http-400", title=TITLES[400], status=400, detail=what))


def broken(_request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    """What nobody meant to happen. What it says stays here, for it may quote anything; its place is in the journal."""
    return answer(Problem(type="internal", title=TITLES[500], status=500, detail="It has been noted. Try again later."))


def _of_framework(extra: Sequence[Any]) -> Sequence[FaultView]:
    return [
        FaultView(what=str(each.get("message", "")), where=str(each.get("key", each.get("source", ""))))
        for each in extra
        if isinstance(each, dict)
    ]
