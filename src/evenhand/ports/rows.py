"""What the durable desk keeps, row by row. Each struct is one table; its fields are the columns, in order.

Every table has the workspace as its first column beside these. Times are `Millis`. Leads, decisions and events are
numbered within a workspace, from 1, without gaps. Rows that are written for each lead have `gc=False`, see
`core/model.py`.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from evenhand.core.model import Match, Millis, Past
from evenhand.core.states import State

TimerKind: TypeAlias = Literal["wake", "remind", "due", "widen", "expire", "stale", "snooze"]
Closing: TypeAlias = Literal["won", "lost", "disqualified", "bad"]
TextKind: TypeAlias = Literal["policy", "roster"]
EntryKind: TypeAlias = Literal["refund", "correction", "join", "leave"]
PresenceKind: TypeAlias = Literal["away", "last_one", "paused"]
MessageState: TypeAlias = Literal["waiting", "sent", "dead", "cancelled"]
NEVER: Millis = 1 << 53  # the time of a timer that only an event can ring


class Router(Struct, frozen=True, kw_only=True, gc=False):
    """The state of a workspace's decision stream: whoever writes holds this row's lock.

    version: grows with every transaction that writes; what was read at one version is good while it lasts.
    now:     the time of the latest transaction.
    leads, decisions, events, entries, messages: the last numbers given.
    link:    the last link of the chain of events.
    policy, roster: digests of the texts in force, empty before the first.
    """

    version: int = 0
    now: Millis = 0
    leads: int = 0
    decisions: int = 0
    events: int = 0
    entries: int = 0
    messages: int = 0
    link: bytes = b""
    policy: str = ""
    roster: str = ""


class LeadRow(Struct, frozen=True, kw_only=True, gc=False):
    """One lead as it stands. Nothing in it identifies a person; that is in its `PersonRow`.

    rank:     hottest first, ascending: the score times -100.
    worth:    the estimated value times 100.
    decision: the number of the decision in force; for a lead that came with its holder, which nobody decided here,
              minus the lead's own number; 0 before the first.
    due:      until when the holder owes a first touch.
    touched:  the last time that the holder did something for it.
    amount:   what a won lead brought, times 100.
    fields:   what is known and identifies nobody, as JSON.
    memory:   `Memory`, as msgpack.
    """

    lead: int
    state: State
    source: str = ""
    received: Millis
    rank: int = 0
    worth: int = 0
    rep: str | None = None
    pool: str = ""
    rule: str = ""
    policy: str = ""
    decision: int = 0
    since: Millis | None = None
    due: Millis | None = None
    accepted: Millis | None = None
    responded: Millis | None = None
    touched: Millis | None = None
    snoozed: Millis | None = None
    closed: Millis | None = None
    closing: Closing | None = None
    amount: int | None = None
    merged: int | None = None
    fields: bytes = b"{}"
    memory: bytes = b""


class Memory(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True, gc=False):
    """What a lead's next decision must know besides its fields."""

    match: Match | None = None
    past: Past = Past()
    tier: int = -1


class PersonRow(Struct, frozen=True, gc=False):
    """Who a lead is: the personal fields and the raw input, encrypted under a key of their own. Erasing deletes it."""

    lead: int
    key: bytes
    box: bytes


class IdentityRow(Struct, frozen=True, gc=False):
    """A keyed digest of something that identifies the person, so that the same person is found again.

    `via` is the lead that it came from, if that has become part of this one; 0 if it is this one's own.
    """

    digest: bytes
    lead: int
    via: int = 0


class DecisionRow(Struct, frozen=True, kw_only=True, gc=False):
    """One decision, for ever: `record` is what `core.record.pack` made of it."""

    seq: int
    lead: int
    at: Millis
    outcome: str
    rep: str | None = None
    superseded_by: int | None = None
    record: bytes


class AssignmentRow(Struct, frozen=True, kw_only=True, gc=False):
    """One rep holding one lead, from when to when.

    `seq` is the decision that began it; minus the lead's number if the lead came with its holder.
    """

    seq: int
    lead: int
    rep: str
    pool: str = ""
    since: Millis
    due: Millis | None = None
    responded: Millis | None = None
    ended: Millis | None = None
    ending: str = ""


class OfferRow(Struct, frozen=True, kw_only=True, gc=False):
    """A lead that one rep may take. The rows of a lead go when it is taken or no longer offered."""

    rep: str
    lead: int
    seq: int
    rank: int = 0
    blind: bool = False
    expires: Millis | None = None


class LedgerRow(Struct, frozen=True, gc=False):
    """A pool's ledger in one row: `body` is its credits, turns and latest values as msgpack."""

    pool: str
    seq: int
    body: bytes


class EntryRow(Struct, frozen=True, kw_only=True):
    """A ledger entry that no decision made. `after` is the last decision made before it; `body` says what moved.

    `decision` is the one whose charge it reverses or puts right; 0 if it is about none.
    """

    no: int
    pool: str
    seq: int
    after: int
    kind: EntryKind
    at: Millis
    body: bytes
    decision: int = 0


class LoadRow(Struct, frozen=True, gc=False):
    """What a rep carries; `body` is `core.model.Load` as msgpack. `open` is there for the reader."""

    rep: str
    open: int
    body: bytes


class PresenceRow(Struct, frozen=True, kw_only=True):
    """Somebody set away, or on their last lead; something paused: `rep ann`, `pool dach`, `everything`.

    A rep can be away and paused at the same time: a row each.
    """

    subject: str
    kind: PresenceKind
    since: Millis
    actor: str


class TimerRow(Struct, frozen=True, kw_only=True, gc=False):
    """Something to look at again. It counts only while the lead's decision is the one numbered `stamp`."""

    lead: int
    kind: TimerKind
    at: Millis
    rank: int
    stamp: int


class BlockRow(Struct, frozen=True, gc=False):
    """A waiting lead that could go if this subject were free, there or no longer paused."""

    subject: str
    lead: int
    rank: int


class MessageRow(Struct, frozen=True, kw_only=True, gc=False):
    """Something to tell somebody, until a worker has told it.

    `to` is a rep, or `desk` for whoever minds the desk; of the kind `test` the channel that is tried out: `channel 7`.
    """

    no: int
    kind: str
    to: str
    lead: int | None = None
    decision: int = 0
    at: Millis
    state: MessageState = "waiting"
    attempts: int = 0
    next: Millis = 0
    leased: Millis = 0
    error: str = ""
    sent: Millis | None = None


class KeyRow(Struct, frozen=True, gc=False):
    """An idempotency key, what was sent with it, and which lead it made."""

    key: str
    digest: bytes
    lead: int
    at: Millis


class EventRow(Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened, by whom. `body` is JSON without personal data; `link` chains it to the one before."""

    no: int
    at: Millis
    kind: str
    actor: str
    lead: int | None = None
    body: bytes = b"{}"
    link: bytes = b""


class NoteRow(Struct, frozen=True, kw_only=True, gc=False):
    """Words that somebody wrote about a lead, encrypted under the lead's own key. Erasing deletes them."""

    no: int
    lead: int
    kind: str
    at: Millis
    actor: str
    box: bytes


class DisputeRow(Struct, frozen=True, kw_only=True):
    """A rep says that a decision was wrong; a manager rules on it. The words are notes of the lead."""

    no: int
    decision: int
    rep: str
    at: Millis
    state: Literal["open", "upheld", "dismissed"] = "open"
    ruled: Millis | None = None
    by: str = ""
    entry: int | None = None


class TextRow(Struct, frozen=True):
    """A policy or a roster, word for word."""

    kind: TextKind
    digest: str
    text: str


class VersionRow(Struct, frozen=True, kw_only=True):
    """A text was put in force."""

    kind: TextKind
    no: int
    digest: str
    at: Millis
    actor: str
    note: str = ""


class DraftRow(Struct, frozen=True, kw_only=True):
    """A text that is not in force yet, and the digest of the one that it began from."""

    kind: TextKind
    name: str
    text: str
    base: str
    at: Millis
    actor: str


class FindingRow(Struct, frozen=True, kw_only=True):
    """Something that must never be, and is: which promise is broken, by what, since when."""

    promise: str
    subject: str
    found: Millis
    cleared: Millis | None = None
    what: str = ""
