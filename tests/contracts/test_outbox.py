"""Messages are leased by one worker at a time, in the order that each person is to hear them, until settled."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.ports.rows import MessageRow
from evenhand.stores.database import Database
from tests.contracts.racing import in_two_processes, lease_all
from tests.contracts.test_locks import url_of
from tests.contracts.written import message, write

messages = st.lists(
    st.builds(
        message,
        st.integers(1, 30),
        lead=st.sampled_from([None, 1, 2, 3]),
        to=st.sampled_from(["ann", "bob"]),
        next=st.integers(0, 6),
        state=st.sampled_from(["waiting", "waiting", "sent", "cancelled"]),
    ),
    unique_by=lambda row: row.no,
    max_size=10,
)


def leased(database: Database, workspace: int, now: int = 10, until: int = 20, limit: int = 99) -> list[MessageRow]:
    with database.sending(workspace) as tx:
        return list(tx.outbox.lease(now, until=until, limit=limit))


def settle(database: Database, workspace: int, *rows: MessageRow) -> None:
    with database.sending(workspace) as tx:
        tx.outbox.settle(rows)


def one(database: Database, workspace: int, lead: int = 1) -> MessageRow:
    with database.reading(workspace) as tx:
        return tx.outbox.of(lead)[0]


def heads(rows: list[MessageRow]) -> list[MessageRow]:
    """Of what one person is told about one lead, the first that is not done; and all that is about none."""
    waiting = sorted((row for row in rows if row.state == "waiting"), key=lambda row: row.no)
    first = {(row.lead, row.to) if row.lead else row.no: row for row in reversed(waiting)}
    return sorted(first.values(), key=lambda row: (row.next, row.no))


@given(rows=messages, now=st.integers(0, 6), limit=st.integers(1, 4))
@settings(max_examples=30)
def test_what_is_due_and_first_for_its_person_is_leased(
    database: Database, founded: Callable[[], int], rows: list[MessageRow], now: int, limit: int
) -> None:
    workspace = founded()
    write(database, workspace, rows)
    due = [row for row in heads(rows) if row.next <= now][:limit]
    with database.reading(workspace) as tx:
        assert tx.outbox.next() == min((row.next for row in heads(rows)), default=None)
    expected = [replace(row, next=20, leased=20, attempts=1) for row in due]
    assert leased(database, workspace, now, limit=limit) == expected


def test_two_processes_never_lease_the_same_message(database: Database, workspace: int) -> None:
    write(database, workspace, [message(number) for number in range(1, 401)])
    first, second = in_two_processes(lease_all, url_of(database), workspace)
    assert sorted(first + second) == list(range(1, 401))


def test_a_worker_does_not_wait_for_what_another_is_leasing_on_postgres(postgres_url: str) -> None:
    database = Database(postgres_url, lock_timeout=100)
    workspace = database.found("main", 0)
    write(database, workspace, [message(1), message(2), message(3)])
    with database.sending(workspace) as tx:
        mine = tx.outbox.lease(10, until=20, limit=2)
        theirs = leased(database, workspace)
    assert ([row.no for row in mine], [row.no for row in theirs]) == ([1, 2], [3])
    database.close()


def test_a_lease_that_runs_out_is_given_to_somebody_else(database: Database, workspace: int) -> None:
    write(database, workspace, [message(1)])
    leased(database, workspace, until=20)
    assert leased(database, workspace, now=19) == []
    again = leased(database, workspace, now=20, until=30)
    assert [(row.attempts, row.leased) for row in again] == [(2, 30)]


def test_the_next_message_is_sent_when_the_one_before_is_done(database: Database, workspace: int) -> None:
    write(database, workspace, [message(1, lead=1), message(2, lead=1), message(3, lead=1, to="bob")])
    first, other = leased(database, workspace)
    assert [first.no, other.no] == [1, 3]
    assert leased(database, workspace) == []
    settle(database, workspace, replace(first, state="sent", sent=11))
    assert [row.no for row in leased(database, workspace)] == [2]


def test_who_waits_for_another_message_is_not_woken_for_nothing(database: Database, workspace: int) -> None:
    write(database, workspace, [message(1, lead=1), message(2, lead=1)])
    leased(database, workspace, until=20)
    with database.reading(workspace) as tx:
        assert tx.outbox.next() == 20


def test_what_became_of_a_message_is_kept(database: Database, workspace: int) -> None:
    write(database, workspace, [message(1)])
    (had,) = leased(database, workspace)
    settle(database, workspace, replace(had, next=50, error="no such channel"))
    kept = one(database, workspace)
    assert kept == replace(had, next=50, leased=0, error="no such channel")


def test_a_message_that_is_given_up_is_dead_latest_first(database: Database, workspace: int) -> None:
    write(database, workspace, [message(number) for number in (1, 2, 3)])
    settle(database, workspace, *[replace(row, state="dead") for row in leased(database, workspace, limit=2)])
    with database.reading(workspace) as tx:
        assert [row.no for row in tx.outbox.dead()] == [2, 1]
        assert [row.no for row in tx.outbox.dead(limit=1)] == [2]


def test_a_message_that_was_cancelled_while_it_was_sent_stays_cancelled(database: Database, workspace: int) -> None:
    write(database, workspace, [message(1, decision=4)])
    (had,) = leased(database, workspace)
    write(database, workspace, untold=[4])
    settle(database, workspace, replace(had, state="sent", sent=11))
    assert one(database, workspace).state == "cancelled"


@pytest.mark.parametrize(("state", "kept"), [("sent", "sent"), ("dead", "waiting"), ("waiting", "waiting")])
def test_who_has_lost_the_lease_may_only_say_that_it_was_sent(
    database: Database, workspace: int, state: str, kept: str
) -> None:
    write(database, workspace, [message(1)])
    (late,) = leased(database, workspace, until=20)
    leased(database, workspace, now=20, until=30)
    settle(database, workspace, replace(late, state=state, next=21))
    assert one(database, workspace).state == kept
    assert leased(database, workspace, now=29) == []


def test_settling_nothing_is_nothing(database: Database, workspace: int) -> None:
    settle(database, workspace)
    with database.reading(workspace) as tx:
        assert tx.outbox.of(1) == []
