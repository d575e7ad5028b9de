"""The decision: a pure function of a lead, a policy and a snapshot.

The first rule that matches and can place the lead decides; its tiers are tried in order, each held open for its wait
while somebody in it may still come. Nothing is ever dropped: a lead that nobody can take waits or goes to a desk.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core import answers
from evenhand.core.case import Case, as_number
from evenhand.core.model import Lead, Snapshot, Value
from evenhand.core.outcome import Attempt, Decision, Duplicate, Held, Outcome, Rejected, Trigger
from evenhand.core.places import Place
from evenhand.core.placing import Placed, place_by_rule
from evenhand.core.policy.model import Policy
from evenhand.core.score import points_of
from evenhand.core.when import facts


class Ruling(Struct, frozen=True, gc=False):
    """A decision, with the case that it decides: the lead, the world, and what was worked out of them."""

    case: Case
    decision: Decision


def decide(lead: Lead, policy: Policy, snapshot: Snapshot, *, trigger: Trigger = "received") -> Decision:
    """Say who gets the lead, and everything that went into it. Same arguments, same answer, always."""
    return rule_on(lead, policy, snapshot, trigger=trigger).decision


def rule_on(lead: Lead, policy: Policy, snapshot: Snapshot, *, trigger: Trigger = "received") -> Ruling:
    """Decide as `decide` does, and keep the case beside the decision, for the record."""
    case = open_case(lead, policy, snapshot)
    start = begin(case, trigger)
    found = None if lead.past.cleared else _screened(case, policy)
    return Ruling(case, _by_rules(case, policy, start) if found is None else replace(start, outcome=found))


def begin(case: Case, trigger: Trigger) -> Decision:
    """A decision as it is before anything has been found: the next one, here and now."""
    return Decision(
        lead=case.lead.id,
        at=case.now,
        seq=case.snapshot.seq + 1,
        trigger=trigger,
        outcome=Held("no_rule"),
        score=case.score,
        value=case.value,
    )


def open_case(lead: Lead, policy: Policy, snapshot: Snapshot) -> Case:
    """Put a lead on the table: fold its fields, estimate its value, add up its score."""
    known: dict[str, Value] = dict(facts(lead.fields))
    known.setdefault("received", lead.received)
    value = as_number(policy.value.value(known, snapshot.now) if policy.value else known.get("value"))
    _replace(known, "value", value)
    score = as_number(points_of(policy.scores, known, lead, snapshot.now) if policy.scores else known.get("score"))
    _replace(known, "score", score)
    return Case(lead=lead, snapshot=snapshot, facts=known, place=_place(lead), value=value, score=score)


def _replace(known: dict[str, Value], name: str, found: int | Decimal | None) -> None:
    """What the policy works out takes the place of what the lead says; if it comes to nothing, nothing is known."""
    if found is None:
        known.pop(name, None)
    else:
        known[name] = found


def _place(lead: Lead) -> Place:
    parts = [lead.fields.get(name) for name in ("country", "state", "city", "postal_code")]
    country, state, city, postal = (part if isinstance(part, str) else "" for part in parts)
    return Place(country, state, city, postal)


def _screened(case: Case, policy: Policy) -> Outcome | None:
    """An outcome that needs no rule: a duplicate, or what a screen says."""
    if case.lead.twin is not None:
        return Duplicate(case.lead.twin.lead, case.lead.twin.rep)
    for number, screen in enumerate(policy.screens):
        if screen.when.test(case.facts, case.now, answers.at(case.lead, answers.screen(number))):
            return Rejected(number) if screen.action == "reject" else Held("review", screen=number)
    return None


def _by_rules(case: Case, policy: Policy, start: Decision) -> Decision:
    attempts: list[Attempt] = []
    passed: list[int] = []
    own = answers.at(case.lead, answers.RULES)
    number = policy.index.first(case.facts, case.now, answers=own)
    while number is not None:
        placed, tried = place_by_rule(number, policy.rules[number], case)
        attempts += tried
        if placed is not None:
            return conclude(start, placed, attempts, passed, rule=number)
        passed.append(number)
        number = policy.index.first(case.facts, case.now, after=number, answers=own)
    nobody = Placed(Held("nobody" if passed else "no_rule"))
    return conclude(start, nobody, attempts, passed, rule=-1)


def conclude(
    start: Decision, placed: Placed, attempts: Sequence[Attempt], passed: Sequence[int] = (), *, rule: int
) -> Decision:
    """The decision with where the lead was put, by which rule, and what was tried."""
    return replace(
        start,
        outcome=placed.outcome,
        rule=rule,
        tier=placed.tier,
        pool=placed.pool,
        charge=placed.charge,
        posting=placed.posting,
        written_off=placed.written_off,
        attempts=tuple(attempts),
        passed=tuple(passed),
    )
