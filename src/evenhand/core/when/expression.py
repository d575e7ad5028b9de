"""An expression that has been read: it can answer, give a value, and say what it reads.

`read` is the only way in. The text is kept as it was; the parts, the types and the compiled function come from it.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Literal, TypeAlias

from msgspec import Struct

from evenhand.core.model import Millis, Value
from evenhand.core.when.compiled import Answers, Facts, Reading, Test, test_of, value_of
from evenhand.core.when.fields import Kind, Vocabulary
from evenhand.core.when.guard import tree_of
from evenhand.core.when.nodes import NUMERIC, Node, Personal, fields_read, walk, with_leaves
from evenhand.core.when.page import Page, say_kind
from evenhand.core.when.translate import condition_of, translate
from evenhand.errors import BadExpression, Fault

Want: TypeAlias = Literal["condition", "number", "money", "text"]


class Expression(Struct, frozen=True, eq=False, kw_only=True):
    """A condition, or a formula for a number, an amount or a text.

    personal_atoms: the yes-or-no parts that read a field that identifies a person, in the order of their numbers.
    """

    source: str
    node: Node
    kind: Kind
    currency: str
    reads: frozenset[str]
    personal_atoms: tuple[Node, ...]
    _test: Test
    _value: Reading
    _atoms: tuple[Test, ...]

    def test(self, facts: Facts, now: Millis, answers: Answers = None) -> bool | None:
        """Yes, no, or `None` for unknown. `answers` stand in for the personal atoms, by number, if given."""
        return self._test(facts, now, answers)

    def value(self, facts: Facts, now: Millis, answers: Answers = None) -> Value | None:
        """The value, or `None` where something needed is unknown, or there is no result."""
        return self._value(facts, now, answers)

    def answers(self, facts: Facts, now: Millis) -> Mapping[int, bool | None]:
        """What each personal atom answers now; with these, `test` needs no personal data any more."""
        return {number: test(facts, now, None) for number, test in enumerate(self._atoms)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and (self.source, self.node) == (other.source, other.node)

    def __hash__(self) -> int:
        return hash(self.source)

    def __reduce__(self) -> tuple[Callable[[str, Node, str], "Expression"], tuple[str, Node, str]]:
        return _express, (self.source, self.node, self.currency)


def read(source: str, vocabulary: Vocabulary = Vocabulary(), *, want: Want = "condition") -> Expression:  # noqa: B008
    """Read an expression; at most 4,000 characters, 500 parts, 50 levels.

    Raises `BadExpression` with every fault found: what, how to mend it, and the column.
    """
    page = Page(source, vocabulary)
    tree = tree_of(source)
    node = condition_of(page, tree) if want == "condition" else translate(page, tree)
    if page.faults or node is None:
        raise BadExpression(page.faults)
    fault = None if want == "condition" else _misfit(node, vocabulary, want)
    if fault is not None:
        raise BadExpression(fault)
    return _express(source, numbered(node, vocabulary), vocabulary.currency)


def _misfit(node: Node, vocabulary: Vocabulary, want: Want) -> Fault | None:
    fits = node.kind == "text" if want == "text" else node.kind in NUMERIC
    if not fits:
        wanted = {"text": "a text", "money": "an amount"}.get(want, "a number")
        return Fault(what=f"This gives {say_kind(node.kind)}, but {wanted} is wanted.")
    personal = sorted(name for name in fields_read(node) if vocabulary.fields[name].personal)
    if personal:
        fix = "Only conditions may: their answer can be kept when the person's data are erased."
        return Fault(what=f"A value may not be worked out from {', '.join(personal)}.", fix=fix)
    return None


def _express(source: str, node: Node, currency: str) -> Expression:
    personal = tuple(part.part for part in walk(node) if isinstance(part, Personal))
    return Expression(
        source=source,
        node=node,
        kind=node.kind,
        currency=currency,
        reads=fields_read(node),
        personal_atoms=personal,
        _test=test_of(node),
        _value=value_of(node),
        _atoms=tuple(map(test_of, personal)),
    )


def numbered(node: Node, vocabulary: Vocabulary) -> Node:
    """The same condition with each leaf that reads a personal field numbered, in the order of the text."""
    numbers = count()

    def mark(leaf: Node) -> Node:
        personal = any(vocabulary.fields[name].personal for name in fields_read(leaf))
        return Personal(next(numbers), leaf) if personal else leaf

    return with_leaves(node, mark) if node.kind == "boolean" else node
