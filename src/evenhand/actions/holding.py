"""The life of a lead in somebody's hands: they answer, put it off, close it; and a manager brings one back.

A holder who has answered is no longer late. From then on a rule's `stale_after` counts from their last touch.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import manage, oversee, own
from evenhand.actions.actor import Actor
from evenhand.actions.notes import write_down
from evenhand.actions.persons import lead_of
from evenhand.actions.refunds import refund
from evenhand.actions.settling import forget, release, settle
from evenhand.actions.standing import name_of, rule_of
from evenhand.actions.work import Work
from evenhand.core.decide import rule_on
from evenhand.core.follow import stale_at
from evenhand.core.instants import say_instant
from evenhand.core.model import ALWAYS, DAY, Millis, Past
from evenhand.core.states import allow
from evenhand.errors import BadUsage, Fault
from evenhand.ports.rows import Closing, LeadRow, TimerKind, TimerRow

LONGEST: Final = 90 * DAY  # what is put off for longer is forgotten
DEAREST: Final = Decimal(10**15)


class Ending(Struct, frozen=True):
    """How a lead ended; a lead that was won may say what it brought, and everybody may say why, in a sentence."""

    closing: Closing
    amount: Decimal | None = None
    reason: str = ""


def respond(work: Work, lead: int, *, at: Millis | None = None, actor: Actor) -> LeadRow:
    """The holder has been in touch with the lead, now or a while ago: the first time answers it.

    A touch that is no later than the last one changes nothing. Raises BadUsage for a time that is yet to come or was
    before the holder had it; NotAllowed for a rep who does not hold it.
    """
    row = work.row(lead)
    allow("respond", lead, row.state)
    own(work, row, actor)
    when = max(work.now, row.since or 0) if at is None else at  # the clock may have been set back since
    if at is not None:
        _check_touch(work, row, at)
    if row.touched is not None and when <= row.touched:
        return row
    is_first = row.responded is None
    row = replace(row, state="working", responded=when if is_first else row.responded, touched=when)
    work.put_row(row)
    if is_first:
        work.here.touched[row.decision] = when
    _watch(work, row)
    kind = "lead.responded" if is_first else "lead.worked"
    work.event(kind, actor, lead=lead, body={"rep": row.rep, "touched": when})
    return row


def snooze(work: Work, lead: int, *, until: Millis, actor: Actor) -> LeadRow:
    """Put a lead off: its holder is reminded then, and until then it does not become stale.

    Raises BadUsage for a time that is past or more than 90 days ahead, Conflict unless it has been answered.
    """
    row = work.row(lead)
    allow("snooze", lead, row.state)
    own(work, row, actor)
    if not work.now < until <= work.now + LONGEST:
        what = f"{say_instant(until)} is {'past' if until <= work.now else 'more than 90 days ahead'}."
        raise BadUsage(Fault(where="until", what=what, fix="Give a time within the next 90 days."))
    row = replace(row, snoozed=until)
    work.put_row(row)
    _watch(work, row)
    work.event("lead.snoozed", actor, lead=lead, body={"rep": row.rep, "until": until})
    return row


def close(work: Work, lead: int, ending: Ending, *, actor: Actor) -> LeadRow:
    """The lead is over: won, lost, disqualified or bad. Its holder's slot is free at once.

    A lead ruled bad is refunded to everybody who was charged for it. Raises BadUsage for an amount of a lead that was
    not won; NotAllowed for a rep who does not hold it.
    """
    row = work.row(lead)
    allow("close", lead, row.state)
    own(work, row, actor)
    amount = _hundredths(ending)
    if ending.closing == "bad":
        _refund_all(work, row, actor)
    who = row.rep
    row = release(work, row, "closed")
    forget(work, lead)
    work.here.untold.append(row.decision)
    row = replace(row, state="closed", closed=work.now, closing=ending.closing, amount=amount, due=None, snoozed=None)
    work.put_row(row)
    body = {"closing": ending.closing, "rep": who, "amount": amount}
    work.event("lead.closed", actor, lead=lead, body={key: said for key, said in body.items() if said is not None})
    if ending.reason:
        write_down(work, lead, ending.reason, kind="closed", actor=actor)
    return row


def restore(work: Work, lead: int, *, actor: Actor) -> LeadRow:
    """Bring back a lead that was turned away, a duplicate, or closed: it is decided afresh, as if it had just come.

    A person has looked at it, so screens and the search for duplicates no longer apply; when it came in stays.
    """
    row = work.row(lead)
    allow("restore", lead, row.state)
    manage(actor, "bring back a lead")
    oversee(work, row, actor)
    asked = replace(lead_of(work, row), past=Past(cleared=True))
    ruling = rule_on(asked, work.policy, work.world, trigger="restored")
    work.event("lead.restored", actor, lead=lead, body={"was": row.state})
    return settle(work, replace(row, amount=None), ruling, actor=actor)


def _refund_all(work: Work, row: LeadRow, actor: Actor) -> None:
    mine = [seq for now in work.changes() for seq, made in now.decisions.items() if made.lead == row.lead]
    for seq in sorted({*mine, *[made.seq for made in work.tx.story.decisions_of(row.lead)]}):
        refund(work, row, decision=seq, actor=actor)


def _check_touch(work: Work, row: LeadRow, when: Millis) -> None:
    since = row.since if row.since is not None else when
    if since <= when <= work.now:
        return
    given = f"the lead was given to {name_of(work, row.rep or '')}, {say_instant(since)}."
    what = "is yet to come." if when > work.now else f"is before {given}"
    raise BadUsage(Fault(where="at", what=f"{say_instant(when)} {what}", fix="Say when they were in touch."))


def _watch(work: Work, row: LeadRow) -> None:
    """Of a lead that has been answered only this rings: the end of a snooze, and that it has been left lying."""
    forget(work, row.lead)
    rings = [
        TimerRow(lead=row.lead, kind=kind, at=at, rank=row.rank, stamp=row.decision) for kind, at in _times(work, row)
    ]
    work.here.timers[row.lead] = rings


def _times(work: Work, row: LeadRow) -> Iterator[tuple[TimerKind, Millis]]:
    asleep = row.snoozed if row.snoozed is not None and row.snoozed > work.now else None
    if asleep is not None:
        yield "snooze", asleep
    rule = rule_of(work, row)
    if rule is None or rule.stale_after is None:
        return
    since = max(row.touched or work.now, asleep or 0)
    bounds = work.world.duty.get(row.rep or "", ALWAYS).bounds
    at = stale_at(rule, since, bounds)
    # Whose hours are not known so far ahead will hardly work then: the clock on the wall decides.
    yield "stale", since + rule.stale_after if at is None else at


def _hundredths(ending: Ending) -> int | None:
    amount = ending.amount
    if amount is None:
        return None
    if ending.closing != "won":
        what, fix = f"a lead that is {ending.closing} has brought nothing.", "Leave the amount out, or close it as won."
        raise BadUsage(Fault(where="amount", what=what, fix=fix))
    if not (amount.is_finite() and 0 <= amount <= DEAREST):
        fix = "Give a number from 0 on, in the policy's currency."
        raise BadUsage(Fault(where="amount", what=f"{amount} is not what a lead can bring.", fix=fix))
    return round(amount * 100)
