"""What conditions on personal fields answered, kept so that a decision can be replayed when the person has been erased.

Only the yes or no of each such condition is kept: place in the policy -> one letter a condition, in order, as
`{"rules": "yn?"}`; and under `known` the names of the personal fields that were there.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from evenhand.core.model import Answers, Lead, Millis, Value
from evenhand.core.policy.model import Policy
from evenhand.core.when import Expression

RULES: Final = "rules"
KNOWN: Final = "known"
_LETTER: Final[Mapping[bool | None, str]] = {True: "y", False: "n", None: "?"}
_MEANING: Final[Mapping[str, bool | None]] = {letter: answer for answer, letter in _LETTER.items()}


def screen(number: int) -> str:
    """The place of a screen's condition."""
    return f"screen {number}"


def score(number: int) -> str:
    """The place of a score line's condition."""
    return f"score {number}"


def at(lead: Lead, place: str) -> Mapping[int, bool | None] | None:
    """The answers kept for one place; `None` when the lead's fields are to be asked."""
    if lead.answers is None:
        return None
    return {number: _MEANING[letter] for number, letter in enumerate(lead.answers.get(place, ""))}


def _letters(answers: Mapping[int, bool | None]) -> str:
    return "".join([_LETTER[answers[number]] for number in range(len(answers))])


class _Asking(Struct, frozen=True):
    """The conditions of a policy that ask personal fields, by their place; those of the rules in order."""

    places: tuple[tuple[str, Expression], ...]
    rules: tuple[Expression, ...]


@lru_cache(maxsize=64)
def _asking(policy: Policy) -> _Asking:
    lines = [
        *((screen(number), line.when) for number, line in enumerate(policy.screens)),
        *((score(number), line.when) for number, line in enumerate(policy.scores)),
    ]
    return _Asking(
        tuple((place, when) for place, when in lines if when.personal_atoms),
        tuple(rule.when for rule in policy.rules if rule.when.personal_atoms),
    )


def answers_of(lead: Lead, policy: Policy, facts: Mapping[str, Value], now: Millis) -> Answers:
    """Every answer that the policy could have had from personal fields. Empty when it reads none."""
    if lead.answers is not None:
        return lead.answers
    personal = personal_fields(policy)
    if not personal:
        return {}
    asking = _asking(policy)
    kept = {KNOWN: " ".join(sorted(personal & facts.keys()))}
    kept.update((place, _letters(when.answers(facts, now))) for place, when in asking.places)
    if asking.rules:
        kept[RULES] = "".join([_letters(when.answers(facts, now)) for when in asking.rules])
    return kept


@lru_cache(maxsize=64)
def personal_fields(policy: Policy) -> frozenset[str]:
    """The fields that the policy reads and that identify a person."""
    catalogue = policy.vocabulary.fields
    return frozenset(name for name in policy.reads if name in catalogue and catalogue[name].personal)


def known_fields(lead: Lead, facts: Mapping[str, Value]) -> frozenset[str]:
    """The fields that were known when the lead was decided."""
    hidden = "" if lead.answers is None else lead.answers.get(KNOWN, "")
    return frozenset((*facts, *hidden.split()))


def asked(number: int, lead: Lead, policy: Policy) -> Mapping[int, bool | None] | None:
    """The answers kept for one rule, numbered as that rule numbers them."""
    kept = at(lead, RULES)
    if kept is None:
        return None
    before = sum([len(rule.when.personal_atoms) for rule in policy.rules[:number]])
    return {atom: kept.get(before + atom) for atom in range(len(policy.rules[number].when.personal_atoms))}
