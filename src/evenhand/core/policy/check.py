"""The static check: what can be proved about a policy and a roster before a single lead arrives.

`check` is pure; who is on duty when is handed in. Every finding has its line, its cause and what to do about it.
To add a check: a function that yields findings, called from `check`, and a line in `finding.FINDINGS`.
"""

from collections.abc import Iterator, Mapping

from evenhand.core.model import Duty, Millis, Roster
from evenhand.core.policy.check_hours import unmanned
from evenhand.core.policy.check_reach import reached
from evenhand.core.policy.check_roster import people_and_pools
from evenhand.core.policy.check_rule import rule_findings
from evenhand.core.policy.finding import LEVELS, Finding
from evenhand.core.policy.model import Policy


def check(
    policy: Policy, roster: Roster, duty: Mapping[str, Duty] | None = None, *, start: Millis = 0, end: Millis = 0
) -> tuple[Finding, ...]:
    """Everything there is to say about a policy and its roster, by line; about the roster last.

    `duty` covers `start` to `end`, whole and ordinary weeks (four, say), to find hours when nobody works; without it
    that check is left out.
    """
    found = [*_all(policy, roster, duty or {})]
    if duty and end > start:
        found += unmanned(policy, roster, duty, start=start, end=end)
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _all(policy: Policy, roster: Roster, duty: Mapping[str, Duty]) -> Iterator[Finding]:
    yield from reached(policy)
    for rule in policy.rules:
        yield from rule_findings(rule, roster)
    yield from people_and_pools(policy, roster, duty)


def _order(finding: Finding) -> tuple[bool, int, int, str, str]:
    return finding.where == "team", finding.line, LEVELS.index(finding.level), finding.code, finding.cause
