"""`manager of X`: the manager of that team, pool or territory, and nobody else."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep, Roster

MANAGER_OF: Final = "manager of "  # how a desk names one


def manager_of(name: str, roster: Roster) -> str:
    """The id of the manager of a team, pool or territory; empty when it has none."""
    for group in (roster.teams, roster.pools, roster.territories):
        if (found := group.get(name)) is not None:
            return found.manager
    return ""


def desk_person(named: str, roster: Roster) -> str:
    """Whose desk a text means: `manager of X`, or the id of a person."""
    return manager_of(named.removeprefix(MANAGER_OF), roster) if named.startswith(MANAGER_OF) else named


class ManagerOf(Struct, frozen=True):
    """The manager of a team, pool or territory."""

    name: str

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """Exactly that person."""
        if rep.id == manager_of(self.name, case.snapshot.roster):
            return None
        return Exclusion(Code.NOT_MANAGER, (self.name,))

    def names(self, case: Case) -> Sequence[str]:
        """One person, or nobody when the place is empty."""
        found = manager_of(self.name, case.snapshot.roster)
        return (found,) if found else ()

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """`manager of EMEA`."""
        return f"manager of {self.name}"

    def say(self) -> str:
        """The word in plain English."""
        return f"who is the manager of {self.name}"
