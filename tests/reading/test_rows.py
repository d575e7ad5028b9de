import gzip
import io
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.errors import BadFile, BadUsage, EvenhandError
from evenhand.reading.lines import MAX_LINE, Lines
from evenhand.reading.records import MAX_CELL
from evenhand.reading.rows import Reject, Row, Rows, read_rows

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(data: str | bytes, name: str = "leads.csv") -> str:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    return written


def header(source: str, *, delimiter: str = "") -> tuple[str, ...]:
    rows = read_rows(source, delimiter=delimiter)
    rows.close()
    return rows.header


def cells(rows: Rows) -> list[dict[str, object]]:
    return [dict(row.cells) for row in rows if isinstance(row, Row)]


def rejects(rows: Rows) -> list[Reject]:
    return [row for row in rows if isinstance(row, Reject)]


def lines_of(rows: Rows) -> list[tuple[int, bool]]:
    return [(row.line, isinstance(row, Row)) for row in rows]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(write: Write, mark: str) -> None:
    assert cells(read_rows(write(f"id{mark}name\n1{mark}Ann\n"))) == [{"id": "1", "name": "Ann"}]


def test_a_delimiter_within_quotes_of_the_header_does_not_count(write: Write) -> None:
    assert header(write('"a,b,c";d\n')) == ("a,b,c", "d")


def test_the_delimiter_can_be_given(write: Write) -> None:
    assert header(write("a,b;c,d\n"), delimiter=";") == ("a,b", "c,d")
    assert header(write("a\tb,c,d\n"), delimiter="\\t") == ("a", "b,c,d")


def test_a_delimiter_of_two_characters_is_refused(write: Write) -> None:
    with pytest.raises(BadUsage, match="not one character"):
        read_rows(write("a,b\n"), delimiter="::")


def test_the_line_that_spreadsheets_write_for_themselves_is_obeyed(write: Write) -> None:
    assert header(write("sep=|\na,b|c\n")) == ("a,b", "c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(write: Write, encoding: str) -> None:
    assert cells(read_rows(write("name\nZoë\n".encode(encoding)))) == [{"name": "Zoë"}]


def test_a_byte_that_is_not_utf_8_is_named_with_its_line_and_the_way_out(write: Write) -> None:
    with pytest.raises(BadFile, match=r"line 3: byte 5 \(0xFC\) is not utf-8 text.*--encoding cp1252") as caught:
        list(read_rows(write(b"id,name\n1,Ann\n2,J\xc3\xfcrgen\n".replace(b"\xc3", b"u"))))
    assert caught.value.faults[0].line == 3


def test_another_encoding_is_read_when_asked_for(write: Write) -> None:
    assert cells(read_rows(write(b"name\nJ\xfcrgen\n"), encoding="cp1252")) == [{"name": "Jürgen"}]


@pytest.mark.parametrize("encoding", ["klingon", "hex"])
def test_an_encoding_nobody_knows_is_refused(write: Write, encoding: str) -> None:
    with pytest.raises(BadUsage, match="unknown"):
        read_rows(write("name\n"), encoding=encoding)


def test_utf_16_without_a_mark_is_recognised_but_not_guessed(write: Write) -> None:
    with pytest.raises(BadFile, match="--encoding utf-16-le"):
        read_rows(write("name\nAnn\n".encode("utf-16-le")))


def test_half_a_character_at_the_end_of_utf_16_is_damage(write: Write) -> None:
    with pytest.raises(BadFile, match="damaged"):
        list(read_rows(write("name\nAnn\n".encode("utf-16")[:-1])))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("id,name,ID\n1,2,3\n", "more than once"),
        ("ann@example.com,Ann\n", "looks like data"),
        ("id,na\0me\n", "zero byte"),
        ('id,"name\n1,2\n', "header cannot be read"),
        ("sep=;\n", "no header"),
        (b"PK\x03\x04...", "spreadsheet"),
        (b"\x1f\x8bgarbage", "cannot be read"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(write: Write, data: str | bytes, what: str) -> None:
    with pytest.raises(BadFile, match=what):
        read_rows(write(data))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"no\.csv: cannot be opened"):
        read_rows(str(tmp_path / "no.csv"))
    with pytest.raises(BadFile, match="cannot be opened"):
        read_rows(str(tmp_path))


def test_a_header_alone_is_a_file_without_rows(write: Write) -> None:
    assert list(read_rows(write("id,name"))) == []


def test_columns_without_a_name_are_numbered(write: Write) -> None:
    assert header(write("id,,\n")) == ("id", "column 2", "column 3")


def test_empty_lines_are_counted_and_left_out(write: Write) -> None:
    rows = read_rows(write('id,name\n\n1,Ann\n  \n,,\n""\n2,Bob\n'))
    assert lines_of(rows) == [(3, True), (7, True)]
    assert rows.blank == 4


def test_missing_cells_are_not_there_and_spare_ones_reject_the_line(write: Write) -> None:
    rows = list(read_rows(write("id,name\n1\n2,Bob,extra\n3,Cy,,\n")))
    assert rows[0] == Row(2, {"id": "1"})
    assert isinstance(rows[1], Reject)
    assert (rows[1].line, rows[1].value, rows[1].cause) == (3, "extra", "3 cells, the header has 2")
    assert rows[2] == Row(4, {"id": "3", "name": "Cy"})


def test_a_quoted_cell_may_hold_lines_and_the_numbers_stay_right(write: Write) -> None:
    rows = read_rows(write('id,note\r\n1,"a\r\nb ""c"""\r\n2,d\r\n'))
    assert list(rows) == [Row(2, {"id": "1", "note": 'a\r\nb "c"'}), Row(4, {"id": "2", "note": "d"})]


def test_a_zero_byte_rejects_its_line_only(write: Write) -> None:
    rows = list(read_rows(write("id,name\n1,a\0b\n2,Bob\n")))
    assert str(rows[0]) == "line 2: name 'a\\\\0b': holds a zero byte. Export the file again, or remove the byte."
    assert rows[1] == Row(3, {"id": "2", "name": "Bob"})


def test_a_quote_that_is_never_closed_spoils_its_own_line_only(write: Write) -> None:
    rows = list(read_rows(write('id,name\n1,"Ann\n2,Bob\n3,Cy\n')))
    assert [row.line for row in rows] == [2, 3, 4]
    assert isinstance(rows[0], Reject)
    assert "never closed" in rows[0].cause


def test_a_quote_that_closes_in_another_line_does_not_join_the_two(write: Write) -> None:
    assert lines_of(read_rows(write('id,name\n1,"Ann\n2,Bob\n3,"Cy"\n4,Di\n'))) == [
        (2, False),
        (3, True),
        (4, True),
        (5, True),
    ]


def test_text_below_an_open_quote_belongs_to_the_spoiled_line(write: Write) -> None:
    rows = read_rows(write('id,note,x\n1,"Dear all\nplease call\nAnn\n'))
    assert lines_of(rows) == [(2, False)]


def test_a_stray_quote_early_in_a_long_file_loses_one_line(write: Write) -> None:
    data = 'id,name\n1,"Ann\n' + "".join(f"{number},Bob\n" for number in range(2, 5000))
    found = lines_of(read_rows(write(data)))
    assert found[0] == (2, False)
    assert found[1:] == [(line, True) for line in range(3, 5001)]


@pytest.mark.parametrize(
    "bad",
    [
        "1," + "x" * (MAX_CELL + 1),
        "1," + "x" * (MAX_LINE + 10),
        '1,"' + "x" * (MAX_LINE + 10) + '\nmore"',
        '1,"' + "some words\n" * 200_000 + '"',
        '1,"a\n' + "y" * (MAX_LINE + 10) + '\nmore"',
    ],
    ids=["cell", "line", "quoted line", "quoted lines", "long line within quotes"],
)
def test_a_cell_over_a_mebibyte_rejects_its_record_only(write: Write, bad: str) -> None:
    rows = list(read_rows(write(f"id,note\n{bad}\n2,fine\n")))
    assert isinstance(rows[0], Reject)
    assert (rows[0].line, rows[0].field, len(rows[0].value) <= 80) == (2, "note", True)
    assert "are too long; a cell may hold 1,048,576" in rows[0].cause
    assert rows[1] == Row(3 + bad.count("\n"), {"id": "2", "note": "fine"})


def test_a_huge_cell_is_never_held_whole(write: Write) -> None:
    source = write("id,note\n1," + "x" * (40 << 20) + "\n2,fine\n")
    tracemalloc.start()
    assert lines_of(read_rows(source)) == [(2, False), (3, True)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 << 20


def test_a_gzipped_file_is_unpacked_and_progress_counts_its_packed_bytes(write: Write) -> None:
    rows = read_rows(write(gzip.compress(b"id,name\n1,Ann\n"), "leads.csv.gz"))
    assert cells(rows) == [{"id": "1", "name": "Ann"}]
    assert rows.size > 0


def test_a_gzipped_file_that_was_cut_off_says_so(write: Write) -> None:
    packed = gzip.compress(("id,n\n" + "".join(f"{number},{number * 7919}\n" for number in range(9000))).encode())
    with pytest.raises(BadFile, match="cannot be read on"):
        list(read_rows(write(packed[:-50], "leads.csv.gz")))


def test_progress_ends_at_the_size_of_the_file(write: Write) -> None:
    rows = read_rows(write("id\n" + "1\n" * 50_000))
    seen = [rows.bytes_read for _ in rows]
    assert seen == sorted(seen)
    assert seen[-1] == rows.size


def test_standard_input_is_read_as_either_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"id\n1\n", b'{"id": "1"}\n'):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        rows = read_rows("-")
        assert cells(rows) == [{"id": "1"}]
        assert (rows.size, rows.bytes_read) == (0, len(data))


def test_ndjson_is_flattened_with_dots(write: Write) -> None:
    data = '{"id": 7, "account": {"id": "a1", "tags": ["x", 2]}, "ok": true, "none": null}\n\n{"id": "8"}\n'
    rows = read_rows(write(data, "leads.jsonl"))
    assert cells(rows) == [
        {"id": 7, "account.id": "a1", "account.tags": ["x", 2], "ok": True, "none": None},
        {"id": "8"},
    ]
    assert (rows.header, rows.blank) == ((), 1)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"a": "\\u0000"}', "zero byte"),
        ('{"a": ["b", "\\u0000"]}', "zero byte"),
        ('{"a":' * 40 + "1" + "}" * 40, "nested too deeply"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested too deeply"),
        ('{"a": "\\ud800"}', "not JSON"),
        ('{"a": "' + "x" * (MAX_CELL + 1) + '"}', "too long"),
        ('{"a": "' + "x" * (MAX_LINE + 1) + '"}', "too long"),
    ],
)
def test_a_line_that_is_no_usable_object_is_rejected_alone(write: Write, line: str, cause: str) -> None:
    rows = list(read_rows(write(f'{line}\n{{"id": 1}}\n', "leads.ndjson")))
    assert isinstance(rows[0], Reject)
    assert cause in rows[0].cause
    assert rows[1] == Row(2, {"id": 1})


def test_a_json_array_is_refused_with_the_way_out(write: Write) -> None:
    with pytest.raises(BadFile, match="one object a line"):
        read_rows(write('[{"id": 1}]', "leads.json"))


def test_lines_put_back_come_again_with_their_numbers(write: Write) -> None:
    lines = Lines(write("a\nb\nc\n"))
    taken = [lines.take() or "" for _ in range(2)]
    lines.put_back(taken)
    assert [(lines.take(), lines.number) for _ in range(3)] == [("a\n", 1), ("b\n", 2), ("c\n", 3)]
    lines.close()


MESSY = st.text(st.sampled_from(list('ab,;"\n\r\t|{}[]:1 é\0')), max_size=120)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(st.binary(max_size=200), MESSY.map(str.encode), MESSY.map(lambda text: ("a,b\n" + text).encode()))
)
def test_any_bytes_give_rows_or_rejects_or_a_fault_but_never_a_traceback(write: Write, data: bytes) -> None:
    with suppress(EvenhandError):
        numbers = [row.line for row in read_rows(write(data))]
        assert numbers == sorted(set(numbers))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(st.sampled_from("ab, ;\t0é'"), max_size=12), max_size=20))
def test_every_line_without_quotes_is_one_row_one_reject_or_blank(write: Write, lines: list[str]) -> None:
    rows = read_rows(write("\n".join(["id,name", *lines, ""])))
    assert len(list(rows)) + rows.blank == len(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(st.text('ab"\n,é', min_size=1), st.text('x"\r\n,')).filter(lambda row: row[0].strip())))
def test_whatever_is_written_as_csv_is_read_again(write: Write, table: list[tuple[str, str]]) -> None:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    rows = read_rows(write("\n".join(["id,note", *quoted, ""])))
    assert [tuple(row.values()) for row in cells(rows)] == table
