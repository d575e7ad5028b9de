"""What each kind of event says, as JSON: one struct a body. See `happenings.py`, which names the kinds; those of the
house itself (users, keys, webhooks) are in `house_bodies.py`.

A body holds ids, codes and numbers, never who a lead is nor what somebody wrote.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Person: TypeAlias = Annotated[str, Meta(description="Somebody's id in the roster.")]
Number: TypeAlias = Annotated[int, Meta(ge=0)]
Count: TypeAlias = Annotated[int, Meta(ge=0, description="How many.")]
LeadNo: TypeAlias = Annotated[int, Meta(ge=1, description="A lead's number.")]
DecisionNo: TypeAlias = Annotated[int, Meta(description="A decision's number.")]
Moment: TypeAlias = Annotated[int, Meta(description="Milliseconds since 1970, in UTC.")]
Digest: TypeAlias = Annotated[str, Meta(description="Which text, or which record, in hexadecimal.")]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing more to say."""


class Decided(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A decision was put into effect. `digest` is that of its record."""

    decision: DecisionNo
    trigger: str
    digest: Digest


class Assigned(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`rep` has the lead."""

    decision: DecisionNo
    trigger: str
    digest: Digest
    rep: Person


class Offered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first of `offered` to accept has the lead. A rep reads only their own name there."""

    decision: DecisionNo
    trigger: str
    digest: Digest
    offered: tuple[Person, ...]


class Held(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The lead lies on somebody's desk; an empty `desk` is that of the whole workspace."""

    decision: DecisionNo
    trigger: str
    digest: Digest
    why: str
    desk: str


class Duplicate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same person is looked after in the lead `of`."""

    decision: DecisionNo
    trigger: str
    digest: Digest
    of: str


class Rep(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom it concerns."""

    rep: Person


class Declined(Struct, frozen=True, forbid_unknown_fields=True):
    """`offered` says to how many others it still is."""

    rep: Person
    offered: Count


class Touched(Struct, frozen=True, forbid_unknown_fields=True):
    """The holder has done something for the lead."""

    rep: Person | None
    touched: Moment


class Snoozed(Struct, frozen=True, forbid_unknown_fields=True):
    """The lead is put off."""

    rep: Person | None
    until: Moment


class Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """`amount` is what a won lead brought, times 100; `rep` who held it."""

    closing: Literal["won", "lost", "disqualified", "bad"]
    rep: Person | None = None
    amount: int | None = None


class Restored(Struct, frozen=True, forbid_unknown_fields=True):
    """`was` is the state before."""

    was: str


class CameAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it came from this time."""

    source: str


class Merged(Struct, frozen=True, forbid_unknown_fields=True):
    """The lead is part of `into`; `rep` held it."""

    into: LeadNo
    rep: Person | None = None


class OtherLead(Struct, frozen=True, forbid_unknown_fields=True):
    """The other one."""

    lead: LeadNo


class Imported(Struct, frozen=True, forbid_unknown_fields=True):
    """As the other system left it."""

    state: str
    rep: Person


class Stuck(Struct, frozen=True, forbid_unknown_fields=True):
    """What was to be looked at, and what kind of error came of it."""

    ring: str
    error: str


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry in a pool's ledger, about somebody, perhaps about a decision; `digest` is that of the entry."""

    entry: Number
    pool: str
    rep: Person
    digest: Digest
    decision: DecisionNo | None = None


class Disputed(Struct, frozen=True, forbid_unknown_fields=True):
    """Who says that a decision was wrong."""

    decision: DecisionNo
    rep: Person


class Ruled(Struct, frozen=True, forbid_unknown_fields=True):
    """A manager has ruled on a dispute; `entry` is what their pool owes the rep for it, if anything."""

    dispute: Number
    decision: DecisionNo
    rep: Person
    entry: Number | None = None


class Left(Struct, frozen=True, forbid_unknown_fields=True):
    """How many leads and offers were settled; `to` is who got the leads, if somebody was named."""

    rep: Person
    leads: Count
    offers: Count
    to: Person = ""


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """`rep ann`, `pool dach` or `everything`."""

    subject: str


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """Which text, and the number of its version."""

    digest: Digest
    version: Number


class Drafted(Struct, frozen=True, forbid_unknown_fields=True):
    """A text that is not in force yet, and the one that it began from."""

    digest: Digest
    base: Digest


class Dropped(Struct, frozen=True, forbid_unknown_fields=True):
    """The text that the draft had."""

    digest: Digest


class Undelivered(Struct, frozen=True, forbid_unknown_fields=True):
    """A message, of which kind, to whom, and how often it was tried."""

    message: Number
    kind: str
    to: str
    attempts: Count


class DigestWritten(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom it is for."""

    to: str


class SentAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """Which message."""

    message: Number


class Finding(Struct, frozen=True, forbid_unknown_fields=True):
    """Which promise, and what it is that keeps or breaks it."""

    promise: str
    subject: str
