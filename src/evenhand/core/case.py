"""One lead on the table: what the words of a policy may look at while they judge who may have it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from evenhand.core.model import Lead, Rep, Snapshot, Value
from evenhand.core.places import Place

LARGEST: Final = 10**18  # keeps every number of a record within 64 bits


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """A lead with what has been worked out about it, and the world as it stands.

    facts: the lead's fields folded for comparison, with `score` and `value` added.
    """

    lead: Lead
    snapshot: Snapshot
    facts: Mapping[str, Value] = {}
    place: Place = Place()
    score: int | Decimal | None = None
    value: int | Decimal | None = None

    @property
    def now(self) -> int:
        """The moment of the decision, in `Millis`."""
        return self.snapshot.now

    def rep(self, rep_id: str) -> Rep | None:
        """Look a person up in the roster."""
        return self.snapshot.roster.reps.get(rep_id)


def as_number(value: Value | None) -> int | Decimal | None:
    """A value as a number that a record can hold; `None` for anything else, and for what can only be a mistake."""
    if isinstance(value, bool) or (isinstance(value, Decimal) and not value.is_finite()):
        return None
    return value if isinstance(value, int | Decimal) and -LARGEST < value < LARGEST else None
