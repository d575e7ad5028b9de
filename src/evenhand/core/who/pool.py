"""`pool NAME`: a member of that pool, with a weight above 0."""

from collections.abc import Sequence

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import Rep


class PoolWord(Struct, frozen=True):
    """Somebody in a pool."""

    pool: str

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """Weight 0 keeps a place in the pool but never a lead by turn."""
        pool = case.snapshot.roster.pools[self.pool]
        weight = pool.weights.get(rep.id)
        if weight is None:
            return Exclusion(Code.NOT_IN_POOL, (self.pool,))
        if weight == 0:
            return Exclusion(Code.WEIGHT_ZERO, (self.pool,))
        if pool.paused or self.subject in case.snapshot.paused:
            return Exclusion(Code.PAUSED, (self.subject,))
        return None

    @property
    def subject(self) -> str:
        """The pool as something that can be paused."""
        return f"pool {self.pool}"

    def names(self, case: Case) -> Sequence[str]:
        """Nobody but the members."""
        return tuple(case.snapshot.roster.pools[self.pool].weights)

    def praise(self, rep: Rep, case: Case) -> str:  # noqa: ARG002  every word praises alike
        """Say that they belong to it."""
        return f"in pool {self.pool}"

    def say(self) -> str:
        """The word in plain English."""
        return f"in pool {self.pool}"
