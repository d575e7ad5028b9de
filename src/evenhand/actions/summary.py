"""What a run over a file came to: how many leads went where and why, how fair it was, and that the counts add up."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, json

from evenhand.core.model import Snapshot
from evenhand.core.outcome import Decision
from evenhand.core.tell import say_leads


class FinalRecord(Struct, frozen=True):
    """The part of a final record that summaries and tables need."""

    lead: str
    at: str
    outcome: str
    because: str
    rep: str | None = None
    desk: str | None = None
    of: str | None = None
    held: str | None = None
    rule: str | None = None
    tier: int | None = None
    how: str | None = None
    pool: str | None = None
    due: str | None = None


_FINAL: Final = json.Decoder(FinalRecord)


def read_final(line: bytes) -> FinalRecord:
    """The final record of one line of output."""
    return _FINAL.decode(line)


class Intake(Struct, frozen=True, kw_only=True):
    """What was read: lines of data, leads, rejects, and whether anybody's answer is known.

    unreadable: field -> how many values could not be read, and count as unknown.
    """

    lines: int
    leads: int
    rejects: int
    answers: bool
    unreadable: Mapping[str, int]


class Summary(Struct, frozen=True, kw_only=True):
    """The figures of a run, ready to be shown.

    rules, pools, reps count final records; codes counts how often somebody was excluded, over all decisions.
    unreadable: field -> values that could not be read and count as unknown.
    spread: pool -> the largest |credit| that any member has at the end, in leads.
    chain:  the link of the last decision, which every decision before it has gone into.
    """

    lines: int
    leads: int
    rejects: int
    decisions: int
    unreadable: Mapping[str, int]
    outcomes: Mapping[str, int]
    rules: Mapping[str, int]
    pools: Mapping[str, int]
    reps: Mapping[str, int]
    desks: Mapping[str, int]
    codes: Mapping[str, int]
    spread: Mapping[str, str]
    chain: str
    adds_up: bool


class Tally:
    """Counts a run while it goes on."""

    def __init__(self) -> None:
        self.decisions = 0
        self.finals = 0
        self.outcomes: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.pools: Counter[str] = Counter()
        self.reps: Counter[str] = Counter()
        self.desks: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()

    def decided(self, decision: Decision) -> None:
        """Note one decision."""
        self.decisions += 1
        for attempt in decision.attempts:
            self.codes.update([no.code.value for _, no in attempt.excluded])

    def finished(self, final: FinalRecord) -> None:
        """Note the end of one lead's story."""
        self.finals += 1
        self.outcomes[final.outcome] += 1
        self.rules[final.rule or "(no rule)"] += 1
        if final.pool and not final.pool.startswith("rule "):
            self.pools[final.pool] += 1
        if final.rep:
            self.reps[final.rep] += 1
        if final.outcome == "held":
            self.desks[final.desk or "(everybody's desk)"] += 1

    def summary(self, intake: Intake, world: Snapshot, chain: str) -> Summary:
        """The figures of the run so far; `chain` is the link of its last decision."""
        return Summary(
            lines=intake.lines,
            leads=intake.leads,
            rejects=intake.rejects,
            decisions=self.decisions,
            unreadable=dict(intake.unreadable),
            outcomes=_ordered(self.outcomes),
            rules=_ordered(self.rules),
            pools=_ordered(self.pools),
            reps=_ordered(self.reps),
            desks=_ordered(self.desks),
            codes=_ordered(self.codes),
            spread=spread(world),
            chain=chain,
            adds_up=intake.lines == intake.leads + intake.rejects and intake.leads == self.finals,
        )


def spread(world: Snapshot) -> Mapping[str, str]:
    """Pool -> the largest |credit| of anybody in it, in leads (in money for a value-fair pool)."""
    worst = {name: max(map(abs, ledger.credits.values()), default=0) for name, ledger in world.ledgers.items()}
    return {
        name: say_leads(units).lstrip("+")
        for name, units in sorted(worst.items())
        if units or name in world.roster.pools
    }


def _ordered(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
