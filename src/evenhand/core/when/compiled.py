"""From parts to closures: an expression is turned into Python functions once, and then only called.

A test answers True, False or None for unknown (Kleene's three-valued logic); a value is None when unknown. A field
whose value is not of its kind counts as unknown, so nothing here raises, whatever the facts.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from evenhand.core.model import Value
from evenhand.core.places import Place
from evenhand.core.when.exact import Number, reckon
from evenhand.core.when.fields import Kind
from evenhand.core.when.functions import FUNCTIONS
from evenhand.core.when.nodes import (
    PLACE_FIELDS,
    And,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Constant,
    Known,
    Lookup,
    Member,
    Node,
    Not,
    Operator,
    Or,
    Personal,
    Read,
    Sign,
    Within,
)

Facts: TypeAlias = Mapping[str, Value]
Answers: TypeAlias = Mapping[int, bool | None] | None
Test: TypeAlias = Callable[[Facts, int, Answers], bool | None]
Reading: TypeAlias = Callable[[Facts, int, Answers], Value | None]


def test_of(node: Node) -> Test:
    """The function that answers a boolean part."""
    match node:
        case And(parts):
            return _all(tuple(map(test_of, parts)))
        case Or(parts):
            return _any(tuple(map(test_of, parts)))
        case Not(part):
            return _not(test_of(part))
        case Choose(test, then, otherwise):
            return _either(test_of(test), test_of(then), test_of(otherwise))
        case Personal(number, part):
            return _personal(number, test_of(part))
        case _:
            return _leaf(node)


def _leaf(node: Node) -> Test:
    match node:
        case Compare(sign, left, right):
            return _compare(sign, value_of(left), value_of(right))
        case Member(part, values):
            return _member(value_of(part), frozenset(values))
        case Known(field, kind, asked):
            return _known(field, kind, asked=asked)
        case Within(areas):
            return lambda facts, _now, _answers: any_true(area.contains(place_in(facts)) for area in areas)
        case _:
            return _truth(value_of(node))


def value_of(node: Node) -> Reading:
    """The function that gives the value of a part."""
    match node:
        case Constant(value):
            return lambda _facts, _now, _answers: value
        case Read(field, kind):
            return _read(field, kind)
        case Arithmetic(sign, left, right):
            return _arithmetic(sign, value_of(left), value_of(right))
        case Lookup(_, key, entries):
            return _lookup(value_of(key), entries)
        case Choose(test, then, otherwise, kind) if kind != "boolean":
            return _choice(test_of(test), value_of(then), value_of(otherwise))
        case Call(function, parts):
            return _call(function, tuple(map(value_of, parts)))
        case _:
            return test_of(node)


# --- reading fields ---------------------------------------------------------------------------------------------------

_CLASSES: Final[Mapping[Kind, type]] = {"text": str, "texts": tuple, "integer": int, "boolean": bool, "time": int}


def fits(value: Value, kind: Kind) -> bool:
    """Whether a value is of a kind; what is not is treated as unknown."""
    exact = _CLASSES.get(kind)
    if exact is not None:
        return type(value) is exact
    return type(value) is int or (isinstance(value, Decimal) and value.is_finite())


def _read(field: str, kind: Kind) -> Reading:
    exact = _CLASSES.get(kind)

    def read_exact(facts: Facts, _now: int, _answers: Answers) -> Value | None:
        value = facts.get(field)
        return value if type(value) is exact else None

    def read_number(facts: Facts, _now: int, _answers: Answers) -> Value | None:
        value = facts.get(field)
        if type(value) is int or (isinstance(value, Decimal) and value.is_finite()):
            return value
        return None

    return read_number if exact is None else read_exact


def _known(field: str, kind: Kind, *, asked: bool) -> Test:
    read = _read(field, kind)
    otherwise = False if asked else None

    def known(facts: Facts, now: int, answers: Answers) -> bool | None:
        return otherwise if read(facts, now, answers) is None else True

    return known


def place_in(facts: Facts) -> Place:
    """The lead's place, as far as the facts say."""
    known = [facts.get(name) for name in PLACE_FIELDS]
    country, state, city, postal = (value if isinstance(value, str) else "" for value in known)
    return Place(country, state, city, postal)


# --- three-valued logic -----------------------------------------------------------------------------------------------


def any_true(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's or."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            found = None
    return found


def _all(tests: tuple[Test, ...]) -> Test:
    def all_(facts: Facts, now: int, answers: Answers) -> bool | None:
        found: bool | None = True
        for test in tests:
            answer = test(facts, now, answers)
            if answer is False:
                return False
            if answer is None:
                found = None
        return found

    return all_


def _any(tests: tuple[Test, ...]) -> Test:
    return lambda facts, now, answers: any_true(test(facts, now, answers) for test in tests)


def _not(test: Test) -> Test:
    def not_(facts: Facts, now: int, answers: Answers) -> bool | None:
        answer = test(facts, now, answers)
        return None if answer is None else not answer

    return not_


def _either(test: Test, then: Test, otherwise: Test) -> Test:
    def either(facts: Facts, now: int, answers: Answers) -> bool | None:
        answer = test(facts, now, answers)
        if answer is None:
            return None
        return (then if answer else otherwise)(facts, now, answers)

    return either


def _personal(number: int, test: Test) -> Test:
    def personal(facts: Facts, now: int, answers: Answers) -> bool | None:
        return test(facts, now, answers) if answers is None else answers.get(number)

    return personal


def _truth(reading: Reading) -> Test:
    def truth(facts: Facts, now: int, answers: Answers) -> bool | None:
        value = reading(facts, now, answers)
        return value if isinstance(value, bool) else None

    return truth


# --- comparing --------------------------------------------------------------------------------------------------------


_ORDER: Final[Mapping[Operator, Callable[[Number, Number], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(sign: Operator, left: Reading, right: Reading) -> Test:
    order = _ORDER.get(sign)
    wanted = sign == "=="

    def equal(facts: Facts, now: int, answers: Answers) -> bool | None:
        one, two = left(facts, now, answers), right(facts, now, answers)
        return None if one is None or two is None else (one == two) is wanted

    def ordered(facts: Facts, now: int, answers: Answers) -> bool | None:
        one, two = _number(left(facts, now, answers)), _number(right(facts, now, answers))
        return None if one is None or two is None or order is None else order(one, two)

    return equal if order is None else ordered


def _member(part: Reading, values: frozenset[Value]) -> Test:
    def member(facts: Facts, now: int, answers: Answers) -> bool | None:
        value = part(facts, now, answers)
        return None if value is None else value in values

    return member


# --- values -----------------------------------------------------------------------------------------------------------


def _number(value: Value | None) -> Number | None:
    return None if isinstance(value, str | tuple) else value


def _arithmetic(sign: Sign, left: Reading, right: Reading) -> Reading:
    def arithmetic(facts: Facts, now: int, answers: Answers) -> Value | None:
        one = _number(left(facts, now, answers))
        two = _number(right(facts, now, answers))
        return None if one is None or two is None else reckon(sign, one, two)

    return arithmetic


def _lookup(key: Reading, entries: Mapping[str, Value]) -> Reading:
    def lookup(facts: Facts, now: int, answers: Answers) -> Value | None:
        value = key(facts, now, answers)
        return entries.get(value) if isinstance(value, str) else None

    return lookup


def _choice(test: Test, then: Reading, otherwise: Reading) -> Reading:
    def choice(facts: Facts, now: int, answers: Answers) -> Value | None:
        answer = test(facts, now, answers)
        if answer is None:
            return None
        return (then if answer else otherwise)(facts, now, answers)

    return choice


def _call(function: str, parts: tuple[Reading, ...]) -> Reading:
    run = FUNCTIONS[function].run

    def call(facts: Facts, now: int, answers: Answers) -> Value | None:
        given: list[Value] = []
        for part in parts:
            value = part(facts, now, answers)
            if value is None:
                return None
            given.append(value)
        return run(now, tuple(given))

    return call
