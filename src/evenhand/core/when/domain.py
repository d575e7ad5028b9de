"""A condition as a union of boxes: for each term the set of values with which the condition is true.

A term is any part that is not constant: usually a field, sometimes `seats * price[plan]`. What cannot be written as a
set of values of one term (a pattern, a comparison of two fields) is a term of its own with the values yes, no and
missing. A box allows each of its terms a set of values and leaves all others free. Boxes are exact as long as terms
are independent; where they are not (`email` and `email.domain`), boxes promise no less than the truth.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from evenhand.core.model import Value
from evenhand.core.when.fields import Kind
from evenhand.core.when.nodes import (
    NUMERIC,
    And,
    Choose,
    Compare,
    Constant,
    Known,
    Member,
    Node,
    Not,
    Or,
    Personal,
    Read,
    code,
)
from evenhand.core.when.sets import (
    ANY_NUMBER,
    ANY_TEXT,
    ANY_TRUTH,
    NO,
    YES,
    Values,
    compared_to,
    join,
    known_part,
    meet,
    numbers_among,
    texts_among,
)

Box: TypeAlias = Mapping[str, Values]
Boxes: TypeAlias = tuple[Box, ...]

MOST_BOXES: Final = 64
EVERYTHING: Final[Boxes] = ({},)
NOTHING: Final[Boxes] = ()


class TooManyBoxes(Exception):
    """A condition needs more boxes than are worth reasoning about."""


def boxes_of(node: Node, terms: dict[str, Node]) -> Boxes | None:
    """The boxes in which a condition is true; `None` if they are too many. Terms met are added to `terms`."""
    try:
        return _boxes(node, True, terms)
    except TooManyBoxes:
        return None


def _boxes(node: Node, wanted: bool, terms: dict[str, Node]) -> Boxes:  # noqa: FBT001  the answer that is wanted
    match node:
        case And(parts) if wanted:
            return _product(_boxes(part, wanted, terms) for part in parts)
        case Or(parts) if not wanted:
            return _product(_boxes(part, wanted, terms) for part in parts)
        case And(parts) | Or(parts):
            return _union(_boxes(part, wanted, terms) for part in parts)
        case Not(part):
            return _boxes(part, not wanted, terms)
        case Choose(test, then, otherwise):
            yes = _product(iter((_boxes(test, True, terms), _boxes(then, wanted, terms))))
            no = _product(iter((_boxes(test, False, terms), _boxes(otherwise, wanted, terms))))
            return _union(iter((yes, no)))
        case Personal(_, part):
            return _boxes(part, wanted, terms)
        case Constant(value):
            return EVERYTHING if value is wanted else NOTHING
        case _:
            return _leaf(node, wanted, terms)


def _leaf(node: Node, wanted: bool, terms: dict[str, Node]) -> Boxes:  # noqa: FBT001
    term, values = allowed(node)
    terms.setdefault(code(term), term)
    if not wanted:
        kept = values.rest()
        # "Known" is yes or no, all else is unknown when the value is missing: neither true nor false.
        values = kept if isinstance(node, Known) and node.asked else known_part(kept)
    return () if values.is_empty() else ({code(term): values},)


def allowed(leaf: Node) -> tuple[Node, Values]:
    """The term that a leaf asks about, and the values with which it is true."""
    match leaf:
        case Known(field, kind):
            return _known(leaf, field, kind)
        case Compare(operator, left, Constant(value)) if left.kind in NUMERIC and not isinstance(value, str | tuple):
            return left, compared_to(operator, value, whole=left.kind == "integer")
        case Compare(operator, left, Constant(value)) if left.kind == "text":
            texts = texts_among([value])
            return left, texts if operator == "==" else known_part(texts.rest())
        case Member(part, values) if part.kind == "text":
            return part, texts_among(values)
        case Member(part, values):
            return part, numbers_among(values, whole=part.kind == "integer")
        case Compare():
            return _sided(leaf)
        case _:
            return leaf, YES


def _known(leaf: Node, field: str, kind: Kind) -> tuple[Node, Values]:
    read = Read(field, kind)
    if kind == "text":
        return read, ANY_TEXT
    if kind == "boolean":
        return read, ANY_TRUTH
    return (leaf, YES) if kind == "texts" else (read, ANY_NUMBER)


def _sided(leaf: Compare) -> tuple[Node, Values]:
    """A comparison of two terms, as the yes or no of its `<` or `==`, so that opposites are seen as such."""
    match leaf:
        case Compare("!=", left, right):
            return Compare("==", *_ordered(left, right)), NO
        case Compare("==", left, right):
            return Compare("==", *_ordered(left, right)), YES
        case Compare(">", left, right):
            return Compare("<", right, left), YES
        case Compare("<=", left, right):
            return Compare("<", right, left), NO
        case Compare(">=", left, right):
            return Compare("<", left, right), NO
        case _:
            return leaf, YES


def _ordered(left: Node, right: Node) -> tuple[Node, Node]:
    return (left, right) if code(left) <= code(right) else (right, left)


# --- boxes --------------------------------------------------------------------------------------------------------


def _product(factors: Iterator[Boxes]) -> Boxes:
    found: Boxes = EVERYTHING
    for boxes in factors:
        found = merged([both for one in found for two in boxes if (both := meet_boxes(one, two)) is not None])
        if not found:
            return NOTHING
    return found


def _union(groups: Iterator[Boxes]) -> Boxes:
    return merged([box for boxes in groups for box in boxes])


def meet_boxes(one: Box, two: Box) -> Box | None:
    """The box that is in both, if there is one."""
    found = dict(one)
    for term, values in two.items():
        mine = found.get(term)
        both = values if mine is None else meet(mine, values)
        if both.is_empty():
            return None
        found[term] = both
    return found


def merged(boxes: Sequence[Box]) -> Boxes:
    """The same union with fewer boxes: those that differ in one term become one."""
    kept: list[Box] = []
    for box in boxes:
        at = next((number for number, other in enumerate(kept) if _differ_in_one(box, other) is not None), None)
        if at is None:
            kept.append(box)
        else:
            kept[at] = _together(box, kept[at])
        if len(kept) > MOST_BOXES:
            raise TooManyBoxes
    return tuple(kept)


def _differ_in_one(one: Box, two: Box) -> str | None:
    """The only term in which two boxes differ; "" if they do not; `None` if there are more."""
    if one.keys() != two.keys():
        return None
    different = [term for term in one if one[term] != two[term]]
    return None if len(different) > 1 else different[0] if different else ""


def _together(one: Box, two: Box) -> Box:
    term = _differ_in_one(one, two)
    if not term:
        return one
    return {**one, term: join(one[term], two[term])}


def overlap(one: Box, two: Box) -> bool:
    """Whether some values lie in both boxes."""
    return not any(meet(values, two[term]).is_empty() for term, values in one.items() if term in two)


def lies_within(box: Box, whole: Box) -> bool:
    """Whether all of a box lies in another."""
    return all(term in box and meet(box[term], values.rest()).is_empty() for term, values in whole.items())


def subtract(box: Box, taken: Box) -> Boxes:
    """What is left of a box without another: at most one piece for each term of the other, none overlapping."""
    if not overlap(box, taken):
        return (box,)
    pieces: list[Box] = []
    rest: dict[str, Values] = dict(box)
    for term, values in taken.items():
        mine = rest.get(term)
        outside = values.rest() if mine is None else meet(mine, values.rest())
        if not outside.is_empty():
            pieces.append({**rest, term: outside})
        rest[term] = values if mine is None else meet(mine, values)
    return tuple(pieces)


def holds(box: Box, value_of_term: Callable[[str], Value | None]) -> bool:
    """Whether a lead lies in the box, given the values of the terms."""
    return all(values.has(value_of_term(term)) for term, values in box.items())
