"""Leads of another system come in with their holders: nobody decides about them, nobody is charged, nobody is told.

An open lead counts in its holder's load, and from then on lives like any other: it can be answered, closed, handed on.
What was won or lost there is kept as history. There is no decision to name, so a lead's own number below 0 stands for
it: for its assignment, its timers, and whatever asks for the decision in force.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk, call
from evenhand.actions.presence import found_rep
from evenhand.actions.receiving import SLICE, Incoming, Looked, Received, enter
from evenhand.actions.settling import hundredths
from evenhand.actions.twins import keyed
from evenhand.actions.work import Work
from evenhand.core.advance import Carried
from evenhand.core.decide import open_case
from evenhand.core.model import Millis
from evenhand.core.states import HELD_BY_REP
from evenhand.errors import BadUsage, Conflict, Fault
from evenhand.ports.rows import AssignmentRow, LeadRow, TimerRow

Standing: TypeAlias = Literal["assigned", "working", "won", "lost", "disqualified"]


class Imported(Struct, frozen=True, kw_only=True):
    """A lead as it stands in another system.

    rep:    who holds it, or held it at last; of an open lead somebody who is active here.
    since:  from when on; left out, since the lead came in. Times that are yet to come count as now, but for `due`.
    amount: what a won lead brought.
    """

    lead: Incoming
    rep: str
    state: Standing
    since: Millis | None = None
    due: Millis | None = None
    responded: Millis | None = None
    closed: Millis | None = None
    amount: Decimal | None = None


def import_open(desk: Desk, leads: Sequence[Imported], *, actor: Actor) -> list[Received | Exception]:
    """Bring leads in, any number, and say of each what became of it. One that is here already is left as it is."""
    answers: list[Received | Exception] = []
    for start in range(0, len(leads), SLICE):
        some = leads[start : start + SLICE]
        looked = Looked([each.lead for each in some])
        done = desk.run([call(import_lead, each, looked, actor=actor) for each in some])
        answers += [answer.get() if answer.error is None else answer.error for answer in done]
    return answers


def import_lead(work: Work, given: Imported, looked: Looked, *, actor: Actor) -> Received:
    """Bring one lead in. Raises NotFound or Conflict if nobody here can hold it, BadUsage for what it cannot have."""
    administer(actor, "import leads")
    if not work.ready:
        raise Conflict("there is no policy yet: publish one, with a roster, before leads come in.")
    _check(work, given)
    known, same = looked.at(work)
    before = keyed(work, given.lead.key) or known.get(given.lead.key)
    if before is not None:
        return Received(before.lead, work.row(before.lead).decision, "replayed")
    row, asked = enter(work, given.lead, same)
    case = open_case(asked, work.policy, work.world)
    row = replace(_standing(work, row, given), rank=-hundredths(case.score), worth=hundredths(case.value))
    work.put_row(row, fresh=True)
    _take_up(work, row, given.rep)
    work.event("lead.imported", actor, lead=row.lead, body={"state": given.state, "rep": given.rep})
    return Received(row.lead, row.decision)


def _check(work: Work, given: Imported) -> None:
    if given.state in HELD_BY_REP:
        found_rep(work, given.rep)
    if given.amount is not None and given.state != "won":
        what = f"a lead that is {given.state} has brought nothing."
        raise BadUsage(Fault(where="amount", what=what, fix="Leave the amount out, or import it as won."))


def _standing(work: Work, row: LeadRow, given: Imported) -> LeadRow:
    """The lead as the other system left it."""
    since = min(row.received if given.since is None else given.since, work.now)
    responded = None if given.responded is None else min(max(given.responded, since), work.now)
    row = replace(row, decision=-row.lead, since=since, responded=responded, touched=responded)
    match given.state:
        case "assigned" | "working":
            return replace(row, state=given.state, rep=given.rep, due=given.due)
        case "won" | "lost" | "disqualified":
            closed = min(work.now if given.closed is None else max(given.closed, since), work.now)
            amount = None if given.amount is None else hundredths(given.amount)
            return replace(row, state="closed", closed=closed, closing=given.state, amount=amount)


def _take_up(work: Work, row: LeadRow, rep: str) -> None:
    """The holder's assignment; of an open lead also the load, and the clock if an answer is still due."""
    work.here.assignments[row.decision] = AssignmentRow(
        seq=row.decision,
        lead=row.lead,
        rep=rep,
        since=row.received if row.since is None else row.since,
        due=row.due,
        responded=row.responded,
        ended=row.closed,
        ending=row.closing or "",
    )
    if row.state not in HELD_BY_REP:
        return
    work.advance(Carried(rep))
    if row.state == "assigned" and row.due is not None and row.due > work.now:
        ring = TimerRow(lead=row.lead, kind="due", at=row.due, rank=row.rank, stamp=row.decision)
        work.here.timers[row.lead] = [ring]
