"""The promises of `ports.Lines`: numbered lines come back by number. Another store is held to them in `SORTERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import BadFile
from evenhand.ports.spool import Lines
from evenhand.stores.sorter import Sorter

SORTERS: Final[dict[str, Callable[[], AbstractContextManager[Lines]]]] = {"file": Sorter.opened}


@pytest.fixture(params=SORTERS)
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    with SORTERS[request.param]() as made:
        yield made


def test_lines_come_back_by_number_and_those_of_one_number_as_they_came(lines: Lines) -> None:
    lines.add([(3, b"c"), (1, b"a2"), (2, b"\x00\xff")])
    lines.add(iter([(1, b"a1")]))
    assert list(lines.in_order()) == [(1, b"a2"), (1, b"a1"), (2, b"\x00\xff"), (3, b"c")]


def test_without_lines_there_is_nothing_to_give_back(lines: Lines) -> None:
    lines.add([])
    assert list(lines.in_order()) == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.binary(max_size=20)), max_size=40))
def test_no_line_is_lost_or_changed(pairs: list[tuple[int, bytes]]) -> None:
    with Sorter.opened() as lines:
        lines.add(pairs)
        assert list(lines.in_order()) == sorted(pairs, key=lambda pair: pair[0])


def overfill() -> None:
    with Sorter.opened() as sorter:
        sorter._db.execute("PRAGMA max_page_count = 1")
        sorter.add((number, b"x" * 1000) for number in range(100))


def test_a_disk_without_room_is_told_with_a_way_out() -> None:
    with pytest.raises(BadFile, match="TMPDIR"):
        overfill()


def test_another_error_goes_through_as_it_is() -> None:
    with pytest.raises(KeyError), Sorter.opened():
        raise KeyError
