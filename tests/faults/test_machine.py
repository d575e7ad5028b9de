"""Anything may happen to a desk, in any order: no promise is broken, and all of it can be proved."""

import os
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from evenhand.stores.database import Database
from tests.faults.machine import DeskMachine

TIMES = 20 if "EVENHAND_TORTURE" in os.environ else 1


def run(url: str, *, examples: int, steps: int) -> None:
    database = Database(url)
    told = settings(
        max_examples=examples * TIMES,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        machine = partial(DeskMachine, database)
        run_state_machine_as_test(machine, settings=told)  # type: ignore[arg-type]  # whatever makes a machine will do
    finally:
        database.close()


def test_whatever_happens_no_promise_is_broken_on_sqlite(sqlite_url: str) -> None:
    run(sqlite_url, examples=15, steps=30)


def test_whatever_happens_no_promise_is_broken_on_postgres(postgres_url: str) -> None:
    run(postgres_url, examples=4, steps=25)
