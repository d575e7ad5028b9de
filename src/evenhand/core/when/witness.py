"""An example of a lead for a box: proof that the box is not only on paper.

A witness is a guess that the caller must try out; fields that the box leaves free stay unknown.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from evenhand.core.model import DAY, HOUR, Millis, Value
from evenhand.core.when.domain import Box
from evenhand.core.when.nodes import Call, Constant, Known, Node, Read
from evenhand.core.when.sets import Numbers, Texts, Truths, Values

NOW: Final[Millis] = 50 * 365 * DAY  # any moment will do

_Lead: TypeAlias = dict[str, Value]
_UNITS: Final[Mapping[str, int]] = {"days_since": DAY, "hours_since": HOUR}


def witnesses(box: Box, terms: Mapping[str, Node]) -> Iterator[Mapping[str, Value]]:
    """Leads that ought to lie in the box: one as unknown as it may be, and one as known."""
    for unknown_first in (True, False):
        lead: _Lead = {}
        for term, values in box.items():
            value = None if unknown_first and values.missing else some_value(values)
            if value is not None:
                _give(lead, terms[term], value)
        yield lead


def some_value(values: Values) -> Value | None:
    """A value in the set; `None` if only missing is."""
    match values:
        case Truths(yes, no):
            return yes if yes or no else None
        case Texts(listed, False):
            return min(listed, default=None)
        case Texts(listed):
            return next(text for text in _strangers() if text not in listed)
        case _:
            return _number(values)


def _strangers() -> Iterator[str]:
    yield "other"
    number = 2
    while True:
        yield f"other {number}"
        number += 1


def _number(values: Numbers) -> int | Decimal | None:
    """A number as round as can be: an end of an interval, or just beside or between its ends."""
    if not values.cuts:
        return 0 if values.starts else None
    first, side = values.cuts[0]
    if values.starts:
        return first if side else first - 1
    if not side:
        return first
    following = values.cuts[1][0] if len(values.cuts) > 1 else first + 2
    return first + 1 if first + 1 < following else (Decimal(first) + Decimal(following)) / 2


def _give(lead: _Lead, term: Node, value: Value) -> None:
    """Put into the lead what gives the term this value, where that is plain to see."""
    match term:
        case Read(field):
            lead[field] = value
        case Known(field, "texts") if value:
            lead.setdefault(field, ())
        case Call(unit, (Read(field),)) if unit in _UNITS and isinstance(value, int):
            lead[field] = NOW - value * _UNITS[unit]
        case Call(function, (Read(field, "texts"), Constant(wanted))):
            _give_texts(lead, field, _wanted(function, wanted) if value else ())
        case Call(_, (Read(field, "text"), Constant(str() as wanted))):
            lead.setdefault(field, wanted.replace("*", "").replace("?", "x") if value else "~")
        case _:
            pass


def _wanted(function: str, wanted: Value) -> tuple[str, ...]:
    texts = wanted if isinstance(wanted, tuple) else (str(wanted),)
    return texts[:1] if function == "any_of" else texts


def _give_texts(lead: _Lead, field: str, wanted: tuple[str, ...]) -> None:
    before = lead.get(field, ())
    lead[field] = tuple(sorted({*(before if isinstance(before, tuple) else ()), *wanted}))
