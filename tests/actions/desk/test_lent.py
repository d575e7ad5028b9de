"""Other work at the desk of a committer: it is done by the same thread, between two batches, and never lost."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from evenhand.actions.care import look
from evenhand.actions.committer import Batch, Committer
from evenhand.actions.desk import Answer, Call, call
from evenhand.actions.lent import LentDesk
from evenhand.actions.presence import away
from evenhand.core.model import HOUR
from evenhand.errors import Conflict, Unavailable
from tests.desk import Trial, rep

LONG = 10  # seconds until a test gives up


class Held:
    """A desk whose transactions wait until the test lets them go."""

    def __init__(self, done: list[str]) -> None:
        self.done = done
        self.begun, self.go = threading.Event(), threading.Event()

    def run(self, calls: Sequence[Call[Any]]) -> list[Answer[Any]]:
        self.begun.set()
        assert self.go.wait(LONG)
        self.done += ["call"] * len(calls)
        return [Answer(value=None) for _ in calls]


@pytest.fixture
def lent(trial: Trial) -> Iterator[LentDesk]:
    writer = trial.another()
    with Committer(writer, ticks=lambda: 0) as committer:
        yield LentDesk(trial.desk, writer, committer)


def test_other_work_is_done_between_two_batches() -> None:
    done = list[str]()
    held = Held(done)
    with Committer(held, ticks=lambda: 0) as committer:
        first = committer.submit(lambda _: None)
        assert held.begun.wait(LONG)
        errand = committer.lend(lambda: done.append("errand"))
        later = [committer.submit(lambda _: None) for _ in range(2)]
        held.go.set()
        for each in (first, errand, *later):
            each.result(LONG)
    assert done == ["call", "errand", "call", "call"]


def test_other_work_is_done_when_nobody_calls() -> None:
    with Committer(Held([]), ticks=lambda: 0) as committer:
        assert committer.lend(lambda: threading.current_thread().name).result(LONG) == "committer"


def test_other_work_that_fails_tells_who_waits_and_nobody_else() -> None:
    def fails() -> None:
        raise Conflict("somebody was faster.")

    def stops() -> None:
        raise SystemExit

    with Committer(Held([]), ticks=lambda: 0) as committer:
        with pytest.raises(Conflict):
            committer.lend(fails).result(LONG)
        with pytest.raises(Unavailable, match="SystemExit"):
            committer.lend(stops).result(LONG)
        assert committer.lend(lambda: 7).result(LONG) == 7


def test_work_that_was_lent_is_done_before_a_committer_closes_and_none_after() -> None:
    held = Held([])
    committer = Committer(held, ticks=lambda: 0)
    committer.submit(lambda _: None)
    assert held.begun.wait(LONG)
    errand = committer.lend(lambda: 7)
    held.go.set()
    committer.close()
    assert errand.result(LONG) == 7
    with pytest.raises(Unavailable):
        committer.lend(lambda: 7)


def test_work_that_nobody_waits_for_any_more_is_left_out() -> None:
    done, held = list[str](), Held([])
    with Committer(held, ticks=lambda: 0) as committer:
        committer.submit(lambda _: None)
        assert held.begun.wait(LONG)
        assert committer.lend(lambda: done.append("errand")).cancel()
        held.go.set()
    assert done == []


def test_a_committer_says_what_became_of_each_batch(trial: Trial) -> None:
    heard = list[Batch]()
    clock = iter(range(0, 1000, 10))
    with Committer(trial.desk, ticks=lambda: next(clock), told=heard.append) as committer:
        committer.submit(call(away, rep="ann", actor=rep("ann"))).result(LONG)
        assert (committer.waiting, committer.is_full) == ((0, 0), False)
    assert committer.is_full
    (batch,) = heard
    assert ([answer.error for answer in batch.answers], batch.waits, batch.took) == ([None], [20], 10)


def test_a_lent_desk_writes_what_its_own_would(trial: Trial, lent: LentDesk) -> None:
    lead = trial.comes()
    trial.now += HOUR
    assert lent.ring() == 2
    lent.do(away, rep="ann", actor=rep("ann"))
    assert lent.run([call(away, rep="bob", actor=rep("bob"))])[0].error is None
    assert trial.row(lead).decision == 2
    assert look(lent).broken == []
    assert (lent.workspace, lent.clock(), lent.setup().roster) == (1, trial.now, trial.desk.setup().roster)


def test_a_lent_desk_raises_what_its_own_would(lent: LentDesk) -> None:
    with pytest.raises(Exception, match="nobody"):
        lent.do(away, rep="nobody", actor=rep("nobody"))
