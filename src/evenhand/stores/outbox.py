"""The outbox: messages are leased, sent, and settled, in short transactions beside the decision stream."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection, Integer, bindparam, exists, literal_column, not_, or_, select, update

from evenhand.core.model import Millis
from evenhand.ports.rows import MessageRow
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y, Z, is_sqlite, number
from evenhand.stores.rowmap import columns, first, read

_M: Final = tables.messages
_EARLIER: Final = tables.messages.alias("earlier")
_IS_UNSENT: Final = _M.c.state == literal_column("'waiting'")

# What one person is told about one lead goes out in order: an earlier message that is not done holds up later ones.
_BEHIND: Final = exists().where(
    _EARLIER.c.workspace == _M.c.workspace,
    _EARLIER.c.lead == _M.c.lead,
    _EARLIER.c.to == _M.c.to,
    _EARLIER.c.no < _M.c.no,
    _EARLIER.c.state == literal_column("'waiting'"),
)
_READY: Final = (
    select(*columns(MessageRow))
    .where(_M.c.workspace == W, _IS_UNSENT, _M.c.next <= X, not_(_BEHIND))
    .order_by(_M.c.next, _M.c.no)
    .limit(Y)
)
READY: Final = Prepared(_READY)
# Other workers do not wait for these rows, they take the next ones.
READY_SKIPPING: Final = Prepared(_READY.with_for_update(skip_locked=True))
# It is due again when the lease is over, so a worker that dies gives it back by itself.
LEASE: Final = Prepared(
    update(_M)
    .values(
        leased=bindparam("x", type_=_M.c.leased.type),
        next=bindparam("until", type_=_M.c.next.type),
        attempts=_M.c.attempts + literal_column("1"),
    )
    .where(_M.c.workspace == W, _M.c.no == Y)
)
# What became of it. One that somebody else has leased meanwhile is theirs, unless it was sent after all.
SETTLE: Final = Prepared(
    update(_M)
    .values(
        state=bindparam("state"),
        next=bindparam("next", type_=_M.c.next.type),
        leased=literal_column("0"),
        error=bindparam("error"),
        sent=bindparam("sent", type_=_M.c.sent.type),
    )
    .where(
        _M.c.workspace == W,
        _M.c.no == Y,
        _IS_UNSENT,
        or_(_M.c.leased == Z, bindparam("is_sent", type_=Integer) == literal_column("1")),
    )
)
NEXT: Final = Prepared(
    select(_M.c.next)
    .where(_M.c.workspace == W, _IS_UNSENT, not_(_BEHIND))
    .order_by(_M.c.next, _M.c.no)
    .limit(literal_column("1"))
)
DEAD: Final = Prepared(
    select(*columns(MessageRow))
    .where(_M.c.workspace == W, _M.c.state == literal_column("'dead'"))
    .order_by(_M.c.no.desc())
    .limit(X)
)
ONE: Final = Prepared(select(*columns(MessageRow)).where(_M.c.workspace == W, _M.c.no == X))
OF_LEAD: Final = Prepared(select(*columns(MessageRow)).where(_M.c.workspace == W, _M.c.lead == X).order_by(_M.c.no))


class SqlOutbox:
    """Keeps the promise of `ports.store.Outbox`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def lease(self, now: Millis, *, until: Millis, limit: int) -> Sequence[MessageRow]:
        ready = READY if is_sqlite(self._at) else READY_SKIPPING
        found = read(MessageRow, ready.rows(self._at, w=self._ws, x=now, y=limit))
        if found:
            LEASE.many(self._at, [(until, until, self._ws, message.no) for message in found])
        return [replace(each, leased=until, next=until, attempts=each.attempts + 1) for each in found]

    def settle(self, messages: Sequence[MessageRow]) -> None:
        if messages:
            SETTLE.many(self._at, [self._settled(message) for message in sorted(messages, key=lambda each: each.no)])

    def next(self) -> Millis | None:
        found = NEXT.rows(self._at, w=self._ws)
        return found[0][0] if found else None

    def get(self, no: int) -> MessageRow | None:
        return first(MessageRow, ONE.rows(self._at, w=self._ws, x=number(no)))

    def of(self, lead: int) -> Sequence[MessageRow]:
        return read(MessageRow, OF_LEAD.rows(self._at, w=self._ws, x=lead))

    def dead(self, *, limit: int = 200) -> Sequence[MessageRow]:
        return read(MessageRow, DEAD.rows(self._at, w=self._ws, x=limit))

    def _settled(self, message: MessageRow) -> tuple[object, ...]:
        is_sent = int(message.state == "sent")
        told = (message.state, message.next, message.error, message.sent)
        return (*told, self._ws, message.no, message.leased, is_sent)
