"""Leads chosen among many, and what hangs on several: against the plainest model, a list filtered and sorted."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.states import State
from evenhand.ports.rows import AssignmentRow, LeadRow, OfferRow
from evenhand.ports.store import Only
from evenhand.stores.database import Database
from evenhand.stores.engine import CHUNK
from tests.contracts.written import lead, write

Founded = Callable[[], int]
STATES: list[State] = ["waiting", "offered", "assigned", "closed"]
BEGINNING = (-(1 << 53), 0)

few = st.integers(0, 2)
names = st.sampled_from(["", "a", "b"])
leads = st.lists(
    st.builds(
        lead,
        st.integers(1, 40),
        state=st.sampled_from(STATES),
        rank=few,
        source=names,
        pool=names,
        rule=names,
    ),
    max_size=12,
    unique_by=lambda row: row.lead,
)
onlies = st.builds(Only, source=names, pool=names, rule=names)
someones = st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.integers(1, 40)), max_size=8, unique=True)


def pages(ask: Callable[[tuple[int, int]], Any]) -> list[int]:
    """The numbers of all leads, asked for two at a time."""
    found, after = list[int](), BEGINNING
    while page := ask(after):
        assert len(page) <= 2
        found += [row.lead for row in page]
        after = (page[-1].rank, page[-1].lead)
    return found


def hottest_first(rows: list[LeadRow]) -> list[int]:
    return [row.lead for row in sorted(rows, key=lambda row: (row.rank, row.lead))]


@given(rows=leads, only=onlies, states=st.lists(st.sampled_from(STATES), max_size=4))
@settings(max_examples=25)
def test_chosen_leads_are_those_that_have_what_is_asked_for(
    database: Database, founded: Founded, rows: list[LeadRow], only: Only, states: list[State]
) -> None:
    workspace = founded()
    write(database, workspace, rows)
    with database.reading(workspace) as tx:
        found = pages(lambda after: tx.leads.chosen(states, only, after=after, limit=2))
    asked = [(name, getattr(only, name)) for name in ("source", "pool", "rule") if getattr(only, name)]
    meant = [row for row in rows if row.state in states and all(getattr(row, name) == value for name, value in asked)]
    assert found == hottest_first(meant)


@given(rows=leads, held=someones, offered=someones, states=st.lists(st.sampled_from(STATES), max_size=4))
@settings(max_examples=25)
def test_what_concerns_a_rep_is_what_they_held_or_may_take(
    database: Database,
    founded: Founded,
    rows: list[LeadRow],
    held: list[tuple[str, int]],
    offered: list[tuple[str, int]],
    states: list[State],
) -> None:
    workspace = founded()
    holding = [AssignmentRow(seq=n, lead=lead, rep=rep, since=1, ended=2) for n, (rep, lead) in enumerate(held)]
    offers = [OfferRow(rep=rep, lead=lead, seq=1) for rep, lead in offered]
    write(database, workspace, [*rows, *holding, *offers])
    with database.reading(workspace) as tx:
        found = pages(lambda after: tx.leads.concerning("ann", states, after=after, limit=2))
    theirs = {lead for rep, lead in (*held, *offered) if rep == "ann"}
    assert found == hottest_first([row for row in rows if row.state in states and row.lead in theirs])


def test_all_leads_come_by_number(database: Database, workspace: int) -> None:
    write(database, workspace, [lead(number, rank=-number) for number in (1, 2, 5, 9)])
    with database.reading(workspace) as tx:
        assert [row.lead for row in tx.leads.numbered(limit=3)] == [1, 2, 5]
        assert [row.lead for row in tx.leads.numbered(after=5)] == [9]


def test_offers_and_holders_of_several_are_found_together_however_many(database: Database, workspace: int) -> None:
    many = range(1, CHUNK + 3)
    offers = [OfferRow(rep=rep, lead=number, seq=1) for number in (1, CHUNK + 2) for rep in ("bob", "ann")]
    holding = [AssignmentRow(seq=seq, lead=2, rep=rep, since=1, ended=2) for seq, rep in enumerate(("cy", "ann", "cy"))]
    write(database, workspace, [*offers, *holding])
    with database.reading(workspace) as tx:
        found, holders = tx.leads.offers_of([*many]), tx.leads.holders_of([*many])
        nobody = tx.leads.offers_of([]), tx.leads.holders_of([])
    assert {number: [offer.rep for offer in rows] for number, rows in found.items()} == {
        1: ["ann", "bob"],
        CHUNK + 2: ["ann", "bob"],
    }
    assert (holders, nobody) == ({2: frozenset({"ann", "cy"})}, ({}, {}))
