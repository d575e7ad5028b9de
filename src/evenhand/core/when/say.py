"""An expression in plain English, and what each part of it answered for one lead.

`say` reads a condition aloud: 'country is one of AT, CH, DE (DACH) and value is at least EUR 50,000'. `explain` goes
through its leaves: 'employees is at least 500: no, it is 120'. `why_unknown` says what was missing.
"""

from collections.abc import Iterator
from typing import Final

from evenhand.core.model import Millis
from evenhand.core.when.compiled import Answers, Facts, test_of, value_of
from evenhand.core.when.expression import Expression
from evenhand.core.when.fields import Kind
from evenhand.core.when.nodes import (
    Arithmetic,
    Compare,
    Known,
    Lookup,
    Member,
    Node,
    Personal,
    Read,
    children,
    fields_read,
    is_junction,
    walk,
)
from evenhand.core.when.phrases import Phrases, listed

_ACCOUNT: Final = "account."


def say(expression: Expression) -> str:
    """The expression in words; brackets where and and or meet."""
    return Phrases(expression.currency).of(expression.node)


def explain(expression: Expression, facts: Facts, now: Millis, answers: Answers = None) -> tuple[str, ...]:
    """One line for each leaf of a condition: its words, yes, no or unknown, and the value that was seen."""
    phrases = Phrases(expression.currency)
    return tuple(_line(phrases, leaf, facts, now, answers) for leaf in _leaves(expression.node))


def _leaves(node: Node) -> Iterator[Node]:
    """As `nodes.leaves`, with the personal ones still in their numbered wrapping."""
    if is_junction(node) and not isinstance(node, Personal):
        for child in children(node):
            yield from _leaves(child)
    else:
        yield node


def _line(phrases: Phrases, leaf: Node, facts: Facts, now: Millis, answers: Answers) -> str:
    answer = test_of(leaf)(facts, now, answers)
    words = phrases.of(leaf)
    if isinstance(leaf, Personal) and answers is not None:
        return f"{words}: {_yes(answer)}"
    if answer is None:
        return f"{words}: unknown, {'; '.join(_missing(leaf, facts, now))}"
    seen = _seen(phrases, leaf, facts, now)
    return f"{words}: {_yes(answer)}" + (f", {seen}" if seen else "")


def _yes(answer: bool | None) -> str:  # noqa: FBT001  it is the answer
    return "unknown" if answer is None else "yes" if answer else "no"


def _seen(phrases: Phrases, leaf: Node, facts: Facts, now: Millis) -> str:
    """What the part that was asked about has for a value."""
    subject = _subject(leaf.part if isinstance(leaf, Personal) else leaf)
    if subject is None:
        return ""
    value = value_of(subject)(facts, now, None)
    shown = "" if value is None else phrases.value(value, subject.kind, plain=_is_code(subject))
    return f"it is {shown}" if shown else "it is empty"


def _subject(leaf: Node) -> Node | None:
    match leaf:
        case Compare(_, left) | Member(left):
            return left
        case _:
            below = children(leaf)
            return below[0] if below else None


def _is_code(subject: Node) -> bool:
    return isinstance(subject, Read) and subject.field.rpartition(".")[2] in ("country", "state")


# --- what was missing ---------------------------------------------------------------------------------------------


def why_unknown(expression: Expression, facts: Facts, now: Millis, answers: Answers = None) -> str:
    """What kept the expression from an answer: 'employees is not known'; empty when it has one."""
    if expression.kind == "boolean":
        return "; ".join(dict.fromkeys(_unknown_leaves(expression.node, facts, now, answers)))
    value = expression.value(facts, now)
    return "" if value is not None else "; ".join(_missing(expression.node, facts, now))


def _unknown_leaves(node: Node, facts: Facts, now: Millis, answers: Answers) -> Iterator[str]:
    """Reasons from those leaves only that leave the whole undecided."""
    if test_of(node)(facts, now, answers) is not None:
        return
    if isinstance(node, Personal) and answers is not None:
        yield "the person's data are erased, and it was unknown before"
    elif is_junction(node):
        for child in children(node):
            yield from _unknown_leaves(child, facts, now, answers)
    else:
        yield from _missing(node, facts, now)


def _missing(leaf: Node, facts: Facts, now: Millis) -> Iterator[str]:
    names = [name for name in sorted(fields_read(leaf)) if _is_missing(leaf, name, facts)]
    accounts = [name for name in names if name.startswith(_ACCOUNT)]
    if accounts and not any(name.startswith(_ACCOUNT) for name in facts):
        yield "no account matched"
        names = [name for name in names if name not in accounts]
    if names:
        yield f"{listed(names)} {'is' if len(names) == 1 else 'are'} not known"
    if not names and not accounts:
        yield _no_value(leaf, facts, now)


def _is_missing(leaf: Node, name: str, facts: Facts) -> bool:
    kinds: list[Kind] = [
        part.kind if isinstance(part, Read) else part.field_kind
        for part in walk(leaf)
        if isinstance(part, Read | Known) and part.field == name
    ]
    return any(value_of(Read(name, kind))(facts, 0, None) is None for kind in kinds or ["text"])


def _no_value(leaf: Node, facts: Facts, now: Millis) -> str:
    """Why there is no result although every field is known."""
    for part in walk(leaf):
        match part:
            case Lookup(table, key):
                value = value_of(key)(facts, now, None)
                if value is not None and value_of(part)(facts, now, None) is None:
                    return f"the table {table} has no entry for “{value}”"
            case Arithmetic("/", _, right) if value_of(right)(facts, now, None) == 0:
                return "it would divide by zero"
            case _:
                pass
    return "it has no result"
