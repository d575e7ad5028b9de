"""[[person]] -> `Rep`: who they are, what they can do, how much they can carry. Hours are read in `schedules.py`.

Every key that is not known is an attribute of the person, which conditions on people may use.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final, TypeAlias

from evenhand.core.model import Band, Cap, CapKind, Rep, Value
from evenhand.core.places import Area
from evenhand.core.when import Kind, fold
from evenhand.reading.keys import TEAM_KEYS
from evenhand.reading.section import Section, as_number, is_texts, shown

AreasOf: TypeAlias = Callable[[str], tuple[Area, ...]]

CAP_KINDS: Final[tuple[CapKind, ...]] = ("open", "hour", "day", "week", "month")
_SPREAD: Final = frozenset({"week", "month"})
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TAKEN: Final = frozenset({"skill", "and", "or", "not", "in", "always", "true", "false", "none"})
_LIKE: Final = 0.85  # from here on a key looks like a slip of the pen: skill/skills, hour/hours


def read_person(section: Section, areas_of: AreasOf, *, zone: str) -> Rep:
    """One person of the roster; what is wrong is noted in the section."""
    rep_id = section.name("id")
    return Rep(
        id=rep_id,
        name=section.text("name", rep_id[:1].upper() + rep_id[1:]),
        email=section.text("email"),
        team=section.text("team"),
        active=section.boolean("active", default=True),
        away=section.boolean("away"),
        zone=zone,
        skills=_skills(section),
        languages=tuple(fold(language) for language in section.texts("languages")),
        territories=_territories(section, areas_of),
        seniority=section.integer("seniority", most=1_000),
        attributes=_attributes(section),
        caps=_caps(section),
        deal_band=_band(section, "deal_band"),
        score_band=_band(section, "score_band"),
        goals=_goals(section),
    )


def _skills(section: Section) -> Mapping[str, int]:
    table = section.table("skills")
    if table is None:
        return {}
    levels = {fold(skill): table.integer(skill, most=1_000) for skill in table.data}
    return {skill: level for skill, level in levels.items() if level is not None}


def _territories(section: Section, areas_of: AreasOf) -> tuple[Area, ...]:
    found: list[Area] = []
    several = isinstance(section.data.get("territories"), list)
    for number, text in enumerate(section.texts("territories")):
        at = ("territories", number) if several else ("territories",)
        found += section.attempt(areas_of, text, at=at) or ()
    return tuple(found)


def _caps(section: Section) -> tuple[Cap, ...]:
    table = section.table("caps")
    if table is None:
        return ()
    table.known(TEAM_KEYS["caps"])
    smooth = table.boolean("smooth")
    limits = {kind: table.integer(kind) for kind in CAP_KINDS}
    if smooth and not any(limits[kind] is not None for kind in CAP_KINDS if kind in _SPREAD):
        table.fault(
            "smooth spreads a week's or a month's cap, and there is none.", "Add week or month.", at=("smooth",)
        )
    return tuple(
        Cap(kind, limit, smooth=smooth and kind in _SPREAD) for kind, limit in limits.items() if limit is not None
    )


def _band(section: Section, key: str) -> Band | None:
    table = section.table(key)
    if table is None:
        return None
    table.known(TEAM_KEYS[key])
    low, high = table.number("from"), table.number("to")
    if low is None and high is None:
        table.fault(f"{key} has neither a from nor a to.", f"Write {key} = {{ from = 1000, to = 50000 }}.")
    if low is not None and high is not None and low > high:
        table.fault(f"{key} begins at {low} and ends below it, at {high}.", "Change the two round.")
    return Band(low, high)


def _goals(section: Section) -> Mapping[str, int | Decimal]:
    table = section.table("goals")
    if table is None:
        return {}
    table.known(TEAM_KEYS["goals"])
    amounts = {period: table.number(period, least=0) for period in TEAM_KEYS["goals"]}
    return {period: amount for period, amount in amounts.items() if amount is not None}


def _attributes(section: Section) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for key in section.data:
        if key not in TEAM_KEYS["person"]:
            value = _attribute(section, key)
            if value is not None:
                found[key] = value
    return found


def _attribute(section: Section, key: str) -> Value | None:
    meant = slip(key)
    if meant:
        section.fault(
            f"{key!r} looks like the key {meant!r}.", "Correct it, or give your attribute another name.", at=(key,)
        )
        return None
    if not _IDENTIFIER.fullmatch(key) or key.casefold() in _TAKEN:
        fix = "Use letters, digits and _, and none of the words of conditions."
        section.fault(f"{shown(key)} cannot be the name of an attribute.", fix, at=(key,))
        return None
    value = section.data[key]
    if isinstance(value, bool | str):
        return value
    if (number := as_number(value)) is not None:
        return number
    if is_texts(value):
        return tuple(value)
    section.wrong(key, "a known key, nor a text, number, true, false or list of texts, as an attribute has to be")
    return None


def slip(key: str) -> str:
    """The known key that somebody probably meant; empty when the name stands on its own feet."""
    for known in TEAM_KEYS["person"]:
        if sorted(known) == sorted(key) or SequenceMatcher(None, key.casefold(), known).ratio() >= _LIKE:
            return known
    return ""


def kind_of(value: Value) -> Kind:
    """The type of an attribute, by the names of the field catalogue; numbers are of one kind, whole or not."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, tuple):
        return "texts"
    return "text" if isinstance(value, str) else "number"
