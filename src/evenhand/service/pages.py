"""The pages by which people come in: plain HTML, that works without scripts, in any browser."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from msgspec import Struct

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#f6f6f4}"
    "main{max-width:24rem;margin:10vh auto;padding:2rem;background:#fff;border:1px solid #ddd;border-radius:8px}"
    "h1{font-size:1.4rem;margin:0 0 1rem}form{margin:0 0 1.5rem}label{display:block;margin:0 0 .75rem}"
    "input{display:block;width:100%;box-sizing:border-box;padding:.5rem;font:inherit;border:1px solid #767676;"
    "border-radius:4px}button{font:inherit;padding:.5rem 1rem;border:0;border-radius:4px;background:#14532d;color:#fff}"
    ".wrong{color:#8b0000}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

# Of its form's own site only, or browsers would not say where a form comes from.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Field(Struct, frozen=True, kw_only=True):
    """Something to fill in. `fill` tells the browser what it may fill it in with."""

    label: str
    name: str
    type: str = "text"
    value: str = ""
    fill: str = "off"
    required: bool = True


class Form(Struct, frozen=True, kw_only=True):
    """What is sent by a button."""

    action: str
    button: str
    fields: Sequence[Field] = ()
    hidden: Mapping[str, str] = {}


class Page(Struct, frozen=True, kw_only=True):
    """A page: what it says, and what can be done there. `wrong` says that something is."""

    title: str
    said: Sequence[str] = ()
    wrong: bool = False
    forms: Sequence[Form] = ()
    links: Mapping[str, str] = {}


def shown(page: Page, *, status: int = 200, cookies: Sequence[Cookie] = ()) -> Response[str]:
    """A page as an answer."""
    given = {name: getattr(page, name) for name in page.__struct_fields__}
    text = _PAGES.get_template("sign_in.html").render(style=STYLE, **given)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS, cookies=[*cookies])


def sent_to(path: str, *, cookies: Sequence[Cookie] = ()) -> Response[str]:
    """Go there: after a form was sent, so that going back does not send it again."""
    headers = {**HEADERS, "Location": path}
    return Response("", status_code=303, media_type="text/html", headers=headers, cookies=[*cookies])
