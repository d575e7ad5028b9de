"""people.csv -> the same tables that [[person]] gives, each with the line of its row.

One row a person. The header names the keys of [[person]]; a dot goes into a table (`caps.open`, `skills.fintech`,
`hours.mon-fri`), and lists are split at semicolons. Any other column is an attribute: of whole numbers, of true and
false, or else of texts, whichever fits all its cells.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from evenhand.errors import BadTeam, Fault
from evenhand.reading.keys import TEAM_KEYS
from evenhand.reading.section import shorten, suggest
from evenhand.reading.toml_places import Path

_LISTS: Final = frozenset({"languages", "territories", "days_off", "half_days"})
_TEXTS: Final = frozenset({"id", "name", "email", "team", "zone", "hours", "holidays"})
_PAIRS: Final = frozenset({"skills", "caps", "goals"})
_TABLES: Final = frozenset({"skills", "caps", "hours", "deal_band", "score_band", "goals"})
_BOOLEANS: Final = {"true": True, "yes": True, "false": False, "no": False}
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_LEAVE: Final = re.compile(r"(\S+?)\s*(?:\.\.|\bto\b)\s*(\S+)(?:\s+(\S+))?")
MOST_PEOPLE: Final = 100_000


class PeopleSheet:
    """The rows of a people.csv as tables, in `data["person"]`; it says where things stand as a `Document` does."""

    def __init__(self, text: str, *, where: str) -> None:
        self.where = where
        self._rows: list[int] = []
        self.data: dict[str, object] = {"person": self._read(text.removeprefix("\ufeff"))}

    def line_of(self, path: Path) -> int:
        """The line of the row that `path` lies in."""
        number = path[1] if len(path) > 1 else None
        return self._rows[number] if isinstance(number, int) and number < len(self._rows) else 1

    def position_in(self, path: Path, offset: int) -> tuple[int, int]:  # noqa: ARG002  a cell has no column to show
        """The line of the row, and no column."""
        return self.line_of(path), 0

    def _read(self, text: str) -> list[dict[str, object]]:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        found: list[list[str]] = []
        try:
            header = [name.strip() for name in next(rows, [])]
            self._check_header(header)
            line = rows.line_num
            for row in rows:
                if any(cell.strip() for cell in row):
                    self._check_row(row, header, line + 1)
                    self._rows.append(line + 1)
                    found.append([cell.strip() for cell in row])
                line = rows.line_num
        except csv.Error as error:
            self._refuse(
                f"not valid CSV: {error}.", "Put cells with commas, quotes or line breaks in quotes.", rows.line_num
            )
        columns = [_reader(name, [row[number] for row in found]) for number, name in enumerate(header)]
        return [_table(header, row, columns) for row in found]

    def _check_header(self, header: list[str]) -> None:
        if "id" not in header:
            self._refuse("the header names no column id.", "Name the columns in the first row: id,name,email ...", 1)
        if len(set(header)) < len(header) or "" in header:
            self._refuse("the header has two columns of one name, or one without.", "Give each its own name.", 1)
        for name in header:
            table = name.partition(".")[0]
            if table != name and table not in _TABLES:
                self._refuse(f"there is no table for the column {shorten(name)!r}.", suggest(table, _TABLES), 1)

    def _check_row(self, row: list[str], header: list[str], line: int) -> None:
        if len(row) != len(header):
            fix = "Put cells with commas in quotes."
            self._refuse(f"the row has {len(row)} cells, the header {len(header)}.", fix, line)
        if len(self._rows) >= MOST_PEOPLE:
            self._refuse(f"more than {MOST_PEOPLE:,} people.", "Split the workspace.", line)

    def _refuse(self, what: str, fix: str, line: int) -> None:
        raise BadTeam(Fault(what=what, fix=fix, where=self.where, line=max(line, 1)))


def _table(header: Sequence[str], row: Sequence[str], columns: Sequence[Callable[[str], object]]) -> dict[str, object]:
    """One row as the table that TOML would have given; empty cells are not there."""
    found: dict[str, object] = {}
    for name, cell, read in zip(header, row, columns, strict=True):
        table, dot, key = name.partition(".")
        inner = found.setdefault(table, {}) if dot and cell else None
        if isinstance(inner, dict):
            inner[key] = read(cell)
        elif cell and not dot:
            found[name] = read(cell)
    return found


def _reader(name: str, cells: Sequence[str]) -> Callable[[str], object]:
    """How the cells of a column are read."""
    if name in _TEXTS or name.startswith("hours."):
        return str
    if name in _LISTS:
        return split
    if name in _PAIRS:
        return _pairs
    if name == "leave":
        return _leaves
    written = [cell for cell in cells if cell]
    if written and all(_INTEGER.fullmatch(cell) for cell in written):
        return int
    if written and all(cell.casefold() in _BOOLEANS for cell in written):
        return lambda cell: _BOOLEANS[cell.casefold()]
    return _number_or_text if "." in name or name in TEAM_KEYS["person"] else str


def _number_or_text(cell: str) -> object:
    if _INTEGER.fullmatch(cell):
        return int(cell)
    return _BOOLEANS.get(cell.casefold(), cell)


def split(cell: str) -> list[str]:
    """`de; en` -> `["de", "en"]`."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def _pairs(cell: str) -> Mapping[str, object]:
    """`fintech = 4; health = 2` as a table."""
    pairs = [part.partition("=") for part in split(cell)]
    return {key.strip(): _number_or_text(value.strip()) for key, _, value in pairs}


def _leaves(cell: str) -> list[Mapping[str, object]]:
    """`2026-12-20..2027-01-03 bob; ...` as tables of from, to and deputy."""
    found: list[Mapping[str, object]] = []
    for part in split(cell):
        match = _LEAVE.fullmatch(part)
        keys = ("from", "to", "deputy")
        found.append({k: v for k, v in zip(keys, match.groups(), strict=True) if v} if match else {"from": part})
    return found
