"""`/api/v1/channels` and `/me/channels`: how people are told, by who may say so."""

from typing import Any

import pytest

from tests.desk import TEAM
from tests.service.serving import Served

PATH = "/api/v1/channels"
MINE = "/api/v1/me/channels"
MAIL = {"kind": "email", "address": "ann@example.com"}
SLACK = "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def add(served: Served, who: str = "admin ada", owner: str = "ann", **said: Any) -> Any:
    return served.at(who).post(PATH, json={"owner": owner, **MAIL, **said})


def owners(served: Served, who: str, **asked: str) -> list[str]:
    return [each["owner"] for each in served.at(who).get(PATH, params=asked).json()["items"]]


def test_a_channel_is_added_and_shown_without_its_secret(each_served: Served) -> None:
    answer = add(each_served, kind="chat", address=SLACK, quiet="22:00-07:00", kinds=["assigned"], detail="none")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["owner"], found["quiet"], found["kinds"], found["on"]) == ("ann", "22:00-07:00", ["assigned"], True)
    again = each_served.at().get(f"{PATH}/{found['id']}")
    assert (again.json(), again.headers["ETag"]) == (found, answer.headers["ETag"])
    assert "XXXX" not in answer.text


def test_a_channel_changes_by_who_has_seen_it(served: Served) -> None:
    made = add(served)
    path, seen = f"{PATH}/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    changed = served.at().patch(path, json={"detail": "full", "on": False, "address": "a@example.org"}, headers=seen)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in ("detail", "on", "shown")} == {
        "detail": "full",
        "on": False,
        "shown": "a@example.org",
    }
    assert served.at().patch(path, json={"detail": "none"}, headers=seen).status_code == 412
    assert served.at().patch(path, json={"detail": "none"}).status_code == 200


def test_a_channel_is_taken_out(served: Served) -> None:
    path = f"{PATH}/{add(served).json()['id']}"
    assert served.at().delete(path).status_code == 204
    assert (served.at().get(path).status_code, owners(served, "admin ada")) == (404, [])
    assert served.at().delete(path).status_code == 404


def test_a_channel_is_tried_out(each_served: Served) -> None:
    number = add(each_served).json()["id"]
    tried = each_served.at("manager eve").post(f"{PATH}/{number}/test")
    assert tried.status_code == 202
    message = each_served.at().get(f"/api/v1/messages/{tried.json()['message']}").json()
    assert (message["kind"], message["to"], message["state"]) == ("test", f"channel {number}", "waiting")


def test_channels_are_listed_by_owner_and_place(served: Served) -> None:
    for owner in ("desk", "cy", "ann", "bob", "ann"):
        add(served, owner=owner)
    assert owners(served, "admin ada") == ["ann", "ann", "bob", "cy", "desk"]
    assert owners(served, "admin ada", owner="ann") == ["ann", "ann"]
    first = served.at().get(PATH, params={"limit": "3"}).json()
    rest = served.at().get(PATH, params={"limit": "3", "after": first["next"]}).json()
    assert [each["place"] for each in first["items"] + rest["items"]] == [0, 1, 0, 0, 0]


def test_a_manager_chooses_for_their_people(served: Served) -> None:
    served.trial.publish(roster=f'{TEAM}\n[[person]]\nid = "zoe"\n')
    for owner in ("desk", "zoe", "ann"):
        add(served, owner=owner)
    assert owners(served, "manager eve") == ["ann"]
    assert add(served, "manager eve", owner="bob").status_code == 201
    assert add(served, "manager eve", owner="zoe").status_code == 403
    assert add(served, "manager eve", owner="desk").status_code == 403


def test_what_a_manager_may_not_see_is_not_there(served: Served) -> None:
    path = f"{PATH}/{add(served, owner='desk').json()['id']}"
    eve = served.at("manager eve")
    assert {eve.get(path).status_code, eve.patch(path, json={}).status_code, eve.delete(path).status_code} == {404}
    assert eve.post(f"{path}/test").status_code == 404


@pytest.mark.parametrize("who", ["rep ann", "viewer vi"])
def test_others_choose_for_nobody_else(served: Served, who: str) -> None:
    path = f"{PATH}/{add(served).json()['id']}"
    at = served.at(who)
    assert {at.get(PATH).status_code, at.get(path).status_code, at.delete(path).status_code} == {403}
    assert {add(served, who).status_code, at.patch(path, json={}).status_code} == {403}
    assert at.post(f"{path}/test").status_code == 403


def test_everybody_chooses_for_themselves(each_served: Served) -> None:
    ann = each_served.at("rep ann")
    made = ann.post(MINE, json={**MAIL, "quiet": "20:00-08:00"})
    assert (made.status_code, made.json()["owner"]) == (201, "ann")
    path = f"{MINE}/{made.json()['id']}"
    assert ann.patch(path, json={"place": 3}).json()["place"] == 3
    assert ann.post(f"{path}/test").status_code == 202
    assert [each["id"] for each in ann.get(MINE).json()["items"]] == [made.json()["id"]]
    assert ann.delete(path).status_code == 204
    assert ann.get(MINE).json()["items"] == []


def test_a_channel_of_somebody_else_is_not_mine(served: Served) -> None:
    path = f"{MINE}/{add(served, owner='bob').json()['id']}"
    ann = served.at("rep ann")
    assert {ann.patch(path, json={}).status_code, ann.delete(path).status_code} == {404}
    assert ann.post(f"{path}/test").status_code == 404


def test_who_is_nobody_in_the_roster_has_none_of_their_own(served: Served) -> None:
    answer = served.at("admin ada").get(MINE)
    assert (answer.status_code, "nobody in the roster" in answer.json()["detail"]) == (400, True)
    assert served.at("viewer vi").get(MINE).status_code == 403


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"address": "nobody"}, "address"),
        ({"kind": "chat", "address": "json://10.0.0.1/"}, "address"),
        ({"kind": "pigeon"}, "kind"),
        ({"quiet": "at night"}, "quiet"),
        ({"kinds": ["gossip"]}, "kinds"),
        ({"detail": "most"}, "detail"),
        ({"colour": "red"}, ""),
    ],
)
def test_a_channel_that_makes_no_sense_is_told_where(served: Served, said: dict[str, Any], where: str) -> None:
    answer = add(served, **said)
    assert answer.status_code in {400, 422}, answer.text
    assert where in str(answer.json()["faults"]), answer.text
    assert owners(served, "admin ada") == []
