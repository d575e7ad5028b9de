"""Who does something: every write names them, and what they may do depends on it."""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.model import Roster
from evenhand.ports.house import Role

ActorKind: TypeAlias = Literal["rep", "manager", "admin", "owner", "viewer", "key", "system"]


class Actor(Struct, frozen=True):
    """A person or a program, as events remember them: `rep ann`, `manager eve`, `key website`, `system clock`.

    role:  what they may do, where a door has asked; whoever sits at the command line has none, and may do anything.
    reach: the reps for whom they answer; `None` for everybody.
    """

    kind: ActorKind
    id: str = ""
    role: Role | None = None
    reach: frozenset[str] | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.id}".strip()


CLOCK: Final = Actor("system", "clock")
ROUTER: Final = Actor("system", "router")


def reach_of(roster: Roster, rep: str) -> frozenset[str]:
    """The people for whom somebody answers: the members of the teams and pools whose manager they are, and they."""
    if not rep:
        return frozenset()
    teams = {name for name, team in roster.teams.items() if team.manager == rep}
    mine = {who for who, person in roster.reps.items() if person.team in teams}
    pooled = {who for pool in roster.pools.values() if pool.manager == rep for who in pool.weights}
    return frozenset(mine | pooled | {rep})
