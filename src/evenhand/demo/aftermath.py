"""What became of a demo lead: when somebody first touched it, when it was closed and how. Some are never touched."""

from typing import Final, NamedTuple

from evenhand.demo.dice import Dice, spread
from evenhand.demo.quarter import END, instant, opening

_DAY: Final = 86_400
_FIRST_TOUCH: Final = spread(  # seconds of office time, from-to
    (((60, 300), 6), ((300, 900), 6), ((900, 3600), 4), ((3600, 4 * 3600), 3), ((4 * 3600, 8 * 3600), 1))
)
_CLOSED: Final = spread(  # seconds after the first touch, from-to
    (
        ((600, _DAY // 2), 5),
        ((_DAY, 5 * _DAY), 6),
        ((5 * _DAY, 12 * _DAY), 5),
        ((12 * _DAY, 25 * _DAY), 3),
        ((25 * _DAY, 60 * _DAY), 1),
    )
)


class Fate(NamedTuple):
    """Seconds of office time to the first touch and from there to the close; `None` when it never comes."""

    touched: int | None
    closed: int | None
    outcome: str


def fate(dice: Dice) -> Fate:
    """One lead's fate: 9 in 100 are never touched, 5 in 100 never closed, a third of the others won."""
    never_closed = dice.chance(5)
    if dice.chance(9):
        return Fate(None, None if never_closed else dice.between(10 * _DAY, 30 * _DAY), "lost")
    low, high = dice.pick(_CLOSED)
    outcome = "won" if high > _DAY and dice.chance(33) else "lost"
    return Fate(dice.between(*dice.pick(_FIRST_TOUCH)), None if never_closed else dice.between(low, high), outcome)


def afterwards(second: int, region: str, *, drawn: Fate) -> str:
    """The cells `responded_at`, `closed_at` and `outcome`; what lies after the end of the quarter is not known yet."""
    touched, closed, outcome = drawn
    if touched is None:
        return "," + _closing(second, closed, outcome=outcome)
    first = opening(second, region) + touched
    return f"{instant(first)},{_closing(first, closed, outcome=outcome)}" if first < END else ",,"


def _closing(since: int, closed: int | None, *, outcome: str) -> str:
    return "," if closed is None or since + closed >= END else f"{instant(since + closed)},{outcome}"
