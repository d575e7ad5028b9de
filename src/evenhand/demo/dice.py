"""Seeded chance that gives the same numbers on every machine and every Python.

Only `Random.random()` is used, whose sequence for a seed never changes; the richer methods of `random` have changed
between versions, and logarithms may differ in their last digit between machines.
"""

from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Small draws from one seeded `Random`."""

    __slots__ = ("random",)

    def __init__(self, chance: Random) -> None:
        self.random = chance.random

    def below(self, top: int) -> int:
        """A whole number from 0 to `top` - 1."""
        return int(self.random() * top)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the others."""
        return options[int(self.random() * len(options))]

    def chance(self, percent: float) -> bool:
        """True that many times in a hundred."""
        return self.random() * 100 < percent

    def digits(self, pattern: str) -> str:
        """The pattern with each `#` replaced by a digit and each `@` by a capital letter."""
        number = int(self.random() * 1_000_000_000)
        signs = []
        for sign in pattern:
            if sign in "#@":
                number, drawn = divmod(number, 10)
                sign = "0123456789"[drawn] if sign == "#" else "ABEHKLNRSW"[drawn]  # noqa: PLW2901
            signs.append(sign)
        return "".join(signs)


def spread(shares: Iterable[tuple[T, int]]) -> tuple[T, ...]:
    """Options repeated by their shares, so that an even pick is a weighted one: `(("form", 3), ("chat", 1))`."""
    return tuple(option for option, share in shares for _ in range(share))
