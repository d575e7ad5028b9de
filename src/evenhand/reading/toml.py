"""TOML text -> a document whose every value knows its line. The text itself is never regenerated.

Values come from the standard library's `tomllib`, numbers with a point as `Decimal`; places from a walk of our own.
"""

import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path as File
from typing import Final, TypeAlias

from evenhand.errors import BadInput, Fault
from evenhand.reading.toml_errors import explain, position, too_deep
from evenhand.reading.toml_places import Path, Places, TooDeepError, inside

Error: TypeAlias = type[BadInput]

LARGEST: Final = 8_000_000  # characters; ten thousand rules take about two million

_BOM: Final = "\ufeff"


class Document:
    """A parsed text: `source` as given, `data` its values, `digest` its name; `line_of` says where things stand."""

    def __init__(self, text: str, *, where: str = "input", error: Error = BadInput) -> None:
        self.where = where
        self.error = error
        self.source = text
        self.text = text.removeprefix(_BOM).replace("\r\n", "\n")
        self.digest = digest(text)
        self._places = self._find(error)
        self.data = self._read(error)
        self._lines = [0, *(place + 1 for place, sign in enumerate(self.text) if sign == "\n")]

    def line_of(self, path: Path) -> int:
        """The line, from 1, on which the value at `path` begins; of what is not there, the line of what contains it."""
        return bisect_right(self._lines, self._place(path))

    def lines(self) -> Mapping[Path, int]:
        """The line, from 1, of everything there is."""
        return {path: bisect_right(self._lines, place) for path, place in self._places.at.items()}

    def position_in(self, path: Path, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the character `offset` of the text value at `path`."""
        place = inside(self.text, self._place(path), offset)
        line = bisect_right(self._lines, place)
        return line, place - self._lines[line - 1] + 1

    def _place(self, path: Path) -> int:
        at = self._places.at
        while path and path not in at:
            path = path[:-1]
        return at[path]

    def _find(self, error: Error) -> Places:
        if len(self.text) > LARGEST:
            raise error(Fault(what=f"longer than {LARGEST:,} characters.", fix="Split it up.", where=self.where))
        try:
            return Places(self.text)
        except TooDeepError as found:
            raise error(too_deep(self.text, found.place, where=self.where)) from None

    def _read(self, error: Error) -> dict[str, object]:
        try:
            return values(self.text)
        except RecursionError:
            raise error(Fault(what="nested too deep.", fix="Flatten it.", where=self.where)) from None
        except ValueError as found:
            raise error(explain(self.text, found, where=self.where, twice=self._places.twice)) from None


def values(text: str) -> dict[str, object]:
    """What a text says, without its places. Raises ValueError if it is no TOML."""
    return tomllib.loads(text.removeprefix(_BOM).replace("\r\n", "\n"), parse_float=_number)


def _number(text: str) -> Decimal:
    """A decimal that stays small: `1e999999999` is no number anybody sells by."""
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError(f"{text[:20]} is no usable number")
    return number


def digest(*texts: str) -> str:
    """The name of the exact text: `sha256:` and 64 hexadecimal digits; of several, of all of them in order."""
    sha = hashlib.sha256()
    for number, text in enumerate(texts):
        sha.update((b"\0" if number else b"") + text.encode("utf-8", "surrogatepass"))
    return f"sha256:{sha.hexdigest()}"


def read_text(path: File, *, error: Error = BadInput) -> str:
    """The text of a file, in UTF-8.

    Raises `error` with the line of the first byte that is not UTF-8, or when the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as found:
        why = found.strerror or "it cannot be read"
        raise error(Fault(what=f"cannot be opened: {why}.", fix="Check the path.", where=str(path))) from None
    return decode(data, where=str(path), error=error)


def decode(data: bytes, *, where: str, error: Error = BadInput) -> str:
    """UTF-8 bytes as text; line ends stay as they are."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as found:
        before = data[: found.start].decode("utf-8")
        line, column = position(before, len(before))
        utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]
        shown = "looks like UTF-16" if utf16 else f"byte 0x{data[found.start]:02x} is not UTF-8"
        fault = Fault(what=f"{shown}.", fix="Save the file as UTF-8.", where=where, line=line, column=column)
        raise error(fault) from None
