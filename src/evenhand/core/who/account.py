"""`account owner`, `account csm` ...: who answers for the lead's account, or nearest up its family.

When that person is on leave and has named a deputy, the deputy stands in: for the absent colleague's own leads only.
"""

from collections.abc import Sequence

from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.hours import absence_at
from evenhand.core.model import Owner, Rep


def deputy_of(rep_id: str, case: Case) -> str:
    """Who stands in for somebody on leave right now; empty when nobody does."""
    duty = case.snapshot.duty.get(rep_id)
    absence = absence_at(duty, case.now) if duty else None
    return absence.deputy if absence else ""


class AccountRole(Struct, frozen=True):
    """Whoever has this role for the account."""

    role: str = "owner"

    def holder(self, case: Case) -> Owner | None:
        """The nearest person in this role in the account's family."""
        return case.lead.match.roles.get(self.role) if case.lead.match else None

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """Only the holder, or the deputy of a holder on leave."""
        holder = self.holder(case)
        if holder and rep.id in (holder.rep, deputy_of(holder.rep, case)):
            return None
        return Exclusion(Code.NOT_ACCOUNT_ROLE, (self.role,))

    def names(self, case: Case) -> Sequence[str]:
        """The holder and, while they are away, their deputy."""
        holder = self.holder(case)
        if holder is None:
            return ()
        deputy = deputy_of(holder.rep, case)
        return (holder.rep, deputy) if deputy else (holder.rep,)

    def praise(self, rep: Rep, case: Case) -> str:
        """Say whose account it is and how near it was found."""
        holder, match = self.holder(case), case.lead.match
        if holder is None or match is None:
            return f"account {self.role}"
        of = match.name or match.account
        if holder.steps:
            of += f", {holder.steps} up its family ({holder.account})"
        if rep.id != holder.rep:
            return f"deputy of {holder.rep}, {self.role} of {of}"
        return f"{self.role} of {of}"

    def say(self) -> str:
        """The word in plain English."""
        return f"who is the {self.role} of the account or of the nearest account up its family"
