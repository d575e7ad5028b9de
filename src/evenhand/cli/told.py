"""Rows of the desk as JSON for programs: times in ISO 8601 UTC, amounts as they are, nothing that only we can read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import typer
from msgspec import Raw, Struct, json
from msgspec.structs import asdict

from evenhand.core.instants import say_instant
from evenhand.core.ledger import UNIT
from evenhand.core.view import View
from evenhand.ports.rows import NEVER, LeadRow

TIMES: Final = frozenset(
    "accepted at cleared closed due ended expires found last leased next now oldest overdue received responded ruled "
    "sent since snoozed touched when".split()
)
_INSIDE: Final = frozenset({"body", "fields"})  # JSON within a row
_OURS: Final = frozenset({"link", "memory", "box", "record", "stamp"})
_ENCODE: Final = json.Encoder(decimal_format="number").encode
_AMOUNTS: Final = {"rank": ("score", -100), "worth": ("value", 100), "amount": ("amount", 100)}


def show_json(found: object) -> None:
    """Print a value as one line of JSON."""
    typer.echo(_ENCODE(plain_json(found)))


def plain_json(found: object) -> object:
    """A value with its rows made readable."""
    match found:
        case View() | Raw():
            return found
        case LeadRow():
            return dict(_amount(name, value) for name, value in _row(found))
        case Struct():
            return dict(_row(found))
        case Mapping():
            return {key: plain_json(value) for key, value in found.items()}
        case list() | tuple():
            return [plain_json(each) for each in found]
        case _:
            return found


def _row(row: Struct) -> list[tuple[str, object]]:
    return [(name, _value(name, value)) for name, value in asdict(row).items() if name not in _OURS]


def _value(name: str, value: object) -> object:
    if name in TIMES and isinstance(value, int) and not isinstance(value, bool):
        return say_instant(value) if 0 < value < NEVER else None
    if name in _INSIDE and isinstance(value, bytes):
        return Raw(value)
    if name == "credit" and isinstance(value, int):
        return Decimal(value) / UNIT
    return plain_json(value)


def _amount(name: str, value: object) -> tuple[str, object]:
    if name not in _AMOUNTS or not isinstance(value, int):
        return name, value
    said, per = _AMOUNTS[name]
    return said, Decimal(value) / per
