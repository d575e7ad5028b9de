"""A whole database in one file, and back: the same file for both engines, so that it also moves a desk between them.

The file is gzip over lines of JSON: a `Header`; for each table a line that names it and its columns, then a line for
each row, bytes as base64; at the end a `Closing` with the number of rows and a SHA-256 of all lines before it. A file
without that last line, or with another sum, is not used. What identifies a person is in there as it is in the
database: encrypted under the installation's secret, which is *not* in there. Keep that elsewhere.
"""

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import GenericAlias
from typing import Any, Final

from msgspec import DecodeError, Struct, ValidationError, json
from sqlalchemy import Boolean, Connection, LargeBinary, Table, func, insert, select, text
from sqlalchemy.sql.sqltypes import Integer

from evenhand.core.model import Millis
from evenhand.errors import BadFile, BadUsage, Fault
from evenhand.stores.database import Database, lock_table
from evenhand.stores.engine import Prepared, is_sqlite
from evenhand.stores.saving import copy_in
from evenhand.stores.tables import metadata
from evenhand.stores.upkeep import HEAD, UPGRADE, is_current

Tell = Callable[[int, int], None]  # given the rows done and all of them
Row = tuple[Any, ...]

FORMAT: Final = "evenhand backup"
VERSION: Final = 1
AT_ONCE: Final = 500  # rows in memory
LEVEL: Final = 4  # of gzip; most bytes in there are compressed or encrypted already
TABLES: Final[Sequence[Table]] = metadata.sorted_tables
_ENCODE: Final = json.Encoder().encode


class Workspace(Struct, frozen=True):
    """How much a workspace holds."""

    leads: int
    decisions: int
    events: int


class Header(Struct, frozen=True, kw_only=True):
    """The first line: what made the file, and from what. `revision` is the version of the tables."""

    format: str
    v: int
    revision: str
    engine: str
    when: Millis
    rows: Mapping[str, int]
    workspaces: Mapping[str, Workspace]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """The line before the rows of a table."""

    table: str
    columns: tuple[str, ...]


class Closing(Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: the rows of each table, and the sum of all lines before."""

    rows: Mapping[str, int]
    sha256: str


def backup(database: Database, target: Path, *, now: Millis, tell: Tell = lambda _done, _all: None) -> Header:
    """Write everything as it is at one moment, while others go on working; in bounded memory.

    The file appears under its name when it is whole, readable by its owner only. Raises BadUsage if something of that
    name is there already, if the folder cannot be written to, or if the tables are not up to date.
    """
    if not is_current(database):
        raise BadUsage(Fault(where="tables", what="are not up to date.", fix=UPGRADE))
    with _appearing(target) as file, database.snapshot() as connection:
        header = _header(connection, now)
        _Writer(file, tell, sum(header.rows.values())).write(connection, header)
    return header


def restore(source: Path, database: Database, *, tell: Tell = lambda _done, _all: None) -> Header:
    """Fill an empty database that is up to date from a backup, in one transaction; the whole file is checked first.

    Raises BadFile if the file is damaged, incomplete or of another version, BadUsage if the database is not empty.
    """
    header = examine(source)
    if header.revision != HEAD:
        what = f"holds tables of version {header.revision}; this Evenhand works with {HEAD}."
        fix = "Restore it with the Evenhand that made it, then upgrade that database."
        raise BadFile(Fault(where=str(source), what=what, fix=fix))
    if not is_current(database):
        raise BadUsage(Fault(where="tables", what="are not up to date.", fix=UPGRADE))
    with database.change() as connection:
        _check_empty(connection)
        _load(connection, source, tell, sum(header.rows.values()))
        if not is_sqlite(connection):
            connection.execute(text("ANALYZE"))
    return header


def examine(source: Path) -> Header:
    """Read a backup to its end and see that it is whole. Raises BadFile."""
    header, last, total = b"", b"", hashlib.sha256()
    for line in _lines(source):
        header = header or line
        total.update(last)
        last = line
    try:
        read, closing = json.decode(header, type=Header), json.decode(last, type=Closing)
    except (DecodeError, ValidationError) as error:
        raise _bad(source, "is not a backup, or its end is missing.") from error
    if read.format != FORMAT or read.v != VERSION:
        raise _bad(source, f"is a backup of a kind that this Evenhand does not know ({read.format}, {read.v}).")
    if closing.sha256 != total.hexdigest() or closing.rows != read.rows:
        raise _bad(source, "is damaged: its sum is not what it should be.")
    return read


class _Writer:
    """Writes the lines, and adds them up."""

    def __init__(self, file: gzip.GzipFile, tell: Tell, total: int) -> None:
        self._file = file
        self._tell = tell
        self._total = total
        self._sum = hashlib.sha256()
        self._rows: dict[str, int] = {}

    def write(self, connection: Connection, header: Header) -> None:
        self._lines([header])
        for table in TABLES:
            self._table(connection, table)
        self._file.write(_ENCODE(Closing(self._rows, self._sum.hexdigest())) + b"\n")

    def _table(self, connection: Connection, table: Table) -> None:
        name = str(table.name)  # SQLAlchemy's own kind of text is none for JSON
        self._lines([Part(name, tuple(map(str, table.c.keys())))])
        self._rows[name] = 0
        asked = select(table).order_by(*table.primary_key.columns)
        with connection.execution_options(yield_per=AT_ONCE).execute(asked) as found:
            for rows in found.partitions():
                self._lines(tuple(row) for row in rows)
                self._rows[name] += len(rows)
                self._tell(sum(self._rows.values()), self._total)

    def _lines(self, values: Iterable[object]) -> None:
        lines = b"".join([_ENCODE(value) + b"\n" for value in values])
        self._sum.update(lines)
        self._file.write(lines)


def _header(connection: Connection, now: Millis) -> Header:
    rows = {str(table.name): int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in TABLES}
    names, routers = metadata.tables["workspaces"], metadata.tables["routers"]
    asked = select(names.c.name, routers.c.leads, routers.c.decisions, routers.c.events)
    joined = asked.join_from(names, routers, names.c.workspace == routers.c.workspace).order_by(names.c.workspace)
    workspaces = {name: Workspace(*counts) for name, *counts in connection.execute(joined)}
    engine = connection.dialect.name
    return Header(format=FORMAT, v=VERSION, revision=HEAD, engine=engine, when=now, rows=rows, workspaces=workspaces)


@contextmanager
def _appearing(target: Path) -> Iterator[gzip.GzipFile]:
    """A file that gets its name when it is whole and on disk; one that is there already is never touched."""
    if target.exists():
        raise _is_there(target)
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as raw:
            with gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        _named(partial, target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _named(partial: Path, target: Path) -> None:
    try:
        target.hardlink_to(partial)  # unlike a renaming this fails if somebody has made such a file meanwhile
    except FileExistsError as error:
        raise _is_there(target) from error
    except OSError:  # a disk without such links
        partial.rename(target)


def _is_there(target: Path) -> BadUsage:
    return BadUsage(Fault(where=str(target), what="is there already.", fix="Name another file, or move that one away."))


def _unwritable(target: Path, error: OSError) -> BadUsage:
    what = f"cannot be written: {error.strerror or error}."
    return BadUsage(Fault(where=str(target), what=what, fix="Name a file in a folder with room that you may write to."))


def _bad(source: Path, what: str) -> BadFile:
    return BadFile(Fault(where=str(source), what=what, fix="Take another backup; nothing was restored from this one."))


def _lines(source: Path) -> Iterator[bytes]:
    try:
        with gzip.open(source, "rb") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _bad(source, "is damaged, or not a backup, or not whole.") from error
    except OSError as error:
        raise _bad(source, f"cannot be read: {error.strerror or error}.") from error


def _check_empty(connection: Connection) -> None:
    for name in ("workspaces", "installation"):
        lock_table(connection, metadata.tables[name])
    full = [table.name for table in TABLES if connection.execute(select(table).limit(1)).first() is not None]
    if full:
        what = f"is not empty: there are rows in {', '.join(full)}."
        raise BadUsage(Fault(where="database", what=what, fix="Restore into a new database."))


def _load(connection: Connection, source: Path, tell: Tell, total: int) -> None:
    done = 0
    for table, rows in _batches(source):
        if is_sqlite(connection):
            Prepared(insert(table)).many(connection, rows)
        else:
            copy_in(connection, table, rows)
        done += len(rows)
        tell(done, total)


def _batches(source: Path) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of a file that was examined, a few hundred of one table at a time."""
    table, rows, decoder = TABLES[0], list[Row](), json.Decoder[Row](Row)
    for line in _lines(source):
        is_row = line.startswith(b"[")
        if rows and (not is_row or len(rows) == AT_ONCE):
            yield table, rows
            rows = []
        if is_row:
            rows.append(decoder.decode(line))
        elif line.startswith(b'{"table"'):
            table = _named_by(json.decode(line, type=Part), source)
            decoder = json.Decoder(_row_type(table))


def _named_by(part: Part, source: Path) -> Table:
    table = metadata.tables.get(part.table)
    if table is None or part.columns != tuple(table.c.keys()):
        raise _bad(source, f"has a table {part.table} that this Evenhand does not know so.")
    return table


def _row_type(table: Table) -> Any:
    """What a row of a table is made of, for the decoder: it turns base64 into bytes and refuses what does not fit."""
    kinds = [_kind(column.type) for column in table.c]
    found = [kind | None if column.nullable else kind for kind, column in zip(kinds, table.c, strict=True)]
    return GenericAlias(tuple, tuple(found))


def _kind(column: object) -> Any:
    if isinstance(column, Boolean):
        return bool
    if isinstance(column, LargeBinary):
        return bytes
    return int if isinstance(column, Integer) else str
