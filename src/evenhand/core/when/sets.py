"""The sets of values that a term may have, with exact intersection and complement; "missing" is a value too.

`Texts` are some texts or all but some; `Truths` are yes, no or both; `Numbers` are unions of intervals, kept as the
ascending cuts where the line goes in and out of the set: (x, 0) cuts before x and (x, 1) after it. For whole numbers
every cut is moved to lie before a whole number, so that equal sets look equal.
"""

from bisect import bisect_right
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.model import Value
from evenhand.core.when.nodes import Operator

Cut: TypeAlias = tuple[int | Decimal, int]


class Texts(Struct, frozen=True):
    """The texts listed, or with `others` all but those."""

    listed: frozenset[str]
    others: bool
    missing: bool

    def meet(self, other: "Texts") -> "Texts":
        """The values in both."""
        match self.others, other.others:
            case True, True:
                listed = self.listed | other.listed
            case True, False:
                listed = other.listed - self.listed
            case False, True:
                listed = self.listed - other.listed
            case _:
                listed = self.listed & other.listed
        return Texts(listed, self.others and other.others, self.missing and other.missing)

    def rest(self) -> "Texts":
        """All other values."""
        return Texts(self.listed, not self.others, not self.missing)

    def is_empty(self) -> bool:
        return not (self.listed or self.others or self.missing)

    def has(self, value: Value | None) -> bool:
        """Whether a value, or `None` for missing, is in the set."""
        if not isinstance(value, str):
            return self.missing
        return (value in self.listed) is not self.others


class Truths(Struct, frozen=True):
    """Some of yes, no, and missing."""

    yes: bool
    no: bool
    missing: bool

    def meet(self, other: "Truths") -> "Truths":
        """The values in both."""
        return Truths(self.yes and other.yes, self.no and other.no, self.missing and other.missing)

    def rest(self) -> "Truths":
        """All other values."""
        return Truths(not self.yes, not self.no, not self.missing)

    def is_empty(self) -> bool:
        return not (self.yes or self.no or self.missing)

    def has(self, value: Value | None) -> bool:
        """Whether a value, or `None` for missing, is in the set."""
        if not isinstance(value, bool):
            return self.missing
        return self.yes if value else self.no


class Numbers(Struct, frozen=True):
    """The numbers between the cuts, in and out by turns; `starts` says whether it begins inside, at minus infinity."""

    starts: bool
    cuts: tuple[Cut, ...]
    missing: bool

    def meet(self, other: "Numbers") -> "Numbers":
        """The values in both."""
        inside = self.starts and other.starts
        cuts: list[Cut] = []
        now = inside
        for cut in sorted({*self.cuts, *other.cuts}):
            after = self.at(cut) and other.at(cut)
            if after is not now:
                cuts.append(cut)
                now = after
        return Numbers(inside, tuple(cuts), self.missing and other.missing)

    def at(self, cut: Cut) -> bool:
        """Whether the numbers directly after a cut are in the set."""
        return self.starts ^ bool(bisect_right(self.cuts, cut) & 1)

    def rest(self) -> "Numbers":
        """All other values."""
        return Numbers(not self.starts, self.cuts, not self.missing)

    def is_empty(self) -> bool:
        return not (self.starts or self.cuts or self.missing)

    def has(self, value: Value | None) -> bool:
        """Whether a value, or `None` for missing, is in the set."""
        return self.missing if value is None or isinstance(value, str | tuple) else self.at((value, 0))


Values: TypeAlias = Texts | Truths | Numbers

ANY_TEXT: Final = Texts(frozenset(), others=True, missing=False)
ANY_TRUTH: Final = Truths(yes=True, no=True, missing=False)
ANY_NUMBER: Final = Numbers(starts=True, cuts=(), missing=False)
YES: Final = Truths(yes=True, no=False, missing=False)
NO: Final = Truths(yes=False, no=True, missing=False)


def meet(one: Values, two: Values) -> Values:
    """The values in both of two sets for the same term."""
    match one, two:
        case Texts(), Texts():
            return one.meet(two)
        case Numbers(), Numbers():
            return one.meet(two)
        case Truths(), Truths():
            return one.meet(two)
        case _:
            raise TypeError("one term has one kind of values")


def join(one: Values, two: Values) -> Values:
    """The values in either, by De Morgan's law."""
    return meet(one.rest(), two.rest()).rest()


def known_part(values: Values) -> Values:
    """The same without missing."""
    match values:
        case Texts(listed, others):
            return Texts(listed, others, missing=False)
        case Numbers(starts, cuts):
            return Numbers(starts, cuts, missing=False)
        case _:
            return Truths(values.yes, values.no, missing=False)


def texts_among(values: Iterable[Value]) -> Texts:
    """Exactly these texts."""
    return Texts(frozenset(value for value in values if isinstance(value, str)), others=False, missing=False)


def compared_to(operator: Operator, bound: int | Decimal, *, whole: bool) -> Numbers:
    """The numbers x with `x operator bound`."""
    before, after = _cut((bound, 0), whole=whole), _cut((bound, 1), whole=whole)
    point = (before, after) if before != after else ()
    match operator:
        case "==":
            return Numbers(starts=False, cuts=point, missing=False)
        case "!=":
            return Numbers(starts=True, cuts=point, missing=False)
        case "<":
            return Numbers(starts=True, cuts=(before,), missing=False)
        case "<=":
            return Numbers(starts=True, cuts=(after,), missing=False)
        case ">":
            return Numbers(starts=False, cuts=(after,), missing=False)
        case _:
            return Numbers(starts=False, cuts=(before,), missing=False)


def _cut(cut: Cut, *, whole: bool) -> Cut:
    if not whole:
        return cut
    bound, side = cut
    if isinstance(bound, Decimal):
        ceiling = int(bound.to_integral_value(ROUND_CEILING))
        side = 0 if ceiling != bound else side
        bound = ceiling
    return (bound + side, 0)


def numbers_among(values: Iterable[Value], *, whole: bool) -> Numbers:
    """Exactly these numbers."""
    found = Numbers(starts=False, cuts=(), missing=False)
    for value in values:
        if isinstance(value, int | Decimal):
            point = compared_to("==", value, whole=whole)
            found = found.rest().meet(point.rest()).rest()
    return Numbers(found.starts, found.cuts, missing=False)
