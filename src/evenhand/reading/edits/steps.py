"""One step of an edit, and what it does to the values that a roster's text says."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from evenhand.errors import BadTeam, Fault
from evenhand.reading.team import WHERE

Said: TypeAlias = bool | int | Decimal | str | Sequence["Said"] | Mapping[str, "Said"]
Path: TypeAlias = tuple[str, ...]
Kind: TypeAlias = Literal["person", "pool"]
Tables: TypeAlias = dict[str, object]

MEANS_NEVER: Final = frozenset({"hours", "members"})  # these say something even when they are empty


class Put(Struct, frozen=True):
    """A key gets a value, in place of the one it has; `path` goes into at most one table: `("caps", "open")`."""

    path: Path
    value: Said


class Drop(Struct, frozen=True):
    """A key goes. One that is not there is not missed; a table that is left empty goes with its last key."""

    path: Path


class Add(Struct, frozen=True):
    """A value comes to the end of a list."""

    key: str
    value: Said


class Take(Struct, frozen=True):
    """A value goes from a list, by its place in it."""

    key: str
    place: int


Step: TypeAlias = Put | Drop | Add | Take


def changes(table: Tables, step: Step, name: str) -> bool:
    """Take a step on the values as read; says whether it changes anything."""
    match step:
        case Put(path, value):
            inner = _inner(table, path, name)
            is_so = path[-1] in inner and same(inner[path[-1]], plain(value))
            inner[path[-1]] = plain(value)
            if len(path) > 1:
                table[path[0]] = inner
            return not is_so
        case Drop(path):
            inner = _inner(table, path, name)
            if path[-1] not in inner:
                return False
            del inner[path[-1]]
            if not inner and len(path) > 1 and path[0] not in MEANS_NEVER:
                del table[path[0]]
            return True
        case Add(key, value):
            table[key] = [*_list(table, key, name), plain(value)]
            return True
        case Take(key, place):
            table[key] = [value for number, value in enumerate(_list(table, key, name)) if number != place]
            if not table[key] and key not in MEANS_NEVER:
                del table[key]
            return True
        case never:
            assert_never(never)


def _inner(table: Tables, path: Path, name: str) -> Tables:
    if len(path) == 1:
        return table
    inner = table.get(path[0], {})
    if not isinstance(inner, dict):
        fix = f"Give {path[0]} as a whole."
        raise fault(f"{path[0]} of {name} is not a table, so {'.'.join(path)} cannot be changed.", fix)
    return inner


def _list(table: Tables, key: str, name: str) -> list[object]:
    found = table.get(key, [])
    if not isinstance(found, list):
        raise fault(f"{key} of {name} is not a list.", f"Give {key} as a whole.")
    return found


def plain(value: Said) -> object:
    """A value as a text of TOML gives it."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def same(one: object, other: object) -> bool:
    """The same values of the same types, all the way down."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def cannot() -> BadTeam:
    """What is raised rather than damage a text."""
    return fault("it is written in a way that cannot be edited here.", "Edit the text of the roster instead.")


def fault(what: str, fix: str) -> BadTeam:
    return BadTeam(Fault(what=what, fix=fix, where=WHERE))
