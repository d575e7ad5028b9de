"""The roster as the policy uses it: pools that give nobody a lead, caps that make no sense, people who have left."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from evenhand.core.model import CapKind, Duty, Pool, Rep, Roster
from evenhand.core.policy.finding import Finding, Level
from evenhand.core.policy.model import Policy, Rule
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord

_PERIODS: Final[tuple[CapKind, ...]] = ("hour", "day", "week", "month")


def people_and_pools(policy: Policy, roster: Roster, duty: Mapping[str, Duty]) -> Iterator[Finding]:
    """Everything about pools, caps, leavers and personal data."""
    users = pool_users(policy)
    for pool in roster.pools.values():
        yield from _pool(pool, users.get(pool.name), roster)
    for rep in roster.reps.values():
        yield from _caps(rep)
    yield from _leavers(policy, roster, duty)
    for points in policy.scores:
        if points.when.personal_atoms:
            cause = f"the score “{points.because}” looks at a field that identifies a person."
            fix = "Once a person is erased it cannot be worked out again; prefer another field."
            yield Finding(level="note", code="personal_score", cause=cause, fix=fix, line=points.line)


def pool_users(policy: Policy) -> Mapping[str, Rule]:
    """Each pool that a rule uses, with the first rule that does."""
    found: dict[str, Rule] = {}
    for rule in policy.rules:
        words = [word for tier in rule.tiers for word in tier.who]
        names = [word.pool for word in words if isinstance(word, PoolWord)]
        if rule.otherwise.kind == "pool":
            names.append(rule.otherwise.pool)
        for name in names:
            found.setdefault(name, rule)
    return found


def _team(level: Level, code: str, cause: str, *, fix: str = "") -> Finding:
    return Finding(level=level, code=code, cause=cause, fix=fix, where="team")


def _pool(pool: Pool, user: Rule | None, roster: Roster) -> Iterator[Finding]:
    name = f"the pool {pool.name}"
    bad: Level = "warning" if user is None else "error"
    if not pool.weights:
        yield _team(bad, "pool_empty", f"{name} has no members.", fix="Add members, or take it out.")
    elif not any(pool.weights.values()):
        yield _team(bad, "pool_weightless", f"in {name} all weights are 0, so nobody gets a lead.", fix="Raise one.")
    if user is None:
        yield _team("note", "pool_unused", f"{name} is used by no rule.", fix="Take it out, or use it.")
    elif pool.paused:
        cause = f"{name} is paused; the rule “{user.name}” uses it."
        yield _team("note", "pool_paused", cause, fix="Its leads wait until it goes on.")
    for member in pool.weights:
        if not roster.reps[member].active:
            cause = f"{member}, who has left, is still in {name}."
            yield _team("warning", "leaver_named", cause, fix="Take them out of the pool.")


def _caps(rep: Rep) -> Iterator[Finding]:
    limits = {cap.kind: cap.limit for cap in rep.caps}
    for kind, limit in limits.items():
        if limit == 0:
            cause = f"the cap {kind} = 0 of {rep.id} means that they never get a lead."
            yield _team("warning", "cap_zero", cause, fix="Raise it, or write away = true.")
    told = [(kind, limits[kind]) for kind in _PERIODS if limits.get(kind)]
    for (short, few), (long, many) in pairwise(told):
        if few >= many:
            cause = f"{rep.id} may have {few} leads in any {short} and {many} in a {long}: the first is never reached."
            yield _team("note", "cap_never_binds", cause, fix=f"Lower the cap a {short}, or take it out.")


def _leavers(policy: Policy, roster: Roster, duty: Mapping[str, Duty]) -> Iterator[Finding]:
    for rule in policy.rules:
        named = [word.rep for tier in rule.tiers for word in tier.who if isinstance(word, RepWord)]
        for rep in dict.fromkeys([*named, rule.desk]):
            if _has_left(rep, roster):
                cause = f"{rep}, who has left, is named."
                fix = "Name somebody else."
                yield Finding(level="error", code="leaver_named", cause=cause, fix=fix, line=rule.line, rule=rule.name)
    for what, groups in (("team", roster.teams), ("pool", roster.pools), ("territory", roster.territories)):
        for name, group in groups.items():
            if _has_left(group.manager, roster):
                cause = f"{group.manager}, who has left, is still the manager of the {what} {name}."
                yield _team("warning", "leaver_named", cause, fix="Name somebody else.")
    for rep, times in duty.items():
        for deputy in dict.fromkeys(absence.deputy for absence in times.absences):
            if _has_left(deputy, roster):
                cause = f"{deputy}, who has left, is the deputy of {rep}."
                yield _team("warning", "leaver_named", cause, fix="Name somebody else.")


def _has_left(rep_id: str, roster: Roster) -> bool:
    rep = roster.reps.get(rep_id)
    return rep is not None and not rep.active
