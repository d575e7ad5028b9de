"""policy.toml -> `Policy`. Everything that is wrong with the text is told at once, with its line and what to do."""

from collections.abc import Iterable
from typing import Final, Literal

from evenhand.core.model import Roster
from evenhand.core.policy.model import Points, Policy, Rule, Screen
from evenhand.core.when import Expression, Index, Vocabulary
from evenhand.core.who import Word
from evenhand.core.who.account import AccountRole
from evenhand.core.who.band import DealBand, ScoreBand
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.territory import TerritoryWord
from evenhand.errors import BadPolicy, Fault
from evenhand.reading.keys import POLICY_KEYS
from evenhand.reading.rules import read_amount, read_condition, read_rule
from evenhand.reading.section import Section, duration, faults_in_order
from evenhand.reading.toml import Document
from evenhand.reading.vocabulary import Regions, read_regions, read_vocabulary
from evenhand.reading.words import Scope, people_vocabulary

WHERE: Final = "policy.toml"
MOST_RULES: Final = 20_000
_PLACE: Final = ("country", "state", "city", "postal_code")


def read_policy(text: str, roster: Roster, *, where: str = WHERE) -> Policy:
    """Read a policy for a roster: WHO sentences may name only the pools, teams and people that are there.

    Raises BadPolicy with every fault found.
    """
    return policy_of(open_policy(text, where=where), roster)


def open_policy(text: str, *, where: str = WHERE) -> Document:
    """Parse the text only; raises BadPolicy when it is no TOML."""
    return Document(text, where=where, error=BadPolicy)


def regions_of(document: Document) -> Regions:
    """The regions that a policy declares; raises BadPolicy when one of them cannot be read."""
    faults: list[Fault] = []
    found = read_regions(Section(document.data, (), document, faults))
    _raise(faults)
    return found


def policy_of(document: Document, roster: Roster) -> Policy:
    """The policy that a parsed text says. Raises BadPolicy with every fault found."""
    faults: list[Fault] = []
    top = Section(document.data, (), document, faults)
    top.known(POLICY_KEYS[""])
    vocabulary = read_vocabulary(top, read_regions(top))
    people = people_vocabulary(roster, vocabulary)
    scope = Scope(roster, vocabulary, people)
    name = top.name()
    screens = _screens(top, vocabulary)
    value = _value(top, vocabulary)
    scores = _scores(top, vocabulary)
    rules = _rules(top, scope)
    _raise(faults)
    return Policy(
        name=name,
        digest=document.digest,
        vocabulary=vocabulary,
        screens=screens,
        scores=scores,
        value=value,
        rules=rules,
        index=Index([rule.when for rule in rules]),
        reads=_reads(screens, scores, value, rules),
    )


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise BadPolicy(faults_in_order(faults))


def _screens(top: Section, vocabulary: Vocabulary) -> tuple[Screen, ...]:
    found: list[Screen] = []
    for section in top.tables("screen"):
        section.known(POLICY_KEYS["screen"])
        if ("reject" in section.data) == ("review" in section.data):
            fix = 'Write reject = "the reason" to turn leads away, or review = "the reason" to hold them.'
            section.fault("a screen needs either reject or review.", fix)
        action: Literal["reject", "review"] = "review" if "review" in section.data else "reject"
        because = section.name(action) if action in section.data else ""
        when = read_condition(
            section, "when", vocabulary, missing="Say which leads, for example when = 'email.disposable'."
        )
        if when is not None:
            found.append(Screen(action=action, because=because, when=when, line=section.line))
    return tuple(found)


def _value(top: Section, vocabulary: Vocabulary) -> Expression | None:
    section = top.table("value")
    if section is None:
        return None
    section.known(POLICY_KEYS["value"])
    if "amount" not in section.data:
        section.fault("[value] has no amount.", "Write, for example, amount = 'seats * 99 * 12'.")
    found = read_amount(section, "amount", vocabulary)
    _not_itself(section, "amount", found, {"value", "score"})
    return found


def _scores(top: Section, vocabulary: Vocabulary) -> tuple[Points, ...]:
    found: list[Points] = []
    for section in top.tables("score"):
        section.known(POLICY_KEYS["score"])
        points = section.number("points")
        if "points" not in section.data:
            section.fault("points is missing.", "Write, for example, points = 10; below 0 they count against the lead.")
        half_life, since = duration(section, "half_life"), _since(section, vocabulary)
        when = read_condition(
            section, "when", vocabulary, missing="Say which leads, for example when = 'employees >= 500'."
        )
        _not_itself(section, "when", when, {"score"})
        because = section.name("because")
        if when is not None and points is not None:
            line = section.line
            found.append(Points(points=points, because=because, when=when, half_life=half_life, since=since, line=line))
    return tuple(found)


def _since(section: Section, vocabulary: Vocabulary) -> str:
    name = section.text("since", "received")
    field = vocabulary.fields.get(name)
    if field is None or field.kind != "time":
        times = [known for known, other in vocabulary.fields.items() if other.kind == "time"]
        section.wrong("since", f"a field of type time ({', '.join(sorted(times))})")
    if "since" in section.data and "half_life" not in section.data:
        section.fault("since without half_life.", 'Add half_life = "7d", or take since out.', at=("since",))
    return name


def _not_itself(section: Section, key: str, expression: Expression | None, later: set[str]) -> None:
    """The value is worked out before the score, and the score before the rules."""
    for name in sorted(later & expression.reads) if expression else ():
        section.fault(f"{name} is not known yet where {key} is worked out.", "Name other fields.", at=(key,))


def _rules(top: Section, scope: Scope) -> tuple[Rule, ...]:
    sections = list(top.tables("rule"))
    if not sections:
        top.fault("there is no rule.", "Add [[rule]] with name, when and who.")
    if len(sections) > MOST_RULES:
        top.fault(f"there are {len(sections):,} rules, more than {MOST_RULES:,}.", "Use tables instead of rules.")
        return ()
    found: list[Rule] = []
    lines: dict[str, int] = {}
    for section in sections:
        rule = read_rule(section, scope)
        name = section.data.get("name")
        if isinstance(name, str) and name in lines:
            section.fault(
                f"the rule {name!r} is already on line {lines[name]}.", "Give it a name of its own.", at=("name",)
            )
        elif isinstance(name, str):
            lines[name] = section.line
        if rule is not None:
            found.append(rule)
    return tuple(found)


# --- which fields the policy reads -----------------------------------------------------------------------------------


def _reads(
    screens: Iterable[Screen], scores: Iterable[Points], value: Expression | None, rules: Iterable[Rule]
) -> frozenset[str]:
    found: set[str] = set(value.reads if value else ())
    for screen in screens:
        found |= screen.when.reads
    for points in scores:
        found |= points.when.reads
        if points.half_life is not None:
            found.add(points.since)
    for rule in rules:
        found |= rule.when.reads
        if rule.expected:
            found |= {name for name in rule.expected.reads if not name.startswith("rep.")}
        if rule.how == "by_territory_manager":
            found.update(_PLACE)
        for tier in rule.tiers:
            for word in tier.who:
                found |= fields_of(word)
    return frozenset(found)


def fields_of(word: Word) -> set[str]:
    """The lead's fields that a word looks at."""
    match word:
        case Skill(field=field) if field:
            return {field}
        case Speaks(field=field, language=""):
            return {field}
        case TerritoryWord():
            return set(_PLACE)
        case AccountRole(role=role):
            return {f"account.{role}"}
        case DealBand():
            return {"value"}
        case ScoreBand():
            return {"score"}
        case _:
            return set()
