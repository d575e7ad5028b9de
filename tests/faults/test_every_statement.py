"""Whatever fails, and whenever: a transaction leaves everything or nothing, and can be tried again.

Each scene is played again and again on copies of one database; each time the driver fails one statement later.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from evenhand.actions.sending import LEASE, Sender
from evenhand.analytics.proof import prove
from evenhand.errors import Unavailable, Uncertain
from evenhand.ports.notifier import Outgoing
from evenhand.stores.database import Database
from tests.desk import Trial, migrated
from tests.faults.drivers import COMMIT, How, Interrupted, Tape, recorded
from tests.faults.dump import State, differing, state_at, state_of
from tests.faults.scenes import POLICY, SCENES, TEAM, Scene
from tests.postgres import Cluster

MOST: Final = 120  # statements of one scene
EVERY: Final = 1 if "EVENHAND_TORTURE" in os.environ else 6  # after so many failures in a row it must work again
ON_POSTGRES: Final[tuple[tuple[str, How], ...]] = (
    ("a lead comes", "before"),
    ("a lead comes", "after"),
    ("twenty leads come", "before"),
    ("twenty leads come", "after"),
    ("due", "before"),
    ("publish a roster", "before"),
    ("close and hand out", "before"),
    ("resume", "after"),
)

Copy = Callable[[], str]  # the URL of a new copy of the database of a scene


def prepare(scene: Scene, url: str) -> None:
    """Bring a database with tables to where the scene begins."""
    database = Database(url)
    trial = Trial(database)
    trial.publish(policy=POLICY, roster=TEAM)
    scene.before(trial)
    database.close()


@contextmanager
def played(url: str, tape: Tape) -> Iterator[Trial]:
    """A desk on the database, just started, at the time when the scene's own desk has ended."""
    database = recorded(url, tape)
    try:
        trial = Trial(database)
        with database.reading(trial.desk.workspace) as tx:
            trial.now = max(trial.now, tx.router().now)
        yield trial
    finally:
        database.close()


def reference(scene: Scene, copy: Copy) -> tuple[State, State, list[str]]:
    """The states before and after, in both of which every promise holds, and what was said between them."""
    url, tape = copy(), Tape()
    before = state_at(url)
    with played(url, tape) as trial:
        assert trial.broken() == []
        tape.begin()
        scene.act(trial)
        said = tape.end()
        assert trial.broken() == []
        assert prove(trial.desk).found == ()
    return before, state_at(url), said


def fails_everywhere(scene: Scene, copy: Copy, *, how: How) -> None:
    """Let each statement fail in its turn; what goes on afterwards is the same desk, with all that it knows."""
    before, after, said = reference(scene, copy)
    assert before != after
    assert len(said) < MOST
    left = list(range(1, len(said) + 1))
    while left:
        url, tape = copy(), Tape()
        with played(url, tape) as trial:
            number = _until_written(scene, trial, tape, left, how)
            where = f"statement {number} of {len(said)}, failing {how}: {said[number - 1][:100]}"
            found = state_at(url)
            if not tape.was_heard:
                assert is_first(said, number), where
            elif found != after:
                assert found == before, [where, *differing(before, found)]
                scene.act(trial)
            else:
                assert said[number - 1] == COMMIT, where  # it was written, only the answer was lost
        assert state_at(url) == after, [where, *differing(after, state_at(url))]


def _until_written(scene: Scene, trial: Trial, tape: Tape, left: list[int], how: How) -> int:
    """Let a few statements fail, one after the other, until something is written; gives the number of the last one."""
    now, before = trial.now, state_of(trial.database)
    for _ in range(EVERY):
        number = left.pop(0)
        trial.desk, trial.now = trial.another(), now
        tape.was_heard = fails(lambda: scene.act(trial), tape, number, how)
        trial.now = now
        if not left or state_of(trial.database) != before:
            break
    return number


def is_first(said: list[str], number: int) -> bool:
    """Whether a statement is the first of its transaction: a server that is found to be gone then is asked again."""
    return number == 1 or said[number - 2] == COMMIT


def fails(act: Callable[[], object], tape: Tape, number: int, how: How) -> bool:
    """Do something while a statement fails, and say whether that was heard of."""
    tape.begin(fail_at=number, how=how)
    try:
        act()
    except Uncertain:
        assert tape.said[-1] == COMMIT
    except Unavailable:
        return how != "interrupt"
    except Interrupted:
        return how == "interrupt"
    else:
        return False
    finally:
        tape.end()
    return True


@pytest.fixture
def on_sqlite(sqlite_url: str, tmp_path: Path) -> Callable[[Scene], Copy]:
    def prepared(scene: Scene) -> Copy:
        prepare(scene, sqlite_url)
        numbers = iter(range(10_000))

        def copy() -> str:
            made = tmp_path / f"copy{next(numbers)}.db"
            shutil.copy(tmp_path / "desk.db", made)
            return f"sqlite:///{made}"

        return copy

    return prepared


@pytest.mark.parametrize("name", SCENES)
def test_a_statement_that_fails_leaves_nothing_and_can_be_tried_again(
    name: str, on_sqlite: Callable[[Scene], Copy]
) -> None:
    fails_everywhere(SCENES[name], on_sqlite(SCENES[name]), how="before")


@pytest.mark.parametrize("how", ["after", "interrupt"])
@pytest.mark.parametrize("name", ["a lead comes", "due", "resume", "publish a roster"])
def test_so_does_an_answer_that_is_lost_and_a_key_that_interrupts(
    name: str, how: How, on_sqlite: Callable[[Scene], Copy]
) -> None:
    fails_everywhere(SCENES[name], on_sqlite(SCENES[name]), how=how)


@pytest.mark.parametrize(("name", "how"), ON_POSTGRES)
def test_a_server_that_goes_away_leaves_nothing_and_the_next_connection_can_try_again(
    name: str, how: How, postgres: Cluster
) -> None:
    filled = partial(_fill, SCENES[name])
    fails_everywhere(SCENES[name], lambda: postgres.fresh(filled), how=how)


def _fill(scene: Scene, url: str) -> None:
    migrated(url)
    prepare(scene, url)


class Ear:
    """Hears messages, and keeps their ids."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def send(self, message: Outgoing) -> None:
        self.heard.append(message.id)


@pytest.mark.parametrize("how", ["before", "after", "interrupt"])
def test_whatever_fails_while_messages_are_sent_each_arrives_and_is_marked_once(
    how: How, on_sqlite: Callable[[Scene], Copy]
) -> None:
    copy = on_sqlite(Scene(lambda trial: trial.come(3), lambda _: None))
    for number in range(1, 30):
        tape, ear = Tape(), Ear()
        with played(copy(), tape) as trial:
            sender = Sender(trial.desk, ear, chance=float)
            fails(sender.send_due, tape, number, how)
            while sender.next() is not None:
                trial.now += LEASE
                sender.send_due()
            assert set(ear.heard) == {"1-1", "1-2", "1-3"}, (number, tape.said)
            assert [row[7] for row in state_of(trial.database)["messages"]] == ["sent"] * 3
        if not tape.has_failed:
            assert number > 10
            return
    raise AssertionError("a round of three messages says too much")
