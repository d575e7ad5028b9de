"""How many to take at once, so that it is done in about the time that there is: learned from what the last took."""


class Pace:
    """`size` is how many to take next: at least one, at most `most`, and what fits into `span` by all that is known.

    What a round costs whatever its size makes the guess too small rather than too large. Any unit of time will do.
    """

    def __init__(self, *, span: int, most: int, size: int = 8) -> None:
        self.size = size
        self._span = span
        self._most = most

    def took(self, count: int, spent: int) -> None:
        """So many took so long. A round that was not full says nothing about a larger one."""
        fits = count * self._span // max(spent, 1)
        largest = min(self._most, 2 * self.size) if count >= self.size else self.size
        self.size = max(1, min(fits, largest))
