"""When somebody was done wrong: a rep disputes a decision, a manager rules on it, and the pool's books are put right.

No decision is ever changed. What is put right is an entry in the pool's ledger, there for everybody to see.
"""

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from evenhand.actions.access import answer_for, manage, run_pool, speak_for
from evenhand.actions.actor import Actor
from evenhand.actions.entries import LONGEST, About, ledger_of, post, weights_of
from evenhand.actions.notes import write_down
from evenhand.actions.refunds import decision_row, record_of
from evenhand.actions.settling import DESK
from evenhand.actions.standing import name_of
from evenhand.actions.work import Work
from evenhand.core.ledger import LARGEST as DEAREST
from evenhand.core.ledger import UNIT
from evenhand.core.ledger import correct as corrected
from evenhand.core.outcome import Attempt, Decision, Offered
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed, NotFound
from evenhand.ports.rows import DisputeRow

LARGEST: Final = 1_000  # leads in one correction; more is a slip of the hand


def dispute(work: Work, decision: int, *, rep: str, text: str, actor: Actor) -> int:
    """Say that a decision was wrong, as somebody whom it weighed up or gave the lead to; the dispute's number.

    Raises NotFound without such a decision, NotAllowed for somebody who had no part in it, Conflict if they dispute it
    already, or if the lead's person is erased.
    """
    speak_for(work, rep, actor, what="dispute a decision")
    lead = decision_row(work, decision).lead
    if rep not in _concerned(record_of(work, decision).decision):
        raise NotAllowed(f"decision {decision} did not weigh up {name_of(work, rep)}, who cannot dispute it.")
    before = next((row.no for row in _open(work) if (row.decision, row.rep) == (decision, rep)), None)
    if before is not None:
        raise Conflict(f"{name_of(work, rep)} disputes decision {decision} already: see dispute {before}.")
    number = work.event("dispute.opened", actor, lead=lead, body={"decision": decision, "rep": rep})
    write_down(work, lead, text, kind="dispute", actor=actor)
    work.add(DisputeRow(no=number, decision=decision, rep=rep, at=work.now))
    work.tell("disputed", DESK, lead=lead)
    return number


def rule_on(work: Work, dispute: int, *, upheld: bool, text: str = "", actor: Actor) -> int | None:
    """Say whether the rep is right, and tell them. If so, their pool owes them a lead more; the number of that entry.

    Nothing is owed, and `None` returned, if the decision was in no pool that they are still a member of. Raises
    NotFound, NotAllowed for reps, Conflict if it was ruled on before.
    """
    manage(actor, "rule on a dispute")
    row = _dispute(work, dispute)
    answer_for(work, row.rep, actor, what="rule on a dispute of")
    if row.state != "open":
        raise Conflict(f"dispute {dispute} was {row.state} by {row.by} already.")
    said = record_of(work, row.decision).decision
    lead = int(said.lead)
    entry = _make_good(work, row, said, actor=actor) if upheld else None
    state: Final = "upheld" if upheld else "dismissed"
    body = {"dispute": dispute, "decision": row.decision, "rep": row.rep, "entry": entry}
    work.event(f"dispute.{state}", actor, lead=lead, body=body)
    if text:
        write_down(work, lead, text, kind="ruling", actor=actor)
    work.put(replace(row, state=state, ruled=work.now, by=str(actor), entry=entry))
    work.tell(state, row.rep, lead=lead)
    return entry


def correct(work: Work, *, pool: str, rep: str, leads: Decimal | int, why: str, actor: Actor) -> int:
    """Owe a member of a pool so many leads more, or fewer if below 0; the others bear it by weight. The entry's number.

    In a pool that is fair by value, `leads` is so much of the leads' value.
    `why` stays for ever, for everybody to read: it must not say anything about a lead. Raises BadUsage with every
    fault, NotFound without such a pool, NotAllowed for reps.
    """
    manage(actor, "correct what a pool owes")
    if pool not in work.world.roster.pools:
        raise NotFound(f"there is no pool {pool!r}.")
    run_pool(work, pool, actor, what="correct what is owed in")
    if faults := _faults(work, pool, rep, leads=leads, why=why):
        raise BadUsage(faults)
    after = corrected(ledger_of(work, pool), rep, int(leads * UNIT), weights_of(work, pool))
    return post(work, "correction", after, About(rep=rep, text=why.strip()), actor=actor)


def _faults(work: Work, pool: str, rep: str, *, leads: Decimal | int, why: str) -> list[Fault]:
    faults = []
    if rep not in dict(weights_of(work, pool)):
        faults.append(Fault(where="rep", what=f"{rep!r} has no share in pool {pool}.", fix="Name a member of it."))
    amount = Decimal(leads)
    most = DEAREST if work.world.roster.pools[pool].value_fair else LARGEST
    if not (amount.is_finite() and 0 < abs(amount) <= most and amount * UNIT == int(amount * UNIT)):
        fix = f"Give a number up to {most}, below 0 to take away, with nine decimals at most."
        faults.append(Fault(where="leads", what=f"{leads} cannot be owed.", fix=fix))
    if not why.strip() or len(why.strip()) > LONGEST:
        fix = f"Say in one sentence of up to {LONGEST} characters why, and nothing about a lead: it is kept for ever."
        faults.append(Fault(where="why", what="is empty or too long.", fix=fix))
    return faults


def _concerned(said: Decision) -> set[str]:
    """Everybody whom a decision weighed up, and whoever got the lead or was offered it."""
    seats = {seat.rep for attempt in said.attempts for seat in attempt.seats}
    excluded = {rep for attempt in said.attempts for rep, _ in attempt.excluded}
    offered = set(said.outcome.reps) if isinstance(said.outcome, Offered) else set()
    return seats | excluded | offered | ({said.rep} if said.rep else set())


def _make_good(work: Work, row: DisputeRow, said: Decision, *, actor: Actor) -> int | None:
    """Owe the rep what the lead cost, in the pool in which they did not get it."""
    found = _attempt_of(said, row.rep)
    weights = weights_of(work, found.pool) if found else ()
    if found is None or row.rep not in dict(weights) or len(weights) == 1:
        return None
    units = sum(standing.share for standing in found.line) or UNIT
    after = corrected(ledger_of(work, found.pool), row.rep, units, weights)
    about = About(rep=row.rep, decision=row.decision, lead=int(said.lead))
    return post(work, "correction", after, about, actor=actor)


def _attempt_of(said: Decision, rep: str) -> Attempt | None:
    """Where the rep lost out: the last attempt in a pool that names them; whoever is only the holder, none."""
    for attempt in reversed(said.attempts):
        named = {*(seat.rep for seat in attempt.seats), *(name for name, _ in attempt.excluded)}
        if attempt.pool and rep in named:
            return attempt
    return None


def _dispute(work: Work, number: int) -> DisputeRow:
    found = next((row for row in _changed(work) if row.no == number), None) or work.tx.story.dispute(number)
    if found is None:
        raise NotFound(f"there is no dispute {number}.")
    return found


def _open(work: Work) -> list[DisputeRow]:
    """The disputes on which nobody has ruled yet."""
    known = {row.no: row for row in work.tx.story.disputes()}
    known.update({row.no: row for row in reversed(list(_changed(work)))})
    return [row for row in known.values() if row.state == "open"]


def _changed(work: Work) -> list[DisputeRow]:
    """The disputes of this transaction, the latest state of each first."""
    kept = [rows.get(DisputeRow, []) for now in work.changes() for rows in (now.put, now.added)]
    return [row for rows in kept for row in reversed(rows) if isinstance(row, DisputeRow)]
