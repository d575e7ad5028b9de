"""Lines out of bytes, however they are cut and packed."""

import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import BadInput, BadUsage
from evenhand.service.ndjson import Gunzip, Line, Lines, opening

TEXTS = st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"").replace(b"\xef", b"")), max_size=8)


def cut(whole: bytes, at: list[int]) -> list[bytes]:
    places = sorted({min(each, len(whole)) for each in at} | {0, len(whole)})
    return [whole[a:b] for a, b in pairwise(places)]


def read(pieces: list[bytes], longest: int = 64) -> list[Line]:
    lines = Lines(longest)
    return [line for piece in pieces for line in lines.feed(piece)] + lines.end()


@given(
    texts=TEXTS,
    at=st.lists(st.integers(0, 99), max_size=5),
    ending=st.sampled_from([b"\n", b"\r\n"]),
    ends=st.booleans(),
)
def test_lines_are_the_same_however_the_bytes_are_cut(
    texts: list[bytes], at: list[int], ending: bytes, ends: bool
) -> None:
    whole = ending.join(texts) + (ending if ends and texts else b"")
    expected = [Line(n, text.strip()) for n, text in enumerate(texts, 1) if text.strip()]
    assert read(cut(whole, at)) == expected


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert read([b"\xef\xbb", b"\xbf{}\n", b"\xef\xbb\xbf{}"]) == [Line(1, b"{}"), Line(2, b"\xef\xbb\xbf{}")]


@given(length=st.integers(5, 40), at=st.lists(st.integers(0, 50), max_size=4))
def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_not(length: int, at: list[int]) -> None:
    whole = b"a\n" + b"x" * length + b"\nb"
    assert read(cut(whole, at), longest=4) == [Line(1, b"a"), Line(2, b"", is_too_long=True), Line(3, b"b")]


def test_a_long_line_takes_no_memory_while_it_comes() -> None:
    lines = Lines(longest=10)
    for _ in range(1000):
        lines.feed(b"x" * 100)
    assert len(lines._rest) == 0
    assert lines.end() == [Line(1, b"", is_too_long=True)]


@given(parts=st.lists(st.binary(max_size=500), min_size=1, max_size=3), at=st.lists(st.integers(0, 300), max_size=6))
def test_what_was_packed_comes_out_again(parts: list[bytes], at: list[int]) -> None:
    packed = b"".join(map(gzip.compress, parts))
    unpacked = Gunzip()
    found = b"".join(piece for chunk in cut(packed, at) for piece in unpacked.feed(chunk))
    unpacked.end()
    assert found == b"".join(parts)


def test_what_unpacks_to_absurdly_much_is_refused_piece_by_piece() -> None:
    packed, sizes = gzip.compress(b"\n" * (100 << 20), 9), list[int]()
    pieces = Gunzip().feed(packed)
    with pytest.raises(BadInput, match="unpacks to far more than leads ever do"):
        sizes.extend(map(len, pieces))
    assert max(sizes) <= 256 * 1024


def test_a_gzip_that_is_cut_off_or_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="is not gzip"):
        list(Gunzip().feed(b'{"a": 1}'))
    cut_off = Gunzip()
    list(cut_off.feed(gzip.compress(b"abc")[:-2]))
    with pytest.raises(BadInput, match="ends in the middle"):
        cut_off.end()
    Gunzip().end()


def test_a_packing_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadUsage, match="'br' cannot be unpacked"):
        opening("br")
    assert isinstance(opening("GZIP"), Gunzip)
