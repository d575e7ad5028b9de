"""By which ways people are told: added, changed, tried out, taken out; everybody for themselves and their people."""

from typing import Any

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.channels import (
    MOST,
    Address,
    Change,
    NewChannel,
    add_channel,
    address_in,
    change_channel,
    channels_of,
    drop_channel,
    kinds_of,
    try_channel,
)
from evenhand.app.reaching import read_address
from evenhand.errors import BadAddress, BadUsage, Conflict, NotAllowed, NotFound
from evenhand.ports.house import ChannelRow
from tests.desk import Trial, rep

ADMIN = Actor("admin", "ada", "admin")
LIMITED = Actor("manager", "eve", "manager", frozenset({"ann", "eve"}))
MAIL = Address(kind="email", text="ann@example.com", shown="ann@example.com")
SLACK = "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def add(trial: Trial, owner: str = "ann", *, actor: Actor = ADMIN, **said: Any) -> ChannelRow:
    wanted = NewChannel(owner=owner, address=said.pop("address", MAIL), **said)
    return trial.do(add_channel, wanted, actor=actor)


def address(trial: Trial, row: ChannelRow) -> str:
    return address_in(row, trial.desk.sealer, trial.desk.workspace)


def test_a_channel_keeps_its_address_under_seal(each_trial: Trial) -> None:
    chat = read_address("chat", SLACK)
    row = add(each_trial, address=chat, detail="none", quiet="22:00-07:00", kinds=("assigned", "came again"))
    assert channels_of(each_trial.desk, "ann") == [row]
    assert (address(each_trial, row), SLACK.encode() in row.box, "XXXX" in row.shown) == (SLACK, False, False)
    assert kinds_of(row) == ("assigned", "came again")
    assert "XXXX" not in repr(chat)


def test_a_new_channel_is_tried_after_the_others(trial: Trial) -> None:
    first, second = add(trial), add(trial)
    before = add(trial, place=0)
    assert (first.place, second.place) == (0, 1)
    assert [row.no for row in channels_of(trial.desk, "ann")] == [first.no, before.no, second.no]


def test_what_is_said_of_a_channel_changes_it_and_the_rest_stays(each_trial: Trial) -> None:
    row = add(each_trial, kinds=("assigned",))
    other = Address(kind="email", text="a@example.org", shown="a@example.org")
    changed = each_trial.do(change_channel, row.no, Change(address=other, quiet="20:00-08:00"), actor=ADMIN)
    assert (address(each_trial, changed), changed.shown, changed.quiet, changed.kinds) == (
        "a@example.org",
        "a@example.org",
        "20:00-08:00",
        "assigned",
    )
    off = each_trial.do(change_channel, row.no, Change(on=False, kinds=()), actor=ADMIN)
    assert (off.off, off.kinds) == (each_trial.now, "")
    assert each_trial.do(change_channel, row.no, Change(on=True), actor=ADMIN).off is None


def test_nothing_happens_if_nothing_changes(trial: Trial) -> None:
    row = add(trial)
    assert trial.do(change_channel, row.no, Change(detail="brief", on=True), actor=ADMIN) == row
    assert [kind for kind in kinds(trial) if kind == "channel.changed"] == []


def test_a_channel_that_is_taken_out_forgets_its_address(each_trial: Trial) -> None:
    row = add(each_trial)
    each_trial.do(drop_channel, row.no, actor=ADMIN)
    assert channels_of(each_trial.desk) == []
    with each_trial.database.reading(each_trial.desk.workspace) as tx:
        left = tx.house.one(ChannelRow, no=row.no)
    assert left is not None
    assert (left.box, left.shown) == (b"", "")
    for verb in (drop_channel, try_channel):
        with pytest.raises(NotFound):
            each_trial.do(verb, row.no, actor=ADMIN)


def test_a_channel_is_tried_out_by_a_message_to_itself(trial: Trial) -> None:
    row = add(trial)
    number = trial.do(try_channel, row.no, actor=ADMIN)
    with trial.database.reading(trial.desk.workspace) as tx:
        message = tx.outbox.get(number)
    assert message is not None
    assert (message.kind, message.to, message.lead, message.state) == ("test", f"channel {row.no}", None, "waiting")
    trial.do(change_channel, row.no, Change(on=False), actor=ADMIN)
    with pytest.raises(Conflict, match="turn it on first"):
        trial.do(try_channel, row.no, actor=ADMIN)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"quiet": "22-7"}, "are no hours"),
        ({"quiet": "24:00-07:00"}, "are no hours"),
        ({"quiet": "07:00-07:00"}, "are no hours"),
        ({"kinds": ("asigned",)}, "Did you mean 'assigned'"),
        ({"place": -1}, "-1 is no place"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(trial: Trial, said: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadUsage, match=fault):
        add(trial, **said)
    assert channels_of(trial.desk) == []


def test_everything_that_is_wrong_is_told_at_once(trial: Trial) -> None:
    with pytest.raises(BadUsage) as error:
        add(trial, quiet="x", kinds=("y",), place=2_000)
    assert {fault.where for fault in error.value.faults} == {"quiet", "kinds", "place"}


def test_an_address_of_another_kind_is_another_channel(trial: Trial) -> None:
    row = add(trial)
    with pytest.raises(BadUsage, match="Add another channel"):
        trial.do(change_channel, row.no, Change(address=read_address("chat", SLACK)), actor=ADMIN)


def test_nobody_has_too_many(trial: Trial) -> None:
    for _ in range(MOST):
        add(trial)
    with pytest.raises(Conflict, match="20 channels already"):
        add(trial)


def test_who_is_not_in_the_roster_has_none(trial: Trial) -> None:
    with pytest.raises(NotFound, match="Did you mean 'ann'"):
        add(trial, "anne")


def test_everybody_chooses_for_themselves_and_their_people(trial: Trial) -> None:
    mine = add(trial, "ann", actor=rep("ann"))
    trial.do(change_channel, mine.no, Change(detail="full"), actor=LIMITED)
    theirs = add(trial, "bob")
    for actor in (rep("ann"), LIMITED, Actor("viewer", "vi", "viewer")):
        with pytest.raises(NotAllowed):
            add(trial, "bob", actor=actor)
        with pytest.raises(NotAllowed):
            trial.do(change_channel, theirs.no, Change(detail="full"), actor=actor)
        with pytest.raises(NotAllowed):
            trial.do(drop_channel, theirs.no, actor=actor)


def test_how_the_desk_is_told_is_for_an_admin(trial: Trial) -> None:
    assert add(trial, "desk").owner == "desk"
    for actor in (rep("ann"), LIMITED):
        with pytest.raises(NotAllowed):
            add(trial, "desk", actor=actor)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("email", "ann"), ("email", "Ann <a@example.com>"), ("chat", "https://example.com"), ("chat", "json://10.0.0.1")],
)
def test_an_address_that_leads_nowhere_good_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(BadAddress):
        read_address(kind, text)


def kinds(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [each.kind for each in tx.story.events()]
