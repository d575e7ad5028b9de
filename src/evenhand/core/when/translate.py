"""From Python's syntax tree to our own parts. Only the kinds of syntax named here exist; anything else is refused.

Each function gives `None` when it has already noted what is wrong, so that one reading can tell of several faults.
"""

import ast
from decimal import Decimal
from typing import Final

from evenhand.core.when.calls import called, in_region, one_of, place_within
from evenhand.core.when.nodes import And, Call, Constant, Node, Not, Operator, Or, Read, Sign, code
from evenhand.core.when.page import Page, nearest, say_kind
from evenhand.core.when.text import LARGEST, fold
from evenhand.core.when.typed import arithmetic, choice, comparison, condition, lookup

_SIGNS: Final[dict[type, Sign]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_OPERATORS: Final[dict[type, Operator]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_WORDS: Final = {"always": True, "true": True, "never": False, "false": False}


def translate(page: Page, tree: ast.expr) -> Node | None:
    """The part that this syntax stands for."""
    match tree:
        case ast.BoolOp():
            return _junction(page, tree)
        case ast.UnaryOp():
            return _unary(page, tree)
        case ast.Compare():
            return _chain(page, tree)
        case ast.BinOp():
            return _binary(page, tree)
        case ast.IfExp():
            return _choice(page, tree)
        case ast.Constant():
            return _constant(page, tree)
        case ast.Name() | ast.Attribute():
            return _named(page, tree)
        case ast.Subscript():
            return _lookup(page, tree)
        case ast.Call():
            return _call(page, tree)
        case ast.List():
            page.note(tree, "A list stands only after in, or in any_of and all_of.")
        case ast.Tuple():
            page.note(tree, "A comma joins nothing here.", "Write and, or; or a list in square brackets.")
        case _:
            page.note(tree, f"“{page.text_of(tree)[:60]}” is not part of the language.")
    return None


def condition_of(page: Page, tree: ast.expr) -> Node | None:
    """The syntax as something that is true, false or unknown."""
    return condition(page, tree, translate(page, tree))


def _junction(page: Page, tree: ast.BoolOp) -> Node | None:
    parts = [condition_of(page, part) for part in tree.values]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    if isinstance(tree.op, ast.And):
        return And(tuple(inner for part in known for inner in (part.parts if isinstance(part, And) else (part,))))
    return Or(tuple(inner for part in known for inner in (part.parts if isinstance(part, Or) else (part,))))


def _unary(page: Page, tree: ast.UnaryOp) -> Node | None:
    if isinstance(tree.op, ast.Not):
        part = condition_of(page, tree.operand)
        if isinstance(part, Constant):
            return Constant(not part.value, "boolean")
        return part.part if isinstance(part, Not) else part and Not(part)
    number = translate(page, tree.operand)
    if number is None:
        return None
    return arithmetic(page, tree, "+" if isinstance(tree.op, ast.UAdd) else "-", (Constant(0, "integer"), number))


def _binary(page: Page, tree: ast.BinOp) -> Node | None:
    left, right = translate(page, tree.left), translate(page, tree.right)
    sign = _SIGNS.get(type(tree.op))
    if left is None or right is None or sign is None:
        return None
    return arithmetic(page, tree, sign, (left, right))


def _choice(page: Page, tree: ast.IfExp) -> Node | None:
    test, then, otherwise = condition_of(page, tree.test), translate(page, tree.body), translate(page, tree.orelse)
    if test is None or then is None or otherwise is None:
        return None
    if "boolean" in (then.kind, otherwise.kind):
        yes, no = condition(page, tree.body, then), condition(page, tree.orelse, otherwise)
        return None if yes is None or no is None else choice(page, tree, test, (yes, no))
    return choice(page, tree, test, (then, otherwise))


def _constant(page: Page, tree: ast.Constant) -> Node | None:
    match tree.value:
        case bool():
            return Constant(tree.value, "boolean")
        case str():
            return Constant(fold(tree.value), "text", tree.value)
        case int() | float():
            return _number(page, tree)
        case _:
            page.note(tree, f"“{page.text_of(tree)[:60]}” is not part of the language.")
            return None


def _number(page: Page, tree: ast.Constant) -> Node | None:
    """The number exactly as written, never by way of a float."""
    exact = Decimal(page.text_of(tree).replace("_", ""))
    if exact > LARGEST:
        page.note(tree, "That number is too large.", "Nothing above 10^30 is looked at.")
        return None
    if exact == exact.to_integral_value():
        return Constant(int(exact), "integer")
    return Constant(exact, "number")


def _dotted(tree: ast.expr) -> str:
    """`account.owner` as one name; empty if it is anything else."""
    names: list[str] = []
    while isinstance(tree, ast.Attribute):
        names.append(tree.attr)
        tree = tree.value
    return ".".join([tree.id, *reversed(names)]) if isinstance(tree, ast.Name) else ""


def _named(page: Page, tree: ast.Name | ast.Attribute) -> Node | None:
    name = _dotted(tree)
    field = page.vocabulary.fields.get(name)
    if field is not None:
        return Read(name, field.kind)
    if name in _WORDS:
        return Constant(_WORDS[name], "boolean")
    if not name:
        page.note(
            tree, f"“{page.text_of(tree)[:60]}” is not part of the language.", "A point stands only in field names."
        )
    elif name == "place":
        page.note(tree, "place stands only before in.", "Write `place in DACH`.")
    else:
        page.unknown_name(tree, name)
    return None


def _lookup(page: Page, tree: ast.Subscript) -> Node | None:
    table = _dotted(tree.value)
    key = translate(page, tree.slice)
    if table in page.vocabulary.tables:
        return lookup(page, tree, table, key) if key is not None else None
    close = nearest(table, page.vocabulary.tables)
    fix = f"Did you mean {close}?" if close else f"Declare it as [tables.{table[:60] or 'name'}]."
    page.note(tree, f"There is no table “{page.text_of(tree.value)[:60]}”.", fix)
    return None


def _call(page: Page, tree: ast.Call) -> Node | None:
    name = _dotted(tree.func)
    if not name or tree.keywords:
        page.note(tree, f"“{page.text_of(tree)[:60]}” is not a call of a function here.", "Write name(value, value).")
        return None
    parts = [_argument(page, part) for part in tree.args]
    known = tuple(part for part in parts if part is not None)
    return called(page, tree, name, known) if len(known) == len(parts) else None


def _argument(page: Page, tree: ast.expr) -> Node | None:
    if not isinstance(tree, ast.List):
        return translate(page, tree)
    listed = _listed(page, tree)
    if listed is None:
        return None
    texts = [constant for constant in listed if constant.kind == "text" and constant.value]
    if len(texts) < len(listed):
        page.note(tree, "This list may hold only texts.")
        return None
    values = tuple(sorted({str(constant.value) for constant in texts}))
    return Constant(values, "texts", ", ".join(f'"{constant.shown}"' for constant in texts))


def _listed(page: Page, tree: ast.List | ast.Tuple) -> tuple[Constant, ...] | None:
    """The constants of a list that is not empty."""
    parts = [translate(page, element) for element in tree.elts]
    listed = tuple(part for part in parts if isinstance(part, Constant))
    if None in parts:
        return None
    if len(listed) < len(parts) or not parts:
        what = "This list is empty." if not parts else "A list may hold only texts and numbers, written out."
        page.note(tree, what)
        return None
    return listed


# --- comparisons and chains of them ------------------------------------------------------------------------------


def _chain(page: Page, tree: ast.Compare) -> Node | None:
    """`10 <= employees < 50` is `10 <= employees and employees < 50`."""
    sides = [tree.left, *tree.comparators]
    links = [
        _link(page, operator, (left, right)) for operator, left, right in zip(tree.ops, sides, sides[1:], strict=False)
    ]
    known = tuple(link for link in links if link is not None)
    if len(known) < len(links):
        return None
    return known[0] if len(known) == 1 else And(known)


def _link(page: Page, operator: ast.cmpop, sides: tuple[ast.expr, ast.expr]) -> Node | None:
    if isinstance(operator, ast.In):
        return _within(page, *sides)
    if isinstance(operator, ast.NotIn):
        inside = _within(page, *sides)
        return inside and Not(inside)
    left, right = translate(page, sides[0]), translate(page, sides[1])
    sign = _OPERATORS.get(type(operator))
    if left is None or right is None or sign is None:
        return None
    return comparison(page, sides[0], sign, (left, right))


def _within(page: Page, item: ast.expr, whole: ast.expr) -> Node | None:
    """`item in whole`: a region, a list, a set of texts, or a text."""
    name = _dotted(whole)
    if name in page.vocabulary.regions and name not in page.vocabulary.fields:
        if _dotted(item) == "place" and "place" not in page.vocabulary.fields:
            return place_within(page, whole, name)
        part = translate(page, item)
        return None if part is None else in_region(page, item, part, name)
    part = translate(page, item)
    if isinstance(whole, ast.List | ast.Tuple):
        listed = _listed(page, whole)
        return None if part is None or listed is None else one_of(page, item, part, listed)
    if name and name.isupper() and name not in page.vocabulary.fields:
        close = nearest(name, page.vocabulary.regions)
        fix = f"Did you mean {close}?" if close else "Declare it under [regions]."
        page.note(whole, f"There is no region “{name[:60]}”.", fix)
        return None
    within = translate(page, whole)
    return None if part is None or within is None else _contained(page, whole, part, within)


def _contained(page: Page, at: ast.expr, part: Node, whole: Node) -> Node | None:
    if isinstance(whole, Constant):
        page.note(at, "After in stands a region, a list or a field.", "Write == for a single value.")
    elif whole.kind not in ("text", "texts") or part.kind != "text":
        what = f"{code(part)[:60]} is {say_kind(part.kind)}; {code(whole)[:60]} is {say_kind(whole.kind)}."
        page.note(at, what, "Only a text can be in a text or in a set of texts.")
    elif isinstance(part, Constant) and not part.value:
        page.note(at, "An empty text says nothing.", "Write known(field).")
    else:
        return Call("contains", (whole, part), "boolean")
    return None
