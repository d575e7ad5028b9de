"""`seniority >= 3`: at least that senior."""

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class Seniority(Struct, frozen=True):
    """Somebody at or above a seniority."""

    at_least: int

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:  # noqa: ARG002  every word judges alike
        """A rep without a seniority counts as 0."""
        has = rep.seniority or 0
        return None if has >= self.at_least else Exclusion(Code.BELOW_SENIORITY, (has, self.at_least))

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """`seniority 4`."""
        return f"seniority {rep.seniority or 0}"

    def say(self) -> str:
        """The word in plain English."""
        return f"of seniority {self.at_least} or more"
