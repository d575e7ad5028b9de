"""A lead for which a person chose the holder: given by hand, or taken from an offer.

No word, cap or pause holds a person back. What would have been in the way is kept in the decision as a warning, and
the pool's ledger counts the lead, or charges it as a claim, as if the taker could have had it anyway.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core import answers
from evenhand.core.case import Case
from evenhand.core.codes import Exclusion
from evenhand.core.decide import Ruling, begin, conclude, open_case
from evenhand.core.eligible import circle, history, judge, objection_to, seat_of
from evenhand.core.how import Turn
from evenhand.core.how.base import given_to
from evenhand.core.ledger import Ledger, claim
from evenhand.core.model import Lead, Load, Pool, Rep, Roster, Snapshot
from evenhand.core.outcome import Assigned, Attempt, Hand, Offered, Posting, Seat
from evenhand.core.placing import Placed, cost_of, in_line
from evenhand.core.plan import Excluded, pool_named
from evenhand.core.policy.model import Policy, Rule
from evenhand.core.when.page import nearest
from evenhand.core.who.available import available, running
from evenhand.errors import Conflict, NotFound

_IDLE: Final = Load()


class Taking(Struct, frozen=True):
    """Who gets the lead, and how; for a claim, by the name of the rule that offered it."""

    rep: str
    trigger: Hand = "by_hand"
    rule: str = ""


def on_taken(lead: Lead, policy: Policy, snapshot: Snapshot, taking: Taking) -> Ruling:
    """Give the lead to the person who was chosen, and say what it costs in which pool.

    The rule is the one that offered it, for a claim, else the first that matches: screens and duplicates do not count.
    Of its tiers the last one counts, whose circle is the widest. Raises NotFound if nobody has that id, Conflict if
    they are not active.
    """
    rep = _person(taking.rep, snapshot.roster)
    case = open_case(lead, policy, snapshot)
    number = _rule(taking, policy, case)
    if number is None:
        placed, attempt = _by_no_rule(rep, case)
    elif pool_named(policy.rules[number].tiers[-1]):
        placed, attempt = _in_pool(number, policy.rules[number], rep, case, taking.trigger)
    else:
        placed, attempt = _outside(number, policy.rules[number], rep, case)
    start = begin(case, taking.trigger)
    return Ruling(case, conclude(start, placed, (attempt,), rule=-1 if number is None else number))


def on_put_up(lead: Lead, policy: Policy, snapshot: Snapshot, reps: Sequence[str]) -> Ruling:
    """Offer the lead to the people whom a manager chose, whatever is in the way; the first to take it has it.

    If the rule that matches says `unclaimed_after`, what nobody has taken by then is decided by the policy. Raises
    NotFound if nobody has one of the ids, Conflict if somebody is not active.
    """
    chosen = tuple([_person(rep, snapshot.roster).id for rep in reps])
    case = open_case(lead, policy, snapshot)
    number = policy.index.first(case.facts, case.now, answers=answers.at(case.lead, answers.RULES))
    after = policy.rules[number].unclaimed_after if number is not None else None
    placed = Placed(Offered(chosen, expires=None if after is None else case.now + after))
    return Ruling(case, conclude(begin(case, "put_up"), placed, (), rule=-1 if number is None else number))


def _person(rep: str, roster: Roster) -> Rep:
    found = roster.reps.get(rep)
    if found is None:
        near = nearest(rep, roster.reps)
        raise NotFound(f"nobody in the roster has the id {rep!r}." + (f" Did you mean {near!r}?" if near else ""))
    if not found.active:
        raise Conflict(f"{rep} has left or is not active, and can have no lead. Choose somebody else.")
    return found


def _rule(taking: Taking, policy: Policy, case: Case) -> int | None:
    if taking.trigger == "claimed" and taking.rule:
        offered = next((n for n, rule in enumerate(policy.rules) if rule.name == taking.rule), None)
        if offered is not None:
            return offered
    return policy.index.first(case.facts, case.now, answers=answers.at(case.lead, answers.RULES))


def _by_no_rule(rep: Rep, case: Case) -> tuple[Placed, Attempt]:
    """No rule says anything of this lead: it is in no pool, and to be answered at no time."""
    no = history(rep, case) or running(rep, case) or available(rep, case)
    load = case.snapshot.loads.get(rep.id, _IDLE)
    seat = Seat(rep.id, 1, load.open, load.last)
    return Placed(Assigned(rep.id)), Attempt(rule=-1, tier=-1, seats=(seat,), excluded=_warning(rep, no))


def _outside(number: int, rule: Rule, rep: Rep, case: Case) -> tuple[Placed, Attempt]:
    """The rule names no pool: nobody's turn is touched, and nobody else is asked."""
    tier = len(rule.tiers) - 1
    asked = replace(circle(rule, rule.tiers[tier], case), ledger=Ledger(pool=""))
    excluded = _warning(rep, objection_to(rep, asked, case))
    attempt = Attempt(rule=number, tier=tier, seats=(seat_of(rep, asked, case),), excluded=excluded)
    return Placed(given_to(rep.id, rule, case), tier), attempt


def _in_pool(number: int, rule: Rule, rep: Rep, case: Case, trigger: Hand) -> tuple[Placed, Attempt]:
    """The taker among those who could have had the lead; who is no member of the pool stays outside its line."""
    tier = len(rule.tiers) - 1
    asked = circle(rule, rule.tiers[tier], case)
    pool, own = asked.plan.pool, seat_of(rep, asked, case)
    able, kept_away = judge(asked, case)
    others = [seat for seat in able if seat.rep != rep.id]
    member = pool.weights.get(rep.id, 0) > 0
    seats = (own, *others) if member else tuple(others)
    turn = Turn(case=case, rule=rule, seats=seats, ledger=asked.ledger, pool=pool, charge=cost_of(pool, case))
    line = turn.even_line() if rule.how == "round_robin" else turn.line()
    posting, written_off = _posting(rule, pool, trigger) if member else "none", 0
    if posting == "claim":
        _, line, written_off = claim(asked.ledger, line, rep.id, pool.debt_limit)
    in_order = in_line(seats, line)
    attempt = Attempt(
        rule=number,
        tier=tier,
        pool=pool.name,
        seats=in_order if member else (own, *in_order),
        line=line,
        excluded=(*_warning(rep, objection_to(rep, asked, case)), *[no for no in kept_away if no[0] != rep.id]),
    )
    charge = turn.charge if posting == "claim" else 0
    return Placed(given_to(rep.id, rule, case), tier, pool.name, charge, posting, written_off), attempt


def _posting(rule: Rule, pool: Pool, trigger: Hand) -> Posting:
    """Counted, unless the rule says that it is charged or the pool lists this way among its `charges`."""
    if rule.charge is not None:
        return "claim" if rule.charge else "count"
    return "claim" if ("by_hand" if trigger == "by_hand" else rule.how) in pool.charges else "count"


def _warning(rep: Rep, no: Exclusion | None) -> Excluded:
    return () if no is None else ((rep.id, no),)
