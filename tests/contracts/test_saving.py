"""What `save` makes of each kind of change, and that it is all or nothing."""

import pytest
from msgspec import Struct
from msgspec.structs import replace

from evenhand.ports.rows import (
    AssignmentRow,
    BlockRow,
    DecisionRow,
    EventRow,
    LeadRow,
    OfferRow,
    PresenceRow,
    Router,
    TimerRow,
)
from evenhand.ports.store import Changes
from evenhand.stores.database import Database
from evenhand.stores.saving import COPY_FROM
from tests.contracts.written import NOW, by_kind, changes, lead, message, put, save_and_raise, write

LATER = 5 * NOW


def wakes(*numbers: int) -> list[Struct]:
    return [TimerRow(lead=number, kind="wake", at=LATER, rank=0, stamp=1) for number in numbers]


def rung(database: Database, workspace: int) -> set[int]:
    with database.reading(workspace) as tx:
        return {timer.lead for timer in tx.agenda.due(NOW, limit=99)}


@pytest.mark.parametrize("count", [1, 2, COPY_FROM - 1, COPY_FROM, COPY_FROM + 1, 5 * COPY_FROM])
def test_few_rows_and_many_are_written_alike(database: Database, workspace: int, count: int) -> None:
    odd = "tab\there, \\N, a \\ and \n, \"both\" 'quotes', \x1f"
    rows = [lead(number, source=odd, fields=b"\x00\\x\xff", rep=None) for number in range(1, count + 1)]
    events = [EventRow(no=no, at=no, kind="held", actor="") for no in range(1, count + 1)]
    offers = [OfferRow(rep=f"{no}", lead=1, seq=1, blind=bool(no % 2)) for no in range(count)]
    write(database, workspace, [*rows, *events, *offers])
    with database.reading(workspace) as tx:
        assert list(tx.leads.several(range(1, count + 1)).values()) == rows
        assert list(tx.story.events()) == events
        assert sorted(tx.leads.offers(1), key=lambda row: int(row.rep)) == offers


def test_what_is_put_takes_the_place_of_what_was_there(database: Database, workspace: int) -> None:
    put(database, workspace, lead(1, source="form"), lead(2))
    put(database, workspace, *[lead(number, source="ad") for number in range(1, 2 * COPY_FROM)])
    with database.reading(workspace) as tx:
        assert {row.source for row in tx.leads.listed(["waiting"])} == {"ad"}


def test_a_cleared_lead_is_cleared_before_its_new_rows_come_in(database: Database, workspace: int) -> None:
    old = [*wakes(1, 2), OfferRow(rep="ann", lead=1, seq=1), BlockRow("rep ann", 1, 0), BlockRow("rep ann", 2, 0)]
    write(database, workspace, old)
    new = TimerRow(lead=1, kind="due", at=7, rank=0, stamp=2)
    write(database, workspace, [new], cleared=[1])
    with database.reading(workspace) as tx:
        assert tx.agenda.of(1) == [new]
        assert tx.leads.offers(1) == []
        assert tx.agenda.blocked("rep ann", limit=9) == [2]


def test_a_superseded_decision_says_by_which(database: Database, workspace: int) -> None:
    rows = [DecisionRow(seq=seq, lead=1, at=1, outcome="held", record=b"") for seq in (1, 2)]
    write(database, workspace, rows)
    write(database, workspace, superseded=[(1, 2)])
    with database.reading(workspace) as tx:
        assert tx.story.decisions_of(1) == [replace(rows[0], superseded_by=2), rows[1]]


def test_an_assignment_ends_before_the_next_one_of_the_lead_begins(database: Database, workspace: int) -> None:
    held = AssignmentRow(seq=1, lead=1, rep="ann", since=1)
    write(database, workspace, [held])
    write(database, workspace, [AssignmentRow(seq=2, lead=1, rep="bob", since=3)], ended=[(1, 3, "declined")])
    with database.reading(workspace) as tx:
        assert tx.leads.assignments(1)[0] == replace(held, ended=3, ending="declined")


def test_a_lead_never_has_two_holders(database: Database, workspace: int) -> None:
    write(database, workspace, [AssignmentRow(seq=1, lead=1, rep="ann", since=1)])
    with pytest.raises(Exception, match=r"(?i)unique"):
        write(database, workspace, [AssignmentRow(seq=2, lead=1, rep="bob", since=3)])


def test_the_first_answer_may_come_with_the_assignment_itself(database: Database, workspace: int) -> None:
    write(database, workspace, [AssignmentRow(seq=1, lead=1, rep="ann", since=1)], touched=[(1, 4)])
    with database.reading(workspace) as tx:
        held = tx.leads.assignment(1)
    assert held is not None
    assert held.responded == 4


def test_untold_are_the_unsent_messages_of_a_decision_not_the_new_ones(database: Database, workspace: int) -> None:
    kinds = [message(1, decision=1), message(2, decision=1, state="sent"), message(3, decision=2)]
    write(database, workspace, kinds)
    write(database, workspace, [message(4, decision=1)], untold=[1])
    with database.reading(workspace) as tx:
        states = {number: tx.outbox.of(number)[0].state for number in (1, 2, 3, 4)}
    assert states == {1: "cancelled", 2: "sent", 3: "waiting", 4: "waiting"}


def test_the_leads_that_wait_for_a_subject_are_woken(database: Database, workspace: int) -> None:
    other = TimerRow(lead=1, kind="stale", at=LATER, rank=0, stamp=1)
    write(database, workspace, [*wakes(1, 2, 3), other, BlockRow("rep ann", 1, 0), BlockRow("pool dach", 2, 0)])
    write(database, workspace, woken=["rep ann", "rep nobody"])
    with database.reading(workspace) as tx:
        assert [(timer.lead, timer.kind) for timer in tx.agenda.due(NOW, limit=9)] == [(1, "wake")]


def test_every_waiting_lead_is_woken_by_a_star(database: Database, workspace: int) -> None:
    write(database, workspace, [*wakes(1, 2), TimerRow(lead=3, kind="due", at=LATER, rank=0, stamp=1)])
    write(database, workspace, woken=["*", "rep ann"])
    assert rung(database, workspace) == {1, 2}


def test_a_presence_that_is_dropped_is_over(database: Database, workspace: int) -> None:
    rows = [PresenceRow(subject=f"rep {rep}", kind="away", since=1, actor="cli") for rep in ("ann", "bob")]
    write(database, workspace, rows)
    write(database, workspace, dropped=[("rep ann", "away"), ("rep nobody", "away")])
    with database.reading(workspace) as tx:
        assert tx.world.presences() == [rows[1]]


def test_the_router_is_what_was_saved(database: Database, workspace: int) -> None:
    router = Router(version=9, now=8, leads=7, decisions=6, events=5, entries=4, messages=3, link=b"\xff", policy="p")
    with database.writing(workspace) as tx:
        tx.save(Changes(router=router))
    with database.reading(workspace) as tx:
        assert tx.router() == router


@pytest.mark.parametrize("count", [3, 3 * COPY_FROM])
def test_one_row_that_cannot_be_leaves_nothing_of_the_others(database: Database, workspace: int, count: int) -> None:
    write(database, workspace, [lead(count)])
    with pytest.raises(Exception, match=r"(?i)unique"):
        write(database, workspace, [*wakes(1), *[lead(number) for number in range(1, count + 1)]])
    with database.reading(workspace) as tx:
        assert [row.lead for row in tx.leads.listed(["waiting"])] == [count]
        assert tx.router().version == 1
        assert tx.agenda.next() is None


def test_an_error_after_saving_undoes_it(database: Database, workspace: int) -> None:
    with pytest.raises(ZeroDivisionError):
        save_and_raise(database, workspace, ZeroDivisionError(), [lead(1)])
    with database.reading(workspace) as tx:
        assert tx.leads.get(1) is None
        assert tx.router() == Router()


def test_an_interruption_undoes_it_too(database: Database, workspace: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        save_and_raise(database, workspace, KeyboardInterrupt(), [lead(1)])
    write(database, workspace, [lead(2)])
    with database.reading(workspace) as tx:
        assert list(tx.leads.several([1, 2])) == [2]


def test_what_was_saved_can_be_read_before_it_is_committed(database: Database, workspace: int) -> None:
    with database.writing(workspace) as tx:
        tx.save(changes(tx, added=by_kind([lead(1)])))
        assert isinstance(tx.leads.get(1), LeadRow)
