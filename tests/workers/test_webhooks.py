"""Webhooks, delivered to a receiver on this machine that may do whatever it likes."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from msgspec import json
from standardwebhooks import Webhook

from evenhand.actions import delivering
from evenhand.actions.delivering import LEASE, TRIES, Courier
from evenhand.actions.endpoints import (
    Change,
    NewEndpoint,
    Signing,
    add_endpoint,
    change_endpoint,
    drop_endpoint,
    endpoint_of,
    endpoints_of,
    ping,
    redeliver,
    redeliver_since,
    rotate_secret,
)
from evenhand.actions.erasing import erase
from evenhand.actions.notes import note
from evenhand.actions.presence import away, back
from evenhand.core.model import DAY, HOUR, MINUTE, Lead
from evenhand.errors import BadUsage, Conflict, NotAllowed, NotFound
from evenhand.integrations.guard import Guard, read_networks
from evenhand.integrations.http import Answer, Client, Limits
from evenhand.ports.house import DeliveryRow, EndpointRow
from evenhand.workers.running import work_off
from evenhand.workers.webhooks import LANES, PAUSE, QUIET, lanes
from tests.desk import NOW, Trial, rep
from tests.integrations.receiver import Got, Receiver, Says, receiving
from tests.integrations.receiver import serving as talking

HERE: Final = Guard(read_networks("127.0.0.0/8"))
CLIENT: Final = Client(HERE, limits=Limits(connect=5, read=5, total=5))
OK: Final = Says(204, body=b"")


def silent(event: str, **facts: object) -> None:
    """A log that nobody reads."""


@pytest.fixture
def receiver(loopback: None) -> Iterator[Receiver]:
    with receiving() as found:
        found.says = OK
        yield found


def courier(trial: Trial, client: Client = CLIENT) -> Courier:
    return Courier(trial.desk, client, chance=lambda: 1.0)


def hook(trial: Trial, receiver: Receiver, *kinds: str, **said: Any) -> Signing:
    wanted = NewEndpoint(url=receiver.url("/hook"), kinds=kinds, **said)
    return trial.do(add_endpoint, wanted)


def delivered(carrier: Courier) -> int:
    """Turns until nothing is due any more; how many events were sent."""
    sent = 0
    while (turn := carrier.deliver()) is not None:
        sent += turn.sent
    return sent


def data(got: Got) -> dict[str, Any]:
    found: dict[str, Any] = json.decode(got.body)["data"]
    return found


def kinds(receiver: Receiver) -> list[str]:
    return [data(got)["kind"] for got in receiver.got]


def ids(receiver: Receiver) -> list[str]:
    return [got.headers["webhook-id"] for got in receiver.got]


def tries(trial: Trial, no: int) -> list[str]:
    """`300 1 later answered 500`, oldest first."""
    with trial.database.reading(trial.desk.workspace) as tx:
        rows = tx.house.every(DeliveryRow, carrier=f"webhook {no}")
    return [
        f"{row.subject.removeprefix('event ')} {row.attempt} {row.outcome} {row.said}"
        for row in sorted(rows, key=lambda row: (row.at, row.attempt))
    ]


def is_signed(got: Got, secret: str) -> bool:
    moment = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    mine = Webhook(secret).sign(got.headers["webhook-id"], moment, got.body.decode())
    return mine in got.headers["webhook-signature"].split(" ")


class Beside:
    """The client, with something that happens before or after each request."""

    def __init__(self, *, before: Callable[[], object] = int, after: Callable[[], object] = int) -> None:
        self._before = before
        self._after = after

    def ask(self, *args: Any, **said: Any) -> Answer:
        self._before()
        answer = CLIENT.ask(*args, **said)
        self._after()
        return answer


# --- what is sent


def test_events_are_sent_in_order_signed_and_each_once(each_trial: Trial, receiver: Receiver) -> None:
    trial, made = each_trial, hook(each_trial, receiver)
    leads = trial.come(3)
    assert delivered(courier(trial)) == 3
    assert [(data(got)["kind"], data(got)["lead"]) for got in receiver.got] == [
        ("lead.assigned", str(lead)) for lead in leads
    ]
    assert ids(receiver) == [f"{trial.desk.workspace}-e{made.row.no + step}" for step in (1, 2, 3)]
    assert all(is_signed(got, made.secret) for got in receiver.got)
    carrier = courier(trial)
    assert [carrier.deliver(), carrier.next()] == [None, None]
    assert endpoint_of(trial.desk, made.row.no).cursor == made.row.no + 3


def test_a_webhook_says_what_the_stream_says_and_no_more(trial: Trial, receiver: Receiver) -> None:
    hook(trial, receiver)
    trial.comes(email="kim@firm.example", topic="pricing")
    delivered(courier(trial))
    got = receiver.got[0]
    said = json.decode(got.body)
    assert (said["type"], said["timestamp"], set(said)) == (
        "lead.assigned",
        said["data"]["at"],
        {"type", "timestamp", "data"},
    )
    assert set(said["data"]) == {"id", "at", "kind", "actor", "lead", "body"}
    assert (got.method, got.path, got.headers["content-type"]) == ("POST", "/hook", "application/json")


def test_kinds_leave_out_the_rest_without_a_write(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver, "rep.*", "lead.noted"), courier(trial)
    lead = trial.comes()
    assert [carrier.deliver(), carrier.next()] == [None, None]
    assert endpoint_of(trial.desk, made.row.no).cursor == made.row.no
    trial.do(note, lead, "calls back")
    trial.do(away, rep="ann")
    delivered(carrier)
    assert kinds(receiver) == ["lead.noted", "rep.away"]


def test_what_is_not_heard_of_is_passed_for_good_now_and_then(
    trial: Trial, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SPARE", 5)
    made, carrier = hook(trial, receiver, "rep.away"), courier(trial)
    trial.come(8)
    assert delivered(carrier) == 0
    assert endpoint_of(trial.desk, made.row.no).cursor == made.row.no + 8


@pytest.mark.parametrize("detail", ["brief", "full"])
def test_detail_says_how_much_of_a_lead_is_told(trial: Trial, receiver: Receiver, detail: str) -> None:
    hook(trial, receiver, detail=detail)
    took(trial, email="kim@firm.example", topic="pricing")
    delivered(courier(trial))
    about = data(receiver.got[0])["about"]
    assert (about["state"], about["rep"], about["fields"]["topic"]) == ("assigned", trial.row(1).rep, "pricing")
    assert about.get("person", {}) == ({"email": "kim@firm.example"} if detail == "full" else {})


def took(trial: Trial, **fields: str) -> None:
    """A lead comes in whose person is known."""
    from evenhand.actions.receiving import incoming, receive  # noqa: PLC0415
    from evenhand.core.arrival import Arrival  # noqa: PLC0415
    from tests.desk import WEBSITE  # noqa: PLC0415

    arrival = Arrival(line=1, lead=Lead(id="", received=trial.now, fields=fields), key=fields["email"])
    receive(trial.desk, [incoming(arrival, trial.desk, source="web")], actor=WEBSITE)


def test_who_has_been_erased_is_in_no_webhook(trial: Trial, receiver: Receiver) -> None:
    hook(trial, receiver, detail="full")
    took(trial, email="kim@firm.example")
    trial.do(erase, 1, even_if_open=True)
    delivered(courier(trial))
    assert kinds(receiver) == ["lead.assigned", "lead.closed", "lead.erased"]
    assert not any(b"kim@firm" in got.body or "person" in data(got)["about"] for got in receiver.got)


# --- what goes wrong


def test_what_fails_is_tried_again_ever_later_and_the_rest_waits(each_trial: Trial, receiver: Receiver) -> None:
    trial, carrier = each_trial, courier(each_trial)
    made = hook(trial, receiver)
    trial.come(2)
    receiver.says = Says(500)
    waits = []
    for _ in range(4):
        assert delivered(carrier) == 0
        waits.append(endpoint_of(trial.desk, made.row.no).next - trial.now)
        trial.now = carrier.next() or 0
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert ids(receiver) == [ids(receiver)[0]] * 4
    row = endpoint_of(trial.desk, made.row.no)
    assert (row.attempts, row.error, row.leased) == (4, "answered 500", 0)
    receiver.says = OK
    assert delivered(carrier) == 2
    row = endpoint_of(trial.desk, made.row.no)
    assert (row.attempts, row.error, row.cursor) == (0, "", made.row.no + 2)


def test_each_attempt_is_kept(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver), courier(trial)
    trial.comes()
    receiver.says = Says(503)
    delivered(carrier)
    trial.now += HOUR
    receiver.says = OK
    delivered(carrier)
    event = made.row.no + 1
    assert tries(trial, made.row.no) == [f"{event} 1 later answered 503", f"{event} 2 sent answered 204"]


def test_who_asks_for_patience_is_given_it(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.comes()
    receiver.says = Says(429, (("Retry-After", "7200"),))
    delivered(courier(trial))
    assert endpoint_of(trial.desk, made.row.no).next == trial.now + 2 * HOUR


def test_a_redirect_is_not_followed(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.comes()
    receiver.says = Says(302, (("Location", receiver.url("/elsewhere")),))
    delivered(courier(trial))
    assert [got.path for got in receiver.got] == ["/hook"]
    assert endpoint_of(trial.desk, made.row.no).error == "answered 302"


def test_who_is_gone_is_turned_off_and_the_desk_is_told(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.comes()
    receiver.says = Says(410)
    delivered(courier(trial))
    assert endpoint_of(trial.desk, made.row.no).off == trial.now
    assert happened(trial)[-1] == ("webhook.off", {"webhook": made.row.no, "why": "answered 410"})
    assert "webhook off desk" in messages(trial)
    trial.comes()
    assert courier(trial).deliver() is None


def happened(trial: Trial) -> list[tuple[str, dict[str, object]]]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [(row.kind, json.decode(row.body)) for row in tx.story.events(0)]


def messages(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [f"{row.kind} {row.to}" for row in tx.counts.outbox("waiting")]


def test_after_some_three_days_of_failing_it_is_turned_off(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver), courier(trial)
    trial.comes()
    receiver.says = Says(404)
    while endpoint_of(trial.desk, made.row.no).off is None:
        delivered(carrier)
        trial.now = max(trial.now, carrier.next() or 0)
    assert len(receiver.got) == TRIES
    assert 2 * DAY < trial.now - NOW < 5 * DAY


def test_turned_on_again_it_goes_on_where_it_stopped(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver, "lead.*"), courier(trial)
    trial.do(change_endpoint, made.row.no, Change(on=False))
    lead = trial.comes()
    assert carrier.deliver() is None
    trial.do(change_endpoint, made.row.no, Change(on=True))
    delivered(carrier)
    assert [data(got)["lead"] for got in receiver.got] == [str(lead)]


def mute(_: socket.socket, over: threading.Event) -> None:
    """Say nothing."""
    over.wait(5)


def test_who_lets_us_wait_is_given_up_on_for_now_and_holds_up_nobody(trial: Trial, receiver: Receiver) -> None:
    hasty = Client(HERE, limits=Limits(connect=5, read=0.2, total=0.4))
    with talking(mute) as port:
        stuck = trial.do(add_endpoint, NewEndpoint(url=f"http://127.0.0.1:{port}/"))
        hook(trial, receiver)
        trial.comes()
        delivered(courier(trial, hasty))
    assert kinds(receiver) == ["lead.assigned"]
    row = endpoint_of(trial.desk, stuck.row.no)
    assert (row.error, row.attempts) == ("127.0.0.1 did not answer in time", 1)


def test_an_address_that_may_no_longer_be_reached_is_tried_again_later(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.comes()
    delivered(courier(trial, Client(Guard())))
    assert not receiver.got
    assert "127.0.0.1 is this machine itself" in endpoint_of(trial.desk, made.row.no).error


def test_who_is_slow_gets_their_turn_and_so_do_the_others(
    trial: Trial, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SPAN", 0)
    numbers = [hook(trial, receiver, "lead.*").row.no for _ in range(2)]
    trial.come(2)
    carrier = courier(trial)
    turns = [turn.endpoint for turn in iter(carrier.deliver, None) if turn.sent]
    assert turns in (numbers * 2, numbers[::-1] * 2)


# --- several at once, and those who die


def test_who_dies_after_sending_leaves_it_to_be_sent_again_under_the_same_id(
    each_trial: Trial, receiver: Receiver
) -> None:
    def die() -> None:
        raise SystemExit

    trial = each_trial
    hook(trial, receiver)
    trial.comes()
    with pytest.raises(SystemExit):
        courier(trial, Beside(after=die)).deliver()  # type: ignore[arg-type]  # does what a client does
    assert courier(trial).deliver() is None
    trial.now += LEASE
    assert delivered(courier(trial)) == 1
    assert len(receiver.got) == 2
    assert len(set(ids(receiver))) == 1


def test_whoever_is_slower_than_their_lease_changes_nothing(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.comes()

    def overtaken() -> None:
        trial.now += LEASE
        assert delivered(courier(trial)) == 1

    courier(trial, Beside(before=overtaken)).deliver()  # type: ignore[arg-type]
    row = endpoint_of(trial.desk, made.row.no)
    assert (row.cursor, row.leased, len(receiver.got)) == (made.row.no + 1, 0, 2)


def test_several_at_once_send_each_event_once_and_in_order(each_trial: Trial, receiver: Receiver) -> None:
    trial = each_trial
    made = [hook(trial, receiver, "lead.*").row.no for _ in range(2)]
    couriers = [Courier(trial.another(), CLIENT, chance=lambda: 0.5) for _ in range(4)]
    threads = [threading.Thread(target=lambda each=each: [delivered(each) for _ in range(5)]) for each in couriers]
    for thread in threads:
        thread.start()
    for _ in range(10):
        trial.come(3)
    for thread in threads:
        thread.join()
    delivered(courier(trial))
    assert len(receiver.got) == 2 * 30
    last = [endpoint_of(trial.desk, no).cursor for no in made]
    assert last == [last[0]] * 2
    per = {no: [row.subject for row in rows_of(trial, no)] for no in made}
    assert all(len(found) == len(set(found)) == 30 for found in per.values())


def rows_of(trial: Trial, no: int) -> list[DeliveryRow]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return list(tx.house.every(DeliveryRow, carrier=f"webhook {no}"))


def test_a_change_while_it_is_being_sent_to_is_kept(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver, "lead.*")
    trial.comes()
    changes = iter([Change(detail="brief")])

    def change() -> None:
        for wanted in changes:
            trial.do(change_endpoint, made.row.no, wanted)

    delivered(courier(trial, Beside(before=change)))  # type: ignore[arg-type]
    row = endpoint_of(trial.desk, made.row.no)
    assert (row.detail, row.cursor, row.leased) == ("brief", made.row.no + 2, 0)


def test_the_lanes_do_all_there_is(trial: Trial, receiver: Receiver) -> None:
    hook(trial, receiver, "lead.*")
    trial.come(5)
    jobs = lanes(trial.desk, CLIENT, chance=lambda: 0.5, log=silent)
    work_off(jobs, is_over=lambda: False)
    assert len(receiver.got) == 5
    assert [job.name for job in jobs] == [f"webhooks {lane + 1}" for lane in range(LANES)]


def test_a_lane_does_not_look_all_the_time_however_much_is_written(trial: Trial, receiver: Receiver) -> None:
    lane, *_ = lanes(trial.desk, CLIENT, chance=lambda: 0.5, log=silent)
    assert [lane.step(), lane.next()] == [False, None]
    hook(trial, receiver, "lead.*")
    trial.comes()
    assert [lane.step(), lane.next()] == [False, trial.now + QUIET]
    trial.now += QUIET
    assert [lane.step(), lane.step()] == [True, False]
    trial.comes()
    assert [lane.step(), lane.next()] == [False, trial.now + PAUSE]
    trial.now += PAUSE
    assert lane.step()


# --- asked for


def test_while_a_secret_is_new_the_one_before_signs_too(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver, "rep.*")
    new = trial.do(rotate_secret, made.row.no)
    assert new.secret != made.secret
    for passed, verb in ((0, away), (DAY, back)):
        trial.now += passed
        trial.do(verb, rep="ann")
        delivered(courier(trial))
    both, one = receiver.got
    assert is_signed(both, new.secret)
    assert is_signed(both, made.secret)
    assert is_signed(one, new.secret)
    assert not is_signed(one, made.secret)


def test_no_secret_is_kept_in_the_open(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    assert made.secret.startswith("whsec_")
    assert made.secret.encode() not in made.row.box
    assert made.secret not in repr(made)
    assert made.secret not in str(happened(trial))


def test_a_ping_goes_to_the_one_that_is_tried_out_and_to_no_other(trial: Trial, receiver: Receiver) -> None:
    made, _ = hook(trial, receiver, "lead.*"), hook(trial, receiver, "rep.*")
    event = trial.do(ping, made.row.no)
    delivered(courier(trial))
    assert kinds(receiver) == ["ping"]
    assert (data(receiver.got[0])["id"], data(receiver.got[0])["body"]) == (str(event), {})
    assert tries(trial, made.row.no) == [f"{event} 1 sent answered 204"]


def test_a_ping_makes_what_failed_be_tried_at_once(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver, "lead.*"), courier(trial)
    trial.comes()
    receiver.says = Says(500)
    delivered(carrier)
    receiver.says = OK
    trial.do(ping, made.row.no)
    delivered(carrier)
    assert kinds(receiver) == ["lead.assigned", "lead.assigned", "ping"]


def test_one_event_can_be_had_once_more_under_its_own_id(trial: Trial, receiver: Receiver) -> None:
    made, carrier = hook(trial, receiver, "lead.*"), courier(trial)
    trial.come(3)
    delivered(carrier)
    trial.do(redeliver, made.row.no, made.row.no + 2)
    delivered(carrier)
    assert ids(receiver)[3:] == [ids(receiver)[1]]
    assert tries(trial, made.row.no)[1:2] + tries(trial, made.row.no)[3:] == [
        f"{made.row.no + 2} 1 sent answered 204",
        f"{made.row.no + 2} 2 sent answered 204",
    ]


def test_everything_since_a_moment_can_be_had_once_more(each_trial: Trial, receiver: Receiver) -> None:
    trial, carrier = each_trial, courier(each_trial)
    made = hook(trial, receiver, "lead.*")
    trial.comes()
    trial.now += MINUTE
    trial.come(2)
    delivered(carrier)
    assert trial.do(redeliver_since, made.row.no, trial.now) == made.row.no + 1
    delivered(carrier)
    assert ids(receiver)[3:] == ids(receiver)[1:3]


@pytest.mark.parametrize(("passed", "skipped"), [(-DAY, 0), (0, 0), (1, 2), (HOUR, 2), (HOUR + 1, 3), (DAY, 3)])
def test_a_moment_is_found_among_the_events(trial: Trial, receiver: Receiver, passed: int, skipped: int) -> None:
    trial.now += DAY
    start, before = trial.now, len(happened(trial))
    hook(trial, receiver, "lead.*")
    made = endpoints_of(trial.desk)[0].no
    trial.do(away, rep="ann")
    trial.now += HOUR
    trial.do(back, rep="ann")
    after = trial.do(redeliver_since, made, start + passed)
    assert after - before == (skipped if passed >= 0 else -before + after)


# --- who may, and what cannot be


def test_only_an_admin_has_to_do_with_webhooks(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    for verb, given in (
        (add_endpoint, [NewEndpoint(url=receiver.url())]),
        (change_endpoint, [made.row.no, Change()]),
        (rotate_secret, [made.row.no]),
        (drop_endpoint, [made.row.no]),
        (ping, [made.row.no]),
        (redeliver, [made.row.no, 1]),
        (redeliver_since, [made.row.no, 0]),
    ):
        with pytest.raises(NotAllowed):
            trial.do(verb, *given, actor=rep("ann"))


def test_what_cannot_be_is_refused(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    with pytest.raises(BadUsage, match=r"Did you mean 'lead.assigned'\?"):
        hook(trial, receiver, "lead.asigned")
    with pytest.raises(NotFound, match="there is no event 999"):
        trial.do(redeliver, made.row.no, 999)
    trial.do(change_endpoint, made.row.no, Change(on=False))
    with pytest.raises(Conflict, match="is off: turn it on first"):
        trial.do(ping, made.row.no)
    with pytest.raises(NotFound):
        trial.do(ping, 999)


def test_a_deleted_webhook_is_off_for_good_and_its_secret_forgotten(trial: Trial, receiver: Receiver) -> None:
    made = hook(trial, receiver)
    trial.do(drop_endpoint, made.row.no)
    trial.comes()
    assert courier(trial).deliver() is None
    assert endpoints_of(trial.desk) == []
    with pytest.raises(NotFound):
        trial.do(change_endpoint, made.row.no, Change(on=True))
    with trial.database.reading(trial.desk.workspace) as tx:
        row = tx.house.one(EndpointRow, no=made.row.no)
    assert row is not None
    assert (row.box, row.off) == (b"", trial.now)
