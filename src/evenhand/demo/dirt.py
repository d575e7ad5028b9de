"""What people and systems do to clean values: case, spaces, n/a, ranges, `4.6k`. Routers must live with all of it."""

from typing import Final

from evenhand.demo.dice import Dice

_RANGES: Final = (
    *((10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1,000"), (5000, "1,000-5,000")),
    (1 << 60, "5,000+"),
)
_MISSING: Final = ("", "", "", "n/a", "N/A", "-", "unknown")


def maybe_missing(value: str, dice: Dice, *, percent: int) -> str:
    """The value, or that many times in a hundred nothing or a word for nothing."""
    return dice.pick(_MISSING) if dice.random() * 100 < percent else value


def spelled(name: str, dice: Dice) -> str:
    """A company name as somebody types it: mostly right, sometimes shouted, cut short, spaced out or left out."""
    way = dice.below(20)
    if way > 5:
        return name
    if way == 0:
        return name.upper()
    if way == 1:
        return name.lower()
    if way == 2:
        return f"  {name} "
    if way == 3:
        return name.replace(" ", "  ")
    return " ".join(name.split()[:2]) if way == 4 else ""


def retyped(email: str, dice: Dice) -> str:
    """The same address typed once more: other case, a space around it, a +tag."""
    if not email:
        return email
    way = dice.below(4)
    if way == 0:
        return email.upper()
    if way == 1:
        return f" {email} "
    local, _, domain = email.partition("@")
    return f"{local}+work@{domain}" if way == 2 else email


def employees_as_written(number: int, dice: Dice) -> str:
    """A number of employees as forms and people give it: `1200`, `1,200`, `1.2k`, `1,000-5,000`, `n/a`."""
    way = dice.below(20)
    if way < 9:
        return str(number)
    if way < 13:
        return next(text for top, text in _RANGES if number <= top)
    if way < 15:
        return f"{number:,}"
    if way < 17:
        return f"{number // 100 / 10}k" if number >= 1000 else f" {number} "
    if way == 17:
        return f"~{number}" if number < 1000 else f"{number // 1000}k+"
    return dice.pick(_MISSING)
