"""Who may see which lead, and how much of it: asked by every route that reads, and by the stream of events.

A rep sees the leads that they hold, have held, or may take, and who a lead is only while they hold it; an offer that is
blind does not even say of which company it is. A manager whose reach is limited sees what concerns their own people,
and what waits or lies on a desk for nobody in particular. Everybody else sees every lead; who it is only with the word
`persons:read`. What one may not see does not exist for them: 404, not 403.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.actions.callers import Caller
from evenhand.actions.standing import offers_of
from evenhand.actions.work import Work
from evenhand.core.concerns import NAMING
from evenhand.core.model import Value
from evenhand.core.outcome import Offered
from evenhand.core.record import unpack
from evenhand.core.states import HELD_BY_REP, State
from evenhand.errors import NotFound
from evenhand.ports.rows import DecisionRow, LeadRow, OfferRow
from evenhand.ports.store import Reading

Sight: TypeAlias = Literal["none", "blind", "plain", "person"]

_WAITS: Final[frozenset[State]] = frozenset({"waiting", "held"})
_NOBODY: Final[frozenset[str]] = frozenset()


class Lead(Struct, frozen=True):
    """A lead, and how much of it somebody sees."""

    row: LeadRow
    sight: Sight


def may_see(caller: Caller, row: LeadRow, offers: Sequence[OfferRow], holders: Collection[str]) -> bool:
    """Whether somebody may see a lead at all, by those to whom it is offered and those who hold or have held it."""
    return sight(caller, row, offers, holders) != "none"


def sight(caller: Caller, row: LeadRow, offers: Sequence[OfferRow], holders: Collection[str]) -> Sight:
    """How much of a lead somebody sees: nothing, all but who and which company, all but who, everything."""
    if caller.role == "rep":
        return _of_rep(caller, row, offers, holders)
    reach = caller.actor.reach
    if reach is not None and not _concerns(reach, row, offers, holders):
        return "none"
    theirs = reach is None or row.rep is None or row.rep in reach
    return "person" if theirs and "persons:read" in caller.scopes else "plain"


def is_settled(caller: Caller, row: LeadRow) -> bool:
    """Whether the lead alone says how much of it somebody sees, so that nothing else need be looked up."""
    if caller.role == "rep":
        return _holds(caller.rep, row)
    return caller.actor.reach is None or row.rep in caller.actor.reach or (row.rep is None and row.state in _WAITS)


def _of_rep(caller: Caller, row: LeadRow, offers: Sequence[OfferRow], holders: Collection[str]) -> Sight:
    if not caller.rep:
        return "none"
    if _holds(caller.rep, row):
        return "person" if "persons:read" in caller.scopes else "plain"
    mine = next((offer for offer in offers if offer.rep == caller.rep), None)
    if mine is not None:
        return "blind" if mine.blind else "plain"
    return "plain" if caller.rep in holders else "none"


def _holds(rep: str, row: LeadRow) -> bool:
    return bool(rep) and row.rep == rep and row.state in HELD_BY_REP


def _concerns(reach: frozenset[str], row: LeadRow, offers: Sequence[OfferRow], holders: Collection[str]) -> bool:
    if row.rep in reach or not reach.isdisjoint(holders) or any(offer.rep in reach for offer in offers):
        return True
    if row.rep is not None or offers:
        return False
    return row.state in _WAITS or not holders


def shown(fields: Mapping[str, Value], how: Sight) -> dict[str, Value]:
    """Those of a lead's fields that may be seen; the personal ones are not among them until they are unlocked."""
    return {name: value for name, value in fields.items() if how != "blind" or name not in NAMING}


# --- looking it up


def one(tx: Reading, caller: Caller, lead: int) -> Lead:
    """A lead, and how much of it somebody sees. Raises NotFound if there is none, or none for them."""
    row = tx.leads.get(lead)
    found = several(tx, caller, [row]) if row is not None else []
    if not found:
        raise NotFound(f"there is no lead {lead}.")
    return found[0]


def several(tx: Reading, caller: Caller, rows: Sequence[LeadRow]) -> list[Lead]:
    """Those of the leads that somebody sees, in their order; two statements at the most."""
    asked = [row.lead for row in rows if not is_settled(caller, row)]
    offers = tx.leads.offers_of(asked) if asked else {}
    holders = tx.leads.holders_of(asked) if asked else {}
    seen = [Lead(row, sight(caller, row, offers.get(row.lead, ()), holders.get(row.lead, _NOBODY))) for row in rows]
    return [each for each in seen if each.sight != "none"]


def notice(work: Work, caller: Caller, lead: int) -> LeadRow:
    """A lead that somebody is about to do something with. Raises NotFound if they may not see it.

    Whoever it was offered to sees it for this, so that they hear who was faster.
    """
    row = work.row(lead)
    if is_settled(caller, row):
        return row
    holders = {made.rep for now in work.changes() for made in now.assignments.values() if made.lead == lead}
    holders |= work.tx.leads.holders_of([lead]).get(lead, _NOBODY)
    if may_see(caller, row, offers_of(work, lead), holders) or _was_offered(work, caller.rep, lead):
        return row
    raise NotFound(f"there is no lead {lead}.")


def _was_offered(work: Work, rep: str, lead: int) -> bool:
    mine = [made for now in work.changes() for made in now.decisions.values() if made.lead == lead]
    return bool(rep) and any(_offers_to(rep, each) for each in (*mine, *work.tx.story.decisions_of(lead)))


def _offers_to(rep: str, decision: DecisionRow) -> bool:
    if decision.outcome != "offered":
        return False
    outcome = unpack(decision.record).decision.outcome
    return isinstance(outcome, Offered) and rep in outcome.reps
