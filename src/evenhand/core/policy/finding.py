"""What the static check can find: one kind of finding a line. To add one: a line in `FINDINGS`, a check, a row in
docs/reference/checks.md.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

Level: TypeAlias = Literal["error", "warning", "note"]
Where: TypeAlias = Literal["policy", "team"]

LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "note")

# Code -> what it is about.
FINDINGS: Final[Mapping[str, str]] = {
    "contradiction": "a condition that can never be true",
    "shadowed": "a rule whose every lead is taken by rules before it",
    "cannot_tell": "a rule of which the check cannot say whether it is ever reached",
    "not_covered": "leads that no rule takes",
    "next_nowhere": "the last rule sends leads on to the next",
    "rule_nobody": "a rule that nobody could ever have a lead of",
    "tier_nobody": "a tier that nobody can be in",
    "skill_nobody": "a skill asked for that nobody there has",
    "tier_repeated": "a tier that adds nobody to an earlier one",
    "otherwise_repeated": "otherwise names a pool that was tried already",
    "wait_forever": "leads may wait without end",
    "reassign_unarmed": "reassign without respond_within",
    "remind_unarmed": "remind_before without respond_within",
    "remind_too_early": "a reminder before the lead is even assigned",
    "desk_nobody": "a desk with nobody behind it",
    "manager_missing": "a manager is needed where there is none",
    "territories_missing": "a rule asks for territories and nobody has any",
    "leaver_named": "somebody who has left is still named",
    "pool_empty": "a pool without members",
    "pool_weightless": "a pool in which all weights are 0",
    "pool_unused": "a pool that no rule uses",
    "pool_paused": "a paused pool that a rule uses",
    "pool_unmanned": "hours of the week when nobody in a pool is on duty",
    "cap_zero": "a cap of 0",
    "cap_never_binds": "a cap that another one always reaches first",
    "personal_score": "a score from a field that identifies a person",
}


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to look at: how bad, where, why, and what to do. `line` is 0 when it is about the roster."""

    level: Level
    code: str
    cause: str
    fix: str = ""
    where: Where = "policy"
    line: int = 0
    rule: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        rule = f"rule “{self.rule}”: " if self.rule else ""
        return f"{self.level}: {place}{rule}{self.cause}" + (f" {self.fix}" if self.fix else "") + f" [{self.code}]"
