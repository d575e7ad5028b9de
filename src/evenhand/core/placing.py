"""Placing a lead by one rule: its tiers in order, their waits, and what happens otherwise."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.case import Case
from evenhand.core.codes import Code
from evenhand.core.due import desk_after
from evenhand.core.eligible import Circle, circle, judge, may_come
from evenhand.core.how import DESKS, HOW, Handover, Turn
from evenhand.core.ledger import UNIT, Line, charge_of, claim
from evenhand.core.model import ALWAYS, Millis, Pool
from evenhand.core.outcome import Assigned, Attempt, Held, Outcome, Posting, Seat, Waiting
from evenhand.core.plan import Excluded, last_tier
from evenhand.core.policy.model import Rule
from evenhand.core.who.manager import desk_person

# These may end at any moment, so a wait is worth while.
_ANY_TIME: Final = frozenset({Code.AT_OPEN_CAP, Code.PAUSED, Code.TOO_FAR_AHEAD})


class Placed(Struct, frozen=True, gc=False):
    """Where a rule put a lead, and what that costs in which pool's ledger; see `Decision`."""

    outcome: Outcome
    tier: int = -1
    pool: str = ""
    charge: int = 0
    posting: Posting = "none"
    written_off: int = 0


def place_by_rule(number: int, rule: Rule, case: Case) -> tuple[Placed | None, tuple[Attempt, ...]]:
    """Try a rule's tiers in order; with what was tried. `None` sends the lead on to the next rule."""
    tried: list[Attempt] = []
    for position, tier in enumerate(rule.tiers):
        placed, attempt = _try(number, position, circle(rule, tier, case), case)
        tried.append(attempt)
        if placed is None and tier.wait:
            placed = _hold_open(rule, case, attempt)
        if placed is not None:
            return placed, tuple(tried)
    if rule.otherwise.kind == "pool":
        placed, attempt = _try(number, len(rule.tiers), circle(rule, last_tier(rule), case), case)
        tried.append(attempt)
        if placed is not None:
            return placed, tuple(tried)
    return _otherwise(rule, case, tried), tuple(tried)


def _try(number: int, position: int, asked: Circle, case: Case) -> tuple[Placed | None, Attempt]:
    seats, excluded = judge(asked, case)
    rule, pool = asked.rule, asked.plan.pool
    if not seats and rule.how not in DESKS:
        return None, Attempt(rule=number, tier=position, pool=pool.name, excluded=excluded)
    turn = Turn(case=case, rule=rule, seats=seats, ledger=asked.ledger, pool=pool, charge=cost_of(pool, case))
    handover = HOW[rule.how](turn)
    outcome, line, posting, written_off = handover.outcome, handover.line, _posting(handover, asked), 0
    if posting == "claim" and isinstance(outcome, Assigned):
        _, line, written_off = claim(asked.ledger, line, outcome.rep, pool.debt_limit)
    charge = turn.charge if posting in ("charge", "claim") else 0
    attempt = Attempt(
        rule=number, tier=position, pool=pool.name, seats=in_line(seats, line), line=line, excluded=excluded
    )
    return Placed(outcome, position, pool.name, charge, posting, written_off), attempt


def in_line(seats: Sequence[Seat], line: Line) -> tuple[Seat, ...]:
    """The seats in the order of the line, each with the weight that counted there."""
    found = {seat.rep: seat for seat in seats}
    ordered = [(found[standing.rep], standing.weight) for standing in line]
    return tuple([seat if seat.weight == weight else replace(seat, weight=weight) for seat, weight in ordered])


def cost_of(pool: Pool, case: Case) -> int:
    """One lead, or in a value-fair pool its expected value."""
    if not pool.value_fair:
        return UNIT
    recent = sorted(case.snapshot.values.get(pool.name, ()))
    median = recent[len(recent) // 2] if recent else case.value or pool.max_charge or 1
    return charge_of(case.value, median=median, max_charge=pool.max_charge)


def _posting(handover: Handover, asked: Circle) -> Posting:
    if not isinstance(handover.outcome, Assigned):
        return "none"
    rule, pool = asked.rule, asked.plan.pool
    by_turn = handover.charged and asked.plan.by_turn
    if rule.charge if rule.charge is not None else by_turn:
        return "charge"
    return "claim" if rule.charge is None and rule.how in pool.charges else "count"


def _hold_open(rule: Rule, case: Case, attempt: Attempt) -> Placed | None:
    """Wait for somebody of this tier, as long as its wait lasts and somebody may come before it ends."""
    past, position, excluded = case.lead.past, attempt.tier, attempt.excluded
    same = past.rule == rule.name
    if same and position < past.tier:
        return None
    since = past.tier_since if same and position == past.tier else case.now
    end = since + rule.tiers[position].wait
    coming = [no for _, no in excluded if no.code in _ANY_TIME or (no.again is not None and no.again < end)]
    if case.now >= end or not coming:
        return None
    return Placed(Waiting("tier", min([end, *_agains(excluded)])), position, attempt.pool)


def _otherwise(rule: Rule, case: Case, tried: Sequence[Attempt]) -> Placed | None:
    """Nobody in any tier can have it: what the rule says to that."""
    said = rule.otherwise.kind
    if said == "next":
        return None
    managers = (_pool_manager(attempt.pool, case) for attempt in tried)
    desk = desk_person(rule.desk, case.snapshot.roster) or next(filter(None, managers), "")
    if said == "desk":
        return Placed(Held("nobody", desk))
    excluded = tuple([pair for attempt in tried for pair in may_come(attempt.excluded)])
    if not excluded:
        return Placed(Held("never", desk))
    if said == "wait":
        return Placed(Waiting("nobody", min(_agains(excluded), default=None)))
    until = _desk_time(excluded, case)
    if until is None or case.now >= until:  # None: as far as can be seen, they never work that long
        return Placed(Held("nobody", desk))
    return Placed(Waiting("nobody", min([*_agains(excluded), until]), until))


def _pool_manager(name: str, case: Case) -> str:
    pool = case.snapshot.roster.pools.get(name)
    return pool.manager if pool else ""


def _agains(excluded: Excluded) -> list[Millis]:
    return [no.again for _, no in excluded if no.again is not None]


def _desk_time(excluded: Excluded, case: Case) -> Millis | None:
    """When those who could have taken the lead will have worked four hours since it began to wait."""
    since = case.lead.past.waiting_since
    start = case.now if since is None else since
    return desk_after(start, [case.snapshot.duty.get(rep, ALWAYS).bounds for rep, _ in excluded])
