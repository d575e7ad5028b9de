"""Care finds what breaks a promise, tells the desk once, and clears it when it is mended.

Each promise is broken by hand, in the tables.
"""

import re
from pathlib import Path
from typing import Final

import pytest
from msgspec import msgpack
from sqlalchemy import text

from evenhand.actions.byhand import assign
from evenhand.actions.care import CARE, OVERDUE, Look, look, note_findings
from evenhand.actions.presence import away
from evenhand.actions.sending import Sender, send_again
from evenhand.core.model import HOUR, MINUTE, Load
from evenhand.errors import GiveUp
from evenhand.ports.notifier import Outgoing
from evenhand.ports.rows import FindingRow
from evenhand.ports.store import FOUND
from evenhand.stores.health import PROMISES
from tests.desk import TEAM, Trial

# promise, subject -> how it is broken, and how it is mended; each lead is of the trial below.
BROKEN: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("one_holder", "1"): (
        "UPDATE leads SET rep = 'eve' WHERE lead = 1",
        "UPDATE leads SET rep = (SELECT rep FROM assignments WHERE lead = 1) WHERE lead = 1",
    ),
    ("load_counts", "ann"): (
        "UPDATE loads SET open = open + 5 WHERE rep = 'ann'",
        "UPDATE loads SET open = open - 5 WHERE rep = 'ann'",
    ),
    ("load_kept", "ann"): (
        "UPDATE loads SET rep = 'nobody' WHERE rep = 'ann'",
        "UPDATE loads SET rep = 'ann' WHERE rep = 'nobody'",
    ),
    ("waiting_rings", "5"): (
        "UPDATE timers SET kind = 'snooze' WHERE lead = 5",
        "UPDATE timers SET kind = 'wake' WHERE lead = 5",
    ),
    ("offer_stands", "4"): (
        "UPDATE offers SET lead = 404 WHERE lead = 4",
        "UPDATE offers SET lead = 4 WHERE lead = 404",
    ),
    ("offer_counts", "4"): (
        "UPDATE offers SET seq = seq + 100 WHERE lead = 4",
        "UPDATE offers SET seq = seq - 100 WHERE lead = 4",
    ),
    ("state_known", "1"): (
        "UPDATE leads SET state = 'lost' WHERE lead = 1",
        "UPDATE leads SET state = 'assigned' WHERE lead = 1",
    ),
    ("decision_stands", "1"): (
        "UPDATE decisions SET superseded_by = 99 WHERE seq = 1",
        "UPDATE decisions SET superseded_by = NULL WHERE seq = 1",
    ),
    ("no_gaps", "events"): (
        "UPDATE events SET no = 10000 WHERE no = 2",
        "UPDATE events SET no = 2 WHERE no = 10000",
    ),
    ("no_gaps", "decisions"): (
        "UPDATE decisions SET seq = 10000 WHERE seq = 5",
        "UPDATE decisions SET seq = 5 WHERE seq = 10000",
    ),
    ("no_gaps", "leads"): (
        "UPDATE routers SET leads = leads + 1",
        "UPDATE routers SET leads = leads - 1",
    ),
    ("credits_balance", "sales"): (
        "UPDATE ledgers SET body = X'9381a3616e6e018090' WHERE pool = 'sales'",
        "UPDATE ledgers SET body = (SELECT value FROM installation WHERE name = 'kept') WHERE pool = 'sales'",
    ),
    ("clock_runs", "worker"): (
        f"UPDATE timers SET at = at - {HOUR + 2 * OVERDUE} WHERE lead = 1 AND kind = 'due'",
        f"UPDATE timers SET at = at + {HOUR + 2 * OVERDUE} WHERE lead = 1 AND kind = 'due'",
    ),
    ("messages_go", "worker"): (
        f"UPDATE messages SET next = next - {2 * OVERDUE} WHERE no = 1",
        f"UPDATE messages SET next = next + {2 * OVERDUE} WHERE no = 1",
    ),
}


@pytest.fixture
def busy(trial: Trial) -> Trial:
    """Three leads are assigned, one is offered, one waits."""
    trial.come(3)
    trial.comes(topic="list")
    everybody_away(trial)
    trial.comes()
    say(trial, "INSERT INTO installation SELECT 'kept', body FROM ledgers WHERE pool = 'sales'")
    return trial


def everybody_away(trial: Trial) -> None:
    for who in ("ann", "bob", "cy"):
        trial.do(away, rep=who)


def say(trial: Trial, statement: str, **values: object) -> None:
    """Do something to the tables by hand."""
    with trial.database.change() as connection:
        connection.execute(text(statement), values)


def seen(trial: Trial) -> Look:
    return look(trial.desk)


def findings(trial: Trial) -> list[FindingRow]:
    """What was found and is not mended."""
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.health.findings())


def happened(trial: Trial, kind: str) -> list[bytes]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [event.body for event in tx.story.events(limit=500) if event.kind == kind]


def messages(trial: Trial) -> int:
    """How often the desk was told of findings."""
    with trial.database.sending(trial.desk.workspace) as tx:
        return sum(message.kind == "finding" for message in tx.outbox.lease(1 << 50, until=0, limit=500))


@pytest.mark.parametrize(("promise", "subject"), BROKEN)
def test_a_broken_promise_is_found_and_cleared_when_it_is_mended(busy: Trial, promise: str, subject: str) -> None:
    breaks, mends = BROKEN[promise, subject]
    assert seen(busy) == Look([])
    say(busy, breaks)
    found = seen(busy)
    assert (promise, subject) in [(each.promise, each.subject) for each in findings(busy)]
    say(busy, mends)
    assert seen(busy) == Look([], cleared=found.found)
    assert findings(busy) == []


def test_a_finding_is_an_event_and_one_message_to_the_desk(busy: Trial) -> None:
    say(busy, "UPDATE loads SET open = open + 5")
    assert seen(busy).found == 3
    assert [seen(busy).found, len(happened(busy, "care.found")), messages(busy)] == [0, 3, 1]
    assert happened(busy, "care.found")[0] == b'{"promise":"load_counts","subject":"ann"}'
    say(busy, "UPDATE loads SET open = open - 5")
    seen(busy)
    assert len(happened(busy, "care.cleared")) == 3


def test_a_promise_that_is_broken_again_is_found_again(busy: Trial) -> None:
    for _ in range(2):
        say(busy, "UPDATE routers SET leads = leads + 1")
        assert seen(busy).found == 1
        say(busy, "UPDATE routers SET leads = leads - 1")
        assert seen(busy).cleared == 1


def test_care_works_on_both_engines(each_trial: Trial) -> None:
    each_trial.come(2)
    say(each_trial, "UPDATE routers SET leads = leads + 1")
    say(each_trial, "UPDATE loads SET open = open + 1 WHERE rep = 'ann'")
    assert [(each.promise, each.subject) for each in seen(each_trial).broken] == [
        ("load_counts", "ann"),
        ("no_gaps", "leads"),
    ]
    say(each_trial, "UPDATE routers SET leads = leads - 1")
    say(each_trial, "UPDATE loads SET open = open - 1 WHERE rep = 'ann'")
    assert seen(each_trial).cleared == 2


def test_two_who_look_at_once_find_a_thing_once(busy: Trial) -> None:
    say(busy, "UPDATE routers SET leads = leads + 1")
    broken = seen(busy).broken
    until = busy.now
    assert busy.desk.do(note_findings, broken, until, actor=CARE) == (0, 0)
    say(busy, "UPDATE routers SET leads = leads - 1")
    assert seen(busy).cleared == 1


def test_an_old_look_does_not_clear_what_was_found_since(busy: Trial) -> None:
    before = busy.now
    busy.now += MINUTE
    say(busy, "UPDATE routers SET leads = leads + 1")
    seen(busy)
    assert busy.desk.do(note_findings, [], before, actor=CARE) == (0, 0)
    say(busy, "UPDATE routers SET leads = leads - 1")
    assert seen(busy).cleared == 1


def test_while_too_much_is_broken_to_be_listed_nothing_of_that_is_cleared(busy: Trial) -> None:
    broken = [FindingRow(promise="p", subject=str(number), found=0) for number in range(FOUND)]
    busy.desk.do(note_findings, broken, busy.now, actor=CARE)
    others = [FindingRow(promise="p", subject=f"x{number}", found=0) for number in range(FOUND)]
    assert busy.desk.do(note_findings, others, busy.now, actor=CARE) == (FOUND, 0)
    assert seen(busy).cleared == 2 * FOUND


def test_a_lead_held_twice_is_found_without_the_index_that_forbids_it(busy: Trial) -> None:
    say(busy, "DROP INDEX assignment_now")
    again = "SELECT workspace, 900, lead, rep, pool, since, due, responded, ended, ending"
    say(busy, f"INSERT INTO assignments {again} FROM assignments WHERE lead = 1")
    assert "held_once" in [each.promise for each in seen(busy).broken]
    say(busy, "DELETE FROM assignments WHERE seq = 900")
    assert seen(busy).broken == []


CAPPED: Final = TEAM.replace('id = "ann"', 'id = "ann"\ncaps = { open = 1 }')


def hold(trial: Trial, lead: int, who: str, **carry: int) -> None:
    """A lead changes hands in the tables, as if the machine had given it so; and what they carry then."""
    for table in ("leads", "assignments"):
        say(trial, f"UPDATE {table} SET rep = :who WHERE lead = :lead", who=who, lead=lead)
    for rep, count in carry.items():
        body = msgpack.encode(Load(open=count))
        say(trial, "UPDATE loads SET open = :count, body = :body WHERE rep = :rep", count=count, body=body, rep=rep)


def test_who_was_given_more_than_their_cap_is_found(trial: Trial) -> None:
    trial.publish(roster=CAPPED)
    lead = next(lead for lead in trial.come(3) if trial.row(lead).rep == "bob")
    hold(trial, lead, "ann", ann=2, bob=0)
    assert [(each.promise, each.subject) for each in seen(trial).broken] == [("cap_kept", "ann")]
    hold(trial, lead, "bob", ann=1, bob=1)
    assert seen(trial).cleared == 1


def test_who_was_given_more_than_their_cap_by_hand_is_not_found(trial: Trial) -> None:
    trial.publish(roster=CAPPED)
    for lead in trial.come(3):
        trial.do(assign, lead, rep="ann")
    assert (trial.open("ann"), seen(trial).broken) == (3, [])


def test_who_has_more_than_a_cap_that_was_lowered_since_is_not_found(trial: Trial) -> None:
    trial.come(6)
    trial.publish(roster=CAPPED)
    assert (trial.open("ann"), seen(trial).broken) == (2, [])


class Refusing:
    """Never delivers anything."""

    def send(self, message: Outgoing) -> None:
        raise GiveUp(f"no such address: {message.to}")


def refused(trial: Trial) -> None:
    sender = Sender(trial.desk, Refusing(), chance=lambda: 0.5)
    while sender.send_due():
        pass


def test_a_message_that_was_given_up_is_found_until_it_is_sent_again(trial: Trial) -> None:
    trial.comes()
    refused(trial)
    assert [(each.promise, each.subject) for each in seen(trial).broken] == [("message_arrives", "1")]
    refused(trial)  # what tells of it is given up too, and that is not told again
    assert seen(trial).found == 0
    trial.do(send_again, 1)
    assert seen(trial).cleared == 1


def test_a_message_that_was_given_up_matters_no_more_once_its_lead_is_decided_again(trial: Trial) -> None:
    trial.comes()
    refused(trial)
    trial.later(HOUR)
    assert seen(trial).broken == []


def test_every_promise_has_a_row_in_the_reference() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "promises.md"
    promises = {promise for promise, _ in BROKEN} | {"held_once", "cap_kept", "message_arrives"}
    assert promises >= set(PROMISES)
    assert set(re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)) == promises
