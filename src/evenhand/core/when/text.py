"""Texts and facts as conditions see them: case, stray blanks and empty values make no difference."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from evenhand.core.model import Value

LARGEST: Final = 10**30  # beyond this a number is a mistake; it also keeps arithmetic and printing small
_FINEST: Final = -40  # the last decimal place that is looked at


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """The text without regard to case, outer blanks and the number of inner ones."""
    return " ".join(text.casefold().split())


def facts(fields: Mapping[str, object]) -> Mapping[str, Value]:
    """What conditions may look at: the fields of a lead, folded once.

    Empty texts, numbers beyond 10^30, numbers that are not finite, and values of other types (`float`, `None` ...) are
    left out: unknown.
    """
    known: dict[str, Value] = {}
    for name, value in fields.items():
        fact = fold(value) if isinstance(value, str) else _fact(value)
        if fact is not None and fact != "":
            known[name] = fact
    return known


def _fact(value: object) -> Value | None:
    match value:
        case bool():
            return value
        case int():
            return int(value) if -LARGEST <= value <= LARGEST else None
        case Decimal():
            return value if is_sound(value) else None
        case tuple() | list() | set() | frozenset():
            texts = {fold(part) for part in value if isinstance(part, str)}
            return tuple(sorted(texts - {""}))
        case _:
            return None


def is_sound(value: Decimal) -> bool:
    """Whether a number is finite and of a size that can be reckoned with exactly."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and -LARGEST <= value <= LARGEST


def glob(pattern: str) -> Callable[[str], bool]:
    """A test whether a folded text matches: `*` stands for any run of characters, `?` for exactly one.

    All positions in the pattern that the text so far can have led to are bits of one number (Baeza-Yates and Gonnet's
    shift-and), so the time grows with the length of the text alone, whatever the pattern.
    """
    size = 0
    loops = 0
    anything = 0
    accepts: dict[str, int] = {}
    for character in pattern:
        if character == "*":
            loops |= 1 << size
            continue
        if character == "?":
            anything |= 1 << size
        else:
            accepts[character] = accepts.get(character, 0) | 1 << size
        size += 1

    def matches(text: str) -> bool:
        at = 1
        for character in text:
            at = (at & (accepts.get(character, 0) | anything)) << 1 | at & loops
            if not at:
                return False
        return bool(at >> size & 1)

    return matches
