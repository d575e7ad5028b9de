"""Everything that a database holds, in one canonical form, so that two states can be compared."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, Table, select

from evenhand.stores import tables
from evenhand.stores.database import Database

State: TypeAlias = Mapping[str, list[tuple[Any, ...]]]

# Keys and what they encrypt are random: two runs that write the same differ in these.
RANDOM: Final = {("persons", "key"), ("persons", "box"), ("notes", "box")}


def state_of(database: Database) -> State:
    """All rows of all tables, each table in the order of its key."""
    with database.snapshot() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(*_lasting(table)).order_by(*table.primary_key))
            ]
            for table in tables.metadata.sorted_tables
        }


def state_at(url: str) -> State:
    """The same, of a database that nobody has open."""
    database = Database(url)
    try:
        return state_of(database)
    finally:
        database.close()


def _lasting(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if (table.name, column.name) not in RANDOM]


def differing(one: State, other: State) -> Iterator[str]:
    """The tables in which two states differ, with the rows that only one of them has."""
    for name, rows in one.items():
        if rows != other[name]:
            gone = [row for row in rows if row not in other[name]]
            new = [row for row in other[name] if row not in rows]
            yield f"{name}: only the first has {gone[:3]}, only the second has {new[:3]}"
