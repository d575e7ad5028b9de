"""The gate before Python's parser: only short, shallow text made of harmless signs gets through.

Everything that could cost time, memory or a warning is refused here, by a scan that looks at each character once.
What gets through is read by `ast.parse`, and its size and depth are measured before anybody walks it.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from evenhand.errors import BadExpression, Fault

LONGEST: Final = 4_000  # characters
DEEPEST: Final = 50  # brackets within brackets, operators within operators
MOST_PARTS: Final = 500
MOST_FAULTS: Final = 8  # told at once

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<number>[0-9][0-9_]*(?:\.[0-9_]*)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>==|!=|<=|>=|<>|\*\*|//|&&|\|\||:=|.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS: Final = frozenset("== != <= >= < > + - * / ( ) [ ] , .".split())
_OPEN: Final[Mapping[str, str]] = {")": "(", "]": "["}
_WORDS: Final = frozenset("and or not in if else True False".split())
_INSTEAD: Final[Mapping[str, str]] = {
    "=": "Write == to compare.",
    "<>": "Write != for 'is not'.",
    "!": "Write not.",
    "&": "Write and.",
    "&&": "Write and.",
    "|": "Write or.",
    "||": "Write or.",
    "**": "There are no powers; multiply.",
    "//": "Divide with / and use round().",
    ":": "Write `a if condition else b` to choose.",
    "{": "Write a list in square brackets.",
    "}": "Write a list in square brackets.",
    "“": 'Use straight quotes: "',
    "”": 'Use straight quotes: "',
    "≥": "Write >=.",
    "≤": "Write <=.",
    "≠": "Write !=.",
    "is": "Write == to compare, or known(field).",
    "None": "Write not known(field).",
    "null": "Write not known(field).",
    "AND": "Write and, in small letters.",
    "OR": "Write or, in small letters.",
    "NOT": "Write not, in small letters.",
    "IN": "Write in, in small letters.",
}
_BANNED: Final = frozenset(
    "None null is AND OR NOT IN lambda for async await yield assert break class continue def del elif except finally "
    "from global import nonlocal pass raise return try while with as".split()
)

_Token = tuple[str, str, int]


def tree_of(source: str) -> ast.expr:
    """Python's own reading of the source, if it is safe to walk; columns count characters from 1.

    Raises `BadExpression` for anything too long, too deep, or made of signs that the language does not have.
    """
    faults = list(_faults_of(source))
    if faults:
        raise BadExpression(faults[:MOST_FAULTS])
    plain = source.translate({ord(sign): " " for sign in "\t\r\n"})
    try:
        tree = ast.parse(f"({plain})", mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError, OverflowError) as error:
        raise BadExpression(_misread(error)) from None
    _measure(tree)
    return tree


def _misread(error: Exception) -> Fault:
    offset = error.offset if isinstance(error, SyntaxError) else None
    fix = "Something is missing or too much near here."
    return Fault(what="This cannot be read.", fix=fix, column=max((offset or 1) - 1, 0))


def _measure(tree: ast.expr) -> None:
    """Refuse too many parts, or operators too deep; without recursion."""
    parts = 0
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        depth += 1
        parts += len(level)
        if depth > DEEPEST:
            raise BadExpression(Fault(what=f"Nested deeper than {DEEPEST}.", fix="Split it into several rules."))
        if parts > MOST_PARTS:
            raise BadExpression(
                Fault(what=f"More than {MOST_PARTS} parts.", fix="Split it, or declare a region or table.")
            )
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _faults_of(source: str) -> Iterator[Fault]:
    if len(source) > LONGEST:
        yield Fault(what=f"Longer than {LONGEST:,} characters.", fix="Split it, or declare a region or table.")
        return
    if not source.strip():
        yield Fault(what="The condition is empty.", fix="Write always if it shall match every lead.")
        return
    tokens = [(str(found.lastgroup), found.group(), found.start() + 1) for found in _TOKEN.finditer(source)]
    yield from _bad_tokens(tokens)
    solid = [token for token in tokens if token[0] != "space"]
    yield from _bad_brackets(solid)
    yield from _bad_neighbours(solid)
    yield from _bad_runs(solid)


def _bad_tokens(tokens: list[_Token]) -> Iterator[Fault]:
    for kind, text, column in tokens:
        if kind == "sign" and text not in _SIGNS:
            yield _bad_sign(text, column)
        elif kind == "text" and not text.isprintable():
            yield Fault(what="A text contains an unprintable character.", fix="Take it out.", column=column)
        elif kind == "text" and "\\" in text:
            yield Fault(what="A text contains a backslash.", fix="Take it out; nothing needs it.", column=column)
        elif kind == "word" and text in _BANNED:
            yield Fault(what=f"“{text}” is not a word here.", fix=_INSTEAD.get(text, ""), column=column)
        elif kind == "number" and not _is_plain(text):
            yield Fault(what=f"“{text[:40]}” is no number.", fix="Write it like 1200, 50_000 or 0.5.", column=column)


def _bad_sign(text: str, column: int) -> Fault:
    if text in "\"'":
        return Fault(what="A text is not closed.", fix=f"Add {text} at its end.", column=column)
    shown = text if text.isprintable() else f"character number {ord(text)}"
    return Fault(what=f"“{shown}” is not part of the language.", fix=_INSTEAD.get(text, ""), column=column)


def _is_plain(text: str) -> bool:
    whole, point, rest = text.partition(".")
    if (point and not rest) or len(text) > 40:
        return False
    groups = [group for part in (whole, rest) for group in part.split("_") if part]
    return all(groups) and (whole == "0" or not whole.startswith("0"))


def _bad_brackets(tokens: list[_Token]) -> Iterator[Fault]:
    still_open: list[_Token] = []
    for token in tokens:
        kind, text, column = token
        if kind == "sign" and text in "([":
            still_open.append(token)
        elif kind == "sign" and text in ")]" and (not still_open or still_open.pop()[1] != _OPEN[text]):
            yield Fault(what=f"This {text} closes nothing.", fix="Brackets come in pairs.", column=column)
            return
        if len(still_open) > DEEPEST:
            yield Fault(
                what=f"Brackets nested deeper than {DEEPEST}.", fix="Split it into several rules.", column=column
            )
            return
    for _, text, column in still_open[-1:]:
        yield Fault(what=f"This {text} is never closed.", fix="Brackets come in pairs.", column=column)


def _bad_neighbours(tokens: list[_Token]) -> Iterator[Fault]:
    for (one, before, start), (two, after, column) in pairwise(tokens):
        touching = start + len(before) == column
        if one == two == "text":
            yield Fault(
                what="Two texts stand side by side.", fix="Put a comma or an operator between them.", column=column
            )
        elif touching and ((one == "number" and two in {"word", "text"}) or (one == "word" and two == "text")):
            fix = "Put a blank or an operator between them."
            yield Fault(what=f"“{before[-20:]}{after[:20]}” runs together.", fix=fix, column=column)
        elif (one == "number" and after == ".") or (before == "." and two == "number"):
            yield Fault(what="A number has a stray point.", fix="Write it like 0.5 or 50_000.", column=column)


def _bad_runs(tokens: list[_Token]) -> Iterator[Fault]:
    run = 0
    for _, text, column in tokens:
        run = run + 1 if text in {"not", "-", "+", "."} else 0 if text not in {"(", "["} else run
        if run > DEEPEST:
            yield Fault(what=f"Nested deeper than {DEEPEST}.", fix="Say it more simply.", column=column)
            return
