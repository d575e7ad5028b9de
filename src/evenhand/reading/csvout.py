"""CSV files that are safe to open in a spreadsheet: no cell of ours is ever taken for a formula."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, TextIO

from evenhand.core.model import Value
from evenhand.reading.rows import Reject

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")  # and the wide ones of Japanese
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

REJECT_COLUMNS: Final = ("line", "field", "value", "cause", "fix")


def safe_cell(value: Value | None) -> str:
    """The value as a cell: an apostrophe in front of text that a spreadsheet would run; numbers stay numbers.

    A telephone number such as +49301234567 is text and gets its apostrophe too. Lists are joined with "; ".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = "; ".join(value) if isinstance(value, tuple) else value
    if text.lstrip(" ").startswith(_DANGEROUS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class _LineFeeds:
    """Ends records with a line feed. (A writer told to do so itself leaves a carriage return in a cell unquoted.)"""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, record: str, /) -> int:
        return self._stream.write(record.removesuffix("\r\n") + "\n")


class CsvOut:
    """Writes rows under `columns`, header first, each record ended by a line feed and no carriage return."""

    def __init__(self, stream: TextIO, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._writer = csv.writer(_LineFeeds(stream))
        self._writer.writerow(map(safe_cell, self._columns))

    def write(self, row: Mapping[str, Value | None]) -> None:
        """One row; columns it does not have stay empty, and what is in no column is left out."""
        self._writer.writerow([safe_cell(row.get(column)) for column in self._columns])


def rejects_to(stream: TextIO) -> Callable[[Reject], None]:
    """Write the header, and give what writes one reject with everything known of it."""
    out = CsvOut(stream, REJECT_COLUMNS)
    return lambda reject: out.write({column: getattr(reject, column) for column in REJECT_COLUMNS})
