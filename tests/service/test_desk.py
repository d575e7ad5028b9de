"""`/api/v1/desk`, `/messages` and `/reports`: how it all stands."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.desk import TEAM
from tests.service.serving import Served


def outbox(served: Served, who: str = "admin ada", **asked: str) -> Any:
    answer = served.at(who).get("/api/v1/messages", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def give_up(served: Served, number: int) -> None:
    """A message has gone wrong for the last time."""
    with served.trial.database.sending(served.trial.desk.workspace) as tx:
        tx.outbox.lease(served.trial.now, until=served.trial.now + 60_000, limit=50)
        row = tx.outbox.get(number)
        assert row is not None
        tx.outbox.settle([replace(row, state="dead", error="nobody answers")])


# --- the desk


def test_the_desk_is_shown_at_a_glance(each_served: Served) -> None:
    each_served.take(email="a@example.com")
    each_served.at().post("/api/v1/reps/ann/away")
    found = each_served.at("viewer vi").get("/api/v1/desk").json()
    assert (found["leads"], found["decisions"], found["paused"]) == ({"assigned": 1}, 1, False)
    assert [(each["subject"], each["kind"], each["by"]) for each in found["presences"]] == [
        ("rep ann", "away", "admin ada")
    ]
    assert found["policy"].startswith("sha256:")


def test_everything_is_paused_and_goes_on(each_served: Served) -> None:
    assert each_served.at().post("/api/v1/desk/pause").json() == {"changed": True, "paused": True}
    lead = each_served.take(email="a@example.com")
    desk = each_served.at().get("/api/v1/desk").json()
    assert (desk["paused"], each_served.trial.state(lead), desk["oldest"]) == (True, "waiting", "2026-11-02T09:00:00Z")
    assert each_served.at().get("/api/v1/reps/ann").json()["standing"] == "paused"
    assert each_served.at().post("/api/v1/desk/resume").json() == {"changed": True, "paused": False}
    assert each_served.trial.state(lead).startswith("assigned")


@pytest.mark.parametrize("who", ["manager eve", "rep ann", "viewer vi"])
def test_only_an_admin_pauses_everything(served: Served, who: str) -> None:
    assert served.at(who).post("/api/v1/desk/pause").status_code == 403
    assert served.at(who).post("/api/v1/desk/resume").status_code == 403


def test_a_rep_does_not_see_the_whole_desk(served: Served) -> None:
    for path in ("desk", "desk/findings", "messages", "reports/load", "reports/fairness", "reports/waiting"):
        assert served.at("rep ann").get(f"/api/v1/{path}").status_code == 403


def test_no_promise_is_broken(served: Served) -> None:
    assert served.at("viewer vi").get("/api/v1/desk/findings").json() == {"items": []}


# --- messages


def test_messages_are_listed_by_state_latest_first(each_served: Served) -> None:
    for number in range(3):
        each_served.take(email=f"{number}@example.com")
    found = outbox(each_served)["items"]
    assert [(each["id"], each["kind"], each["lead"]) for each in found] == [
        ("3", "assigned", "3"),
        ("2", "assigned", "2"),
        ("1", "assigned", "1"),
    ]
    assert outbox(each_served, state="sent")["items"] == []


def test_messages_come_by_the_page(each_served: Served) -> None:
    for number in range(3):
        each_served.take(email=f"{number}@example.com")
    first = outbox(each_served, limit="2")
    rest = outbox(each_served, limit="2", after=first["next"])
    assert [each["id"] for each in first["items"] + rest["items"]] == ["3", "2", "1"]
    assert rest["next"] is None


def test_a_manager_sees_the_messages_to_their_people_and_the_desk(served: Served) -> None:
    asked = {"roster": TEAM.replace('manager = "eve"', "")}
    served.at().post("/api/v1/roster/publish", json=asked, headers={"If-Match": "*"})
    for number in range(3):
        served.take(email=f"{number}@example.com")
    served.at().post("/api/v1/desk/pause")
    served.take(email="x@example.com")
    assert [each["to"] for each in outbox(served, "manager eve")["items"]] == ["desk"]
    assert served.at("manager eve").get("/api/v1/messages/1").status_code == 404


def test_a_message_that_was_given_up_is_sent_again(served: Served) -> None:
    served.take(email="a@example.com")
    give_up(served, 1)
    assert outbox(served, state="dead")["items"][0]["error"] == "nobody answers"
    answer = served.at("manager eve").post("/api/v1/messages/1/send-again")
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "waiting", 0)
    assert served.at("manager eve").post("/api/v1/messages/1/send-again").status_code == 409


def test_a_message_that_is_not_there_is_not_found(served: Served) -> None:
    assert served.at().get("/api/v1/messages/9").status_code == 404
    assert served.at().post("/api/v1/messages/9/send-again").status_code == 404
    assert served.at("viewer vi").get("/api/v1/messages/9").status_code == 403


@pytest.mark.parametrize("asked", [{"state": "lost"}, {"after": "x"}, {"limit": "0"}])
def test_a_list_that_cannot_be_is_refused(served: Served, asked: dict[str, str]) -> None:
    assert served.at().get("/api/v1/messages", params=asked).status_code == 400


# --- reports


def test_fairness_says_how_far_apart_people_are(served: Served) -> None:
    served.take(email="a@example.com")
    (pool,) = served.at("viewer vi").get("/api/v1/reports/fairness").json()["items"]
    assert (pool["pool"], round(pool["spread"], 6), set(pool["members"])) == ("sales", 1.0, {"ann", "bob", "cy"})


def test_load_begins_with_who_has_most(served: Served) -> None:
    lead = served.take(email="a@example.com")
    found = served.at("manager eve").get("/api/v1/reports/load").json()["items"]
    assert (found[0]["id"], found[0]["open"]) == (served.trial.row(lead).rep, 1)


def test_what_waits_is_told_hottest_first(served: Served) -> None:
    served.at().post("/api/v1/desk/pause")
    first, second = (served.take(email=f"{number}@example.com") for number in range(2))
    found = served.at("viewer vi").get("/api/v1/reports/waiting").json()
    assert (found["waiting"], found["held"], [each["lead"] for each in found["items"]]) == (
        2,
        0,
        [str(first), str(second)],
    )
    assert found["oldest"] == "2026-11-02T09:00:00Z"
