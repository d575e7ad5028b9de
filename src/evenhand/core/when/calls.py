"""Building the calls of functions, membership in lists and regions, with their types checked."""

import ast

from evenhand.core.model import Value
from evenhand.core.places import Area, region_areas
from evenhand.core.when.fields import Kind
from evenhand.core.when.functions import FUNCTIONS, SPECIAL, Function
from evenhand.core.when.nodes import (
    NUMERIC,
    Call,
    Constant,
    Known,
    Lookup,
    Member,
    Node,
    Read,
    Within,
    code,
)
from evenhand.core.when.page import Page, nearest, say_kind
from evenhand.core.when.text import fold
from evenhand.core.when.typed import alike, arithmetic, settled, usable, widest
from evenhand.errors import BadInput


def called(page: Page, at: ast.Call, name: str, parts: tuple[Node, ...]) -> Node | None:
    """A call of a function of the language, by name."""
    function = FUNCTIONS.get(name)
    if function is not None:
        return _function(page, at, name, parts)
    if name == "known":
        return _known(page, at, parts)
    if name == "money":
        return _money(page, at, parts)
    close = nearest(name, [*FUNCTIONS, *SPECIAL])
    page.note(at, f"There is no function “{name[:60]}”.", f"Did you mean {close}?" if close else "")
    return None


def _function(page: Page, at: ast.Call, name: str, parts: tuple[Node, ...]) -> Node | None:
    function = FUNCTIONS[name]
    least = len(function.takes)
    if len(parts) < least or (len(parts) > least and not function.many):
        more = " or more" if function.many else ""
        page.note(at, f"{name} takes {least}{more} values, not {len(parts)}.")
        return None
    wrong = [_wrong_argument(function, number, part) for number, part in enumerate(parts)]
    for what in filter(None, wrong):
        page.note(at, f"{name}: {what}.")
    if any(wrong):
        return None
    kind = _given(function, parts)
    return settled(page, at, Call(name, parts, kind))


def _wrong_argument(function: Function, number: int, part: Node) -> str:
    takes = function.takes[min(number, len(function.takes) - 1)]
    if part.kind not in takes:
        wanted = " or ".join(say_kind(kind) for kind in takes)
        return f"{code(part)[:60]} is {say_kind(part.kind)}; it must be {wanted}"
    if function.literal == number and not isinstance(part, Constant):
        return "the pattern must be written out in quotes"
    if isinstance(part, Constant) and part.value == "":
        return "an empty text says nothing"
    return ""


def _given(function: Function, parts: tuple[Node, ...]) -> Kind:
    return function.gives or widest(tuple(part.kind for part in parts))


def _known(page: Page, at: ast.Call, parts: tuple[Node, ...]) -> Node | None:
    match parts:
        case (Read(field, kind),):
            return Known(field, kind)
        case _:
            page.note(at, "known takes one field.", "Write known(employees).")
            return None


def _money(page: Page, at: ast.Call, parts: tuple[Node, ...]) -> Node | None:
    match parts:
        case (amount, Constant(str(), _, shown)) if amount.kind in ("integer", "number"):
            return _converted(page, at, amount, shown.strip().upper())
        case (amount, currency) if amount.kind in ("integer", "number") and currency.kind == "text":
            rate = Lookup("rate", currency, _rates(page), "money")
            return arithmetic(page, at, "*", (amount, rate))
        case _:
            page.note(at, "money takes a number and a currency.", 'Write money(50_000, "USD").')
            return None


def _rates(page: Page) -> dict[str, Value]:
    rates: dict[str, Value] = {fold(name): rate for name, rate in page.vocabulary.rates.items()}
    return {fold(page.vocabulary.currency): 1, **rates}


def _converted(page: Page, at: ast.Call, amount: Node, currency: str) -> Node | None:
    rates = _rates(page)
    rate = rates.get(fold(currency))
    if rate is None:
        known = ", ".join(name.upper() for name in sorted(rates))
        page.note(at, f"There is no rate for “{currency[:20]}”.", f"Known: {known}. Add it under [rates].")
        return None
    return arithmetic(page, at, "*", (amount, Constant(rate, "money")))


# --- in -----------------------------------------------------------------------------------------------------------


def one_of(page: Page, at: ast.expr, part: Node, listed: tuple[Constant, ...]) -> Node | None:
    """`part in [a, b, c]`."""
    if part.kind != "text" and part.kind not in NUMERIC:
        page.note(at, f"{say_kind(part.kind).capitalize()} cannot be looked for in a list.", "Try any_of or all_of.")
        return None
    for constant in listed:
        if not alike(part.kind, constant.kind):
            what = f"{code(part)[:60]} is {say_kind(part.kind)}, but the list has {code(constant)[:60]}."
            page.note(at, what, "Compare like with like; numbers stand without quotes.")
            return None
        if not usable(page, at, part, constant):
            return None
    values = tuple(dict.fromkeys(constant.value for constant in listed))
    shown = tuple(constant.shown for constant in listed if constant.shown)
    return settled(page, at, Member(part, values, shown))


def _areas(page: Page, at: ast.expr, region: str) -> tuple[Area, ...]:
    """The areas of a region; none when it is itself at fault."""
    try:
        return region_areas(region, page.vocabulary.regions)
    except BadInput as bad:
        for fault in bad.faults:
            page.note(at, fault.what[:1].upper() + fault.what[1:], fault.fix)
        return ()


def _is_country(area: Area) -> bool:
    return bool(area.country) and area == Area(text=area.text, country=area.country)


def in_region(page: Page, at: ast.expr, part: Node, region: str) -> Node | None:
    """`country in REGION`."""
    if not isinstance(part, Read) or not page.vocabulary.fields[part.field].countries:
        page.note(at, f"{region} is a region, and {code(part)[:60]} is no country.", f"Write `country in {region}`.")
        return None
    areas = _areas(page, at, region)
    finer = next((area for area in areas if not _is_country(area)), None)
    if finer is not None:
        what = f"{region} is not made of whole countries ({finer.text[:40]})."
        page.note(at, what, f"Write `place in {region}`, which looks at state and postal code too.")
        return None
    return _in_countries(part, areas, region)


def _in_countries(part: Node, areas: tuple[Area, ...], region: str) -> Node | None:
    codes = tuple(sorted({area.country for area in areas}))
    return Member(part, tuple(map(fold, codes)), codes, region) if codes else None


def place_within(page: Page, at: ast.expr, region: str) -> Node | None:
    """`place in REGION`: the same as for a country where the region is made of whole ones."""
    areas = _areas(page, at, region)
    if all(map(_is_country, areas)):
        return _in_countries(Read("country", "text"), areas, region)
    return Within(areas, region)
