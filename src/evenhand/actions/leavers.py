"""Somebody leaves for good: what they hold, owe and stand for, and one verb that settles all of it at once.

They are inactive in the roster and out of every pool; what a pool owes them, or they owe it, is spread over those who
stay. Their open leads are decided again, or go to somebody by name; offers to them are withdrawn. Whoever comes back
later begins at zero.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.access import administer
from evenhand.actions.actor import Actor
from evenhand.actions.members import ByPool
from evenhand.actions.persons import lead_of
from evenhand.actions.presence import found_rep, known_rep
from evenhand.actions.roster import without_member
from evenhand.actions.settling import release, settle
from evenhand.actions.standing import held_by
from evenhand.actions.texts import put_in_force, text_of
from evenhand.actions.withdrawing import offered_to, withdraw
from evenhand.actions.work import Work
from evenhand.core.advance import Came, Resumed
from evenhand.core.decide import rule_on
from evenhand.core.follow import after_holder
from evenhand.core.policy.naming import named_in
from evenhand.core.taken import Taking, on_taken
from evenhand.errors import BadUsage, Fault
from evenhand.ports.rows import LeadRow
from evenhand.reading.edits import Put, edited
from evenhand.reading.setup import Setup


class Share(Struct, frozen=True):
    """What somebody is in a pool: their weight, and what it owes them in leads, below 0 what they owe."""

    pool: str
    weight: int
    credit: Decimal


class Plan(Struct, frozen=True, kw_only=True):
    """What would have to be settled if somebody left now.

    leads: the open leads that they hold, hottest first. offers: leads that they may take.
    named: where else policy and roster name them, in a phrase each: nothing there changes by itself.
    """

    rep: str
    leads: tuple[int, ...] = ()
    offers: tuple[int, ...] = ()
    pools: tuple[Share, ...] = ()
    named: tuple[str, ...] = ()


class Gone(Struct, frozen=True, kw_only=True):
    """What was settled: which leads moved, by number, and which pools were left; what still names them."""

    leads: tuple[int, ...] = ()
    offers: tuple[int, ...] = ()
    left: ByPool = {}
    named: tuple[str, ...] = ()


def plan_leaving(work: Work, rep: str, *, actor: Actor) -> Plan:
    """Look at what somebody would leave behind; nothing is changed. Raises NotFound."""
    administer(actor, "let somebody go")
    known_rep(work, rep)
    return Plan(
        rep=rep,
        leads=tuple([row.lead for row in sorted(held_by(work, rep), key=lambda row: (row.rank, row.lead))]),
        offers=tuple(offered_to(work, rep)),
        pools=tuple(_shares(work, rep)),
        named=tuple(named(work.base.setup, rep)),
    )


def let_go(work: Work, rep: str, *, to: str = "", actor: Actor) -> Gone:
    """Somebody leaves. Their open leads are decided again, or all go to one person, `to`; once is enough.

    Raises NotFound if there is no such person, Conflict if `to` is not active, and BadTeam or BadPolicy if the roster
    cannot do without them; then nothing has changed.
    """
    plan = plan_leaving(work, rep, actor=actor)
    if to == rep:
        raise BadUsage(Fault(where="to", what=f"{rep} is the one who leaves.", fix="Name somebody who stays."))
    if to:
        found_rep(work, to)
    text = text_of(work, "roster", work.router.roster)
    without = without_member(edited(text, "person", rep, [Put(("active",), value=False)]), rep)
    released = [release(work, work.row(lead), "left") for lead in plan.leads]
    published = put_in_force(work, {"roster": without}, actor=actor)
    work.advance(Came(rep))
    work.advance(Resumed(f"rep {rep}"))
    for row in released:
        _hand_on(work, row, to, left=rep, actor=actor)
    withdraw(work, rep, actor=actor)
    if published.versions or plan.leads or plan.offers:
        body = {"rep": rep, "leads": len(plan.leads), "offers": len(plan.offers), "to": to}
        work.event("rep.left", actor, body={key: said for key, said in body.items() if said != ""})
    return Gone(leads=plan.leads, offers=plan.offers, left=published.left, named=tuple(named(work.base.setup, rep)))


def named(setup: Setup, rep: str) -> Iterator[str]:
    """Where a policy and a roster name somebody beside their own entry and the pools."""
    yield from named_in(setup.policy, setup.roster, rep)
    for other, calendar in setup.calendars.people.items():
        if other != rep and any(leave.deputy == rep for leave in calendar.leave):
            yield f"deputy of {other}"


# --- what there is


def _shares(work: Work, rep: str) -> Iterator[Share]:
    for name, pool in work.world.roster.pools.items():
        ledger = work.world.ledgers.get(name)
        credit = ledger.credits.get(rep, 0) if ledger else 0
        if rep in pool.weights:
            yield Share(name, pool.weights[rep], Decimal(credit).scaleb(-9))


# --- what is done


def _hand_on(work: Work, row: LeadRow, to: str, *, left: str, actor: Actor) -> None:
    """Decide a lead that somebody left behind again, or give it to the one who was named."""
    lead = lead_of(work, row)
    past = after_holder(lead.past, left)
    if to:
        asked = replace(lead, past=replace(past, cleared=True))
        ruling = on_taken(asked, work.policy, work.world, Taking(to))
    else:
        ruling = rule_on(replace(lead, past=past), work.policy, work.world, trigger="left")
    settle(work, row, ruling, actor=actor)
