"""The parts that an expression is made of, once it has been read: frozen values with their types worked out.

A boolean leaf is a part that answers yes, no or unknown by itself; `And`, `Or`, `Not` and a boolean `Choose` combine
leaves. `code` writes any part back in the language, always the same way, so that equal text means equal parts.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.model import Value
from evenhand.core.places import Area
from evenhand.core.when.fields import Kind

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Sign: TypeAlias = Literal["+", "-", "*", "/"]

NUMERIC: Final[frozenset[Kind]] = frozenset({"integer", "number", "money"})


class Constant(Struct, frozen=True):
    """A value that stands in the text; `shown` is a text as it was written, before folding."""

    value: Value
    kind: Kind
    shown: str = ""


class Read(Struct, frozen=True):
    """The value of a field."""

    field: str
    kind: Kind


class Known(Struct, frozen=True):
    """Whether a field is known. `asked` is False where a text field stands as a condition: unknown is not a no then."""

    field: str
    field_kind: Kind
    asked: bool = True
    kind: Kind = "boolean"


class Compare(Struct, frozen=True):
    """Two values of like types, compared."""

    operator: Operator
    left: "Node"
    right: "Node"
    kind: Kind = "boolean"


class Member(Struct, frozen=True):
    """Whether a value is one of some constants; `region` names the list if it is a region."""

    part: "Node"
    values: tuple[Value, ...]
    shown: tuple[str, ...]
    region: str = ""
    kind: Kind = "boolean"


class Within(Struct, frozen=True):
    """Whether the lead's place lies in a region that is drawn with states or postal codes."""

    areas: tuple[Area, ...]
    region: str
    kind: Kind = "boolean"


class And(Struct, frozen=True):
    parts: tuple["Node", ...]
    kind: Kind = "boolean"


class Or(Struct, frozen=True):
    parts: tuple["Node", ...]
    kind: Kind = "boolean"


class Not(Struct, frozen=True):
    part: "Node"
    kind: Kind = "boolean"


class Choose(Struct, frozen=True):
    """`then if test else otherwise`."""

    test: "Node"
    then: "Node"
    otherwise: "Node"
    kind: Kind


class Arithmetic(Struct, frozen=True):
    sign: Sign
    left: "Node"
    right: "Node"
    kind: Kind


class Lookup(Struct, frozen=True):
    """`table[key]`; the entries are the table's own, with folded keys."""

    table: str
    key: "Node"
    entries: Mapping[str, Value]
    kind: Kind


class Call(Struct, frozen=True):
    """A function of `evenhand.core.when.functions`, by name."""

    function: str
    parts: tuple["Node", ...]
    kind: Kind


class Personal(Struct, frozen=True):
    """A boolean leaf that reads a field that identifies a person; numbered so that its answer can be kept."""

    number: int
    part: "Node"
    kind: Kind = "boolean"


Node: TypeAlias = (
    Constant
    | Read
    | Known
    | Compare
    | Member
    | Within
    | And
    | Or
    | Not
    | Choose
    | Arithmetic
    | Lookup
    | Call
    | Personal
)

PLACE_FIELDS: Final = ("country", "state", "city", "postal_code")


def children(node: Node) -> tuple[Node, ...]:
    """The parts directly below."""
    match node:
        case And(parts) | Or(parts) | Call(_, parts):
            return parts
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Choose(test, then, otherwise):
            return (test, then, otherwise)
        case Member(part) | Not(part) | Lookup(_, part) | Personal(_, part):
            return (part,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The part itself and everything below, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)


def fields_read(node: Node) -> frozenset[str]:
    """The names of all fields that the answer may depend on."""
    found: set[str] = set()
    for part in walk(node):
        match part:
            case Read(field) | Known(field):
                found.add(field)
            case Within():
                found.update(PLACE_FIELDS)
            case _:
                pass
    return frozenset(found)


def is_junction(node: Node) -> bool:
    """Whether this only combines the answers of the boolean parts below it."""
    return isinstance(node, And | Or | Not | Personal) or (isinstance(node, Choose) and node.kind == "boolean")


def with_leaves(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same condition with each boolean leaf changed, in the order of the text; numbered leaves count as such."""

    def again(part: Node) -> Node:
        return with_leaves(part, change)

    match node:
        case And(parts):
            return And(tuple(map(again, parts)))
        case Or(parts):
            return Or(tuple(map(again, parts)))
        case Not(part):
            return Not(again(part))
        case Choose(test, then, otherwise, "boolean"):
            return Choose(again(test), again(then), again(otherwise), "boolean")
        case _:
            return change(node)


def code(node: Node) -> str:
    """The part as text of the language, in its one standard form."""
    match node:
        case Constant(value):
            return _literal(value)
        case Read(field):
            return field
        case Known(field, _, asked):
            return f"known({field})" if asked else field
        case Member(part, values):
            return f"({code(part)} in [{', '.join(map(_literal, values))}])"
        case Within(_, region):
            return f"(place in {region})"
        case And(parts):
            return f"({' and '.join(map(code, parts))})"
        case Or(parts):
            return f"({' or '.join(map(code, parts))})"
        case Not(part):
            return f"(not {code(part)})"
        case Compare(sign, left, right) | Arithmetic(sign, left, right):
            return f"({code(left)} {sign} {code(right)})"
        case Choose(test, then, otherwise):
            return f"({code(then)} if {code(test)} else {code(otherwise)})"
        case Lookup(table, key):
            return f"{table}[{code(key)}]"
        case Call(function, parts):
            return f"{function}({', '.join(map(code, parts))})"
        case _:
            return code(node.part)


def _literal(value: Value) -> str:
    match value:
        case str():
            return "'" + value + "'" if '"' in value else '"' + value + '"'
        case tuple():
            return f"[{', '.join(map(_literal, value))}]"
        case bool():
            return "always" if value else "never"
        case int():
            return str(value)
        case _:
            return f"{value:f}"
