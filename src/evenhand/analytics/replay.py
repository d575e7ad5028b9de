"""Deciding again from the records, and comparing: a decision that was forged, or that is missing, is found.

Every decision is made again from the facts that its record kept, under the policy and the roster that it names; the
ledgers are added up again from the first decision on, and must be what each record says they were.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.advance import posted
from evenhand.core.decide import Ruling, open_case, rule_on
from evenhand.core.ledger import Ledger
from evenhand.core.model import Roster, Snapshot
from evenhand.core.outcome import Assigned, Decision
from evenhand.core.policy.model import Policy
from evenhand.core.record import rebuilt, record
from evenhand.core.tell import say_leads
from evenhand.core.view import View, encode, seal, unsealed, view
from evenhand.reading.decisions import record_of

# What must be the same whatever release decides; the sentences may be said better by a later one.
_LASTING: Final = (
    *("outcome", "rep", "desk", "of", "offered", "suggestions", "rule", "tier", "how", "pool", "posting", "charge"),
    "written_off",
    *("score", "value", "due", "wake", "candidates", "tried", "passed"),
)


_BESIDE: Final = ("inputs", "chain", "history", "superseded_by")  # not made by deciding


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that does not come out as the record says."""

    seq: int
    lead: str
    what: str


class Replay:
    """Replays decisions in the order of their numbers."""

    def __init__(self, policy: Policy, roster: Roster, *, engine: str) -> None:
        self.policy = policy
        self.roster = roster
        self.engine = engine
        self.ledgers: dict[str, Ledger] = {}
        self.next_seq = 1
        self.decisions = 0
        self.chain = ""

    def check(self, kept: View) -> Iterator[Difference]:
        """Everything about one decision that does not come out again."""
        self.decisions += 1
        yield from self._numbered(kept)
        texts = {"policy": (kept.policy, self.policy.digest), "roster": (kept.roster, self.roster.digest)}
        for name, (named, given) in texts.items():
            if named != given:
                yield _of(kept, f"was made under {name} {_short(named)}, not {_short(given)}")
        try:
            yield from self._again(kept)
        except (ValueError, KeyError, IndexError, StopIteration, msgspec.ValidationError) as error:
            yield _of(kept, f"contradicts itself or the policy: {error!r}")
        yield from self._linked(kept)

    def _numbered(self, kept: View) -> Iterator[Difference]:
        if kept.seq != self.next_seq:
            missing = f"{self.next_seq}" if kept.seq == self.next_seq + 1 else f"{self.next_seq} to {kept.seq - 1}"
            what = f"decision {missing} is missing" if kept.seq > self.next_seq else "its number is used twice"
            yield _of(kept, what)
        self.next_seq = kept.seq + 1

    def _linked(self, kept: View) -> Iterator[Difference]:
        """Whether the decision's link is that of what stands there, after the decision before."""
        if kept.chain is None and not self.chain:  # decisions of the library have no chain at all
            return
        _, link = seal(encode(unsealed(kept)), self.chain)
        if kept.chain != link:
            yield _of(kept, "its link in the chain is broken: it was changed, or what stood before it is not there")
        self.chain = kept.chain or link

    def _again(self, kept: View) -> Iterator[Difference]:
        stored = record_of(kept, self.policy)
        decision = stored.decision
        lead, world = rebuilt(stored, self.roster)
        yield from self._ledger_said(kept, decision, world)
        if kept.trigger == "reassigned" and kept.held == "escalated":  # no rule decided that, but somebody's silence
            if not lead.past.holders or self.policy.rules[decision.rule].reassign is None:
                yield _of(kept, "nobody can have been silent: there was no holder, or the rule does not re-assign")
            ruling = Ruling(open_case(lead, self.policy, world), decision)
        else:
            ruling = rule_on(lead, self.policy, world, trigger=kept.trigger)
        said = view(record(ruling, self.policy, engine=self.engine), ruling.case, self.policy)
        told = unsealed(kept)
        said = replace(said, inputs=told.inputs, engine=told.engine)
        if kept.engine == self.engine and encode(said) == encode(told):
            return
        yield from (_of(kept, what) for what in differing(told, said, same_engine=kept.engine == self.engine))

    def _ledger_said(self, kept: View, decision: Decision, world: Snapshot) -> Iterator[Difference]:
        """Compare the credits and turns that the record names with those added up so far; then post this decision."""
        seated = {(attempt.pool, seat.rep) for attempt in decision.attempts for seat in attempt.seats}
        for pool, theirs in world.ledgers.items():
            ours = self.ledgers.get(pool) or Ledger(pool=pool)
            wrong = list(_unlike(ours, theirs, {rep for name, rep in seated if name == pool}))
            yield from (_of(kept, what) for what in wrong)
            if wrong:
                self.ledgers[pool] = _believing(ours, theirs)
        if isinstance(decision.outcome, Assigned):
            self.ledgers[decision.pool] = posted(replace(world, ledgers=self.ledgers), decision)


def _unlike(ours: Ledger, theirs: Ledger, seated: AbstractSet[str]) -> Iterator[str]:
    """What a record says of a ledger that is not what the decisions before it add up to."""
    for rep, said in theirs.credits.items():
        owed = ours.credits.get(rep, 0)
        if owed != said:
            yield f"credit of {rep} in pool {ours.pool} was {say_leads(owed)}, not {say_leads(said)}"
        if rep in seated and ours.turns.get(rep) != theirs.turns.get(rep):
            yield f"last turn of {rep} in pool {ours.pool} was another one"


def _believing(ours: Ledger, theirs: Ledger) -> Ledger:
    """Our ledger with what the record says taken over, so that a fault is not told again with every later decision."""
    return replace(
        ours,
        credits={**ours.credits, **theirs.credits},
        turns={**ours.turns, **theirs.turns},
        seq=max(ours.seq, *theirs.turns.values(), 0),
    )


def differing(kept: View, found: View, *, same_engine: bool) -> Iterator[str]:
    """Name the fields that differ, with both values."""
    for name in View.__struct_fields__:
        before, after = getattr(kept, name), getattr(found, name)
        if (
            name not in ("inputs", "chain", "history", "superseded_by")
            and before != after
            and (same_engine or name in _LASTING)
        ):
            yield f"{name} is {_shown(before)}, decided again {_shown(after)}"


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 160 else text[:157] + "..."


def _short(digest: str) -> str:
    return digest[:19] or "(none)"


def _of(kept: View, what: str) -> Difference:
    return Difference(seq=kept.seq, lead=kept.lead, what=what)
