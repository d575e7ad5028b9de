"""Turns what a file holds into what rules can ask about, field by field.

A value that cannot be read is a `Problem`: the field counts as unknown and the lead goes on, because dirty values must
not lose leads. To add a kind of field: a reader in `_READERS`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Final

from msgspec import Struct

from evenhand.core.arrival import Problem
from evenhand.core.model import Value
from evenhand.core.when.fields import Field, Kind, Vocabulary
from evenhand.know.countries import country_code
from evenhand.know.domains import read_email, registrable
from evenhand.know.numbers import Unreadable, in_currency, read_money, read_number, whole
from evenhand.know.raw import Raw, shorten
from evenhand.know.states import state_code
from evenhand.know.times import read_time

# What forms and spreadsheets write for "nothing": all of it means unknown.
_NOTHING: Final = frozenset(
    """- -- --- – — . ? n/a #n/a n.a. nan null (null) nil none (none) -none- --none-- unknown undefined select
    (select) -select- <select> unset (unset) undisclosed unspecified #ref! #value! #name?""".split()
) | {
    "not set",
    "(not set)",
    "not provided",
    "not specified",
    "please select",
    "- select -",
    "-- select --",
    "k. a.",
    "",
}
_LONGEST: Final = max(map(len, _NOTHING))
# Words that are somebody's name, and the fields in which they are taken for one.
_SURNAMES: Final = frozenset({"null", "none", "nan", "nil", "select"})
_NAMES: Final = frozenset({"first_name", "last_name", "name", "company", "account.name"})
_TRUE: Final = frozenset("yes y true t 1 on ja j oui si sí sim wahr vrai verdadero x ✓ checked".split())
_FALSE: Final = frozenset("no n false f 0 off nein non não nao falsch faux falso unchecked".split())
_ITEMS: Final = (";", "|", ",")


class Terms(Struct, frozen=True, kw_only=True):
    """How values are to be read: the policy's words, the zone of times without one, the currency of bare amounts."""

    vocabulary: Vocabulary = Vocabulary()
    zone: tzinfo = UTC
    currency: str = ""  # of amounts that name none; empty: the policy's own


def convert(field: Field, raw: Raw, terms: Terms) -> Value | Problem | None:
    """The value of `field` that `raw` stands for; None when it is unknown; a Problem when it cannot be read."""
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw or (len(raw) <= _LONGEST and is_nothing(field.name, raw)):
            return None
        if field.kind == "text" and not field.countries and field.name not in _SPECIAL:  # most cells of most files
            return raw
    elif raw is None:
        return None
    try:
        return _READERS[field.kind](field, raw, terms)
    except Unreadable as error:
        return Problem(field.name, shorten(raw), str(error), error.fix)


def is_nothing(name: str, text: str) -> bool:
    """Does this text stand for "unknown"? For the names of people and companies, Null and None are names."""
    word = text.casefold()
    return word in _NOTHING and not (name in _NAMES and word in _SURNAMES)


def _text(field: Field, raw: Raw, _terms: Terms) -> str:
    text = plain_text(raw)
    reader = _COUNTRY if field.countries else _SPECIAL.get(field.name)
    return reader(text) if reader else text


def plain_text(raw: Raw) -> str:
    """A single value as text, numbers without an exponent. Raises Unreadable for a list."""
    if isinstance(raw, list) or raw is None:
        raise Unreadable("a list where one value is wanted", "map a column that holds one value")
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Decimal):
        return format(_number(raw), "f" if raw.is_finite() else "")
    return str(raw)


def _texts(_field: Field, raw: Raw, _terms: Terms) -> tuple[str, ...] | None:
    if isinstance(raw, list):
        parts = [plain_text(part) for part in raw]
    else:
        text = plain_text(raw)
        mark = next((mark for mark in _ITEMS if mark in text), None)
        parts = text.split(mark) if mark else [text]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip())) or None


def _integer(_field: Field, raw: Raw, _terms: Terms) -> int:
    number = _number(raw) if isinstance(raw, int | Decimal) else read_number(plain_text(raw), "integer")
    if not isinstance(number, int):
        raise Unreadable("not a whole number", "round it")
    return number


def _any_number(_field: Field, raw: Raw, _terms: Terms) -> int | Decimal:
    return _number(raw) if isinstance(raw, int | Decimal) else read_number(plain_text(raw), "number")


def _money(_field: Field, raw: Raw, terms: Terms) -> int | Decimal:
    words = terms.vocabulary
    if isinstance(raw, int | Decimal):
        return in_currency(_number(raw), terms.currency or words.currency, words.currency, rates=words.rates)
    return read_money(plain_text(raw), words.currency, words.rates, default=terms.currency)


def _number(raw: int | Decimal) -> int | Decimal:
    if isinstance(raw, bool):
        raise Unreadable("yes or no where a number is wanted", "map a column that holds numbers")
    return whole(raw)


def _boolean(_field: Field, raw: Raw, _terms: Terms) -> bool:
    word = plain_text(raw).casefold()
    if word in _TRUE or word == "1.0":
        return True
    if word in _FALSE or word == "0.0":
        return False
    raise Unreadable("neither yes nor no", "write yes or no")


def _time(_field: Field, raw: Raw, terms: Terms) -> int:
    return read_time(plain_text(raw), terms.zone)


def _country(text: str) -> str:
    if code := country_code(text):
        return code
    raise Unreadable("not a country we know", "write its two-letter code, such as DE")


def _email(text: str) -> str:
    if address := read_email(text):
        return address
    raise Unreadable("not an e-mail address", "write it as ann@example.com")


def _domain(text: str) -> str:
    if domain := registrable(text):
        return domain
    raise Unreadable("not a domain", "write it as example.com")


def _language(text: str) -> str:
    """German as de, be it written "de-DE" or "de_AT"; the names of languages stay as they are."""
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*", text)
    return found[1].lower() if found else text


_COUNTRY: Final = _country
_SPECIAL: Final[Mapping[str, Callable[[str], str]]] = {
    "email": _email,
    "domain": _domain,
    "state": state_code,
    "language": _language,
}
_READERS: Final[Mapping[Kind, Callable[[Field, Raw, Terms], Value | None]]] = {
    "text": _text,
    "texts": _texts,
    "integer": _integer,
    "number": _any_number,
    "money": _money,
    "boolean": _boolean,
    "time": _time,
}
