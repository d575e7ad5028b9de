"""Making somebody unknown: the key, the box, the identities and the notes of a lead are deleted, and nothing else.

On SQLite what is deleted is also overwritten in the file at once. The write-ahead log keeps older pages until it is
next emptied, and PostgreSQL keeps deleted rows until its next VACUUM; both are encrypted as they were.
"""

from typing import Final

from sqlalchemy import Connection, delete, text

from evenhand.ports.store import Changes
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y, is_sqlite

_I: Final = tables.identities

# A person is erased: nothing that could say who it was stays.
ERASE: Final = [
    Prepared(delete(table).where(table.c.workspace == W, table.c.lead == X))
    for table in (tables.notes, tables.identities, tables.persons)
]
# A lead is no longer part of another: what identifies its person finds it alone.
PART: Final = Prepared(delete(_I).where(_I.c.workspace == W, _I.c.lead == X, _I.c.via == Y))
# SQLite's FAST overwrites only where that costs no further write; a whole page that falls free would stay as it was.
THOROUGH: Final = Prepared(text("PRAGMA secure_delete = ON"))
FAST: Final = Prepared(text("PRAGMA secure_delete = FAST"))


def erase(connection: Connection, workspace: int, changes: Changes) -> None:
    """Delete what the changes want gone."""
    if changes.parted:
        PART.many(connection, [(workspace, *pair) for pair in changes.parted])
    if not changes.erased:
        return
    if is_sqlite(connection):
        THOROUGH.rows(connection)
    for statement in ERASE:
        statement.many(connection, [(workspace, lead) for lead in changes.erased])
    if is_sqlite(connection):
        FAST.rows(connection)
