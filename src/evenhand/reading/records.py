"""CSV records, one after the other, from physical lines; a bad one never takes its neighbours with it.

A quote that is opened by mistake would swallow everything up to the next quote, or the whole file. So when a record of
several lines turns out to be no CSV, is still open at the end of the file, or grows too long, we look at the lines that
it swallowed: if they look like records of their own, only the line with the quote is spoiled, and reading goes on with
the next one. If they look like text, they belong to the long cell, and the whole record is spoiled.
"""

import csv
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from evenhand.reading.lines import MAX_LINE, Lines

MAX_CELL: Final = 1 << 20  # characters in one cell
_MAX_LINES: Final = 1000  # in one quoted cell; with MAX_CELL it bounds what is kept and what is read twice
_DELIMITERS: Final = ",;\t|"


class Record(Struct, frozen=True):
    """The cells of a record that began on `line`."""

    line: int
    cells: list[str]


class Spoiled(Struct, frozen=True):
    """A record that cannot be used, and why. `column` counts from 0; -1 means that it is not about one cell."""

    line: int
    value: str
    cause: str
    fix: str = ""
    column: int = -1


def sniffed(header: str) -> str:
    """The delimiter of a header line: the one it holds most of, outside quotes; the comma when it holds none."""
    bare = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


class Records:
    """Iterates over the records of `lines`. `width` is the number of cells to expect; 0 while it is unknown."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self.width = 0
        self._lines = lines
        self._delimiter = delimiter
        csv.field_size_limit(max(csv.field_size_limit(), 4 * MAX_LINE))  # ours are checked here, with a better message

    def __iter__(self) -> Iterator[Record | Spoiled]:
        while (text := self._lines.take()) is not None:
            yield self._record(text)

    def _record(self, text: str) -> Record | Spoiled:
        line = self._lines.number
        if len(text) >= MAX_LINE and not text.endswith(("\n", "\r")):
            return self._overlong(line, text)
        if '"' in text:
            return self._quoted(line, text)
        record = Record(line, text.rstrip("\r\n").split(self._delimiter))
        return self._checked(record) if len(text) > MAX_CELL else record

    def _quoted(self, line: int, text: str) -> Record | Spoiled:
        swallowed: list[str] = []
        try:
            cells = next(csv.reader(self._fed(text, swallowed), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return self._rescued(line, text, swallowed=swallowed, open_ended="unexpected end" in str(error))
        record = Record(line, cells)
        return self._checked(record) if swallowed or len(text) > MAX_CELL else record

    def _fed(self, text: str, swallowed: list[str]) -> Iterator[str]:
        yield text
        size = len(text)
        while size <= MAX_CELL and len(swallowed) < _MAX_LINES and (more := self._lines.take()) is not None:
            swallowed.append(more)
            size += len(more)
            yield more

    def _rescued(self, line: int, text: str, *, swallowed: list[str], open_ended: bool) -> Spoiled:
        size = len(text) + sum(map(len, swallowed))
        full = size > MAX_CELL or len(swallowed) >= _MAX_LINES
        if self._look_like_records(swallowed):
            self._lines.put_back(swallowed)
        elif open_ended and full:
            return self._skipped(line, text, size=size, last=swallowed[-1])
        cause = "the quote that opens here is never closed" if open_ended else "there is text after a closing quote"
        return Spoiled(line, text, cause, 'Close the quote; write a quote within a cell as "".')

    def _look_like_records(self, swallowed: list[str]) -> bool:
        shaped = sum(text.count(self._delimiter) >= max(self.width - 1, 0) for text in swallowed if text.strip())
        return shaped * 2 >= len(swallowed) and shaped > 0

    def _skipped(self, line: int, text: str, *, size: int, last: str = "") -> Spoiled:
        """Leaves out a quoted cell that is too long, up to and with the line that closes it."""
        rest, quotes = self._lines.skip_rest() if _cut(last) else (0, 0)
        size += rest
        while quotes % 2 == 0 and (more := self._lines.take()) is not None:
            rest, quotes = self._lines.skip_rest() if _cut(more) else (0, 0)
            quotes += more.count('"')
            size += len(more) + rest
        column = len(next(csv.reader([text], delimiter=self._delimiter))) - 1
        return Spoiled(line, text, _too_long(size), _SHORTEN, column)

    def _overlong(self, line: int, text: str) -> Spoiled:
        rest, quotes = self._lines.skip_rest()
        cells = next(csv.reader([text], delimiter=self._delimiter))
        column = next((place for place, cell in enumerate(cells) if len(cell) > MAX_CELL), len(cells) - 1)
        if (text.count('"') + quotes) % 2:
            return self._skipped(line, text, size=len(text) + rest)
        return Spoiled(line, cells[column], _too_long(len(text) + rest), _SHORTEN, column)

    def _checked(self, record: Record) -> Record | Spoiled:
        for column, cell in enumerate(record.cells):
            if len(cell) > MAX_CELL:
                return Spoiled(record.line, cell, _too_long(len(cell)), _SHORTEN, column)
        return record


_SHORTEN: Final = "Shorten the cell, or leave the column out."


def _cut(text: str) -> bool:
    return len(text) >= MAX_LINE and not text.endswith(("\n", "\r"))


def _too_long(size: int) -> str:
    return f"{size:,} characters are too long; a cell may hold {MAX_CELL:,}"
