"""Writing a transaction's changes: one statement a table, by COPY where PostgreSQL gets many rows.

The tables are written in one fixed order, so that nothing depends on the order of work.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Connection,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from evenhand.ports import rows
from evenhand.ports.store import Changes
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y, Z, driver, is_sqlite
from evenhand.stores.erasing import erase
from evenhand.stores.listening import CHANNEL
from evenhand.stores.rowmap import TABLES, values
from evenhand.stores.trouble import TROUBLE, raise_told

Part: TypeAlias = tuple[type[Struct], bool]  # of a statement: a table, and whether its row may take another's place

VALUES: Final = 50  # of one statement: the words of a longer one psycopg reads anew each time, which takes it longer
COPY_FROM: Final = 12  # rows from which COPY beats single statements


_WAKE: Final = tables.timers.c.kind == literal_column("'wake'")

# A lead is decided anew: nothing of its last decision may ring, be taken or be woken any more.
CLEAR: Final = [
    Prepared(delete(table).where(table.c.workspace == W, table.c.lead == X))
    for table in (tables.timers, tables.offers, tables.blocks)
]
# A decision has been overtaken: say by which.
SUPERSEDE: Final = Prepared(
    update(tables.decisions)
    .values(superseded_by=bindparam("x", type_=tables.decisions.c.superseded_by.type))
    .where(tables.decisions.c.workspace == W, tables.decisions.c.seq == Y)
)
# A rep no longer holds a lead.
END: Final = Prepared(
    update(tables.assignments)
    .values(ended=bindparam("x", type_=tables.assignments.c.ended.type), ending=bindparam("y"))
    .where(tables.assignments.c.workspace == W, tables.assignments.c.seq == Z)
)
# A rep has answered for the first time.
TOUCH: Final = Prepared(
    update(tables.assignments)
    .values(responded=bindparam("x", type_=tables.assignments.c.responded.type))
    .where(tables.assignments.c.workspace == W, tables.assignments.c.seq == Y)
)
# What has not been sent about an overtaken decision is not to be sent any more.
UNTELL: Final = Prepared(
    update(tables.messages)
    .values(state=literal_column("'cancelled'"))
    .where(
        tables.messages.c.workspace == W,
        tables.messages.c.decision == X,
        tables.messages.c.state == literal_column("'waiting'"),
    )
)
# The same for many decisions at once. The rows are locked by number, as `settle` does it, so that the two never wait
# for each other in a circle.
_LATE: Final = (
    select(tables.messages.c.no)
    .where(
        tables.messages.c.workspace == W,
        tables.messages.c.decision == any_(cast(bindparam("x", type_=Text), postgresql.ARRAY(BigInteger))),
        tables.messages.c.state == literal_column("'waiting'"),
    )
    .order_by(tables.messages.c.no)
    .with_for_update()
    .subquery("late")
)
UNTELL_TOGETHER: Final = Prepared(
    update(tables.messages)
    .values(state=literal_column("'cancelled'"))
    .where(tables.messages.c.workspace == bindparam("w2"), tables.messages.c.no == _LATE.c.no)
)
# Somebody is back, or something goes on: the leads that waited for that are to be looked at now.
WAKE: Final = Prepared(
    update(tables.timers)
    .values(at=bindparam("x", type_=tables.timers.c.at.type))
    .where(
        tables.timers.c.workspace == W,
        _WAKE,
        tables.timers.c.lead.in_(
            select(tables.blocks.c.lead).where(
                tables.blocks.c.workspace == bindparam("w2"), tables.blocks.c.subject == Y
            )
        ),
    )
)
# The policy or the roster has changed: every waiting lead is to be looked at now.
WAKE_ALL: Final = Prepared(
    update(tables.timers)
    .values(at=bindparam("x", type_=tables.timers.c.at.type))
    .where(tables.timers.c.workspace == W, _WAKE)
)
# Tell whoever listens; heard when this is committed, once for the transaction.
NOTIFY: Final = Prepared(text(f"NOTIFY {CHANNEL}"))
DROP_PRESENCE: Final = Prepared(
    delete(tables.presences).where(
        tables.presences.c.workspace == W, tables.presences.c.subject == X, tables.presences.c.kind == Y
    )
)
# A draft has been published, or thrown away.
DROP_DRAFT: Final = Prepared(
    delete(tables.drafts).where(tables.drafts.c.workspace == W, tables.drafts.c.kind == X, tables.drafts.c.name == Y)
)


def save(connection: Connection, workspace: int, changes: Changes) -> None:
    """Write everything that a transaction has come to. Raises Unavailable, or the engine's own refusal of a row."""
    try:
        with _one_round_trip(connection, changes):
            _write(connection, workspace, changes)
    except TROUBLE as error:
        raise_told(error)


def _write(connection: Connection, workspace: int, changes: Changes) -> None:
    for statement in CLEAR:
        _run(connection, statement, [(workspace, lead) for lead in changes.cleared])
    _run(connection, SUPERSEDE, [(by, workspace, seq) for seq, by in changes.superseded])
    _run(connection, END, [(at, why, workspace, seq) for seq, at, why in changes.ended])
    _untell(connection, workspace, changes.untold)
    _run(connection, DROP_PRESENCE, [(workspace, *presence) for presence in changes.dropped])
    _run(connection, DROP_DRAFT, [(workspace, *draft) for draft in changes.undrafted])
    _write_rows(connection, workspace, changes)
    erase(connection, workspace, changes)
    _run(connection, TOUCH, [(at, workspace, seq) for seq, at in changes.touched])
    _wake(connection, workspace, changes)
    if not is_sqlite(connection):
        NOTIFY.many(connection, [()])


def _write_rows(connection: Connection, workspace: int, changes: Changes) -> None:
    """Table by table; on PostgreSQL all tables that get a single row by one statement, which costs less than each."""
    router: Mapping[type[Struct], list[Struct]] = {rows.Router: [changes.router]}
    alone: dict[Part, Struct] = {}
    for kind in TABLES:
        added, put = changes.added.get(kind, []), router.get(kind) or changes.put.get(kind, [])
        if len(added) + len(put) == 1 and not is_sqlite(connection):
            alone[kind, bool(put)] = [*added, *put][0]
            continue
        if added:
            _add(connection, workspace, kind, added)
        if put:
            put_rows(connection, kind, [values(workspace, row) for row in put])
    for parts in bundles(alone):
        given = [value for part in parts for value in values(workspace, alone[part])]
        _at_once(parts).many(connection, [given])


def bundles(parts: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """Parts in their order, as many together as have no more than `VALUES` values, and at least one."""
    bundle: list[Part] = []
    room = VALUES
    for part in parts:
        size = len(TABLES[part[0]].c)
        if size > room and bundle:
            yield tuple(bundle)
            bundle, room = [], VALUES
        bundle.append(part)
        room -= size
    if bundle:
        yield tuple(bundle)


def _run(connection: Connection, statement: Prepared, given: Sequence[Sequence[object]]) -> None:
    if given:
        statement.many(connection, given)


def _untell(connection: Connection, workspace: int, decisions: Sequence[int]) -> None:
    if is_sqlite(connection):
        _run(connection, UNTELL, [(workspace, seq) for seq in decisions])
    elif decisions:
        listed = "{" + ",".join(map(str, decisions)) + "}"
        UNTELL_TOGETHER.many(connection, [(workspace, listed, workspace)])


def _wake(connection: Connection, workspace: int, changes: Changes) -> None:
    if "*" in changes.woken:
        WAKE_ALL.many(connection, [(changes.router.now, workspace)])
        return
    _run(connection, WAKE, [(changes.router.now, workspace, workspace, subject) for subject in changes.woken])


def _one_round_trip(connection: Connection, changes: Changes) -> AbstractContextManager[object]:
    """On PostgreSQL the statements of a small batch travel together; COPY cannot."""
    if is_sqlite(connection) or any(len(added) >= COPY_FROM for added in changes.added.values()):
        return nullcontext()
    pipeline: Callable[[], AbstractContextManager[object]] = driver(connection).pipeline
    return pipeline()


def _add(connection: Connection, workspace: int, kind: type[Struct], added: Sequence[Struct]) -> None:
    given = [values(workspace, row) for row in added]
    if is_sqlite(connection) or len(given) < COPY_FROM:
        _insert(kind).many(connection, given)
        return
    copy_in(connection, TABLES[kind], given)


def copy_in(connection: Connection, table: Table, given: Iterable[Sequence[object]]) -> None:
    """Add rows by COPY, which PostgreSQL alone has; their values stand in the order of the columns."""
    with driver(connection).cursor() as cursor, cursor.copy(_copy(table)) as copy:
        for row in given:
            copy.write_row(row)


def put_rows(connection: Connection, kind: type[Struct], given: Sequence[Sequence[object]]) -> None:
    """Add rows, or write over those with the same key; their values stand in the order of the columns."""
    _put(kind).many(connection, given)


@cache
def _insert(kind: type[Struct]) -> Prepared:
    return Prepared(insert(TABLES[kind]))


@cache
def _copy(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    return f'COPY "{table.name}" ({names}) FROM STDIN'


@cache
def _put(kind: type[Struct]) -> "_Put":
    return _Put(kind)


class _Put:
    """Insert, or write over the row with the same key."""

    def __init__(self, kind: type[Struct]) -> None:
        self._by_engine: Mapping[bool, Prepared] = {
            True: Prepared(_upsert(sqlite.insert, kind)),
            False: Prepared(_upsert(postgresql.insert, kind)),
        }

    def many(self, connection: Connection, given: Sequence[Sequence[object]]) -> None:
        self._by_engine[is_sqlite(connection)].many(connection, given)


@lru_cache(maxsize=256)
def _at_once(parts: tuple[Part, ...]) -> Prepared:
    """Add or put one row of each of several tables, whose values stand one table after the other."""
    return Prepared(select(literal_column("1")).add_cte(*[_part(number, *part) for number, part in enumerate(parts)]))


def _part(number: int, kind: type[Struct], is_put: bool) -> Any:  # noqa: FBT001  the halves of a `Part`
    table = TABLES[kind]
    given = {column.name: bindparam(f"{number}_{column.name}", type_=column.type) for column in table.c}
    into = _upsert(postgresql.insert, kind) if is_put else insert(table)
    return into.values(given).cte(f"part{number}")


def _upsert(into: Callable[..., Any], kind: type[Struct]) -> Any:
    table = TABLES[kind]
    statement = into(table)
    keys = [column.name for column in table.primary_key.columns]
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    if not others:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
