"""Who joins and who leaves a pool when another roster comes into force, and what that means for the pool's ledger.

A member is whoever has a weight in the pool, 0 included, and is active. Who leaves gives what they are owed, or owe, to
those who stay, by weight; who joins, or comes back, begins at zero.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from evenhand.actions.actor import Actor
from evenhand.actions.entries import About, post
from evenhand.actions.work import Work
from evenhand.core.ledger import Ledger, join, leave
from evenhand.core.model import Pool, Roster

ByPool: TypeAlias = Mapping[str, tuple[str, ...]]


def joined(before: Roster, now: Roster) -> ByPool:
    """Who has become a member of which pool."""
    return dict(_newcomers(before, now))


def settle_pools(work: Work, before: Roster, *, actor: Actor) -> None:
    """Bring the ledgers in line with the roster that has just come into force. A pool without leads has nothing to do.

    A ledger whose pool is gone stays as it is: if the pool comes back, so does what it owes.
    """
    now = work.world.roster
    new = joined(before, now)
    for name in sorted(now.pools.keys() & work.world.ledgers.keys()):
        members = _members(now.pools[name], now)
        comes = new.get(name, ())
        stay = tuple((rep, weight) for rep, weight in members.items() if weight > 0 and rep not in comes)
        for rep in sorted(_known(work.world.ledgers[name]) - members.keys()):
            ledger = leave(work.world.ledgers[name], rep, stay)
            post(work, "leave", ledger, About(rep=rep), actor=actor)
        for rep in comes:
            if rep not in work.world.ledgers[name].credits:
                post(work, "join", join(work.world.ledgers[name], rep), About(rep=rep), actor=actor)


def _newcomers(before: Roster, now: Roster) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, pool in now.pools.items():
        old = before.pools.get(name)
        there = _members(old, before) if old else {}
        if new := sorted(_members(pool, now).keys() - there.keys()):
            yield name, tuple(new)


def _members(pool: Pool, roster: Roster) -> dict[str, int]:
    return {rep: weight for rep, weight in pool.weights.items() if roster.reps[rep].active}


def _known(ledger: Ledger) -> set[str]:
    return {*ledger.credits, *ledger.turns}
