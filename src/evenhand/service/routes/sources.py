"""`/api/v1/sources`: forms and incoming webhooks: what they are set up to take, never their secrets."""

from typing import Annotated, Any, Final

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Raw, Struct, json

from evenhand.actions.actor import Actor
from evenhand.actions.sources import (
    Change,
    NewSource,
    add_source,
    change_source,
    found_source,
    path_of,
    secrets_in,
    source_row,
    sources_of,
    switch_source,
)
from evenhand.actions.work import Work
from evenhand.app.kinds import KINDS, SETTINGS, secrets_of
from evenhand.core.instants import say_instant
from evenhand.ports.house import SourceRow
from evenhand.schema import mended
from evenhand.service.answers import AnObject, Answer
from evenhand.service.cursors import PAGE, After, Limit, page, place
from evenhand.service.guests import Asked, Guest, may
from evenhand.service.room import Room
from evenhand.service.shown import say_time
from evenhand.service.tags import check, if_match, tag_of, tagged

All = Annotated[bool, QueryParameter(name="all", description="Those too that are off.")]


class SourceView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where leads come in from.

    path:     where it is found below the address of the service: what is pasted into the other product, or linked to.
    settings: as its kind wants them. secrets: the names of those that it has.
    off:      since when nothing is taken from it.
    """

    name: str
    kind: str
    path: str
    on: bool
    version: int
    since: str
    by: str
    off: str | None = None
    secrets: tuple[str, ...]
    settings: AnObject


class Sources(Struct, frozen=True, kw_only=True):
    """A page of sources, by name."""

    items: tuple[SourceView, ...]
    next: str | None = None


class SourceWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source that is to be made; its kinds, with their settings and secrets, are at `/source-kinds`.

    name: small letters and digits, with single dashes between them; it is part of its address, and stays.
    """

    name: str
    kind: str
    settings: dict[str, Any] = {}
    secrets: dict[str, str] = {}


class SourceChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source as it is to be. Of the secrets those that are named change, with null they go; the others stay.

    on: whether leads are taken from it; left out, as it is.
    """

    settings: dict[str, Any]
    secrets: dict[str, str | None] = {}
    on: bool | None = None


class SecretView(Struct, frozen=True, kw_only=True):
    """A secret that a source of some kind has. `needed`: always; others only for some ways of proving who one is."""

    name: str
    what: str
    needed: bool


class SourceKind(Struct, frozen=True, kw_only=True):
    """A kind of source: what its settings may say, as a JSON Schema, and the secrets that it knows."""

    kind: str
    secrets: tuple[SecretView, ...]
    settings: dict[str, Any]


class SourceKinds(Struct, frozen=True, kw_only=True):
    """Every kind of source."""

    items: tuple[SourceKind, ...]


@get("/sources", opt=may("sources:read"))
async def list_sources(request: Asked, *, everything: All = False, after: After = None, limit: Limit = PAGE) -> Sources:
    """Where leads come in from, by name."""
    guest: Guest = request.auth
    start = place(after, str, "")
    found = await guest.room.read(sources_of)
    rows = [row for row in sorted(found, key=lambda row: row.name) if everything or row.off is None]
    items, onward = page([row for row in rows if row.name > start], limit, lambda row: row.name)
    return Sources(items=tuple([_shown(guest.room, row) for row in items]), next=onward)


@get("/source-kinds", opt=may("sources:read"))
async def list_source_kinds(request: Asked) -> SourceKinds:  # noqa: ARG001  the same for everybody
    """The kinds of sources that there are: `form`, and the products whose webhooks are understood."""
    return SourceKinds(items=tuple(map(_kind, KINDS)))


@get("/sources/{name:str}", opt=may("sources:read"))
async def get_source(request: Asked, name: FromPath[str]) -> Answer[SourceView]:
    """A source, on or off."""
    guest: Guest = request.auth
    row = await guest.room.read(found_source, name)
    return tagged(_shown(guest.room, row), _tag(row))


@post("/sources", opt=may("sources:write"))
async def new_source(request: Asked, data: JSONBody[SourceWanted]) -> Answer[SourceView]:
    """Take leads from somewhere new; everything that is wrong with what is said of it is told at once."""
    guest: Guest = request.auth
    wanted = NewSource(name=data.name, kind=data.kind, settings=json.encode(data.settings), secrets=data.secrets)
    row = await guest.room.do(add_source, wanted, kinds=KINDS, actor=guest.caller.actor)
    return tagged(_shown(guest.room, row), _tag(row), status=201)


@put("/sources/{name:str}", opt=may("sources:write"))
async def put_source(request: Asked, name: FromPath[str], data: JSONBody[SourceChange]) -> Answer[SourceView]:
    """Set a source up anew, with `If-Match` from `GET`: from then on leads are taken by that."""
    guest: Guest = request.auth
    wanted = Change(settings=json.encode(data.settings), secrets=data.secrets, on=data.on)
    row = await guest.room.do(_put, name, wanted, given=if_match(request), actor=guest.caller.actor)
    return tagged(_shown(guest.room, row), _tag(row))


@delete("/sources/{name:str}", opt=may("sources:write"), status_code=200)
async def turn_source_off(request: Asked, name: FromPath[str]) -> Answer[SourceView]:
    """Take no more leads from a source. Its name and settings stay; `PUT` with `on` turns it on again."""
    guest: Guest = request.auth
    row = await guest.room.do(_off, name, given=if_match(request), actor=guest.caller.actor)
    return tagged(_shown(guest.room, row), _tag(row))


def _put(work: Work, name: str, wanted: Change, *, given: str, actor: Actor) -> SourceRow:
    check(given, _tag(source_row(work, name)))
    return change_source(work, name, wanted, kinds=KINDS, actor=actor)


def _off(work: Work, name: str, *, given: str, actor: Actor) -> SourceRow:
    check(given, _tag(source_row(work, name)), required=False)
    return switch_source(work, name, on=False, actor=actor)


def _tag(row: SourceRow) -> str:
    return tag_of("source", row.name, row.version)


def _shown(room: Room, row: SourceRow) -> SourceView:
    return SourceView(
        name=row.name,
        kind=row.kind,
        path=path_of(row, room.name),
        on=row.off is None,
        version=row.version,
        since=say_instant(row.since),
        by=row.actor,
        off=say_time(row.off),
        secrets=tuple(secrets_in(row, room.desk.sealer, room.number)),
        settings=Raw(row.settings),
    )


def _kind(kind: str) -> SourceKind:
    secrets = [SecretView(name=each.name, what=each.what, needed=each.needed) for each in secrets_of(kind)]
    settings = mended(json.schema(SETTINGS[kind]))
    return SourceKind(kind=kind, secrets=tuple(secrets), settings=settings if isinstance(settings, dict) else {})


ROUTES: Final = (list_sources, list_source_kinds, get_source, new_source, put_source, turn_source_off)
