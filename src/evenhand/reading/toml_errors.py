"""What is wrong with a text that is not TOML, in words that help: `tomllib` says where, we look what was meant."""

import re
from typing import Final

from evenhand.errors import Fault
from evenhand.reading.toml_places import DEEPEST, Path

_WHERE: Final = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_PAIR: Final = re.compile(r"\s*([\w.-]+)\s*=\s*(.*?)\s*$")
_YAML: Final = re.compile(r"\s*[\w.-]+\s*:")
_WORDS: Final = re.compile(r"[^\W\d][^\"'\[\]{}#=]*$")

# What `tomllib` says -> what to do about it, where the line itself does not tell more.
_FIXES: Final = {
    "Unterminated string": "Close the quotes; a text over several lines stands between three quotes.",
    "Illegal character '\\n'": "Close the quotes on the same line, or use three quotes for a text over several lines.",
    "Unescaped '\\'": "Put the text in single quotes, where a backslash is only a backslash.",
    "Unclosed array": "Separate the values with commas and close the list with ].",
    "Unclosed inline table": "Separate the entries with commas and close with } on the same line.",
    "Invalid initial character for a key part": "A { } table stays on one line, with no comma before the }.",
    "Expected ']": "Close the header, as in [value] or [[rule]].",
    "Expected '='": "Write key = value; a key of other signs than letters, digits, _ and - stands in quotes.",
    "Expected newline": "Write one key a line; a text that contains quotes stands between others, 'like \"this\"'.",
    "Found invalid character": "Save the file as plain text.",
    "Illegal character": "Take the character out, or save the file as plain text.",
}


def explain(text: str, error: Exception, *, where: str, twice: list[tuple[Path, int, int]]) -> Fault:
    """Turn an error of `tomllib` into a fault with line, column and, where it can be told, the fix."""
    said = str(error)
    found = _WHERE.search(said)
    lines = text.split("\n")
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (_last_line(lines), 0)
    what = _WHERE.sub("", said)
    if what.startswith(("Cannot declare", "Cannot overwrite", "Cannot mutate", "Duplicate")):
        return _twice(text, twice, where=where, line=line)
    if what.startswith("Exceeds the limit"):
        return Fault(what="a number has more than 4,300 digits.", fix="Write it with fewer.", where=where)
    if what.endswith("no usable number"):
        return Fault(what=f"{what}.", fix="Numbers have at most 30 digits; nan and inf are none.", where=where)
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    fix = _fix(what, written, column)
    return Fault(what=f"not valid TOML: {_lower(what)}.", fix=fix, where=where, line=line, column=column)


def too_deep(text: str, place: int, *, where: str) -> Fault:
    """The fault of brackets within brackets within brackets."""
    line, column = position(text, place)
    return Fault(what=f"nested more than {DEEPEST} deep.", fix="Flatten it.", where=where, line=line, column=column)


def position(text: str, place: int) -> tuple[int, int]:
    """Line and column, from 1, of an offset."""
    return text.count("\n", 0, place) + 1, place - (text.rfind("\n", 0, place) + 1) + 1


def _last_line(lines: list[str]) -> int:
    return next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 1)


def _lower(what: str) -> str:
    return what[:1].lower() + what[1:]


def _twice(text: str, twice: list[tuple[Path, int, int]], *, where: str, line: int) -> Fault:
    if not twice:
        return Fault(
            what="not valid TOML: a key or table is given twice.", fix="Keep one of them.", where=where, line=line
        )
    path, first, second = twice[0]
    name = ".".join(str(part) for part in path if isinstance(part, str))
    shown = f"the table [{name}]" if text.startswith("[", second) else f"the key {name!r}"
    again, column = position(text, second)
    earlier = position(text, first)[0]
    return Fault(
        what=f"not valid TOML: {shown} is given twice; it is already on line {earlier}.",
        fix="Keep one of them, or join the two.",
        where=where,
        line=again,
        column=column,
    )


def _fix(what: str, written: str, column: int) -> str:
    pair = _PAIR.match(written)
    if _YAML.match(written) and what.startswith("Expected '='"):
        return "TOML writes key = value, not key: value."
    if pair is None or not what.startswith(("Invalid value", "Expected newline")):
        return next((fix for start, fix in _FIXES.items() if what.startswith(start)), "")
    key, value = pair[1], pair[2]
    if not value:
        return f"Give {key} a value after the =."
    if value.lower() in {"true", "false", "yes", "no", "on", "off"}:
        return f"Write {key} = {'true' if value.lower() in {'true', 'yes', 'on'} else 'false'}."
    if _WORDS.match(value):
        return f'Put text in quotes: {key} = "{value}".'
    if value[0] == '"' and value.count('"') > 2 and "'" not in value[1:-1]:
        return f"A text that contains quotes stands between single ones: {key} = '{value[1:-1]}'."
    if value[0] == "'" and value.count("'") > 2 and '"' not in value:
        return f'A text that contains an apostrophe stands between double quotes: {key} = "{value[1:-1]}".'
    return next((fix for start, fix in _FIXES.items() if what.startswith(start)), "") if column else ""
