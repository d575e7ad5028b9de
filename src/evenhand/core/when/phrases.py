"""The words for each kind of part, with and without "not"."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from evenhand.core.model import Value
from evenhand.core.when.fields import Kind
from evenhand.core.when.functions import FUNCTIONS
from evenhand.core.when.nodes import (
    NUMERIC,
    And,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Constant,
    Known,
    Lookup,
    Member,
    Node,
    Not,
    Operator,
    Or,
    Personal,
    Read,
    Within,
)

_MOST_SPELLED: Final = 12  # members of a region that are written out
_OPPOSITE: Final[Mapping[Operator, Operator]] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPARED: Final[Mapping[Operator, str]] = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_TIMED: Final[Mapping[Operator, str]] = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_SIGNS: Final[Mapping[str, str]] = {"+": "+", "-": "−", "*": "×", "/": "÷"}  # noqa: RUF001


def listed(names: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def amount(value: int | Decimal) -> str:
    """A number with its thousands marked, and no zeros at the end: 50,000 or 0.25."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Phrases(Struct, frozen=True):
    """Speaks of one policy's expressions; amounts are in its currency."""

    currency: str

    def of(self, node: Node, *, denied: bool = False) -> str:
        """The words for a part; `denied` says the opposite."""
        match node:
            case Not(part):
                return self.of(part, denied=not denied)
            case Personal(_, part):
                return self.of(part, denied=denied)
            case And() | Or() | Choose():
                words = self._junction(node)
                return f"it is not so that ({words})" if denied else words
            case Compare():
                return self._compared(node, denied=denied)
            case Member() | Within():
                return self._member(node, denied=denied)
            case Known(field):
                return f"{field} is {'not ' if denied else ''}known"
            case _:
                return self._term(node, denied=denied)

    def value(self, value: Value, kind: Kind, *, plain: bool = False) -> str:
        """A value as it is written in a sentence; `plain` is for codes, which need no quotes."""
        match value:
            case bool():
                return "yes" if value else "no"
            case str():
                return value.upper() if plain else f'"{value}"'
            case tuple():
                return ", ".join(f'"{text}"' for text in value)
            case _:
                return f"{self.currency} {amount(value)}" if kind == "money" else amount(value)

    def _junction(self, node: And | Or | Choose) -> str:
        if isinstance(node, Choose):
            test, then, otherwise = self._inner(node.test), self._inner(node.then), self._inner(node.otherwise)
            return f"{then} if {test}, otherwise {otherwise}"
        return listed([self._inner(part) for part in node.parts], "and" if isinstance(node, And) else "or")

    def _inner(self, node: Node) -> str:
        """In brackets, where the words would otherwise run together."""
        words = self.of(node)
        return f"({words})" if isinstance(node, And | Or | Choose) else words

    def _compared(self, node: Compare, *, denied: bool) -> str:
        operator = _OPPOSITE[node.operator] if denied else node.operator
        verb = _TIMED.get(operator) if node.left.kind == "time" else None
        left = self._operand(node.left)
        if isinstance(node.right, Constant):
            shown = self._constant(node.right, like=node.left)
        else:
            shown = self._operand(node.right)
        return f"{left} {verb or _COMPARED[operator]} {shown}"

    def _constant(self, constant: Constant, *, like: Node) -> str:
        if constant.kind == "text":
            return f'"{constant.shown}"'
        return self.value(constant.value, like.kind if like.kind in NUMERIC else constant.kind)

    def _member(self, node: Member | Within, *, denied: bool) -> str:
        never = "not " if denied else ""
        if isinstance(node, Within):
            return f"the place is {never}in {node.region}"
        subject = self._operand(node.part)
        if node.region and len(node.shown) > _MOST_SPELLED:
            return f"{subject} is {never}in {node.region} ({len(node.shown)} countries)"
        if node.region:
            return f"{subject} is {never}one of {', '.join(node.shown)} ({node.region})"
        spelled = [f'"{shown}"' for shown in node.shown] or [self.value(v, node.part.kind) for v in node.values]
        one = "one of " if len(spelled) > 1 else ""
        return f"{subject} is {never}{one}{', '.join(spelled)}"

    def _term(self, node: Node, *, denied: bool) -> str:
        match node:
            case Constant(bool() as value):
                return "never" if value is denied else "always"
            case Call(function, parts):
                made = FUNCTIONS[function]
                words = [self._operand(part) for part in parts]
                return (made.denies if denied else made.says).format(*words, all=listed(words))
            case Read(field, "boolean"):
                return f"{field} is {'no' if denied else 'yes'}"
            case _:
                return self._operand(node)

    def _operand(self, node: Node) -> str:
        match node:
            case Read(field):
                return field
            case Constant(value, kind, shown):
                return self._shown(value, kind, shown)
            case Arithmetic("-", Constant(0), right):
                return f"minus {self._bracketed(right, sign='*')}"
            case Arithmetic(sign, left, right):
                first = self._operand(left) if _binds(left, sign) else self._bracketed(left, sign=sign)
                return f"{first} {_SIGNS[sign]} {self._bracketed(right, sign=sign)}"
            case Lookup(table, key):
                return f"the {table} for {self._operand(key)}"
            case Choose():
                return f"({self._junction(node)})"
            case _:
                return self.of(node)

    def _shown(self, value: Value, kind: Kind, shown: str) -> str:
        if kind == "texts":
            return shown
        return f'"{shown}"' if kind == "text" else self.value(value, kind)

    def _bracketed(self, node: Node, *, sign: str) -> str:
        words = self._operand(node)
        tighter = sign in "+-" and isinstance(node, Arithmetic) and node.sign in "*/"
        return f"({words})" if isinstance(node, Arithmetic) and not tighter else words


def _binds(left: Node, sign: str) -> bool:
    """Whether a left-hand part needs no brackets before this sign."""
    return isinstance(left, Arithmetic) and (sign in "+-" or left.sign in "*/") and left.left != Constant(0, "integer")
