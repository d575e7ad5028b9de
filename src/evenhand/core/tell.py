"""A decision in words: one true sentence that says why, rendered from codes and numbers whenever somebody asks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, assert_never

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion, why_not
from evenhand.core.how.least_loaded import filled
from evenhand.core.instants import say_instant
from evenhand.core.ledger import UNIT
from evenhand.core.outcome import (
    HANDS,
    Assigned,
    Attempt,
    Decision,
    Duplicate,
    Held,
    Offered,
    Rejected,
    Seat,
    Trigger,
    Waiting,
)
from evenhand.core.plan import last_tier, plan, words_asked
from evenhand.core.policy.model import Policy
from evenhand.core.who.account import AccountRole
from evenhand.core.who.available import Available, say_load

_AVAILABLE: Final = Available()
_SLACK: Final = 1000  # units: a difference that comes of rounding alone is none to tell

_HELD: Final = {
    "manual": "to be assigned by hand",
    "area": "the manager of the lead's area hands it out",
    "review": "held for review",
    "escalated": "nobody answered in time",
    "no_rule": "no rule matches this lead",
    "nobody": "nobody could take it",
    "never": "nobody could ever take it",
}

_CODE_WORDS: Final = {
    Code.INACTIVE: "not active",
    Code.AWAY: "set away",
    Code.ON_LEAVE: "on leave",
    Code.HOLIDAY: "on holiday",
    Code.OFF_HOURS: "off duty",
    Code.PAUSED: "paused",
    Code.AT_OPEN_CAP: "full",
    Code.AT_DAY_CAP: "at the daily cap",
    Code.AT_PERIOD_CAP: "at a period's cap",
    Code.BACKLOG_PACE: "just given waiting leads",
    Code.WEIGHT_ZERO: "weight 0",
    Code.LACKS_SKILL: "without the skill",
    Code.OUTSIDE_TERRITORY: "outside the territory",
    Code.NO_SHARED_LANGUAGE: "without the language",
    Code.BELOW_SENIORITY: "not senior enough",
    Code.OUTSIDE_BAND: "outside their band",
    Code.LEAD_UNKNOWN: "not known to fit, because the lead does not say",
    Code.TOO_FAR_AHEAD: "too far ahead of their share",
    Code.PREVIOUS_HOLDER: "a previous holder",
    Code.DECLINED: "declined it",
}


_TRIGGERS: Final[Mapping[Trigger, str]] = {
    "received": "it has arrived",
    "waiting": "it was waiting, and somebody may be free",
    "reassigned": "the holder did not answer in time",
    "unclaimed": "nobody took the offer in time",
    "widened": "the offer goes to more people",
    "by_hand": "a manager gave it to somebody",
    "put_up": "a manager offers it to people of their choice",
    "claimed": "somebody took the offer",
    "declined": "it was declined",
    "rerouted": "a manager asked for a new decision",
    "restored": "it was turned away or closed, and has been brought back",
    "stale": "the holder answered and then let it lie",
    "left": "the holder has left",
}
_HANDS: Final[Mapping[Trigger, str]] = {"by_hand": "given by hand", "claimed": "took the offer"}


def say_trigger(trigger: Trigger) -> str:
    """Why the lead was decided just then: `the holder did not answer in time`."""
    return _TRIGGERS[trigger]


def say_hand(decision: Decision) -> str:
    """How somebody got a lead from a person, and what was in the way: `given by hand; although full: 5 of 5 open`."""
    no = warning(decision)
    return _HANDS[decision.trigger] + (f"; although {why_not(no)}" if no else "")


def warning(decision: Decision) -> Exclusion | None:
    """What would have kept away the one who was given the lead by hand or took it; `None` when nothing would."""
    excluded = decision.attempts[-1].excluded if decision.trigger in HANDS else ()
    return next((no for rep, no in excluded if rep == decision.rep), None)


def say_leads(units: int) -> str:
    """Credit in leads, with its sign, to two places: `+0.61`."""
    hundredths = (abs(units) * 200 + UNIT) // (2 * UNIT)
    whole, part = divmod(hundredths, 100)
    return f"{'-' if units < 0 and hundredths else '+'}{whole}.{part:02}"


def because(decision: Decision, case: Case, policy: Policy) -> str:
    """Why this became of the lead, in one sentence."""
    match decision.outcome:
        case Assigned(rep) if decision.trigger in HANDS:
            return f"{case.snapshot.roster.reps[rep].name}: {say_hand(decision)}."
        case Assigned(rep):
            return _assigned(rep, decision, case, policy)
        case Offered(reps, blind=blind):
            many = "1 person" if len(reps) == 1 else f"{len(reps)} people"
            return f"Offered {'blind ' if blind else ''}to {many}; the first to take it has it: {_names(reps, case)}."
        case Waiting(why, wake=wake, desk=desk):
            return _waiting(why, wake, desk, decision)
        case Held() as lying:
            return _held(lying, decision, case, policy)
        case Rejected(screen):
            return f"Rejected: {policy.screens[screen].because}."
        case Duplicate(of, rep=holder):
            held = f", which {_names((holder,), case)} holds" if holder else ""
            return f"The same person as in lead {of}{held}."
        case never:
            assert_never(never)


def counted(excluded: tuple[tuple[str, Exclusion], ...]) -> str:
    """`2 off duty, 1 full`: how many people were kept away by what."""
    counts = Counter(no.code for _, no in excluded)
    return ", ".join(f"{n} {_CODE_WORDS.get(code, str(code).replace('_', ' '))}" for code, n in counts.most_common())


def _names(reps: tuple[str, ...], case: Case) -> str:
    names = [found.name if (found := case.rep(rep)) else rep for rep in reps[:5]]
    return ", ".join(names) + (f" and {len(reps) - 5} more" if len(reps) > 5 else "")


def _assigned(rep_id: str, decision: Decision, case: Case, policy: Policy) -> str:
    rule = policy.rules[decision.rule]
    attempt = decision.attempts[-1]
    tier = rule.tiers[decision.tier] if decision.tier < len(rule.tiers) else last_tier(rule)
    rep = case.snapshot.roster.reps[rep_id]
    phrases = [word.praise(rep, case) for word in words_asked(rule, tier)]
    if rule.even_if_away or any(isinstance(word, AccountRole) for word in tier.who):
        phrases.append(say_load(rep, case))
    else:
        phrases.append(_AVAILABLE.praise(rep, case))
    by_turn = plan(rule, tier, case.snapshot.roster).by_turn
    first = f"; {why_first(attempt, rep_id, rule.how, case)}" if by_turn else ""
    return f"{rep.name}: {', '.join(phrases)}{first}."


def why_first(attempt: Attempt, rep_id: str, how: str, case: Case) -> str:
    """Why, of all who could have taken the lead, this one stood first."""
    many = len(attempt.line)
    if many == 1:
        return "the only one who could take it"
    own = next(seat for seat in attempt.seats if seat.rep == rep_id)
    if how == "least_loaded":
        light = filled(own, case)
        equals = [seat for seat in attempt.seats if filled(seat, case) == light]
        if len(equals) == 1:
            return f"least loaded of {many}, with {own.open} open"
        return f"as lightly loaded as anybody, with {own.open} open; of those, {_why_turn(attempt, own, equals)}"
    if how == "longest_idle":
        equals = [seat for seat in attempt.seats if seat.last == own.last]
        if len(equals) == 1:
            return f"longest without a lead of {many}"
        return f"as long without a lead as anybody; of those, {_why_turn(attempt, own, equals)}"
    if how == "best_fit":
        standing = next(standing for standing in attempt.line if standing.rep == rep_id)
        return f"best fit and share together (fit {own.fit}, credit {say_leads(standing.credit)})"
    return _why_turn(attempt, own, attempt.seats)


def _why_turn(attempt: Attempt, own: Seat, among: Iterable[Seat]) -> str:
    """Why somebody is the first of some of the line, by the ledger."""
    credits = {standing.rep: standing.credit for standing in attempt.line}
    credit = credits[own.rep]
    others = [seat for seat in among if seat.rep != own.rep]
    most = max(credits[seat.rep] for seat in others)
    if credit < most - _SLACK:
        return f"the first whose share falls due ({say_leads(credit)})"
    behind = credit > 0
    if credit > most + _SLACK:
        return f"{'furthest behind' if behind else 'least ahead of'} their share ({say_leads(credit)})"
    equals = [seat for seat in others if abs(credits[seat.rep] - credit) <= _SLACK]
    tie = "as far behind as anybody" if behind else "as little ahead as anybody"
    return f"{tie} ({say_leads(credit)}), and {_why_of_equals(own, equals)}"


def _why_of_equals(own: Seat, equals: Iterable[Seat]) -> str:
    if all(own.turn < seat.turn for seat in equals):
        return "without a lead here so far" if own.turn < 0 else "longest without a lead here"
    if all(seat.turn < 0 and seat.weight == own.weight for seat in equals):
        return "first by lot"
    return "first in line"


def _waiting(why: str, wake: int | None, desk: int | None, decision: Decision) -> str:
    tried = [attempt for attempt in decision.attempts if attempt.rule == decision.rule]
    excluded = tried[-1].excluded if why == "tier" else _kept_away(tried)
    held = "Held open for this tier" if why == "tier" else "Waits: nobody can take it now"
    text = f"{held} ({counted(excluded)})"
    if wake is not None:
        text += f"; looks again at {say_instant(wake)}"
    if desk is not None and desk != wake:
        text += f"; goes to the desk at {say_instant(desk)}"
    return text + "."


def _kept_away(attempts: Iterable[Attempt]) -> tuple[tuple[str, Exclusion], ...]:
    """Everybody who was kept away, once, with what was in the way the last time that they were asked."""
    return tuple({rep: (rep, no) for attempt in attempts for rep, no in attempt.excluded}.values())


def _held(held: Held, decision: Decision, case: Case, policy: Policy) -> str:
    where = f"on the desk of {_names((held.desk,), case)}" if held.desk else "on the desk"
    stale = held.why == "escalated" and decision.trigger == "stale"
    reason = "it was answered once and then left lying" if stale else _HELD[held.why]
    if held.screen >= 0:
        reason += f": {policy.screens[held.screen].because}"
    excluded = _kept_away(decision.attempts)
    if held.why in ("nobody", "never") and excluded:
        reason += f": no eligible member, {counted(excluded)}"
    return f"Lies {where}: {reason}."
