"""Deciding again from the records, and comparing: a decision that was forged, or that is missing, is found.

Every decision is made again from the facts that its record kept, under the policy and the roster that it names; the
ledgers are added up again from the first decision on, and must be what each record says they were.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.advance import posted
from evenhand.core.decide import Ruling, open_case, rule_on
from evenhand.core.ledger import Ledger
from evenhand.core.model import Lead, Roster, Snapshot
from evenhand.core.outcome import Assigned, Decision, Held, Offered
from evenhand.core.policy.model import Policy
from evenhand.core.record import Record, plain, rebuilt, record
from evenhand.core.taken import Taking, on_put_up, on_taken
from evenhand.core.tell import say_leads
from evenhand.core.view import View, encode, seal, unsealed, view
from evenhand.errors import Conflict, NotFound
from evenhand.reading.decisions import record_of

# What must be the same whatever release decides; the sentences may be said better by a later one.
_LASTING: Final = (
    *("outcome", "rep", "desk", "of", "offered", "suggestions", "rule", "tier", "how", "pool", "posting", "charge"),
    "written_off",
    *("score", "value", "due", "wake", "candidates", "tried", "passed"),
)
_BESIDE: Final = ("inputs", "chain", "history", "superseded_by")  # not made by deciding
CONTRADICTIONS: Final = (ValueError, KeyError, IndexError, StopIteration, msgspec.ValidationError, NotFound, Conflict)


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that does not come out as the record says."""

    seq: int
    lead: str
    what: str


class RecordReplay:
    """Replays stored records in the order of their numbers, whatever policy and roster each was made under.

    ledgers: pool -> its ledger as the decisions and entries so far add up to; compare it with the one that is kept.
    """

    def __init__(self, engine: str, ledgers: Mapping[str, Ledger] | None = None, next_seq: int = 1) -> None:
        self.engine = engine
        self.ledgers = dict(ledgers or {})
        self.next_seq = next_seq
        self.decisions = 0

    def check(self, kept: Record, policy: Policy, roster: Roster) -> Iterator[Difference]:
        """Everything about one decision that does not come out again under the texts that were in force."""
        self.decisions += 1
        seq, lead = kept.decision.seq, kept.decision.lead
        texts = ((kept.policy, policy.digest, "policy"), (kept.roster, roster.digest, "roster"))
        for what in (*self.numbered(seq), *_other_texts(texts), *self._again(kept, policy, roster)):
            yield Difference(seq=seq, lead=lead, what=what)

    def numbered(self, seq: int) -> Iterator[str]:
        """Whether this is the next decision."""
        if seq != self.next_seq:
            missing = f"{self.next_seq}" if seq == self.next_seq + 1 else f"{self.next_seq} to {seq - 1}"
            yield f"decision {missing} is missing" if seq > self.next_seq else "its number is used twice"
        self.next_seq = seq + 1

    def post(self, pool: str, entry: Callable[[Ledger], Ledger]) -> None:
        """Let an entry that no decision made change a pool's ledger: a refund, a correction, who joins or leaves."""
        self.ledgers[pool] = entry(self.ledgers.get(pool) or Ledger(pool=pool))

    def _again(self, kept: Record, policy: Policy, roster: Roster) -> Iterator[str]:
        try:
            lead, world = rebuilt(kept, roster)
            yield from self.ledgers_said(kept.decision, world)
            ruling = ruled_again(kept.decision, lead, policy, world)
            found = record(ruling, policy, engine=kept.engine)
            same_engine = kept.engine == self.engine
            if plain(found) == plain(kept) or (not same_engine and found.decision == kept.decision):
                return
            told, said = (view(each, ruling.case, policy) for each in (kept, found))
            named = [*differing(told, said, same_engine=same_engine)]
            if same_engine and found.facts != kept.facts:
                named.append("the facts kept with it are not those that it looked at")
            if same_engine and found.lead != kept.lead:
                named.append("the fields kept with it are not those that the policy reads")
            yield from named or ["is kept in other bytes than those that it comes out in"]
        except CONTRADICTIONS as error:
            yield _contradicts(error)

    def ledgers_said(self, decision: Decision, world: Snapshot) -> Iterator[str]:
        """Compare the credits and turns that the record names with those added up so far; then post this decision."""
        seated = {(attempt.pool, seat.rep) for attempt in decision.attempts for seat in attempt.seats}
        for pool, theirs in world.ledgers.items():
            ours = self.ledgers.get(pool) or Ledger(pool=pool)
            wrong = list(_unlike(ours, theirs, {rep for name, rep in seated if name == pool}))
            yield from wrong
            if wrong:
                self.ledgers[pool] = _believing(ours, theirs)
        if isinstance(decision.outcome, Assigned) and decision.posting != "none":
            self.ledgers[decision.pool] = posted(replace(world, ledgers=self.ledgers), decision)


class Replay:
    """Replays the decisions of a file, all made under one policy and one roster, in the order of their numbers."""

    def __init__(self, policy: Policy, roster: Roster, *, engine: str) -> None:
        self.policy = policy
        self.roster = roster
        self.engine = engine
        self.records = RecordReplay(engine)
        self.decisions = 0
        self.chain = ""

    def check(self, kept: View) -> Iterator[Difference]:
        """Everything about one decision that does not come out again."""
        self.decisions += 1
        texts = ((kept.policy, self.policy.digest, "policy"), (kept.roster, self.roster.digest, "roster"))
        wrong = (*self.records.numbered(kept.seq), *_other_texts(texts), *self._again(kept), *self._linked(kept))
        yield from (Difference(seq=kept.seq, lead=kept.lead, what=what) for what in wrong)

    def _linked(self, kept: View) -> Iterator[str]:
        """Whether the decision's link is that of what stands there, after the decision before."""
        if kept.chain is None and not self.chain:  # decisions of the library have no chain at all
            return
        _, link = seal(encode(unsealed(kept)), self.chain)
        if kept.chain != link:
            yield "its link in the chain is broken: it was changed, or what stood before it is not there"
        self.chain = kept.chain or link

    def _again(self, kept: View) -> Iterator[str]:
        try:
            stored = record_of(kept, self.policy)
            lead, world = rebuilt(stored, self.roster)
            yield from self.records.ledgers_said(stored.decision, world)
            ruling = ruled_again(stored.decision, lead, self.policy, world)
            said = view(record(ruling, self.policy, engine=self.engine), ruling.case, self.policy)
            told = unsealed(kept)
            said = replace(said, inputs=told.inputs, engine=told.engine)
            if kept.engine != self.engine or encode(said) != encode(told):
                yield from differing(told, said, same_engine=kept.engine == self.engine)
        except CONTRADICTIONS as error:
            yield _contradicts(error)


def ruled_again(decision: Decision, lead: Lead, policy: Policy, world: Snapshot) -> Ruling:
    """Decide once more by the same path: by the rules, or for whom a person chose.

    Raises ValueError for a lead that is said to have gone to a manager although nobody can have let it lie.
    """
    match decision.trigger, decision.outcome:
        case ("by_hand" | "claimed") as how, _:
            rule = policy.rules[decision.rule].name if decision.rule >= 0 else ""
            return on_taken(lead, policy, world, Taking(decision.rep or "", how, rule))
        case "put_up", Offered(reps=reps):
            return on_put_up(lead, policy, world, reps)
        case "reassigned" | "stale", Held(why="escalated"):  # no rule decided that, but somebody's silence
            if not lead.past.holders or policy.rules[decision.rule].reassign is None:
                raise ValueError("nobody can have been silent: there was no holder, or the rule does not re-assign")
            return Ruling(open_case(lead, policy, world), decision)
    return rule_on(lead, policy, world, trigger=decision.trigger)


def _other_texts(texts: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    for named, given, name in texts:
        if named != given:
            yield f"was made under {name} {_short(named)}, not {_short(given)}"


def _contradicts(error: Exception) -> str:
    return f"contradicts itself or the policy: {error!r}"


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
        if name not in _BESIDE and before != after and (same_engine or name in _LASTING):
            yield f"{name} is {_shown(before)}, decided again {_shown(after)}"


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 160 else text[:157] + "..."


def _short(digest: str) -> str:
    return digest[:19] or "(none)"
