"""How things stand, in a few lines, for whoever answers for people: what came in, waits, and is late, and who is away.

A manager of some people reads of theirs; whoever answers for everybody, and the desk, of all.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.actions.actor import reach_of
from evenhand.actions.lent import AnyDesk
from evenhand.analytics.floor import Floor, floor, standing, world
from evenhand.core.model import ALWAYS, Millis, Rep, Roster, Snapshot
from evenhand.core.states import State
from evenhand.integrations.times import hint
from evenhand.integrations.words import Line
from evenhand.ports.house import UserRow
from evenhand.ports.store import Reading

NAMED: Final = 10  # people who are named; of the others how many there are


def digest(desk: AnyDesk, tx: Reading, rep: str, *, since: Millis) -> list[Line]:
    """What somebody of the roster is told, or the desk if nobody is named; what came in counts from `since` on."""
    now, seen = desk.clock(), floor(desk)
    reach = reach_of_reader(tx, desk.setup().roster, rep)
    away = [each.name for each in _away(world(desk)) if reach is None or each.id in reach]
    lines = [
        ("Came in", str(came(tx, since)), "none"),
        ("Waiting", _waiting(seen, now), "none"),
        ("On the desk", str(seen.leads.get("held", 0)), "none"),
        ("Late", str(_late(tx, reach, now)), "none"),
        ("Away", _listed(away), "brief"),
    ]
    if reach is None and seen.findings:
        lines.append(("Promises that do not hold", str(len(seen.findings)), "none"))
    return [Line(label, value, shown="brief" if shown == "brief" else "none") for label, value, shown in lines]


def reach_of_reader(tx: Reading, roster: Roster, rep: str) -> frozenset[str] | None:
    """For whom somebody answers; `None` for everybody."""
    users = tx.house.every(UserRow, rep=rep, left=None) if rep else ()
    if not rep or any(user.role in {"owner", "admin"} for user in users):
        return None
    return reach_of(roster, rep)


def came(tx: Reading, since: Millis) -> int:
    """How many leads have come in since a moment: by bisection, for they are numbered as they come."""
    last = tx.router().leads
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        first = tx.story.events_of(middle + 1)
        if first and first[0].at < since:
            low = middle + 1
        else:
            high = middle
    return last - low


def _away(now: Snapshot) -> Iterator[Rep]:
    """Everybody who is set away, or on leave or on holiday just now."""
    for rep in now.roster.reps.values():
        absences = now.duty.get(rep.id, ALWAYS).absences
        if standing(rep, now) == "away" or any(each.start <= now.now < each.end for each in absences):
            yield rep


def _waiting(seen: Floor, now: Millis) -> str:
    waiting: State = "waiting"
    count = seen.leads.get(waiting, 0)
    return f"{count}, the oldest came in {hint(seen.oldest, now)}" if count and seen.oldest is not None else str(count)


def _late(tx: Reading, reach: frozenset[str] | None, now: Millis) -> int:
    if reach is None:
        return tx.counts.late(now)
    held = [row for rep in reach for row in tx.leads.held_by(rep)]
    return sum(row.responded is None and row.due is not None and row.due <= now for row in held)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return (", ".join(names[:NAMED]) or "nobody") + (f" and {more} more" if more > 0 else "")
