"""The schemas of the API's bodies and answers, as components that refer to each other by short names."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from types import UnionType
from typing import Any, Final, TypeAlias, get_args, get_origin

from msgspec import Raw, Struct, json

from evenhand.schema import record_schema
from evenhand.service.answers import DECISION, DecisionRecord

Piece: TypeAlias = dict[str, Any]

AT: Final = "#/components/schemas/"
_DEFS: Final = "#/$defs/"
_OURS: Final = {"Answer": "WhyOrWhyNot"}  # structs from further in, by a name that says more here
_RECORD: Final = "View"  # what the record's own schema calls the whole of it


class Known(Struct, frozen=True):
    """Every schema that has a name, and those of the types that were collected."""

    components: dict[str, Piece]
    schemas: Mapping[Any, Piece]

    def schema(self, kind: Any) -> Piece:
        """The schema of one of the types, or of several that it may be: references, where they have names."""
        found = [self.schemas[each] for each in parts(kind)]
        return found[0] if len(found) == 1 else {"anyOf": found}

    def parameter(self, kind: Any, default: Any) -> Piece:
        """The schema of a parameter; `default` is what counts if it is left out."""
        made = json.schema(kind)
        return made if default in (None, "") else {**made, "default": default}


def parts(kind: Any) -> tuple[Any, ...]:
    """The types that something may be; JSON that is put into words elsewhere is the decision record."""
    if get_origin(kind) is UnionType and any(map(_is_struct, get_args(kind))):
        return tuple([part for each in get_args(kind) for part in parts(each)])
    return (DecisionRecord if kind is Raw else kind,)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def collect(kinds: Sequence[Any]) -> Known:
    """The schemas of all these types, and of all that they hold."""
    each, found = json.schema_components(kinds, ref_template=f"{AT}{{name}}")
    names = _short(found)
    components = {names[name]: _mended(schema, names) for name, schema in found.items()}
    given = {kind: _mended(schema, names) for kind, schema in zip(kinds, each, strict=True)}
    return Known({**components, **dict(_record())}, given)


def _short(found: Mapping[str, Any]) -> dict[str, str]:
    """Of several structs of one name each is called after its module too: `WebhooksDelivery`."""
    names = {}
    for name in found:
        *_, module, own = f".{name}".rsplit(".", 2)
        names[name] = _OURS.get(own, f"{module.title().replace('_', '')}{own}")
    return names


def _record() -> Iterator[tuple[str, Any]]:
    """The decision record, by its own schema."""
    whole = record_schema()
    inside = whole["$defs"]
    assert isinstance(inside, dict)  # noqa: S101  it is our own
    names = {name: DECISION if name == _RECORD else f"{DECISION}{name}" for name in inside}
    for name, schema in inside.items():
        yield names[name], _mended(schema, names)


def _mended(part: Any, names: Mapping[str, str]) -> Any:
    """A schema in our names, with amounts as numbers, as they are written, and docstrings without their margin."""
    if isinstance(part, dict):
        if part.get("format") == "decimal":
            return {"type": "number"}
        made = {key: _mended(value, names) for key, value in part.items() if key != "title"}
        if isinstance(part.get("description"), str):
            made["description"] = cleandoc(part["description"])
        if isinstance(part.get("$ref"), str):
            made["$ref"] = _moved(part["$ref"], names)
        return made
    return [_mended(value, names) for value in part] if isinstance(part, list | tuple) else part


def _moved(reference: str, names: Mapping[str, str]) -> str:
    name = reference.removeprefix(AT).removeprefix(_DEFS)
    return f"{AT}{names.get(name, name)}"
