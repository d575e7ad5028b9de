"""Where each value of a TOML text stands. `tomllib` reads the values and says nothing of lines, so we look ourselves.

A single walk from left to right, without recursion and without judging: `tomllib` decides what is right. What this walk
does not understand ends it, and what comes after has the place of the nearest thing before it.
"""

import re
from contextlib import suppress
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

DEEPEST: Final = 40  # brackets within brackets, or parts of a dotted key; nothing we read needs more than six

# No possessive groups, "(...)*+": Python 3.11.2, which Debian ships, matches those wrongly.
_BLANK: Final = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*")
_SPACE: Final = re.compile(r"[ \t]*+")
_STRING: Final = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_BARE: Final = re.compile(r"[^\s.\"'=\[\]{}#,]++")
_PLAIN: Final = re.compile(r"[^,\]}#\n]++")
_QUOTES: Final = ("'", '"')


class TooDeepError(Exception):
    """Brackets or keys nested deeper than any document needs; `place` is where."""

    def __init__(self, place: int) -> None:
        super().__init__("too deep")
        self.place = place


class _LostError(Exception):
    """The walk does not understand the text from here on."""


class Places:
    """Offsets into a TOML text, by path; `twice` lists (path, first place, second place) of what is there twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at: dict[Path, int] = {(): 0}
        self.twice: list[tuple[Path, int, int]] = []
        self._pos = 0
        self._last: dict[Path, int] = {}  # array of tables -> its last index
        with suppress(_LostError):
            self._walk()

    def _walk(self) -> None:
        base: Path = ()
        while True:
            self._skip(_BLANK)
            if self._pos >= len(self.text):
                return
            if self.text[self._pos] == "[":
                base = self._header()
            else:
                path = base + self._key()
                self._expect("=")
                self._value(path)

    def _header(self) -> Path:
        start = self._pos
        array = self.text.startswith("[[", start)
        self._pos += 2 if array else 1
        self._skip(_SPACE)
        parts = self._key()
        self._expect("]]" if array else "]")
        path: Path = ()
        for part in parts[:-1]:
            path = self._inner((*path, part))
        path = (*path, parts[-1])
        if not array:
            path = self._inner(path)
            self._note(path, start)
            return path
        self.at.setdefault(path, start)
        self._last[path] = self._last.get(path, -1) + 1
        path = self._inner(path)
        self.at[path] = start
        return path

    def _inner(self, path: Path) -> Path:
        """The table meant by a name in a header: of an array of tables, the last."""
        return (*path, self._last[path]) if path in self._last else path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            parts.append(self._part())
            if len(parts) > DEEPEST:
                raise TooDeepError(self._pos)
            self._skip(_SPACE)
            if not self.text.startswith(".", self._pos):
                return tuple(parts)
            self._pos += 1

    def _part(self) -> str:
        quoted = self.text.startswith(_QUOTES, self._pos)
        token = self._take(_STRING if quoted else _BARE)
        return token[1:-1] if quoted else token

    def _value(self, path: Path) -> None:
        open_at: list[tuple[str, Path, int]] = []  # closing bracket, path, number of values so far
        here: Path | None = path
        while here is not None:
            self._skip(_SPACE)
            self._note(here, self._pos)
            first = self.text[self._pos : self._pos + 1]
            if first in {"[", "{"}:
                open_at.append(("]" if first == "[" else "}", here, 0))
                self._pos += 1
                if len(open_at) > DEEPEST:
                    raise TooDeepError(self._pos)
            else:
                self._take(_STRING if first in _QUOTES else _PLAIN)
            here = self._next(open_at)

    def _next(self, open_at: list[tuple[str, Path, int]]) -> Path | None:
        """Go to the next value within the innermost open bracket; `None` when all are closed."""
        while open_at:
            self._skip(_BLANK)
            close, path, count = open_at[-1]
            if self.text.startswith(close, self._pos):
                open_at.pop()
                self._pos += 1
            elif self.text.startswith(",", self._pos):
                self._pos += 1
            elif close == "]":
                open_at[-1] = (close, path, count + 1)
                return (*path, count)
            else:
                inner = path + self._key()
                self._expect("=")
                return inner
        return None

    def _note(self, path: Path, place: int) -> None:
        first = self.at.setdefault(path, place)
        if first != place:
            self.twice.append((path, first, place))

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self._pos)
        self._pos = found.end() if found else self._pos

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self._pos)
        if found is None:
            raise _LostError
        self._pos = found.end()
        return found[0]

    def _expect(self, sign: str) -> None:
        self._skip(_SPACE)
        if not self.text.startswith(sign, self._pos):
            raise _LostError
        self._pos += len(sign)


_ESCAPED: Final = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\[ \t]*\n\s*|\\.|.", re.DOTALL)


def inside(text: str, start: int, offset: int) -> int:
    """The place in the TOML text of the character `offset` of the string value that starts at `start`."""
    token = _STRING.match(text, start)
    if token is None:
        return start
    raw = token[0]
    quotes = 3 if raw.startswith(("'''", '"""')) else 1
    begin = start + quotes
    if quotes == 3 and text.startswith("\n", begin):
        begin += 1
    if raw[0] == "'" or "\\" not in raw:
        return min(begin + offset, token.end() - 1)
    for step in _ESCAPED.finditer(text, begin, token.end()):
        if offset <= 0 and not step[0].startswith(("\\\n", "\\ ", "\\\t")):
            return step.start()
        if not step[0].startswith(("\\\n", "\\ ", "\\\t")):
            offset -= 1
    return token.end() - 1
