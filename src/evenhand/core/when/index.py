"""The first of many conditions that is true, found by a few look-ups rather than by asking one after the other.

Each box of each condition is one bit. For each term there is a number whose bits are the boxes that accept the value
at hand: by dictionary for texts, by bisection for numbers. All of them together, by bitwise and, leave the boxes that
the lead lies in; the lowest bit is the first condition. What the tables do not say is asked of the condition itself,
and only for bits that are left.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import force_setattr

from evenhand.core.model import Millis
from evenhand.core.when.compiled import Answers, Facts, fits
from evenhand.core.when.expression import Expression
from evenhand.core.when.masks import Layout, laid_out


class Index(Struct, frozen=True, eq=False):
    """Conditions in order, arranged so that the first true one is found quickly. Built once."""

    conditions: Sequence[Expression]
    _layout: Layout = Layout()

    def __post_init__(self) -> None:
        force_setattr(self, "conditions", tuple(self.conditions))
        force_setattr(self, "_layout", laid_out(self.conditions))

    def first(self, facts: Facts, now: Millis, *, after: int = -1, answers: Answers = None) -> int | None:
        """The number of the first true condition beyond `after`; `None` if there is none.

        `facts` come from `evenhand.core.when.facts`; `answers` stand in for personal atoms, as `answers()` gives them.
        """
        get = facts.get
        layout = self._layout
        alive = layout.everything
        if after >= 0:
            start = layout.starts[after + 1]
            alive = alive >> start << start
        for name, masks, default, missing in layout.texts:
            text = get(name)
            alive &= masks.get(text, default) if text.__class__ is str else missing
        for name, kind, points, pieces, missing in layout.numbers:
            number = get(name)
            if number.__class__ is int or (number is not None and fits(number, kind)):
                at = bisect_left(points, number)
                alive &= pieces[2 * at + (at < len(points) and points[at] == number)]
            else:
                alive &= missing
        for reading, mask_of in layout.others:
            alive &= mask_of(reading(facts, now, None))
        return self._lowest(alive, facts, now, answers)

    def _lowest(self, alive: int, facts: Facts, now: Millis, answers: Answers) -> int | None:
        layout = self._layout
        while alive:
            lowest = alive & -alive
            bit = lowest.bit_length() - 1
            rule = layout.rules[bit]
            if layout.exact[bit] or self._asked(rule, facts, now, answers):
                return rule
            alive ^= lowest
        return None

    def _asked(self, rule: int, facts: Facts, now: Millis, answers: Answers) -> bool:
        condition = self.conditions[rule]
        if answers is None:
            return condition.test(facts, now) is True
        begin = self._layout.atoms[rule]
        own = {atom: answers.get(begin + atom) for atom in range(len(condition.personal_atoms))}
        return condition.test(facts, now, own) is True

    def answers(self, facts: Facts, now: Millis) -> Mapping[int, bool | None]:
        """What each personal atom of every condition answers, numbered through; to be kept for a later replay."""
        return {
            begin + atom: answer
            for begin, condition in zip(self._layout.atoms, self.conditions, strict=False)
            for atom, answer in condition.answers(facts, now).items()
        }

    def __reduce__(self) -> "tuple[type[Index], tuple[Sequence[Expression]]]":
        return Index, (self.conditions,)
