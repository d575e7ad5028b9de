"""The lines of a roster's text: which of them belong to whom, and new ones in the place of old ones."""

from collections.abc import Mapping, Sequence
from typing import Final

from evenhand.reading.edits.steps import Kind, cannot, same
from evenhand.reading.toml import Document, values

_BOM: Final = "\ufeff"


def lines_of(document: Document, at: tuple[Kind, int]) -> tuple[int, int]:
    """The first line of one person or pool, from 0, and the first line after it: blank lines and comments left out."""
    lines, start = document.text.split("\n"), document.line_of(at) - 1
    if not lines[start].lstrip().startswith("[["):
        raise cannot()
    places = document.lines()
    own = [line - 1 for path, line in places.items() if path[:2] == at]
    others = [line - 1 for path, line in places.items() if path[:2] != at]
    end = min([line for line in others if line > start], default=len(lines))
    if max(own) >= end:
        raise cannot()
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return start, end


class Lines:
    """The lines of a text; each keeps its own line end, and new ones get that of the lines around them."""

    def __init__(self, text: str) -> None:
        self._bom = _BOM if text.startswith(_BOM) else ""
        self._lines = text.removeprefix(_BOM).split("\n")
        self._return = "\r" if any(line.endswith("\r") for line in self._lines) else ""

    def text(self, start: int, end: int) -> str:
        """Some of the lines, with plain line ends."""
        return "".join(f"{line.removesuffix(chr(13))}\n" for line in self._lines[start:end])

    def end(self) -> int:
        """The line after the last one that says something."""
        end = len(self._lines)
        while end and self.is_blank(end - 1):
            end -= 1
        return end

    def is_blank(self, line: int) -> bool:
        return line < len(self._lines) and not self._lines[line].strip()

    def replace(self, start: int, end: int, new: Sequence[str]) -> None:
        """Put new lines in the place of some, with the line ends of those, or of the one that they come before."""
        last = end == len(self._lines)
        near = self._lines[start] if start < len(self._lines) - 1 else self._return
        ends = [f"{line}\r" if near.endswith("\r") else line for line in new]
        if last and new and start == end and start:
            self._lines[-1] += self._return
        self._lines[start:end] = ends
        if last and self._lines:
            self._lines[-1] = self._lines[-1].removesuffix("\r")

    def checked(self, wanted: Mapping[str, object]) -> str:
        """The whole text, if it says what is wanted."""
        text = self._bom + "\n".join(self._lines)
        if not same(_said(text), wanted):
            raise cannot()
        return text


def _said(text: str) -> object:
    """What a text says; nothing if it is no TOML any more."""
    try:
        return values(text)
    except ValueError:
        return None
