"""The page of the reference that lists every route: written by `make reference`, from the routes themselves."""

from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

from litestar import Litestar
from litestar.connection import ASGIConnection

from evenhand.actions.passwords import Cost, Passwords
from evenhand.service.app import build
from evenhand.service.entrance import Entrance
from evenhand.service.guests import Guest
from evenhand.service.health import Health
from evenhand.service.house import House
from evenhand.service.journal import journal_to
from evenhand.service.metrics import Meters
from evenhand.service.openapi import Operation, operations, sentence
from evenhand.service.openapi_words import TAGS
from evenhand.service.routes.health import looked_after
from evenhand.service.way_in import way_in

_HEAD: Final = """# HTTP API

Every route of `evenhand serve`. The same for programs, with every body, answer and example, is at `/openapi.json`
(OpenAPI 3.1). [Programs in Python](../how-to/python-client.md) have a client.

- Send a key with every request: `Authorization: Bearer eh_...` (`evenhand key create NAME`); or sign in, and send what
  `GET /api/v1/me` says is `csrf` as `X-CSRF-Token` with whatever changes something.
- The scope is what the key, or the role of whoever signed in, must be allowed: see [roles](roles.md). A star stands for
  whoever is known, nothing for everybody. What one may not see is not there: 404.
- Ids are texts, times are ISO 8601 in UTC, amounts are numbers. A field that nobody knows is refused, and named.
- A list is `{"items": [...], "next": "..."}`: send `next` as `after` for the next page, until it is null.
- Whatever goes wrong is told as `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and in
  `faults` where, what, and what to do about it. After 429 and 503 nothing was done: wait for `Retry-After` seconds.
- `ETag` says which version an answer shows; `If-Match` with an edit has it refused (412) if somebody was faster.
- `Idempotency-Key` with a lead makes sending it again safe: the first answer is given once more, with
  `Idempotency-Replayed: true`.
"""


class _Nobody:
    """A doorkeeper who knows nobody."""

    async def admit(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Guest | None:  # noqa: ARG002
        return None


def whole_app() -> Litestar:
    """Every route that there is, with no desk behind it."""
    house, journal, doorkeeper = House({}), journal_to(StringIO()), _Nobody()
    entrance = Entrance(house, Passwords(Cost(rounds=1, memory=8)), base="", journal=journal)
    health = Health(house, is_current=lambda: True, idle=list)
    looked = looked_after(health, Meters(), doorkeeper, is_proxied=True)
    return build(doorkeeper, beside=[*way_in(entrance), *looked])


def page() -> str:
    """The page."""
    return "\n".join([_HEAD, *_sections(operations(whole_app()))])


def _sections(told: list[Operation]) -> Iterator[str]:
    for tag, says in TAGS.items():
        mine = [each for each in told if each.tag == tag]
        if mine:
            yield f"## {tag}\n\n{says}\n\n| | | scope | |\n|---|---|---|---|"
            yield "\n".join([_row(each) for each in mine]) + "\n"


def _row(told: Operation) -> str:
    scope = f"`{told.scope}`" if told.scope else ""
    what = sentence(told.doc).replace("|", "\\|")
    return f"| {told.method} | `{told.path}` | {scope} | {what} |"
