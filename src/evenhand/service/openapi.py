"""`/openapi.json`: the API described for programs (OpenAPI 3.1), read off the routes themselves.

A route's function gives the name, its docstring the words, its annotations the parameters, the body and the answer, its
`opt` who may. What annotations cannot say is in the tables of `openapi_words.py`; examples are in `examples.json`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from inspect import cleandoc
from operator import or_
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from litestar import Litestar, Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, HeaderParameter, PathParameter, QueryParameter
from litestar.response import Response
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from msgspec import Meta, Struct, json

from evenhand.service import openapi_schemas as schemas
from evenhand.service import openapi_words as words
from evenhand.service.answers import Answer
from evenhand.service.guests import ANYBODY, MAY, OPEN
from evenhand.service.ndjson import MEDIA as NDJSON
from evenhand.service.problems import JSON as PROBLEM
from evenhand.service.problems import TITLES, Problem
from evenhand.service.room import aside
from evenhand.version import __version__

Piece: TypeAlias = dict[str, Any]

EXAMPLES: Final = Path(__file__).parent / "examples.json"
SAFE: Final = frozenset({"GET", "HEAD"})
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSET: Final = object()
_KEPT: Final = "openapi"  # under which name an application keeps its document
_PARAMETERS: Final = {PathParameter: "path", QueryParameter: "query", HeaderParameter: "header"}


class Told(Struct, frozen=True):
    """An answer: of which type (`None` for none at all), as which kind of text, in which case."""

    kind: Any
    media: str
    says: str


class Operation(Struct, frozen=True):
    """A method of a path. `path` is a template: `/leads/{lead}`."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def name(self) -> str:
        """What it is called: `take_lead`."""
        given = self.handler.operation_id
        return given if isinstance(given, str) else self.handler.handler_name

    @property
    def scope(self) -> str | None:
        """What one must be allowed: a scope, `*` for whoever is known, `None` for everybody."""
        found: str | None = self.handler.opt.get(MAY, "")
        return found

    @property
    def doc(self) -> str:
        """What it does, in words."""
        return cleandoc(self.handler.fn.__doc__ or "")

    @property
    def tag(self) -> str:
        """What it is about."""
        given = sorted(self.handler.resolve_tags())
        first = self.path.removeprefix("/api/v1").split("/")[1]
        return given[0] if given else words.UNDER.get(first, first)

    def fields(self, *kinds: type) -> Iterator[tuple[str, FieldDefinition]]:
        """Those of the function's parameters that come with the request in one of these ways."""
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            if isinstance(field.kwarg_definition, kinds):
                yield name, field

    @property
    def body(self) -> FieldDefinition | None:
        """What is sent."""
        return next((field for _, field in self.fields(BodyKwarg)), None)

    @property
    def answers(self) -> Mapping[int, Told]:
        """What is answered if all goes well, by status."""
        media = _media(self.handler.media_type)
        given = self.handler.responses or {}
        found = {
            status: Told(each.data_container, _media(each.media_type), each.description)
            for status, each in given.items()
        }
        kind = _content(self.handler.parsed_fn_signature.return_type.annotation)
        status = self.handler.status_code
        if kind is not UNSET and status not in found:
            found[status] = Told(kind, media, "Done." if kind is None else words.SAYS.get(status, "As asked."))
        return {status: each for status, each in sorted(found.items()) if status < 300 or each.kind is not None}


def operations(app: Litestar) -> list[Operation]:
    """What the document tells of, in the order of the routes."""
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            told = [each for each in route.route_handlers if each.resolve_include_in_schema()]
            pairs = [(method, each) for each in told for method in each.http_methods if method in METHODS]
            pairs.sort(key=lambda pair: METHODS.index(pair[0]))
            found += [Operation(method, route.path_format, each) for method, each in pairs]
    return found


def document(app: Litestar) -> Piece:
    """The whole document, as JSON would have it."""
    told = operations(app)
    known = schemas.collect([*_types(told), Problem])
    examples = json.decode(EXAMPLES.read_bytes(), type=dict[str, Piece]) if EXAMPLES.exists() else {}
    paths: dict[str, Piece] = {}
    for each in told:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, known, examples.get(each.name, {}))
    return {
        "openapi": "3.1.0",
        "info": words.INFO | {"version": __version__},
        "servers": [{"url": "/"}],
        "tags": [
            {"name": name, "description": words.TAGS.get(name, "")} for name in dict.fromkeys(e.tag for e in told)
        ],
        "paths": paths,
        "components": {
            "schemas": known.components,
            "responses": {words.PROBLEMS[status]: _problem(status) for status in words.PROBLEMS},
            "securitySchemes": words.SECURITY,
        },
        "security": words.WAYS_TO_LOOK,
    }


@get("/openapi.json", opt=OPEN, include_in_schema=False)
async def describe(request: Request[Any, Any, Any]) -> Answer[bytes]:
    """The API, for programs that read OpenAPI."""
    state = request.app.state
    if _KEPT not in state:
        state[_KEPT] = json.encode(await aside(document, request.app))
    return Answer(state[_KEPT], media_type="application/json")


# --- one operation


def _operation(told: Operation, known: schemas.Known, example: Piece) -> Piece:
    made: Piece = {
        "operationId": told.name,
        "tags": [told.tag],
        "summary": sentence(told.doc),
        "description": told.doc,
        "parameters": [*_parameters(told, known, example)],
        "responses": {
            **{str(status): _answer(told, status, each, known, example) for status, each in told.answers.items()},
            **{str(status): {"$ref": f"#/components/responses/{words.PROBLEMS[status]}"} for status in _refusals(told)},
        },
    }
    if body := _body(told, known, example):
        made["requestBody"] = body
    if told.scope is None:
        made["security"] = []
    else:
        made["x-scope"] = told.scope
        made["security"] = words.WAYS_TO_LOOK if told.method in SAFE else words.WAYS_TO_ACT
    return made


def sentence(doc: str) -> str:
    """The first sentence of what something does, on one line."""
    line = " ".join(doc.partition("\n\n")[0].split())
    end = line.find(". ")
    return (line[: end + 1] if end > 0 else line).removesuffix(".")


def _parameters(told: Operation, known: schemas.Known, example: Piece) -> Iterator[Piece]:
    for name, field in told.fields(*_PARAMETERS):
        kwarg: Any = field.kwarg_definition
        made: Piece = {
            "name": kwarg.name or kwarg.query or kwarg.header or name,
            "in": _PARAMETERS[type(kwarg)],
            "required": type(kwarg) is PathParameter or field.is_required,
            "schema": known.parameter(_typed(field), None if field.is_required else field.default),
        }
        if kwarg.description:
            made["description"] = kwarg.description
        shown = example.get("parameters", {})
        if made["name"] in shown:
            made["example"] = shown[made["name"]]
        yield made
    if told.name in words.IF_MATCH:
        yield words.IF_MATCH_HEADER | {"required": False}
    if told.name in words.PREFER:
        yield words.PREFER_HEADER


def _body(told: Operation, known: schemas.Known, example: Piece) -> Piece:
    if told.name in words.BODIES:
        content = {media: dict(each) for media, each in words.BODIES[told.name].items()}
        required = True
    elif told.body is not None:
        media = _media(getattr(told.body.kwarg_definition, "media_type", None))
        content, required = {media: {"schema": known.schema(told.body.annotation)}}, told.body.is_required
    else:
        return {}
    if "body" in example:
        next(iter(content.values()))["example"] = example["body"]
    return {"required": required, "content": content}


def _answer(told: Operation, status: int, each: Told, known: schemas.Known, example: Piece) -> Piece:
    made: Piece = {"description": each.says or "As asked."}
    if heads := words.headers_of(told.name, status):
        made["headers"] = heads
    if each.kind is None:
        return made
    shown = {"example": example.get("answer", "")} if example.get("status") == status else {}
    if each.media == "application/json":
        made["content"] = {each.media: {"schema": known.schema(each.kind), **shown}}
    elif each.media == NDJSON:
        item = {"x-item-schema": known.schema(each.kind)}
        made["content"] = {each.media: {"schema": {"type": "string"}, **item, **shown}}
    else:
        made["content"] = {each.media: {"schema": {"type": "string"}, **shown}}
    for media in words.ALSO_AS.get(told.name, ()):
        made["content"][media] = {"schema": {"type": "string"}}
    return made


def _refusals(told: Operation) -> Sequence[int]:
    """The statuses with which it can go wrong."""
    sent = told.body is not None or told.name in words.BODIES
    given = sent or any(told.fields(QueryParameter, HeaderParameter))
    found = {429, 503} | words.ALSO.get(told.name, frozenset())
    found |= {401, 403} if told.scope is not None else {403} if told.method not in SAFE else set()
    found |= {400, 422} if given else set()
    found |= {413, 415} if sent else set()
    found |= {404} if any(told.fields(PathParameter)) else set()
    found |= {404, 409, 422} if told.method not in SAFE and told.scope not in (None, ANYBODY[MAY]) else set()
    found |= {412} if told.name in words.IF_MATCH else set()
    found |= {428} if words.IF_MATCH.get(told.name) else set()
    return sorted(found - set(told.answers))


def _problem(status: int) -> Piece:
    made: Piece = {
        "description": f"{TITLES[status]}.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if heads := words.PROBLEM_HEADERS.get(status):
        made["headers"] = heads
    return made


# --- types


def _media(given: Any) -> str:
    return str(getattr(given, "value", given) or "application/json").partition(";")[0]


def _types(told: Sequence[Operation]) -> list[Any]:
    found = [each.body.annotation for each in told if each.body is not None]
    found += [answer.kind for each in told for answer in each.answers.values() if answer.kind is not None]
    return [kind for each in found for kind in schemas.parts(each)]


def _content(annotation: Any) -> Any:
    """What a function's answer holds: the type within `Answer[...]`; `UNSET` where the function does not say."""
    if annotation in (None, type(None)):
        return None
    if get_origin(annotation) is Answer:
        inner = get_args(annotation)[0]
        return UNSET if inner is Any else inner
    return UNSET if isinstance(annotation, type) and _is_framework(annotation) else annotation


def _is_framework(kind: type) -> bool:
    return kind.__module__.startswith("litestar") or hasattr(kind, "media_type") or issubclass(kind, Response)


def _typed(field: FieldDefinition) -> Any:
    """A parameter's type, with what it is held to."""
    kwarg: Any = field.kwarg_definition
    names = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
    held = {name: value for name in names if (value := getattr(kwarg, name)) is not None}
    kind = _there(field.annotation)
    return Annotated[kind, Meta(**held)] if held else kind


def _there(kind: Any) -> Any:
    """A parameter is there or not, but never null."""
    if get_origin(kind) not in (UnionType, Union):
        return kind
    return reduce(or_, [each for each in get_args(kind) if each is not type(None)])
