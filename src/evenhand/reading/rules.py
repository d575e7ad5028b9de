"""[[rule]] -> `Rule`: WHEN, WHO (in tiers), HOW, by when, and what otherwise."""

from collections.abc import Callable
from typing import Final, Literal

from evenhand.core.how import DESKS, HOW
from evenhand.core.policy.model import Otherwise, Reassign, Rule, Tier
from evenhand.core.when import Expression, Vocabulary, read
from evenhand.core.who import Word
from evenhand.core.who.manager import MANAGER_OF
from evenhand.reading.keys import POLICY_KEYS
from evenhand.reading.section import Section, duration, is_texts, shown, suggest
from evenhand.reading.words import Scope, managed, read_word, with_people

OFFERS: Final = frozenset({"cherry_pick", "shotgun"})
_NOTHING: Final = read("never")  # stands in for a condition that could not be read, while the other keys are looked at

# A key that says something only together with certain ways of handing over.
_ONLY_WITH: Final = {
    "blind": frozenset({"cherry_pick"}),
    "limit": frozenset({"cherry_pick"}),
    "unclaimed_after": OFFERS,
    "stages": frozenset({"shotgun"}),
    "widen_after": frozenset({"shotgun"}),
    "expected": frozenset({"best_fit"}),
}


def read_condition(section: Section, key: str, vocabulary: Vocabulary, *, missing: str = "") -> Expression | None:
    """The condition of a key; where it must be there, `missing` says what to write."""
    text = section.data.get(key)
    if text is None:
        if missing:
            section.fault(f"{key} is missing.", missing)
        return None
    if not isinstance(text, str):
        section.wrong(key, "a condition in quotes", f"{key} = 'always'")
        return None
    return section.attempt(lambda source: read(source, vocabulary), text, at=(key,))


def read_amount(section: Section, key: str, vocabulary: Vocabulary) -> Expression | None:
    """The amount of a key: an expression with a number as its answer."""
    value = section.data.get(key)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if text is None:
        return None
    if not isinstance(text, str):
        section.wrong(key, "an expression in quotes", f"{key} = 'seats * 12'")
        return None
    return section.attempt(lambda source: read(source, vocabulary, want="number"), text, at=(key,))


def read_rule(section: Section, scope: Scope) -> Rule | None:
    """One rule; `None` when it has no condition that could be read."""
    section.known(POLICY_KEYS["rule"])
    when = read_condition(
        section, "when", scope.lead, missing="Write when = 'always' for a rule that takes every lead."
    )
    how = section.text("how", "round_robin")
    if how not in HOW:
        section.fault(f"how = {shown(how)} is no way of handing over.", suggest(how, HOW.keys()), at=("how",))
    _check_together(section, how)
    name, tiers = section.name(), _tiers(section, how, scope)
    clock = section.choice("clock", ("working", "wall"), "working")
    rule = Rule(
        name=name,
        when=when or _NOTHING,
        tiers=tiers,
        how=how,
        respond_within=duration(section, "respond_within"),
        clock="wall" if clock == "wall" else "working",
        remind_before=duration(section, "remind_before"),
        reassign=_reassign(section),
        stale_after=duration(section, "stale_after"),
        charge=section.boolean("charge") if "charge" in section.data else None,
        otherwise=_otherwise(section, scope),
        even_if_away=section.boolean("even_if_away"),
        strict=section.boolean("strict"),
        blind=section.boolean("blind"),
        limit=section.integer("limit", least=1),
        unclaimed_after=duration(section, "unclaimed_after"),
        stages=_stages(section),
        widen_after=duration(section, "widen_after"),
        desk=_desk(section, scope),
        expected=read_amount(section, "expected", with_people(scope.lead, scope.people)),
        line=section.line,
    )
    return rule if when is not None else None


def _check_together(section: Section, how: str) -> None:
    for key, ways in _ONLY_WITH.items():
        if key in section.data and how in HOW and how not in ways:
            fix = f'Take it out, or write how = "{min(ways)}".'
            section.fault(f"{key} says nothing when how is {how}.", fix, at=(key,))
    if "widen_after" in section.data and "stages" not in section.data:
        section.fault("widen_after without stages.", 'Add, for example, stages = [1, 3, "pool"].', at=("widen_after",))


# --- WHO -------------------------------------------------------------------------------------------------------------


def _tiers(section: Section, how: str, scope: Scope) -> tuple[Tier, ...]:
    tables = list(section.tables("tier"))
    if tables and "who" in section.data:
        section.fault("who and [[rule.tier]] both say who may have the lead.", "Keep one of them.", at=("who",))
    if tables:
        return tuple(_tier_of(table, scope) for table in tables)
    value = section.data.get("who")
    if value is None:
        if how not in DESKS:
            section.fault("who is missing.", 'Write, for example, who = ["pool NAME"].')
        return (Tier(who=(), line=section.line),)
    if isinstance(value, list) and value and all(isinstance(item, list) for item in value):
        return tuple(_tier(section, scope, at=("who", number)) for number in range(len(value)))
    return (_tier(section, scope, at=("who",)),)


def _tier_of(table: Section, scope: Scope) -> Tier:
    table.known(POLICY_KEYS["tier"])
    if "who" not in table.data:
        table.fault("a tier has no who.", 'Write, for example, who = ["pool NAME"].')
        return Tier(who=())
    found = _tier(table, scope, at=("who",))
    return Tier(who=found.who, wait=duration(table, "wait", zero=True) or 0, line=table.line)


def _tier(section: Section, scope: Scope, *, at: tuple[str | int, ...]) -> Tier:
    value: object = section.data["who"]
    for part in at[1:]:
        value = value[part] if isinstance(value, list) and isinstance(part, int) else value
    line = section.line_of(*at)
    if isinstance(value, str):
        return Tier(who=_words([value], section, lambda _: at, scope), line=line)
    if not is_texts(value):
        section.fault(
            f"who = {shown(value)} is not a list of texts.", 'Write who = ["pool NAME"], or a list of such.', at=at
        )
        return Tier(who=())
    if not value:
        section.fault("who is empty: nobody could have the lead.", 'Write, for example, who = ["pool NAME"].', at=at)
    return Tier(who=_words(value, section, lambda number: (*at, number), scope), line=line)


def _words(
    texts: list[str], section: Section, at: Callable[[int], tuple[str | int, ...]], scope: Scope
) -> tuple[Word, ...]:
    found: list[Word] = []
    for number, text in enumerate(texts):
        word = section.attempt(lambda sentence: read_word(sentence, scope), text, at=at(number))
        if word is not None:
            found.append(word)
    return tuple(found)


# --- what then -------------------------------------------------------------------------------------------------------


def _reassign(section: Section) -> Reassign | None:
    table = section.table("reassign")
    if table is None:
        return None
    table.known(POLICY_KEYS["reassign"])
    if "times" not in table.data:
        table.fault("reassign does not say how often.", 'Write reassign = { times = 3, then = "manager" }.')
    then: Literal["manager", "desk"] = "manager"
    if table.choice("then", ("manager", "desk"), "manager") == "desk":
        then = "desk"
    return Reassign(table.integer("times", least=1, most=100) or 1, then)


def _otherwise(section: Section, scope: Scope) -> Otherwise:
    said = section.text("otherwise")
    if said == "next":
        return Otherwise("next")
    if said == "wait":
        return Otherwise("wait")
    if said == "desk":
        return Otherwise("desk")
    if not said:
        return Otherwise()
    kind, _, name = said.partition(" ")
    name = name.strip()
    if kind != "pool":
        section.wrong("otherwise", "one of next, wait, desk, or pool and a name")
    elif name not in scope.roster.pools:
        section.fault(f"there is no pool {name!r}.", suggest(name, scope.roster.pools.keys()), at=("otherwise",))
    else:
        return Otherwise("pool", name)
    return Otherwise()


def _stages(section: Section) -> tuple[int | Literal["pool"], ...]:
    value = section.data.get("stages")
    if value is None:
        return ("pool",)
    stages: list[int | Literal["pool"]] = []
    for item in value if isinstance(value, list) else ():
        if item == "pool":
            stages.append("pool")
        elif isinstance(item, int) and not isinstance(item, bool) and item >= 1:
            stages.append(item)
    sizes = [stage for stage in stages if isinstance(stage, int)]
    rising = sizes == sorted(set(sizes)) and "pool" not in stages[:-1]
    if not isinstance(value, list) or len(stages) != len(value) or not stages or not rising:
        section.wrong("stages", "a list of rising numbers", 'stages = [1, 3, "pool"]')
        return ("pool",)
    return tuple(stages)


def _desk(section: Section, scope: Scope) -> str:
    said = section.text("desk")
    if said.startswith(MANAGER_OF):
        name = section.attempt(lambda text: managed(text, scope.roster), said.removeprefix(MANAGER_OF), at=("desk",))
        return f"{MANAGER_OF}{name}" if name else ""
    if said and said not in scope.roster.reps:
        fix = suggest(said, scope.roster.reps.keys()) or "Name a person, or manager of a team, pool or territory."
        section.fault(f"there is no person {said!r} whose desk it could be.", fix, at=("desk",))
        return ""
    return said
