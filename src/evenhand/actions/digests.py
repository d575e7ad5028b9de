"""Digests: once a day, at eight on their own clock, who answers for people is told how things stand, if they asked.

Whoever wants one says so by naming `digest` among the kinds of one of their channels. That it has been written is
remembered in the transaction that writes it, so that of several workers one does.
"""

from collections.abc import Sequence
from typing import Final

from evenhand.actions.actor import Actor, reach_of
from evenhand.actions.channels import kinds_of
from evenhand.actions.quiet import last_at
from evenhand.actions.settling import DESK
from evenhand.actions.telling import People, people_in, zone_of_desk
from evenhand.actions.work import Sealer, Work
from evenhand.core.model import HOUR, Millis, Roster
from evenhand.ports.house import ThrottleRow, UserRow
from evenhand.ports.store import Reading

DIGEST: Final = "digest"
DIGESTS: Final = Actor("system", "digests")
AT: Final = 8 * 60  # the minute of the day
WITHIN: Final = 6 * HOUR  # so long after it a digest is still written: if no worker ran, say
MANAGERS: Final = frozenset({"manager", "admin", "owner"})


def due_digests(tx: Reading, roster: Roster, sealer: Sealer, now: Millis) -> Sequence[tuple[str, Millis]]:
    """Who is to be told now, and since when."""
    people = people_in(tx, roster, has_mail=True, desk=False)
    due = [(owner, last_at(_zone(people, owner), AT, now)) for owner in people.channels if _wants(tx, people, owner)]
    return [(owner, at) for owner, at in due if now - at < WITHIN and _last(tx, sealer, owner) < at]


def write_digests(work: Work, *, actor: Actor) -> int:
    """Have everybody told who is to be; how many those are."""
    sealer = work.base.sealer
    due = due_digests(work.tx, work.world.roster, sealer, work.now)
    for owner, at in due:
        digest = sealer.digest(DIGEST, owner, workspace=work.tx.workspace)
        work.put(ThrottleRow(digest=digest, since=at, count=1))
        work.event("digest.written", actor, body={"to": owner})
        work.tell(DIGEST, owner, lead=None)
    return len(due)


def _last(tx: Reading, sealer: Sealer, owner: str) -> Millis:
    """For which moment the latest one was written."""
    found = tx.house.one(ThrottleRow, digest=sealer.digest(DIGEST, owner, workspace=tx.workspace))
    return found.since if found else 0


def _wants(tx: Reading, people: People, owner: str) -> bool:
    asked = any(row.off is None and DIGEST in kinds_of(row) for row in people.channels[owner])
    return asked and (owner == DESK or _answers_for_people(tx, people.roster, owner))


def _answers_for_people(tx: Reading, roster: Roster, rep: str) -> bool:
    if rep not in roster.reps:
        return False
    if reach_of(roster, rep) != {rep}:
        return True
    return any(user.role in MANAGERS for user in tx.house.every(UserRow, rep=rep, left=None))


def _zone(people: People, owner: str) -> str:
    found = people.roster.reps.get(owner)
    return found.zone if found else zone_of_desk(people)
