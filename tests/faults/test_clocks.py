"""Clocks that jump, and clocks that differ: each timer rings exactly once, and nothing is stuck."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from evenhand.actions.actor import Actor
from evenhand.actions.desk import SKEW, Desk
from evenhand.actions.holding import respond
from evenhand.actions.receiving import Received, receive
from evenhand.analytics.proof import prove
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.stores import tables
from tests.desk import NOW, WEBSITE, Trial, opened
from tests.faults.load import incoming_of

RUNG = ("reminder", "overdue", "moved on")


@pytest.fixture
def trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as trial:
        yield trial
        assert told_twice(trial) == []
        assert prove(trial.desk).found == ()


def told_twice(trial: Trial) -> list[tuple[object, ...]]:
    """What somebody was told twice about the same lead and decision."""
    sent = tables.messages.c
    asked = select(sent.kind, sent.to, sent.lead, sent.decision)
    with trial.database.snapshot() as connection:
        told = Counter(tuple(row) for row in connection.execute(asked.where(sent.kind.in_(RUNG))))
    return [what for what, count in told.items() if count > 1]


def times(trial: Trial) -> list[int]:
    """When everything happened, in the order in which it did."""
    with trial.database.snapshot() as connection:
        return list(connection.execute(select(tables.events.c.at).order_by(tables.events.c.no)).scalars())


def overdue(trial: Trial) -> bool:
    """Whether something should have rung by now and has not."""
    with trial.database.reading(trial.desk.workspace) as tx:
        at = tx.agenda.next()
    return at is not None and at <= trial.now


def test_a_clock_that_jumps_ahead_a_day_and_back_rings_each_timer_once(trial: Trial) -> None:
    leads = trial.come(3)
    trial.later(DAY)
    assert all(trial.events(lead).count("lead.overdue system clock") == 1 for lead in leads)
    trial.later(-DAY)
    fresh = trial.comes()
    trial.later(45 * MINUTE)
    assert trial.told(fresh)[-1] == f"reminder {trial.row(fresh).rep}"
    trial.later(2 * DAY)
    assert all("overdue" in " ".join(trial.events(lead)) for lead in [*leads, fresh])
    assert not overdue(trial)


def test_a_clock_that_is_set_back_an_hour_loses_no_timer(trial: Trial) -> None:
    early = trial.comes()
    trial.later(50 * MINUTE)
    trial.later(-HOUR)
    late = trial.comes()
    assert trial.rings(late)["due"] == NOW - 10 * MINUTE + HOUR
    trial.later(50 * MINUTE)
    assert [trial.told(lead)[-1].split()[0] for lead in (early, late)] == ["reminder", "reminder"]
    trial.later(HOUR)
    assert all("lead.overdue system clock" in trial.events(lead) for lead in (early, late))
    assert not overdue(trial)


def test_an_answer_given_after_the_clock_was_set_back_is_taken(trial: Trial) -> None:
    lead = trial.comes()
    trial.later(-HOUR)
    trial.do(respond, lead, actor=Actor("rep", trial.row(lead).rep or ""))
    assert trial.state(lead).startswith("working")


def test_two_clocks_a_few_seconds_apart_make_one_time_that_never_runs_back(trial: Trial) -> None:
    behind = trial.another()
    behind.clock = lambda: trial.now - 3_000
    assert SKEW > 3_000
    for step in range(40):
        desk = (trial.desk, behind)[step % 2]
        assert_taken(desk, step)
        trial.now += 700 + (step % 5) * 40 * 1_000
        desk.step()
    assert times(trial) == sorted(times(trial))
    trial.later(DAY)
    assert not overdue(trial)


def test_two_desks_that_both_let_everything_ring_ring_each_timer_once(trial: Trial) -> None:
    other = trial.another()
    leads = trial.come(20)
    for _ in range(30):
        trial.now += 5 * MINUTE
        for desk in (other, trial.desk, other):
            desk.step()
    assert all("lead.reminded system clock" in trial.events(lead) for lead in leads)


def assert_taken(desk: Desk, number: int) -> None:
    assert isinstance(receive(desk, [incoming_of(number)], actor=WEBSITE)[0], Received)
