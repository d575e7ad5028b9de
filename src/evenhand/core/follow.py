"""What a decision leads to as time passes: its timers, and what is decided when one of them rings.

The shell keeps the clock; everything that a ring means is here, so that files, tests and workers agree.
"""

from typing import Literal, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.decide import Ruling, begin, conclude, open_case, rule_on
from evenhand.core.due import due
from evenhand.core.hours import Bounds
from evenhand.core.model import Lead, Millis, Past, Roster, Snapshot
from evenhand.core.outcome import Assigned, Decision, Duplicate, Held, Offered, Rejected, Waiting
from evenhand.core.placing import Placed
from evenhand.core.policy.model import Policy, Rule

TimerKind: TypeAlias = Literal["remind", "due", "wake", "widen", "expire"]


class Timer(Struct, frozen=True):
    """Something to look at again at a given moment."""

    at: Millis
    kind: TimerKind


def timers(decision: Decision) -> tuple[Timer, ...]:
    """What must be looked at again because of this decision, and when."""
    match decision.outcome:
        case Assigned(due=due, remind=remind):
            found: tuple[tuple[Millis | None, TimerKind], ...] = ((remind, "remind"), (due, "due"))
        case Offered(widen=widen, expires=expires):
            found = ((widen, "widen"), (expires, "expire"))
        case Waiting(wake=wake):
            found = ((wake, "wake"),)
        case Held() | Rejected() | Duplicate():
            found = ()
        case never:
            assert_never(never)
    return tuple(Timer(at, kind) for at, kind in found if at is not None)


def past_after(ruling: Ruling, policy: Policy) -> Past:
    """The lead's past with its waiting noted: since when, and in which tier of which rule."""
    decision, past = ruling.decision, ruling.case.lead.past
    if not isinstance(decision.outcome, Waiting):
        return past
    rule = policy.rules[decision.rule]
    tier = decision.tier if decision.tier >= 0 else len(rule.tiers)  # beyond the last: no tier is held open again
    same = past.rule == rule.name and past.tier == tier
    return replace(
        past,
        waiting_since=decision.at if past.waiting_since is None else past.waiting_since,
        rule=rule.name,
        tier=tier,
        tier_since=past.tier_since if same else decision.at,
    )


def on_wake(lead: Lead, policy: Policy, snapshot: Snapshot) -> Ruling:
    """Decide a waiting lead again, under the policy now in force."""
    return rule_on(lead, policy, snapshot, trigger="waiting")


def on_widen(lead: Lead, policy: Policy, snapshot: Snapshot) -> Ruling:
    """Offer the lead to the next, wider group."""
    wider = replace(lead.past, stage=lead.past.stage + 1)
    return rule_on(replace(lead, past=wider), policy, snapshot, trigger="widened")


def on_expire(lead: Lead, policy: Policy, snapshot: Snapshot) -> Ruling:
    """Nobody took the offer: hand the lead out in turn."""
    left = replace(lead.past, unclaimed=True)
    return rule_on(replace(lead, past=left), policy, snapshot, trigger="unclaimed")


def on_silence(lead: Lead, last: Decision, policy: Policy, snapshot: Snapshot) -> Ruling | None:
    """The holder has let the lead lie past its due time: give it to somebody else, in the end to a manager.

    `None` when the rule does not re-assign: then the breach is only shown. `snapshot` is the world in which the silent
    holder has already let go.
    """
    return _taken_away(lead, last, policy, snapshot, trigger="reassigned")


def on_stale(lead: Lead, last: Decision, policy: Policy, snapshot: Snapshot) -> Ruling | None:
    """The holder answered once and then let the lead lie: as after silence, but told by its own name."""
    return _taken_away(lead, last, policy, snapshot, trigger="stale")


def after_holder(past: Past, rep: str) -> Past:
    """The past of a lead that this rep has held and lets go of. What it once waited for no longer counts."""
    return Past(holders=(*past.holders, rep), declined=past.declined, cleared=past.cleared)


def after_decline(past: Past, rep: str) -> Past:
    """The past of a lead that this rep, its holder or the last to whom it was offered, has declined."""
    return Past(holders=past.holders, declined=(*past.declined, rep), cleared=past.cleared)


def stale_at(rule: Rule, at: Millis, bounds: Bounds = ()) -> Millis | None:
    """When a lead that was answered at this moment becomes stale, by the holder's working hours or by the wall clock.

    `None` when the rule does not say, or when the hours known end before.
    """
    return None if rule.stale_after is None else due(at, rule.stale_after, clock=rule.clock, bounds=bounds)


def _taken_away(
    lead: Lead, last: Decision, policy: Policy, snapshot: Snapshot, *, trigger: Literal["reassigned", "stale"]
) -> Ruling | None:
    reassign = policy.rules[last.rule].reassign if last.rule >= 0 else None
    if reassign is None or last.rep is None:
        return None
    past = after_holder(lead.past, last.rep)
    lead = replace(lead, past=past)
    if len(past.holders) <= reassign.times:
        ruling = rule_on(lead, policy, snapshot, trigger=trigger)
        outcome = ruling.decision.outcome
        if not (isinstance(outcome, Held) and outcome.why in ("never", "nobody", "no_rule")):
            return ruling
    desk = _manager_of(last, snapshot.roster) if reassign.then == "manager" else ""
    case = open_case(lead, policy, snapshot)
    escalated = Placed(Held("escalated", desk), last.tier)
    start = replace(begin(case, trigger), score=last.score, value=last.value)
    return Ruling(case, conclude(start, escalated, (), rule=last.rule))


def _manager_of(last: Decision, roster: Roster) -> str:
    """Who answers for the silent holder: the manager of their team, else of the pool."""
    rep = roster.reps.get(last.rep or "")
    team = roster.teams.get(rep.team) if rep else None
    pool = roster.pools.get(last.pool)
    return (team.manager if team else "") or (pool.manager if pool else "")
