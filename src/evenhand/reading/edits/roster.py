"""Edits of a roster's text: what is edited changes, and every other character stays, comments and line ends included.

Only the lines of the one person or pool are touched (by tomlkit). The result is read again and compared with what the
roster should say then; a text that is written in a way that cannot be edited like this is refused, never damaged.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from evenhand.errors import BadTeam, Fault, NotFound
from evenhand.reading.edits.lines import Lines, lines_of
from evenhand.reading.edits.steps import Kind, Said, Step, Tables, cannot, changes, fault, plain
from evenhand.reading.edits.written import key_text, toml, write
from evenhand.reading.people_csv import PeopleSheet
from evenhand.reading.section import nearest, shorten
from evenhand.reading.team import WHERE, open_team
from evenhand.reading.toml import Document

NAMES: Final[Mapping[Kind, str]] = {"person": "id", "pool": "name"}


def edited(text: str, kind: Kind, name: str, steps: Sequence[Step]) -> str:
    """The text after the steps, all of them about one person or pool.

    Raises NotFound if there is none of that name, BadTeam if the text is no TOML or cannot be edited like this.
    """
    document = own_document(text)
    number = place_of(document, kind, name)
    wanted = deepcopy(document.data)
    table = _tables(wanted, kind)[number]
    steps = [step for step in steps if changes(table, step, name)]
    if not steps:
        return text
    return _verified(Lines(text), document, (kind, number), steps).checked(wanted)


def added(text: str, kind: Kind, *several: Mapping[str, Said]) -> str:
    """The text with more people or pools, after the last one there is. Raises BadTeam."""
    document = own_document(text)
    wanted = deepcopy(document.data)
    there = _tables(wanted, kind)
    names = {table.get(NAMES[kind]) for table in there}
    for said in several:
        if (name := said.get(NAMES[kind])) in names:
            raise fault(f"there is a {kind} {shorten(str(name))!r} already.", "Edit it, or choose another name.")
    wanted[kind] = [*there, *map(plain, several)]
    lines = Lines(text)
    at = lines_of(document, (kind, len(there) - 1))[1] if there else lines.end()
    new = [line for said in several for line in ("", *_written(kind, said))]
    lines.replace(at, at, new if at else new[1:])
    return lines.checked(wanted)


def _written(kind: Kind, said: Mapping[str, Said]) -> list[str]:
    return [f"[[{kind}]]", *[f"{key_text(key)} = {toml(value)}" for key, value in said.items()]]


def removed(text: str, kind: Kind, name: str) -> str:
    """The text without one person or pool. Raises NotFound, BadTeam."""
    document = own_document(text)
    number = place_of(document, kind, name)
    wanted = deepcopy(document.data)
    left = [table for place, table in enumerate(_tables(wanted, kind)) if place != number]
    wanted[kind] = left
    if not left:
        del wanted[kind]
    lines = Lines(text)
    start, end = lines_of(document, (kind, number))
    if start and lines.is_blank(start - 1):
        start -= 1
    elif not start and lines.is_blank(end):
        end += 1
    lines.replace(start, end, [])
    return lines.checked(wanted)


def merged(text: str, people: str) -> str:
    """The text with the people of a people.csv written into it, in place of the name of that file. Raises BadTeam."""
    document = open_team(text)
    where = document.data.get("people")
    rows = PeopleSheet(people, where=where if isinstance(where, str) and where else "people.csv").data["person"]
    if "people" in document.data:
        lines, at = Lines(text), document.line_of(("people",)) - 1
        lines.replace(at, at + 1, [])
        text = lines.checked({key: value for key, value in document.data.items() if key != "people"})
    return added(text, "person", *(rows if isinstance(rows, list) else ()))


def _verified(lines: Lines, document: Document, at: tuple[Kind, int], steps: Sequence[Step]) -> Lines:
    """Take the steps in the lines of the one table."""
    start, end = lines_of(document, at)
    try:
        page = tomlkit.parse(lines.text(start, end))
        table = page[at[0]][0]
        for step in steps:
            write(table, step)
        lines.replace(start, end, page.as_string().removesuffix("\n").split("\n"))
    except (TOMLKitError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise cannot() from error
    return lines


# --- what is there


@lru_cache(maxsize=4)
def own_document(text: str) -> Document:
    """The roster, if its people stand in it. Raises BadTeam if they come from a people.csv."""
    document = open_team(text)
    if "people" in document.data:
        what = "its people come from a people.csv, which cannot be edited here."
        fix = "Merge the people.csv into the roster first, and publish that."
        raise BadTeam(Fault(what=what, fix=fix, where=WHERE, line=document.line_of(("people",))))
    return document


def place_of(document: Document, kind: Kind, name: str) -> int:
    """Which of the people or pools it is, from 0. Raises NotFound with the nearest name."""
    names = [str(table.get(NAMES[kind], "")) for table in _tables(document.data, kind)]
    if name not in names:
        near = nearest(name, names)
        what = f"there is no {kind} {shorten(name)!r} in the roster."
        raise NotFound(what + (f" Did you mean {near!r}?" if near else ""))
    return names.index(name)


def table_of(document: Document, kind: Kind, name: str) -> Mapping[str, object]:
    """What the roster says of one person or pool, as it is written. Raises NotFound."""
    return _tables(document.data, kind)[place_of(document, kind, name)]


def _tables(data: Mapping[str, object], kind: Kind) -> list[Tables]:
    found = data.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise fault(f"{kind} is not a list of tables.", f"Put [[{kind}]] above the keys of each.")
    return found
