import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import Value
from evenhand.reading.csvout import CsvOut, rejects_to, safe_cell
from evenhand.reading.rows import Reject


@pytest.mark.parametrize(
    "text", ["=1+1", "+49301234567", "-cmd", "@SUM(A1)", "\tx", "\rx", " =1", "\uff1d1", "-5-5", "+5"]
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, "-5"),
        (Decimal("-1.50"), "-1.50"),
        (Decimal("1E+3"), "1000"),
        ("-5", "-5"),
        ("-5.2e-3", "-5.2e-3"),
        ("a=b", "a=b"),
        (None, ""),
        (True, "true"),
        (("a", "b"), "a; b"),
        (("=a", "b"), "'=a; b"),
    ],
)
def test_numbers_and_plain_values_stay_as_they_are(value: Value | None, cell: str) -> None:
    assert safe_cell(value) == cell


def test_rows_have_the_columns_asked_for_in_their_order() -> None:
    stream = io.StringIO()
    out = CsvOut(stream, ["b", "a"])
    out.write({"a": 1, "b": 'x "y", z', "c": "left out"})
    out.write({})
    assert stream.getvalue() == 'b,a\n"x ""y"", z",1\n,\n'


def test_rejects_are_written_with_everything_known() -> None:
    stream = io.StringIO()
    rejects_to(stream)(Reject(3, "received", "=x", "not a time", "Mend it."))
    assert stream.getvalue() == "line,field,value,cause,fix\n3,received,'=x,not a time,Mend it.\n"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_read_back_is_a_formula(texts: list[str]) -> None:
    stream = io.StringIO(newline="")
    columns = [f"c{place}" for place in range(len(texts))]
    CsvOut(stream, columns).write(dict(zip(columns, texts, strict=True)))
    stream.seek(0)
    cells = list(csv.reader(stream))[1] if any(texts) or len(texts) > 1 else []
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")]
