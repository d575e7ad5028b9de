"""An offer to somebody who has left is no offer: it is withdrawn, however they have left."""

from collections.abc import Sequence
from typing import Final

from evenhand.actions.actor import Actor
from evenhand.actions.persons import lead_of
from evenhand.actions.settling import forget, settle
from evenhand.actions.standing import offers_of, rings_of
from evenhand.actions.work import Work
from evenhand.core.decide import rule_on
from evenhand.core.model import Roster

_MOST: Final = 1 << 30


def offered_to(work: Work, rep: str) -> Sequence[int]:
    """The leads that somebody may take, by number."""
    stored = {offer.lead for offer in work.tx.leads.offered_to(rep, limit=_MOST)}
    here = {lead for now in work.changes() for lead in now.offers}
    return [lead for lead in sorted(stored | here) if any(offer.rep == rep for offer in offers_of(work, lead))]


def withdraw(work: Work, rep: str, *, actor: Actor) -> None:
    """The others may still take what was offered; a lead that was offered to nobody else is decided again."""
    for lead in offered_to(work, rep):
        others = [offer for offer in offers_of(work, lead) if offer.rep != rep]
        if not others:
            row = work.row(lead)
            settle(work, row, rule_on(lead_of(work, row), work.policy, work.world, trigger="left"), actor=actor)
            continue
        rings = list(rings_of(work, lead))
        forget(work, lead)
        work.here.offers[lead], work.here.timers[lead] = others, rings


def withdraw_from_leavers(work: Work, before: Roster, *, actor: Actor) -> None:
    """The same for everybody who was active in the roster before and no longer is in the one in force."""
    now = work.world.roster.reps
    for rep, person in before.reps.items():
        if person.active and (rep not in now or not now[rep].active):
            withdraw(work, rep, actor=actor)
