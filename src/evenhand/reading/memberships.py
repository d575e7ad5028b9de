"""Who is in a pool, as steps in the roster's text: a weight in a table, or a name in a list where all weigh alike."""

from collections.abc import Mapping
from decimal import Decimal

from evenhand.errors import BadTeam, Fault
from evenhand.reading.edits import Add, Drop, Put, Said, Step, Take
from evenhand.reading.section import is_texts
from evenhand.reading.team import WHERE

Weight = int | Decimal


def names(members: object, rep: str) -> bool:
    """Whether the members of a pool, as they are written, name somebody; a condition names nobody."""
    return isinstance(members, dict | list) and rep in members


def weight_steps(pool: Mapping[str, object], rep: str, weight: Weight | None) -> list[Step]:
    """Give somebody a weight in a pool, or with `None` take them out. A list becomes a table if weights differ.

    Raises BadTeam where the text of the pool names nobody, because a condition says who is in it.
    """
    members = pool.get("members", {})
    if isinstance(members, dict):
        return [Drop(("members", rep)) if weight is None else Put(("members", rep), weight)]
    if not is_texts(members):
        fix = "Change the condition, or the person whom it is about; somebody who has left is no member anyway."
        raise _fault(pool, "who is in it is said by a condition", fix)
    if weight is None:
        return [Take("members", members.index(rep))] if rep in members else []
    if "weight" in pool:
        if rep not in members and weight == 1:
            return [Add("members", rep)]
        raise _fault(pool, "its weights are worked out by an expression", "Change `weight`, or write members = { … }.")
    if weight == 1:
        return [] if rep in members else [Add("members", rep)]
    table: dict[str, Said] = {**dict.fromkeys(members, 1), rep: weight}
    return [Put(("members",), table)]


def _fault(pool: Mapping[str, object], what: str, fix: str) -> BadTeam:
    return BadTeam(Fault(where=f"{WHERE}, pool {pool.get('name')}", what=f"{what}.", fix=fix))
