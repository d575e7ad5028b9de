"""Refunds: a charge is reversed exactly, once, and there for everybody to see."""

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from evenhand.actions.desk import Call, call
from evenhand.actions.entries import Entry, applied, entry_of
from evenhand.actions.receiving import Incoming, Received, receiving
from evenhand.actions.refunds import is_refunded, refund
from evenhand.actions.work import Work
from evenhand.core.ledger import Ledger
from evenhand.core.model import HOUR
from evenhand.errors import NotFound
from evenhand.ports.rows import EntryRow
from tests.desk import MANAGER, TEAM, WEBSITE, Trial


def refunding(work: Work, lead: int, *, decision: int = 0) -> bool:
    return refund(work, work.row(lead), decision=decision, actor=MANAGER)


def entries(trial: Trial) -> list[EntryRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.world.entries())


def give_back(trial: Trial, lead: int, *, decision: int = 0) -> bool:
    return trial.desk.do(refunding, lead, decision=decision)


def test_a_refund_leaves_the_credits_as_if_the_lead_had_never_been(each_trial: Trial) -> None:
    each_trial.comes()
    before = each_trial.credits()
    lead = each_trial.comes()
    assert give_back(each_trial, lead)
    assert each_trial.credits() == before


def test_a_lead_is_refunded_once(trial: Trial) -> None:
    lead = trial.comes()
    assert [give_back(trial, lead) for _ in range(3)] == [True, False, False]
    assert len(entries(trial)) == 1


def test_twice_in_one_transaction_is_once_too(trial: Trial) -> None:
    lead = trial.comes()
    assert [answer.get() for answer in trial.run([call(refunding, lead)] * 2)] == [True, False]


def test_what_was_offered_cost_nothing_and_is_not_refunded(trial: Trial) -> None:
    assert not give_back(trial, trial.comes(topic="list"))
    assert entries(trial) == []


def test_a_lead_that_nobody_decided_about_here_is_not_refunded(trial: Trial) -> None:
    lead = trial.comes()

    def came_with_its_holder(work: Work) -> list[bool]:
        rows = [replace(work.row(lead), decision=number) for number in (0, -lead)]
        return [refund(work, row, actor=MANAGER) for row in rows]

    assert trial.desk.do(came_with_its_holder) == [False, False]


def test_a_decision_of_the_same_transaction_is_refunded(trial: Trial) -> None:
    arriving = receiving([Incoming(source="web")], actor=WEBSITE)
    calls: list[Call[Received | bool]] = [*arriving, call(refunding, 1)]
    taken, refunded = [answer.get() for answer in trial.run(calls)]
    assert isinstance(taken, Received)
    assert (taken.lead, taken.decision, refunded) == (1, 1, True)
    assert set(trial.credits().values()) == {0.0}


def test_the_entry_says_what_moved_and_where_it_belongs(trial: Trial) -> None:
    lead = trial.comes()
    holder = str(trial.row(lead).rep)
    give_back(trial, lead)
    (row,) = entries(trial)
    entry = entry_of(row)
    assert (row.no, row.pool, row.seq, row.after, row.kind, row.decision) == (1, "sales", 2, 1, "refund", 1)
    assert (entry.rep, set(entry.moved), round(entry.moved[holder] / 1e9, 3)) == (holder, {"ann", "bob", "cy"}, 0.667)
    assert "pool.refund manager eve" in trial.events(lead)


def test_an_earlier_decision_about_the_lead_can_be_refunded_too(trial: Trial) -> None:
    lead = trial.comes()
    first = trial.row(lead).decision
    trial.later(HOUR)
    now = trial.row(lead).decision
    assert give_back(trial, lead, decision=first)
    assert [trial.desk.do(is_refunded, seq) for seq in (first, now)] == [True, False]


def test_a_decision_about_another_lead_is_refused(trial: Trial) -> None:
    trial.come(2)
    with pytest.raises(NotFound, match="decision 2 is not about lead 1"):
        give_back(trial, 1, decision=2)
    with pytest.raises(NotFound, match="there is no decision 9"):
        give_back(trial, 1, decision=9)


def test_the_part_of_somebody_who_has_left_goes_to_the_others(trial: Trial) -> None:
    lead = trial.comes()
    gone = next(who for who in ("ann", "bob", "cy") if who != trial.row(lead).rep)
    stay = [who for who in ("ann", "bob", "cy") if who != gone]
    trial.publish(roster=TEAM.replace('["ann", "bob", "cy"]', f"{stay}".replace("'", '"')))
    give_back(trial, lead)
    assert trial.credits() == dict.fromkeys(stay, 0.0)


def row_of(entry: Entry) -> EntryRow:
    return EntryRow(no=1, pool="p", seq=1, after=0, kind="leave", at=0, body=msgpack.encode(entry))


def test_who_leaves_is_in_the_ledger_no_longer() -> None:
    before = Ledger(pool="p", credits={"ann": 5, "bob": -5}, turns={"ann": 1, "bob": 2}, seq=2)
    after = applied(before, row_of(Entry({"ann": -5, "bob": 5}, "ann")))
    assert after == Ledger(pool="p", credits={"bob": 0}, turns={"bob": 2}, seq=3)


def test_an_entry_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1, not to 0"):
        entry_of(row_of(Entry({"ann": 1}, "ann")))


def test_an_entry_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="truncated"):
        entry_of(EntryRow(no=1, pool="p", seq=1, after=0, kind="leave", at=0, body=b""))
