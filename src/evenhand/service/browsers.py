"""What is different when a browser asks: it sends its cookie along whoever has made it ask.

So a request that changes something must come from a page of ours: the browser says so itself (`Sec-Fetch-Site`, or
`Origin`), and whoever is signed in brings along what follows from their session, as a header or in the form.
"""

import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from evenhand.actions.callers import Caller
from evenhand.actions.sessions import LONGEST
from evenhand.errors import NotAllowed

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF: Final = "X-CSRF-Token"
FIELD: Final = "csrf"  # of a form
FORM: Final[Mapping[str, Any]] = {"form": True}  # opt of a route that looks for it in its form

_NAME: Final = "evenhand"


def cookie_name(*, secure: bool) -> str:
    """Under which name a browser keeps its session; with `__Host-` no neighbour of our host can set it."""
    return f"__Host-{_NAME}" if secure else _NAME


def session_cookie(ticket: str, *, secure: bool) -> Cookie:
    """The ticket of a session, for the browser alone: no script sees it, no other site's form sends it."""
    seconds = LONGEST // 1000 if ticket else 0
    key = cookie_name(secure=secure)
    return Cookie(key=key, value=ticket, path="/", max_age=seconds, secure=secure, httponly=True, samesite="lax")


def passing_cookie(name: str, value: str, *, seconds: int, secure: bool) -> Cookie:
    """Something to be known again in some minutes, when the browser comes back from another house."""
    return Cookie(key=name, value=value, path="/", max_age=seconds, secure=secure, httponly=True, samesite="lax")


def check_origin(connection: ASGIConnection[Any, Any, Any, Any], base: str) -> None:
    """Raise NotAllowed if a page that is not ours has made a browser ask. Programs say nothing of where they are."""
    site, origin = connection.headers.get("sec-fetch-site", ""), connection.headers.get("origin", "")
    if site:
        ours = site in {"same-origin", "none"}
    else:
        ours = not origin or origin == base or _netloc(origin) == connection.headers.get("host", "")
    if not ours:
        raise NotAllowed("a page of another site has sent this; nothing was done. Go to our own page and try again.")


def check_csrf(caller: Caller, brought: str) -> None:
    """Raise NotAllowed unless what was brought along follows from the caller's session."""
    if not hmac.compare_digest(brought.encode("utf-8", "replace"), caller.csrf.encode()):
        raise NotAllowed(f"send {CSRF} with what GET /api/v1/me says is csrf: it shows that a page of ours has asked.")


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
