"""A box in words: 'country is unknown and employees is at least 50 and less than 500'."""

from collections.abc import Mapping
from decimal import Decimal

from evenhand.core.when.domain import Box
from evenhand.core.when.nodes import Node, Read
from evenhand.core.when.phrases import Phrases, amount, listed
from evenhand.core.when.sets import Numbers, Texts, Truths, Values

_MOST_NAMED = 6


def say_box(box: Box, terms: Mapping[str, Node]) -> str:
    """What a lead is like that lies in the box."""
    return " and ".join(_term(terms[term], values) for term, values in box.items()) or "whatever is known"


def _term(term: Node, values: Values) -> str:
    words = Phrases("").of(term).strip() if not isinstance(term, Read) else term.field
    said = _values(values)
    if values.missing:
        said = f"{said} or unknown" if said else "unknown"
    yes_or_no = isinstance(values, Truths) and not isinstance(term, Read)
    return f"“{words}” is {said}" if yes_or_no else f"{words} is {said}"


def _values(values: Values) -> str:
    match values:
        case Truths(yes, no):
            return " or ".join(word for word, there in (("yes", yes), ("no", no)) if there)
        case Texts(listed_, others):
            return _texts(sorted(listed_), others=others)
        case _:
            return " or ".join(_span(low, high) for low, high in _spans(values))


def _texts(names: list[str], *, others: bool) -> str:
    if not names:
        return "known" if others else ""
    shown = [f'"{name}"' for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        shown.append(f"{len(names) - _MOST_NAMED} more")
    return f"none of {listed(shown, 'and')}" if others else listed(shown, "or")


def _spans(values: Numbers) -> list[tuple[str, str]]:
    """The intervals, each with its two ends in words; an open end is empty."""
    ends: list[tuple[int | Decimal, int] | None] = [*values.cuts]
    if values.starts:
        ends.insert(0, None)
    if len(ends) % 2:
        ends.append(None)
    return [(_low(low), _high(high)) for low, high in zip(ends[::2], ends[1::2], strict=True)]


def _low(cut: tuple[int | Decimal, int] | None) -> str:
    return "" if cut is None else f"{'more than' if cut[1] else 'at least'} {amount(cut[0])}"


def _high(cut: tuple[int | Decimal, int] | None) -> str:
    return "" if cut is None else f"{'at most' if cut[1] else 'less than'} {amount(cut[0])}"


def _span(low: str, high: str) -> str:
    return " and ".join(filter(None, (low, high))) or "known"
