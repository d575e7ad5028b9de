"""Who does something: every write names them, and what they may do depends on it."""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

ActorKind: TypeAlias = Literal["rep", "manager", "admin", "key", "system"]


class Actor(Struct, frozen=True):
    """A person or a program, as events remember them: `rep ann`, `manager eve`, `key website`, `system clock`."""

    kind: ActorKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}".strip()


CLOCK: Final = Actor("system", "clock")
ROUTER: Final = Actor("system", "router")
