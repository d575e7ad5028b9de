"""Steps and values as TOML writes them."""

from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.items import AoT, InlineTable, Item, Table

from evenhand.reading.edits.steps import MEANS_NEVER, Add, Drop, Path, Put, Said, Step, Take


def write(table: Table, step: Step) -> None:
    """Take a step on one table of a page."""
    match step:
        case Put(path, value):
            _put(table, path, value)
        case Drop((first, key)) if len(table[first]) > 1 or first in MEANS_NEVER:
            _reshaped(table, first, {name: text for name, text in _texts(table[first]).items() if name != key})
        case Drop(path):
            table.remove(path[0])
        case Add(key, value) if key in table:
            table[key].append(_item(value))
        case Add(key, value):
            table[key] = _item([value])
        case Take(key, _) if len(table[key]) == 1 and key not in MEANS_NEVER:
            table.remove(key)
        case Take(key, place):
            del table[key][place]


def _put(table: Table, path: Path, value: Said) -> None:
    first, key = path[0], path[-1]
    if len(path) > 1 and first in table:
        if key in table[first]:
            table[first][key] = _item(value)
        else:
            _reshaped(table, first, {**_texts(table[first]), key: toml(value)})
        return
    if isinstance(table.get(first), Table | AoT):  # under a header, or dotted: it is written in braces from now on
        table.remove(first)
    table[first] = _item(value if len(path) == 1 else {key: value})


def _texts(table: Table | InlineTable) -> dict[str, str]:
    return {key: value.as_string() for key, value in table.items()}


def _reshaped(table: Table, key: str, texts: Mapping[str, str]) -> None:
    """A table within with other keys: one in braces is written anew, with the values as they were written."""
    inner = table[key]
    if isinstance(inner, InlineTable):
        table[key] = tomlkit.value(_braces(texts))
        return
    for gone in [name for name in inner if name not in texts]:
        inner.remove(gone)
    for name in [name for name in texts if name not in inner]:
        inner[name] = tomlkit.value(texts[name])


def toml(value: Said) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        written: str = tomlkit.item(value).as_string()
        return written
    if isinstance(value, Mapping):
        return _braces({key: toml(inner) for key, inner in value.items()})
    if isinstance(value, Sequence):
        return f"[{', '.join([toml(inner) for inner in value])}]"
    text = str(value) if isinstance(value, int) else format(value, "f")
    return text if isinstance(value, int) or "." in text else f"{text}.0"


def _braces(texts: Mapping[str, str]) -> str:
    return f"{{ {', '.join([f'{key_text(key)} = {text}' for key, text in texts.items()])} }}" if texts else "{}"


def key_text(name: str) -> str:
    written: str = tomlkit.key(name).as_string()
    return written


def _item(value: Said) -> Item:
    return tomlkit.value(toml(value))
