"""The outbox: messages are sent at least once, in order, ever less often while they fail, and given up in the end."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest

from evenhand.actions.saying import SAID, say
from evenhand.actions.sending import FIRST, LEASE, LONGEST, MOST, SPAN, TRIES, Sender, Tally, send_again
from evenhand.core.model import HOUR, MINUTE
from evenhand.errors import Conflict, GiveUp, NotFound, TryLater, Unavailable
from evenhand.ports.notifier import Outgoing
from evenhand.ports.rows import MessageRow
from evenhand.ports.store import Sending, Store
from tests.desk import NOW, Trial

CHANCE: Final = 0.5


class Post:
    """Carries messages, and fails when it is told to; `then` happens after each."""

    def __init__(self) -> None:
        self.got: list[Outgoing] = []
        self.fails: Exception | None = None
        self.then: Callable[[], object] = lambda: None

    def send(self, message: Outgoing) -> None:
        self.then()
        if self.fails:
            raise self.fails
        self.got.append(message)

    def said(self) -> list[str]:
        return [f"{message.kind} {message.to}" for message in self.got]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def sender(trial: Trial, post: Post) -> Sender:
    return Sender(trial.desk, post, chance=lambda: CHANCE)


def message(trial: Trial, no: int = 1) -> MessageRow:
    with trial.database.reading(trial.desk.workspace) as tx:
        found = tx.outbox.get(no)
    assert found is not None
    return found


def failing(trial: Trial, sender: Sender, times: int) -> list[int]:
    """The waits after so many failures in a row, in milliseconds."""
    waits = []
    for _ in range(times):
        sender.send_due()
        waits.append(message(trial).next - trial.now)
        trial.now = max(trial.now, message(trial).next)
    return waits


def test_a_message_is_sent_once_and_says_what_matters(trial: Trial, sender: Sender, post: Post) -> None:
    lead = trial.comes()
    assert [sender.send_due(), sender.send_due()] == [Tally(sent=1), None]
    row = trial.row(lead)
    assert [(each.id, each.kind, each.to, each.lead, each.due) for each in post.got] == [
        ("1-1", "assigned", row.rep, lead, row.due)
    ]
    assert (message(trial).state, message(trial).sent) == ("sent", NOW)


def test_a_cancelled_message_is_not_sent(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    trial.later(HOUR)
    while sender.send_due():
        pass
    assert post.said()[0].startswith("reminder") is False
    assert message(trial).state == "cancelled"


def test_after_a_failure_it_is_tried_again_later_and_in_the_meantime_nothing_is_done(
    trial: Trial, sender: Sender, post: Post
) -> None:
    trial.comes()
    post.fails = TryLater("the server is down")
    assert [sender.send_due(), sender.send_due()] == [Tally(later=1), None]
    assert (message(trial).error, sender.next()) == ("the server is down", NOW + FIRST * CHANCE)
    trial.now, post.fails = NOW + FIRST, None
    assert [sender.send_due(), post.got[0].attempt] == [Tally(sent=1), 2]


def test_the_wait_doubles_up_to_a_limit_and_is_left_to_chance(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    post.fails = TryLater("down")
    waits = failing(trial, sender, TRIES - 1)
    assert waits == [min(LONGEST, FIRST << number) * CHANCE for number in range(TRIES - 1)]


def test_the_other_side_may_ask_for_a_longer_wait(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    post.fails = TryLater("too many", after=2 * HOUR)
    assert failing(trial, sender, 1) == [2 * HOUR]


def test_after_twelve_attempts_a_message_is_given_up(trial: Trial, sender: Sender, post: Post) -> None:
    lead = trial.comes()
    post.fails = TryLater("down")
    failing(trial, sender, TRIES - 1)
    assert sender.send_due() == Tally(dead=1)
    assert (message(trial).state, message(trial).attempts) == ("dead", TRIES)
    assert "message.dead system outbox" in trial.events(lead)


def test_what_can_never_be_sent_is_given_up_at_once(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    post.fails = GiveUp("no such address")
    assert sender.send_due() == Tally(dead=1)
    assert (message(trial).error, sender.send_due()) == ("no such address", None)


def test_what_a_stranger_error_says_is_not_kept(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    post.fails = ValueError("kim@demo.example is no address")
    sender.send_due()
    assert message(trial).error == "ValueError"


def test_a_message_that_was_given_up_can_be_sent_again(trial: Trial, sender: Sender, post: Post) -> None:
    lead = trial.comes()
    post.fails = GiveUp("no such address")
    sender.send_due()
    post.fails = None
    trial.do(send_again, 1)
    assert [sender.send_due(), post.got[0].id, post.got[0].attempt] == [Tally(sent=1), "1-1", 1]
    assert trial.events(lead)[-1] == "message.sent again manager eve"


def test_only_what_was_given_up_can_be_sent_again(trial: Trial) -> None:
    trial.comes()
    with pytest.raises(Conflict, match="message 1 was not given up: it is waiting"):
        trial.do(send_again, 1)
    with pytest.raises(NotFound, match="there is no message 7"):
        trial.do(send_again, 7)


def test_what_is_overtaken_is_not_sent_again(trial: Trial, sender: Sender, post: Post) -> None:
    trial.comes()
    post.fails = GiveUp("no such address")
    sender.send_due()
    trial.later(HOUR)
    with pytest.raises(Conflict, match="message 1 is of decision 1, which lead 1 is past by now"):
        trial.do(send_again, 1)


def test_what_one_person_is_told_about_a_lead_stays_in_order(trial: Trial, sender: Sender, post: Post) -> None:
    lead = trial.comes()
    post.fails = TryLater("down")
    sender.send_due()
    trial.later(50 * MINUTE)
    post.fails = None
    while sender.send_due():
        pass
    assert post.said() == [f"{kind} {trial.row(lead).rep}" for kind in ("assigned", "reminder")]


def test_a_worker_that_dies_after_sending_sends_it_again_with_the_same_id(
    trial: Trial, sender: Sender, post: Post
) -> None:
    def dies() -> None:
        raise KeyboardInterrupt

    trial.comes()
    post.then = dies
    with pytest.raises(KeyboardInterrupt):
        sender.send_due()
    post.then = lambda: None
    another = Sender(trial.another(), post, chance=lambda: CHANCE)
    assert another.send_due() is None
    trial.now += LEASE
    assert another.send_due() == Tally(sent=1)
    assert [(each.id, each.attempt) for each in post.got] == [("1-1", 2)]


def test_two_workers_never_send_the_same_message(each_trial: Trial, post: Post) -> None:
    each_trial.come(20)
    one, two = (Sender(each_trial.another(), post, chance=lambda: CHANCE) for _ in range(2))
    while one.send_due() or two.send_due():
        pass
    assert sorted(each.id for each in post.got) == sorted(f"1-{no}" for no in range(1, 21))


def test_a_slow_receiver_gets_few_at_a_time_and_the_rest_are_given_back(
    trial: Trial, sender: Sender, post: Post
) -> None:
    def takes_long() -> None:
        trial.now += SPAN // 2

    trial.come(8)
    post.then = takes_long
    assert [sender.send_due(), sender.send_due()] == [Tally(sent=2, later=6), Tally(sent=2)]
    assert message(trial, 8).leased == 0


def test_a_fast_receiver_gets_more_and_more_at_a_time(trial: Trial, sender: Sender) -> None:
    trial.come(8 + 16 + 32 + 2 * MOST)
    rounds = [sender.send_due() for _ in range(6)]
    assert rounds == [*(Tally(sent=count) for count in (8, 16, 32, MOST, MOST)), None]


class Away:
    """A store whose outbox cannot be reached every other time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def sending(self, workspace: int) -> AbstractContextManager[Sending]:
        self.asked += 1
        if self.asked % 2 == 0:
            raise Unavailable("the database is away")
        return self.store.sending(workspace)


def test_what_was_sent_while_the_database_went_away_is_settled_in_the_next_round(
    trial: Trial, sender: Sender, post: Post
) -> None:
    trial.comes()
    trial.desk.store = Away(trial.database)
    with pytest.raises(Unavailable):
        sender.send_due()
    trial.desk.store = trial.database
    assert (message(trial).state, sender.send_due(), message(trial).state) == ("waiting", None, "sent")
    assert len(post.got) == 1


SENTENCES: Final = [
    ("assigned", "Ann", "Ann, lead 7 is yours until 10:29."),
    ("waiting", "", "Lead 7 waits, for nobody can take it now."),
    ("closed", "Ann", "Ann, news of lead 7: closed."),
]


@pytest.mark.parametrize(("kind", "name", "sentence"), SENTENCES)
def test_a_message_is_said_in_a_sentence(kind: str, name: str, sentence: str) -> None:
    due = NOW + 29 * MINUTE
    told = Outgoing(id="1-1", kind=kind, to="ann", name=name, zone="Europe/Berlin", lead=7, due=due, at=NOW)
    assert say(told) == sentence


def test_a_due_time_on_another_day_names_the_day() -> None:
    told = Outgoing(id="1-1", kind="assigned", to="ann", name="Ann", lead=7, due=NOW + 24 * HOUR, at=NOW)
    assert say(told) == "Ann, lead 7 is yours until 2026-11-03 09:00."


def test_every_kind_of_message_has_a_sentence_and_a_row_in_the_reference() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "messages.md"
    rows = [row.split("|")[1] for row in page.read_text(encoding="utf-8").splitlines() if row.startswith("| `")]
    assert {kind for row in rows for kind in re.findall("`(.*?)`", row)} == set(SAID)
