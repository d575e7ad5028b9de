"""Who is there and what is paused: away, back, no more after this one, pause, resume.

Whoever comes back, and whatever goes on, gets the leads that waited for it in the same transaction: hottest first, and
never faster than the pool's backlog and the rep's caps allow. Each verb says whether it has changed anything; saying
the same twice changes nothing.
"""

from typing import Final, Literal

from evenhand.actions.access import administer, manage, run_pool, speak_for
from evenhand.actions.actor import Actor
from evenhand.actions.work import Work
from evenhand.core.advance import Came, LastOne, Paused, Resumed, Went
from evenhand.core.model import Rep
from evenhand.core.when.page import nearest
from evenhand.errors import BadUsage, Conflict, Fault, NotAllowed, NotFound

EVERYTHING: Final = "everything"


def away(work: Work, *, rep: str, actor: Actor) -> bool:
    """Set somebody away: they get no more leads until they are back."""
    own(work, rep, actor)
    if rep in work.world.away:
        return False
    work.advance(Went(rep))
    work.here.presences[f"rep {rep}", "away"] = str(actor)
    work.event("rep.away", actor, body={"rep": rep})
    return True


def back(work: Work, *, rep: str, actor: Actor) -> bool:
    """Somebody is back, or stays after all: neither away nor on their last lead."""
    if own(work, rep, actor).away:
        raise Conflict(f"the roster itself says that {rep} is away: take that out of the roster.")
    if rep not in work.world.away | work.world.last_one:
        return False
    work.advance(Came(rep))
    work.event("rep.back", actor, body={"rep": rep})
    work.free(f"rep {rep}")
    return True


def last_one(work: Work, *, rep: str, actor: Actor) -> bool:
    """No more after this one: with the next lead that they get, somebody is away. Raises Conflict if they are."""
    if own(work, rep, actor).away or rep in work.world.away:
        raise Conflict(f"{rep} is away already: there is no next lead before they are back.")
    if rep in work.world.last_one:
        return False
    work.advance(LastOne(rep))
    work.here.presences[f"rep {rep}", "last_one"] = str(actor)
    work.event("rep.last_one", actor, body={"rep": rep})
    return True


def pause(work: Work, *, subject: str, actor: Actor) -> bool:
    """Nothing more goes to `rep ann`, to `pool dach`, or to anybody (`everything`) by itself; by hand it still does."""
    _pausable(work, subject, actor)
    if subject in work.world.paused:
        return False
    work.advance(Paused(subject))
    work.here.presences[subject, "paused"] = str(actor)
    work.event("paused", actor, body={"subject": subject})
    return True


def resume(work: Work, *, subject: str, actor: Actor) -> bool:
    """What was paused goes on. Raises NotAllowed for a rep whom somebody else has paused."""
    _pausable(work, subject, actor)
    pool = work.world.roster.pools.get(subject.removeprefix("pool "))
    if pool is not None and pool.paused and subject.startswith("pool "):
        raise Conflict(f"the roster itself says that {subject} is paused: take that out of the roster.")
    if subject not in work.world.paused:
        return False
    if actor.kind == "rep" and (by := _paused_by(work, subject)) != str(actor):
        raise NotAllowed(f"{subject} was paused by {by}: ask them.")
    work.advance(Resumed(subject))
    work.event("resumed", actor, body={"subject": subject})
    work.free(subject)
    return True


# --- who, and may they


def known_rep(work: Work, rep: str) -> Rep:
    """Somebody of the roster in force, there or gone. Raises NotFound with the nearest id."""
    found = work.world.roster.reps.get(rep)
    if found is None:
        raise NotFound(_nobody("nobody in the roster has the id", rep, tuple(work.world.roster.reps)))
    return found


def found_rep(work: Work, rep: str) -> Rep:
    """Somebody who can have leads. Raises NotFound with the nearest id, Conflict if they have left."""
    found = known_rep(work, rep)
    if not found.active:
        raise Conflict(f"{rep} has left or is not active.")
    return found


def own(work: Work, rep: str, actor: Actor) -> Rep:
    """A rep says nothing about anybody but themselves, a manager only about their own people."""
    speak_for(work, rep, actor, what="say who is there")
    return found_rep(work, rep)


def _pausable(work: Work, subject: str, actor: Actor) -> None:
    kind, _, name = subject.partition(" ")
    match _kind(kind, name, subject):
        case "rep":
            found_rep(work, name)
        case "pool" if name not in work.world.roster.pools:
            raise NotFound(_nobody("there is no pool", name, tuple(work.world.roster.pools)))
        case _:
            pass
    if actor.kind == "rep" and subject != str(actor):
        raise NotAllowed(f"{actor.id} may pause nobody but themselves: ask a manager.")
    match kind:
        case "rep":
            speak_for(work, name, actor, what="pause or resume")
        case "pool":
            manage(actor, "pause or resume a pool")
            run_pool(work, name, actor, what="pause or resume")
        case _:
            administer(actor, "pause or resume everything")


def _kind(kind: str, name: str, subject: str) -> Literal["rep", "pool", "everything"]:
    if subject == EVERYTHING:
        return "everything"
    if kind in ("rep", "pool") and name:
        return "rep" if kind == "rep" else "pool"
    fix = "Write `rep ann`, `pool dach` or `everything`."
    raise BadUsage(Fault(where="subject", what=f"{subject!r} is nothing that can be paused.", fix=fix))


def _paused_by(work: Work, subject: str) -> str:
    """Who paused it: in this transaction, or as the tables say."""
    here = (now.presences.get((subject, "paused")) for now in work.changes())
    stored = (row.actor for row in work.tx.world.presences() if (row.subject, row.kind) == (subject, "paused"))
    return next(filter(None, here), "") or next(stored, "")


def _nobody(what: str, name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"{what} {name!r}." + (f" Did you mean {near!r}?" if near else "")
