"""Arithmetic without rounding and without surprises: the same result on every machine, or none.

Whole numbers stay whole where the result is whole. Anything else is `Decimal`, reckoned in a context of our own. A
sum, difference or product that would not fit exactly, and a division by zero, have no value: unknown.
"""

from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Clamped,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
    Underflow,
)
from typing import Final, TypeAlias

from evenhand.core.when.nodes import Sign

Number: TypeAlias = int | Decimal

_TRAPS: Final = [Clamped, DivisionByZero, InvalidOperation, Overflow, Subnormal, Underflow]
_EXACT: Final = Context(prec=120, Emin=-200, Emax=200, traps=[*_TRAPS, Inexact])
_DIVIDE: Final = Context(prec=28, rounding=ROUND_HALF_EVEN, Emin=-200, Emax=200, traps=_TRAPS)
_LARGEST: Final = 10**120


def reckon(sign: Sign, left: Number, right: Number) -> Number | None:
    """`left sign right`; exact, except that a division that does not end keeps 28 digits, half to even."""
    if sign == "/":
        return divide(left, right)
    if isinstance(left, int) and isinstance(right, int):
        whole = left + right if sign == "+" else left - right if sign == "-" else left * right
        return whole if -_LARGEST < whole < _LARGEST else None
    try:
        match sign:
            case "+":
                return _EXACT.add(left, right)
            case "-":
                return _EXACT.subtract(left, right)
            case _:
                return _EXACT.multiply(left, right)
    except DecimalException:
        return None


def divide(left: Number, right: Number) -> Number | None:
    """A whole number if it comes out even, else 28 digits; nothing if `right` is zero."""
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    try:
        return _DIVIDE.divide(Decimal(left), Decimal(right))
    except DecimalException:
        return None


def rounded(value: Number) -> Number:
    """The nearest whole number; a half goes away from zero."""
    return value if isinstance(value, int) else int(value.to_integral_value(ROUND_HALF_UP, _EXACT_SIZES))


_EXACT_SIZES: Final = Context(prec=400, Emin=-400, Emax=400)


def magnitude(value: Number) -> Number:
    """The value without its sign."""
    return abs(value) if isinstance(value, int) else value.copy_abs()
