"""What workers do, step by step, without threads."""

import io
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from evenhand.actions.sending import Sender
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.errors import TryLater
from evenhand.ports.notifier import Outgoing
from evenhand.workers.care import EVERY, Care
from evenhand.workers.job import Job
from evenhand.workers.keys import KEPT, SLICE, Keys
from evenhand.workers.log import Log, log_to
from evenhand.workers.notifiers import STANDARD, JsonLines
from evenhand.workers.outbox import Outbox
from evenhand.workers.routing import Routing
from evenhand.workers.running import jobs, work_off
from tests.desk import NOW, Trial

MESSAGE = Outgoing(id="1-1", kind="assigned", to="ann", name="Ann", lead=7, decision=9, at=NOW)


def silent(event: str, **facts: object) -> None:
    """A log that nobody reads."""


def keys(trial: Trial) -> int:
    with trial.database.snapshot() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM keys")) or 0)


def keyed(trial: Trial, count: int, at: int) -> None:
    with trial.database.change() as connection:
        rows = [{"key": f"{at}-{number}", "at": at} for number in range(count)]
        connection.execute(text("INSERT INTO keys VALUES (1, :key, '', 1, :at)"), rows)


def test_routing_rings_what_is_due_and_knows_when_the_next_is(trial: Trial) -> None:
    lead, routing = trial.comes(), Routing(trial.desk)
    assert [routing.step(), routing.next()] == [False, NOW + 45 * MINUTE]
    trial.now += HOUR
    assert [routing.step(), routing.step()] == [True, False]
    assert trial.row(lead).decision == 2


def test_routing_takes_no_lock_while_nothing_is_due(trial: Trial) -> None:
    trial.comes()
    with trial.database.writing(trial.desk.workspace):
        assert not Routing(trial.desk).step()


def test_the_outbox_sends_what_is_there(trial: Trial, tmp_path: Path) -> None:
    trial.come(3)
    outbox = Outbox(Sender(trial.desk, JsonLines(str(tmp_path / "out")), chance=lambda: 0.0), log=silent)
    assert [outbox.step(), outbox.step(), outbox.next()] == [True, False, None]
    assert len((tmp_path / "out").read_bytes().splitlines()) == 3


def test_care_looks_every_five_minutes(trial: Trial) -> None:
    care = Care(trial.desk, log=silent)
    assert [care.step(), care.step(), care.next()] == [True, False, NOW + EVERY]
    trial.now += EVERY
    assert care.step()


def test_keys_are_forgotten_after_thirty_days_in_slices(trial: Trial) -> None:
    keyed(trial, SLICE + 1, NOW)
    keyed(trial, 1, NOW + DAY)
    forgetting = Keys(trial.desk)
    assert [forgetting.step(), keys(trial)] == [False, SLICE + 2]
    trial.now = NOW + KEPT + HOUR
    assert [forgetting.step(), forgetting.step(), forgetting.step(), keys(trial)] == [True, False, False, 1]


def test_working_off_ends_when_nothing_is_due(trial: Trial, tmp_path: Path) -> None:
    trial.come(10)
    trial.now += HOUR
    todo = jobs(trial.desk, JsonLines(str(tmp_path / "out")), chance=lambda: 0.0, log=silent)
    work_off(todo, is_over=lambda: False)
    moments = [job.next() for job in todo]
    assert all(at is None or at > trial.now for at in moments)
    assert len((tmp_path / "out").read_bytes().splitlines()) > 10


def test_working_off_stops_when_it_is_told_to(trial: Trial) -> None:
    todo: list[Job] = [Care(trial.desk, log=silent)]
    work_off(todo, is_over=lambda: True)
    assert todo[0].next() == 0


def test_a_message_is_a_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for _ in range(2):
        JsonLines(str(path)).send(MESSAGE)
    first, second = path.read_bytes().splitlines()
    assert first == second
    assert msgspec.json.decode(first) == {
        "id": "1-1",
        "kind": "assigned",
        "to": "ann",
        "say": "Ann, lead 7 is yours.",
        "lead": 7,
        "decision": 9,
        "at": NOW,
        "attempt": 1,
    }


def test_messages_can_go_to_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    JsonLines(STANDARD).send(MESSAGE)
    assert capsysbinary.readouterr().out.startswith(b'{"id":"1-1"')


def test_a_file_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    with pytest.raises(TryLater, match="cannot be written: is a directory"):
        JsonLines(str(tmp_path)).send(MESSAGE)


def test_a_log_line_is_one_line_and_says_when() -> None:
    stream = io.StringIO()
    log: Log = log_to(stream, lambda: NOW)
    log("failed", job="care", said='two\nlines and "quotes"', count=3)
    assert stream.getvalue() == (
        '2026-11-02T09:00:00.000Z failed job=care said="two\\nlines and \\"quotes\\"" count=3\n'
    )
