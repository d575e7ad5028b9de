"""Where a policy and a roster name a person, to be looked through when that person leaves."""

from collections.abc import Iterator

from evenhand.core.model import Roster
from evenhand.core.policy.model import Policy, Rule
from evenhand.core.when import Expression
from evenhand.core.who.attribute import Attribute
from evenhand.core.who.rep import RepWord


def named_in(policy: Policy, roster: Roster, rep: str) -> Iterator[str]:
    """A phrase for each place: `rule “Hot” names them`, `manager of the team central`. Pool members are left out."""
    for rule in policy.rules:
        yield from _rule(rule, rep)
    for screen in policy.screens:
        if _quotes(screen.when, rep):
            yield f"the condition of the screen “{screen.because}”"
    for points in policy.scores:
        if _quotes(points.when, rep):
            yield f"the condition of the score “{points.because}”"
    for what, groups in (("team", roster.teams), ("pool", roster.pools), ("territory", roster.territories)):
        for name, group in groups.items():
            if group.manager == rep:
                yield f"manager of the {what} {name}"


def _rule(rule: Rule, rep: str) -> Iterator[str]:
    words = [word for tier in rule.tiers for word in tier.who]
    if any(isinstance(word, RepWord) and word.rep == rep for word in words):
        yield f"rule “{rule.name}” names them"
    if rule.desk == rep:
        yield f"rule “{rule.name}” puts leads on their desk"
    conditions = [rule.when, *[word.when for word in words if isinstance(word, Attribute)]]
    if any(_quotes(condition, rep) for condition in conditions):
        yield f"a condition of rule “{rule.name}”"


def _quotes(expression: Expression, rep: str) -> bool:
    return f'"{rep}"' in expression.source or f"'{rep}'" in expression.source
