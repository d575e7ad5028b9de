"""Answering by a link: once, in time, in the name of whom it was sent to, and only what it was about."""

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.answering import LONGEST, answer, answer_token, look_at
from evenhand.actions.byhand import assign
from evenhand.actions.offers import accept, claim
from evenhand.actions.users import Person, add, let_leave
from evenhand.core.model import HOUR, MINUTE, Millis
from evenhand.errors import Conflict, NotSignedIn
from tests.desk import NOW, POLICY, Trial, rep

ADMIN = Actor("admin", "ada")


def linked(trial: Trial, lead: int, who: str, by: Millis | None = None) -> str:
    """A link that was sent to somebody; its ticket."""
    desk, row = trial.desk, trial.row(lead)
    ticket, token = answer_token(desk.sealer, desk.workspace, row, who, times=(trial.now, by))
    with trial.database.sending(desk.workspace) as tx:
        tx.house.write(token)
    return ticket


def over(trial: Trial, ticket: str) -> str:
    return look_at(trial.desk, ticket).over


def test_looking_does_nothing_and_answering_accepts_in_their_name(each_trial: Trial) -> None:
    lead = each_trial.comes()
    who = str(each_trial.row(lead).rep)
    ticket = linked(each_trial, lead, who)
    assert [over(each_trial, ticket), over(each_trial, ticket)] == ["", ""]
    assert each_trial.row(lead).accepted is None
    each_trial.desk.do(answer, ticket, "accept")
    assert each_trial.row(lead).accepted == NOW
    assert each_trial.events(lead)[-1] == f"lead.accepted rep {who}"


def test_an_offer_is_claimed_by_it(trial: Trial) -> None:
    lead = trial.comes(topic="first")
    trial.desk.do(answer, linked(trial, lead, "bob"), "accept")
    assert trial.state(lead) == "assigned bob"


def test_declining_passes_it_on_and_keeps_why(trial: Trial) -> None:
    lead = trial.comes()
    who = str(trial.row(lead).rep)
    trial.desk.do(answer, linked(trial, lead, who), "decline", reason=" my sister's firm ")
    assert trial.row(lead).rep != who
    assert trial.notes(lead) == ["my sister's firm"]


def test_it_works_once(trial: Trial) -> None:
    lead = trial.comes()
    ticket = linked(trial, lead, str(trial.row(lead).rep))
    trial.desk.do(answer, ticket, "accept")
    with pytest.raises(Conflict, match=r"This link has been used already\. The lead is yours\."):
        trial.desk.do(answer, ticket, "decline")


def test_of_two_who_use_it_in_one_transaction_one_succeeds(trial: Trial) -> None:
    lead = trial.comes()
    ticket = linked(trial, lead, str(trial.row(lead).rep))
    answers = trial.run([lambda work: answer(work, ticket, "accept")] * 2)
    assert [each.error is None for each in answers] == [True, False]


def test_the_slower_one_hears_who_has_it(trial: Trial) -> None:
    lead = trial.comes(topic="first")
    ticket = linked(trial, lead, "ann")
    trial.do(claim, lead, rep="bob", actor=rep("bob"))
    with pytest.raises(Conflict, match="Lead 1 has been taken: Bob has it"):
        trial.desk.do(answer, ticket, "accept")


def test_what_was_accepted_elsewhere_says_so(trial: Trial) -> None:
    lead = trial.comes()
    who = str(trial.row(lead).rep)
    ticket = linked(trial, lead, who)
    trial.do(accept, lead, rep=who, actor=rep(who))
    assert over(trial, ticket) == "You have accepted lead 1 already. It is yours."


def test_a_link_of_an_earlier_decision_gives_no_claim_to_a_later_one(trial: Trial) -> None:
    lead = trial.comes(topic="desk")
    trial.do(assign, lead, rep="ann")
    ticket = linked(trial, lead, "ann")
    trial.do(assign, lead, rep="bob")
    assert over(trial, ticket) == "Lead 1 has been taken: Bob has it."


@pytest.mark.parametrize(("by", "end"), [(NOW + HOUR, HOUR), (None, LONGEST), (NOW - MINUTE, LONGEST)])
def test_it_ends_when_the_lead_is_due_or_after_two_days(trial: Trial, by: Millis | None, end: Millis) -> None:
    lead = trial.comes(topic="desk")
    trial.do(assign, lead, rep="ann")
    ticket = linked(trial, lead, "ann", by)
    trial.now += end - 1
    assert over(trial, ticket) == ""
    trial.now += 1
    assert over(trial, ticket).startswith("This link is too old to be used.")


def test_who_has_left_answers_nothing_any_more(trial: Trial) -> None:
    user = trial.do(add, Person(email="ann@example.com", role="rep", rep="ann"), actor=ADMIN).user
    trial.do(add, Person(email="ada@example.com", role="owner"), actor=ADMIN)
    lead = trial.comes(topic="desk")
    trial.do(assign, lead, rep="ann")
    ticket = linked(trial, lead, "ann")
    trial.do(let_leave, user, actor=ADMIN)
    assert over(trial, ticket) == "You can answer nothing here any more."


def test_a_link_that_nobody_made_is_known_to_nobody(trial: Trial) -> None:
    for ticket in ("", "1.short", "1." + "a" * 43, "2." + "a" * 43):
        with pytest.raises(NotSignedIn):
            look_at(trial.desk, ticket)


def test_the_page_names_the_company_unless_the_offer_is_blind(trial: Trial) -> None:
    open_lead = trial.comes(topic="first", company="Acme")
    trial.publish(policy=POLICY.replace('how = "cherry_pick"', 'how = "cherry_pick"\nblind = true'))
    blind = trial.comes(topic="list", company="Acme")
    seen = [look_at(trial.desk, linked(trial, lead, "ann")).company for lead in (open_lead, blind)]
    assert seen == ["Acme", ""]
