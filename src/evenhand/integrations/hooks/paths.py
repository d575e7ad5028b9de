"""Our own mapping: a field is filled by a JMESPath expression, asked of what the sender sent.

Whoever sets a source up writes the expressions, so each is bounded: in length, in steps, and in what it makes.
The one module that imports jmespath, which has no types.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError, LexerError, ParseError
from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

from evenhand.integrations.hooks.body import JSON
from evenhand.integrations.hooks.model import bad
from evenhand.know.numbers import Unreadable
from evenhand.know.raw import Raw

Found: TypeAlias = Any  # what jmespath gives: JSON with floats, or parts of an expression

LONGEST: Final = 500  # characters of an expression
_NODES: Final = 300  # of its tree
_COPIES: Final = 256
_SELECTING: Final = ("multi_select_list", "multi_select_dict")
_WORK: Final = 200_000  # steps and items that answering one may take
_LONGEST_TEXT: Final = 65_536
_MOST_PARTS: Final = 1000


def check_path(expression: str, where: str) -> None:
    """Raises BadInput, at `where`, if this is no JMESPath expression or too long a one."""
    _compiled(expression, where)


class Asked:
    """What expressions are asked of: a lead as its sender sent it, or a whole body."""

    def __init__(self, document: JSON) -> None:
        self._document = _floated(document)

    def find(self, expression: str, where: str) -> JSON:
        """What an expression finds, whatever its shape. Raises BadInput, also when it asks for too much."""
        try:
            return _exact(_answer(_compiled(expression, where), self._document))
        except Unreadable as error:
            raise bad(where, f"{error}.", error.fix) from None

    def value(self, expression: str, where: str) -> Raw:
        """The value of a field. Raises Unreadable if there is none to be had, BadInput if the expression is wrong."""
        return _value(_answer(_compiled(expression, where), self._document), 0)


def _compiled(expression: str, where: str) -> Found:
    if not expression.strip():
        raise bad(where, "the expression is empty.", "Name what to take, such as contact.email.")
    if len(expression) > LONGEST:
        raise bad(where, f"the expression has {len(expression):,} characters.", f"At most {LONGEST} are read.")
    try:
        tree, trouble = _parsed(expression)
    except JMESPathError as error:
        place = f" at column {error.lex_position + 1}" if isinstance(error, LexerError | ParseError) else ""
        fix = "See jmespath.org; a name with other signs than letters stands in double quotes."
        raise bad(where, f"no JMESPath expression: it cannot be read{place}.", fix) from None
    except Exception:  # its reader meets some texts unprepared
        raise bad(where, "no JMESPath expression.", "See jmespath.org.") from None
    if trouble:
        raise bad(where, trouble, "See jmespath.org.")
    return tree


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> tuple[Found, str]:
    """The tree of an expression, and what is wrong with it although it can be read."""
    tree = jmespath.compile(expression).parsed
    nodes = list(_nodes(tree))
    called = {node["value"] for node in nodes if node["type"] == "function_expression"}
    if unknown := sorted(called - set(Functions.FUNCTION_TABLE)):
        return tree, f"there is no function {unknown[0]}."
    # Lists of lists of the same thing double with every step; their sizes multiplied say how far that could go.
    copies = math.prod(len(node["children"]) or 1 for node in nodes if node["type"] in _SELECTING)
    return tree, "the expression has too many parts." if len(nodes) > _NODES or copies > _COPIES else ""


def _nodes(tree: Found) -> Iterator[Found]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.get("children", ()))


def _answer(tree: Found, document: Found) -> Found:
    """Raises Unreadable for what only shows when it is asked: a text where a number is wanted, or too much of it."""
    try:
        return _interpreted(tree, document)
    except Unreadable:
        raise
    except JMESPathError:
        raise Unreadable("the expression does not fit what was sent", "change it, or the sender's form") from None
    except Exception:  # comparing a text with a number, adding up texts, and the like
        raise Unreadable("the expression cannot be worked out for what was sent", "change it") from None


def _interpreted(expression: Found, document: Found) -> Found:
    """The answer to one expression. Every step and everything that it makes is counted."""
    spent = 0

    def spend(work: int) -> None:
        nonlocal spent
        spent += work
        if spent > _WORK:
            raise Unreadable("the expression makes too much of what was sent", "ask for less")

    called = _Called(spend)
    tree = TreeInterpreter(Options(custom_functions=called))
    plainly = tree.visit

    def visit(node: Found, *args: Found, **kwargs: Found) -> Found:
        spend(1)
        made = plainly(node, *args, **kwargs)
        if isinstance(made, list) and node["type"] not in {"field", "current", "identity", "index"}:
            spend(len(made))
        return made

    tree.visit = visit  # it calls itself by this name for every part of the expression
    found = visit(expression, document)
    called.measure(found)
    return found


class _Called:
    """The functions of JMESPath, each given no more than can be afforded."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self._spend = spend
        self._plain = Functions()

    def call_function(self, name: str, given: Sequence[Found]) -> Found:
        for value in given:
            self.measure(value)
        if name == "join" and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], list):
            self._spend(len(given[0]) * len(given[1]))
        return self._plain.call_function(name, given)

    def measure(self, value: Found) -> None:
        """Goes through all there is, and stops when that is too much: the same part may stand in it many times."""
        waiting = [value]
        while waiting:
            value = waiting.pop()
            self._spend(1 + len(value) // 16 if isinstance(value, str) else 1)
            if isinstance(value, list):
                self._spend(len(value))
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.values())


def _floated(value: JSON) -> Found:
    """Numbers as jmespath knows them; one that would change by that stays what it is."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else value
    if isinstance(value, list):
        return [_floated(part) for part in value]
    if isinstance(value, dict):
        return {name: _floated(part) for name, part in value.items()}
    return value


def _exact(found: Found) -> JSON:
    """The numbers of `_floated` as they were."""
    if isinstance(found, float):
        return Decimal(repr(found)) if math.isfinite(found) else None
    if isinstance(found, list):
        return [_exact(part) for part in found]
    if isinstance(found, dict):
        return {str(name): _exact(part) for name, part in found.items()}
    return found if found is None or isinstance(found, bool | int | Decimal | str) else None


def _value(found: Found, depth: int) -> Raw:
    if isinstance(found, float):
        if not math.isfinite(found):
            raise Unreadable("no number comes out", "change the expression")
        return Decimal(repr(found))
    if isinstance(found, list) and depth < 2 and len(found) <= _MOST_PARTS:
        return [_value(part, depth + 1) for part in found]
    if isinstance(found, str) and len(found) > _LONGEST_TEXT:
        raise Unreadable(f"a text of {len(found):,} characters is too long", f"at most {_LONGEST_TEXT:,} are kept")
    if found is None or isinstance(found, bool | int | Decimal | str):
        return found
    raise Unreadable("several things where one value is wanted", "name one part, such as address.city or items[0]")
