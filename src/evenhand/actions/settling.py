"""Putting a decision into effect: the lead's new state, its assignment or offers, its timers, who is told."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, assert_never

from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.persons import memory_of, remembering
from evenhand.actions.work import Work
from evenhand.core.advance import Freed
from evenhand.core.chain import fingerprint
from evenhand.core.codes import Code, Exclusion
from evenhand.core.decide import Ruling
from evenhand.core.follow import past_after, timers
from evenhand.core.model import DAY, Past
from evenhand.core.outcome import Assigned, Decision, Duplicate, Held, Offered, Outcome, Rejected, Waiting
from evenhand.core.record import pack, record
from evenhand.core.states import HELD_BY_REP, State
from evenhand.ports.rows import AssignmentRow, BlockRow, DecisionRow, LeadRow, OfferRow, TimerRow

DESK: Final = "desk"  # whoever minds the desk of the whole workspace
LARGEST: Final = 1 << 62
LONGEST: Final = 28 * DAY  # then a waiting lead is looked at in any case: working hours are only known so far ahead


def settle(work: Work, row: LeadRow, ruling: Ruling, *, actor: Actor) -> LeadRow:
    """Put a decision into effect, and return the lead as it is then. A holder must have let go before (`release`)."""
    decision = ruling.decision
    work.advance(decision)
    work.router = replace(work.router, decisions=decision.seq)
    kept = pack(record(ruling, work.policy, engine=work.base.engine))
    state = _STATES[type(decision.outcome)]
    work.here.decisions[decision.seq] = DecisionRow(
        seq=decision.seq, lead=row.lead, at=decision.at, outcome=state, rep=decision.rep, record=kept
    )
    if row.decision:
        _overtake(work, row, decision.seq)
    settled = _settled(work, row, ruling)
    work.put_row(settled)
    work.here.timers[row.lead] = list(_rings(settled, decision))
    if isinstance(decision.outcome, Waiting):
        blocks = {subject: BlockRow(subject, row.lead, settled.rank) for subject in waits_for(decision)}
        work.here.blocks[row.lead] = list(blocks.values())
    _hand_over(work, row, settled, decision)
    body = {**_told(decision), "digest": fingerprint(kept)}
    work.event(f"lead.{state}", actor, lead=row.lead, body=body)
    return settled


_STATES: Final[dict[type[Outcome], State]] = {
    Assigned: "assigned",
    Offered: "offered",
    Waiting: "waiting",
    Held: "held",
    Rejected: "rejected",
    Duplicate: "duplicate",
}


def _overtake(work: Work, row: LeadRow, by: int) -> None:
    """The decision that was in force no longer is: nothing of it may ring, be taken or be told any more."""
    work.here.superseded[row.decision] = by
    work.here.untold.append(row.decision)
    forget(work, row.lead)


def forget(work: Work, lead: int) -> None:
    """A lead's timers, offers and blocks are gone."""
    here = work.here
    here.cleared.add(lead)
    here.timers[lead], here.offers[lead], here.blocks[lead] = [], [], []


def release(work: Work, row: LeadRow, why: str) -> LeadRow:
    """The holder lets go: their slot is free, their assignment over. Returns the lead without a holder."""
    if row.rep is None or row.state not in HELD_BY_REP:
        return row
    work.advance(Freed(row.rep))
    work.here.ended[row.decision] = (work.now, why)
    return replace(row, rep=None, due=None)


def _settled(work: Work, row: LeadRow, ruling: Ruling) -> LeadRow:
    decision, outcome = ruling.decision, ruling.decision.outcome
    rule = work.policy.rules[decision.rule].name if decision.rule >= 0 else ""
    memory = memory_of(row)
    past = past_after(ruling, work.policy) if decision.rule >= 0 else ruling.case.lead.past
    return replace(
        row,
        state=_STATES[type(outcome)],
        rep=decision.rep if isinstance(outcome, Assigned) else None,
        pool=decision.pool,
        rule=rule,
        policy=work.policy.digest,
        decision=decision.seq,
        since=decision.at,
        due=outcome.due if isinstance(outcome, Assigned) else None,
        rank=-hundredths(decision.score),
        worth=hundredths(decision.value),
        accepted=None,
        responded=None,
        touched=None,
        snoozed=None,
        closed=None,
        closing=None,
        memory=remembering(memory.match, past, decision.tier),
    )


def hundredths(amount: int | Decimal | None) -> int:
    return max(-LARGEST, min(LARGEST, round((amount or 0) * 100)))


def _rings(row: LeadRow, decision: Decision) -> Iterator[TimerRow]:
    """What is to be looked at again. A waiting lead always has its wake, even if it waits for an event."""
    found = {timer.kind: timer.at for timer in timers(decision)}
    if isinstance(decision.outcome, Waiting):
        found.setdefault("wake", decision.at + LONGEST)
    for kind, at in found.items():
        yield TimerRow(lead=row.lead, kind=kind, at=at, rank=row.rank, stamp=decision.seq)


def waits_for(decision: Decision) -> Iterator[str]:
    """The subjects each of which, by an event, could let this waiting lead go."""
    for attempt in decision.attempts:
        for rep, no in attempt.excluded:
            if (subject := _subject(rep, no, attempt.pool)) is not None:
                yield subject


def _subject(rep: str, no: Exclusion, pool: str) -> str | None:
    match no.code:
        case Code.AT_OPEN_CAP | Code.AWAY:
            return f"rep {rep}"
        case Code.PAUSED:
            return str(no.detail[0]) if no.detail else f"rep {rep}"
        case Code.TOO_FAR_AHEAD:
            return f"ahead {pool}"
        case _:
            return None


def _told(decision: Decision) -> dict[str, object]:
    """What the event of a decision says of it, in codes and numbers."""
    body: dict[str, object] = {"decision": decision.seq, "trigger": decision.trigger}
    match decision.outcome:
        case Assigned(rep):
            return {**body, "rep": rep}
        case Offered(reps):
            return {**body, "offered": reps}
        case Held(why, desk):
            return {**body, "why": why, "desk": desk}
        case Duplicate(of):
            return {**body, "of": of}
        case Waiting() | Rejected():
            return body
        case never:
            assert_never(never)


def _hand_over(work: Work, before: LeadRow, row: LeadRow, decision: Decision) -> None:
    """Begin the assignment or the offers, and tell those whom it concerns."""
    lead, seq = row.lead, decision.seq
    match decision.outcome:
        case Assigned(rep, due):
            work.here.assignments[seq] = AssignmentRow(
                seq=seq, lead=lead, rep=rep, pool=decision.pool, since=decision.at, due=due
            )
            work.tell("assigned", rep, lead=lead, decision=seq)
        case Offered(reps, blind, _, _, expires):
            work.here.offers[lead] = [
                OfferRow(rep=rep, lead=lead, seq=seq, rank=row.rank, blind=blind, expires=expires) for rep in reps
            ]
            for rep in reps:
                work.tell("offered", rep, lead=lead, decision=seq)
        case Waiting():
            if before.state != "waiting" or before.decision == 0:
                work.tell("waiting", DESK, lead=lead, decision=seq)
        case Held(_, desk):
            work.tell("held", desk or DESK, lead=lead, decision=seq)
        case Duplicate(_, str(rep)):
            work.tell("came again", rep, lead=lead, decision=seq)
        case Rejected() | Duplicate():
            pass
        case never:
            assert_never(never)


def forgetting(past: Past) -> Past:
    """A past without its waiting: what has been decided by a person begins anew."""
    return Past(holders=past.holders, declined=past.declined, cleared=past.cleared)
