"""Who may do what, with whose leads: a rep acts on the leads that they hold and speaks for nobody else; a manager whose
reach is limited acts on what concerns their own people; whoever may only look changes nothing; the others do anything.

What somebody may do at all (`leads:assign`) was asked at the door: `roles.py`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from evenhand.actions.actor import Actor
from evenhand.actions.refunds import record_of
from evenhand.actions.standing import holder, name_of, offers_of
from evenhand.actions.work import Work
from evenhand.core.model import Pool, Roster
from evenhand.core.outcome import Decision, Held
from evenhand.core.record import unpack
from evenhand.core.states import HELD_BY_REP
from evenhand.errors import NotAllowed
from evenhand.ports.rows import LeadRow
from evenhand.ports.store import Reading

_NOT_YOURS: Final = "who is in none of the teams and pools that you answer for"


def own(work: Work, row: LeadRow, actor: Actor) -> None:
    """Raise NotAllowed if a rep would act on a lead that they do not hold, or a manager on what is not theirs."""
    _change(actor)
    if actor.kind == "rep" and row.rep != actor.id:
        whose = f"it is {holder(work, row)}" if row.rep else "nobody holds it"
        raise NotAllowed(f"lead {row.lead} is not yours: {whose}.")
    oversee(work, row, actor)


def speak_for(work: Work, rep: str, actor: Actor, *, what: str = "answer an offer") -> None:
    """Raise NotAllowed if somebody would do in another's name what that one must do, or their manager."""
    _change(actor)
    if actor.kind == "rep" and rep != actor.id:
        raise NotAllowed(f"you can {what} only for yourself, not for {name_of(work, rep)}.")
    if actor.reach is not None and rep not in actor.reach:
        raise NotAllowed(f"you cannot {what} for {name_of(work, rep)}, {_NOT_YOURS}.")


def manage(actor: Actor, what: str) -> None:
    """Raise NotAllowed if a rep would do what is a manager's to do: `give a lead to somebody`."""
    _change(actor)
    if actor.kind == "rep":
        raise NotAllowed(f"only a manager can {what}; ask yours.")


def administer(actor: Actor, what: str) -> None:
    """Raise NotAllowed unless somebody answers for everybody: `publish a policy`."""
    manage(actor, what)
    if actor.reach is not None or actor.role == "manager":
        raise NotAllowed(f"only an admin can {what}; ask one.")


def oversee(work: Work, row: LeadRow, actor: Actor) -> None:
    """Raise NotAllowed if a lead is no concern of the people for whom a manager answers."""
    if actor.reach is None:
        return
    people = _people(row, work.world.roster, lambda: _offered(work, row.lead), lambda: _said(work, row))
    if people is not None and not people & actor.reach:
        raise NotAllowed(f"lead {row.lead} is not yours to decide about: {_why(work, row)}.")


def give_to(work: Work, reps: Sequence[str], actor: Actor) -> None:
    """Raise NotAllowed if a manager would give a lead to somebody for whom they do not answer."""
    others = [] if actor.reach is None else [rep for rep in reps if rep not in actor.reach]
    if others:
        raise NotAllowed(
            f"you can give leads to your own people only, not to {name_of(work, others[0])}, {_NOT_YOURS}."
        )


def answer_for(work: Work, rep: str, actor: Actor, *, what: str) -> None:
    """Raise NotAllowed if a manager would do something about somebody for whom they do not answer."""
    if actor.reach is not None and rep not in actor.reach:
        raise NotAllowed(f"you cannot {what} {name_of(work, rep)}, {_NOT_YOURS}.")


def run_pool(work: Work, name: str, actor: Actor, *, what: str) -> None:
    """Raise NotAllowed if a manager would do something about a pool that is not theirs; one that is not there is."""
    pool = work.world.roster.pools.get(name)
    if pool is not None and not is_run_by(pool, actor):
        whose = f"{name_of(work, pool.manager)} answers for it" if pool.manager else "others' people are in it"
        raise NotAllowed(f"you cannot {what} pool {name}: {whose}.")


def is_run_by(pool: Pool, actor: Actor) -> bool:
    """Whether a pool is somebody's to change: its manager's, or if it has none, whoever answers for all its members."""
    if actor.reach is None:
        return True
    return pool.manager in actor.reach if pool.manager else bool(pool.weights) and actor.reach >= pool.weights.keys()


# --- looking


def see(tx: Reading, row: LeadRow, roster: Roster, actor: Actor) -> None:
    """Raise NotAllowed if somebody may not look at a lead: a rep at theirs only, a manager at what concerns theirs."""
    if not is_seen(tx, row, roster, actor):
        whose = "you neither hold it nor may take it" if actor.kind == "rep" else "it concerns none of your people"
        raise NotAllowed(f"lead {row.lead} is not for you to see: {whose}.")


def is_seen(tx: Reading, row: LeadRow, roster: Roster, actor: Actor) -> bool:
    """The same, to choose among many."""
    if actor.kind == "rep":
        return row.rep == actor.id or (row.state == "offered" and actor.id in _offered_in(tx, row.lead))
    if actor.reach is None:
        return True
    people = _people(row, roster, lambda: _offered_in(tx, row.lead), lambda: _said_in(tx, row))
    return people is None or bool(people & actor.reach)


# --- whom a lead concerns


def _people(
    row: LeadRow, roster: Roster, offered: Callable[[], Sequence[str]], said: Callable[[], Decision | None]
) -> frozenset[str] | None:
    """Whose a lead is now: its holder's, those' to whom it is offered, whose desk it lies on, whom it waits for, or its
    pool's; `None` if it is nobody's.
    """
    if row.state in HELD_BY_REP:
        return frozenset({row.rep or ""})
    if row.state == "offered":
        return frozenset(offered())
    decision = said() if row.state in {"held", "waiting"} else None
    if row.state == "held":
        desk = _desk(decision)
        return frozenset({desk}) if desk else None
    pools = {row.pool} if decision is None else {attempt.pool for attempt in decision.attempts}
    known = [roster.pools[name] for name in pools if name in roster.pools]
    people = {rep for pool in known for rep in (*pool.weights, pool.manager)} | _weighed(decision)
    return frozenset(people - {""}) or None


def _desk(decision: Decision | None) -> str:
    return decision.outcome.desk if decision is not None and isinstance(decision.outcome, Held) else ""


def _weighed(decision: Decision | None) -> set[str]:
    """Everybody whom a decision has looked at."""
    attempts = () if decision is None else decision.attempts
    seats = {seat.rep for attempt in attempts for seat in attempt.seats}
    return seats | {rep for attempt in attempts for rep, _ in attempt.excluded}


def _offered(work: Work, lead: int) -> list[str]:
    return [offer.rep for offer in offers_of(work, lead)]


def _offered_in(tx: Reading, lead: int) -> list[str]:
    return [offer.rep for offer in tx.leads.offers(lead)]


def _said(work: Work, row: LeadRow) -> Decision | None:
    return record_of(work, row.decision).decision if row.decision > 0 else None


def _said_in(tx: Reading, row: LeadRow) -> Decision | None:
    found = tx.story.decision(row.decision)
    return unpack(found.record).decision if found is not None else None


def _why(work: Work, row: LeadRow) -> str:
    if row.state in HELD_BY_REP:
        return f"it is {holder(work, row)}"
    if row.state == "offered":
        return "it is offered to others' people"
    if row.state == "held":
        return f"it lies on the desk of {name_of(work, _desk(_said(work, row)))}"
    return "it waits for others' people" if row.state == "waiting" else f"it belongs to pool {row.pool}"


def _change(actor: Actor) -> None:
    if "viewer" in (actor.kind, actor.role):
        raise NotAllowed("you may look, and change nothing; ask an admin for another role.")
