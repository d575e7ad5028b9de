"""[[pool]] -> `Pool`: who is in it, by name or by condition, with which weight, and how its ledger counts."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from evenhand.core.how import HOW
from evenhand.core.model import Backlog, Pool, Rep
from evenhand.core.when import Expression, Vocabulary, read
from evenhand.core.who.attribute import rep_facts
from evenhand.reading.keys import TEAM_KEYS
from evenhand.reading.section import Number, Section, as_number, duration, is_texts, shown, suggest

CHARGES: Final = (*HOW, "by_hand")  # what a pool may charge for although it is normally only counted
MOST_WEIGHT: Final = 1_000_000
FINEST: Final = 6  # places after the point
_NOW: Final = 0  # conditions on people look at no clock


def read_pool(section: Section, reps: Mapping[str, Rep], people: Vocabulary) -> Pool:
    """One pool; what is wrong is noted in the section."""
    section.known(TEAM_KEYS["pool"])
    debt = section.integer("debt_limit", most=1_000)
    fit = section.number("fit_weight", least=0)
    value_fair = section.choice("fair", ("value", "leads"), "leads") == "value"
    most = section.number("max_charge", least=0)
    if "max_charge" in section.data and (most == 0 or not value_fair):
        fix = (
            "It caps what one lead may cost; write a number above 0." if value_fair else 'Write fair = "value" as well.'
        )
        section.fault("max_charge cannot be used like this.", fix, at=("max_charge",))
    return Pool(
        name=section.name(),
        weights=whole(_members(section, reps, people)),
        manager=person(section, "manager", reps),
        backlog=_backlog(section),
        value_fair=value_fair,
        max_charge=most or None,
        charges=_charges(section),
        debt_limit=3 if debt is None else debt,
        fit_weight=Decimal(fit or 0),
        max_ahead=section.integer("max_ahead", most=1_000_000),
        paused=section.boolean("paused"),
    )


def person(section: Section, key: str, reps: Mapping[str, Rep]) -> str:
    """The id of somebody in the roster; empty when the key is not given or names nobody."""
    said = section.text(key)
    if said and said not in reps:
        section.no_such("person", said, reps.keys(), at=(key,))
        return ""
    return said


def _backlog(section: Section) -> Backlog | None:
    table = section.table("backlog")
    if table is None:
        return None
    table.known(TEAM_KEYS["backlog"])
    each, every = table.integer("each", least=1), duration(table, "every")
    for key in {"each", "every"} - table.data.keys():
        table.fault(f"backlog has no {key}.", 'Write backlog = { each = 3, every = "10m" }.')
    return Backlog(each, every) if each and every else None


def _charges(section: Section) -> frozenset[str]:
    found = section.texts("charges")
    for number, how in enumerate(found):
        if how not in CHARGES:
            several = isinstance(section.data["charges"], list)
            at = ("charges", number) if several else ("charges",)
            section.fault(f"{shown(how)} is no way of handing over.", suggest(how, CHARGES), at=at)
    return frozenset(found)


# --- members ---------------------------------------------------------------------------------------------------------


def _members(section: Section, reps: Mapping[str, Rep], people: Vocabulary) -> Mapping[str, Fraction]:
    value = section.data.get("members")
    if isinstance(value, dict):
        return _weighted(section, reps)
    if is_texts(value):
        for number, rep in enumerate(value):
            if rep not in reps:
                section.no_such("person", rep, reps.keys(), at=("members", number))
        return _weighed(section, [reps[rep] for rep in value if rep in reps], people)
    if isinstance(value, str):
        return _weighed(section, _matching(section, value, reps, people), people)
    if value is None:
        section.fault("members is missing.", "Write members = { ann = 1, bob = 1 }, a list, or a condition in quotes.")
    else:
        section.wrong("members", "a table of weights, a list of ids or a condition", "members = { ann = 2, bob = 1 }")
    return {}


def _weighted(section: Section, reps: Mapping[str, Rep]) -> Mapping[str, Fraction]:
    table = section.table("members")
    found: dict[str, Fraction] = {}
    if "weight" in section.data:
        section.fault("members already has the weights.", "Take weight out, or list the members.", at=("weight",))
    for rep in table.data if table else ():
        if table and rep not in reps:
            table.no_such("person", rep, reps.keys(), at=(rep,))
        elif table:
            weight = as_number(table.data[rep])
            if weight is None or not _usable(weight):
                table.wrong(rep, f"a weight from 0 to {MOST_WEIGHT:,} with at most {FINEST} decimals", f"{rep} = 1")
            else:
                found[rep] = Fraction(weight)
    return found


def _matching(section: Section, text: str, reps: Mapping[str, Rep], people: Vocabulary) -> list[Rep]:
    condition = section.attempt(lambda source: read(source, people), text, at=("members",))
    return [rep for rep in reps.values() if condition.test(rep_facts(rep), _NOW)] if condition else []


def _weighed(section: Section, members: list[Rep], people: Vocabulary) -> Mapping[str, Fraction]:
    """Members with the weight that an expression such as `seniority` gives each of them; without one, all alike."""
    text = section.data.get("weight")
    if text is None:
        return {rep.id: Fraction(1) for rep in members}
    if not isinstance(text, str):
        section.wrong("weight", "an expression over people in quotes", 'weight = "seniority"')
        return {}
    expression = section.attempt(lambda source: read(source, people, want="number"), text, at=("weight",))
    found: dict[str, Fraction] = {}
    for rep in members if expression else ():
        weight = _weight_of(rep, expression) if expression else None
        if weight is None:
            fix = f"Give {rep.id} what the weight is made of, or take them out of the pool."
            section.fault(
                f"the weight of {rep.id} is not known, or not from 0 to {MOST_WEIGHT:,}.", fix, at=("weight",)
            )
        else:
            found[rep.id] = weight
    return found


def _weight_of(rep: Rep, expression: Expression) -> Fraction | None:
    weight = as_number(expression.value(rep_facts(rep), _NOW))
    return Fraction(weight).limit_denominator(10**FINEST) if weight is not None and 0 <= weight <= MOST_WEIGHT else None


def _usable(weight: Number) -> bool:
    if not 0 <= weight <= MOST_WEIGHT:
        return False
    return isinstance(weight, int) or (weight * 10**FINEST) % 1 == 0


def whole(weights: Mapping[str, Fraction]) -> Mapping[str, int]:
    """The same ratios in whole numbers: all times their common denominator."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    return {rep: int(weight * scale) for rep, weight in weights.items()}
