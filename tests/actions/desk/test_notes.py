"""Notes: words about a lead, under the lead's own key."""

import pytest

from evenhand.actions.erasing import erase
from evenhand.actions.notes import Note, note, notes_of
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial, rep


def read(trial: Trial, lead: int) -> list[Note]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return notes_of(tx, Vault(SECRET), lead)


def test_what_is_written_about_a_lead_can_be_read_again(each_trial: Trial) -> None:
    lead = each_trial.comes()
    first = each_trial.do(note, lead, " Call on Monday – Zoë. ")
    each_trial.later(1000)
    second = each_trial.do(note, lead, "Called.")
    assert read(each_trial, lead) == [
        Note(no=first, kind="note", at=each_trial.now - 1000, actor="manager eve", text="Call on Monday – Zoë."),
        Note(no=second, kind="note", at=each_trial.now, actor="manager eve", text="Called."),
    ]


def test_the_holder_may_write_and_nobody_else_who_sells(trial: Trial) -> None:
    lead = trial.comes()
    holder = str(trial.row(lead).rep)
    trial.do(note, lead, "Mine.", actor=rep(holder))
    with pytest.raises(NotAllowed, match="is not yours"):
        trial.do(note, lead, "Mine.", actor=rep("eve"))
    assert [each.actor for each in read(trial, lead)] == [f"rep {holder}"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
def test_no_words_and_too_many_are_refused(trial: Trial, text: str) -> None:
    with pytest.raises(BadUsage, match="Write up to 4000 characters"):
        trial.do(note, trial.comes(), text)


def test_a_lead_that_is_not_there_has_no_notes(trial: Trial) -> None:
    with pytest.raises(NotFound, match="there is no lead 7"):
        read(trial, 7)
    with pytest.raises(NotFound, match="there is no lead 7"):
        trial.do(note, 7, "What?")


def test_nothing_is_read_or_written_about_somebody_who_was_erased(trial: Trial) -> None:
    lead = trial.comes()
    trial.do(note, lead, "Call on Monday.")
    trial.do(erase, lead, even_if_open=True)
    assert read(trial, lead) == []
    with pytest.raises(Conflict, match="has been erased"):
        trial.do(note, lead, "Too late.")
