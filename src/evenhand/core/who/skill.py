"""`skill fintech >= 3`: has the skill at that level. `skill {use_case} >= 2`: the lead's own field names the skill."""

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class Skill(Struct, frozen=True):
    """Somebody with a skill. `field` is set when the lead names the skill."""

    skill: str = ""
    level: int = 1
    field: str = ""

    def wanted(self, case: Case) -> str:
        """The skill that this lead needs; empty when the lead does not say."""
        if not self.field:
            return self.skill
        named = case.facts.get(self.field)
        return named if isinstance(named, str) else ""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """A level below the wanted one is a no, with both numbers."""
        skill = self.wanted(case)
        if not skill:
            return Exclusion(Code.LEAD_UNKNOWN, (self.field,))
        level = rep.skills.get(skill, 0)
        return None if level >= self.level else Exclusion(Code.LACKS_SKILL, (skill, level, self.level))

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:
        """`fintech level 4`."""
        skill = self.wanted(case)
        return f"{skill} level {rep.skills.get(skill, 0)}"

    def say(self) -> str:
        """The word in plain English."""
        what = f"the skill that the lead's {self.field} names" if self.field else f"the skill {self.skill}"
        return f"with {what} at level {self.level} or more"
