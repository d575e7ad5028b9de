"""Numbers and amounts of money as people type them: "1,200", "4.6k", "51-200 employees", "EUR 5,000".

What can be read in two ways is not read at all. A range, "500+" and "over 500" give their lower bound, because rules
ask for "at least"; "under 50" has none and stays unknown. The dot: "1.200" may be one thousand two hundred or one and
a fifth, so it is refused where it matters (whole numbers, money) and taken as a decimal point elsewhere. The comma
before exactly three digits groups thousands, otherwise it is a decimal comma.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

Number = int | Decimal
Shape = Literal["integer", "number", "money"]

LARGEST: Final = 10**18  # keeps every number within 64 bits
_FINEST: Final = 30  # places after the point

_TIMES: Final[Mapping[str, int]] = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "tsd": 10**3,
    "m": 10**6,
    "mm": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "mrd": 10**9,
    "billion": 10**9,
}
_ONE: Final = rf"[0-9][0-9., '’\u00a0\u2009\u202f]*(?:[eE][+-]?[0-9]{{1,2}})?\s*(?:{'|'.join(filter(None, _TIMES))})?"
_RANGE: Final = re.compile(rf"({_ONE})\s*(?:-|–|—|to|bis)\s*({_ONE})", re.IGNORECASE)
_AT_LEAST: Final = re.compile(
    rf"(?:>=?|≥|over|more than|at least|min\.?|from|ab|über)\s*({_ONE})"
    rf"|({_ONE})\s*(?:\+|and more|or more|and above)",
    re.IGNORECASE,
)
_AT_MOST: Final = re.compile(r"(?:<|≤|under|up to|less than|at most|max|unter|bis)", re.IGNORECASE)
_DASH: Final = re.compile(r"\s*(?:-|–|—|\bto\b|\bbis\b)\s*", re.IGNORECASE)
_PLAIN: Final = re.compile(rf"([+-]?)\s*({_ONE})", re.IGNORECASE)
_UNIT: Final = re.compile(r"\s*(?:employees|people|staff|seats|users|mitarbeiter|mitarbeitende|fte)$", re.IGNORECASE)
_SPLIT: Final = re.compile(r"([0-9][0-9., ']*?)(?:e([+-]?[0-9]{1,2}))?\s*([a-z]*)")
_SPACES: Final = str.maketrans({"’": "'", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
_GROUPED: Final = re.compile(r"[0-9]{1,3}([,. '])[0-9]{3}(?:\1[0-9]{3})*")

_SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "₽": "RUB",
    "zł": "PLN",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "r$": "BRL",
    "fr.": "CHF",
}
_DOLLARS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_CURRENCY: Final = "|".join(re.escape(sign) for sign in sorted((*_SIGNS, "$"), key=len, reverse=True)) + "|[a-z]{3}"
_BEFORE: Final = re.compile(rf"({_CURRENCY})\s*(?=[0-9<>≥+-])(.+)", re.IGNORECASE)
_AFTER: Final = re.compile(
    rf"(.*[0-9.,kmbKMB+]|.*\s(?:{'|'.join(filter(None, _TIMES))}))\s*({_CURRENCY})", re.IGNORECASE
)


class Unreadable(Exception):
    """Why a text is no number, and how to write it."""

    def __init__(self, cause: str, fix: str = "") -> None:
        super().__init__(cause)
        self.fix = fix


@lru_cache(maxsize=4096)
def read_number(text: str, shape: Shape) -> Number:
    """The number that `text` stands for, whole if it can be. Raises Unreadable."""
    if text.isdecimal() and text.isascii() and len(text) <= 18:
        return int(text)
    bare = _UNIT.sub("", text.strip()) if shape == "integer" else text.strip()
    if found := _RANGE.fullmatch(bare):
        return _lower(found[1], found[2], shape)
    if found := _AT_LEAST.fullmatch(bare):
        return _one(found[1] or found[2], shape)
    if found := _PLAIN.fullmatch(bare):
        number = _one(found[2], shape)
        return -number if found[1] == "-" else number
    if _AT_MOST.match(bare):
        raise Unreadable("has an upper bound only, so nothing to count on", "write a range, such as 10-50")
    raise Unreadable("not a number", "write it in digits, such as 1200")


def read_money(text: str, currency: str, rates: Mapping[str, Number], *, default: str = "") -> Number:
    """The amount in `currency`; a bare number is in `default`, or in `currency` itself. Raises Unreadable.

    `rates` says what one unit of another currency is worth in `currency`.
    """
    code, bare = _both_ends(text.strip(), currency) or _currency(text.strip(), currency)
    return in_currency(read_number(bare, "money"), code or default or currency, currency, rates=rates)


def in_currency(amount: Number, code: str, currency: str, *, rates: Mapping[str, Number]) -> Number:
    """`amount` of `code` in `currency`. Raises Unreadable when there is no rate."""
    if code == currency:
        return amount
    if code not in rates:
        raise Unreadable(f"no rate for {code}", f"add {code} to the policy's rates, or give the amount in {currency}")
    return whole(amount * rates[code])


def whole(number: Number) -> Number:
    """An int where that is exact. Raises Unreadable when it would not fit 64 bits, or is no finite number."""
    if isinstance(number, Decimal) and not number.is_finite():
        raise Unreadable("not a finite number")
    if not -LARGEST < number < LARGEST:
        raise Unreadable("too large")
    if isinstance(number, int):
        return int(number)
    if number == (floor := int(number)):
        return floor
    if int(number.as_tuple().exponent) < -_FINEST:
        raise Unreadable(f"more than {_FINEST} places after the point", "round it")
    return number


def _both_ends(text: str, own: str) -> tuple[str, str] | None:
    """A range that names its currency twice: "$10k - $20k"."""
    ends = _DASH.split(text)
    if len(ends) != 2:
        return None
    (low, first), (high, last) = _currency(ends[0], own), _currency(ends[1], own)
    return (low, f"{first}-{last}") if low and low == high else None


def _currency(text: str, own: str) -> tuple[str, str]:
    if (found := _BEFORE.fullmatch(text)) and (code := _code(found[1], own)):
        return code, found[2]
    if (found := _AFTER.fullmatch(text)) and (code := _code(found[2], own)):
        return code, found[1]
    return "", text


def _code(sign: str, own: str) -> str:
    if sign == "$":
        return own if own in _DOLLARS else "USD"
    if sign.lower() in _TIMES:
        return ""
    return _SIGNS.get(sign.lower(), sign.upper())


def _lower(low: str, high: str, shape: Shape) -> Number:
    first, last = _one(low, shape), _one(high, shape)
    if first > last:
        raise Unreadable("a range that runs backwards", "write the smaller number first, each in full: 1k-5k")
    if high.strip()[-1].isalpha() and not low.strip()[-1].isalpha() and 0 < first < 1000:
        raise Unreadable("a range that can be read in two ways", "write both numbers in full: 1k-5k")
    return first


def _one(text: str, shape: Shape) -> Number:
    found = _SPLIT.fullmatch(text.translate(_SPACES).strip().lower())
    if not found:
        raise Unreadable("not a number", "write it in digits, such as 1200")
    digits, power, times = found[1].strip(), found[2], found[3]
    number = _digits(digits, strict=shape != "number" and not times) * _TIMES[times]
    result = whole(number.scaleb(int(power)) if power else number)
    if shape == "integer" and not isinstance(result, int):
        raise Unreadable("not a whole number", "round it")
    return result


def _digits(text: str, *, strict: bool) -> Decimal:
    """The digits with their separators as a number. `strict`: refuse "1.200", which can be read in two ways."""
    marks = [mark for mark in text if not mark.isdigit()]
    if len(text) > 40:
        raise Unreadable("too large")
    if not marks:
        return Decimal(text)
    if "," in marks and "." in marks:
        decimal = text[max(text.rfind(","), text.rfind("."))]
        head, tail = text.rsplit(decimal, 1)
        return Decimal(f"{_ungrouped(head)}.{tail}" if tail.isdigit() else _ungrouped(text))
    mark = marks[-1]
    head, _, tail = text.rpartition(mark)
    if mark in ",." and set(marks) - {mark} and tail.isdigit():  # 1 200,50
        return Decimal(f"{_ungrouped(head)}.{tail}")
    if mark in ",." and len(marks) == 1 and tail.isdigit():
        return _point(head, tail, mark=mark, strict=strict)
    return Decimal(_ungrouped(text))


def _point(head: str, tail: str, *, mark: str, strict: bool) -> Decimal:
    """One comma or dot: does it group thousands, or is it a decimal point?"""
    could_group = len(tail) == 3 and len(head) <= 3 and not head.startswith("0")
    if could_group and mark == ",":
        return Decimal(head + tail)
    if could_group and strict:
        raise Unreadable("can be read in two ways", f"write {head}{tail} or {head},{tail} if that is what is meant")
    return Decimal(f"{head}.{tail}")


def _ungrouped(text: str) -> str:
    if text.isdigit():
        return text
    if not _GROUPED.fullmatch(text):
        raise Unreadable("not a number", "group the digits in threes, or not at all: 1200")
    return re.sub(r"[^0-9]", "", text)
