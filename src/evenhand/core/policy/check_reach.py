"""Which rules are ever reached, and which leads no rule takes: proved by `evenhand.core.when.reach`."""

from collections.abc import Iterator
from typing import Final

from evenhand.core.policy.finding import Finding
from evenhand.core.policy.model import Policy, Rule
from evenhand.core.when import Expression, read
from evenhand.core.when.reach import Reach, covers_everything, reach

_NEVER: Final = read("never")
_LAST_RULE: Final = "Add a last rule with when = 'always'."


def reached(policy: Policy) -> Iterator[Finding]:
    """Contradictions, rules in the shadow of others, and leads that fall through."""
    for rule, found in zip(policy.rules, _reaches(policy.rules), strict=True):
        finding = _finding(rule, found, policy.rules)
        if finding is not None:
            yield finding
    yield from _gaps(policy)
    yield from _never_true(policy)


def _reaches(rules: tuple[Rule, ...]) -> list[Reach]:
    """As `reach`, but a rule that sends on what it cannot place leaves the rules after it something."""
    found = list(reach([rule.when for rule in rules]))
    firm = [_NEVER if rule.otherwise.kind == "next" else rule.when for rule in rules]
    for number, one in enumerate(found):
        if any(rules[other].otherwise.kind == "next" for other in one.shadowed_by):
            found[number] = reach([*firm[:number], rules[number].when])[number]
    return found


def _finding(rule: Rule, found: Reach, rules: tuple[Rule, ...]) -> Finding | None:
    if found.status == "contradiction":
        fix = "Correct the condition, or take the rule out."
        cause = f"can never be true: {found.reason}."
        return Finding(level="error", code="contradiction", cause=cause, fix=fix, line=rule.line, rule=rule.name)
    if found.status == "shadowed":
        names = " and ".join(f"“{rules[other].name}” (line {rules[other].line})" for other in found.shadowed_by)
        fix = "Move it up, narrow the others, or take it out."
        cause = f"is never reached: all its leads are taken by {names}."
        return Finding(level="error", code="shadowed", cause=cause, fix=fix, line=rule.line, rule=rule.name)
    if found.status == "unknown":
        cause = f"cannot be proved to be ever reached: {found.reason}."
        fix = "Try it with a lead."
        return Finding(level="note", code="cannot_tell", cause=cause, fix=fix, line=rule.line, rule=rule.name)
    return None


def _gaps(policy: Policy) -> Iterator[Finding]:
    if not policy.rules:
        return
    last = policy.rules[-1]
    cover = covers_everything([rule.when for rule in policy.rules])
    if cover.complete is False:
        cause = f"a lead of which {cover.gap} is taken by no rule, and goes to the desk."
        yield Finding(level="warning", code="not_covered", cause=cause, fix=_LAST_RULE, line=last.line)
    elif cover.complete is None:
        cause = "it cannot be proved that every lead is taken by some rule."
        yield Finding(level="note", code="not_covered", cause=cause, fix=_LAST_RULE, line=last.line)
    if last.otherwise.kind == "next":
        cause = 'is the last rule, so otherwise = "next" sends leads to the desk.'
        fix = 'Write otherwise = "desk", or add a rule.'
        yield Finding(level="warning", code="next_nowhere", cause=cause, fix=fix, line=last.line, rule=last.name)


def _never_true(policy: Policy) -> Iterator[Finding]:
    """Screens and points that never apply."""
    for what, when, line in _conditions(policy):
        found = reach([when])[0]
        if found.status == "contradiction":
            cause = f"{what} never applies: {found.reason}."
            yield Finding(level="warning", code="contradiction", cause=cause, fix="Correct the condition.", line=line)


def _conditions(policy: Policy) -> Iterator[tuple[str, Expression, int]]:
    for screen in policy.screens:
        yield f"the screen “{screen.because}”", screen.when, screen.line
    for points in policy.scores:
        yield f"the score “{points.because}”", points.when, points.line
