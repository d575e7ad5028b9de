"""What a reading of one expression keeps at hand: the vocabulary, the source, and the faults found so far."""

import ast
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from evenhand.core.when.fields import Kind, Vocabulary
from evenhand.core.when.functions import FUNCTIONS, SPECIAL
from evenhand.core.when.guard import MOST_FAULTS
from evenhand.errors import Fault

_KINDS: Final[dict[Kind, str]] = {
    "text": "a text",
    "texts": "a set of texts",
    "integer": "a whole number",
    "number": "a number",
    "money": "an amount",
    "boolean": "a yes or no",
    "time": "a time",
}


def say_kind(kind: Kind) -> str:
    """The kind with its article, for messages."""
    return _KINDS[kind]


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like this one; empty when none does."""
    lower = {name.casefold(): name for name in known}
    found = get_close_matches(word[:60].casefold(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


class Page:
    """One expression while it is read. Faults are collected, so that the reader hears of all of them at once."""

    __slots__ = ("faults", "source", "vocabulary")

    def __init__(self, source: str, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.faults: list[Fault] = []

    def note(self, at: ast.expr, what: str, fix: str = "") -> None:
        """Remember a fault at the place of a part."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(what=what, fix=fix, column=self._column(at.col_offset)))

    def text_of(self, part: ast.expr) -> str:
        """The part as it was written."""
        end = part.end_col_offset or part.col_offset
        return self.source[self._column(part.col_offset) - 1 : self._column(end) - 1]

    def _column(self, offset: int) -> int:
        # The parser counts bytes, and from the bracket that was put before the source: its 1 is our first character.
        return len(self.source.encode(errors="replace")[: max(offset - 1, 0)].decode(errors="ignore")) + 1

    def unknown_name(self, at: ast.expr, name: str) -> None:
        """Say what a name could have meant."""
        words = self.vocabulary
        if name in words.regions:
            self.note(at, f"{name} is a region.", f"Write `country in {name}`.")
        elif name in words.tables:
            self.note(at, f"{name} is a table.", f"Look something up in it: `{name}[plan]`.")
        elif name in FUNCTIONS or name in SPECIAL:
            self.note(at, f"{name} is a function.", f"Call it: `{name}(...)`.")
        else:
            self.note(at, f"There is no field “{name[:60]}”.", self._meant(name))

    def _meant(self, name: str) -> str:
        close = nearest(name, self.vocabulary.fields)
        if close:
            return f"Did you mean {close}?"
        return f'Put a text in quotes, "{name[:60]}", or declare the field under [fields].'
