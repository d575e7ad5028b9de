"""Live edits of the roster: people, pools, weights, leave. Each edits the text in force and publishes it.

The text keeps its comments and its order; whatever the roster's reader would say of the new text, the editor hears.
With very many people or rules, imagine an edit before doing it (`desk.imagine`): what takes long is then remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from evenhand.actions.access import administer, answer_for, manage, run_pool
from evenhand.actions.actor import Actor
from evenhand.actions.presence import own
from evenhand.actions.texts import Published, put_in_force, text_of
from evenhand.actions.work import Work
from evenhand.errors import BadUsage, Fault, NotAllowed, NotFound
from evenhand.reading.edits import (
    NAMES,
    Add,
    Drop,
    Kind,
    Put,
    Said,
    Step,
    Take,
    added,
    edited,
    own_document,
    removed,
    table_of,
)
from evenhand.reading.memberships import names, weight_steps

# What a manager cannot change about their own people: who somebody is, and for whom they answer.
_PERSON_OF_ADMINS: Final = frozenset({"active", "email", "team"})


class Away(Struct, frozen=True, kw_only=True):
    """A stretch of leave, as the roster writes it: first and last day, and who stands in."""

    start: str
    end: str
    deputy: str = ""


# --- people


def edit_person(work: Work, rep: str, changes: Mapping[str, Said | None], *, actor: Actor) -> Published:
    """Set fields of somebody, or with `None` take them out: `{"caps.open": 5, "skills.fintech": 4, "hours": None}`.

    A dot goes into a table. Raises NotFound, BadTeam with every fault of the roster as it would be, and NotAllowed for
    a manager who does not answer for them.
    """
    manage(actor, "edit the roster")
    answer_for(work, rep, actor, what="edit")
    _check_keys(actor, [key for key in changes if key.partition(".")[0] in _PERSON_OF_ADMINS])
    return _edit(work, "person", rep, _steps("person", changes), actor=actor)


def add_person(work: Work, said: Mapping[str, Said], *, actor: Actor) -> Published:
    """Somebody new, as the keys of [[person]] say. In the pools that name their members they are put by `edit_pool`."""
    administer(actor, "edit the roster")
    return _publish(work, added(_text(work), "person", said), actor=actor)


def remove_person(work: Work, rep: str, *, actor: Actor) -> Published:
    """Take somebody out of the roster and out of its pools, as if they had never been there; who leaves is let go.

    Raises Conflict while they hold open leads, BadTeam while something else in the roster names them.
    """
    administer(actor, "edit the roster")
    return _publish(work, removed(without_member(_text(work), rep), "person", rep), actor=actor)


def add_leave(work: Work, rep: str, leave: Away, *, actor: Actor) -> Published:
    """Somebody is on leave from one day to another, both included. Reps may say so of themselves."""
    own(work, rep, actor)
    said = {"from": leave.start, "to": leave.end, "deputy": leave.deputy}
    return _edit(work, "person", rep, [Add("leave", {key: text for key, text in said.items() if text})], actor=actor)


def drop_leave(work: Work, rep: str, *, start: str, actor: Actor) -> Published:
    """The leave that begins on that day is off. Raises NotFound if there is none."""
    own(work, rep, actor)
    leaves = table_of(own_document(_text(work)), "person", rep).get("leave", [])
    begins = [str(leave.get("from")) for leave in leaves if isinstance(leave, dict)] if isinstance(leaves, list) else []
    if start not in begins:
        known = f" Known: {', '.join(begins)}." if begins else ""
        raise NotFound(f"{rep} has no leave that begins on {start}.{known}")
    return _edit(work, "person", rep, [Take("leave", begins.index(start))], actor=actor)


# --- pools


def edit_pool(work: Work, pool: str, changes: Mapping[str, Said | None], *, actor: Actor) -> Published:
    """Set keys of a pool, or take them out with `None`: `{"members.ann": 2, "members.bob": None, "max_ahead": 3}`.

    Who no longer is a member gives what they are owed to the others; a weight of 0 keeps it for them.
    """
    manage(actor, "edit the roster")
    run_pool(work, pool, actor, what="edit")
    _check_keys(actor, _beyond(changes, actor))
    text = _text(work)
    for key, value in changes.items():
        for step in _pool_steps(table_of(own_document(text), "pool", pool), key, value):
            text = edited(text, "pool", pool, [step])
    return _publish(work, text, actor=actor)


def add_pool(work: Work, said: Mapping[str, Said], *, actor: Actor) -> Published:
    """A new pool, as the keys of [[pool]] say."""
    administer(actor, "edit the roster")
    return _publish(work, added(_text(work), "pool", said), actor=actor)


def remove_pool(work: Work, pool: str, *, actor: Actor) -> Published:
    """Take a pool out of the roster. Raises BadPolicy while a rule names it. What it owes is kept, if it comes back."""
    administer(actor, "edit the roster")
    return _publish(work, removed(_text(work), "pool", pool), actor=actor)


def without_member(text: str, rep: str) -> str:
    """The roster's text without somebody in any pool that names its members."""
    pools = own_document(text).data.get("pool", [])
    for pool in pools if isinstance(pools, list) else ():
        if isinstance(pool, dict) and names(pool.get("members"), rep):
            text = edited(text, "pool", str(pool["name"]), weight_steps(pool, rep, None))
    return text


# --- what a manager may


def _check_keys(actor: Actor, keys: Iterable[str]) -> None:
    """Raise NotAllowed if a manager would change what decides for whom they answer."""
    first = next(iter(keys), None)
    if actor.reach is not None and first is not None:
        raise NotAllowed(f"only an admin can change {first}: it says who answers for whom. Ask one.")


def _beyond(changes: Mapping[str, Said | None], actor: Actor) -> list[str]:
    """Keys of a pool by which others would come into somebody's reach, or go."""
    people = actor.reach or frozenset()
    member = {key: key.removeprefix("members.") for key in changes}
    return [key for key, who in member.items() if key in {"manager", "members"} or (who != key and who not in people)]


# --- the text in force


def _edit(work: Work, kind: Kind, name: str, steps: Sequence[Step], *, actor: Actor) -> Published:
    return _publish(work, edited(_text(work), kind, name, steps), actor=actor)


def _text(work: Work) -> str:
    return text_of(work, "roster", work.router.roster)


def _publish(work: Work, text: str, *, actor: Actor) -> Published:
    return put_in_force(work, {"roster": text}, actor=actor)


def _steps(kind: Kind, changes: Mapping[str, Said | None]) -> list[Step]:
    return [_step(kind, key, value) for key, value in changes.items()]


def _step(kind: Kind, key: str, value: Said | None) -> Step:
    if key == NAMES[kind]:
        what = f"the {key} of a {kind} cannot be changed: decisions and ledgers name them by it."
        raise BadUsage(Fault(where=key, what=what, fix=f"Add another {kind}, and let this one go."))
    table, dot, inner = key.partition(".")
    path = (table, inner) if dot else (table,)
    if not all(path):
        raise BadUsage(Fault(where=key, what=f"{key!r} names no key.", fix="Write it like caps.open."))
    return Drop(path) if value is None else Put(path, value)


def _pool_steps(pool: Mapping[str, object], key: str, value: Said | None) -> Sequence[Step]:
    member = key.removeprefix("members.")
    if member == key:
        return [_step("pool", key, value)]
    if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
        return weight_steps(pool, member, value)
    raise BadUsage(Fault(where=key, what=f"{value!r} is no weight.", fix="Write a number, 0 or more."))
