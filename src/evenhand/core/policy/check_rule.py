"""One rule against the roster: tiers that nobody can be in, desks with nobody behind them, times that do not fit."""

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.core.how import DESKS
from evenhand.core.instants import say_duration
from evenhand.core.model import Rep, Roster
from evenhand.core.plan import words_asked
from evenhand.core.policy.explain import say_tier
from evenhand.core.policy.finding import Finding, Level
from evenhand.core.policy.model import Rule, Tier
from evenhand.core.who import Word
from evenhand.core.who.attribute import Attribute, rep_facts
from evenhand.core.who.manager import MANAGER_OF, ManagerOf, manager_of
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord

_NOW: Final = 0  # conditions on people look at no clock


def rule_findings(rule: Rule, roster: Roster) -> Iterator[Finding]:
    """Everything about one rule but whether it is reached."""
    yield from _tiers(rule, roster)
    yield from _times(rule)
    yield from _otherwise(rule)
    yield from _desk(rule, roster)
    yield from _managers(rule, roster)


def _about(rule: Rule, level: Level, code: str, *, cause: str, fix: str = "") -> Finding:
    return Finding(level=level, code=code, cause=cause, fix=fix, line=rule.line, rule=rule.name)


# --- WHO -------------------------------------------------------------------------------------------------------------


def allows(word: Word, rep: Rep, roster: Roster) -> bool:
    """Whether some lead could pass this word for this rep, as the roster is now."""
    match word:
        case PoolWord(pool):
            found = roster.pools.get(pool)
            return found is not None and found.weights.get(rep.id, 0) > 0
        case TeamWord(team):
            return rep.team == team
        case Skill(skill, level, ""):
            return rep.skills.get(skill, 0) >= level
        case Skill(_, level):
            return any(has >= level for has in rep.skills.values())
        case Speaks(language=language) if language:
            return language in rep.languages
        case Speaks():
            return bool(rep.languages)
        case _:
            return _allows_person(word, rep, roster)


def _allows_person(word: Word, rep: Rep, roster: Roster) -> bool:
    match word:
        case Seniority(at_least):
            return (rep.seniority or 0) >= at_least
        case RepWord(named):
            return rep.id == named
        case ManagerOf(name):
            return rep.id == manager_of(name, roster)
        case Attribute(when):
            return bool(when.test(rep_facts(rep), _NOW))
        case TerritoryWord():
            return bool(rep.territories)
        case _:
            return True


def possible(words: Sequence[Word], roster: Roster) -> list[str]:
    """The ids of everybody who passes all these words for some lead."""
    return [rep.id for rep in roster.reps.values() if rep.active and all(allows(word, rep, roster) for word in words)]


def _tiers(rule: Rule, roster: Roster) -> Iterator[Finding]:
    empty = [tier for tier in rule.tiers if not possible(words_asked(rule, tier), roster)]
    for tier in empty:
        yield _nobody(rule, tier, roster)
    if empty and len(empty) == len(rule.tiers):
        fix = "Change who, or the roster."
        yield _about(rule, "error", "rule_nobody", cause="nobody could ever have a lead of this rule.", fix=fix)
    for number, tier in enumerate(rule.tiers):
        for earlier in rule.tiers[:number]:
            if set(earlier.who) <= set(tier.who):
                line = tier.line or rule.line
                cause = f"the tier {say_tier(tier)} adds nobody to an earlier one."
                fix = "Take it out, or widen it."
                yield Finding(level="warning", code="tier_repeated", cause=cause, fix=fix, line=line, rule=rule.name)
                break


def _nobody(rule: Rule, tier: Tier, roster: Roster) -> Finding:
    """Say which word it is that leaves nobody, if it is one."""
    line = tier.line or rule.line
    words = words_asked(rule, tier)
    for word in words:
        others = possible([other for other in words if other is not word], roster)
        if others:
            code = _CODES.get(type(word), "tier_nobody")
            whom = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
            cause = f"nobody can be in the tier {say_tier(tier)}: not one of {whom} is somebody {word.say()}."
            fix = "Change the tier, or the roster."
            return Finding(level="warning", code=code, cause=cause, fix=fix, line=line, rule=rule.name)
    cause = f"nobody can be in the tier {say_tier(tier)}."
    fix = "Change the tier, or the roster."
    return Finding(level="warning", code="tier_nobody", cause=cause, fix=fix, line=line, rule=rule.name)


_CODES: Final[dict[type[Word], str]] = {Skill: "skill_nobody", TerritoryWord: "territories_missing"}


# --- by when, and what then ------------------------------------------------------------------------------------------


def _times(rule: Rule) -> Iterator[Finding]:
    within, before = rule.respond_within, rule.remind_before
    if rule.reassign is not None and within is None:
        fix = 'Add, for example, respond_within = "15m".'
        yield _about(
            rule, "warning", "reassign_unarmed", cause="reassign does nothing without respond_within.", fix=fix
        )
    if before is not None and within is None:
        fix = 'Add, for example, respond_within = "15m".'
        cause = "remind_before does nothing without respond_within."
        yield _about(rule, "warning", "remind_unarmed", cause=cause, fix=fix)
    if before is not None and within is not None and before >= within:
        cause = f"the reminder, {say_duration(before)} before, comes no later than the lead itself, "
        cause += f"which must be answered within {say_duration(within)}."
        yield _about(rule, "warning", "remind_too_early", cause=cause, fix="Let remind_before be shorter.")


def _otherwise(rule: Rule) -> Iterator[Finding]:
    said = rule.otherwise
    if said.kind == "wait" and rule.how not in DESKS:
        fix = "Leave otherwise out: then it goes to the desk after four working hours."
        yield _about(rule, "note", "wait_forever", cause="its leads may wait without end.", fix=fix)
    if said.kind == "pool" and any(tier.who == (PoolWord(said.pool),) for tier in rule.tiers):
        cause = f"otherwise names the pool {said.pool}, which was tried already."
        yield _about(rule, "warning", "otherwise_repeated", cause=cause, fix='Name another pool, or write "desk".')


def _desk(rule: Rule, roster: Roster) -> Iterator[Finding]:
    if rule.how == "by_territory_manager":
        if not any(territory.manager for territory in roster.territories.values()):
            cause = "by_territory_manager needs a [[territory]] with a manager, and there is none."
            yield _about(rule, "error", "manager_missing", cause=cause, fix="Add one to the roster.")
    elif rule.desk.startswith(MANAGER_OF):
        name = rule.desk.removeprefix(MANAGER_OF)
        if not manager_of(name, roster):
            cause = f"{name} has no manager whose desk it could be."
            yield _about(rule, "error", "manager_missing", cause=cause, fix=f"Give {name} a manager in the roster.")
    elif rule.how == "manual" and not rule.desk and not any(_pool_manager(tier, roster) for tier in rule.tiers):
        cause = "manual without a desk, nor a pool whose manager has one: its leads lie on the common desk."
        yield _about(rule, "warning", "desk_nobody", cause=cause, fix='Add desk = "manager of NAME", or a person.')


def _pool_manager(tier: Tier, roster: Roster) -> str:
    found = next((roster.pools.get(word.pool) for word in tier.who if isinstance(word, PoolWord)), None)
    return found.manager if found else ""


def _managers(rule: Rule, roster: Roster) -> Iterator[Finding]:
    """`manager of X` without one, and a last resort that is not there."""
    for tier in rule.tiers:
        for word in tier.who:
            if isinstance(word, ManagerOf) and not manager_of(word.name, roster):
                fix = f"Give {word.name} a manager in the roster."
                yield _about(rule, "error", "manager_missing", cause=f"{word.name} has no manager.", fix=fix)
    if rule.reassign is None or rule.reassign.then != "manager":
        return
    for tier in rule.tiers:
        alone = [rep for rep in possible(tier.who, roster) if not _answers_for(rep, roster)]
        if alone and not _pool_manager(tier, roster):
            cause = f"after the last re-assignment there is no manager to go to for {', '.join(alone[:5])}."
            fix = 'Give their team or the pool a manager, or write then = "desk".'
            yield _about(rule, "warning", "manager_missing", cause=cause, fix=fix)
            return


def _answers_for(rep_id: str, roster: Roster) -> str:
    team = roster.teams.get(roster.reps[rep_id].team)
    return team.manager if team else ""
