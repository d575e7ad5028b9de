"""Bodies as values: strict JSON, and forms with brackets in their names. Anything else is a BadInput that says why."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NoReturn, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from evenhand.errors import BadInput
from evenhand.integrations.hooks.model import Knock, bad

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | Decimal | bool | None"
Table: TypeAlias = "dict[str, JSON]"

LARGEST: Final = 1 << 20  # bytes
DEEPEST: Final = 32
_FIELDS: Final = 2000  # of a form
_DIGITS: Final = 40  # a longer number is an id or a mistake, and is kept as text
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_SURROGATE: Final = re.compile("[\ud800-\udfff\0]")
_FORM: Final = "application/x-www-form-urlencoded"
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def read_json(body: bytes) -> JSON:
    """The value that a body holds. Raises BadInput for what strict JSON is not, and for what is too big or too deep."""
    text = _text(body)
    try:
        found: JSON = json.loads(
            text, object_pairs_hook=_table, parse_float=_number, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        where = f"body, line {error.lineno}, column {error.colno}"
        raise bad(where, f"not JSON: {error.msg}.", "Send one JSON value.") from None
    except RecursionError:
        raise _too_deep() from None
    return _cleaned(found, 0)


def read_form(body: bytes) -> Table:
    """`contact[fields][39]=x` as {"contact": {"fields": {"39": "x"}}}; `tags[]=a` as a list. Raises BadInput."""
    try:
        pairs = parse_qsl(_text(body).strip(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeDecodeError:
        raise bad("body", "holds bytes that are no UTF-8.", "Send the form as UTF-8.") from None
    except ValueError:
        raise bad("body", f"holds more than {_FIELDS:,} fields.", "Send fewer in one request.") from None
    form: Table = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        if found is None or found[2].count("[") > DEEPEST:
            raise bad(f"body, {_shown(name)}", "the brackets of this name do not fit.", "Write contact[email].")
        _put(form, [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])], value)
    cleaned = _cleaned(form, 0)
    return cleaned if isinstance(cleaned, dict) else {}


def read_body(knock: Knock) -> JSON:
    """A body as its content type says: a form, or else JSON. Raises BadInput."""
    kind = knock.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind.startswith("multipart/"):
        raise bad("body", "is a multipart form.", f"Send JSON, or a form as {_FORM}.")
    return read_form(knock.body) if kind == _FORM else read_json(knock.body)


def written(value: JSON) -> bytes:
    """As compact JSON, exact in its numbers."""
    return _encode(value)


def table(value: JSON, where: str) -> Table:
    """The object that `value` must be. Raises BadInput."""
    if isinstance(value, dict):
        return value
    raise bad(where, f"{_said(value)} where an object is expected.", 'Send an object, {"...": ...}.')


def rows(value: JSON, where: str) -> Iterator[tuple[str, Table]]:
    """(where, object) for each object of the list that `value` must be. Raises BadInput."""
    if not isinstance(value, list):
        raise bad(where, f"{_said(value)} where a list is expected.", "Send a list of objects, [{...}].")
    for place, part in enumerate(value, 1):
        yield f"{where}, item {place}", table(part, f"{where}, item {place}")


def inside(value: JSON, *names: str) -> JSON:
    """What stands under these names, one below the other; None if one of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def word(value: JSON) -> str:
    """A single value as text without spaces around it; "" for nothing, for lists and for objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).strip() if isinstance(value, str | int) else ""


def _text(body: bytes) -> str:
    if len(body) > LARGEST:
        raise bad("body", f"{len(body):,} bytes are too many.", f"Send at most {LARGEST:,} in one request.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad(f"body, byte {error.start + 1}", "is no UTF-8.", "Send the body as UTF-8.") from None
    if not text or text.isspace():
        raise bad("body", "is empty.", "Send the lead in the body of a POST.")
    return text


def _table(pairs: list[tuple[str, JSON]]) -> Table:
    found: Table = {}
    for name, value in pairs:
        if name in found:
            raise bad(f"body, {_shown(name)}", "stands twice in one object.", "Send each name once.")
        found[name] = value
    return found


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits


def _number(digits: str) -> Decimal | str:
    """Exact; what would need more than forty places is kept as it was written."""
    number = Decimal(digits) if len(digits) <= _DIGITS else None
    return digits if number is None or abs(number.adjusted()) > _DIGITS else number


def _constant(name: str) -> NoReturn:
    raise bad("body", f"{name} is no number in JSON.", "Send null, or leave the value out.")


def _cleaned(value: JSON, depth: int) -> JSON:
    """Without what no database can hold: halves of characters, and zero bytes."""
    if depth > DEEPEST:
        raise _too_deep()
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_cleaned(part, depth + 1) for part in value]
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", name): _cleaned(part, depth + 1) for name, part in value.items()}
    return value


def _too_deep() -> BadInput:
    return bad("body", f"is nested more than {DEEPEST} deep.", "Send flatter objects.")


def _put(form: Table, path: list[str], value: str) -> None:
    here = form
    for name in path[:-2] if path[-1] == "" and len(path) > 1 else path[:-1]:
        below = here.setdefault(name, {})
        if not isinstance(below, dict):
            raise _both(path)
        here = below
    if path[-1] == "" and len(path) > 1:
        several = here.setdefault(path[-2], [])
        if not isinstance(several, list):
            raise _both(path)
        several.append(value)
    elif path[-1] in here:
        raise _both(path)
    else:
        here[path[-1]] = value


def _both(path: list[str]) -> BadInput:
    return bad(f"body, {_shown('.'.join(path))}", "stands twice, or both as a value and as a group.", "Send it once.")


def _shown(name: str) -> str:
    """A name, if it looks like one: a body that was mistaken for a form stands in its first name altogether."""
    return name if re.fullmatch(r"[A-Za-z0-9_.\[\] -]{1,60}", name) else "a name"


def _said(value: JSON) -> str:
    if value is None:
        return "nothing"
    kinds = ((dict, "an object"), (list, "a list"), (str, "a text"), (bool, "true or false"))
    return next((said for kind, said in kinds if isinstance(value, kind)), "a number")
