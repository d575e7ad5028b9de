"""CSV and NDJSON files as rows with line numbers. What cannot be a row becomes a `Reject`, and the rest goes on.

Every line that holds something ends up in exactly one `Row` or one `Reject` (a quoted cell may span several lines).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Final

import msgspec
from msgspec import Struct

from evenhand.errors import BadFile, BadUsage, Fault
from evenhand.know.raw import Raw, shorten
from evenhand.reading.lines import MAX_LINE, Lines
from evenhand.reading.records import MAX_CELL, Record, Records, Spoiled, sniffed

_JSON_LINES: Final = (".jsonl", ".ndjson")
_DEEPEST: Final = 16
_NUL: Final = "holds a zero byte"
_NUL_FIX: Final = "Export the file again, or remove the byte."
_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode


class Row(Struct, frozen=True):
    """One line of data: what each column holds. A column that the line does not have is not there."""

    line: int
    cells: Mapping[str, Raw]


class Reject(Struct, frozen=True):
    """A line that cannot be used: where, which value, why, and what to do about it."""

    line: int
    field: str
    value: str
    cause: str
    fix: str = ""

    def __str__(self) -> str:
        about = f"{self.field} {self.value!r}: " if self.field else ""
        return f"line {self.line}: {about}{self.cause}" + (f". {self.fix}" if self.fix else "")


class Rows:
    """The rows of one file, to be iterated over once.

    header:     the columns of a CSV file; () for NDJSON, where every line names its own.
    blank:      empty lines left out so far.
    bytes_read: how far into `size` bytes we are, for a progress bar; `size` is 0 for a pipe.
    """

    def __init__(self, lines: Lines, *, delimiter: str = "") -> None:
        self.header: tuple[str, ...] = ()
        self.blank = 0
        self._lines = lines
        self._records: Records | None = None
        first = lines.first_sign()
        if not first:
            raise BadFile(Fault(what="is empty.", fix=_NO_HEADER, where=lines.source))
        if not _is_json(lines.source, first):
            self._records = self._opened(delimiter)

    @property
    def source(self) -> str:
        return self._lines.source

    @property
    def size(self) -> int:
        return self._lines.size

    @property
    def bytes_read(self) -> int:
        return self._lines.bytes_read

    def close(self) -> None:
        self._lines.close()

    def __iter__(self) -> Iterator[Row | Reject]:
        try:
            yield from self._objects() if self._records is None else self._table(self._records)
        finally:
            self.close()

    def _opened(self, delimiter: str) -> Records:
        first = self._first_line()
        if first.startswith("sep=") and len(first) == 5:  # what Excel writes for itself
            delimiter = delimiter or first[4]
            self._lines.take()
            first = self._first_line()
        records = Records(self._lines, delimiter or sniffed(first))
        header = next(iter(records), None)
        if not isinstance(header, Record):
            cause = header.cause if header else "there is none"
            raise self._lines.fault(f"the header cannot be read: {cause}.", _NO_HEADER)
        self.header = _columns(header, self._lines)
        records.width = len(self.header)
        return records

    def _first_line(self) -> str:
        """The first line with something on it, without its ending; it is the next one to be taken."""
        while (text := self._lines.take()) is not None:
            if text.strip():
                self._lines.put_back([text])
                return text.rstrip("\r\n")
        raise self._lines.fault("there is no header.", _NO_HEADER)

    def _table(self, records: Records) -> Iterator[Row | Reject]:
        width = len(self.header)
        for record in records:
            if isinstance(record, Spoiled):
                yield self._reject(record)
            elif not any(cell and not cell.isspace() for cell in record.cells):
                self.blank += 1
            elif len(record.cells) > width and any(map(str.strip, record.cells[width:])):
                yield _too_wide(record, width)
            elif any("\0" in cell for cell in record.cells):
                yield self._with_nul(record)
            else:
                yield Row(record.line, dict(zip(self.header, record.cells, strict=False)))

    def _with_nul(self, record: Record) -> Reject:
        column = next(place for place, cell in enumerate(record.cells) if "\0" in cell)
        return self._reject(Spoiled(record.line, record.cells[column], _NUL, _NUL_FIX, column))

    def _reject(self, bad: Spoiled) -> Reject:
        field = self.header[bad.column] if 0 <= bad.column < len(self.header) else ""
        return Reject(bad.line, field, shorten(bad.value), bad.cause, bad.fix)

    def _objects(self) -> Iterator[Row | Reject]:
        while (text := self._lines.take()) is not None:
            if len(text) >= MAX_LINE and not text.endswith(("\n", "\r")):
                length = len(text) + self._lines.skip_rest()[0]
                cause = f"{length:,} characters are too long; a line may hold {MAX_LINE:,}"
                yield Reject(self._lines.number, "", shorten(text), cause)
            elif not text.strip():
                self.blank += 1
            else:
                yield json_row(self._lines.number, text)


def read_rows(source: str, *, encoding: str = "", delimiter: str = "") -> Rows:
    """Opens a CSV or NDJSON file ("-": standard input; either may be gzipped) and reads its header.

    NDJSON is told by its name (.jsonl, .ndjson) or by its first character. The delimiter is taken from the header
    unless it is given. Raises BadFile when the file as a whole cannot be used, here or, for a byte that is not text,
    while it is read; BadUsage for an unknown encoding or a delimiter of several characters.
    """
    if delimiter == "\\t":
        delimiter = "\t"
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise BadUsage(Fault(what=f"--delimiter {delimiter!r} is not one character.", fix="Give , ; | or \\t."))
    lines = Lines(source, encoding=encoding)
    try:
        return Rows(lines, delimiter=delimiter)
    except BaseException:
        lines.close()
        raise


_NO_HEADER: Final = "Give a file whose first line names its columns, or one JSON object a line."


def _is_json(source: str, first: str) -> bool:
    suffixes = PurePath(source.lower().removesuffix(".gz")).suffixes
    if suffixes and suffixes[-1] in _JSON_LINES:
        return True
    if first == "[" and suffixes[-1:] == [".json"]:
        fix = "Write one object a line (jq -c '.[]' does it)."
        raise BadFile(Fault(what="is one JSON array.", fix=fix, where=source, line=1))
    return first == "{"


def _columns(header: Record, lines: Lines) -> tuple[str, ...]:
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(header.cells, 1)]
    folded = [name.casefold() for name in names]
    twice = sorted({name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1})
    if twice:
        raise lines.fault(f"the header names {', '.join(twice)} more than once.", "Give each column its own name.")
    if any("@" in name and "." in name and " " not in name for name in names):
        raise lines.fault("the first line looks like data, not like a header.", _NO_HEADER)
    if any("\0" in name for name in names):
        raise lines.fault(f"the header {_NUL}.", _NUL_FIX)
    return tuple(names)


def _too_wide(record: Record, width: int) -> Reject:
    cause = f"{len(record.cells)} cells, the header has {width}"
    extra = next(filter(str.strip, record.cells[width:]))
    return Reject(record.line, "", shorten(extra), cause, "Put quotes around cells that contain the delimiter.")


def json_row(line: int, text: str) -> Row | Reject:
    """A JSON object as a row: what is nested in it gets names with dots."""
    try:
        found = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError, ArithmeticError) as error:
        cause = "nested too deeply" if isinstance(error, RecursionError) else f"not JSON: {error}"
        return Reject(line, "", shorten(text), cause, "Write one JSON object a line.")
    if not isinstance(found, dict):
        return Reject(line, "", shorten(text), "not a JSON object", "Write one JSON object a line.")
    cells: dict[str, Raw] = {}
    for name, value in _flattened(found, "", 0):
        if name.count(".") > _DEEPEST:
            return Reject(line, name[:80], "", "nested too deeply", "Write flat objects.")
        if problem := _unfit(value):
            return Reject(line, name, shorten(value), problem)
        cells[name] = value
    return Row(line, cells)


def _flattened(found: Mapping[str, object], prefix: str, depth: int) -> Iterator[tuple[str, Raw]]:
    """{"account": {"id": "a1"}} as ("account.id", "a1")."""
    for name, value in found.items():
        if isinstance(value, dict) and depth <= _DEEPEST:
            yield from _flattened(value, f"{prefix}{name}.", depth + 1)
        else:
            yield prefix + name, _raw(value)


def _raw(value: object) -> Raw:
    if isinstance(value, list):
        return [_raw(part) for part in value]
    return value if value is None or isinstance(value, str | bool | int | Decimal) else str(value)


def _unfit(value: Raw) -> str:
    if isinstance(value, str):
        if len(value) > MAX_CELL:
            return f"{len(value):,} characters are too long; a value may hold {MAX_CELL:,}"
        return _NUL if "\0" in value else ""
    parts: Sequence[Raw] = value if isinstance(value, list) else ()
    return next(filter(None, map(_unfit, parts)), "")
