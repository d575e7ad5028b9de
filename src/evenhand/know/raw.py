"""What a file gives us before we know what it means."""

from decimal import Decimal
from typing import Final, TypeAlias

Raw: TypeAlias = "str | bool | int | Decimal | list[Raw] | None"

_SHOWN: Final = 80


def shorten(raw: object) -> str:
    """The value as a message shows it: on one line, with at most 80 characters."""
    text = str(raw)[: 4 * _SHOWN]
    text = " ".join(text.replace("\0", "\\0").split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
