"""Building parts with their types checked: each function gives a sound part, or notes a fault and gives `None`."""

import ast
from typing import Final

from evenhand.core.countries import ALIASES, KNOWN_COUNTRIES
from evenhand.core.places import nearest_codes
from evenhand.core.when.compiled import value_of
from evenhand.core.when.exact import Number
from evenhand.core.when.fields import Kind
from evenhand.core.when.nodes import (
    NUMERIC,
    Arithmetic,
    Choose,
    Compare,
    Constant,
    Known,
    Lookup,
    Node,
    Not,
    Operator,
    Read,
    Sign,
    children,
    code,
)
from evenhand.core.when.page import Page, say_kind
from evenhand.core.when.text import fold

FLIPPED: Final[dict[Operator, Operator]] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def settled(page: Page, at: ast.expr, part: Node) -> Node | None:
    """The part itself, or its value if all below it is constant."""
    below = children(part)
    if not below or not all(isinstance(child, Constant) for child in below):
        return part
    value = value_of(part)({}, 0, None)
    if value is None:
        page.note(at, f"“{page.text_of(at)[:60]}” has no value.", "Is it a division by zero, or a key the table lacks?")
        return None
    return Constant(value, part.kind, value if isinstance(value, str) else "")


def condition(page: Page, at: ast.expr, part: Node | None) -> Node | None:
    """The part as something that is true, false or unknown; a text field alone asks whether it is known."""
    match part:
        case None:
            return None
        case Read(field, "text"):
            return Known(field, "text", asked=False)
        case Choose(test, then, otherwise, "text"):
            yes, no = condition(page, at, then), condition(page, at, otherwise)
            return None if yes is None or no is None else Choose(test, yes, no, "boolean")
        case _ if part.kind == "boolean":
            return part
    text = page.text_of(at)[:60]
    fix = f"Compare it, `{text} > 0`." if part.kind in NUMERIC else f'Ask something of it, `"x" in {text}`.'
    page.note(at, f"{text} is {say_kind(part.kind)}, not a condition.", fix if part.kind != "time" else "")
    return None


def alike(left: Kind, right: Kind) -> bool:
    """Whether two kinds can be compared: the same, or both numbers."""
    return left == right or (left in NUMERIC and right in NUMERIC)


def comparison(page: Page, at: ast.expr, operator: Operator, sides: tuple[Node, Node]) -> Node | None:
    """`left operator right`, with a constant always on the right."""
    left, right = sides
    if isinstance(left, Constant) and not isinstance(right, Constant):
        return comparison(page, at, FLIPPED[operator], (right, left))
    if "texts" in (left.kind, right.kind):
        page.note(at, "A set of texts cannot be compared.", 'Write `"x" in pages`, any_of(...) or all_of(...).')
        return None
    if not alike(left.kind, right.kind):
        what = f"{_name(left)} is {say_kind(left.kind)} and {_name(right)} is {say_kind(right.kind)}."
        page.note(at, what, "Compare like with like; numbers stand without quotes.")
        return None
    if left.kind in ("text", "boolean") and operator not in ("==", "!="):
        page.note(at, f"{say_kind(left.kind).capitalize()} has no order.", "Use == or !=.")
        return None
    if left.kind == "boolean":
        return _yes_or_no(page, at, operator, sides)
    if isinstance(right, Constant) and not usable(page, at, left, right):
        return None
    return settled(page, at, Compare(operator, left, right))


def _name(part: Node) -> str:
    return code(part)[:60]


def _yes_or_no(page: Page, at: ast.expr, operator: Operator, sides: tuple[Node, Node]) -> Node | None:
    left, right = sides
    if not isinstance(right, Constant):
        page.note(at, "Two conditions cannot be compared.", "Combine them with and, or, not.")
        return None
    return left if right.value is (operator == "==") else Not(left)


def usable(page: Page, at: ast.expr, part: Node, constant: Constant) -> bool:
    """Whether a constant can be a value of this part at all: not an empty text, nor an unknown country."""
    if constant.value == "":
        page.note(at, "An empty text is never there.", "Write not known(field).")
        return False
    if not isinstance(part, Read) or part.kind != "text" or not isinstance(constant.value, str):
        return True
    field = page.vocabulary.fields[part.field]
    given = constant.shown.upper().strip()
    if not field.countries or given in KNOWN_COUNTRIES:
        return True
    page.note(at, f"“{constant.shown[:60]}” is no country code.", _country_fix(page, given))
    return False


def _country_fix(page: Page, given: str) -> str:
    if given in page.vocabulary.regions:
        return f"For a region write `in {given}`, without quotes."
    return f'Write "{ALIASES[given]}".' if given in ALIASES else nearest_codes(given[:60])


def arithmetic(page: Page, at: ast.expr, sign: Sign, sides: tuple[Node, Node]) -> Node | None:
    """`left sign right`, if the two kinds of number go together."""
    left, right = sides
    for part in sides:
        if part.kind not in NUMERIC:
            page.note(at, f"{_name(part)} is {say_kind(part.kind)}; {sign} needs numbers.", "")
            return None
    kind = _result(sign, left.kind, right.kind)
    if kind is None:
        page.note(at, f"{_name(left)} {sign} {_name(right)} means nothing with amounts.", "Check what is multiplied.")
        return None
    return settled(page, at, Arithmetic(sign, left, right, kind))


def _result(sign: Sign, left: Kind, right: Kind) -> Kind | None:
    amounts = (left == "money") + (right == "money")
    if sign == "*":
        return None if amounts == 2 else widest((left, right))
    if sign == "/":
        if amounts == 1:
            return "money" if left == "money" else None
        return "number"
    return widest((left, right))


def widest(kinds: tuple[Kind, ...]) -> Kind:
    """Money if any is, a whole number if all are, else a number."""
    if "money" in kinds:
        return "money"
    return "integer" if set(kinds) == {"integer"} else "number"


def choice(page: Page, at: ast.expr, test: Node, branches: tuple[Node, Node]) -> Node | None:
    """`then if test else otherwise`, if both branches are of like kinds."""
    then, otherwise = branches
    if not alike(then.kind, otherwise.kind):
        page.note(at, f"One branch is {say_kind(then.kind)}, the other {say_kind(otherwise.kind)}.", "Make them alike.")
        return None
    if isinstance(test, Constant):
        return then if test.value else otherwise
    kind = then.kind if then.kind == otherwise.kind else widest((then.kind, otherwise.kind))
    return Choose(test, then, otherwise, kind)


def lookup(page: Page, at: ast.expr, table: str, key: Node) -> Node | None:
    """`table[key]`, if the key is a text and the entries are all numbers or all texts."""
    if key.kind != "text":
        page.note(at, f"The key of {table} is {say_kind(key.kind)}.", "Look a table up by a text field.")
        return None
    raw = page.vocabulary.tables[table]
    entries = {fold(name): fold(value) if isinstance(value, str) else value for name, value in raw.items()}
    kinds = {_kind_of_entry(value) for value in entries.values()}
    if not kinds or ("text" in kinds and len(kinds) > 1):
        page.note(at, f"The table {table} is empty, or mixes texts with numbers.", "Give it entries of one kind.")
        return None
    kind: Kind = "text" if kinds == {"text"} else widest(tuple(kinds))
    return settled(page, at, Lookup(table, key, entries, kind))


def _kind_of_entry(value: Number | str) -> Kind:
    if isinstance(value, str):
        return "text"
    return "integer" if isinstance(value, int) else "number"
