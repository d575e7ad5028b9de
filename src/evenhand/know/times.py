"""Moments as files hold them: ISO 8601, dates, German dates, seconds or milliseconds since 1970; all become Millis."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from evenhand.core.model import Millis
from evenhand.know.numbers import Unreadable

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_EPOCH: Final = re.compile(r"[0-9]{9,16}(?:\.[0-9]+)?")
_DOTTED: Final = re.compile(r"([0-3]?[0-9])\.([01]?[0-9])\.([0-9]{4})(.*)", re.DOTALL)
_SLASHED: Final = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})(.*)", re.DOTALL)
_FIX: Final = "write it as 2026-11-02T09:14:00Z"


def read_time(text: str, zone: tzinfo = UTC) -> Millis:
    """Milliseconds since 1970 in UTC. A time without an offset is in `zone`; a date means its midnight there.

    09:00 on a day as 02.11.2026 is read as the second of November; 11/02/2026, which means two things, is not read.
    Raises Unreadable.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        if _EPOCH.fullmatch(text):
            return _since_start(Decimal(text))
        moment = _other(text)
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return (aware - _START) // _MILLISECOND
    except OverflowError:
        raise Unreadable("not a time we can count with", _FIX) from None


def day(moment: Millis) -> str:
    """The UTC date of a moment, for messages."""
    return (_START + timedelta(milliseconds=moment)).date().isoformat()


def _other(text: str) -> datetime:
    if found := _DOTTED.fullmatch(text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}{found[4]}"
    elif found := _SLASHED.fullmatch(text):
        text = f"{found[1]}-{found[2]}-{found[3]}{found[4]}"
    elif re.match(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", text):
        raise Unreadable("day and month can be read in two ways", _FIX)
    text = re.sub(r"[\s,]+", " ", text)
    text = re.sub(r" (?=UTC$|GMT$|[+-][0-9])", "", text).replace("UTC", "Z").replace("GMT", "Z")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("not a time", _FIX) from None


def _since_start(number: Decimal) -> Millis:
    digits = len(str(int(number)))
    if digits <= 11:
        return int(number * 1000)
    return int(number) if digits <= 14 else int(number) // 1000
