"""One lead that cannot be decided, or whose rows cannot be written, fails alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from evenhand.actions.presence import away, back
from evenhand.actions.receiving import Incoming, Received, receive
from evenhand.analytics.proof import prove
from evenhand.core.model import HOUR, MINUTE
from evenhand.errors import Unavailable
from evenhand.stores.database import Database
from tests.desk import WEBSITE, Trial, opened
from tests.faults.load import incoming_of

HUGE = 1 << 70  # fits into no column and no record
POISONED = "lead 13 must not be"


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as trial:
        yield trial


@pytest.fixture
def each_trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as trial:
        yield trial


def batch(count: int, bad: int, **wrong: Any) -> list[Incoming]:
    """So many leads of different people, one of which has something wrong with it."""
    leads = [incoming_of(number) for number in range(count)]
    leads[bad] = replace(leads[bad], **wrong)
    return leads


def refuse(database: Database, table: str, *conditions: str) -> None:
    """Let the database refuse every row of a table for which all conditions hold."""
    new = " AND ".join(f"NEW.{each}" for each in conditions)
    on_sqlite = [
        f"CREATE TRIGGER refuse_{when} BEFORE {when} ON {table} WHEN {new} BEGIN SELECT RAISE(ABORT, '{POISONED}'); END"
        for when in ("INSERT", "UPDATE")
    ]
    on_postgres = [f"ALTER TABLE {table} ADD CONSTRAINT refuse CHECK (NOT ({' AND '.join(conditions)}))"]
    say(database, on_sqlite if database.is_sqlite else on_postgres)


def say(database: Database, statements: list[str]) -> None:
    with database.change() as connection:
        for statement in statements:
            connection.execute(text(statement))


def relent(database: Database, table: str) -> None:
    """Let it be."""
    on_sqlite = [f"DROP TRIGGER refuse_{when}" for when in ("INSERT", "UPDATE")]
    say(database, on_sqlite if database.is_sqlite else [f"ALTER TABLE {table} DROP CONSTRAINT refuse"])


def assert_only(bad: int, answers: list[Received | Exception]) -> None:
    failed = [number for number, answer in enumerate(answers) if isinstance(answer, Exception)]
    assert failed == [bad]
    assert not isinstance(answers[bad], Unavailable)
    leads = [answer.lead for answer in answers if isinstance(answer, Received)]
    assert leads == list(range(1, len(answers)))


def test_of_64_leads_the_one_that_cannot_be_decided_fails_alone(each_trial: Trial) -> None:
    answers = receive(each_trial.desk, batch(64, 12, fields={"topic": object()}), actor=WEBSITE)
    assert_only(12, answers)
    assert prove(each_trial.desk).is_proved


def test_of_64_leads_the_one_whose_row_cannot_be_written_fails_alone(each_trial: Trial) -> None:
    answers = receive(each_trial.desk, batch(64, 12, received=-HUGE), actor=WEBSITE)
    assert_only(12, answers)
    assert prove(each_trial.desk).is_proved


def test_of_64_leads_the_one_that_the_database_refuses_fails_alone(each_trial: Trial) -> None:
    refuse(each_trial.database, "leads", "source = 'poison'")
    answers = receive(each_trial.desk, batch(64, 12, source="poison"), actor=WEBSITE)
    assert_only(12, answers)
    relent(each_trial.database, "leads")
    again = receive(each_trial.desk, batch(64, 12, source="poison"), actor=WEBSITE)
    assert [answer.how for answer in again if isinstance(answer, Received)].count("replayed") == 63
    assert prove(each_trial.desk).is_proved


def test_a_text_that_postgres_cannot_keep_fails_alone(postgres_url: str, migration: object) -> None:
    with opened(postgres_url) as trial:
        assert_only(12, receive(trial.desk, batch(20, 12, source="we\x00b"), actor=WEBSITE))


def test_a_ring_that_the_database_refuses_stops_neither_the_clock_nor_those_who_come(each_trial: Trial) -> None:
    leads = each_trial.come(3)
    refuse(each_trial.database, "messages", "kind = 'reminder'", "lead = 2")
    each_trial.now += 45 * MINUTE
    fourth = each_trial.comes()
    each_trial.later(0)
    assert each_trial.state(fourth).startswith("assigned")
    assert ["reminder" in " ".join(each_trial.told(lead)) for lead in leads] == [True, False, True]
    relent(each_trial.database, "messages")
    each_trial.later(5 * MINUTE)
    assert ["reminder" in " ".join(each_trial.told(lead)) for lead in leads] == [True, True, True]


def test_a_waiting_lead_that_cannot_be_decided_does_not_stop_the_others(trial: Trial) -> None:
    leads = trial.come(3)
    with trial.database.change() as connection:
        connection.execute(text("UPDATE leads SET memory = X'C1' WHERE lead = 2"))  # no msgpack
    trial.later(HOUR)
    assert [trial.row(lead).decision > 3 for lead in leads] == [True, False, True]
    assert "lead.stuck system clock" in trial.events(2)


def test_who_comes_back_is_back_even_if_the_lead_that_waits_for_them_cannot_be_written(each_trial: Trial) -> None:
    for name in ("ann", "bob", "cy"):
        each_trial.do(away, rep=name)
    waiting = each_trial.comes()
    refuse(each_trial.database, "decisions", f"lead = {waiting}", "outcome = 'assigned'")
    assert each_trial.do(back, rep="ann")
    assert each_trial.state(waiting).startswith("waiting")
    relent(each_trial.database, "decisions")
    each_trial.later(5 * MINUTE)
    assert each_trial.state(waiting).startswith("assigned")
