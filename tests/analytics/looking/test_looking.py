"""Looking at a desk: at a glance, at its people and pools, at one lead, at its texts, and for what is wrong."""

import pytest

from evenhand.actions.byhand import assign
from evenhand.actions.erasing import erase
from evenhand.actions.notes import note
from evenhand.actions.presence import away, last_one, pause
from evenhand.analytics.doctor import ROOM, SKEW, clock_trouble, room_trouble, troubles
from evenhand.analytics.dossier import decided, dossier
from evenhand.analytics.floor import floor, inbox, leads, ledger_now, messages, people, pool_now
from evenhand.analytics.versions import in_force, version, versions
from evenhand.core.model import HOUR
from evenhand.errors import NotFound
from tests.desk import NOW, POLICY, TEAM, Trial


def test_the_floor_counts_leads_and_messages_on_either_database(each_trial: Trial) -> None:
    each_trial.come(2)
    each_trial.do(pause, subject="everything")
    each_trial.now += HOUR // 2
    each_trial.comes()
    found = floor(each_trial.desk)
    assert found.leads == {"assigned": 2, "waiting": 1}
    assert found.oldest == NOW + HOUR // 2
    assert [row.subject for row in found.presences] == ["everything"]
    assert len(messages(each_trial.desk, "waiting")) == found.unsent > 0
    assert messages(each_trial.desk, "dead") == []


def test_a_timer_that_should_have_rung_is_overdue(trial: Trial) -> None:
    trial.comes()
    assert floor(trial.desk).overdue is None
    trial.now += HOUR
    assert floor(trial.desk).overdue is not None


def test_an_empty_floor_has_nothing(trial: Trial) -> None:
    found = floor(trial.desk)
    assert (found.leads, found.oldest, found.unsent, found.findings) == ({}, None, 0, ())


def test_everybody_stands_as_they_were_set(trial: Trial) -> None:
    trial.do(away, rep="ann")
    trial.do(last_one, rep="bob")
    trial.do(pause, subject="rep cy")
    assert [(each.rep, each.standing) for each in people(trial.desk)] == [
        ("ann", "away"),
        ("bob", "last one"),
        ("cy", "paused"),
        ("eve", "on duty"),
    ]


def test_a_pool_says_what_it_owes_everybody(trial: Trial) -> None:
    trial.comes()
    found = pool_now(trial.desk, "sales")
    assert sum(member.credit for member in found.members) == 0
    assert {member.rep: member.credit for member in found.members} == ledger_now(trial.desk, "sales").credits
    with pytest.raises(NotFound, match="Did you mean sales"):
        pool_now(trial.desk, "sail")


def test_who_has_left_the_roster_still_has_an_inbox_while_they_hold_something(trial: Trial) -> None:
    lead = trial.comes()
    rep = str(trial.row(lead).rep)
    assert [row.lead for row in inbox(trial.desk, rep).held] == [lead]
    with pytest.raises(NotFound, match="no person 'zoe'"):
        inbox(trial.desk, "zoe")


def test_leads_are_listed_by_state_and_by_holder(trial: Trial) -> None:
    lead, other = trial.comes(), trial.comes(topic="desk")
    assert [row.lead for row in leads(trial.desk, ("held",))] == [other]
    assert [row.lead for row in leads(trial.desk, ("assigned",), rep=str(trial.row(lead).rep))] == [lead]


def test_a_dossier_has_the_person_the_words_and_every_decision(each_trial: Trial) -> None:
    lead = each_trial.comes(topic="desk", email="greta@acme.example")
    each_trial.do(note, lead, "call in March")
    each_trial.do(assign, lead, rep="ann")
    found = dossier(each_trial.desk, lead)
    assert b"greta@acme.example" in bytes(found.person or b"")
    assert [each.text for each in found.notes] == ["call in March"]
    assert [(view.outcome, view.superseded_by) for view in found.decisions] == [("held", "1.2"), ("assigned", None)]
    assert decided(each_trial.desk, lead).history == found.decisions[:1]


def test_a_dossier_without_the_person_names_nobody(trial: Trial) -> None:
    lead = trial.comes(email="greta@acme.example")
    found = dossier(trial.desk, lead, person=False)
    assert (found.person, found.raw, found.notes, found.erased) == (None, None, (), False)


def test_of_an_erased_person_the_decisions_stay(trial: Trial) -> None:
    lead = trial.comes(email="greta@acme.example")
    trial.do(erase, lead, even_if_open=True)
    found = dossier(trial.desk, lead)
    assert found.erased
    assert found.person is None
    assert len(found.decisions) == 1


def test_a_lead_that_is_not_there_is_told(trial: Trial) -> None:
    for look in (dossier, decided):
        with pytest.raises(NotFound, match="no lead 9"):
            look(trial.desk, 9)


def test_texts_are_found_by_their_version(trial: Trial) -> None:
    trial.publish(policy=POLICY + "# again\n")
    assert [row.no for row in versions(trial.desk, "policy")] == [1, 2]
    assert version(trial.desk, "policy", 1)[1] == POLICY
    assert version(trial.desk, "policy")[0].no == 2
    assert in_force(trial.desk) == {"policy": POLICY + "# again\n", "roster": TEAM}


def test_a_desk_on_which_no_worker_runs_is_told_with_what_to_do(trial: Trial) -> None:
    trial.comes()
    assert list(troubles(trial.desk)) == []
    trial.now += 2 * HOUR
    assert {fault.fix for fault in troubles(trial.desk)} == {"Start a worker: evenhand work."}
    trial.later(0)


def test_clocks_may_differ_a_little(trial: Trial) -> None:
    assert list(clock_trouble(None, NOW)) == list(clock_trouble(NOW + SKEW, NOW)) == []
    (ahead,) = clock_trouble(NOW + SKEW + 1, NOW)
    assert "ahead of ours" in str(ahead)


def test_a_disk_that_is_nearly_full_is_told() -> None:
    assert list(room_trouble(None)) == list(room_trouble(ROOM)) == []
    assert len(list(room_trouble(ROOM - 1))) == 1
