"""Whom an event concerns: told from the events of its lead alone, so that it is the same whenever it is asked.

A rep hears of the leads that they hold or have held, of those that are offered to them, and of themselves. A manager
who answers for some people only hears of what concerns these, and of leads that are nobody's.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.core.happenings import KINDS

Body: TypeAlias = Mapping[str, object]
Seen: TypeAlias = Literal["", "whole", "gone"]

# Which company a lead is of: what a blind offer keeps back besides the person.
NAMING: Final = frozenset(
    {"company", "domain", "website", "email.domain", "account.id", "account.name", "account.owner", "account.family"}
)
_DECIDED: Final = frozenset({"lead.waiting", "lead.held", "lead.rejected", "lead.duplicate"})
_WAITS: Final = frozenset({"lead.waiting", "lead.held"})
_OVER: Final = frozenset({"lead.closed", "lead.merged", "lead.erased"})
_NONE: Final[frozenset[str]] = frozenset()


class Concern(Struct, frozen=True):
    """Whom a lead concerns: everybody who holds it or has held it, and to whom it is offered.

    waits: it waits, or lies on a desk, and so is nobody's.
    """

    held: frozenset[str] = _NONE
    offered: frozenset[str] = _NONE
    waits: bool = False


NOBODY: Final = Concern()


class Audience(Struct, frozen=True, kw_only=True):
    """Who hears of an event.

    scope:  what they must be allowed to, if anything.
    reps:   the reps who hear it whole; `everybody` says that all do.
    lost:   the reps who had an offer and no longer have it: they hear that it is gone, and so do their managers.
    people: whose managers hear of it; `None` if it is about nobody, so that every manager does.
    """

    scope: str = ""
    reps: frozenset[str] = _NONE
    everybody: bool = False
    lost: frozenset[str] = _NONE
    people: frozenset[str] | None = None


class Viewer(Struct, frozen=True, kw_only=True):
    """Who listens: a rep by their id, a manager with their reach, or somebody whom neither limits."""

    rep: str = ""
    reach: frozenset[str] | None = None
    scopes: Collection[str] = ()

    @property
    def is_limited(self) -> bool:
        """Whether it matters to them whom a lead concerns."""
        return bool(self.rep) or self.reach is not None


def after(before: Concern, kind: str, body: Body) -> Concern:
    """Whom a lead concerns after one more of its events."""
    if kind in {"lead.assigned", "lead.imported"}:
        return Concern(held=before.held | _names([body.get("rep")]))
    if kind == "lead.offered":
        return Concern(held=before.held, offered=_names(body.get("offered")))
    if kind in _DECIDED:
        return Concern(held=before.held, waits=kind in _WAITS)
    if kind == "lead.declined":
        return replace(before, offered=before.offered - _names([body.get("rep")]))
    if kind in _OVER:
        return replace(before, offered=_NONE, waits=False)
    return before


def audience(kind: str, body: Body, before: Concern, then: Concern) -> Audience:
    """Who hears of an event, given whom its lead concerned before and after it."""
    known = KINDS.get(kind)
    sight = known.sight if known is not None else "reports:read"
    rep = str(body.get("rep") or "")
    match sight:
        case "lead":
            return _of_lead(kind, rep, before, then)
        case "rep":
            return Audience(reps=_names([rep]), people=_names([rep]))
        case "subject":
            return _of_subject(str(body.get("subject", "")))
        case "messages:read":
            whom = _names([body.get("to")]) - {"desk"}
            return Audience(scope=sight, people=whom or None)
        case _:
            return Audience(scope=sight)


def sees(viewer: Viewer, told: Audience) -> Seen:
    """Whether somebody hears of an event: the whole of it, or only that an offer is gone."""
    if told.scope and told.scope not in viewer.scopes:
        return ""
    if viewer.rep:
        if told.everybody or viewer.rep in told.reps:
            return "whole"
        return "gone" if viewer.rep in told.lost else ""
    if viewer.reach is None or told.people is None or not viewer.reach.isdisjoint(told.people):
        return "whole"
    return "" if viewer.reach.isdisjoint(told.lost) else "gone"


def _of_lead(kind: str, rep: str, before: Concern, then: Concern) -> Audience:
    """Of an offer to several one's own answer is not the others' concern; that it is gone is."""
    listening = _NONE if kind == "lead.declined" else then.offered
    whole = then.held | listening | _names([rep] if kind == "lead.declined" else [])
    people = None if then.waits else then.held | then.offered
    return Audience(reps=whole, lost=before.offered - then.offered - whole, people=people or None)


def _of_subject(subject: str) -> Audience:
    kind, _, name = subject.partition(" ")
    if kind == "rep":
        return Audience(reps=_names([name]), people=_names([name]))
    return Audience(everybody=True)


def _names(found: object) -> frozenset[str]:
    return frozenset({str(name) for name in found if name}) if isinstance(found, list | tuple) else _NONE
