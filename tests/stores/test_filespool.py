"""The promises of `ports.Spool`. To hold another store to them: a line in `SPOOLS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.model import Match, Owner, Past
from evenhand.core.outcome import Assigned, Decision, Held, Outcome
from evenhand.errors import BadFile
from evenhand.ports.spool import Due, OpenTwin, Pending, Spool
from evenhand.stores.filespool import FileSpool
from tests.factories import NOW, arrival, lead

SPOOLS: Final[dict[str, Callable[[], AbstractContextManager[Spool]]]] = {"file": FileSpool.opened}


@pytest.fixture(params=SPOOLS)
def spool(request: pytest.FixtureRequest) -> Iterator[Spool]:
    with SPOOLS[request.param]() as made:
        yield made


def filled(spool: Spool, *people: str) -> Spool:
    """One lead a line, from line 1 on, of these people."""
    for line, person in enumerate(people, start=1):
        spool.add(arrival(line, key=person))
    return spool


def state(line: int, outcome: Outcome, seq: int = 1) -> Pending:
    return Pending(Past(), Decision(lead=f"lead-{line}", at=NOW, seq=seq, trigger="received", outcome=outcome), NOW)


# --- arrivals


def test_an_arrival_comes_back_as_it_was(spool: Spool) -> None:
    match = Match(account="acme", by="domain", name="Acmé", roles={"owner": Owner("ann", "acme", 1)})
    fields = {"value": Decimal("1.50"), "visits": 2**62, "tags": ("a", "日本"), "consent": False, "city": 'Zü"rich'}
    one = arrival(7, responded=NOW + 1, closed=NOW + 2)
    one = replace(one, lead=replace(lead("x", match=match), fields=fields))
    assert spool.add(one) is None
    assert spool.arrival(7) == one
    assert isinstance(spool.arrival(7).lead.fields["value"], Decimal)


def test_an_id_that_is_there_already_is_told_with_its_line(spool: Spool) -> None:
    assert [spool.add(arrival(line, name=name)) for line, name in ((3, "a"), (4, "b"), (9, "a"))] == [None, None, 3]
    assert [one.line for one in spool.in_time_order()] == [3, 4]


def test_arrivals_come_in_time_order_and_then_in_the_order_of_the_file(spool: Spool) -> None:
    for line, at in ((1, 30), (2, 10), (3, 30), (4, 20)):
        spool.add(arrival(line, at=at))
    assert [one.line for one in spool.in_time_order()] == [2, 4, 1, 3]
    assert [one.line for one in spool.in_time_order()] == [2, 4, 1, 3]
    assert spool.span() == (10, 30)


def test_an_empty_spool_has_no_span(spool: Spool) -> None:
    assert spool.span() is None
    assert not list(spool.in_time_order())
    assert not list(spool.unfinished())


def test_work_may_go_on_while_arrivals_are_read(spool: Spool) -> None:
    filled(spool, "a", "b", "c")
    for one in spool.in_time_order():
        spool.set_pending(one.line, state(one.line, Assigned("ann")))
        spool.keep(one.line, b"{}")
    assert list(spool.unfinished()) == [1, 2, 3]


# --- who is open


def test_an_open_lead_of_the_same_person_is_a_twin_until_it_is_closed(spool: Spool) -> None:
    filled(spool, "kim", "kim", "kim")
    assert spool.twin(2) is None
    spool.set_pending(1, state(1, Held("manual")))
    assert (spool.twin(2), spool.twin(1)) == (OpenTwin("lead-1"), None)
    spool.set_pending(1, state(1, Assigned("ann")))
    assert spool.twin(3) == OpenTwin("lead-1", "ann")
    spool.closed(1)
    assert (spool.twin(2), spool.pending(1)) == (None, None)


def test_a_later_lead_may_become_the_open_one(spool: Spool) -> None:
    filled(spool, "kim", "kim", "kim")
    spool.set_pending(1, state(1, Held("manual")))
    spool.closed(1)
    spool.set_pending(2, state(2, Assigned("bob")))
    assert spool.twin(3) == OpenTwin("lead-2", "bob")


def test_closing_a_duplicate_leaves_the_first_lead_open(spool: Spool) -> None:
    filled(spool, "kim", "kim", "kim")
    spool.set_pending(1, state(1, Assigned("ann")))
    spool.closed(2)
    assert spool.twin(3) == OpenTwin("lead-1", "ann")


def test_leads_of_nobody_known_have_no_twins(spool: Spool) -> None:
    filled(spool, "", "")
    spool.set_pending(1, state(1, Assigned("ann")))
    assert spool.twin(2) is None


def test_the_state_of_a_lead_is_the_last_one_that_was_set(spool: Spool) -> None:
    filled(spool, "kim")
    assert spool.pending(1) is None
    spool.set_pending(1, state(1, Held("manual")))
    later = replace(state(1, Assigned("ann", NOW + 5), 9), past=Past(holders=("bob",), waiting_since=3), opened=4)
    spool.set_pending(1, later)
    assert spool.pending(1) == later


# --- the agenda


def test_what_is_due_comes_by_time_then_by_rank_then_by_age(spool: Spool) -> None:
    for line, at in ((1, 50), (2, 40), (3, 30)):
        spool.add(arrival(line, at=at))
    for due, rank in (
        (Due(9, "wake", 1, 1), 0),
        (Due(9, "due", 2, 2), 0),
        (Due(9, "close", 3, 3), 5),
        (Due(7, "widen", 3, 4), 9),
    ):
        spool.schedule(due, rank)
    assert [(due.at, due.line) for due in iter(lambda: spool.next_due(9), None)] == [(7, 3), (9, 2), (9, 1), (9, 3)]


def test_nothing_rings_early_and_nothing_twice(spool: Spool) -> None:
    filled(spool, "a")
    due = Due(10, "expire", 1, 3)
    spool.schedule(due, 0)
    spool.schedule(due, 0)
    assert (spool.next_due(9), spool.next_due(10), spool.next_due(99)) == (None, due, None)


def test_an_agenda_may_grow_while_it_is_worked_off(spool: Spool) -> None:
    filled(spool, "a")
    spool.schedule(Due(10, "wake", 1, 1), 0)
    assert spool.next_due(20) is not None
    spool.schedule(Due(5, "wake", 1, 2), 0)
    spool.schedule(Due(15, "wake", 1, 3), 0)
    assert [spool.next_due(20), spool.next_due(20)] == [Due(5, "wake", 1, 2), Due(15, "wake", 1, 3)]


@settings(max_examples=40)
@given(times=st.lists(st.integers(0, 50), max_size=30), stops=st.lists(st.integers(0, 50), max_size=10))
def test_everything_due_rings_exactly_once_and_in_time(times: list[int], stops: list[int]) -> None:
    with FileSpool.opened() as spool:
        filled(spool, "a")
        for stamp, at in enumerate(times):
            spool.schedule(Due(at, "wake", 1, stamp), 0)
        rung: list[int] = []
        for stop in [*sorted(stops), 50]:
            while (due := spool.next_due(stop)) is not None:
                rung.append(due.at)
            assert sorted(at for at in times if at <= stop) == rung


# --- waiting for room


def test_blocked_leads_come_hottest_first_then_oldest_and_are_forgotten(spool: Spool) -> None:
    for line, at in ((1, 50), (2, 40), (3, 30)):
        spool.add(arrival(line, at=at))
    for line, rank in ((1, 0), (2, 0), (3, 7)):
        spool.block(line, line * 10, ["ann", "bob"], rank)
    assert list(spool.blocked_by("ann")) == [(2, 20), (1, 10), (3, 30)]
    assert list(spool.blocked_by("ann")) == []
    assert list(spool.blocked_by("zoe")) == []
    assert next(iter(spool.blocked_by("bob"))) == (2, 20)
    assert list(spool.blocked_by("bob")) == [(1, 10), (3, 30)]


def test_a_lead_blocked_again_while_the_list_is_read_comes_up_again(spool: Spool) -> None:
    filled(spool, "a")
    spool.block(1, 1, ["ann", "ann"], 0)
    read = spool.blocked_by("ann")
    assert next(read) == (1, 1)
    spool.block(1, 2, ["ann"], 0)
    assert list(read) == [(1, 2)]


# --- history


def test_earlier_decisions_come_oldest_first_and_are_forgotten(spool: Spool) -> None:
    filled(spool, "a", "b")
    for line, record in ((2, b"one"), (1, b"other"), (2, b"two")):
        spool.keep(line, record)
    assert list(spool.unfinished()) == [1, 2]
    assert (spool.history(2), spool.history(2)) == ([b"one", b"two"], [])
    assert list(spool.unfinished()) == [1]
    spool.keep(2, b"three")
    assert spool.history(2) == [b"three"]


# --- of the file


def overfill() -> None:
    with FileSpool.opened() as spool:
        spool._db.execute("PRAGMA max_page_count = 1")
        for line in range(1000):
            spool.add(arrival(line))


def test_a_disk_without_room_is_told_with_a_way_out() -> None:
    with pytest.raises(BadFile, match="TMPDIR"):
        overfill()


def test_another_error_goes_through_as_it_is() -> None:
    with pytest.raises(KeyError), FileSpool.opened():
        raise KeyError
