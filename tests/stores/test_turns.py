"""Threads of one process write in the order in which they came, and nobody waits for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evenhand.errors import Unavailable
from evenhand.stores.database import Database
from evenhand.stores.turns import Turns
from tests.contracts.conftest import migrated

LONG = 10.0


def come(turns: Turns, done: list[int], number: int) -> None:
    with turns.taken(LONG):
        done.append(number)


def until(holds: Callable[[], bool]) -> None:
    """Give way to other threads until something holds."""
    pause = threading.Event()
    assert any(holds() or pause.wait(0.001) for _ in range(10_000))


def in_line(turns: Turns, pool: ThreadPoolExecutor, done: list[int]) -> None:
    """Let five threads come, one behind the other."""
    for number in range(5):
        pool.submit(come, turns, done, number)
        until(lambda: turns.waiting > number)  # noqa: B023  asked before the next one comes


def test_whoever_came_first_is_served_first() -> None:
    turns, done = Turns(), list[int]()
    with ThreadPoolExecutor(5) as pool, turns.taken(LONG):
        in_line(turns, pool, done)
    assert done == [0, 1, 2, 3, 4]


def test_whoever_comes_back_at_once_goes_behind_those_who_wait() -> None:
    turns, done = Turns(), list[int]()
    with ThreadPoolExecutor(5) as pool:
        with turns.taken(LONG):
            in_line(turns, pool, done)
        come(turns, done, 99)
    assert done == [0, 1, 2, 3, 4, 99]


def test_whoever_has_waited_too_long_is_told_and_leaves_the_line() -> None:
    turns = Turns()
    with turns.taken(LONG), pytest.raises(Unavailable, match="others of this process"), turns.taken(0.0):
        pass
    assert turns.waiting == 0
    with turns.taken(0.0):
        pass


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken(0.0):
        raise ZeroDivisionError
    with turns.taken(0.0):
        pass


def test_threads_of_one_database_wait_for_their_turn_and_not_at_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    migrated(url)
    database = Database(url, lock_timeout=0)
    with database.change(), pytest.raises(Unavailable, match="others of this process"), database.change():
        pass
    with database.change(), database.snapshot():
        pass  # who reads waits for nobody
    database.close()
