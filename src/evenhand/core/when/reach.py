"""Which rules can ever be the first to match, and whether some lead matches none: proved, never sampled.

A rule is *shadowed* when nothing of its boxes is left after those of the rules before it are taken away, and a
*contradiction* when it has no boxes. It is *reachable* when an example lead, built from what is left and then tried
out on all rules, fires it first. Between those two lies *unknown*: the example did not work because terms hang
together in ways that boxes do not see, or there are more boxes than are worth the time.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.model import Value
from evenhand.core.when.domain import EVERYTHING, NOTHING, Boxes, boxes_of, lies_within, overlap, subtract
from evenhand.core.when.expression import Expression
from evenhand.core.when.index import Index
from evenhand.core.when.nodes import And, Constant, Node, Read
from evenhand.core.when.phrases import Phrases
from evenhand.core.when.say_box import say_box
from evenhand.core.when.witness import NOW, witnesses

Status: TypeAlias = Literal["reachable", "contradiction", "shadowed", "unknown"]

_MOST_PIECES: Final = 400  # of what is left of a rule, or of everything
_MOST_WORK: Final = 20_000  # subtractions for one rule
_MOST_TRIED: Final = 24  # examples
_TOO_MANY: Final = "it has more combinations than can be checked"
_TIED: Final = "it asks about parts that depend on each other"


class Reach(Struct, frozen=True):
    """Whether a condition can be the first to be true.

    shadowed_by: numbers of earlier conditions that together leave it nothing; none of them can be spared.
    reason:      in words, for all but the reachable.
    example:     for the reachable, facts of a lead that it is the first to match.
    """

    status: Status
    shadowed_by: tuple[int, ...] = ()
    reason: str = ""
    example: Mapping[str, Value] | None = None


class Cover(Struct, frozen=True):
    """Whether every lead matches some condition: True, False with an example in words, or `None` for cannot tell."""

    complete: bool | None
    gap: str = ""
    example: Mapping[str, Value] | None = None


class _Board(Struct, frozen=True):
    """The conditions with their boxes and the terms these speak of."""

    conditions: tuple[Expression, ...]
    boxes: tuple[Boxes | None, ...]
    terms: Mapping[str, Node]
    index: Index


def _board(conditions: Sequence[Expression]) -> _Board:
    terms: dict[str, Node] = {}
    boxes = tuple(boxes_of(condition.node, terms) for condition in conditions)
    return _Board(tuple(conditions), boxes, terms, Index(conditions))


def reach(conditions: Sequence[Expression]) -> tuple[Reach, ...]:
    """For each condition in order, whether some lead matches it and none before it."""
    board = _board(conditions)
    return tuple(_reach_of(board, number) for number in range(len(conditions)))


def _reach_of(board: _Board, number: int) -> Reach:
    boxes = board.boxes[number]
    if boxes is None:
        return Reach("unknown", reason=_TOO_MANY)
    if not boxes:
        return Reach("contradiction", reason=_clash(board.conditions[number]))
    example = _example(board, boxes, number)
    if example is not None:
        return Reach("reachable", example=example)
    alone = _swallowed(boxes, board.boxes[:number])
    if alone is not None:
        return _shadow((alone,))
    left, used = _without(boxes, list(enumerate(board.boxes[:number])))
    if left is None:
        return Reach("unknown", reason=_TOO_MANY)
    if not left:
        return _shadowed(board, number, used)
    example = _example(board, left, number)
    if example is not None:
        return Reach("reachable", example=example)
    return Reach("unknown", reason=_why_not_told(board, left))


def _swallowed(boxes: Boxes, earlier: Sequence[Boxes | None]) -> int | None:
    """The first earlier condition that alone takes everything, if that is plain to see."""
    for number, taken in enumerate(earlier):
        if all(any(lies_within(box, whole) for whole in taken or NOTHING) for box in boxes):
            return number
    return None


def _without(boxes: Boxes, earlier: Sequence[tuple[int, Boxes | None]]) -> tuple[Boxes | None, tuple[int, ...]]:
    """What earlier boxes leave of these, and which conditions took something; `None` if it takes too long to tell.

    Only boxes that overlap matter, and the widest are taken away first: they leave the fewest pieces.
    """
    taking = [(number, box) for number, taken in earlier for box in taken or NOTHING]
    near = [(number, box) for number, box in taking if any(overlap(box, mine) for mine in boxes)]
    left = boxes
    used: set[int] = set()
    work = 0
    for number, box in sorted(near, key=lambda one: len(one[1])):
        work += len(left)
        before = left
        left = tuple(piece for one in left for piece in subtract(one, box))
        if left != before:
            used.add(number)
        if not left:
            break
        if len(left) > _MOST_PIECES or work > _MOST_WORK:
            return None, ()
    return left, tuple(sorted(used))


def _shadow(by: tuple[int, ...]) -> Reach:
    return Reach("shadowed", shadowed_by=by, reason="every lead it matches is taken before")


def _shadowed(board: _Board, number: int, used: tuple[int, ...]) -> Reach:
    """Leave out whatever earlier rules are not needed, beginning with the last."""
    needed = list(used)
    for one in reversed(used):
        fewer = [other for other in needed if other != one]
        left, _ = _without(board.boxes[number] or NOTHING, [(other, board.boxes[other]) for other in fewer])
        if left == ():
            needed = fewer
    return _shadow(tuple(needed))


def _example(board: _Board, boxes: Boxes, wanted: int | None) -> Mapping[str, Value] | None:
    """A lead in one of the boxes that the wanted condition is the first to match, or none is."""
    for box in boxes[:_MOST_TRIED]:
        for lead in witnesses(box, board.terms):
            if board.index.first(lead, NOW) == wanted:
                return lead
    return None


def _why_not_told(board: _Board, left: Boxes) -> str:
    opaque = sorted({term for box in left for term in box if not isinstance(board.terms[term], Read)})
    return f"{_TIED}: {', '.join(opaque[:3])}" if opaque else _TOO_MANY


# --- contradictions -----------------------------------------------------------------------------------------------


def _clash(condition: Expression) -> str:
    """The fewest parts of a condition that already exclude each other."""
    parts = list(condition.node.parts) if isinstance(condition.node, And) else [condition.node]
    for part in tuple(parts):
        fewer = [other for other in parts if other is not part]
        if fewer and boxes_of(And(tuple(fewer)), {}) == NOTHING:
            parts = fewer
    phrases = Phrases(condition.currency)
    words = [f"“{phrases.of(part)}”" for part in parts]
    if len(words) == 1:
        never = isinstance(parts[0], Constant)
        return "it says never" if never else f"{words[0]} is never true"
    together = "both" if len(words) == 2 else "all"
    return f"{', '.join(words[:-1])} and {words[-1]} cannot {together} be true"


# --- coverage -----------------------------------------------------------------------------------------------------


def covers_everything(conditions: Sequence[Expression]) -> Cover:
    """Whether each and every lead matches some condition; if not, which sort of lead does not, in words."""
    board = _board(conditions)
    if any(boxes == EVERYTHING for boxes in board.boxes):
        return Cover(complete=True)
    left, _ = _without(EVERYTHING, list(enumerate(board.boxes)))
    for box in sorted(left or (), key=len)[:_MOST_TRIED]:
        example = _example(board, (box,), None)
        if example is not None:
            return Cover(complete=False, gap=say_box(box, board.terms), example=example)
    nothing = board.index.first({}, NOW) is None
    if nothing:
        return Cover(complete=False, gap="nothing is known", example={})
    return Cover(complete=True if left == () else None)
