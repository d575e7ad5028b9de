"""Edits of the roster that come as JSON: what changes, and whether the one who edits has seen what is there.

A key goes into a table by a dot, as on the command line: `{"caps.open": 5, "hours": null}`. A table that is given as a
whole takes the place of the one there is.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, TypeVar

from evenhand.actions.desk import Desk, call
from evenhand.actions.texts import Published, text_of
from evenhand.actions.work import Work
from evenhand.analytics.versions import in_force
from evenhand.errors import BadUsage, Fault
from evenhand.reading.edits import Kind, Said, own_document, table_of
from evenhand.service.room import Room
from evenhand.service.tags import check, tag_of

P = ParamSpec("P")
T = TypeVar("T")


def changes_in(body: Mapping[str, Any]) -> dict[str, Said | None]:
    """What changes, by key; `None` takes a key out. Raises BadUsage for what no roster can say."""
    return {key: None if value is None else _said(value, key) for key, value in body.items()}


def said_in(body: Mapping[str, Any]) -> dict[str, Said]:
    """A whole person or pool. Raises BadUsage for what no roster can say."""
    return {key: _said(value, key) for key, value in body.items()}


def _said(value: Any, where: str) -> Said:
    match value:
        case str() if "\0" in value:
            raise BadUsage(Fault(where=where[:200], what="has a zero byte in it.", fix="Take it out."))
        case bool() | int() | str():
            return value
        case float():
            return Decimal(str(value))
        case list():
            return [_said(each, f"{where}[{place}]") for place, each in enumerate(value)]
        case dict():
            return {key: _said(each, f"{where}.{key}") for key, each in value.items()}
        case _:
            raise BadUsage(Fault(where=where[:200], what="null is no value here.", fix="Leave it out."))


def entry_of(desk: Desk, kind: Kind, name: str) -> Mapping[str, object]:
    """What the roster in force says of one person or pool. Raises NotFound."""
    return table_of(own_document(in_force(desk)["roster"]), kind, name)


def entry_tag(kind: Kind, entry: Mapping[str, object]) -> str:
    """The tag of that."""
    return tag_of(kind, entry)


def check_entry(work: Work, kind: Kind, name: str, given: str) -> None:
    """Raise Overtaken if the roster says something else of one person or pool than the one who edits has seen."""
    if given:
        entry = table_of(own_document(text_of(work, "roster", work.router.roster)), kind, name)
        check(given, entry_tag(kind, entry))


def version_of(published: Published) -> int | None:
    """The number of the roster that has come into force; `None` if nothing has changed."""
    return published.versions.get("roster")


async def rehearsed(room: Room, verb: Callable[Concatenate[Work, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a verb that brings another text into force: first in mind, so that what takes long holds nobody up."""
    ready = call(verb, *args, **kwargs)
    await room.read(Desk.imagine, ready)
    return await room.submit(ready)
