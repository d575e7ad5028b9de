"""Disputes and corrections: a rep objects, a manager rules, and what is put right is an entry for everybody to see."""

from decimal import Decimal

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.desk import call
from evenhand.actions.disputes import correct, dispute, rule_on
from evenhand.actions.entries import entry_of
from evenhand.actions.erasing import erase
from evenhand.actions.notes import notes_of
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.ports.rows import DisputeRow
from evenhand.stores.vault import Vault
from tests.desk import MANAGER, SECRET, TEAM, Trial, rep

KEY = Actor("key", "website")


def others(trial: Trial, lead: int) -> list[str]:
    """Who could have had a lead and did not get it."""
    return [who for who in ("ann", "bob", "cy") if who != trial.row(lead).rep]


def objects(trial: Trial, lead: int = 1, who: str = "", text: str = "It was my turn.") -> int:
    """Somebody who did not get the lead disputes its decision."""
    who = who or others(trial, lead)[0]
    return trial.do(dispute, trial.row(lead).decision, rep=who, text=text, actor=rep(who))


def disputes(trial: Trial, *, open_only: bool = False) -> list[DisputeRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.story.disputes(open_only=open_only))


def written(trial: Trial, lead: int) -> list[tuple[str, str, str]]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [(note.kind, note.actor, note.text) for note in notes_of(tx, Vault(SECRET), lead)]


def test_a_dispute_that_is_upheld_is_put_right_by_one_lead(each_trial: Trial) -> None:
    lead = each_trial.comes()
    who = others(each_trial, lead)[0]
    before = each_trial.credits()
    number = objects(each_trial, lead)
    assert each_trial.credits() == before
    entry = each_trial.do(rule_on, number, upheld=True, text="You are right.")
    after = each_trial.credits()
    assert round(after[who] - before[who], 6) == 1
    assert round(sum(after.values()), 6) == 0
    with each_trial.database.reading(each_trial.desk.workspace) as tx:
        (row,) = tx.world.entries_about(each_trial.row(lead).decision)
        assert tx.world.entries_about(99) == []
    assert (row.no, row.kind, entry_of(row).rep) == (entry, "correction", who)


def test_what_was_said_is_kept_under_lock_and_everybody_is_told(trial: Trial) -> None:
    lead = trial.comes()
    who = others(trial, lead)[0]
    number = objects(trial, lead)
    trial.do(rule_on, number, upheld=False, text="Bob speaks French.")
    assert written(trial, lead) == [
        ("dispute", f"rep {who}", "It was my turn."),
        ("ruling", "manager eve", "Bob speaks French."),
    ]
    assert trial.told(lead)[1:] == ["disputed desk", f"dismissed {who}"]
    assert trial.events(lead)[1:] == [f"dispute.opened rep {who}", "dispute.dismissed manager eve"]


def test_a_ruling_is_kept_with_the_dispute(trial: Trial) -> None:
    lead = trial.comes()
    number = objects(trial, lead)
    assert [row.no for row in disputes(trial, open_only=True)] == [number]
    entry = trial.do(rule_on, number, upheld=True)
    (row,) = disputes(trial)
    assert (row.state, row.by, row.ruled, row.entry) == ("upheld", "manager eve", trial.now, entry)
    assert disputes(trial, open_only=True) == []


def test_a_dispute_that_is_dismissed_moves_nothing(trial: Trial) -> None:
    lead = trial.comes()
    before = trial.credits()
    assert trial.do(rule_on, objects(trial, lead), upheld=False) is None
    assert trial.credits() == before


def test_a_rep_disputes_a_decision_once_at_a_time(trial: Trial) -> None:
    lead = trial.comes()
    number = objects(trial, lead)
    with pytest.raises(Conflict, match=f"already: see dispute {number}"):
        objects(trial, lead)
    objects(trial, lead, others(trial, lead)[1])
    trial.do(rule_on, number, upheld=False)
    assert objects(trial, lead) != number


def test_twice_in_one_transaction_is_refused_too(trial: Trial) -> None:
    lead = trial.comes()
    who = others(trial, lead)[0]
    calls = [call(dispute, 1, rep=who, text=text, actor=rep(who)) for text in ("One.", "Two.")]
    first, second = trial.run(calls)
    assert isinstance(second.error, Conflict)
    assert [row.no for row in disputes(trial)] == [first.get()]


def test_a_dispute_is_ruled_on_once(trial: Trial) -> None:
    trial.comes()
    number = objects(trial)
    rulings = [call(rule_on, number, upheld=True, actor=MANAGER)] * 2
    first, second = trial.run(rulings)
    assert first.error is None
    with pytest.raises(Conflict, match="was upheld by manager eve already"):
        second.get()


def test_who_had_no_part_in_a_decision_cannot_dispute_it(trial: Trial) -> None:
    trial.comes()
    with pytest.raises(NotAllowed, match="did not weigh up Eve"):
        trial.do(dispute, 1, rep="eve", text="Why?")
    with pytest.raises(NotAllowed, match="only for yourself"):
        trial.do(dispute, 1, rep="ann", text="Why?", actor=rep("bob"))
    with pytest.raises(NotFound, match="no decision 7"):
        trial.do(dispute, 7, rep="ann", text="Why?")


def test_a_dispute_has_words(trial: Trial) -> None:
    trial.comes()
    with pytest.raises(BadUsage, match="there are no words"):
        objects(trial, text=" ")
    assert disputes(trial) == []


def test_nothing_can_be_written_about_somebody_who_was_erased(trial: Trial) -> None:
    lead = trial.comes()
    number = objects(trial, lead)
    trial.do(erase, lead, even_if_open=True)
    with pytest.raises(Conflict, match="leave them out"):
        trial.do(rule_on, number, upheld=True, text="Yes.")
    assert trial.do(rule_on, number, upheld=True) is not None


def test_reps_do_not_rule_and_do_not_correct(trial: Trial) -> None:
    trial.comes()
    number = objects(trial)
    with pytest.raises(NotAllowed, match="only a manager can rule on a dispute"):
        trial.do(rule_on, number, upheld=True, actor=rep("ann"))
    with pytest.raises(NotAllowed, match="only a manager can correct"):
        trial.do(correct, pool="sales", rep="ann", leads=1, why="Because.", actor=rep("ann"))


def test_who_has_left_the_pool_is_owed_nothing_more(trial: Trial) -> None:
    lead = trial.comes()
    who = others(trial, lead)[0]
    number = objects(trial, lead)
    stay = [each for each in ("ann", "bob", "cy") if each != who]
    trial.publish(roster=TEAM.replace('["ann", "bob", "cy"]', f"{stay}".replace("'", '"')))
    assert trial.do(rule_on, number, upheld=True) is None


def test_a_decision_without_a_pool_puts_nothing_right(trial: Trial) -> None:
    lead = trial.comes(topic="spam")
    with pytest.raises(NotAllowed):
        objects(trial, lead, "ann")


def test_a_manager_corrects_by_part_of_a_lead_and_says_why(trial: Trial) -> None:
    trial.come(3)
    entry = trial.do(correct, pool="sales", rep="ann", leads=Decimal("-0.5"), why=" Two were hers last week. ")
    assert trial.credits() == {"ann": -0.5, "bob": 0.25, "cy": 0.25}
    with trial.database.reading(trial.desk.workspace) as tx:
        (row,) = tx.world.entries()
    assert (row.no, row.kind, entry_of(row).text) == (entry, "correction", "Two were hers last week.")


def test_a_correction_is_possible_before_the_first_lead(trial: Trial) -> None:
    trial.do(correct, pool="sales", rep="ann", leads=2, why="Carried over.")
    assert trial.credits() == {"ann": 2, "bob": -1, "cy": -1}
    assert trial.state(trial.comes()) == "assigned ann"


@pytest.mark.parametrize("leads", [0, Decimal("NaN"), Decimal("Infinity"), 1001, Decimal("-1000.1"), Decimal("1e-10")])
def test_an_amount_that_cannot_be_owed_is_refused(trial: Trial, leads: Decimal | int) -> None:
    with pytest.raises(BadUsage, match="cannot be owed"):
        trial.do(correct, pool="sales", rep="ann", leads=leads, why="Because.")


def test_everything_that_is_wrong_with_a_correction_is_said_at_once(trial: Trial) -> None:
    with pytest.raises(BadUsage) as told:
        trial.do(correct, pool="sales", rep="eve", leads=0, why="x" * 201)
    assert [fault.where for fault in told.value.faults] == ["rep", "leads", "why"]
    with pytest.raises(NotFound, match="no pool 'x'"):
        trial.do(correct, pool="x", rep="eve", leads=0, why="")
