"""Somebody leaves: their leads, offers, turns and places in the books are settled in one go."""

from decimal import Decimal

import pytest

from evenhand.actions.desk import call
from evenhand.actions.holding import Ending, close, respond
from evenhand.actions.importing import Imported, import_open
from evenhand.actions.leavers import Share, let_go, plan_leaving
from evenhand.actions.presence import away, pause
from evenhand.actions.receiving import Incoming
from evenhand.actions.roster import Away, add_leave, edit_person, edit_pool
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, POLICY, TEAM, Trial, rep

FOUR = TEAM.replace('members = ["ann", "bob", "cy"]', 'members = ["ann", "bob", "cy", "dee"]').replace(
    '[[person]]\nid = "eve"', '[[person]]\nid = "dee"\n[[person]]\nid = "eve"'
)


def holders(trial: Trial, leads: list[int]) -> list[str | None]:
    return [trial.row(lead).rep for lead in leads]


def closed(trial: Trial, count: int) -> list[str | None]:
    """So many leads come in one after the other, and each is closed before the next."""
    found = []
    for _ in range(count):
        lead = trial.comes()
        found.append(trial.row(lead).rep)
        trial.do(close, lead, Ending("lost"))
    return found


def test_when_the_last_who_had_a_turn_leaves_the_next_one_in_turn_has_it(trial: Trial) -> None:
    """Scenario 14: A B C D, the last was B; B leaves. Next is C, then D, then A; B gets nothing, ever."""
    trial.publish(roster=FOUR)
    first, second, third, fourth = closed(trial, 4)
    assert closed(trial, 2) == [first, second]
    trial.do(let_go, second)
    assert closed(trial, 6) == [third, fourth, first, third, fourth, first]
    assert second not in trial.credits()


def test_whoever_comes_back_shares_fairly_from_then_on(trial: Trial) -> None:
    """Scenario 14, the end of it: no flood for the time that was missed, and no hole."""
    closed(trial, 5)
    trial.do(let_go, "bob")
    closed(trial, 20)
    trial.do(edit_person, "bob", {"active": None})
    assert trial.do(edit_pool, "sales", {"members.bob": 1}).joined == {"sales": ("bob",)}
    assert trial.credits()["bob"] == 0
    assert sorted(map(str, closed(trial, 9))) == ["ann"] * 3 + ["bob"] * 3 + ["cy"] * 3


def test_the_open_leads_are_decided_again_for_somebody_else(each_trial: Trial) -> None:
    leads = each_trial.come(6)
    theirs = [lead for lead in leads if each_trial.row(lead).rep == "bob"]
    each_trial.do(respond, theirs[0])
    told = each_trial.do(let_go, "bob")
    assert told.leads == tuple(theirs)
    assert told.left == {"sales": ("bob",)}
    assert "bob" not in holders(each_trial, leads)
    assert {each_trial.record(lead).decision.trigger for lead in theirs} == {"left"}
    assert each_trial.open("bob") == 0
    assert f"assigned {each_trial.row(theirs[0]).rep}" in each_trial.told(theirs[0])


def test_or_they_all_go_to_one_person(trial: Trial) -> None:
    leads = trial.come(6)
    theirs = [lead for lead in leads if trial.row(lead).rep == "bob"]
    trial.do(let_go, "bob", to="eve")
    assert set(holders(trial, theirs)) == {"eve"}
    assert {trial.record(lead).decision.trigger for lead in theirs} == {"by_hand"}


def test_three_hundred_open_leads_move_in_one_go(each_trial: Trial) -> None:
    given = [Imported(lead=Incoming(key=f"old {n}"), rep="bob", state="assigned") for n in range(300)]
    import_open(each_trial.desk, given, actor=MANAGER)
    assert each_trial.open("bob") == 300
    assert len(each_trial.do(let_go, "bob").leads) == 300
    assert [each_trial.open(name) for name in ("ann", "bob", "cy")] == [150, 0, 150]


def test_offers_are_withdrawn_and_stay_open_for_the_others(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    assert trial.do(let_go, "bob").offers == (lead,)
    assert trial.state(lead) == "offered ann cy"


def test_an_offer_to_nobody_else_is_decided_again(trial: Trial) -> None:
    trial.do(away, rep="ann")
    trial.do(away, rep="cy")
    lead = trial.comes(topic="list")
    assert trial.state(lead) == "offered bob"
    trial.do(let_go, "bob")
    assert trial.state(lead) == "waiting"
    assert trial.record(lead).decision.trigger == "left"


def test_a_lead_of_this_very_moment_moves_too(trial: Trial) -> None:
    lead = trial.comes(topic="list")
    told = trial.run([call(edit_pool, "sales", {"max_ahead": 9}, actor=MANAGER), call(let_go, "bob", actor=MANAGER)])
    assert [answer.error for answer in told] == [None, None]
    assert trial.state(lead) == "offered ann cy"


def test_nothing_is_left_of_their_being_away_or_paused(trial: Trial) -> None:
    trial.do(away, rep="bob")
    trial.do(pause, subject="rep bob")
    trial.do(let_go, "bob")
    with trial.database.reading(trial.desk.workspace) as tx:
        assert list(tx.world.presences()) == []


def test_letting_somebody_go_twice_is_once(trial: Trial) -> None:
    trial.do(let_go, "bob")
    again = trial.do(let_go, "bob")
    assert (again.leads, again.left) == ((), {})
    with trial.database.reading(trial.desk.workspace) as tx:
        assert [each.kind for each in tx.story.events()].count("rep.left") == 1


def test_the_plan_tells_beforehand_what_is_to_be_settled(trial: Trial) -> None:
    policy = POLICY.replace('desk = "eve"', 'desk = "bob"') + (
        '[[rule]]\nname = "Hot"\nwhen = \'topic == "hot"\'\nwho = ["rep bob"]\n'
    )
    trial.publish(policy=policy.replace('[[rule]]\nname = "All"', '[[rule]]\nname = "All"'))
    trial.do(edit_pool, "sales", {"manager": "bob"})
    trial.do(add_leave, "ann", Away(start="2027-01-01", end="2027-01-02", deputy="bob"))
    leads = trial.come(2)
    offer = trial.comes(topic="list")
    plan = trial.do(plan_leaving, "bob")
    theirs = tuple(lead for lead in leads if trial.row(lead).rep == "bob")
    credit = Decimal(str(trial.credits()["bob"])).quantize(Decimal("0.000000001"))
    assert (plan.leads, plan.offers, plan.pools) == (theirs, (offer,), (Share("sales", 1, credit),))
    assert plan.named == (
        "rule “Desk” puts leads on their desk",
        "rule “Hot” names them",
        "manager of the pool sales",
        "deputy of ann",
    )
    assert trial.desk.imagine(call(plan_leaving, "bob", actor=MANAGER)) == plan
    assert trial.do(let_go, "bob").named == plan.named


def test_conditions_that_quote_them_are_named_too(trial: Trial) -> None:
    screen = '[[screen]]\nreject = "his"\nwhen = \'topic == "bob"\'\n[[score]]\npoints = 1\nbecause = "hers"\n'
    rule = '[[rule]]\nname = "His"\nwhen = \'topic == "bob"\'\nwho = ["pool sales"]\n'
    trial.publish(policy=POLICY.replace("[[rule]]", f"{screen}when = 'topic == \"bob\"'\n{rule}[[rule]]", 1))
    assert trial.do(plan_leaving, "bob").named == (
        "a condition of rule “His”",
        "the condition of the screen “his”",
        "the condition of the score “hers”",
    )


def test_leads_go_to_nobody_who_has_left_or_is_unknown(trial: Trial) -> None:
    trial.do(edit_person, "cy", {"active": False})
    with pytest.raises(Conflict, match="cy has left"):
        trial.do(let_go, "bob", to="cy")
    with pytest.raises(NotFound, match="Did you mean 'ann'"):
        trial.do(let_go, "bob", to="anm")
    with pytest.raises(BadUsage, match="is the one who leaves"):
        trial.do(let_go, "bob", to="bob")
    with pytest.raises(NotFound, match="Did you mean 'bob'"):
        trial.do(let_go, "bop")
    assert trial.desk.setup().roster.reps["bob"].active


def test_a_rep_lets_nobody_go(trial: Trial) -> None:
    with pytest.raises(NotAllowed):
        trial.do(let_go, "bob", actor=rep("ann"))
