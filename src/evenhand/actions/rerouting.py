"""Leads are decided anew under the policy in force: one, or all that an earlier policy has decided.

What a holder has answered stays theirs unless the caller insists. A lead that its holder has not touched is refunded
before it is decided, so that whoever gets it again pays once.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer, manage, oversee
from evenhand.actions.actor import Actor
from evenhand.actions.byhand import take_away
from evenhand.actions.desk import Answer, Desk, call
from evenhand.actions.persons import lead_of
from evenhand.actions.refunds import record_of
from evenhand.actions.settling import forgetting, settle
from evenhand.actions.standing import name_of, offers_of
from evenhand.actions.work import Work
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.outcome import HANDS, Assigned, Decision, Offered
from evenhand.core.states import OPEN, State, allow
from evenhand.errors import Conflict, Unavailable
from evenhand.ports.rows import LeadRow
from evenhand.ports.store import Reading

SLICE: Final = 24  # leads in one transaction, some 20 ms: a form that comes in meanwhile does not wait long


class Move(Struct, frozen=True):
    """Where a lead was, and where it is now."""

    lead: int
    was: State
    holder: str | None
    now: State
    rep: str | None


Fate: TypeAlias = Move | Literal["stayed", "skipped"]


class Rerouted(Struct, frozen=True, kw_only=True):
    """What became of the leads that a policy had decided.

    moved:   those that are in another state, in other hands, or offered to other people.
    skipped: how many had been answered, claimed or given by hand, or were closed or decided meanwhile.
    failed:  (lead, why) of those that could not be decided; they are as they were.
    """

    moved: tuple[Move, ...] = ()
    stayed: int = 0
    skipped: int = 0
    failed: tuple[tuple[int, str], ...] = ()


def reroute(work: Work, lead: int, *, even_if_answered: bool = False, actor: Actor) -> LeadRow:
    """Decide a lead anew under the policy in force; its holder lets go of it first, and may get it again.

    Raises Conflict if its holder has answered, unless `even_if_answered`; NotAllowed for a rep.
    """
    row = work.row(lead)
    allow("re-route", lead, row.state)
    manage(actor, "have a lead decided anew")
    oversee(work, row, actor)
    if row.state == "working" and not even_if_answered:
        who = name_of(work, row.rep or "")
        raise Conflict(f"lead {lead} is being worked on by {who}; say even_if_answered to take it away all the same.")
    return _anew(work, row, _ruled(work, row, actor=actor), actor=actor)


def reroute_all(desk: Desk, *, policy: str, actor: Actor, progress: Callable[[int], None] = lambda _: None) -> Rerouted:
    """Decide anew every open, unanswered lead whose decision in force was made under a policy, by its digest.

    Where the same rule gives the same answer the lead stays as it is: nobody loses a lead to whose turn it is by now.
    What somebody has claimed, or was given by hand, stays too.
    It goes slice by slice, each a transaction of its own, and can be begun again if it was interrupted. `progress` is
    told after each slice how many leads it had. Raises Unavailable if the database fails.
    """
    answers: list[tuple[int, Answer[Fate]]] = []
    after = 0
    while leads := page_of(desk, policy, after):
        done = desk.run([call(again, lead, policy, actor=actor) for lead in leads])
        answers += zip(leads, done, strict=True)
        after = leads[-1]
        progress(len(leads))
    return _told(answers)


def preview(desk: Desk, *, policy: str, actor: Actor) -> Rerouted:
    """What `reroute_all` would do now. Nothing is written, and nobody has to wait.

    Leads that wait for a slot which this frees are left out: they follow when it is done.
    """
    return desk.imagine(call(_all_in_mind, policy, actor=actor))


def page_of(desk: Desk, policy: str, after: int, *, limit: int = SLICE) -> list[int]:
    """The next open leads that a policy has decided, by number."""
    with desk.store.reading(desk.workspace) as tx:
        return [row.lead for row in tx.leads.decided_under(policy, after=after, limit=limit)]


class _Ruled(NamedTuple):
    """A lead without its holder, and the decision about it."""

    free: LeadRow
    ruling: Ruling


def _ruled(work: Work, row: LeadRow, *, actor: Actor) -> _Ruled:
    """The holder lets go, and the lead is decided under the policy in force; nothing of that is in effect yet."""
    free = take_away(work, row, "re-routed", actor=actor)
    asked = lead_of(work, free)
    if row.state != "waiting":  # whoever waits goes on waiting from when they began
        asked = replace(asked, past=forgetting(asked.past))
    return _Ruled(free, rule_on(asked, work.policy, work.world, trigger="rerouted"))


def _anew(work: Work, row: LeadRow, ruled: _Ruled, *, actor: Actor) -> LeadRow:
    settled = settle(work, ruled.free, ruled.ruling, actor=actor)
    if row.rep is not None and settled.rep != row.rep:
        work.tell("taken away", row.rep, lead=row.lead)
    return settled


def again(work: Work, lead: int, policy: str, *, actor: Actor) -> Fate:
    """Decide one that a policy has decided anew, if that changes anything."""
    administer(actor, "have leads decided anew")
    row = work.row(lead)
    if row.policy != policy or not _is_machines(work, row):
        return "skipped"
    part = work.child()
    ruled = _ruled(part, row, actor=actor)
    if _is_alike(work, row, ruled.ruling.decision):
        return "stayed"
    settled = _anew(part, row, ruled, actor=actor)
    work.absorb(part)
    if settled.state != "offered" and (settled.state, settled.rep) == (row.state, row.rep):
        return "stayed"
    return Move(lead, row.state, row.rep, settled.state, settled.rep)


def _is_machines(work: Work, row: LeadRow) -> bool:
    """Whether a lead is open, unanswered, and where the machine put it: what a person has chosen stands."""
    if row.state == "working" or row.state not in OPEN:
        return False
    return row.state != "assigned" or record_of(work, row.decision).decision.trigger not in HANDS


def _is_alike(work: Work, row: LeadRow, decision: Decision) -> bool:
    """Whether the same rule says the same: assigned, and the holder could have it; offered to the same people."""
    rule = work.policy.rules[decision.rule].name if decision.rule >= 0 else ""
    if (rule, decision.pool) != (row.rule, row.pool):
        return False
    match decision.outcome:
        case Assigned():
            return row.state == "assigned" and row.rep in {seat.rep for seat in decision.attempts[-1].seats}
        case Offered(reps):
            return {offer.rep for offer in offers_of(work, row.lead)} == {*reps}
        case _:
            return False


def _all_in_mind(work: Work, policy: str, *, actor: Actor) -> Rerouted:
    """One after the other on a world that each of them moves on; of their rows nothing is kept."""
    answers: list[tuple[int, Answer[Fate]]] = []
    for lead in _leads(work.tx, policy):
        part = work.child()
        try:
            answers.append((lead, Answer(again(part, lead, policy, actor=actor))))
            work.router, work.world = part.router, part.world
        except Unavailable:
            raise
        except Exception as error:
            answers.append((lead, Answer(error=error)))
    return _told(answers)


def _leads(tx: Reading, policy: str) -> Iterator[int]:
    after = 0
    while rows := tx.leads.decided_under(policy, after=after):
        yield from [row.lead for row in rows]
        after = rows[-1].lead


def _told(answers: Sequence[tuple[int, Answer[Fate]]]) -> Rerouted:
    fates = [answer.value for _, answer in answers if answer.error is None]
    return Rerouted(
        moved=tuple([fate for fate in fates if isinstance(fate, Move)]),
        stayed=fates.count("stayed"),
        skipped=fates.count("skipped"),
        failed=tuple([(lead, str(answer.error)) for lead, answer in answers if answer.error is not None]),
    )
