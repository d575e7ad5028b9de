"""One table of a document: hands out its values by key, each of the type that is wanted, and notes what is wrong.

A reader asks for every key that it knows and then says which ones those were; faults collect in the one list that
all sections of a document share, so that everything wrong is told at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Final, Protocol, TypeAlias, TypeGuard, TypeVar

from evenhand.errors import BadInput, Fault
from evenhand.reading.durations import read_duration
from evenhand.reading.toml_places import Path

T = TypeVar("T")
V = TypeVar("V")


class Text(Protocol):
    """A document as far as faults need it: `toml.Document`, and the rows of a people.csv."""

    where: str

    def line_of(self, path: Path) -> int:
        """The line of the value at a path."""
        ...

    def position_in(self, path: Path, offset: int) -> tuple[int, int]:
        """Line and column of a character inside the text value at a path."""
        ...


Number: TypeAlias = int | Decimal

LONGEST_NAME: Final = 200
MOST_FAULTS: Final = 500  # that are told
FEW_FAULTS: Final = 100  # beyond these no nearest names are looked for, which takes time


class Section:
    """A table and where it stands. What cannot be used is noted as a fault and answered with the default."""

    def __init__(self, data: Mapping[str, object], path: Path, document: Text, faults: list[Fault]) -> None:
        self.data = data
        self.path = path
        self.document = document
        self.faults = faults

    @property
    def line(self) -> int:
        """The line on which the table begins."""
        return self.document.line_of(self.path)

    def line_of(self, *keys: str | int) -> int:
        """The line of something inside the table."""
        return self.document.line_of((*self.path, *keys))

    def fault(self, what: str, fix: str = "", *, at: Path = ()) -> None:
        """Note that something about the table, or about what is `at` a place inside it, is wrong."""
        line = self.document.line_of((*self.path, *at))
        self.faults.append(Fault(what=what, fix=fix, where=self.document.where, line=line))

    def wrong(self, key: str, wanted: str, example: str = "", *, at: Path = ()) -> None:
        """Note that the value of `key` is not what is wanted."""
        value = value_at(self.data, (key, *at))
        fix = f"Write, for example, {example}." if example else ""
        self.fault(f"{key} = {shown(value)} is not {wanted}.", fix, at=(key, *at))

    def known(self, keys: Collection[str]) -> None:
        """Note every key that nobody knows, with the nearest known one."""
        for key in self.data:
            if key not in keys:
                fix = suggest(key, keys) if len(self.faults) < FEW_FAULTS else ""
                self.fault(f"{shorten(key)!r} is not a known key here.", fix, at=(key,))

    def no_such(self, what: str, name: str, known: Collection[str], *, at: Path) -> None:
        """Note that something is named that is not there; the nearest name is looked for while faults are few."""
        few = len(self.faults) < FEW_FAULTS
        self.fault(f"there is no {what} {shorten(name)!r}.", suggest(name, known) if few else "", at=at)

    # --- values ------------------------------------------------------------------------------------------------------

    def text(self, key: str, default: str = "") -> str:
        """A text without control characters; what is empty counts as not given."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.wrong(key, "a text in quotes", f'{key} = "..."')
            return default
        if not value.isprintable():
            self.fault(f"{key} contains a line break or another control character.", "Take it out.", at=(key,))
            return default
        return value.strip() or default

    def name(self, key: str = "name") -> str:
        """A text that must be there."""
        found = self.text(key)
        value = self.data.get(key, "")
        if isinstance(value, str) and not value.strip():
            self.fault(f"{key} is missing.", f'Add {key} = "...".')
        if len(found) > LONGEST_NAME:
            self.fault(f"{key} has {len(found)} characters, more than {LONGEST_NAME}.", "Shorten it.", at=(key,))
        return found

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """`true` or `false`."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, "true or false", f"{key} = true")
        return default

    def integer(self, key: str, *, least: int = 0, most: int = 1_000_000_000) -> int | None:
        """A whole number within bounds."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, "a whole number", f"{key} = {max(least, 1)}")
            return None
        if not least <= value <= most:
            self.wrong(key, f"a number from {least} to {most:,}" if value > most else f"{least} or more")
            return None
        return value

    def number(self, key: str, *, least: int | None = None) -> Number | None:
        """A number, whole or not."""
        if key not in self.data:
            return None
        value = as_number(self.data[key])
        if value is None:
            self.wrong(key, "a number", f"{key} = 10")
        elif least is not None and value < least:
            self.wrong(key, f"{least} or more")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.data.get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value.strip(),) if value.strip() else ()
        if not is_texts(value):
            self.wrong(key, "a list of texts", f'{key} = ["...", "..."]')
            return ()
        return tuple(text.strip() for text in value)

    def choice(self, key: str, options: Collection[str], default: str) -> str:
        """One of a few words."""
        found = self.text(key, default)
        if found in options:
            return found
        self.wrong(key, f"one of {', '.join(options)}")
        return default

    # --- tables within -----------------------------------------------------------------------------------------------

    def table(self, key: str) -> "Section | None":
        """A table inside this one."""
        value = self.data.get(key)
        if isinstance(value, dict):
            return Section(value, (*self.path, key), self.document, self.faults)
        if value is not None:
            self.wrong(key, "a table", f"{key} = {{ ... }}")
        return None

    def tables(self, key: str) -> Iterator["Section"]:
        """The tables of an array of tables."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, "a list of tables", f"[[{key}]] above the keys of each")
            return
        for number, item in enumerate(value):
            yield Section(item, (*self.path, key, number), self.document, self.faults)

    def attempt(self, read: Callable[[V], T], value: V, *, at: Path) -> T | None:
        """What `read` makes of a value; its faults are noted at the value's own place in the document."""
        try:
            return read(value)
        except BadInput as found:
            path = (*self.path, *at)
            self.faults.extend(_moved(fault, self.document, path, value) for fault in found.faults)
            return None


def _moved(fault: Fault, document: Text, path: Path, value: object) -> Fault:
    """A fault inside a text value, with its place in the whole document."""
    what = fault.what
    if not fault.column or not isinstance(value, str):
        return Fault(what=what, fix=fault.fix, where=document.where, line=document.line_of(path))
    rows = value.split("\n")
    before = sum(len(row) + 1 for row in rows[: max(fault.line, 1) - 1])
    line, column = document.position_in(path, before + fault.column - 1)
    return Fault(what=what, fix=fault.fix, where=document.where, line=line, column=column)


def value_at(value: object, path: Path) -> object:
    """What stands at a path inside a value; `None` when there is nothing."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
    return value


def duration(section: Section, key: str, *, zero: bool = False) -> int | None:
    """A stretch of time in milliseconds, from a text such as `15m`."""
    value = section.data.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        section.wrong(key, "a duration in quotes", f'{key} = "15m"')
        return None
    found = section.attempt(read_duration, value, at=(key,))
    if found == 0 and not zero:
        section.wrong(key, "longer than nothing", f'{key} = "15m"')
        return None
    return found


def as_number(value: object) -> Number | None:
    """A value that is a number, or `None`; `true` is none."""
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def is_texts(value: object) -> TypeGuard[list[str]]:
    """Whether a value is a list of printable texts."""
    return isinstance(value, list) and all(isinstance(item, str) and item.isprintable() for item in value)


def shown(value: object) -> str:
    """A value as it could stand in the text, not too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return (
            "a list"
            if any(isinstance(item, list | dict) for item in value)
            else shorten(f"[{', '.join(shown(item) for item in value[:5])}]")
        )
    return shorten(str(value))


def shorten(text: str, most: int = 40) -> str:
    """At most `most` characters of a text, and nothing that cannot be printed."""
    text = "".join(sign if sign.isprintable() else "?" for sign in text[: most + 1])
    return text if len(text) <= most else f"{text[: most - 3]}..."


def suggest(word: str, known: Collection[str]) -> str:
    """`Did you mean ...?`, or what there is to choose from when it is not too much."""
    near = nearest(word, known)
    if near:
        return f"Did you mean {near!r}?"
    if not known:
        return "There are none."
    return f"Known: {', '.join(sorted(known))}." if len(known) <= 12 else ""


def nearest(word: str, known: Collection[str]) -> str:
    """The most similar known word; empty when nothing is similar."""
    folded = {name.casefold().replace("-", "_"): name for name in known}
    found = get_close_matches(word[:LONGEST_NAME].casefold().replace("-", "_"), folded, n=1)
    return folded[found[0]] if found else ""


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def faults_in_order(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Each fault once, by line; of very many only the first, and how many more there are."""
    ordered = sorted(dict.fromkeys(faults), key=lambda fault: (fault.where, fault.line, fault.column))
    if len(ordered) <= MOST_FAULTS:
        return tuple(ordered)
    rest = Fault(what=f"and {len(ordered) - MOST_FAULTS:,} more like these.", where=ordered[0].where)
    return (*ordered[:MOST_FAULTS], rest)
