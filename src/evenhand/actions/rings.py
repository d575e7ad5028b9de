"""What happens when a timer rings, and when somebody or something is free again.

What each ring means for the decision is in `core/follow.py`; here the lead is fetched, and the answer put into effect.
A timer counts only while the decision that set it is in force, so each rings exactly once.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

from msgspec.structs import replace

from evenhand.actions.actor import CLOCK, ROUTER
from evenhand.actions.persons import lead_of, memory_of
from evenhand.actions.settling import LONGEST, forget, release, settle, waits_for
from evenhand.actions.work import Work
from evenhand.core.advance import Freed, advance
from evenhand.core.caps import room
from evenhand.core.follow import on_expire, on_silence, on_stale, on_wake, on_widen, timers
from evenhand.core.model import ALWAYS, MINUTE, Load
from evenhand.core.outcome import Assigned, Decision, Waiting
from evenhand.core.states import HELD_BY_REP
from evenhand.errors import Unavailable
from evenhand.ports.rows import NEVER, BlockRow, LeadRow, TimerRow

LATER: Final = 5 * MINUTE
LOOKS: Final = 64  # how many waiting leads are looked at in one transaction when somebody is free


def ring_due(work: Work, *, limit: int) -> int:
    """Let timers ring that should have by now, and say how many did."""
    due = work.tx.agenda.due(work.now, limit=limit)
    for timer in due:
        _ring_or_put_off(work, timer)
    return len(due)


def ring_one(work: Work, timer: TimerRow) -> None:
    """Let one timer ring, unless it has rung meanwhile or was taken back."""
    if timer in work.tx.agenda.of(timer.lead):
        _ring_or_put_off(work, timer)


def put_off(work: Work, timer: TimerRow, error: Exception) -> None:
    """One lead that cannot be decided must not stop the clock for all: it is tried again later, and shown."""
    if timer in work.tx.agenda.of(timer.lead):
        _stuck(work, timer, error)


def _ring_or_put_off(work: Work, timer: TimerRow) -> None:
    part = work.child()
    try:
        _ring(part, timer)
    except Unavailable:
        raise
    except Exception as error:
        part = work.child()
        _stuck(part, timer, error)
    work.absorb(part)


def _stuck(work: Work, timer: TimerRow, error: Exception) -> None:
    work.retime(replace(timer, at=work.now + LATER))
    work.event("lead.stuck", CLOCK, lead=timer.lead, body={"ring": timer.kind, "error": type(error).__name__})


def _ring(work: Work, timer: TimerRow) -> None:
    row = work.row(timer.lead)
    if row.decision != timer.stamp:
        return _quiet(work, timer)
    match timer.kind:
        case "wake":
            _look_again(work, row)
        case "due" | "stale":
            _silent(work, row, timer)
        case "widen" | "expire":
            again = on_widen if timer.kind == "widen" else on_expire
            settle(work, row, again(lead_of(work, row), work.policy, work.world), actor=CLOCK)
        case "remind" | "snooze":
            _quiet(work, timer)
            if row.rep is not None:
                work.tell(
                    "reminder" if timer.kind == "remind" else "snoozed", row.rep, lead=row.lead, decision=row.decision
                )
                work.event("lead.reminded", CLOCK, lead=row.lead, body={"rep": row.rep})
    return None


def _quiet(work: Work, timer: TimerRow) -> None:
    """It has rung, and does not ring again."""
    work.retime(replace(timer, at=NEVER))


def _look_again(work: Work, row: LeadRow) -> Decision:
    """Decide a waiting lead again. If it goes on waiting for the same, that is no new decision."""
    ruling = on_wake(lead_of(work, row), work.policy, work.world)
    if _still(work, row, ruling.decision):
        _wait_on(work, row, ruling.decision)
    else:
        settle(work, row, ruling, actor=ROUTER)
    return ruling.decision


def _still(work: Work, row: LeadRow, decision: Decision) -> bool:
    """Whether the lead goes on waiting where it was: in the same tier of the same rule of the same policy."""
    return (
        isinstance(decision.outcome, Waiting)
        and (row.state, row.policy) == ("waiting", work.policy.digest)
        and row.rule == work.policy.rules[decision.rule].name
        and memory_of(row).tier == decision.tier
    )


def _wait_on(work: Work, row: LeadRow, decision: Decision) -> None:
    """The same wait goes on: only what may end it is noted anew."""
    again = [timer.at for timer in timers(decision)]
    forget(work, row.lead)
    at = min(again, default=work.now + LONGEST)
    wake = TimerRow(lead=row.lead, kind="wake", at=at, rank=row.rank, stamp=row.decision)
    work.here.timers[row.lead] = [wake]
    work.here.blocks[row.lead] = [
        BlockRow(subject, row.lead, row.rank) for subject in dict.fromkeys(waits_for(decision))
    ]


def _silent(work: Work, row: LeadRow, timer: TimerRow) -> None:
    """The holder has let the lead lie: it moves on, or at least its breach is told."""
    _quiet(work, timer)
    if row.rep is None or row.state not in HELD_BY_REP:
        return
    work.event("lead.overdue" if timer.kind == "due" else "lead.stale", CLOCK, lead=row.lead, body={"rep": row.rep})
    world = advance(work.world, Freed(row.rep))
    judge = on_silence if timer.kind == "due" else on_stale
    moved = judge(lead_of(work, row), in_force(work, row), work.policy, world)
    if moved is None:
        work.tell("overdue", row.rep, lead=row.lead, decision=row.decision)
        return
    holder = row.rep
    settle(work, release(work, row, timer.kind), moved, actor=CLOCK)
    work.tell("moved on", holder, lead=row.lead)  # about no decision: it stays true whatever is decided next


def in_force(work: Work, row: LeadRow) -> Decision:
    """The lead's decision as far as the clock must know it: its rule by today's number, -1 if it is gone."""
    named = [number for number, rule in enumerate(work.policy.rules) if rule.name == row.rule]
    return Decision(
        lead=str(row.lead),
        at=row.since or work.now,
        seq=row.decision,
        trigger="received",
        outcome=Assigned(row.rep or "", row.due),
        rule=named[0] if named else -1,
        tier=memory_of(row).tier,
        pool=row.pool,
        score=Decimal(-row.rank) / 100 if row.rank else None,
        value=Decimal(row.worth) / 100 if row.worth else None,
    )


def hand_out(work: Work) -> None:
    """Somebody or something is free again: the leads that waited for that are looked at, hottest first.

    What one transaction does not get to is woken, and rings in the next one. Who waits for a rep who is full again goes
    on waiting; but of a cap that the clock lifts the leads must know, for nobody closes anything at midnight.
    """
    while work.here.freed:
        subject = next(iter(work.here.freed))
        del work.here.freed[subject]
        stored = work.tx.agenda.blocked(subject, limit=LOOKS)
        left = deque(_with_newest(work, subject, stored))
        while left and not _in_the_way(work, subject):
            _look_at(work, left.popleft())
        if (left or len(stored) == LOOKS) and _in_the_way(work, subject) != "event":
            work.here.woken.add(subject)


def wake_freed(work: Work) -> None:
    """Somebody or something is free again: the leads that waited for that ring in the next transaction."""
    work.here.woken.update(work.here.freed)
    work.here.freed.clear()


def _with_newest(work: Work, subject: str, stored: Sequence[int]) -> Sequence[int]:
    """The leads that wait for a subject, with those that have begun to wait in this very transaction."""
    newest = {block.lead for blocks in work.here.blocks.values() for block in blocks if block.subject == subject}
    if newest <= set(stored):
        return stored
    return sorted({*stored, *newest}, key=lambda lead: (work.row(lead).rank, lead))


def _look_at(work: Work, lead: int) -> None:
    row = work.row(lead)
    if row.state != "waiting":
        return
    part = work.child()
    try:
        _look_again(part, row)
    except Unavailable:
        raise
    except Exception as error:
        part = work.child()
        _stuck(part, TimerRow(lead=lead, kind="wake", at=NEVER, rank=row.rank, stamp=row.decision), error)
    work.absorb(part)


def _in_the_way(work: Work, subject: str) -> Literal["", "event", "clock"]:
    """What keeps the rep who was free from taking more; if only the clock can end it, no event will."""
    rep = work.world.roster.reps.get(subject.removeprefix("rep "))
    if rep is None or not subject.startswith("rep "):
        return ""
    load, duty = work.world.loads.get(rep.id, Load()), work.world.duty.get(rep.id, ALWAYS)
    full = room(rep, load, duty, work.now)
    if rep.id in work.world.away or (full is not None and full.kind == "open"):
        return "event"
    return "" if full is None else "clock"
