"""Whose turn is next in a pool: from the start, or after the decisions of a file."""

from difflib import get_close_matches
from pathlib import Path

from evenhand.core.advance import posted
from evenhand.core.ledger import Ledger, next_turns
from evenhand.core.model import Roster, Snapshot
from evenhand.core.outcome import Decision
from evenhand.core.view import View
from evenhand.errors import BadFile, Fault, NotFound
from evenhand.reading.decisions import flat, read_views, record_of
from evenhand.reading.setup import Setup


def next_in_pool(roster: Roster, pool: str, ledger: Ledger, count: int) -> tuple[str, ...]:
    """The reps who would get the next leads, in order, if all members with a weight were there for each."""
    members = roster.pools[pool].weights.items()
    weights = [(rep, weight) for rep, weight in members if weight and roster.reps[rep].active]
    return next_turns(ledger, weights, count)


def ledger_after(decisions: Path | None, pool: str, setup: Setup) -> Ledger:
    """The ledger of a pool as the decisions of a file leave it. Raises NotFound for a pool that does not exist."""
    if pool not in setup.roster.pools:
        near = get_close_matches(pool, setup.roster.pools, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(setup.roster.pools) or 'none'}."
        raise NotFound(f"There is no pool {pool!r}. {hint}")
    ledger = Ledger(pool=pool)
    if decisions is None:
        return ledger
    for decision in sorted(_assignments(decisions, pool, setup), key=lambda decision: decision.seq):
        ledger = posted(Snapshot(now=decision.at, roster=setup.roster, ledgers={pool: ledger}), decision)
    return ledger


def _assignments(decisions: Path, pool: str, setup: Setup) -> list[Decision]:
    return [
        _decision(view, setup, where=f"{decisions}, line {line}")
        for line, final in read_views(decisions)
        for view in flat([final])
        if view.outcome == "assigned" and view.pool == pool
    ]


def _decision(view: View, setup: Setup, *, where: str) -> Decision:
    try:
        return record_of(view, setup.policy).decision
    except (ValueError, KeyError) as error:
        what = f"the decision on lead {view.lead} does not go with this policy, or contradicts itself: {error!r}."
        raise BadFile(Fault(where=where, what=what, fix="Give the policy that made the decisions.")) from error
