"""`/api/v1/webhooks`: set up, looked at, and turned off by HTTP."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from evenhand.actions.delivering import Courier
from evenhand.integrations.guard import Guard, read_networks
from evenhand.integrations.http import Client
from tests.integrations.receiver import Receiver, Says, receiving
from tests.service.serving import Served

HOOKS: Final = "/api/v1/webhooks"
HERE: Final = Guard(read_networks("127.0.0.0/8"))


@pytest.fixture
def receiver(served: Served, loopback: None) -> Iterator[Receiver]:
    served.client.app.state["guard"] = HERE
    with receiving() as found:
        found.says = Says(204, body=b"")
        yield found


def add(served: Served, receiver: Receiver, **said: Any) -> dict[str, Any]:
    answer = served.at().post(HOOKS, json={"url": receiver.url("/hook"), **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliver(served: Served) -> None:
    courier = Courier(served.trial.another(), Client(HERE), chance=lambda: 0.5)
    while courier.deliver() is not None:
        pass


def test_a_webhook_is_made_with_a_secret_that_is_told_once(served: Served, receiver: Receiver) -> None:
    made = add(served, receiver, kinds=["rep.*", "lead.assigned"], detail="brief")
    assert made["secret"].startswith("whsec_")
    shown = made["webhook"]
    assert (shown["kinds"], shown["detail"], shown["on"]) == (["lead.assigned", "rep.*"], "brief", True)
    assert served.at().get(f"{HOOKS}/{shown['id']}").json() == shown
    assert served.at().get(HOOKS).json() == {"items": [shown], "next": None}
    assert made["secret"] not in served.at().get(HOOKS).text


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"url": "https://127.0.0.1/"}, 422, "is this machine itself"),
        ({"url": "http://1.1.1.1/"}, 422, "https"),
        ({"url": "https://1.1.1.1/", "kinds": ["lead.asigned"]}, 400, "Did you mean"),
        ({"url": "https://1.1.1.1/", "detail": "all"}, 400, "detail"),
        ({"url": "https://1.1.1.1/", "knds": []}, 400, "knds"),
        ({}, 400, "url"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(served: Served, body: dict[str, Any], status: int, said: str) -> None:
    answer = served.at().post(HOOKS, json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_an_edit_is_made_on_what_one_has_seen(served: Served, receiver: Receiver) -> None:
    path = f"{HOOKS}/{add(served, receiver)['webhook']['id']}"
    tag = served.at().get(path).headers["etag"]
    assert served.at().patch(path, json={"detail": "full"}).status_code == 428
    changed = served.at().patch(path, json={"detail": "full", "kinds": ["lead.*"]}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["detail"], changed.json()["kinds"]) == (200, "full", ["lead.*"])
    assert served.at().patch(path, json={"on": False}, headers={"If-Match": tag}).status_code == 412
    off = served.at().patch(path, json={"on": False}, headers={"If-Match": changed.headers["etag"]})
    assert (off.json()["on"], off.json()["off"] is None) == (False, False)
    bad = served.at().patch(path, json={"url": "https://10.0.0.1/"}, headers={"If-Match": off.headers["etag"]})
    assert bad.status_code == 422


def test_what_was_delivered_is_listed_the_latest_first(served: Served, receiver: Receiver) -> None:
    number = add(served, receiver, kinds=["lead.*"])["webhook"]["id"]
    served.take(email="kim@firm.example")
    receiver.says = Says(500)
    deliver(served)
    served.trial.now += 120_000
    receiver.says = Says(204, body=b"")
    deliver(served)
    items = served.at().get(f"{HOOKS}/{number}/deliveries").json()["items"]
    assert [(each["attempt"], each["outcome"], each["said"]) for each in items] == [
        (2, "sent", "answered 204"),
        (1, "later", "answered 500"),
    ]
    assert len(served.at().get(f"{HOOKS}/{number}/deliveries", params={"limit": 1}).json()["items"]) == 1


def test_it_can_be_tried_out_and_had_once_more(served: Served, receiver: Receiver) -> None:
    path = f"{HOOKS}/{add(served, receiver, kinds=['lead.*'])['webhook']['id']}"
    pinged = served.at().post(f"{path}/test")
    assert pinged.status_code == 202
    deliver(served)
    again = served.at().post(f"{path}/redeliver", json={"event": "1"})
    since = served.at().post(f"{path}/redeliver", json={"since": "2026-11-02T00:00Z"})
    assert [(each.status_code, set(each.json())) for each in (again, since)] == [
        (202, {"webhook", "event"}),
        (202, {"webhook", "after"}),
    ]
    for body in ({}, {"event": "1", "since": "2026-11-02"}, {"event": "x"}, {"since": "soon"}):
        assert served.at().post(f"{path}/redeliver", json=body).status_code == 400
    assert served.at().post(f"{path}/redeliver", json={"event": "999"}).status_code == 404


def test_another_secret_is_told_once_too(served: Served, receiver: Receiver) -> None:
    made = add(served, receiver)
    rotated = served.at().post(f"{HOOKS}/{made['webhook']['id']}/rotate").json()
    assert rotated["secret"] not in {made["secret"], ""}


def test_a_deleted_webhook_is_no_longer_there(served: Served, receiver: Receiver) -> None:
    path = f"{HOOKS}/{add(served, receiver)['webhook']['id']}"
    assert served.at().delete(path, headers={"If-Match": '"old"'}).status_code == 412
    assert served.at().delete(path).status_code == 204
    assert served.at().get(path).status_code == 404
    assert served.at().get(HOOKS).json()["items"] == []


def test_only_admins_have_to_do_with_webhooks(served: Served, receiver: Receiver) -> None:
    number = add(served, receiver)["webhook"]["id"]
    for who in ("rep ann", "manager eve", "viewer vi"):
        asked = served.at(who)
        answers = [
            asked.get(HOOKS),
            asked.post(HOOKS, json={"url": "https://1.1.1.1/"}),
            asked.get(f"{HOOKS}/{number}"),
            asked.patch(f"{HOOKS}/{number}", json={}),
            asked.delete(f"{HOOKS}/{number}"),
            asked.get(f"{HOOKS}/{number}/deliveries"),
            *(asked.post(f"{HOOKS}/{number}/{verb}", json={}) for verb in ("rotate", "test", "redeliver")),
        ]
        assert {each.status_code for each in answers} == {403}


def test_there_is_nothing_to_be_done_with_what_is_not_there(served: Served) -> None:
    asked = served.at()
    for answer in (
        asked.get(f"{HOOKS}/9"),
        asked.patch(f"{HOOKS}/9", json={}, headers={"If-Match": "*"}),
        asked.delete(f"{HOOKS}/9"),
        asked.get(f"{HOOKS}/9/deliveries"),
        asked.post(f"{HOOKS}/9/rotate"),
        asked.post(f"{HOOKS}/9/test"),
        asked.post(f"{HOOKS}/9/redeliver", json={"event": "1"}),
    ):
        assert answer.status_code == 404
