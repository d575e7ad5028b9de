"""The shape of the code: what may import what, and how long a function may get.

Import-linter keeps the rings; this file keeps what it cannot see. A budget may be exceeded where that reads better: put
the name and the reason into `EXCEPTIONS`. A reason that is no longer needed fails too.
"""

import ast
import dataclasses
import importlib
import inspect
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import pytest
from msgspec import Struct

import evenhand.errors

ROOT: Final = Path(__file__).parents[1]
SRC: Final = ROOT / "src"
CORE: Final = SRC / "evenhand" / "core"
CODE: Final = sorted(SRC.rglob("*.py"))
CORE_CODE: Final = sorted(CORE.rglob("*.py"))
TESTS: Final = sorted(path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))

FUNCTION_LINES: Final = 40
FILE_LINES: Final = 400
TEST_FILE_LINES: Final = 600
CLASS_LINES: Final = 150
PARAMETERS: Final = 5
NESTING: Final = 3

# "file: function or class: budget" -> why it reads better as it is.
EXCEPTIONS: Final[dict[str, str]] = {
    "src/evenhand/actions/disputes.py: correct: parameters": "whom, where, how much, why: a manager says it at once",
}

CORE_MAY_IMPORT: Final = ("msgspec", "evenhand.core", "evenhand.errors")
CORE_MAY_NOT_IMPORT: Final = ("os", "random", "secrets", "time", "uuid", "zoneinfo", "socket", "subprocess", "pathlib")
BASES: Final = {"Enum", "Generic", "NamedTuple", "Protocol", "StrEnum", "Struct", "TypedDict"}  # and errors
FRAMES: Final = {  # what frameworks want us to build upon, and the errors of the client, which is a program of its own
    "ASGIResponse",
    "ApiError",
    "OpenAPISchemaPlugin",
    "Response",
    "httpx.TransportError",
    "uvicorn.Server",
}
DOOR: Final = re.compile(r"command|callback|^(get|post|put|patch|delete)\(")
BLOCKS: Final = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Excess(NamedTuple):
    """Something over budget: `key` is how EXCEPTIONS names it."""

    key: str
    amount: int


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(node: ast.AST) -> Iterator[FunctionNode]:
    return (each for each in ast.walk(node) if isinstance(each, FunctionNode))


def body(node: FunctionNode) -> list[ast.stmt]:
    """The statements of a function after its docstring."""
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def lines(node: FunctionNode) -> int:
    statements = body(node)
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def depth(node: ast.AST) -> int:
    """How many blocks deep a function goes; `elif` is no deeper than its `if`, and an inner function begins at 0."""
    return max((_depth(child) for child in ast.iter_child_nodes(node)), default=0)


def _depth(node: ast.AST) -> int:
    if isinstance(node, FunctionNode):
        return 0
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        inside = max((_depth(child) for child in node.body), default=0)
        return max(1 + inside, _depth(node.orelse[0]))
    return depth(node) + isinstance(node, BLOCKS)


def parameters(node: FunctionNode) -> int:
    given = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([each for each in given if each not in {"self", "cls"}])


def is_door(node: FunctionNode) -> bool:
    """A command of the command line, whose parameters are its options, or a route, whose are what a request says."""
    return any(DOOR.search(ast.unparse(each)) for each in node.decorator_list)


def over_budget(path: Path) -> Iterator[Excess]:
    module = tree(path)
    for node in functions(module):
        key = f"{name(path)}: {node.name}"
        if lines(node) > FUNCTION_LINES:
            yield Excess(f"{key}: lines", lines(node))
        if depth(node) > NESTING:
            yield Excess(f"{key}: nesting", depth(node))
        if parameters(node) > PARAMETERS and not is_door(node):
            yield Excess(f"{key}: parameters", parameters(node))
    for each in ast.walk(module):
        if isinstance(each, ast.ClassDef) and (each.end_lineno or 0) - each.lineno >= CLASS_LINES:
            yield Excess(f"{name(path)}: {each.name}: lines", (each.end_lineno or 0) - each.lineno + 1)


def imports(node: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere below, in full: `from a.b import c` gives `a.b`."""
    for each in ast.walk(node):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            yield "." * each.level + (each.module or "")


def allowed_in_core(module: str) -> bool:
    if any(module == ours or module.startswith(f"{ours}.") for ours in CORE_MAY_IMPORT):
        return True
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names and top not in CORE_MAY_NOT_IMPORT


def names_in(node: ast.AST) -> Iterator[str]:
    """Every name, attribute and imported name anywhere below."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr
        elif isinstance(each, ast.alias):
            yield each.name


def comments(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def module_of(path: Path) -> ModuleType:
    parts = path.relative_to(SRC).with_suffix("").parts
    return importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def values_of(module: ModuleType) -> Iterator[type]:
    """The classes of a module that hold data."""
    for each in vars(module).values():
        ours = inspect.isclass(each) and each.__module__ == module.__name__
        if ours and (issubclass(each, Struct) or dataclasses.is_dataclass(each)):
            yield each


def is_frozen(value: type) -> bool:
    if issubclass(value, Struct):
        return value.__struct_config__.frozen
    return bool(value.__dataclass_params__.frozen)  # type: ignore[attr-defined]  # dataclasses keep it to themselves


def errors() -> list[type[Exception]]:
    classes = [each for each in vars(evenhand.errors).values() if inspect.isclass(each)]
    return [each for each in classes if issubclass(each, Exception)]


def test_core_imports_only_what_it_may() -> None:
    found = [(name(path), module) for path in CORE_CODE for module in imports(tree(path))]
    assert [(where, module) for where, module in found if not allowed_in_core(module)] == []


def test_every_value_in_core_is_frozen() -> None:
    values = {value for path in CORE_CODE for value in values_of(module_of(path))}
    assert [value for value in values if not is_frozen(value)] == []


def test_core_never_looks_away_from_a_type() -> None:
    words = [(name(path), word) for path in CORE_CODE for word in names_in(tree(path))]
    assert [(where, word) for where, word in words if word in {"Any", "cast"}] == []


def test_core_never_silences_the_type_checker() -> None:
    found = [(name(path), line, text) for path in CORE_CODE for line, text in comments(path)]
    assert [each for each in found if "type: ignore" in each[2]] == []


def test_functions_and_classes_keep_their_budgets() -> None:
    assert [excess for path in CODE for excess in over_budget(path) if excess.key not in EXCEPTIONS] == []


def test_no_class_inherits_but_from_a_protocol_a_value_or_an_error() -> None:
    classes = [(name(path), each) for path in CODE for each in ast.walk(tree(path)) if isinstance(each, ast.ClassDef)]
    promises = {each.name for _, each in classes if "Protocol" in map(ast.unparse, each.bases)}
    grown = BASES | FRAMES | promises | {"Exception"} | {error.__name__ for error in errors()}
    bases = [(where, each.name, ast.unparse(base).partition("[")[0]) for where, each in classes for base in each.bases]
    assert [found for found in bases if found[2] not in grown] == []


def test_every_exception_is_still_needed() -> None:
    assert set(EXCEPTIONS) - {excess.key for path in CODE for excess in over_budget(path)} == set()


def test_files_keep_their_budget() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (*CODE, *TESTS)}
    budgets = {path: FILE_LINES if path.is_relative_to(SRC) else TEST_FILE_LINES for path in sizes}
    assert [(name(path), size) for path, size in sizes.items() if size > budgets[path]] == []


def test_nothing_is_imported_inside_a_function() -> None:
    nodes = [(path, node) for path in CODE for node in functions(tree(path))]
    assert [(name(path), node.name, module) for path, node in nodes for module in imports(node)] == []


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_error_says_what_it_is(error: type[Exception]) -> None:
    assert (error.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_error_is_in_the_drawing_of_the_tree(error: type[Exception]) -> None:
    assert error.__name__ in (evenhand.errors.__doc__ or "")


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_hash_and_names_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert [line for line in text.splitlines() if "==" in line and not line.endswith("\\")] == []


def test_a_deep_function_is_measured_as_deep() -> None:
    code = "def f():\n for a in b:\n  if a:\n   pass\n  elif c:\n   pass\n  elif d:\n   with e:\n    pass\n"
    assert depth(next(functions(ast.parse(code)))) == NESTING


def test_a_long_function_is_measured_without_its_docstring() -> None:
    code = 'def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n\n    return a\n'
    assert lines(next(functions(ast.parse(code)))) == 3
