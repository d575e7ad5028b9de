"""[fields], [tables], [regions], [rates] and currency -> the names that the policy's expressions may use."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from evenhand.core.countries import REGIONS
from evenhand.core.when import CATALOGUE, Field, Kind, Vocabulary, vocabulary_with
from evenhand.core.when.fields import KINDS
from evenhand.reading.areas import read_areas
from evenhand.reading.keys import POLICY_KEYS
from evenhand.reading.section import Section, as_number, is_texts, shown

Regions: TypeAlias = Mapping[str, tuple[str, ...]]
Entries: TypeAlias = Mapping[str, int | Decimal | str]

CURRENCY: Final = "EUR"

_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_FIELD: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?", re.ASCII)
_CODE: Final = re.compile("[A-Z]{3}")
_WORDS: Final = frozenset({"and", "or", "not", "in", "is", "if", "else", "always", "never", "rep"})
# What a decision says of a lead whatever the policy reads: it stays when the person is erased.
_KEPT: Final = frozenset({"country", "state", "city", "postal_code", "received", "score", "value"})


def read_vocabulary(top: Section, regions: Regions) -> Vocabulary:
    """Everything that expressions may name, beside the built-in fields and regions. `regions` are the policy's own."""
    fields, tables = _fields(top), _tables(top)
    for name in tables:
        if name in CATALOGUE or name in fields:
            top.fault(f"{name!r} is a field as well as a table.", "Rename the table.", at=("tables", name))
    for name in regions:
        if name in CATALOGUE or name in fields or name in tables:
            top.fault(f"{name!r} is a region and something else as well.", "Rename the region.", at=("regions", name))
    currency = top.text("currency", CURRENCY)
    if not _CODE.fullmatch(currency):
        top.wrong("currency", "a currency code of three capital letters", 'currency = "EUR"')
    rates = _rates(top, currency)
    _currencies(top, currency)
    return vocabulary_with(fields, regions=regions, tables=tables, rates=rates, currency=currency)


def _named(table: Section, pattern: re.Pattern[str], what: str) -> list[str]:
    """The keys of a table that can be names in expressions; the others are faults."""
    good = [key for key in table.data if pattern.fullmatch(key) and key not in _WORDS]
    for key in table.data.keys() - set(good):
        fix = "Use letters, digits and _, beginning with a letter, and no word of the language."
        table.fault(f"{shown(key)} cannot be the name of a {what}.", fix, at=(key,))
    return good


def _fields(top: Section) -> dict[str, Field]:
    table = top.table("fields")
    names = _named(table, _FIELD, "field") if table else []
    found: dict[str, Field] = {}
    for name in names:
        section = table.table(name) if table else None
        if section is not None:
            section.known(POLICY_KEYS["fields"])
            found[name] = _field(section, name)
    return found


def _field(section: Section, name: str) -> Field:
    built_in = CATALOGUE.get(name)
    if "type" not in section.data:
        section.fault(f"the field {name} has no type.", f"Add type, one of {', '.join(KINDS)}.")
    said = section.choice("type", KINDS, "text")
    kind: Kind = next((kind for kind in KINDS if kind == said), "text")
    if built_in and "type" in section.data and kind != built_in.kind:
        fix = "Take that type, or another name."
        section.fault(f"{name} is a built-in field of type {built_in.kind}, not {kind}.", fix, at=("type",))
    label = section.text("label", built_in.label if built_in else name.replace("_", " "))
    personal = section.boolean("personal", default=built_in.personal if built_in else False)
    if built_in and built_in.personal and not personal:
        section.fault(
            f"{name} identifies a person; that cannot be switched off.", "Take personal out.", at=("personal",)
        )
    if built_in and personal and (name in _KEPT or name.startswith("account.")):
        fix = f"Take personal out, or keep what identifies the person in a field other than {name}."
        section.fault(f"every decision keeps the {name}, so it cannot be personal.", fix, at=("personal",))
    if "currency" in section.data and kind != "money":
        section.fault("only a field of type money has a currency.", "Take it out.", at=("currency",))
    return Field(name, kind, label, personal, countries=built_in.countries if built_in else False)


def _currencies(top: Section, currency: str) -> None:
    """Amounts are kept in the policy's own currency; a field may say so, and nothing else."""
    table = top.table("fields")
    for name in table.data if table else ():
        section = table.table(name) if table and isinstance(table.data[name], dict) else None
        said = section.text("currency", currency) if section else currency
        if section and said != currency:
            fix = f"Write amounts in {currency}, or name the currency in the expression."
            section.fault(f"amounts are kept in the policy's own currency, {currency}.", fix, at=("currency",))


def _tables(top: Section) -> dict[str, Entries]:
    tables = top.table("tables")
    found: dict[str, Entries] = {}
    for name in _named(tables, _NAME, "table") if tables else []:
        table = tables.table(name) if tables else None
        if table is not None:
            found[name] = _entries(table, name)
    return found


def _entries(table: Section, name: str) -> Entries:
    entries: dict[str, int | Decimal | str] = {}
    for key, value in table.data.items():
        number = as_number(value)
        if isinstance(value, str):
            entries[key] = value
        elif number is not None:
            entries[key] = number
        else:
            table.wrong(key, "a number or a text")
    if not table.data:
        table.fault(f"the table {name} is empty.", "Give it an entry, or take it out.")
    if len({isinstance(value, str) for value in entries.values()}) > 1:
        table.fault(f"the table {name} has numbers and texts.", "Let all its entries be of one type.")
    return entries


def _rates(top: Section, currency: str) -> dict[str, int | Decimal]:
    table = top.table("rates")
    found: dict[str, int | Decimal] = {}
    for code in table.data if table else ():
        rate = table.number(code) if table else None
        if table and not _CODE.fullmatch(code):
            table.fault(f"{shown(code)} is no currency code.", "Write three capital letters, such as USD.", at=(code,))
        elif table and rate is not None and rate <= 0:
            table.wrong(code, "a rate above 0")
        elif table and code == currency and rate not in {None, 1}:
            table.fault(f"{code} is the policy's own currency; its rate is 1.", "Take it out.", at=(code,))
        elif rate is not None:
            found[code] = rate
    return found


# --- regions ---------------------------------------------------------------------------------------------------------


def read_regions(top: Section) -> Regions:
    """The policy's own regions, with the names of other regions in them replaced by their places.

    A region may be built from others, its own built-in namesake included: `DACH = ["DACH", "LI"]`.
    """
    table = top.table("regions")
    if table is None:
        return {}
    raw: dict[str, list[str]] = {}
    for name in _named(table, _NAME, "region"):
        value = table.data[name]
        if is_texts(value) and value:
            raw[name] = value
        else:
            table.wrong(name, "a list of places", f'{name} = ["DE", "US-NY"]')
    return {name: _places(name, raw, table) for name in raw}


def _places(name: str, raw: Mapping[str, list[str]], table: Section) -> tuple[str, ...]:
    """Walk from region to region, without recursion, and collect the places."""
    found: dict[str, None] = {}
    seen = {name}
    todo = [(name, number, text.strip()) for number, text in enumerate(raw[name])][::-1]
    while todo:
        owner, number, text = todo.pop()
        if text in raw and text != owner and text not in seen:
            seen.add(text)
            todo += [(text, inner, place.strip()) for inner, place in enumerate(raw[text])][::-1]
        elif text in raw and text != owner:
            continue
        elif text in REGIONS:
            found.update(dict.fromkeys(REGIONS[text]))
        elif owner != name or table.attempt(_check, text, at=(name, number)):
            found[text] = None
    return tuple(found)


def _check(place: str) -> bool:
    return bool(read_areas([place], {}))
