"""The JSON Schema of the decision record, for programs that read what Evenhand writes."""

from collections.abc import Mapping
from inspect import cleandoc
from typing import TypeGuard

import msgspec

from evenhand.core.view import View


def record_schema() -> Mapping[str, object]:
    """The schema of one line of `decisions.jsonl` (JSON Schema 2020-12)."""
    schema = mended(msgspec.json.schema(View))
    if not isinstance(schema, dict):
        raise TypeError("msgspec gave a schema that is no object")
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Evenhand decision record"}
    return {**title, **schema}


def mended(part: object) -> object:
    """The same schema with what msgspec cannot know: decimals are written as numbers, docstrings are indented."""
    if isinstance(part, dict):
        if part.get("format") == "decimal":
            return {"type": "number"}
        return {key: cleandoc(text) if _is_doc(key, text) else mended(text) for key, text in part.items()}
    return [mended(value) for value in part] if isinstance(part, list) else part


def _is_doc(key: str, text: object) -> TypeGuard[str]:
    return key == "description" and isinstance(text, str)
