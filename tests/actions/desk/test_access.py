"""A manager acts on what concerns their own people, and on nothing else; whoever looks changes nothing."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from msgspec.structs import replace as msgspec_replace

from evenhand.actions.access import is_seen, see
from evenhand.actions.actor import Actor, reach_of
from evenhand.actions.byhand import assign, hand_over, offer
from evenhand.actions.desk import call
from evenhand.actions.disputes import correct, dispute, rule_on
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, respond, restore
from evenhand.actions.leavers import let_go
from evenhand.actions.merging import merge, unmerge
from evenhand.actions.notes import note
from evenhand.actions.offers import claim, decline
from evenhand.actions.presence import away, pause, resume
from evenhand.actions.rerouting import reroute
from evenhand.actions.roster import (
    Away,
    add_leave,
    add_person,
    add_pool,
    edit_person,
    edit_pool,
    remove_person,
    remove_pool,
)
from evenhand.actions.sending import send_again
from evenhand.actions.texts import publish, rollback
from evenhand.actions.trying import try_lead
from evenhand.errors import NotAllowed
from evenhand.ports.rows import MessageRow
from tests.desk import POLICY, TEAM, Trial, opened, rep

BIG: Final = (
    TEAM.replace('id = "ann"', 'id = "ann"\nteam = "north"').replace('id = "eve"', 'id = "eve"\n[[person]]\nid = "max"')
    + """
[[team]]
name = "north"
manager = "eve"
[[person]]
id = "zoe"
[[pool]]
name = "far"
members = ["zoe", "cy"]
manager = "max"
[[pool]]
name = "mine"
members = ["ann"]
"""
).replace('members = ["ann", "bob", "cy"]\nmanager = "eve"', 'members = ["ann", "bob", "cy"]')
RULES: Final = POLICY.replace(
    '[[rule]]\nname = "All"',
    """[[rule]]
name = "Far"
when = 'topic == "far"'
who = ["rep zoe"]
[[rule]]
name = "Far list"
when = 'topic == "far list"'
who = ["pool far"]
how = "cherry_pick"
[[rule]]
name = "Far desk"
when = 'topic == "far desk"'
who = ["pool far"]
how = "manual"
desk = "max"
[[rule]]
name = "Far queue"
when = 'topic == "far queue"'
who = ["pool far"]
otherwise = "wait"
[[rule]]
name = "All\"""",
)
EVE: Final = Actor("manager", "eve", "manager", frozenset({"ann", "eve"}))
LOOKS: Final = Actor("viewer", "user-9", "viewer")
OTHERS: Final = ("far", "far list", "far desk", "far queue")


@pytest.fixture
def floor(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url, policy=RULES, roster=BIG) as desk:
        yield desk


def anns(floor: Trial) -> int:
    """A lead that ann holds."""
    lead = floor.comes()
    floor.do(assign, lead, rep="ann")
    return lead


def elsewhere(floor: Trial, topic: str) -> int:
    """A lead that is none of eve's people's; what queues does so because nobody is there."""
    here = ("zoe", "cy") if topic == "far queue" else ()
    for who in here:
        floor.do(away, rep=who)
    return floor.comes(topic=topic)


def refused(floor: Trial, verb: Callable[..., Any], *args: Any, actor: Actor = EVE, **said: Any) -> str:
    with pytest.raises(NotAllowed) as no:
        floor.do(verb, *args, actor=actor, **said)
    return str(no.value)


def test_somebody_answers_for_their_teams_their_pools_and_themselves(floor: Trial) -> None:
    roster = floor.desk.setup().roster
    assert reach_of(roster, "eve") == {"ann", "eve"}
    assert reach_of(roster, "max") == {"zoe", "cy", "max"}
    assert reach_of(roster, "bob") == {"bob"}
    assert reach_of(roster, "") == frozenset()


def test_a_manager_acts_on_what_their_people_hold(floor: Trial) -> None:
    lead = anns(floor)
    assert floor.do(respond, lead, actor=EVE).state == "working"
    floor.do(note, lead, "called", actor=EVE)
    floor.do(hand_over, lead, to="eve", actor=EVE)
    assert floor.do(close, lead, Ending("lost"), actor=EVE).state == "closed"
    assert floor.do(restore, lead, actor=EVE).state == "assigned"


def test_what_another_managers_people_hold_is_theirs(floor: Trial) -> None:
    lead = floor.comes(topic="far")
    said = refused(floor, respond, lead)
    assert said.startswith(f"lead {lead} is not yours to decide about: it is Zoe's since 2026-11-02")
    for verb, more in ((assign, {"rep": "ann"}), (hand_over, {"to": "ann"}), (offer, {"to": ["ann"]}), (reroute, {})):
        assert refused(floor, verb, lead, **more) == said
    assert refused(floor, close, lead, Ending("lost")) == said
    assert refused(floor, note, lead, "mine?") == said


@pytest.mark.parametrize(
    ("topic", "why"),
    [
        ("far list", "it is offered to others' people"),
        ("far desk", "it lies on the desk of Max"),
        ("far queue", "it waits for others' people"),
    ],
)
def test_what_lies_elsewhere_is_refused_with_where(floor: Trial, topic: str, why: str) -> None:
    lead = elsewhere(floor, topic)
    assert refused(floor, assign, lead, rep="ann") == f"lead {lead} is not yours to decide about: {why}."


@pytest.mark.parametrize("topic", ["list", "desk", "spam"])
def test_what_is_offered_to_their_people_on_their_desk_or_nobodys_is_theirs(floor: Trial, topic: str) -> None:
    assert floor.do(assign, floor.comes(topic=topic), rep="ann", actor=EVE).rep == "ann"


def test_leads_are_given_to_ones_own_people_only(floor: Trial) -> None:
    lead = anns(floor)
    for verb, more in ((assign, {"rep": "zoe"}), (hand_over, {"to": "zoe"}), (offer, {"to": ["ann", "zoe"]})):
        assert "to your own people only, not to Zoe" in refused(floor, verb, lead, **more)


def test_a_manager_answers_offers_for_their_people_only(floor: Trial) -> None:
    first, second = floor.come(2, topic="list")
    assert floor.do(claim, first, rep="ann", actor=EVE).rep == "ann"
    assert "you cannot answer an offer for Cy" in refused(floor, claim, second, rep="cy")
    assert "you cannot answer an offer for Cy" in refused(floor, decline, second, rep="cy")


def test_a_manager_says_who_of_their_people_is_there(floor: Trial) -> None:
    assert floor.do(away, rep="ann", actor=EVE)
    assert floor.do(pause, subject="rep ann", actor=EVE)
    assert floor.do(resume, subject="rep ann", actor=EVE)
    floor.do(add_leave, "ann", Away(start="2026-12-01", end="2026-12-02"), actor=EVE)
    assert "you cannot say who is there for Zoe" in refused(floor, away, rep="zoe")
    assert "you cannot pause or resume for Zoe" in refused(floor, pause, subject="rep zoe")
    assert "only an admin can pause or resume everything" in refused(floor, pause, subject="everything")


def test_a_pool_belongs_to_its_manager_or_to_whoever_answers_for_all_its_members(floor: Trial) -> None:
    assert floor.do(pause, subject="pool mine", actor=EVE)
    assert refused(floor, pause, subject="pool far") == "you cannot pause or resume pool far: Max answers for it."
    assert refused(floor, pause, subject="pool sales").endswith("pool sales: others' people are in it.")
    assert "you cannot correct what is owed in pool far" in refused(
        floor, correct, pool="far", rep="cy", leads=1, why="because"
    )


def test_a_manager_edits_their_people_and_pools_but_not_who_answers_for_whom(floor: Trial) -> None:
    floor.do(edit_person, "ann", {"caps.open": 5, "hours": None}, actor=EVE)
    floor.do(edit_pool, "mine", {"members.ann": 3, "max_ahead": 2}, actor=EVE)
    assert "you cannot edit Zoe" in refused(floor, edit_person, "zoe", {"caps.open": 5})
    assert "only an admin can change team" in refused(floor, edit_person, "ann", {"team": "south"})
    assert "only an admin can change active" in refused(floor, edit_person, "ann", {"active": False})
    for key in ("members.zoe", "members", "manager"):
        assert f"only an admin can change {key}" in refused(floor, edit_pool, "mine", {key: 1})
    assert "Max answers for it" in refused(floor, edit_pool, "far", {"max_ahead": 2})


def test_what_concerns_everybody_is_an_admins(floor: Trial) -> None:
    lead = anns(floor)
    for verb, args in (
        (publish, ({"policy": POLICY},)),
        (rollback, ("policy", 1)),
        (add_person, ({"id": "new"},)),
        (remove_person, ("bob",)),
        (add_pool, ({"name": "new"},)),
        (remove_pool, ("mine",)),
        (let_go, ("ann",)),
        (erase, (lead,)),
    ):
        assert "only an admin can" in refused(floor, verb, *args)


def test_an_admin_does_all_of_that(floor: Trial) -> None:
    admin = Actor("admin", "user-1", "admin")
    floor.do(add_person, {"id": "new"}, actor=admin)
    assert floor.do(pause, subject="everything", actor=admin)
    assert floor.do(assign, floor.comes(topic="far"), rep="ann", actor=admin).rep == "ann"


def test_a_key_of_a_manager_publishes_nothing(floor: Trial) -> None:
    assert "only an admin can publish" in refused(
        floor, publish, {"policy": POLICY}, actor=Actor("key", "tool", "manager")
    )


def test_disputes_are_raised_and_ruled_on_for_ones_own_people(floor: Trial) -> None:
    floor.comes(topic="far queue")
    lead = floor.comes()
    decision = floor.row(lead).decision
    mine = floor.do(dispute, decision, rep="ann", text="mine", actor=EVE)
    cys = floor.do(dispute, decision, rep="cy", text="mine", actor=rep("cy"))
    assert "you cannot dispute a decision for Bob" in refused(floor, dispute, decision, rep="bob", text="his")
    floor.do(rule_on, mine, upheld=False, actor=EVE)
    assert "you cannot rule on a dispute of Cy" in refused(floor, rule_on, cys, upheld=True)


def test_two_leads_are_merged_by_whoever_both_concern(floor: Trial) -> None:
    mine, other, theirs = anns(floor), anns(floor), floor.comes(topic="far")
    floor.do(merge, other, into=mine, actor=EVE)
    floor.do(unmerge, other, actor=EVE)
    assert f"lead {theirs} is not yours" in refused(floor, merge, theirs, into=mine)


def test_a_message_is_sent_again_by_who_answers_for_whom_it_was_for(floor: Trial) -> None:
    floor.come(1, topic="far")
    message = _dead(floor, "zoe")
    assert "you cannot send a message again to Zoe" in refused(floor, send_again, message)
    assert "only a manager can" in refused(floor, send_again, message, actor=rep("zoe"))
    floor.do(send_again, message)


def _dead(floor: Trial, to: str) -> int:
    with floor.database.sending(floor.desk.workspace) as tx:
        message: MessageRow = next(
            each for each in tx.outbox.lease(floor.now, until=floor.now + 1, limit=99) if each.to == to
        )
    floor.do(_give_up, message.no)
    return message.no


def _give_up(work: Any, no: int, *, actor: Actor) -> None:
    work.put(msgspec_replace(work.tx.outbox.get(no), state="dead"))


def test_whoever_may_only_look_changes_nothing(floor: Trial) -> None:
    lead = anns(floor)
    for verb, args, said in (
        (respond, (lead,), {}),
        (assign, (lead,), {"rep": "bob"}),
        (claim, (lead,), {"rep": "ann"}),
        (away, (), {"rep": "ann"}),
        (pause, (), {"subject": "everything"}),
        (publish, ({"policy": POLICY},), {}),
        (dispute, (1,), {"rep": "ann", "text": "no"}),
    ):
        assert "you may look, and change nothing" in refused(floor, verb, *args, actor=LOOKS, **said)
    assert "change nothing" in refused(floor, away, rep="ann", actor=Actor("key", "screen", "viewer"))
    with pytest.raises(NotAllowed):
        floor.desk.imagine(call(try_lead, None, actor=LOOKS))  # type: ignore[arg-type]  # it does not get so far


def seen(floor: Trial, lead: int, actor: Actor) -> bool:
    with floor.database.reading(floor.desk.workspace) as tx:
        return is_seen(tx, floor.row(lead), floor.desk.setup().roster, actor)


def test_a_rep_sees_what_they_hold_and_what_they_may_take(floor: Trial) -> None:
    held, offered, theirs = anns(floor), floor.comes(topic="list"), floor.comes(topic="far")
    assert [seen(floor, lead, rep("ann")) for lead in (held, offered, theirs)] == [True, True, False]
    assert [seen(floor, lead, rep("zoe")) for lead in (held, offered, theirs)] == [False, False, True]


def test_a_manager_sees_what_concerns_their_people(floor: Trial) -> None:
    assert seen(floor, anns(floor), EVE)
    assert all(seen(floor, floor.comes(topic=topic), EVE) for topic in ("list", "desk", "spam"))
    assert not any(seen(floor, elsewhere(floor, topic), EVE) for topic in OTHERS)


def test_everybody_else_sees_everything_but_of_another_workspace(floor: Trial) -> None:
    assert all(seen(floor, elsewhere(floor, topic), LOOKS) for topic in OTHERS)


def test_what_is_not_for_somebody_to_see_is_refused_with_why(floor: Trial) -> None:
    lead = floor.comes(topic="far")
    with floor.database.reading(floor.desk.workspace) as tx:
        said = tx, floor.row(lead), floor.desk.setup().roster
        with pytest.raises(NotAllowed, match=f"lead {lead} is not for you to see: you neither hold it nor may take it"):
            see(*said, rep("ann"))
        with pytest.raises(NotAllowed, match="it concerns none of your people"):
            see(*said, EVE)
        see(*said, rep("zoe"))
