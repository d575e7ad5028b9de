"""The physical lines of a file, decoded: the one place that knows about encodings, gzip, pipes and overlong lines.

Nothing is kept but the current line and what a caller puts back, so memory stays flat however long the file is.
"""

import codecs
import gzip
import io
import re
import sys
import zlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from evenhand.errors import BadFile, BadUsage, Fault

MAX_LINE: Final = 4 << 20  # characters; four cells of the largest size allowed

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPED: Final = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte that it cannot decode
_BROKEN: Final = (OSError, EOFError, zlib.error)


class Lines:
    """Hands out the lines of `source` ("-" is standard input) one by one, each with its line ending.

    A UTF-8, UTF-16 or UTF-32 byte order mark decides the encoding; without one it is `encoding`, or else UTF-8.
    Raises BadFile when the file cannot be opened, unpacked or decoded, BadUsage for an encoding nobody knows.
    """

    def __init__(self, source: str, *, encoding: str = "") -> None:
        self.source = "standard input" if source == "-" else source
        self.number = 0  # of the line handed out last
        self.size = 0 if source == "-" else _size(source)
        self._characters = 0
        self._back: deque[str] = deque()
        self._raw = _open(source, self.source)
        self._seekable = source != "-"
        self._open = True
        try:
            self._text = self._decoded(encoding)
        except BaseException:
            self._let_go()
            raise

    @property
    def bytes_read(self) -> int:
        """How far into `size` we are; for a pipe, whose size is 0, the number of characters read."""
        if not self._seekable:
            return self._characters
        return self._raw.raw.tell() if self._open else self.size

    def take(self) -> str | None:
        """The next line, cut after `MAX_LINE` characters; None at the end."""
        if self._back:
            self.number += 1
            return self._back.popleft()
        text = self._read()
        if not text:
            return None
        self.number += 1
        return text

    def put_back(self, lines: Sequence[str]) -> None:
        """Hands `lines`, which were taken last, out again."""
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)

    def skip_rest(self) -> tuple[int, int]:
        """Throws away what is left of a line that was cut; how many characters that was, and how many quotes."""
        length = quotes = 0
        while text := self._read():
            length += len(text)
            quotes += text.count('"')
            if text.endswith(("\n", "\r")):
                break
        return length, quotes

    def first_sign(self) -> str:
        """The first visible character, without taking it, to tell JSON from CSV; empty when there is none near."""
        taken = []
        while (text := self.take()) is not None:
            taken.append(text)
            if text.strip() or len(taken) > 100:
                break
        self.put_back(taken)
        return "".join(taken).lstrip()[:1]

    def fault(self, what: str, fix: str = "") -> BadFile:
        """What is wrong at the line taken last."""
        return BadFile(Fault(what=what, fix=fix, where=self.source, line=self.number))

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        if self._open:
            self._text.detach()
            self._let_go()

    def _let_go(self) -> None:
        self._open = False
        if self._seekable:
            self._raw.close()
        else:
            self._raw.detach()

    def _read(self) -> str:
        try:
            text = self._text.readline(MAX_LINE)
        except UnicodeDecodeError as error:
            raise self._undecodable(self.number + 1, error.start, error.encoding) from None
        except _BROKEN as error:
            raise self.fault(f"cannot be read on: {error}.", "Fetch or pack the file again.") from error
        if not text.isascii() and (found := _ESCAPED.search(text)):
            before = text[: found.start()].encode(self._text.encoding, "surrogateescape")
            raise self._undecodable(self.number + 1, len(before), self._text.encoding, found.group())
        self._characters += len(text)
        return text

    def _undecodable(self, line: int, offset: int, encoding: str, sign: str = "") -> BadFile:
        byte = f"byte {offset + 1}" + (f" (0x{ord(sign) - 0xDC00:02X})" if sign else "")
        fix = "Say what it is: --encoding cp1252 for files of older Windows programs."
        if encoding.startswith(("utf-16", "utf-32")):
            fix = "The file is damaged or cut off: fetch it again."
        return BadFile(Fault(what=f"{byte} is not {encoding} text.", fix=fix, where=self.source, line=line))

    def _decoded(self, asked: str) -> io.TextIOWrapper:
        try:
            packed = self._raw.peek(2)[:2] == b"\x1f\x8b"
            stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw)) if packed else self._raw
            head = stream.peek(4096)[:4096]
        except _BROKEN as error:
            raise self.fault(f"cannot be read: {error}.", "Fetch or pack the file again.") from error
        encoding = _encoding(head, asked, self.source)
        errors = "strict" if encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")) else "surrogateescape"
        try:
            return io.TextIOWrapper(stream, encoding, errors=errors, newline="")
        except LookupError:
            fault = Fault(what=f"--encoding {asked} is unknown.", fix="Try utf-8, cp1252 or utf-16.", where=self.source)
            raise BadUsage(fault) from None


def _encoding(head: bytes, asked: str, where: str) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head.startswith(b"PK\x03\x04"):
        fix = "Save the sheet as CSV (UTF-8), or unpack the archive, and give that."
        raise BadFile(Fault(what="is a spreadsheet or a ZIP archive, not text.", fix=fix, where=where))
    if not asked and head.count(0) * 3 > len(head):
        fix = "It looks like UTF-16 without a mark: --encoding utf-16-le."
        raise BadFile(Fault(what="is full of zero bytes.", fix=fix, where=where, line=1))
    return asked or "utf-8"


def _open(source: str, where: str) -> io.BufferedReader:
    if source == "-" and sys.stdin is None:
        raise BadFile(Fault(what="is closed.", fix="Pipe the leads in, or name a file.", where=where))
    try:
        return io.BufferedReader(_piped(sys.stdin.buffer) if source == "-" else io.FileIO(source))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(Fault(what=f"cannot be opened: {reason}.", fix="Check the path.", where=where)) from None


def _piped(stream: BinaryIO) -> io.BufferedIOBase:
    return stream if isinstance(stream, io.BufferedIOBase) else io.BytesIO(stream.read())


def _size(source: str) -> int:
    try:
        return Path(source).stat().st_size
    except (OSError, ValueError):
        return 0  # opening it says what is wrong
