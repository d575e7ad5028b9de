"""A policy read aloud: plain paragraphs for a sales manager, made from the same values that decide.

The same policy always reads the same. To give a new key of a rule its words: a line in one of the functions below.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from evenhand.core.how import DESKS
from evenhand.core.instants import say_duration
from evenhand.core.model import Roster
from evenhand.core.policy.model import Points, Policy, Rule, Screen, Tier
from evenhand.core.when import say
from evenhand.core.who import Word
from evenhand.core.who.account import AccountRole
from evenhand.core.who.manager import MANAGER_OF, ManagerOf
from evenhand.core.who.rep import RepWord

_OFFERS: Final = frozenset({"cherry_pick", "shotgun"})
_PERSON: Final = (AccountRole, RepWord, ManagerOf)
CHARGED: Final = frozenset({"round_robin", "weighted", "best_fit"})

# How each way of handing over is told: how the lead gets to people, and who of them has it then.
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "round_robin": ("goes to", "They take turns, everybody alike."),
    "weighted": ("goes to", "They take turns, by weight."),
    "least_loaded": ("goes to", "Whoever has the fewest open leads for what they can carry gets it."),
    "longest_idle": ("goes to", "Whoever had their last lead longest ago gets it."),
    "best_fit": ("goes to", "Whoever has the best outlook gets it, balanced against whose turn it is."),
    "cherry_pick": ("is offered on an open list to", "Whoever picks it has it."),
    "shotgun": ("is offered at once to", "The first to accept has it."),
}


def explain_policy(policy: Policy, roster: Roster | None = None) -> str:
    """The whole policy as paragraphs, with an empty line between them; with a roster, people are called by name."""
    parts = [f"{policy.name}. Amounts are in {policy.vocabulary.currency}."]
    parts += [_say_screen(screen) for screen in policy.screens]
    if policy.value is not None:
        parts.append(f"The value of a lead is {say(policy.value)}.")
    if policy.scores:
        parts.append(f"The score of a lead is the sum of these: {'; '.join(map(_say_points, policy.scores))}.")
    parts.append("The rules are tried in order, and the first that is true decides.")
    parts += [f"{number}. {explain_rule(rule, policy, roster)}" for number, rule in enumerate(policy.rules, 1)]
    return "\n\n".join(parts)


def explain_rule(rule: Rule, policy: Policy, roster: Roster | None = None) -> str:  # noqa: ARG001  as `explain_policy`
    """One rule as a paragraph."""
    called = _namer(roster)
    when = say(rule.when)
    opening = "Every lead" if when == "always" else f"When {when}, it"
    told = _desk_told(rule, called) if rule.how in DESKS else _told(rule, called)
    sentences = [f"{rule.name}. {opening} {told}"]
    sentences += [*_offer(rule), *_answer(rule), *_extras(rule), _otherwise(rule), _charge(rule)]
    return " ".join(sentence for sentence in sentences if sentence)


def _namer(roster: Roster | None) -> Callable[[str], str]:
    def called(rep_id: str) -> str:
        rep = roster.reps.get(rep_id) if roster else None
        return rep.name if rep else rep_id

    return called


def _say_screen(screen: Screen) -> str:
    action = "rejected" if screen.action == "reject" else "held for review"
    return f"A lead is {action} as “{screen.because}” when {say(screen.when)}."


def _say_points(points: Points) -> str:
    sign = "+" if points.points >= 0 else "-"
    text = f"{sign}{say_number(max(points.points, -points.points))} ({points.because}) when {say(points.when)}"
    if points.half_life is None:
        return text
    return f"{text}, halved every {_every(points.half_life)} since {points.since}"


def _every(length: int) -> str:
    """`week`, `3 days`: a length of time after "every"."""
    words = say_duration(length)
    return words.removeprefix("1 ") if words.count(" ") == 1 else words


def say_number(number: int | Decimal) -> str:
    """`12,000.5`: with commas between the thousands, and no zeros at the end."""
    text = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- WHO and HOW -----------------------------------------------------------------------------------------------------


def _told(rule: Rule, called: Callable[[str], str]) -> str:
    to, then = _TOLD[rule.how]
    several = rule.how in _OFFERS
    first, *later = [say_tier(tier, called, several=several) for tier in rule.tiers]
    text = f"{to} {first}"
    for tier, following in zip(rule.tiers, later, strict=False):
        wait = f" within {say_duration(tier.wait)}" if tier.wait else ""
        text += f"; if none of them can take it{wait}, to {following}"
    alone = not several and all(any(isinstance(word, _PERSON) for word in tier.who) for tier in rule.tiers)
    return f"{text}." if alone else f"{text}. {then}"


def _desk_told(rule: Rule, called: Callable[[str], str]) -> str:
    suggested = [say_tier(tier, called, several=True) for tier in rule.tiers if tier.who]
    whose = "the desk of the manager of its area" if rule.how == "by_territory_manager" else _say_desk(rule, called)
    text = f"waits on {whose}, to be handed out by hand."
    return f"{text} Suggested are {', then '.join(suggested)}." if suggested else text


def say_tier(tier: Tier, called: Callable[[str], str] = str, *, several: bool = False) -> str:
    """`somebody in pool dach, with the skill fintech at level 3 or more`; `everybody ...` when it is offered to all."""
    named = any(isinstance(word, _PERSON) for word in tier.who)
    group = "everybody" if several else "somebody"
    start = "whoever" if named else group
    words = [_say_word(word, called) for word in tier.who]
    if start == "whoever" and words[0].startswith("who "):
        words[0] = words[0].removeprefix("who ")
    return f"{start} {', '.join(words)}" if words else start


def _say_word(word: Word, called: Callable[[str], str]) -> str:
    if isinstance(word, RepWord):
        return f"who is {called(word.rep)}"
    return f"who is the manager of {word.name}" if isinstance(word, ManagerOf) else word.say()


def _say_desk(rule: Rule, called: Callable[[str], str]) -> str:
    if not rule.desk:
        return "the desk of the pool's manager"
    if rule.desk.startswith(MANAGER_OF):
        return f"the desk of the {rule.desk}"
    return f"the desk of {called(rule.desk)}"


def _offer(rule: Rule) -> list[str]:
    sentences = []
    if rule.blind:
        sentences.append("Who the lead is stays hidden until it is picked.")
    if rule.limit is not None:
        sentences.append(f"Nobody picks more than {rule.limit} at a time.")
    if rule.stages != ("pool",):
        sizes = [_stage(stage) for stage in rule.stages]
        pace = f", wider every {_every(rule.widen_after)}" if rule.widen_after else ""
        sentences.append(f"It is offered in stages: to {', then '.join(sizes)}{pace}.")
    if rule.unclaimed_after is not None:
        sentences.append(f"If nobody takes it within {say_duration(rule.unclaimed_after)}, it is handed out in turn.")
    return sentences


def _stage(stage: int | str) -> str:
    if stage == "pool":
        return "everybody"
    return "the best" if stage == 1 else f"the {stage} best"


def _answer(rule: Rule) -> list[str]:
    sentences = []
    if rule.respond_within is not None:
        whose = "by the wall clock" if rule.clock == "wall" else "of the holder's working time"
        reminder = f", with a reminder {say_duration(rule.remind_before)} before" if rule.remind_before else ""
        sentences.append(f"It must be answered within {say_duration(rule.respond_within)} {whose}{reminder}.")
    if rule.reassign is not None:
        times = "once" if rule.reassign.times == 1 else f"up to {rule.reassign.times} times"
        then = "a manager" if rule.reassign.then == "manager" else "the desk"
        sentences.append(f"A holder who stays silent loses it to somebody else, {times}; after that it goes to {then}.")
    if rule.stale_after is not None:
        sentences.append(f"After {say_duration(rule.stale_after)} without news it counts as stale.")
    return sentences


def _extras(rule: Rule) -> list[str]:
    sentences = []
    if rule.even_if_away:
        sentences.append("It does not matter whether they are there.")
    if rule.strict:
        sentences.append("An account's owner must meet every condition too.")
    if rule.expected is not None:
        sentences.append(f"The outlook is {say(rule.expected)}.")
    return sentences


def _otherwise(rule: Rule) -> str:
    if rule.how in DESKS:
        return ""
    match rule.otherwise.kind:
        case "next":
            return "If nobody can take it, the next rule that is true decides."
        case "wait":
            return "If nobody can take it, it waits until somebody can."
        case "desk":
            return "If nobody can take it, it goes to the desk."
        case "pool":
            return f"If nobody can take it, it goes to somebody in pool {rule.otherwise.pool}."
        case _:
            return "If nobody can take it, it waits, and goes to the desk after four working hours."


def _charge(rule: Rule) -> str:
    if rule.charge is None or rule.charge is (rule.how in CHARGED):
        return ""
    return "It uses up a turn." if rule.charge else "It does not use up a turn."
