"""A roster and the people.csv beside it, as one text: a desk keeps the roster as one, word for word."""

import tomllib
from pathlib import Path as File
from typing import Final

import tomlkit
from msgspec import Struct

from evenhand.errors import BadTeam, Fault
from evenhand.reading.people_csv import PeopleSheet
from evenhand.reading.setup import people_beside
from evenhand.reading.team import open_team
from evenhand.reading.toml import Document, read_text

_FROM: Final = "# The people of {name}, written out:\n"


class RosterText(Struct, frozen=True):
    """A roster as its files have it, and `whole`, which says the same in one text."""

    text: str
    people: str | None
    whole: str


def read_roster_text(path: File) -> RosterText:
    """The text of a roster file; if it names a people.csv, `whole` has those people in it as `[[person]]`.

    Raises BadTeam when a file cannot be read, or when the people stand in the roster in a form that takes no more.
    """
    text = read_text(path, error=BadTeam)
    document = open_team(text, where=str(path))
    people = people_beside(path, document)
    return RosterText(text, people, text if people is None else _merged(document, people))


def _merged(document: Document, people: str) -> str:
    name = str(document.data["people"])
    rows = PeopleSheet(people, where=name).data["person"]
    lines = document.text.splitlines()
    at = document.line_of(("people",)) - 1
    lines[at] = f"# {lines[at]}"
    whole = "\n".join(lines) + "\n\n" + _FROM.format(name=name) + tomlkit.dumps({"person": rows})
    try:
        if "people" not in tomllib.loads(whole):
            return whole
    except ValueError:
        pass
    fix = 'Write people = "people.csv" on a line of its own, and further people as [[person]].'
    raise BadTeam(Fault(where=document.where, line=at + 1, what=f"{name} cannot be put into this text.", fix=fix))
