"""`rep X`: exactly that person."""

from collections.abc import Sequence

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class RepWord(Struct, frozen=True):
    """One person, by id."""

    rep: str

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:  # noqa: ARG002  every word judges alike
        """Nobody else will do."""
        return None if rep.id == self.rep else Exclusion(Code.NOT_NAMED, (self.rep,))

    def names(self, case: Case) -> Sequence[str]:  # noqa: ARG002  every word names alike
        """That one."""
        return (self.rep,)

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """Say that the rule names them."""
        return "named by the rule"

    def say(self) -> str:
        """The word in plain English."""
        return f"who is {self.rep}"
