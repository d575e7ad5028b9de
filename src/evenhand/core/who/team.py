"""`team NAME`: a member of that team."""

from collections.abc import Sequence

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class TeamWord(Struct, frozen=True):
    """Somebody in a team."""

    team: str

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:  # noqa: ARG002  every word judges alike
        """Membership is the rep's own `team`."""
        return None if rep.team == self.team else Exclusion(Code.NOT_IN_TEAM, (self.team,))

    def names(self, case: Case) -> Sequence[str]:
        """Nobody but the team."""
        return tuple(rep.id for rep in case.snapshot.roster.reps.values() if rep.team == self.team)

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """Say that they belong to it."""
        return f"in team {self.team}"

    def say(self) -> str:
        """The word in plain English."""
        return f"in team {self.team}"
