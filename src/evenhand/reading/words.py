"""WHO sentences -> words: `pool dach`, `skill fintech >= 3`, `speaks language`, `region == "DACH"`.

A sentence that begins with one of the first words is read by its line in `READERS`; any other is a condition on the
people. To add a word: its value in `core/who`, a reader here, a line in `READERS`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

from msgspec import Struct

from evenhand.core.model import Roster
from evenhand.core.when import Field, Vocabulary, fold, read
from evenhand.core.who import Word
from evenhand.core.who.account import AccountRole
from evenhand.core.who.attribute import Attribute
from evenhand.core.who.available import Available
from evenhand.core.who.band import DealBand, ScoreBand
from evenhand.core.who.manager import ManagerOf
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord
from evenhand.errors import BadPolicy, Fault
from evenhand.reading.people import kind_of
from evenhand.reading.section import nearest, shown, suggest


class Scope(Struct, frozen=True):
    """What WHO sentences may name: the roster, the fields of the lead, and what is known of the people."""

    roster: Roster
    lead: Vocabulary
    people: Vocabulary


Reader: TypeAlias = Callable[[str, Scope], Word]

_OPERATION: Final = re.compile(r"(?:[=!<>+*/.\[(-]|(?:in|not|and|or|if)\b)")
_CONDITION: Final = re.compile(r"[=!<>()\[\]\"'+*/]|^(?:not|known)\b")
_LEVEL: Final = re.compile(r"(?P<what>\{[^{}]*\}|\"[^\"]*\"|[^<>=!{}\"]+?)\s*(?:>=\s*(?P<level>\d{1,9}))?")
_AT_LEAST: Final = re.compile(r">=\s*(\d{1,9})")
_ROLE: Final = re.compile(r"[\w-]+")

_OWN_FIELDS: Final = (
    Field("id", "text", "id"),
    Field("name", "text", "name"),
    Field("team", "text", "team"),
    Field("zone", "text", "time zone"),
    Field("seniority", "integer", "seniority"),
    Field("languages", "texts", "languages"),
)


def people_vocabulary(roster: Roster, lead: Vocabulary) -> Vocabulary:
    """What conditions on people may name: a rep's own fields, `skill.NAME`, and every attribute in the roster."""
    fields = {field.name: field for field in _OWN_FIELDS}
    for rep in roster.reps.values():
        for skill in rep.skills:
            fields.setdefault(f"skill.{skill}", Field(f"skill.{skill}", "integer", f"level in {skill}"))
        for name, value in rep.attributes.items():
            kind = kind_of(value)
            whole = kind == "number" and isinstance(value, int)
            known = fields.get(name)
            if known is None or (known.kind == "integer" and kind == "number" and not whole):
                fields[name] = Field(name, "integer" if whole else kind, name.replace("_", " "))
    return Vocabulary(fields=fields, regions=lead.regions, tables=lead.tables, rates=lead.rates, currency=lead.currency)


def with_people(lead: Vocabulary, people: Vocabulary) -> Vocabulary:
    """The names of `expected`: the lead's fields, and those of the rep after `rep.`."""
    of_rep = {f"rep.{name}": Field(f"rep.{name}", f.kind, f"the rep's {f.label}") for name, f in people.fields.items()}
    return Vocabulary(
        fields={**lead.fields, **of_rep},
        regions=lead.regions,
        tables=lead.tables,
        rates=lead.rates,
        currency=lead.currency,
    )


def read_word(text: str, scope: Scope) -> Word:
    """One WHO sentence.

    Raises BadInput, with the nearest known name, for a sentence that is no word, or that names what is not there.
    """
    sentence = text.strip()
    first, _, rest = sentence.partition(" ")
    rest = rest.strip()
    reader = READERS.get(first)
    if reader is not None and not (_OPERATION.match(rest) and first != "seniority"):
        return reader(rest, scope)
    if reader is None and not _is_condition(sentence, first, scope):
        _unknown(sentence, first)
    return Attribute(read(sentence, scope.people))


def _is_condition(sentence: str, first: str, scope: Scope) -> bool:
    return bool(_CONDITION.search(sentence)) or first in scope.people.fields


def _unknown(sentence: str, first: str) -> NoReturn:
    if not sentence:
        _refuse("an empty text says nothing about who may have the lead.", 'Write, for example, "pool dach".')
    near = nearest(first, READERS)
    fix = f"Did you mean {near!r}?" if near else f"Known: {', '.join(READERS)}, or a condition on the people."
    _refuse(f"{shown(sentence)} does not say who: {first!r} is not a known word.", fix)


def _refuse(what: str, fix: str) -> NoReturn:
    raise BadPolicy(Fault(what=what, fix=fix))


def _one_of(what: str, name: str, known: Mapping[str, object]) -> str:
    name = name.strip("\"'")
    if name not in known:
        said = f"there is no {what} {name!r}." if name else f"{what} needs a name."
        _refuse(said, suggest(name, known.keys()))
    return name


def _pool(rest: str, scope: Scope) -> Word:
    return PoolWord(_one_of("pool", rest, scope.roster.pools))


def _team(rest: str, scope: Scope) -> Word:
    return TeamWord(_one_of("team", rest, scope.roster.teams))


def _rep(rest: str, scope: Scope) -> Word:
    return RepWord(_one_of("person", rest, scope.roster.reps))


def _territory(rest: str, scope: Scope) -> Word:  # noqa: ARG001  every reader is called alike
    if rest:
        _refuse(f"territory stands alone; {rest!r} is too much.", "For one named area, write a condition in `when`.")
    return TerritoryWord()


def _available(rest: str, scope: Scope) -> Word:  # noqa: ARG001  every reader is called alike
    if rest:
        _refuse(f"available stands alone; {rest!r} is too much.", "")
    return Available()


def _account(rest: str, scope: Scope) -> Word:  # noqa: ARG001  every reader is called alike
    if not _ROLE.fullmatch(rest):
        _refuse("account needs a role, in one word.", "Write, for example, account owner or account csm.")
    return AccountRole(rest)


def _skill(rest: str, scope: Scope) -> Word:
    found = _LEVEL.fullmatch(rest)
    if found is None:
        _refuse(f"{shown('skill ' + rest)} cannot be read.", "Write skill NAME >= 3, or skill {use_case} >= 3.")
    level = int(found["level"] or 1)
    what = found["what"].strip('" ')
    if not what.startswith("{"):
        return Skill(skill=fold(what), level=level)
    return Skill(level=level, field=_text_field(what[1:-1].strip(), scope))


def _text_field(name: str, scope: Scope) -> str:
    field = scope.lead.fields.get(name)
    texts = [known for known, other in scope.lead.fields.items() if other.kind == "text" and not other.personal]
    if field is None:
        _refuse(f"the lead has no field {name!r}.", suggest(name, texts))
    if field.kind != "text":
        _refuse(f"the lead's field {name!r} is no text, but {field.kind}.", "Name a text field.")
    if field.personal:
        fix = "Decisions keep what WHO looked at, for ever; ask about the person in `when`."
        _refuse(f"the lead's field {name!r} identifies a person.", fix)
    return name


def _speaks(rest: str, scope: Scope) -> Word:
    if rest in scope.lead.fields:
        return Speaks(field=_text_field(rest, scope))
    if re.fullmatch("[A-Za-z]{2}", rest):
        return Speaks(language=rest.casefold())
    fix = 'Write "speaks language" for the language of the lead, or "speaks de" for one.'
    _refuse(f"{shown('speaks ' + rest)}: that is neither a field of the lead nor a language of two letters.", fix)


def _seniority(rest: str, scope: Scope) -> Word:
    found = _AT_LEAST.fullmatch(rest)
    return Seniority(int(found[1])) if found else Attribute(read(f"seniority {rest}", scope.people))


def _band(word: Word, name: str) -> Reader:
    def reader(rest: str, scope: Scope) -> Word:  # noqa: ARG001  every reader is called alike
        if rest != "band":
            _refuse(f"{shown(f'{name} {rest}')} cannot be read.", f"Write {name} band.")
        return word

    return reader


def _manager(rest: str, scope: Scope) -> Word:
    return ManagerOf(managed(rest.removeprefix("of").strip(), scope.roster))


def managed(name: str, roster: Roster) -> str:
    """The name of a team, pool or territory; raises BadPolicy when there is none of that name."""
    return _one_of("team, pool or territory", name, {**roster.teams, **roster.pools, **roster.territories})


READERS: Final[Mapping[str, Reader]] = {
    "pool": _pool,
    "team": _team,
    "territory": _territory,
    "account": _account,
    "skill": _skill,
    "speaks": _speaks,
    "seniority": _seniority,
    "deal": _band(DealBand(), "deal"),
    "score": _band(ScoreBand(), "score"),
    "manager": _manager,
    "rep": _rep,
    "available": _available,
}
