"""How many to take at once, so that it is done in about the time that there is: learned from what the last took."""

from typing import Final

KEPT: Final = 0.9  # of what was learned before, beside the latest round


class Pace:
    """`size` is how many to take next: at least one, at most `most`, and what fits into `span` by all that is known.

    What a round costs whatever its size makes the guess too small rather than too large. Any unit of time will do.
    With `shares`, a round is never so small that its own cost is more than half of it, whether it fits or not: where
    a commit alone takes longer than the span (a slow disk), one lead at a time would be no kinder to anybody.
    """

    def __init__(self, *, span: int, most: int, size: int = 8, shares: bool = False) -> None:
        self.size = size
        self._span = span
        self._most = most
        self._shares = shares
        self._rounds = _Line()

    def took(self, count: int, spent: int) -> None:
        """So many took so long. A round that was not full says nothing about a larger one."""
        fits = count * self._span // max(spent, 1)
        if self._shares:
            self._rounds.add(count, spent)
            fits = max(fits, min(self._rounds.break_even, self._most))
        largest = min(self._most, 2 * self.size) if count >= self.size else self.size
        self.size = max(1, min(fits, largest))


class _Line:
    """The line through the latest rounds, by least squares: what a round costs whatever its size, and each one more."""

    def __init__(self) -> None:
        self._weight = self._counts = self._spent = self._squares = self._products = 0.0

    def add(self, count: int, spent: int) -> None:
        self._weight = self._weight * KEPT + 1
        self._counts = self._counts * KEPT + count
        self._spent = self._spent * KEPT + spent
        self._squares = self._squares * KEPT + count * count
        self._products = self._products * KEPT + count * spent

    @property
    def break_even(self) -> int:
        """How many cost as much as the round itself; 0 as long as rounds of one size only are known."""
        spread = self._weight * self._squares - self._counts**2
        if spread < self._weight**2 / 100:
            return 0
        each = (self._weight * self._products - self._counts * self._spent) / spread
        own = (self._spent - each * self._counts) / self._weight
        return int(own / each) if each > 0 and own > 0 else 0
