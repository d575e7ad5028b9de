"""A lead as it came in, with what is known about its later life, before anybody has decided anything."""

from msgspec import Struct

from evenhand.core.model import Lead, Millis


class Problem(Struct, frozen=True):
    """A value that cannot be used: the field counts as unknown, and somebody should hear about it."""

    field: str
    value: str
    cause: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.field} {self.value!r}: {self.cause}" + (f"; {self.fix}" if self.fix else "")


class Arrival(Struct, frozen=True, kw_only=True):
    """One lead of an input, its line, and what the input already knows of its end.

    key: what tells that two leads are the same person (a normalised e-mail address); empty when unknown.
    """

    line: int
    lead: Lead
    key: str = ""
    responded: Millis | None = None
    closed: Millis | None = None
    outcome: str | None = None
    warnings: tuple[Problem, ...] = ()
