"""How the index is laid out: from the boxes of all conditions to one table of bit masks for each term.

A mask is an `int` whose bits are boxes. Every table also has the mask for a value that is missing.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import xor
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.model import Value
from evenhand.core.when.compiled import Reading, value_of
from evenhand.core.when.domain import EVERYTHING, boxes_of
from evenhand.core.when.expression import Expression
from evenhand.core.when.fields import Kind
from evenhand.core.when.nodes import Node, Personal, Read, with_leaves
from evenhand.core.when.sets import Numbers, Texts, Values

_WORTH_IT: Final = 4  # a derived term is worked out for every lead only if so many boxes ask for it,
_SHARE: Final = 20  # and at least one box in twenty
_HIDDEN: Final = "?"  # no field's name begins so


class TextTable(Struct, frozen=True):
    """Masks by text; `default` is for a text that no condition names."""

    masks: Mapping[str, int]
    default: int
    missing: int

    def mask_of(self, value: Value | None) -> int:
        """The boxes that accept a value."""
        return self.masks.get(value, self.default) if isinstance(value, str) else self.missing


class NumberTable(Struct, frozen=True):
    """Masks by number: below the first point, at it, between it and the second, at that, and so on."""

    points: Sequence[int | Decimal]
    pieces: Sequence[int]
    missing: int

    def mask_of(self, value: Value | None) -> int:
        """The boxes that accept a value."""
        if value is None or isinstance(value, str | tuple):
            return self.missing
        at = bisect_left(self.points, value)
        return self.pieces[2 * at + (at < len(self.points) and self.points[at] == value)]


class TruthTable(Struct, frozen=True):
    """Masks for yes, no and missing."""

    yes: int
    no: int
    missing: int

    def mask_of(self, value: Value | None) -> int:
        """The boxes that accept a value."""
        return self.missing if value is None else self.yes if value else self.no


Table: TypeAlias = TextTable | NumberTable | TruthTable
Entries: TypeAlias = Sequence[tuple[int, Values]]  # bit, and what its box allows
TextRow: TypeAlias = tuple[str, Mapping[str, int], int, int]  # field, and the parts of its table
NumberRow: TypeAlias = tuple[str, Kind, Sequence[int | Decimal], Sequence[int], int]
OtherRow: TypeAlias = tuple[Reading, Callable[[Value | None], int]]


class Layout(Struct, frozen=True, kw_only=True):
    """Everything that a search needs; tables of plain fields come apart, so that they can be read without a call.

    everything: all bits.
    rules:  bit -> its condition.   exact: bit -> whether the tables say all that its box says.
    starts: condition -> its first bit; one more at the end.
    atoms:  condition -> the number of its first personal atom.
    """

    everything: int = 0
    texts: tuple[TextRow, ...] = ()
    numbers: tuple[NumberRow, ...] = ()
    others: tuple[OtherRow, ...] = ()
    rules: tuple[int, ...] = ()
    exact: tuple[bool, ...] = ()
    starts: tuple[int, ...] = (0,)
    atoms: tuple[int, ...] = ()


def laid_out(conditions: Sequence[Expression]) -> Layout:
    """The tables for conditions in their order."""
    terms: dict[str, Node] = {}
    found = [boxes_of(_masked(condition.node), terms) for condition in conditions]
    bits = [(rule, box) for rule, boxes in enumerate(found) for box in (EVERYTHING if boxes is None else boxes)]
    everything = (1 << len(bits)) - 1
    asked: dict[str, list[tuple[int, Values]]] = defaultdict(list)
    for bit, (_, box) in enumerate(bits):
        for term, values in box.items():
            asked[term].append((bit, values))
    tables = {
        term: _table(asked[term], everything) for term in asked if _is_worth_it(terms[term], asked[term], len(bits))
    }
    counts = Counter(rule for rule, _ in bits)
    return Layout(
        everything=everything,
        texts=tuple(_text_rows(tables, terms)),
        numbers=tuple(_number_rows(tables, terms)),
        others=tuple(_other_rows(tables, terms)),
        rules=tuple(rule for rule, _ in bits),
        exact=tuple(found[rule] is not None and box.keys() <= tables.keys() for rule, box in bits),
        starts=tuple(accumulate((counts[rule] for rule in range(len(conditions))), initial=0)),
        atoms=tuple(accumulate((len(condition.personal_atoms) for condition in conditions), initial=0)),
    )


def _masked(node: Node) -> Node:
    """The same with each personal atom as something of its own, that no table can know."""

    def hide(leaf: Node) -> Node:
        return Read(f"{_HIDDEN}{leaf.number}", "boolean") if isinstance(leaf, Personal) else leaf

    return with_leaves(node, hide)


def _is_worth_it(term: Node, entries: Entries, bits: int) -> bool:
    if isinstance(term, Read):
        return not term.field.startswith(_HIDDEN)
    return len(entries) >= _WORTH_IT and len(entries) * _SHARE >= bits


def _text_rows(tables: Mapping[str, Table], terms: Mapping[str, Node]) -> Iterator[TextRow]:
    for term, table in tables.items():
        if isinstance(terms[term], Read) and isinstance(table, TextTable):
            yield term, table.masks, table.default, table.missing


def _number_rows(tables: Mapping[str, Table], terms: Mapping[str, Node]) -> Iterator[NumberRow]:
    for term, table in tables.items():
        node = terms[term]
        if isinstance(node, Read) and isinstance(table, NumberTable):
            yield term, node.kind, table.points, table.pieces, table.missing


def _other_rows(tables: Mapping[str, Table], terms: Mapping[str, Node]) -> Iterator[OtherRow]:
    for term, table in tables.items():
        node = terms[term]
        if isinstance(table, TruthTable) or not isinstance(node, Read):
            yield value_of(node), table.mask_of


# --- one term -----------------------------------------------------------------------------------------------------


def _table(entries: Entries, everything: int) -> Table:
    """The masks for a term; boxes that do not ask about it accept every value."""
    free = everything & ~_bits(bit for bit, _ in entries)
    missing = free | _bits(bit for bit, values in entries if values.missing)
    match entries[0][1]:
        case Texts():
            texts = [(bit, values) for bit, values in entries if isinstance(values, Texts)]
            return _text_table(texts, free, missing)
        case Numbers():
            return _number_table(
                [(bit, values) for bit, values in entries if isinstance(values, Numbers)], free, missing
            )
        case _:
            yes = _bits(bit for bit, values in entries if values.has(True))
            no = _bits(bit for bit, values in entries if values.has(False))
            return TruthTable(free | yes, free | no, missing)


def _bits(bits: Iterator[int]) -> int:
    found = bytearray()
    for bit in bits:
        byte = bit >> 3
        if byte >= len(found):
            found.extend(bytes(byte + 1 - len(found)))
        found[byte] |= 1 << (bit & 7)
    return int.from_bytes(found, "little")


def _text_table(entries: Sequence[tuple[int, Texts]], free: int, missing: int) -> TextTable:
    default = free | _bits(bit for bit, values in entries if values.others)
    named: dict[str, list[int]] = defaultdict(list)
    for bit, values in entries:
        for text in values.listed:
            named[text].append(bit)
    return TextTable({text: default ^ _bits(iter(bits)) for text, bits in named.items()}, default, missing)


def _number_table(entries: Sequence[tuple[int, Numbers]], free: int, missing: int) -> NumberTable:
    """A sweep from minus infinity up: at each cut the boxes that it belongs to turn from in to out or back."""
    points = sorted({bound for _, values in entries for bound, _ in values.cuts})
    place = {bound: number for number, bound in enumerate(points)}
    turning: list[list[int]] = [[] for _ in range(2 * len(points) + 1)]
    for bit, values in entries:
        for bound, side in values.cuts:
            turning[2 * place[bound] + 1 + side].append(bit)
    lowest = free | _bits(bit for bit, values in entries if values.starts)
    pieces = tuple(accumulate((_bits(iter(bits)) for bits in turning[1:]), xor, initial=lowest))
    return NumberTable(points, pieces, missing)
