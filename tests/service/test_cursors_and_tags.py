"""Places in lists, and versions of what is edited, as requests say them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import BadUsage, NoTag, Overtaken
from evenhand.ports.rows import LeadRow
from evenhand.service.cursors import Whole, cursor, page, place
from evenhand.service.tags import check, tag_of

WHOLE = st.integers(-(1 << 53), 1 << 53)


@given(rank=WHOLE, lead=WHOLE)
def test_a_cursor_says_the_place_that_it_was_made_of(rank: int, lead: int) -> None:
    said = cursor((rank, lead))
    assert place(said, tuple[Whole, Whole], (0, 0)) == (rank, lead)
    assert said.isascii()
    assert "=" not in said


@given(text=st.text(min_size=1, max_size=40))
def test_whatever_is_sent_as_a_cursor_is_a_place_or_refused(text: str) -> None:
    with suppress(BadUsage):
        assert isinstance(place(text, Whole, 0), int)


def test_a_cursor_of_another_list_or_beyond_every_column_is_refused() -> None:
    for said in (cursor("ann"), cursor((1, 2, 3)), cursor((1 << 60, 1))):
        with pytest.raises(BadUsage, match="is no place in this list"):
            place(said, tuple[Whole, Whole], (0, 0))


@given(count=st.integers(0, 9), limit=st.integers(1, 4))
def test_pages_hold_everything_once(count: int, limit: int) -> None:
    found, after = list[int](), None
    for _ in range(count + 1):
        begin = place(after, Whole, 0)
        rows, after = page([*range(begin + 1, count + 1)][: limit + 1], limit, lambda row: row)
        found += rows
        if after is None:
            break
    assert found == [*range(1, count + 1)]


def test_a_tag_changes_with_what_is_seen() -> None:
    row = LeadRow(lead=1, state="waiting", received=1, memory=b"\x00\xff")
    assert tag_of(row) == tag_of(LeadRow(lead=1, state="waiting", received=1, memory=b"\x00\xff"))
    assert len({tag_of(row), tag_of(row, None), tag_of(LeadRow(lead=1, state="held", received=1)), tag_of("text")}) == 4


def test_an_edit_says_which_version_it_was_made_on() -> None:
    now = tag_of("now")
    for good in (now, f'"old", {now}', f"W/{now}", "*"):
        check(good, now)
    check("", now, required=False)
    with pytest.raises(Overtaken, match="has been changed since"):
        check(tag_of("before"), now)
    with pytest.raises(NoTag, match="send If-Match"):
        check("", now)
