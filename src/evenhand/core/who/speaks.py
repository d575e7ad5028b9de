"""`speaks language`: shares the language that the lead's field names; `speaks de`: speaks that very language."""

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class Speaks(Struct, frozen=True):
    """Somebody who speaks the lead's language."""

    field: str = "language"
    language: str = ""

    def wanted(self, case: Case) -> str:
        """The language that this lead needs; empty when it is not known."""
        if self.language:
            return self.language
        named = case.facts.get(self.field)
        return named if isinstance(named, str) else ""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """A language that is not known is shared with nobody."""
        language = self.wanted(case)
        if not language:
            return Exclusion(Code.LEAD_UNKNOWN, (self.field,))
        return None if language in rep.languages else Exclusion(Code.NO_SHARED_LANGUAGE, (language,))

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """`speaks de`."""
        return f"speaks {self.wanted(case)}"

    def say(self) -> str:
        """The word in plain English."""
        return f"who speaks {self.language}" if self.language else "who speaks the lead's language"
