"""Rows of every kind, and the shortest way to write some."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from evenhand.ports.accounts import AccountRow
from evenhand.ports.house import (
    ApiKeyRow,
    ChannelRow,
    DeliveryRow,
    EndpointRow,
    ErrandRow,
    SessionRow,
    SourceRow,
    ThrottleRow,
    TokenRow,
    UserRow,
)
from evenhand.ports.rows import (
    AssignmentRow,
    BlockRow,
    DecisionRow,
    DisputeRow,
    DraftRow,
    EntryRow,
    EventRow,
    FindingRow,
    IdentityRow,
    KeyRow,
    LeadRow,
    LedgerRow,
    LoadRow,
    MessageRow,
    NoteRow,
    OfferRow,
    PersonRow,
    PresenceRow,
    TextRow,
    TimerRow,
    VersionRow,
)
from evenhand.ports.store import Changes, Store, Writing

NOW = 1_000


def changes(tx: Writing, **given: Any) -> Changes:
    """Changes for a transaction that counts on from what it found."""
    router = tx.router()
    return Changes(router=replace(router, version=router.version + 1, now=NOW), **given)


def by_kind(rows: Iterable[Struct]) -> dict[type[Struct], list[Struct]]:
    found: dict[type[Struct], list[Struct]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    return found


def write(store: Store, workspace: int, rows: Iterable[Struct] = (), **given: Any) -> None:
    """Add rows, and make what other changes are given, in one transaction."""
    with store.writing(workspace) as tx:
        tx.save(changes(tx, added=by_kind(rows), **given))


def save_and_raise(store: Store, workspace: int, error: BaseException, rows: Iterable[Struct] = ()) -> None:
    """Write, and then fail."""
    with store.writing(workspace) as tx:
        tx.save(changes(tx, added=by_kind(rows)))
        raise error


def put(store: Store, workspace: int, *rows: Struct) -> None:
    write(store, workspace, put=by_kind(rows))


def lead(number: int, **given: Any) -> LeadRow:
    return LeadRow(**{"lead": number, "state": "waiting", "received": 100 + number, **given})


def message(number: int, **given: Any) -> MessageRow:
    return MessageRow(**{"no": number, "kind": "new lead", "to": "ann", "lead": number, "at": 5, **given})


def one_of_each(mark: str) -> list[Struct]:
    """A row of every kind; what they say has a mark, so that one workspace's can be told from another's."""
    sign = mark.encode()
    return [
        lead(1, source=mark, rep="ann", state="working", policy="p"),
        lead(2, source=mark),
        lead(10**6, source=mark, rep="bob", state="assigned", due=7),
        PersonRow(1, sign, sign),
        IdentityRow(b"d", 1),
        DecisionRow(seq=1, lead=1, at=1, outcome=mark, record=sign),
        AssignmentRow(seq=1, lead=1, rep="ann", pool=mark, since=1),
        AssignmentRow(seq=2, lead=2, rep="ann", pool=mark, since=1),
        OfferRow(rep="ann", lead=2, seq=len(mark)),
        LedgerRow("dach", 1, sign),
        EntryRow(no=1, pool=mark, seq=1, after=0, kind="refund", at=1, body=sign, decision=1),
        LoadRow("ann", 7, sign),
        PresenceRow(subject="rep ann", kind="away", since=1, actor=mark),
        TimerRow(lead=1, kind="wake", at=5, rank=1, stamp=len(mark)),
        BlockRow("rep ann", 2, 1),
        message(1, error=mark),
        message(2, error=mark, state="dead"),
        KeyRow("k", sign, 1, 1),
        EventRow(no=1, at=1, kind=mark, actor=mark, lead=1, body=sign),
        NoteRow(no=1, lead=1, kind=mark, at=1, actor=mark, box=sign),
        DisputeRow(no=1, decision=1, rep=mark, at=1),
        TextRow("policy", "digest", mark),
        VersionRow(kind="policy", no=1, digest="digest", at=1, actor=mark),
        DraftRow(kind="policy", name="draft", text=mark, base="", at=1, actor=mark),
        FindingRow(promise=mark, subject="1", found=1),
        UserRow(user=1, email=mark, role="owner", since=1),
        SessionRow(digest=b"s", user=1, since=1, seen=1, expires=9, agent=mark),
        TokenRow(digest=b"t", kind="sign in", user=1, rep=mark, since=1, expires=9),
        ApiKeyRow(no=1, digest=sign, name=mark, role="admin", since=1, actor=mark),
        SourceRow(name="web", kind="form", settings=sign, since=1, actor=mark),
        ChannelRow(no=1, owner="ann", kind="email", box=sign, shown=mark, since=1, actor=mark),
        EndpointRow(no=1, url=mark, box=sign, since=1, actor=mark),
        DeliveryRow(carrier="channel 1", subject="message 1", attempt=1, at=1, outcome="sent", said=mark),
        ErrandRow(no=1, kind="meta", source=mark, body=sign, at=1),
        ThrottleRow(digest=b"h", since=1, count=len(mark)),
        AccountRow(account="a1", name=mark, folded=mark, owner=mark, version=len(mark), since=1),
    ]
