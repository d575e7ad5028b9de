"""The functions that an expression may call. To add one: a line in `FUNCTIONS` (and its row in the reference).

An argument that is unknown makes the result unknown, so `run` only ever sees known values of the right types. Two are
not here because they are no functions of values: `known(field)` asks about the field, and `money(amount, "USD")` is
written out as a multiplication by the rate.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.model import DAY, HOUR, Value
from evenhand.core.when.exact import Number, magnitude, rounded
from evenhand.core.when.fields import Kind
from evenhand.core.when.text import glob

Run: TypeAlias = Callable[[int, tuple[Value, ...]], Value | None]

TEXT: Final[tuple[Kind, ...]] = ("text",)
TEXTS: Final[tuple[Kind, ...]] = ("texts",)
NUMBERS: Final[tuple[Kind, ...]] = ("integer", "number", "money")
TIME: Final[tuple[Kind, ...]] = ("time",)


class Function(Struct, frozen=True, kw_only=True):
    """A function: what it takes, what it gives, how it is worked out, and how it reads.

    takes:   the kinds that each argument may have; with `many`, the last may be given any number of times more.
    gives:   the kind of the result; `None` is the widest of the arguments: money if any is, a whole number if all are.
    literal: the number of the argument, from 0, that must be written out.
    says:    the words, with {0}, {1} ... for the arguments; `denies`: the words for "not", where it is a yes or no.
    """

    takes: tuple[tuple[Kind, ...], ...]
    gives: Kind | None
    run: Run
    says: str
    denies: str = ""
    many: bool = False
    literal: int | None = None
    doc: str


def _contains(_now: int, given: tuple[Value, ...]) -> Value | None:
    whole, part = given
    return isinstance(whole, str | tuple) and isinstance(part, str) and part in whole


def _starts_with(_now: int, given: tuple[Value, ...]) -> Value | None:
    return str(given[0]).startswith(str(given[1]))


def _ends_with(_now: int, given: tuple[Value, ...]) -> Value | None:
    return str(given[0]).endswith(str(given[1]))


_compiled = lru_cache(maxsize=4096)(glob)


def _matches(_now: int, given: tuple[Value, ...]) -> Value | None:
    return _compiled(str(given[1]))(str(given[0]))


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _any_of(_now: int, given: tuple[Value, ...]) -> Value | None:
    return not set(_texts(given[0])).isdisjoint(_texts(given[1]))


def _all_of(_now: int, given: tuple[Value, ...]) -> Value | None:
    return set(_texts(given[0])).issuperset(_texts(given[1]))


def _number(value: Value) -> Number:
    return 0 if isinstance(value, str | tuple) else value


def _days_since(now: int, given: tuple[Value, ...]) -> Value | None:
    return (now - int(_number(given[0]))) // DAY


def _hours_since(now: int, given: tuple[Value, ...]) -> Value | None:
    return (now - int(_number(given[0]))) // HOUR


def _length(_now: int, given: tuple[Value, ...]) -> Value | None:
    return len(given[0]) if isinstance(given[0], str | tuple) else None


def _min(_now: int, given: tuple[Value, ...]) -> Value | None:
    return min(map(_number, given))


def _max(_now: int, given: tuple[Value, ...]) -> Value | None:
    return max(map(_number, given))


def _abs(_now: int, given: tuple[Value, ...]) -> Value | None:
    return magnitude(_number(given[0]))


def _round(_now: int, given: tuple[Value, ...]) -> Value | None:
    return rounded(_number(given[0]))


FUNCTIONS: Final[Mapping[str, Function]] = {
    "contains": Function(
        takes=(("text", "texts"), TEXT),
        gives="boolean",
        run=_contains,
        says="{0} contains {1}",
        denies="{0} does not contain {1}",
        doc="the text occurs in the other, or is one of the texts; also written `text in field`",
    ),
    "starts_with": Function(
        takes=(TEXT, TEXT),
        gives="boolean",
        run=_starts_with,
        says="{0} starts with {1}",
        denies="{0} does not start with {1}",
        doc="the first text begins with the second",
    ),
    "ends_with": Function(
        takes=(TEXT, TEXT),
        gives="boolean",
        run=_ends_with,
        says="{0} ends with {1}",
        denies="{0} does not end with {1}",
        doc="the first text ends with the second",
    ),
    "matches": Function(
        takes=(TEXT, TEXT),
        gives="boolean",
        run=_matches,
        says="{0} matches {1}",
        denies="{0} does not match {1}",
        literal=1,
        doc="the whole text fits a pattern in which `*` is any run of characters and `?` exactly one",
    ),
    "any_of": Function(
        takes=(TEXTS, TEXTS),
        gives="boolean",
        run=_any_of,
        says="{0} has any of {1}",
        denies="{0} has none of {1}",
        doc="at least one of the texts in the list is there",
    ),
    "all_of": Function(
        takes=(TEXTS, TEXTS),
        gives="boolean",
        run=_all_of,
        says="{0} has all of {1}",
        denies="{0} does not have all of {1}",
        doc="every text in the list is there",
    ),
    "days_since": Function(
        takes=(TIME,),
        gives="integer",
        run=_days_since,
        says="the days since {0}",
        doc="whole days of 24 hours that have passed; negative for a time to come",
    ),
    "hours_since": Function(
        takes=(TIME,),
        gives="integer",
        run=_hours_since,
        says="the hours since {0}",
        doc="whole hours that have passed; negative for a time to come",
    ),
    "length": Function(
        takes=(("text", "texts"),),
        gives="integer",
        run=_length,
        says="the length of {0}",
        doc="the number of characters in a text, or of texts in a set",
    ),
    "min": Function(
        takes=(NUMBERS, NUMBERS),
        gives=None,
        run=_min,
        says="the smallest of {all}",
        many=True,
        doc="the smallest of two or more numbers",
    ),
    "max": Function(
        takes=(NUMBERS, NUMBERS),
        gives=None,
        run=_max,
        says="the largest of {all}",
        many=True,
        doc="the largest of two or more numbers",
    ),
    "abs": Function(
        takes=(NUMBERS,),
        gives=None,
        run=_abs,
        says="the size of {0}",
        doc="the number without its sign",
    ),
    "round": Function(
        takes=(NUMBERS,),
        gives="integer",
        run=_round,
        says="{0} rounded",
        doc="the nearest whole number; a half goes away from zero",
    ),
}

SPECIAL: Final[Mapping[str, tuple[str, str, str]]] = {
    "known": ("any field", "boolean", "the lead has the field; always yes or no, never unknown"),
    "money": ("number, text", "money", "an amount in another currency, converted by the policy's rates"),
}
