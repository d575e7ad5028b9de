"""A file into a desk: what becomes of each slice is counted, whoever takes it."""

from collections.abc import Iterator, Sequence

import pytest

from evenhand.actions.file_intake import FileIntake, Made, Ready, Remembered, Sink, Taken, Taker
from evenhand.actions.receiving import SLICE, Received
from evenhand.errors import Conflict, Unavailable
from evenhand.reading.leads import LeadOptions, read_leads
from evenhand.reading.rows import Reject, Row
from tests.desk import NOW, Trial, migrated, opened


class Lines:
    """Rows from a list."""

    header = ("email",)

    def __init__(self, count: int) -> None:
        self.rows: list[Row | Reject] = [Row(n + 2, {"email": f"a{n}@acme.example"}) for n in range(count)]

    def __iter__(self) -> Iterator[Row | Reject]:
        return iter(self.rows)

    def close(self) -> None: ...


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    migrated(sqlite_url)
    with opened(sqlite_url) as desk:
        yield desk


def taken(trial: Trial, taker: Taker, count: int) -> tuple[Taken, list[Reject]]:
    rows, rejects = Remembered(Lines(count)), list[Reject]()
    leads = read_leads(rows, LeadOptions(as_of=NOW))
    return FileIntake(trial.desk, source="web", taker=taker).take(leads, rows, Sink(rejects.append)), rejects


def test_a_file_is_taken_slice_by_slice(trial: Trial) -> None:
    sizes: list[int] = []

    def taker(some: Sequence[Ready]) -> list[Made]:
        sizes.append(len(some))
        return [Made(Received(1, 1), "assigned", "ann")] * len(some)

    found, _ = taken(trial, taker, SLICE + 1)
    assert sizes == [SLICE, 1]
    assert (found.new, found.reps, found.adds_up) == (SLICE + 1, {"ann": SLICE + 1}, True)


def test_a_lead_that_cannot_be_taken_is_a_reject_with_its_line(trial: Trial) -> None:
    found, rejects = taken(trial, lambda _: [Made(Received(1, 1)), Conflict("it is gone."), ValueError("x")], 3)
    assert (found.new, found.rejected, found.adds_up) == (1, 2, True)
    assert [str(each) for each in rejects] == ["line 3: it is gone", "line 4: it cannot be kept: ValueError"]


def test_a_database_that_fails_ends_the_run(trial: Trial) -> None:
    with pytest.raises(Unavailable):
        taken(trial, lambda _: [Unavailable("locked")], 1)
