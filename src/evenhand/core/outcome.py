"""What can become of a lead, and the decision that says so, with every candidate's verdict.

`Outcome` is a sum type: match all of it. A `Decision` holds codes and numbers only; `record.py` keeps it, `tell.py`
puts it into words.
"""

from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.codes import Exclusion
from evenhand.core.ledger import Line
from evenhand.core.model import Millis

Posting: TypeAlias = Literal["none", "count", "charge", "claim"]
HeldWhy: TypeAlias = Literal["manual", "area", "nobody", "never", "no_rule", "review", "escalated"]
Hand: TypeAlias = Literal["by_hand", "claimed"]
Trigger: TypeAlias = Literal[
    "received",  # it has arrived
    "waiting",  # it waited, and something has changed
    "reassigned",  # the holder did not answer in time
    "unclaimed",  # nobody took the offer in time
    "widened",  # the offer goes to the next, wider group
    "by_hand",  # a manager gives it to somebody
    "put_up",  # a manager offers it to people of their choice
    "claimed",  # somebody takes the offer
    "declined",  # the holder, or the last to whom it was offered, said no
    "rerouted",  # a manager asks for a new decision
    "restored",  # it was turned away or closed, and comes back
    "stale",  # it was answered, and then left lying
    "left",  # the holder has left the company or the pool
]
HANDS: Final[frozenset[Trigger]] = frozenset({"by_hand", "claimed"})  # a person chose who gets it; see taken.py


class Assigned(Struct, frozen=True, tag="assigned", gc=False):
    """One rep has the lead, and owes it a first touch by `due`."""

    rep: str
    due: Millis | None = None
    remind: Millis | None = None


class Offered(Struct, frozen=True, tag="offered", gc=False):
    """Several reps may take the lead; the first to accept has it."""

    reps: tuple[str, ...]
    blind: bool = False
    stage: int = 0
    widen: Millis | None = None
    expires: Millis | None = None


class Waiting(Struct, frozen=True, tag="waiting", gc=False):
    """Nobody can take the lead yet. `wake` is when the clock may change that; at `desk` it goes to the desk."""

    why: Literal["tier", "nobody"]
    wake: Millis | None = None
    desk: Millis | None = None


class Held(Struct, frozen=True, tag="held", gc=False):
    """The lead lies on a desk for a person to assign. An empty `desk` is the desk of the whole workspace."""

    why: HeldWhy
    desk: str = ""
    suggestions: tuple[str, ...] = ()
    screen: int = -1  # which one asked for a review


class Rejected(Struct, frozen=True, tag="rejected", gc=False):
    """A screen turned the lead away; it is kept and can be restored. `screen` counts from 0."""

    screen: int


class Duplicate(Struct, frozen=True, tag="duplicate", gc=False):
    """The same person is already being looked after in an earlier, open lead."""

    of: str
    rep: str | None = None


Outcome: TypeAlias = Assigned | Offered | Waiting | Held | Rejected | Duplicate


class Seat(Struct, frozen=True, array_like=True, gc=False):
    """Somebody who could have taken the lead, and what they carried at that moment."""

    rep: str
    weight: int
    open: int = 0
    last: Millis | None = None
    turn: int = -1  # ledger sequence of their last lead in this pool
    fit: int | Decimal = 0  # levels of the skills asked for; the expected value for `best_fit`


class Attempt(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One tier of one rule, tried: who could have taken the lead, in line order, and who could not and why.

    Whoever was given a lead by hand has a seat in any case, and the first exclusion is theirs if something was in the
    way; they are in the line only as a member of the pool.
    """

    rule: int
    tier: int
    pool: str = ""
    seats: tuple[Seat, ...] = ()
    line: Line = ()
    excluded: tuple[tuple[str, Exclusion], ...] = ()


class Decision(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """The answer for one lead at one moment.

    rule, tier:  positions in the policy, from 0; -1 when no rule decided.
    charge:      what the lead costs in the pool's ledger, in units.
    posting:     how the ledger takes it: charged by turn, charged as a claim, only counted, or not at all. If charged,
                 the shares of the last attempt's line are those that were posted, so that a refund can reverse them.
    written_off: units of a claim that the pool's debt limit spared the taker; the others in line bear them.
    """

    lead: str
    at: Millis
    seq: int
    trigger: Trigger
    outcome: Outcome
    rule: int = -1
    tier: int = -1
    pool: str = ""
    charge: int = 0
    posting: Posting = "none"
    score: int | Decimal | None = None
    value: int | Decimal | None = None
    attempts: tuple[Attempt, ...] = ()
    passed: tuple[int, ...] = ()  # rules that matched, could not place the lead, and said `otherwise = "next"`
    written_off: int = 0

    @property
    def rep(self) -> str | None:
        """Who holds the lead now, if anybody does."""
        return self.outcome.rep if isinstance(self.outcome, Assigned | Duplicate) else None
