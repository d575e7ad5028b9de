"""WHO, applied: of everybody that a tier could mean, who may have this lead now, and why each of the others may not."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.case import Case, as_number
from evenhand.core.codes import PASSING, Code, Exclusion
from evenhand.core.ledger import UNIT, Ledger
from evenhand.core.model import Backlog, Load, Rep
from evenhand.core.outcome import Seat
from evenhand.core.plan import Excluded, Fit, Plan, fit, gone, plan, pools_paused, words_asked
from evenhand.core.policy.model import Rule, Tier
from evenhand.core.who.attribute import rep_facts
from evenhand.core.who.available import available, present, running

Objection: TypeAlias = Callable[[Rep, Case], Exclusion | None]

_IDLE: Final = Load()


class Circle(Struct, frozen=True):
    """One tier of a rule, with its plan and the ledger that it draws on."""

    rule: Rule
    tier: Tier
    plan: Plan
    ledger: Ledger


def circle(rule: Rule, tier: Tier, case: Case) -> Circle:
    """The circle of a tier. A tier that names no pool has a ledger of its rule's own, with equal weights."""
    snapshot = case.snapshot
    paused = pools_paused(tier, snapshot) if snapshot.paused else None
    planned = plan(rule, tier, snapshot.roster, paused) if paused else plan(rule, tier, snapshot.roster)
    name = planned.pool.name
    return Circle(rule, tier, planned, snapshot.ledgers.get(name) or Ledger(pool=name))


def judge(asked: Circle, case: Case) -> tuple[tuple[Seat, ...], Excluded]:
    """Everybody in the tier who may have the lead now, and everybody else with the first thing in the way."""
    planned = asked.plan
    able, excluded = (planned.able, list(planned.excluded)) if planned.able is not None else _named(asked, case)
    objections = _objections(asked, case)
    seats: list[Seat] = []
    for one in able:
        for objection in objections:
            if (no := objection(one.rep, case)) is not None:
                excluded.append((one.rep.id, no))
                break
        else:
            seats.append(_seat(one, asked, case))
    return tuple(seats), tuple(excluded)


def _named(asked: Circle, case: Case) -> tuple[Sequence[Fit], list[tuple[str, Exclusion]]]:
    """The people whom this very lead names: the owner of its account, and a deputy."""
    named = [names for word in asked.plan.words if (names := word.names(case)) is not None]
    able: list[Fit] = []
    excluded: list[tuple[str, Exclusion]] = []
    for name in min(named, key=len):
        rep = case.rep(name)
        if rep is None or gone(rep):
            excluded.append((name, Exclusion(Code.INACTIVE)))
        else:
            able.append(fit(rep, asked.tier.who, asked.plan.pool))
    return able, excluded


def _objections(asked: Circle, case: Case) -> list[Objection]:
    """Every check that can say no to somebody for this lead, from the lasting to the passing."""
    past, pool = case.lead.past, asked.plan.pool
    checks: list[Objection] = [history] if past.holders or past.declined else []
    checks += [word.judge for word in asked.plan.words]
    if case.snapshot.paused:
        checks.append(running)
    if not asked.rule.even_if_away:
        checks.append(present if asked.plan.owned else available)
    if (most := pool.max_ahead) is not None:
        checks.append(lambda rep, _: ahead(rep, asked.ledger, most))
    if (pace := pool.backlog) is not None and past.waiting_since is not None:
        checks.append(lambda rep, case: paced(rep, pool.name, pace, case))
    return checks


def objection_to(rep: Rep, asked: Circle, case: Case) -> Exclusion | None:
    """The first thing in the way of one person, whether or not the tier means them at all."""
    lasting = [word.judge for word in words_asked(asked.rule, asked.tier) if word not in asked.plan.words]
    checks: list[Objection] = [lambda rep, _: gone(rep), *lasting, *_objections(asked, case)]
    return next(filter(None, (check(rep, case) for check in checks)), None)


def seat_of(rep: Rep, asked: Circle, case: Case) -> Seat:
    """The seat of one person, whether or not they may have the lead."""
    return _seat(fit(rep, asked.tier.who, asked.plan.pool), asked, case)


def history(rep: Rep, case: Case) -> Exclusion | None:
    """A lead never goes back by itself to somebody who has held or declined it."""
    past = case.lead.past
    if rep.id in past.declined:
        return Exclusion(Code.DECLINED)
    return Exclusion(Code.PREVIOUS_HOLDER) if rep.id in past.holders else None


def ahead(rep: Rep, ledger: Ledger, most: int) -> Exclusion | None:
    """In a pool with `max_ahead`, whoever is further ahead than that waits until the others have caught up."""
    lead = -ledger.credits.get(rep.id, 0)
    return None if lead <= most * UNIT else Exclusion(Code.TOO_FAR_AHEAD, (lead, most))


def paced(rep: Rep, pool: str, pace: Backlog, case: Case) -> Exclusion | None:
    """Waiting leads go out a few at a time, so that they are not all poured on the first who arrives."""
    load = case.snapshot.loads.get(rep.id, _IDLE)
    recent = [at for name, at in load.paced if name == pool and at > case.now - pace.every]
    if len(recent) < pace.each:
        return None
    again = min(recent) + pace.every
    return Exclusion(Code.BACKLOG_PACE, (again,), again)


def _seat(one: Fit, asked: Circle, case: Case) -> Seat:
    """What one eligible rep brings to the line."""
    rep = one.rep.id
    load = case.snapshot.loads.get(rep, _IDLE)
    suits = _suits(one, asked, case) if asked.plan.asked or asked.rule.expected else one.levels
    return Seat(rep, one.weight, load.open, load.last, asked.ledger.turns.get(rep, -1), suits)


def _suits(one: Fit, asked: Circle, case: Case) -> int | Decimal:
    """The expected value that the rule computes, else the levels of the skills that the tier asks for."""
    expected = asked.rule.expected
    if expected is not None:
        known = {**case.facts, **{f"rep.{name}": value for name, value in rep_facts(one.rep).items()}}
        return as_number(expected.value(known, case.now)) or 0
    return one.levels + sum([one.rep.skills.get(word.wanted(case), 0) for word in asked.plan.asked])


def may_come(excluded: Excluded) -> Excluded:
    """Those whom only something passing keeps away."""
    return tuple([(rep, no) for rep, no in excluded if no.code in PASSING])
