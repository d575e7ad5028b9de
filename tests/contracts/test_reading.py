"""What the reading methods promise, each against the plainest model: a list, filtered and sorted."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from evenhand.core.states import OPEN, State
from evenhand.ports.rows import (
    NEVER,
    AssignmentRow,
    BlockRow,
    DecisionRow,
    DisputeRow,
    EntryRow,
    EventRow,
    IdentityRow,
    KeyRow,
    LeadRow,
    NoteRow,
    OfferRow,
    PersonRow,
    TimerRow,
)
from evenhand.stores.database import Database
from evenhand.stores.engine import CHUNK
from tests.contracts.written import lead, put, write

Founded = Callable[[], int]
STATES: list[State] = ["waiting", "offered", "assigned", "working", "held", "rejected", "closed"]
BIGGEST = (1 << 63) - 1

few = st.integers(0, 3)
states = st.sampled_from(STATES)
leads = st.lists(
    st.builds(
        lead,
        st.integers(1, 40),
        state=states,
        rank=few,
        rep=st.sampled_from([None, "ann", "bob"]),
        due=st.none() | few,
        responded=st.none() | few,
        policy=st.sampled_from(["old", "new"]),
    ),
    unique_by=lambda row: row.lead,
    max_size=12,
)
timers = st.lists(
    st.builds(
        TimerRow,
        lead=st.integers(1, 6),
        kind=st.sampled_from(["wake", "due", "remind"]),
        at=st.sampled_from([1, 2, 3, NEVER]),
        rank=few,
        stamp=st.just(1),
    ),
    unique_by=lambda row: (row.lead, row.kind),
    max_size=12,
)
blocks = st.lists(
    st.builds(BlockRow, st.sampled_from(["rep ann", "pool dach"]), st.integers(1, 9), few),
    unique_by=lambda row: (row.subject, row.lead),
    max_size=12,
)
identities = st.lists(
    st.builds(IdentityRow, st.sampled_from([b"a", b"b", b"\x00"]), st.integers(1, 40)),
    unique_by=lambda row: (row.digest, row.lead),
    max_size=12,
)


def filled(database: Database, founded: Founded, rows: list[Any]) -> int:
    workspace = founded()
    write(database, workspace, rows)
    return workspace


@given(rows=timers, now=st.integers(0, 4), limit=st.integers(1, 5))
@settings(max_examples=25)
def test_clocks_ring_first_then_waiting_leads_hottest_first(
    database: Database, founded: Founded, rows: list[TimerRow], now: int, limit: int
) -> None:
    rung = [row for row in rows if row.at <= now]
    expected = sorted(rung, key=lambda row: (row.kind == "wake", row.rank, row.lead, row.at, row.kind))[:limit]
    with database.reading(filled(database, founded, rows)) as tx:
        assert tx.agenda.due(now, limit=limit) == expected


@given(rows=timers)
@settings(max_examples=15)
def test_the_next_timer_is_the_earliest_that_a_clock_can_ring(
    database: Database, founded: Founded, rows: list[TimerRow]
) -> None:
    with database.reading(filled(database, founded, rows)) as tx:
        assert tx.agenda.next() == min((row.at for row in rows if row.at < NEVER), default=None)
        assert tx.agenda.of(3) == sorted((r for r in rows if r.lead == 3), key=lambda row: (row.at, row.kind))


@given(rows=blocks, limit=st.integers(1, 5))
@settings(max_examples=20)
def test_blocked_leads_come_hottest_first_then_oldest(
    database: Database, founded: Founded, rows: list[BlockRow], limit: int
) -> None:
    expected = sorted((row.rank, row.lead) for row in rows if row.subject == "rep ann")[:limit]
    with database.reading(filled(database, founded, rows)) as tx:
        assert tx.agenda.blocked("rep ann", limit=limit) == [number for _, number in expected]


@given(rows=leads, asked=st.sets(states, max_size=4), after=st.tuples(few, st.integers(0, 40)))
@settings(max_examples=25)
def test_leads_are_listed_hottest_first_a_page_at_a_time(
    database: Database, founded: Founded, rows: list[LeadRow], asked: set[State], after: tuple[int, int]
) -> None:
    matching = [row for row in rows if row.state in asked and (row.rank, row.lead) > after]
    with database.reading(filled(database, founded, rows)) as tx:
        found = tx.leads.listed(sorted(asked), after=after, limit=3)
    assert found == sorted(matching, key=lambda row: (row.rank, row.lead))[:3]


def test_the_first_page_begins_with_the_hottest_of_all(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(1, rank=-(1 << 52)), lead(2, rank=0)])
    with database.reading(workspace) as tx:
        assert [row.lead for row in tx.leads.listed(["waiting"])] == [1, 2]


@given(rows=leads)
@settings(max_examples=20)
def test_an_inbox_has_what_is_open_by_due_time_and_last_what_has_none(
    database: Database, founded: Founded, rows: list[LeadRow]
) -> None:
    mine = [row for row in rows if row.rep == "ann" and row.state in OPEN]
    expected = sorted(mine, key=lambda row: (row.due is None, row.due or 0, row.lead))
    with database.reading(filled(database, founded, rows)) as tx:
        assert tx.leads.held_by("ann") == expected
        assert tx.leads.unanswered("ann") == sum(row.responded is None for row in mine)


@given(rows=leads, after=st.integers(0, 40))
@settings(max_examples=20)
def test_the_open_leads_under_a_policy_come_by_number(
    database: Database, founded: Founded, rows: list[LeadRow], after: int
) -> None:
    open_ones = [row for row in rows if row.policy == "old" and row.state in OPEN and row.lead > after]
    with database.reading(filled(database, founded, rows)) as tx:
        assert tx.leads.decided_under("old", after=after, limit=3) == sorted(open_ones, key=lambda row: row.lead)[:3]


@given(rows=leads, whose=identities)
@settings(max_examples=25)
def test_the_same_person_is_their_earliest_lead_that_is_still_open(
    database: Database, founded: Founded, rows: list[LeadRow], whose: list[IdentityRow]
) -> None:
    open_ones = {row.lead: row for row in rows if row.state in OPEN}
    found: dict[bytes, LeadRow] = {}
    for identity in sorted(whose, key=lambda row: -row.lead):
        if identity.lead in open_ones:
            found[identity.digest] = open_ones[identity.lead]
    with database.reading(filled(database, founded, [*rows, *whose])) as tx:
        assert tx.leads.same_person([b"a", b"b", b"\x00", b"unknown"]) == found
        assert tx.leads.same_person([b"a"]) == {digest: row for digest, row in found.items() if digest == b"a"}


def test_several_are_those_that_exist_however_many_are_asked_for(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(number) for number in (1, 2, 900)])
    with database.reading(workspace) as tx:
        assert list(tx.leads.several([])) == []
        assert list(tx.leads.several([2])) == [2]
        assert sorted(tx.leads.several(range(1, 2 * CHUNK))) == [1, 2, 900]


def test_keys_and_persons_are_found_together(database: Database, workspace: int) -> None:
    keys = [KeyRow(name, b"digest", 1, 5) for name in ("a", "b")]
    write(database, workspace, [*keys, PersonRow(1, b"key", b"box"), PersonRow(2, b"key", b"")])
    with database.reading(workspace) as tx:
        assert tx.leads.keyed(["a", "b", "c"]) == {"a": keys[0], "b": keys[1]}
        assert tx.leads.keyed([]) == {}
        assert tx.leads.persons([1, 2, 3]) == {1: PersonRow(1, b"key", b"box"), 2: PersonRow(2, b"key", b"")}


def test_a_lead_has_one_holder_now_and_all_that_ever_held_it(database: Database, workspace: int) -> None:
    first = AssignmentRow(seq=1, lead=1, rep="ann", since=1, ended=2, ending="declined")
    now = AssignmentRow(seq=2, lead=1, rep="bob", since=2)
    write(database, workspace, [now, first, AssignmentRow(seq=3, lead=2, rep="cy", since=1)])
    with database.reading(workspace) as tx:
        assert tx.leads.assignment(1) == now
        assert tx.leads.assignments(1) == [first, now]


def test_offers_of_a_rep_come_hottest_first_and_those_of_a_lead_by_name(database: Database, workspace: int) -> None:
    offers = [OfferRow(rep=rep, lead=lead, seq=1, rank=-lead, blind=True) for rep in ("Zoe", "ann") for lead in (1, 2)]
    write(database, workspace, offers)
    with database.reading(workspace) as tx:
        assert [offer.lead for offer in tx.leads.offered_to("ann")] == [2, 1]
        assert [offer.lead for offer in tx.leads.offered_to("ann", limit=1)] == [2]
        assert [offer.rep for offer in tx.leads.offers(1)] == ["Zoe", "ann"]  # by their bytes, on every engine


def test_a_story_is_told_in_order(database: Database, workspace: int) -> None:
    decisions = [DecisionRow(seq=seq, lead=1 + seq % 2, at=1, outcome="held", record=b"\x00") for seq in (3, 1, 2)]
    events = [EventRow(no=no, at=1, kind="held", actor="system", lead=None if no == 2 else 1) for no in (2, 3, 1)]
    notes = [NoteRow(no=no, lead=1, kind="note", at=1, actor="rep ann", box=b"") for no in (2, 1)]
    write(database, workspace, [*decisions, *events, *notes])
    with database.reading(workspace) as tx:
        assert [row.seq for row in tx.story.decisions_of(2)] == [1, 3]
        assert [row.no for row in tx.story.events(1, limit=1)] == [2]
        assert [row.no for row in tx.story.events_of(1)] == [1, 3]
        assert [row.no for row in tx.story.notes_of(1)] == [1, 2]


@pytest.mark.parametrize("count", [0, 499, 500, 501, 1001])
def test_all_decisions_and_entries_are_read_page_by_page(database: Database, workspace: int, count: int) -> None:
    numbers = range(1, count + 1)
    decisions: list[Struct] = [DecisionRow(seq=seq, lead=1, at=1, outcome="held", record=b"") for seq in numbers]
    entries = [EntryRow(no=no, pool="p", seq=no, after=0, kind="join", at=1, body=b"") for no in numbers]
    write(database, workspace, [*decisions, *entries])
    with database.reading(workspace) as tx:
        assert [row.seq for row in tx.story.decisions()] == list(numbers)
        assert [row.no for row in tx.world.entries()] == list(numbers)
        assert [row.seq for row in tx.story.decisions(after=400)] == list(range(401, count + 1))


def test_disputes_are_open_until_they_are_ruled_on(database: Database, workspace: int) -> None:
    ruled = DisputeRow(no=1, decision=1, rep="ann", at=1, state="upheld", ruled=2, by="manager mia", entry=4)
    still = DisputeRow(no=2, decision=1, rep="ann", at=1)
    write(database, workspace, [ruled, still])
    with database.reading(workspace) as tx:
        assert tx.story.disputes() == [still]
        assert tx.story.disputes(open_only=False) == [ruled, still]
        assert tx.story.dispute(1) == ruled


def test_what_is_not_there_is_none(database: Database, workspace: int) -> None:
    with database.reading(workspace) as tx:
        assert [tx.leads.get(1), tx.leads.person(1), tx.leads.assignment(1)] == [None] * 3
        assert [tx.story.decision(1), tx.story.dispute(1), tx.texts.get("policy", "x")] == [None] * 3
        assert [tx.texts.draft("roster", "x"), tx.agenda.next(), tx.outbox.next()] == [None] * 3


def test_every_field_of_a_row_comes_back_as_it_went(database: Database, workspace: int) -> None:
    full = LeadRow(
        lead=BIGGEST,
        state="closed",
        source="Müller & Söhne 株式会社 \N{PARTY POPPER}",
        received=0,
        rank=-(1 << 52),
        rep="",
        closing="won",
        merged=7,
        fields=bytes(range(256)),
        memory=b"",
    )
    put(database, workspace, full)
    with database.reading(workspace) as tx:
        assert tx.leads.get(BIGGEST) == full


def test_a_reading_sees_one_moment(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(1)])
    with database.reading(workspace) as tx:
        before = tx.router()
        write(database, workspace, [lead(2)])
        assert [row.lead for row in tx.leads.listed(["waiting"])] == [1]
        assert tx.router() == before
