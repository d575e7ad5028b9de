"""How much working time lies between two moments: what the arithmetic of due times is measured against."""

from evenhand.core.hours import Bounds


def working_between(bounds: Bounds, a: int, b: int) -> int:
    """The working time in [a, b)."""
    stretches = zip(bounds[::2], bounds[1::2], strict=True)
    return sum(max(min(end, b) - max(start, a), 0) for start, end in stretches)
