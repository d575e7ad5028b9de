"""The committer: who comes while a commit is in flight is in the next batch, and nobody pays for another's mistake."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

import pytest

from evenhand.actions.committer import BATCH, PATIENCE, SLICE, Committer
from evenhand.actions.desk import Answer, Call
from evenhand.actions.pace import Pace
from evenhand.actions.receiving import Received, incoming, receiving
from evenhand.actions.work import Work
from evenhand.core.arrival import Arrival
from evenhand.core.model import Lead, Value
from evenhand.errors import Busy, Conflict, Unavailable
from evenhand.ports.rows import NoteRow
from evenhand.ports.store import Store
from tests.desk import WEBSITE, Trial

LONG = 10  # seconds until a test gives up


class Gate:
    """A desk whose transactions wait for the test: `let` lets so many run. `batches` are the sizes of those begun."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.batches: list[int] = []
        self.begun = threading.Semaphore(0)
        self.may = threading.Semaphore(0)

    def run(self, calls: Sequence[Call[Any]]) -> list[Answer[Any]]:
        self.batches.append(len(calls))
        self.begun.release()
        assert self.may.acquire(timeout=LONG)
        answers: list[Answer[Any]] = self.desk.run(calls)
        return answers

    def let(self, count: int = 1000) -> None:
        self.may.release(count)


class Saying:
    """A desk that remembers what it ran, each run taking a while on its own clock."""

    def __init__(self, each: int = 0) -> None:
        self.now = 0
        self.each = each
        self.fails: Exception | None = None

    def run(self, calls: Sequence[Call[Any]]) -> list[Answer[Any]]:
        self.now += self.each * len(calls)
        if self.fails:
            raise self.fails
        return [Answer(value=each(None)) for each in calls]  # type: ignore[arg-type]  # they look at no work

    def ticks(self) -> int:
        return self.now


def saying(word: object) -> Call[object]:
    return lambda _: word


def lead_for(trial: Trial, number: int, **fields: Value) -> Call[Received]:
    lead = Lead(id=str(number), received=trial.now, fields={"topic": "all", **fields})
    ready = incoming(Arrival(line=1, lead=lead, key=f"kim{number}@demo.example"), trial.desk, source="web")
    return receiving([ready], actor=WEBSITE)[0]


@pytest.fixture
def gate(trial: Trial) -> Gate:
    return Gate(trial.desk)


@pytest.fixture
def committer(gate: Gate) -> Iterator[Committer]:
    with Committer(gate, ticks=lambda: 0) as made:
        yield made
        gate.let()


def held_up(committer: Committer, gate: Gate) -> Future[int]:
    """A commit is in flight."""
    first = committer.submit(lambda work: work.now)
    assert gate.begun.acquire(timeout=LONG)
    return first


def test_a_lonely_call_is_one_transaction_at_once(committer: Committer, gate: Gate, trial: Trial) -> None:
    gate.let()
    taken = committer.submit(lead_for(trial, 1)).result(LONG)
    assert (taken.lead, gate.batches) == (1, [1])


def test_who_comes_while_a_commit_is_in_flight_is_in_the_next_batch(
    committer: Committer, gate: Gate, trial: Trial
) -> None:
    held_up(committer, gate)
    futures = [committer.submit(lead_for(trial, number)) for number in range(100)]
    gate.let()
    assert sorted(future.result(LONG).lead for future in futures) == list(range(1, 101))
    assert gate.batches == [1, 100]


def test_a_batch_is_never_larger_than_the_most(committer: Committer, gate: Gate) -> None:
    held_up(committer, gate)
    futures = [committer.submit(lambda work: work.now) for _ in range(BATCH + 5)]
    gate.let()
    assert {future.result(LONG) for future in futures} != set()
    assert gate.batches == [1, BATCH, 5]


def test_leads_are_taken_in_the_order_in_which_one_submitter_sent_them(
    committer: Committer, gate: Gate, trial: Trial
) -> None:
    held_up(committer, gate)
    futures = [committer.submit(lead_for(trial, number)) for number in range(300)]
    gate.let()
    assert [future.result(LONG).lead for future in futures] == list(range(1, 301))


class Counting:
    """A store that counts the writing transactions, and how many keys each look-up asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.transactions = 0
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def writing(self, workspace: int) -> Iterator[Any]:
        self.transactions += 1
        with self.store.writing(workspace) as tx:
            yield Watched(tx, self.asked)


class Watched:
    """What there is to ask, and how often keys were asked for."""

    def __init__(self, inner: Any, asked: list[int]) -> None:
        self.inner = inner
        self.asked = asked

    def __getattr__(self, name: str) -> Any:
        return Watched(self.inner.leads, self.asked) if name == "leads" else getattr(self.inner, name)

    def keyed(self, keys: Sequence[str]) -> Any:
        self.asked.append(len(keys))
        return self.inner.keyed(keys)


def test_256_queued_leads_are_two_transactions_and_two_look_ups(trial: Trial) -> None:
    store = Counting(trial.database)
    trial.desk.store = store
    gate = Gate(trial.desk)
    with Committer(gate, ticks=lambda: 0) as committer:
        first = committer.submit(lead_for(trial, 0))
        assert gate.begun.acquire(timeout=LONG)
        others = [committer.submit(lead_for(trial, number)) for number in range(1, 257)]
        gate.let()
        assert {future.result(LONG).how for future in [first, *others]} == {"new"}
    assert (store.transactions, store.asked) == (2, [1, 256])


def test_a_call_that_raises_fails_alone(committer: Committer, gate: Gate, trial: Trial) -> None:
    def poisonous(_: Work) -> Received:
        raise Conflict("not this one")

    held_up(committer, gate)
    calls = [lead_for(trial, number) for number in range(64)]
    calls[31] = poisonous
    futures = [committer.submit(each) for each in calls]
    gate.let()
    assert [number for number, future in enumerate(futures) if future.exception(LONG)] == [31]


def too_large(work: Work) -> Received:
    """Adds what no database has room for."""
    work.add(NoteRow(no=1 << 70, lead=1, kind="", at=0, actor="", box=b""))
    return Received(0, 0)


def test_a_call_that_cannot_be_written_fails_alone(each_trial: Trial) -> None:
    gate = Gate(each_trial.desk)
    with Committer(gate, ticks=lambda: 0) as committer:
        held_up(committer, gate)
        calls = [lead_for(each_trial, number) for number in range(64)]
        calls[31] = too_large
        futures = [committer.submit(each) for each in calls]
        gate.let()
        assert [number for number, future in enumerate(futures) if future.exception(LONG)] == [31]
    assert gate.batches == [1, 64]


class Failing:
    """A store whose database goes away in the transaction of that number."""

    def __init__(self, store: Store, number: int) -> None:
        self.store = store
        self.left = number

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def writing(self, workspace: int) -> Iterator[Any]:
        self.left -= 1
        if self.left == 0:
            raise Unavailable("the database is away")
        with self.store.writing(workspace) as tx:
            yield tx


def test_what_was_written_one_by_one_before_the_database_failed_is_told_as_written(trial: Trial) -> None:
    trial.desk.store = Failing(trial.database, 6)  # all together, the first alone twice, two more
    calls = [too_large, *(lead_for(trial, number) for number in range(5))]
    answers = trial.run(calls)
    errors = [type(answer.error).__name__ for answer in answers]
    assert errors == ["OverflowError", "NoneType", "NoneType", "Unavailable", "Unavailable", "Unavailable"]


def test_a_database_that_fails_fails_all_of_the_batch_and_nobody_else() -> None:
    desk = Saying()
    desk.fails = Unavailable("gone")
    with Committer(desk, ticks=desk.ticks) as committer:
        assert isinstance(committer.submit(saying(1)).exception(LONG), Unavailable)
        desk.fails = None
        assert committer.submit(saying(2)).result(LONG) == 2


def test_whatever_else_goes_wrong_is_told_and_the_next_call_is_run() -> None:
    desk = Saying()
    desk.fails = RuntimeError("a mistake of ours")
    with Committer(desk, ticks=desk.ticks) as committer:
        assert isinstance(committer.submit(saying(1)).exception(LONG), RuntimeError)
        desk.fails = None
        assert committer.submit(saying(2)).result(LONG) == 2


def test_a_call_that_has_not_begun_can_be_cancelled(committer: Committer, gate: Gate, trial: Trial) -> None:
    held_up(committer, gate)
    futures = [committer.submit(lead_for(trial, number)) for number in range(3)]
    assert futures[1].cancel()
    gate.let()
    assert [future.result(LONG).lead for future in (futures[0], futures[2])] == [1, 2]
    with pytest.raises(CancelledError):
        futures[1].result(LONG)


def test_a_call_that_has_begun_cannot_be_cancelled(committer: Committer, gate: Gate) -> None:
    assert not held_up(committer, gate).cancel()


def test_closing_finishes_what_was_taken(trial: Trial) -> None:
    with Committer(trial.desk, ticks=lambda: 0) as committer:
        futures = [committer.submit(lead_for(trial, number), bulk=number % 2 == 0) for number in range(50)]
    assert {future.result(0).how for future in futures} == {"new"}


def test_nothing_is_taken_after_closing(trial: Trial) -> None:
    committer = Committer(trial.desk, ticks=lambda: 0)
    committer.close()
    with pytest.raises(Unavailable, match="being closed"):
        committer.submit(lead_for(trial, 1))


def test_a_full_line_takes_no_more_and_drops_nothing(gate: Gate) -> None:
    with Committer(gate, ticks=lambda: 0, line=3) as committer:
        held_up(committer, gate)
        taken = [committer.submit(lambda work: work.now) for _ in range(3)]
        with pytest.raises(Busy, match="3 are waiting already"):
            committer.submit(lambda work: work.now)
        committer.submit(lambda work: work.now, bulk=True)
        gate.let()
        assert all(future.result(LONG) for future in taken)


def in_turn(forms: int, bulk: int) -> list[str]:
    """Calls of both kinds that wait while a commit is in flight, in the order in which they are run."""
    said: list[str] = []
    gate = Gate(Saying())
    with Committer(gate, ticks=lambda: 0) as committer:
        held_up(committer, gate)
        for _ in range(bulk):
            committer.submit(lambda _: said.append("bulk"), bulk=True)
        for _ in range(forms):
            committer.submit(lambda _: said.append("form"))
        gate.let()
    return said


def test_forms_go_before_bulk() -> None:
    assert in_turn(forms=2, bulk=2) == ["form", "form", "bulk", "bulk"]


def test_bulk_is_not_passed_for_ever() -> None:
    turns = in_turn(forms=BATCH * (PATIENCE + 1), bulk=1)
    assert turns.index("bulk") == BATCH * PATIENCE


def test_bulk_comes_in_slices_of_at_most_20_ms() -> None:
    desk = Saying(each=SLICE // 10)
    gate = Gate(desk)
    with Committer(gate, ticks=desk.ticks) as committer:
        held_up(committer, gate)
        for number in range(60):
            committer.submit(saying(number), bulk=True)
        gate.let()
    assert gate.batches == [1, 8, 10, 10, 10, 10, 10, 2]


def test_the_pace_comes_down_at_once_and_goes_up_by_doubling() -> None:
    pace = Pace(span=100, most=50)
    pace.took(8, 400)
    slow = pace.size
    for _ in range(6):
        pace.took(pace.size, 0)
    assert (slow, pace.size) == (2, 50)


def test_a_round_that_was_not_full_does_not_quicken_the_pace() -> None:
    pace = Pace(span=100, most=50)
    pace.took(1, 1)
    assert pace.size == 8


@pytest.mark.parametrize(
    ("own", "each", "least", "most"), [(3, 1, 15, 18), (40, 1, 30, 45), (1000, 1, 50, 50), (0, 30, 1, 1)]
)
def test_where_a_round_alone_takes_too_long_it_is_shared_by_as_many_as_take_as_long(
    own: int, each: int, least: int, most: int
) -> None:
    pace = Pace(span=20, most=50, shares=True)
    for _ in range(40):
        pace.took(pace.size, own + each * pace.size)
    assert least <= pace.size <= most


def test_without_that_a_round_that_takes_too_long_is_as_small_as_can_be() -> None:
    pace = Pace(span=20, most=50)
    for _ in range(40):
        pace.took(pace.size, 40 + pace.size)
    assert pace.size == 1
