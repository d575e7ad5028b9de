"""People are told by their own channels: which, in which order, when, and what becomes of it if one fails."""

import threading
from collections.abc import Iterator

import pytest

from evenhand.actions.actor import Actor
from evenhand.actions.byhand import assign
from evenhand.actions.care import look
from evenhand.actions.channels import Change, change_channel, drop_channel, try_channel
from evenhand.actions.sending import LEASE, TRIES, Sender, Tally
from evenhand.actions.users import Person, add
from evenhand.actions.work import Work
from evenhand.core.model import HOUR, MINUTE
from evenhand.errors import GiveUp, TryLater
from evenhand.ports.carrier import Parcel
from evenhand.ports.rows import MessageRow
from evenhand.workers.channels import Channels
from tests.desk import NOW, Trial, opened
from tests.workers.telling import ADMIN, BASE, MAILED, Carried, Telling, channel, telling
from tests.workers.waiting import PATIENCE


@pytest.fixture(autouse=True)
def mailed(trial: Trial) -> None:
    trial.publish(roster=MAILED)


@pytest.fixture
def tell(trial: Trial) -> Iterator[Telling]:
    with telling(trial) as found:
        yield found


def message(trial: Trial, no: int = 1) -> MessageRow:
    with trial.database.reading(trial.desk.workspace) as tx:
        found = tx.outbox.get(no)
    assert found is not None
    return found


def given(trial: Trial, to: str = "ann") -> int:
    """A lead that somebody has been given by hand."""
    lead = trial.comes(topic="desk")
    trial.do(assign, lead, rep=to)
    return lead


def finding(work: Work, *, actor: Actor) -> None:
    """Something for whoever minds the desk."""
    work.event("care.found", actor)
    work.tell("finding", "desk", lead=None)


def holder(trial: Trial, lead: int) -> str:
    return str(trial.row(lead).rep)


# --- by which way ----------------------------------------------------------------------------------------------------


def test_who_has_no_channel_is_told_at_the_address_of_the_roster(trial: Trial, tell: Telling) -> None:
    lead = trial.comes()
    assert tell.due() == [f"{holder(trial, lead)}@example.com: Lead 1 is yours, due in 60 min"]
    assert (message(trial).state, tell.log()) == ("sent", [f"email {holder(trial, lead)} 1 sent"])


def test_without_a_mail_server_it_is_in_the_console_only_and_the_log_says_so(trial: Trial) -> None:
    with telling(trial, has_mail=False) as tell:
        lead = trial.comes()
        assert (tell.due(), message(trial).state) == ([], "sent")
        assert tell.noted == [f"in the console only: assigned {holder(trial, lead)}"]


def test_the_first_channel_that_is_on_and_wants_the_kind_is_taken(trial: Trial, tell: Telling) -> None:
    off = channel(trial, "ann", "chat://off")
    channel(trial, "ann", "chat://digests", kinds=("digest", "reminder"))
    channel(trial, "ann", "chat://good")
    channel(trial, "ann", "chat://spare")
    trial.do(change_channel, off, Change(on=False), actor=ADMIN)
    given(trial)
    assert tell.due() == ["chat://good: Lead 1 is yours"]


def test_who_has_turned_all_their_channels_off_is_not_written_to(trial: Trial, tell: Telling) -> None:
    only = channel(trial, "ann", "chat://ann")
    trial.do(change_channel, only, Change(on=False), actor=ADMIN)
    given(trial)
    assert tell.due() == []
    assert tell.noted == ["in the console only: assigned ann"]


def test_a_channel_that_was_taken_out_counts_no_longer(trial: Trial, tell: Telling) -> None:
    trial.do(drop_channel, channel(trial, "ann", "chat://ann"), actor=ADMIN)
    given(trial)
    assert tell.due() == ["ann@example.com: Lead 1 is yours"]


def test_the_desk_has_channels_of_its_own(trial: Trial, tell: Telling) -> None:
    channel(trial, "desk", "chat://floor")
    trial.do(finding, actor=ADMIN)
    assert tell.due() == ["chat://floor: Something is not as it must be"]


def test_without_them_every_manager_is_told_who_may_see_it(trial: Trial, tell: Telling) -> None:
    trial.do(add, Person(email="boss@example.com", role="owner"), actor=ADMIN)
    trial.do(add, Person(email="eve@example.com", role="manager", rep="eve"), actor=ADMIN)
    trial.do(add, Person(email="look@example.com", role="viewer"), actor=ADMIN)
    trial.do(finding, actor=ADMIN)
    who = [line.partition(":")[0] for line in tell.due()]
    assert who == ["boss@example.com", "eve@example.com"]
    assert message(trial).state == "sent"


def test_of_several_who_mind_the_desk_only_those_are_told_again_who_were_not_reached(
    trial: Trial, tell: Telling
) -> None:
    trial.do(add, Person(email="one@example.com", role="owner"), actor=ADMIN)
    trial.do(add, Person(email="two@example.com", role="admin"), actor=ADMIN)
    trial.do(finding, actor=ADMIN)
    tell.carrier.fails["two@example.com"] = TryLater("down")
    assert [line.partition(":")[0] for line in tell.due()] == ["one@example.com"]
    tell.carrier.fails.clear()
    trial.now += HOUR
    assert [line.partition(":")[0] for line in tell.due()] == ["two@example.com"]
    assert message(trial).state == "sent"


# --- several at once -------------------------------------------------------------------------------------------------


def test_what_one_person_is_told_at_once_becomes_one_message(trial: Trial, tell: Telling) -> None:
    for _ in range(3):
        given(trial)
    given(trial, "bob")
    assert tell.due() == ["ann@example.com: Leads 1, 2 and 3 are yours", "bob@example.com: Lead 4 is yours"]
    assert [message(trial, no).state for no in (2, 4, 6)] == ["sent"] * 3


def test_too_many_for_one_message_become_several(trial: Trial, tell: Telling) -> None:
    for _ in range(12):
        given(trial)
    assert len(tell.due()) == 2


def test_a_message_keeps_its_id_at_every_attempt(trial: Trial, tell: Telling) -> None:
    given(trial)
    seen: list[str] = []
    tell.carrier.before = lambda parcel: seen.append(parcel.id)
    tell.carrier.fails["ann@example.com"] = TryLater("down")
    tell.round()
    tell.carrier.fails.clear()
    trial.now += HOUR
    tell.round()
    assert seen == [f"{trial.desk.workspace}-2"] * 2


# --- quiet hours -----------------------------------------------------------------------------------------------------


def test_in_quiet_hours_it_waits_until_they_end_on_their_own_clock(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://ann", quiet="08:00-12:00")  # it is ten in Berlin
    given(trial)
    assert (tell.due(), message(trial, 2).next, message(trial, 2).state) == ([], NOW + 2 * HOUR, "waiting")
    trial.now += 2 * HOUR
    assert tell.due() == ["chat://ann: Lead 1 is yours"]


def test_what_must_be_answered_before_they_end_goes_all_the_same(trial: Trial, tell: Telling) -> None:
    for who in ("ann", "bob"):
        channel(trial, who, f"chat://{who}", quiet="00:00-23:59")
    lead = trial.comes()
    assert tell.due() == [f"chat://{holder(trial, lead)}: Lead 1 is yours, due in 60 min"]


def test_what_waits_and_is_overtaken_is_never_sent(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://ann", quiet="08:00-12:00")
    lead = given(trial)
    tell.round()
    trial.do(assign, lead, rep="bob")
    trial.now += 2 * HOUR
    assert tell.due() == ["bob@example.com: Lead 1 is yours", "chat://ann: Lead 1 is no longer yours"]


def test_a_test_wakes_even_who_sleeps(trial: Trial, tell: Telling) -> None:
    number = channel(trial, "ann", "chat://ann", quiet="08:00-12:00")
    trial.do(try_channel, number, actor=ADMIN)
    assert tell.due() == ["chat://ann: A test message"]
    assert tell.log() == [f"channel {number} 1 sent"]


def test_a_test_says_at_once_how_it_went_and_breaks_no_promise(trial: Trial, tell: Telling) -> None:
    number = channel(trial, "ann", "chat://ann")
    tell.carrier.fails["chat://ann"] = TryLater("Slack answered 503")
    trial.do(try_channel, number, actor=ADMIN)
    assert tell.round() == Tally(dead=1)
    assert tell.log() == [f"channel {number} 1 later Slack answered 503"]
    assert look(trial.desk).broken == []


# --- when it fails ---------------------------------------------------------------------------------------------------


def test_a_way_that_can_never_work_gives_place_to_the_next_at_once(trial: Trial, tell: Telling) -> None:
    one, two = channel(trial, "ann", "chat://bad"), channel(trial, "ann", "chat://good")
    tell.carrier.fails["chat://bad"] = GiveUp("Slack answered 404")
    given(trial)
    assert tell.due() == ["chat://good: Lead 1 is yours"]
    assert tell.log(2) == [f"channel {one} 1 dead Slack answered 404", f"channel {two} 1 sent"]


def test_a_way_that_is_quiet_does_not_take_the_place_of_one_that_fails(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://bad")
    channel(trial, "ann", "chat://sleeps", quiet="08:00-12:00")
    tell.carrier.fails["chat://bad"] = TryLater("Slack answered 503")
    given(trial)
    tell.round()
    trial.now += MINUTE
    assert (tell.due(), message(trial, 2).state) == ([], "waiting")


def test_a_way_that_fails_twice_gives_place_to_the_next(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://bad")
    channel(trial, "ann", "chat://good")
    tell.carrier.fails["chat://bad"] = TryLater("Slack answered 503")
    given(trial)
    assert (tell.due(), message(trial, 2).state) == ([], "waiting")
    trial.now += MINUTE
    assert tell.due() == ["chat://good: Lead 1 is yours"]


def test_when_all_ways_fail_it_is_tried_again_and_given_up_in_the_end(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://one")
    channel(trial, "ann", "chat://two")
    tell.carrier.fails = {f"chat://{name}": TryLater("down") for name in ("one", "two")}
    given(trial)
    for _ in range(TRIES):
        tell.round()
        trial.now += 12 * HOUR
    assert (message(trial, 2).state, message(trial, 2).attempts) == ("dead", TRIES)


def test_when_no_way_can_ever_work_it_is_given_up(trial: Trial, tell: Telling) -> None:
    channel(trial, "ann", "chat://one")
    tell.carrier.fails["chat://one"] = GiveUp("Slack answered 404")
    given(trial)
    assert tell.round() == Tally(dead=1)
    assert message(trial, 2).error == "Slack answered 404"


def test_what_an_unknown_error_says_is_kept_nowhere(trial: Trial, tell: Telling) -> None:
    tell.carrier.fails["ann@example.com"] = ValueError("kim@demo.example")
    given(trial)
    tell.round()
    assert tell.log(2) == ["email ann 1 later ValueError"]
    assert message(trial, 2).error == "ValueError"


def test_one_who_takes_long_holds_up_nobody_else(trial: Trial, tell: Telling) -> None:
    go, begun = threading.Event(), threading.Event()

    def hangs(parcel: Parcel) -> None:
        if parcel.address == "ann@example.com":
            begun.set()
            assert go.wait(PATIENCE)

    tell.carrier.before = hangs
    given(trial)
    tell.sender.send_due()
    assert begun.wait(PATIENCE)
    given(trial, "bob")
    while "sent" not in (message(trial, 4).state, message(trial, 2).state):
        tell.sender.send_due()
    assert (message(trial, 4).state, message(trial, 2).state) == ("sent", "waiting")
    go.set()
    tell.round()
    assert message(trial, 2).state == "sent"


def test_what_was_begun_is_brought_to_an_end_when_it_stops(trial: Trial, tell: Telling) -> None:
    go = threading.Event()
    tell.carrier.before = lambda _: go.wait(PATIENCE)
    given(trial)
    tell.sender.send_due()
    go.set()
    tell.sender.finish()
    assert [message(trial, no).state for no in (1, 2)] == ["cancelled", "sent"]


# --- exactly once, as far as that can be ----------------------------------------------------------------------------


def two_senders(trial: Trial, carrier: Carried) -> list[Sender]:
    desks = [trial.another() for _ in range(2)]
    return [
        Sender(desk, Channels(desk, carrier, base=BASE, log=lambda *_, **__: None), chance=lambda: 0.5)
        for desk in desks
    ]


def test_a_worker_that_dies_before_it_settles_has_it_sent_again_with_the_same_id(trial: Trial) -> None:
    carrier = Carried()
    dies, lives = two_senders(trial, carrier)
    given(trial)
    dies._end = Tally  # type: ignore[method-assign]
    dies.send_due()
    dies._teller.close()
    assert lives.send_due() is None
    trial.now += LEASE
    while lives.send_due() is not None:
        pass
    assert [parcel.id for parcel in carrier.got] == [f"{trial.desk.workspace}-2"] * 2
    lives.finish()


def test_two_workers_tell_everything_once(database_url: str) -> None:
    with opened(database_url, roster=MAILED) as trial:
        carrier = Carried()
        trial.come(40)
        both = two_senders(trial, carrier)
        threads = [threading.Thread(target=exhaust, args=(sender,)) for sender in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        told = [number for parcel in carrier.got for number in parcel.id.split("-")[1:]]
        assert sorted(told, key=int) == [str(number) for number in range(1, 41)]
        for sender in both:
            sender.finish()


def exhaust(sender: Sender) -> None:
    """Send until a worker sees nothing any more."""
    while sender.send_due() is not None:
        pass
