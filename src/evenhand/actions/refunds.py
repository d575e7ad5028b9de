"""Giving back what a lead cost: exactly the units that its decision moved, and only once."""

from evenhand.actions.actor import Actor
from evenhand.actions.entries import About, ledger_of, post, weights_of
from evenhand.actions.work import Work
from evenhand.core.ledger import refund as refunded
from evenhand.core.record import Record, unpack
from evenhand.errors import NotFound
from evenhand.ports.rows import DecisionRow, EntryRow, LeadRow


def refund(work: Work, row: LeadRow, *, decision: int = 0, actor: Actor) -> bool:
    """Reverse the charge of the lead's decision in force, or of another one about it; say whether there was one.

    Nothing happens if the decision charged nobody, or was refunded before. Raises NotFound if there is no such
    decision about this lead.
    """
    seq = decision or row.decision
    if seq <= 0:  # it never was decided here
        return False
    found = decision_row(work, seq)
    if found.lead != row.lead:
        raise NotFound(f"decision {seq} is not about lead {row.lead}.")
    said = unpack(found.record).decision
    if said.posting not in ("charge", "claim") or said.rep is None or is_refunded(work, seq):
        return False
    shares = [(standing.rep, standing.share) for standing in said.attempts[-1].line]
    after = refunded(ledger_of(work, said.pool), shares, said.rep, weights_of(work, said.pool))
    post(work, "refund", after, About(rep=said.rep, decision=seq, lead=row.lead), actor=actor)
    return True


def is_refunded(work: Work, seq: int) -> bool:
    """Whether the charge of a decision has been reversed."""
    mine = [entry for now in work.changes() for entry in now.added.get(EntryRow, []) if isinstance(entry, EntryRow)]
    return any(each.kind == "refund" and each.decision == seq for each in (*mine, *work.tx.world.entries_about(seq)))


def decision_row(work: Work, seq: int) -> DecisionRow:
    """A decision, of this transaction too. Raises NotFound."""
    found = next((now.decisions[seq] for now in work.changes() if seq in now.decisions), None)
    found = found or work.tx.story.decision(seq)
    if found is None:
        raise NotFound(f"there is no decision {seq}.")
    return found


def record_of(work: Work, seq: int) -> Record:
    """What was kept of a decision. Raises NotFound."""
    return unpack(decision_row(work, seq).record)
