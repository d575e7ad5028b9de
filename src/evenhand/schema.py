"""The JSON Schema of the decision record, for programs that read what Evenhand writes."""

from collections.abc import Mapping

import msgspec

from evenhand.core.view import View


def record_schema() -> Mapping[str, object]:
    """The schema of one line of `decisions.jsonl` (JSON Schema 2020-12)."""
    schema = _numbers(msgspec.json.schema(View))
    if not isinstance(schema, dict):
        raise TypeError("msgspec gave a schema that is no object")
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Evenhand decision record"}
    return {**title, **schema}


def _numbers(part: object) -> object:
    """Decimals are written as JSON numbers, which msgspec's own schema does not know."""
    if isinstance(part, dict):
        if part.get("format") == "decimal":
            return {"type": "number"}
        return {key: _numbers(value) for key, value in part.items()}
    return [_numbers(value) for value in part] if isinstance(part, list) else part
