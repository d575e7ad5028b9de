"""Nobody waits for a mail server: while a message is on its way, leads come in and are handed out."""

from collections.abc import Iterator

import pytest

from evenhand.actions.sending import Sender
from evenhand.core.model import DAY
from evenhand.errors import TryLater
from evenhand.ports.notifier import Outgoing
from tests.desk import Trial, opened


class Slow:
    """Tells people so slowly that meanwhile other leads come in; or is down."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.desk = trial.another()
        self.is_down = False
        self.said: list[str] = []

    def send(self, message: Outgoing) -> None:
        if self.is_down:
            raise TryLater("nobody answers")
        if message.kind == "assigned" and len(self.said) < 5:
            own, self.trial.desk = self.trial.desk, self.desk
            self.trial.comes()
            self.trial.desk = own
        self.said.append(message.id)


@pytest.fixture
def trial(database_url: str) -> Iterator[Trial]:
    with opened(database_url) as trial:
        yield trial


def test_while_a_message_is_on_its_way_another_process_hands_out_leads(trial: Trial) -> None:
    """Elsewhere people are told while the pool is locked: one slow server holds up every lead."""
    slow = Slow(trial)
    sender = Sender(trial.desk, slow, chance=float)
    trial.comes()
    while sender.send_due():
        pass
    assert slow.said == [f"1-{number}" for number in range(1, 7)]
    assert [trial.state(lead).split()[0] for lead in range(1, 7)] == ["assigned"] * 6


def test_while_the_server_is_down_the_lead_stays_and_the_message_keeps_its_number(trial: Trial) -> None:
    slow = Slow(trial)
    sender = Sender(trial.desk, slow, chance=float)
    lead, slow.is_down = trial.comes(), True
    before = trial.state(lead)
    sender.send_due()
    assert (trial.state(lead), slow.said) == (before, [])
    slow.is_down = False
    trial.now += DAY
    while sender.send_due():
        pass
    assert slow.said[0] == "1-1"
