"""What SQLite is told about our indexes, so that it never reads a whole workspace to find one lead.

Without figures SQLite guesses that ten rows share the first column of an index. Ours is the workspace, which all rows
share, so that it would take the workspace for as good a way to a lead's messages as the lead. It can measure by itself
(`ANALYZE`), but learns nothing from a desk that is empty yet; PostgreSQL measures all the time.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, text

from evenhand.stores.tables import metadata

ROWS: Final = 1_000_000
PART: Final = ROWS // 2  # rows of an index that leaves some out
SHARING: Final = 10  # workspaces that share the rows, states that share those of one, and so on
ALIKE: Final = 10  # rows of one lead, say; SQLite's own guess
COARSE: Final = {"state", "rep", "policy", "subject"}  # columns with few values: each has many rows

_READ: Final = text("ANALYZE sqlite_master")  # measures nothing: makes the table of figures, and has it looked at
_FORGET: Final = text("DELETE FROM sqlite_stat1")
_TELL: Final = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")


def tell_figures(connection: Connection) -> None:
    """Write down how many rows each index is to be taken to have, and how many share its first columns."""
    connection.execute(_READ)
    connection.execute(_FORGET)
    connection.execute(_TELL, [row for table in metadata.tables.values() for row in _figures(table)])
    connection.execute(_READ)


def _figures(table: Table) -> Iterator[dict[str, str]]:
    keys = list(table.primary_key.columns)
    if "workspace" not in table.c or len(keys) == 1:
        return
    is_narrow = table.dialect_options["sqlite"]["with_rowid"] is False
    own = table.name if is_narrow else f"sqlite_autoindex_{table.name}_1"  # SQLite calls a key without rows so
    yield {"tbl": table.name, "idx": own, "stat": _guess(keys, rows=ROWS, is_unique=True)}
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        rows = ROWS if index.dialect_options["sqlite"]["where"] is None else PART
        found = _guess(list(index.columns), rows=rows, is_unique=bool(index.unique))
        yield {"tbl": table.name, "idx": str(index.name), "stat": found}


def _guess(columns: Sequence[Column[Any]], *, rows: int, is_unique: bool) -> str:
    """`1000000 100000 10 1`: all rows, then those that share the workspace, the column after it too, and so on."""
    shared = [rows, rows // SHARING]
    for column in columns[1:]:
        rest = shared[-1]
        shared.append(rest // SHARING if column.name in COARSE else max(2, min(ALIKE, rest - 1)))
    if is_unique:
        shared[-1] = 1
    return " ".join(map(str, shared))
