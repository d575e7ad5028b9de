"""Away, back, no more after this one, pause, resume: at once, for those whom it concerns, and twice is once."""

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.byhand import assign
from evenhand.actions.desk import call
from evenhand.actions.presence import away, back, last_one, pause, resume
from evenhand.actions.roster import edit_person, edit_pool
from evenhand.core.model import HOUR, MINUTE
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import MANAGER, POLICY, TEAM, Trial, opened, rep

ANN = rep("ann")
HEAT = """
[fields.heat]
type = "integer"
[[score]]
points = 50
because = "hot"
when = 'heat > 5'
"""
SCORED = POLICY.replace("[fields.topic]", f"{HEAT}[fields.topic]")


def everybody(trial: Trial, but: str = "") -> None:
    """Set everybody away but one."""
    for name in ("ann", "bob", "cy"):
        if name != but:
            trial.do(away, rep=name)


def holders(trial: Trial, leads: list[int]) -> list[str | None]:
    return [trial.row(lead).rep for lead in leads]


def presences(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return sorted(f"{each.subject} {each.kind} {each.actor}" for each in tx.world.presences())


def test_whoever_is_away_gets_nothing(each_trial: Trial) -> None:
    assert each_trial.do(away, rep="ann", actor=ANN)
    assert set(holders(each_trial, each_trial.come(4))) == {"bob", "cy"}
    assert presences(each_trial) == ["rep ann away rep ann"]


def test_another_process_knows_who_is_away(trial: Trial) -> None:
    trial.do(away, rep="ann")
    trial.desk = trial.another()
    assert "ann" not in holders(trial, trial.come(4))


def test_saying_it_twice_changes_nothing(trial: Trial) -> None:
    assert trial.do(away, rep="ann")
    assert not trial.do(away, rep="ann")
    assert trial.do(back, rep="ann")
    assert not trial.do(back, rep="ann")
    assert presences(trial) == []


def test_whoever_comes_back_gets_the_waiting_leads_in_the_same_transaction(each_trial: Trial) -> None:
    everybody(each_trial)
    lead = each_trial.comes()
    assert each_trial.state(lead) == "waiting"
    each_trial.do(back, rep="bob")
    assert each_trial.state(lead) == "assigned bob"


def test_the_hottest_lead_goes_first(trial: Trial) -> None:
    trial.publish(policy=SCORED, roster=TEAM.replace('id = "bob"', 'id = "bob"\ncaps = { open = 1 }'))
    everybody(trial)
    cold, hot = trial.comes(heat=1), trial.comes(heat=9)
    trial.do(back, rep="bob")
    assert [trial.state(lead) for lead in (cold, hot)] == ["waiting", "assigned bob"]


def test_a_lead_that_began_to_wait_in_the_same_moment_is_not_forgotten(trial: Trial) -> None:
    everybody(trial)
    for answer in trial.run([call(pause, subject="everything", actor=MANAGER), call(back, rep="cy", actor=MANAGER)]):
        answer.get()
    lead = trial.comes()
    trial.do(resume, subject="everything")
    assert trial.state(lead) == "assigned cy"


def test_away_and_back_within_one_moment_leaves_nothing_behind(trial: Trial) -> None:
    for answer in trial.run([call(away, rep="ann", actor=ANN), call(back, rep="ann", actor=ANN)]):
        assert answer.get()
    assert presences(trial) == []


def test_the_last_one_is_the_last_one(each_trial: Trial) -> None:
    everybody(each_trial, but="ann")
    assert each_trial.do(last_one, rep="ann", actor=ANN)
    assert not each_trial.do(last_one, rep="ann", actor=ANN)
    assert [each_trial.state(lead) for lead in each_trial.come(2)] == ["assigned ann", "waiting"]
    assert "rep ann away rep ann" in presences(each_trial)
    assert not [said for said in presences(each_trial) if "last_one" in said]


def test_whoever_stays_after_all_is_not_on_their_last_lead(trial: Trial) -> None:
    everybody(trial, but="ann")
    trial.do(last_one, rep="ann")
    assert trial.do(back, rep="ann")
    assert holders(trial, trial.come(2)) == ["ann", "ann"]


def test_there_is_no_last_lead_for_somebody_who_is_away(trial: Trial) -> None:
    trial.do(away, rep="ann")
    with pytest.raises(Conflict, match="ann is away already"):
        trial.do(last_one, rep="ann")


def test_somebody_can_be_away_and_paused_at_once(each_trial: Trial) -> None:
    each_trial.do(away, rep="ann", actor=ANN)
    each_trial.do(pause, subject="rep ann")
    assert presences(each_trial) == ["rep ann away rep ann", "rep ann paused manager eve"]
    each_trial.do(back, rep="ann")
    assert presences(each_trial) == ["rep ann paused manager eve"]


def test_a_paused_pool_assigns_nobody_and_the_call_by_hand_does(trial: Trial) -> None:
    """Scenario 47."""
    trial.do(pause, subject="pool sales")
    first, second = trial.come(2)
    assert [trial.state(lead) for lead in (first, second)] == ["waiting", "waiting"]
    trial.do(assign, first, rep="cy")
    assert trial.state(first) == "assigned cy"
    assert trial.state(second) == "waiting"
    trial.do(resume, subject="pool sales")
    assert trial.state(second).startswith("assigned")


@pytest.mark.parametrize("subject", ["pool sales", "everything"])
def test_what_goes_on_again_hands_out_what_waited(trial: Trial, subject: str) -> None:
    assert trial.do(pause, subject=subject)
    assert not trial.do(pause, subject=subject)
    leads = trial.come(3)
    assert {trial.state(lead) for lead in leads} == {"waiting"}
    assert trial.do(resume, subject=subject)
    assert not trial.do(resume, subject=subject)
    assert sorted(filter(None, holders(trial, leads))) == ["ann", "bob", "cy"]


def test_one_paused_person_does_not_hold_up_the_others(trial: Trial) -> None:
    trial.do(pause, subject="rep ann")
    assert set(holders(trial, trial.come(4))) == {"bob", "cy"}


def test_thirty_leads_of_the_night_are_not_all_poured_on_the_first_who_comes(trial: Trial) -> None:
    """Scenario 16: nobody from 18:00 to 08:00; at 08:00 one comes, at 08:05 two more."""
    trial.publish(roster=f'{TEAM}backlog = {{ each = 3, every = "10m" }}\n')
    everybody(trial)
    leads = trial.come(30)
    assert trial.told(leads[0]) == ["waiting desk"]
    trial.do(back, rep="ann")
    assert holders(trial, leads).count("ann") == 3
    trial.later(5 * MINUTE)
    trial.do(back, rep="bob")
    trial.do(back, rep="cy")
    assert [holders(trial, leads).count(name) for name in ("ann", "bob", "cy")] == [3, 3, 3]
    trial.later(5 * MINUTE)
    assert holders(trial, leads).count("ann") == 6
    for _ in range(5):
        trial.later(5 * MINUTE)
    assert None not in holders(trial, leads)
    assert trial.record(leads[0]).decision.trigger == "waiting"


def test_a_hundred_waiting_leads_go_out_in_a_few_steps(trial: Trial) -> None:
    trial.do(pause, subject="everything")
    leads = trial.come(100)
    trial.do(resume, subject="everything")
    assert holders(trial, leads).count(None) <= 40
    trial.later(0)
    assert None not in holders(trial, leads)


def test_the_caps_of_whoever_comes_back_hold(trial: Trial) -> None:
    trial.do(edit_person, "ann", {"caps.open": 2})
    everybody(trial)
    leads = trial.come(5)
    trial.do(back, rep="ann")
    assert holders(trial, leads).count("ann") == 2


# --- who may, and what there is


def test_a_rep_speaks_for_nobody_else(trial: Trial) -> None:
    with pytest.raises(NotAllowed, match="you can say who is there only for yourself, not for Bob"):
        trial.do(away, rep="bob", actor=ANN)
    with pytest.raises(NotAllowed, match="ask a manager"):
        trial.do(pause, subject="pool sales", actor=ANN)


def test_a_rep_may_undo_their_own_pause_and_not_a_managers(trial: Trial) -> None:
    trial.do(pause, subject="rep ann", actor=ANN)
    assert trial.do(resume, subject="rep ann", actor=ANN)
    trial.do(pause, subject="rep ann")
    with pytest.raises(NotAllowed, match="paused by manager eve"):
        trial.do(resume, subject="rep ann", actor=ANN)
    assert trial.do(resume, subject="rep ann", actor=Actor("manager", "joe"))


def test_a_managers_pause_of_this_very_moment_holds_too(trial: Trial) -> None:
    first, second = trial.run(
        [call(pause, subject="rep ann", actor=MANAGER), call(resume, subject="rep ann", actor=ANN)]
    )
    assert first.get()
    with pytest.raises(NotAllowed):
        second.get()


@pytest.mark.parametrize(("subject", "near"), [("rep anm", "ann"), ("pool sale", "sales")])
def test_who_is_not_there_is_told_with_the_nearest_name(trial: Trial, subject: str, near: str) -> None:
    with pytest.raises(NotFound, match=f"Did you mean '{near}'"):
        trial.do(pause, subject=subject)


@pytest.mark.parametrize("subject", ["", "ann", "rep", "team x"])
def test_only_reps_pools_and_everything_can_be_paused(trial: Trial, subject: str) -> None:
    with pytest.raises(BadUsage, match="Write `rep ann`, `pool dach` or `everything`"):
        trial.do(pause, subject=subject)


def test_nobody_who_is_unknown_or_gone_can_be_away(trial: Trial) -> None:
    with pytest.raises(NotFound, match="Did you mean 'bob'"):
        trial.do(away, rep="bop")
    trial.do(edit_person, "bob", {"active": False})
    with pytest.raises(Conflict, match="bob has left"):
        trial.do(away, rep="bob")


def test_what_the_roster_itself_says_is_not_undone_by_a_click(trial: Trial) -> None:
    trial.do(edit_person, "ann", {"away": True})
    trial.do(edit_pool, "sales", {"paused": True})
    with pytest.raises(Conflict, match="roster itself says that ann is away"):
        trial.do(back, rep="ann")
    with pytest.raises(Conflict, match="roster itself says that pool sales is paused"):
        trial.do(resume, subject="pool sales")


def test_everything_leaves_an_event_with_its_actor(trial: Trial) -> None:
    trial.do(away, rep="ann", actor=ANN)
    trial.do(back, rep="ann")
    trial.do(pause, subject="everything")
    trial.now += HOUR
    trial.do(resume, subject="everything")
    with trial.database.reading(trial.desk.workspace) as tx:
        said = [f"{each.kind} {each.actor}" for each in tx.story.events()][-4:]
    assert said == ["rep.away rep ann", "rep.back manager eve", "paused manager eve", "resumed manager eve"]


def test_an_open_desk_with_its_own_texts(sqlite_url: str) -> None:
    with opened(sqlite_url, policy=POLICY, roster=TEAM) as trial:
        trial.do(pause, subject="rep ann")
        assert trial.row(trial.comes()).rep in ("bob", "cy")
