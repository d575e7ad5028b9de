"""Two leads of one person become one, and can be taken apart again."""

import pytest

from evenhand.actions.desk import call
from evenhand.actions.merging import merge, unmerge
from evenhand.analytics.proof import prove
from evenhand.errors import BadUsage, Conflict, NotAllowed
from evenhand.ports.rows import IdentityRow
from tests.desk import MANAGER, Trial, rep

KIM, KIMS = "kim@example.com", "kim.2@example.com"


def pair(trial: Trial) -> tuple[int, int]:
    """Two leads of one person who wrote from two addresses."""
    return trial.comes(email=KIM), trial.comes(email=KIMS)


def identities(trial: Trial, lead: int) -> list[IdentityRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.leads.identities(lead))


def test_the_holder_of_the_earlier_lead_keeps_it_and_the_other_is_free(each_trial: Trial) -> None:
    first, second = pair(each_trial)
    keeps, loses = each_trial.row(first).rep, str(each_trial.row(second).rep)
    each_trial.do(merge, second, into=first)
    row = each_trial.row(second)
    assert (row.state, row.merged, row.rep) == ("merged", first, None)
    assert each_trial.state(first) == f"assigned {keeps}"
    assert each_trial.open(loses) == 0
    assert each_trial.told(second) == [f"merged {loses}"]
    assert f"merged {keeps}" in each_trial.told(first)


def test_a_lead_that_was_merged_cost_its_holder_nothing(trial: Trial) -> None:
    first = trial.comes(email=KIM)
    before = trial.credits()
    second = trial.comes(email=KIMS)
    trial.do(merge, second, into=first)
    assert trial.credits() == before


def test_both_histories_say_what_happened(trial: Trial) -> None:
    first, second = pair(trial)
    trial.do(merge, second, into=first)
    assert trial.events(first)[-1] == "lead.absorbed manager eve"
    assert trial.events(second)[-2:] == ["pool.refund manager eve", "lead.merged manager eve"]
    assert trial.rings(second) == {}


def test_who_writes_again_from_the_later_address_is_known_as_the_earlier_lead(each_trial: Trial) -> None:
    first, second = pair(each_trial)
    each_trial.do(merge, second, into=first)
    again = each_trial.comes(email=KIMS)
    assert each_trial.state(again).startswith("duplicate")
    assert each_trial.record(again).facts.twin is not None
    assert f"came again {each_trial.row(first).rep}" in each_trial.told(again)


def test_and_in_the_same_transaction_too(trial: Trial) -> None:
    first, second = pair(trial)
    another = trial.comes(email="kim.3@example.com")
    merging = [call(merge, lead, into=into, actor=MANAGER) for lead, into in ((another, second), (second, first))]
    assert all(answer.error is None for answer in trial.run(merging))
    assert [row.via for row in identities(trial, first) if row.via] == [second, second]


def test_the_same_address_twice_is_kept_once(trial: Trial) -> None:
    first = trial.comes(email=KIM)
    second = trial.comes(email=KIMS, topic="desk")
    trial.do(merge, second, into=first)
    trial.do(unmerge, second)
    trial.do(merge, second, into=first)
    assert sorted(row.via for row in identities(trial, first)) == [0, second]


def test_a_lead_that_is_taken_out_again_is_decided_afresh(each_trial: Trial) -> None:
    first, second = pair(each_trial)
    each_trial.do(merge, second, into=first)
    each_trial.do(unmerge, second)
    row = each_trial.row(second)
    assert (row.state, row.merged) == ("assigned", None)
    assert each_trial.record(second).decision.trigger == "restored"
    assert [row.via for row in identities(each_trial, first)] == [0]
    assert each_trial.events(first)[-1] == "lead.parted manager eve"
    assert prove(each_trial.desk).found == ()


def test_whoever_writes_then_is_known_as_the_later_lead_again(trial: Trial) -> None:
    first, second = pair(trial)
    trial.do(merge, second, into=first)
    trial.do(unmerge, second)
    twin = trial.record(trial.comes(email=KIMS)).facts.twin
    assert twin is not None
    assert twin.lead == str(second)


def test_offers_of_the_later_lead_are_over(trial: Trial) -> None:
    first, second = trial.comes(), trial.comes(topic="list")
    trial.do(merge, second, into=first)
    assert trial.state(second) == "merged"


def test_the_later_becomes_part_of_the_earlier_and_not_the_other_way_round(trial: Trial) -> None:
    first, second = pair(trial)
    with pytest.raises(BadUsage, match="lead 2 did not come before lead 1"):
        trial.do(merge, first, into=second)
    with pytest.raises(BadUsage, match="Name two leads"):
        trial.do(merge, first, into=first)


def test_only_open_leads_are_merged_and_only_once(trial: Trial) -> None:
    first, second = pair(trial)
    spam = trial.comes(topic="spam")
    with pytest.raises(Conflict, match="was turned away"):
        trial.do(merge, spam, into=first)
    trial.do(merge, second, into=first)
    with pytest.raises(Conflict, match="has become part of another lead"):
        trial.do(merge, second, into=first)
    with pytest.raises(Conflict, match="lead 1 is assigned"):
        trial.do(unmerge, first)


def test_reps_do_not_merge(trial: Trial) -> None:
    first, second = pair(trial)
    for verb, said in ((merge, {"into": first}), (unmerge, {})):
        with pytest.raises(NotAllowed, match="only a manager"):
            trial.do(verb, second, actor=rep("ann"), **said)
