"""Any rep attribute: a condition on the people, `region == "DACH" and grade in ["A", "B"]`."""

from collections.abc import Mapping

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep, Value
from evenhand.core.when import Expression, facts, say


def rep_facts(rep: Rep) -> Mapping[str, Value]:
    """A rep's own fields and attributes, folded for comparison, by the names that conditions on people use."""
    own: dict[str, Value] = {"id": rep.id, "name": rep.name, "team": rep.team, "zone": rep.zone, **rep.attributes}
    own["languages"] = rep.languages
    if rep.seniority is not None:
        own["seniority"] = rep.seniority
    own.update({f"skill.{skill}": level for skill, level in rep.skills.items()})
    return facts(own)


class Attribute(Struct, frozen=True):
    """Somebody of whom a condition is true."""

    when: Expression

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """What is not known of a rep does not match."""
        if self.when.test(rep_facts(rep), case.now):
            return None
        return Exclusion(Code.OTHER_ATTRIBUTE, (self.when.source,))

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """The condition in words."""
        return say(self.when)

    def say(self) -> str:
        """The word in plain English."""
        return f"of whom it is true that {say(self.when)}"
