"""Lines out of bytes as they come, packed or not, however the bytes are cut: nothing is kept but the line begun."""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from evenhand.errors import BadInput, BadUsage, Fault

LONGEST: Final = 64 * 1024  # bytes of a line
PIECE: Final = 256 * 1024  # bytes that are unpacked at once
ROOM: Final = 64 << 20  # bytes that anything may unpack to
RATIO: Final = 200  # and so many more for each byte that came
MEDIA: Final = "application/x-ndjson"

_BOM: Final = b"\xef\xbb\xbf"
_GZIP: Final = 16 + zlib.MAX_WBITS


class Line(NamedTuple):
    """A line that is not empty, counted from 1 with the empty ones; of one that is too long the text is gone."""

    number: int
    text: bytes
    is_too_long: bool = False


class Lines:
    """Cuts bytes into lines."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = b""
        self._number = 0
        self._skips = False

    def feed(self, more: bytes) -> list[Line]:
        """The lines that end in these bytes."""
        *whole, rest = (self._rest + more).split(b"\n")
        found = [line for line in map(self._line, whole) if line is not None]
        if self._skips or len(rest) > self._longest:
            self._skips, rest = True, b""
        self._rest = rest
        return found

    def end(self) -> list[Line]:
        """What there is after the last line feed."""
        line = self._line(self._rest) if self._rest or self._skips else None
        self._rest = b""
        return [] if line is None else [line]

    @property
    def number(self) -> int:
        """How many lines have ended."""
        return self._number

    def _line(self, text: bytes) -> Line | None:
        self._number += 1
        if self._number == 1:
            text = text.removeprefix(_BOM)
        if self._skips or len(text) > self._longest:
            self._skips = False
            return Line(self._number, b"", is_too_long=True)
        text = text.strip()
        return Line(self._number, text) if text else None


class Plain:
    """Bytes as they come."""

    def feed(self, more: bytes) -> Iterator[bytes]:
        """In pieces."""
        for start in range(0, len(more), PIECE):
            yield more[start : start + PIECE]

    def end(self) -> None:
        """Nothing was left over."""


class Gunzip:
    """Unpacks gzip, several files after one another too. What would unpack to absurdly much is refused."""

    def __init__(self) -> None:
        self._at = zlib.decompressobj(_GZIP)
        self._came = self._made = 0
        self._begun = False

    def feed(self, more: bytes) -> Iterator[bytes]:
        """In pieces. Raises BadInput for what is no gzip, or too much."""
        self._came += len(more)
        while more:
            if self._at.eof:
                self._at, self._begun = zlib.decompressobj(_GZIP), False
            yield self._unpacked(more)
            more = self._at.unconsumed_tail or self._at.unused_data

    def end(self) -> None:
        """Raises BadInput if it was cut off."""
        if self._begun and not self._at.eof:
            raise _bad("ends in the middle of the gzip.", "Send it again, all of it.")

    def _unpacked(self, more: bytes) -> bytes:
        self._begun = True
        try:
            piece = self._at.decompress(more, PIECE)
        except zlib.error as error:
            raise _bad("is not gzip.", "Leave out Content-Encoding, or pack it with gzip.") from error
        self._made += len(piece)
        if self._made > ROOM + RATIO * self._came:
            raise _bad("unpacks to far more than leads ever do.", "Send it in several parts, or unpacked.")
        return piece


def opening(encoding: str) -> Plain | Gunzip:
    """What unpacks a body of this Content-Encoding. Raises BadUsage for one that we do not know."""
    named = encoding.strip().lower()
    if named in {"", "identity"}:
        return Plain()
    if named in {"gzip", "x-gzip"}:
        return Gunzip()
    what = f"{encoding[:40]!r} cannot be unpacked."
    raise BadUsage(Fault(where="Content-Encoding", what=what, fix="Send gzip, or leave the header out."))


def _bad(what: str, fix: str) -> BadInput:
    return BadInput(Fault(where="body", what=what, fix=fix))
