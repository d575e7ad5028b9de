"""Two leads of the same person become one: the later becomes part of the earlier, and can be taken out again.

Nothing of either history is lost. What identifies the person of the later lead finds the earlier one from then on.
"""

from msgspec.structs import replace

from evenhand.actions.access import manage, oversee
from evenhand.actions.actor import Actor
from evenhand.actions.persons import lead_of
from evenhand.actions.refunds import refund
from evenhand.actions.settling import forget, release, settle
from evenhand.actions.twins import twinned
from evenhand.actions.work import Work
from evenhand.core.decide import rule_on
from evenhand.core.model import Past
from evenhand.core.states import allow
from evenhand.errors import BadUsage, Conflict, Fault
from evenhand.ports.rows import IdentityRow, LeadRow


def merge(work: Work, lead: int, *, into: int, actor: Actor) -> LeadRow:
    """Make a lead part of an earlier one. Whoever holds the earlier keeps it; the other's holder is free, and told.

    What the later one cost its holder is refunded: they have lost it through no fault of theirs. Raises BadUsage if
    `into` is not the earlier, Conflict unless both are open, NotAllowed for reps.
    """
    manage(actor, "merge two leads")
    if into >= lead:
        fix = f"Merge {into} into {lead}." if into > lead else "Name two leads."
        raise BadUsage(Fault(where="into", what=f"lead {into} did not come before lead {lead}.", fix=fix))
    row, stays = work.row(lead), work.row(into)
    oversee(work, row, actor)
    oversee(work, stays, actor)
    allow("merge", lead, row.state)
    allow("merge", into, stays.state)
    holder = row.rep
    released = release(work, row, "merged")
    refund(work, row, actor=actor)
    forget(work, lead)
    work.here.untold.append(row.decision)
    _find_as(work, lead, into)
    merged = replace(released, state="merged", merged=into, rep=None, due=None, since=work.now, snoozed=None)
    work.put_row(merged)
    work.event("lead.merged", actor, lead=lead, body={"into": into, "rep": holder})
    work.event("lead.absorbed", actor, lead=into, body={"lead": lead})
    for rep in dict.fromkeys((holder, stays.rep)):
        if rep is not None:
            work.tell("merged", rep, lead=into if rep == stays.rep else lead)
    return merged


def unmerge(work: Work, lead: int, *, actor: Actor) -> LeadRow:
    """Make a lead one of its own again, and decide it afresh, as one that comes back.

    Screens and the search for duplicates do not hold it up: somebody has looked at it. Raises Conflict unless it is
    part of another that is part of none itself, NotAllowed for reps.
    """
    manage(actor, "take a lead out of another")
    row = work.row(lead)
    oversee(work, row, actor)
    allow("unmerge", lead, row.state)
    if row.merged is not None:
        _on_its_own(work, lead, row.merged)
        work.here.parted.append((row.merged, lead))
        work.event("lead.parted", actor, lead=row.merged, body={"lead": lead})
    asked = replace(lead_of(work, row), past=Past(cleared=True))
    ruling = rule_on(asked, work.policy, work.world, trigger="restored")
    return settle(work, replace(row, merged=None), ruling, actor=actor)


def _on_its_own(work: Work, lead: int, part_of: int) -> None:
    """What identifies a lead has gone on with the one that it is part of, so it must come out in the same order."""
    further = work.row(part_of).merged
    if further is not None:
        raise Conflict(f"lead {lead} is part of {part_of}, and that of {further}: take {part_of} out of it first.")


def identities_of(work: Work, lead: int) -> list[IdentityRow]:
    """By what a lead is found, this transaction's changes included."""
    gone = {pair for now in work.changes() for pair in now.parted}
    mine = [row for now in work.changes() for row in now.identities if row.lead == lead]
    return [row for row in (*work.tx.leads.identities(lead), *mine) if (row.lead, row.via) not in gone]


def _find_as(work: Work, lead: int, into: int) -> None:
    """Let what identifies the person of one lead find the other."""
    known = {row.digest for row in identities_of(work, into)}
    for digest in {row.digest for row in identities_of(work, lead)}:
        first = twinned(work, digest)
        if first is None or first == lead or first > into:
            work.here.twins[digest] = into
        if digest not in known:
            work.here.identities.append(IdentityRow(digest, into, lead))
