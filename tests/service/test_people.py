"""`/api/v1/reps`: who is there, seen by each role; away and back; edits of the roster; who leaves."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.desk import TEAM
from tests.service.serving import Served

CAPPED = TEAM.replace('id = "ann"', 'id = "ann"\nname = "Ann"\nemail = "ann@example.com"\ncaps = { open = 2, day = 3 }')


def reps(served: Served, who: str, **asked: str) -> dict[str, dict[str, Any]]:
    answer = served.at(who).get("/api/v1/reps", params=asked)
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["items"]}


def exactly(answer: Any) -> Any:
    """A body with its amounts as they are."""
    return json.loads(answer.content, parse_float=Decimal)


# --- looking


def test_an_admin_sees_how_everybody_stands(served: Served) -> None:
    served.trial.publish(roster=CAPPED)
    served.take(email="a@example.com")
    found = reps(served, "admin ada")
    assert set(found) == {"ann", "bob", "cy", "eve"}
    ann = found["ann"]
    assert (ann["available"], ann["standing"], ann["pools"], ann["zone"]) == (True, "on duty", ["sales"], "UTC")
    assert sum(each["open"] for each in found.values()) == 1


def test_caps_are_shown_with_what_is_used_today(served: Served) -> None:
    served.trial.publish(roster=CAPPED)
    for number in range(6):
        served.take(email=f"{number}@example.com")
    ann = reps(served, "admin ada")["ann"]
    assert [(cap["kind"], cap["limit"], cap["used"]) for cap in ann["caps"]] == [("open", 2, 2), ("day", 3, 2)]
    assert (ann["available"], ann["standing"]) == (False, "full")


def test_yesterdays_leads_use_nothing_of_todays_cap(served: Served) -> None:
    served.trial.publish(roster=CAPPED)
    for number in range(6):
        served.take(email=f"{number}@example.com")
    served.trial.now += 24 * 3_600_000
    day = next(cap for cap in reps(served, "admin ada")["ann"]["caps"] if cap["kind"] == "day")
    assert day["used"] == 0


def test_a_rep_sees_of_colleagues_only_that_they_are_there(served: Served) -> None:
    served.at("admin ada").post("/api/v1/reps/bob/away")
    found = reps(served, "rep ann")
    assert found["bob"] == {"id": "bob", "name": "Bob", "available": False}
    assert found["cy"] == {"id": "cy", "name": "Cy", "available": True}
    assert found["ann"]["standing"] == "on duty"


def test_a_manager_sees_their_own_people_whole(served: Served) -> None:
    served.trial.publish(roster=f'{TEAM}\n[[person]]\nid = "zoe"\n')
    found = reps(served, "manager eve")
    assert found["ann"]["standing"] == "on duty"
    assert found["zoe"] == {"id": "zoe", "name": "Zoe", "available": True}


def test_people_are_found_by_pool_team_and_being_there(served: Served) -> None:
    served.at("admin ada").post("/api/v1/reps/bob/away")
    assert set(reps(served, "admin ada", pool="sales")) == {"ann", "bob", "cy"}
    assert set(reps(served, "admin ada", available="false")) == {"bob"}
    assert reps(served, "admin ada", team="nobody") == {}


def test_people_come_by_the_page(served: Served) -> None:
    first = served.at().get("/api/v1/reps", params={"limit": "3"}).json()
    rest = served.at().get("/api/v1/reps", params={"limit": "3", "after": first["next"]}).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ["ann", "bob", "cy", "eve"]
    assert rest["next"] is None


def test_one_rep_is_shown_with_what_the_roster_says(served: Served) -> None:
    served.trial.publish(roster=CAPPED)
    answer = served.at("rep ann").get("/api/v1/reps/ann")
    assert answer.json()["entry"]["caps"] == {"open": 2, "day": 3}
    assert answer.headers["ETag"]


def test_of_a_colleague_no_more_is_shown_one_by_one(served: Served) -> None:
    assert served.at("rep ann").get("/api/v1/reps/bob").json() == {"id": "bob", "name": "Bob", "available": True}


def test_who_is_not_there_is_not_found_with_the_nearest_name(served: Served) -> None:
    answer = served.at().get("/api/v1/reps/anne")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no rep 'anne'. Did you mean 'ann'?")


def test_a_rep_sees_what_they_are_owed_and_when_their_turn_is(served: Served) -> None:
    served.take(email="a@example.com")
    mine = {}
    for rep in ("ann", "bob", "cy"):
        (mine[rep],) = exactly(served.at(f"rep {rep}").get(f"/api/v1/reps/{rep}/ledger"))["items"]
    assert sorted(each["place"] for each in mine.values()) == [1, 2, 3]
    assert sorted(each["next"] for each in mine.values()) == [1, 2, 3]
    assert sum(each["credit"] for each in mine.values()) == 0
    assert mine["ann"]["share"] == Decimal("0.333333333")


def test_what_a_colleague_is_owed_is_not_for_a_rep(served: Served) -> None:
    assert served.at("rep ann").get("/api/v1/reps/bob/ledger").status_code == 403
    assert served.at("manager eve").get("/api/v1/reps/bob/ledger").status_code == 200


# --- there or not


def test_somebody_goes_and_comes_back(each_served: Served) -> None:
    ann = each_served.at("rep ann")
    gone = ann.post("/api/v1/reps/ann/away")
    assert (gone.status_code, gone.json()["changed"], gone.json()["rep"]["standing"]) == (200, True, "away")
    assert ann.post("/api/v1/reps/ann/away").json()["changed"] is False
    assert ann.post("/api/v1/reps/ann/back").json()["rep"]["standing"] == "on duty"
    assert ann.post("/api/v1/reps/ann/last-one").json()["rep"]["standing"] == "last one"


def test_nobody_says_that_a_colleague_is_away(served: Served) -> None:
    assert served.at("rep ann").post("/api/v1/reps/bob/away").status_code == 403
    assert served.at("viewer vi").post("/api/v1/reps/bob/away").status_code == 403
    assert served.at("manager eve").post("/api/v1/reps/bob/away").status_code == 200


def test_a_manager_pauses_their_people_only(served: Served) -> None:
    served.trial.publish(roster=f'{TEAM}\n[[person]]\nid = "zoe"\n')
    assert served.at("manager eve").post("/api/v1/reps/zoe/pause").status_code == 403
    assert served.at("manager eve").post("/api/v1/reps/ann/pause").json()["rep"]["standing"] == "paused"
    assert served.at("manager eve").post("/api/v1/reps/ann/resume").json()["rep"]["standing"] == "on duty"


def test_leave_is_taken_and_called_off(served: Served) -> None:
    taken = served.at("rep ann").post("/api/v1/reps/ann/leave", json={"start": "2026-11-02", "deputy": "bob"})
    assert (taken.status_code, taken.json()["rep"]["standing"], taken.json()["version"]) == (201, "off duty", 2)
    assert taken.json()["rep"]["entry"]["leave"] == [{"from": "2026-11-02", "to": "2026-11-02", "deputy": "bob"}]
    off = served.at("rep ann").delete("/api/v1/reps/ann/leave/2026-11-02")
    assert (off.status_code, off.json()["rep"]["standing"]) == (200, "on duty")
    assert served.at("rep ann").delete("/api/v1/reps/ann/leave/2026-11-02").status_code == 404


def test_leave_that_cannot_be_is_refused_with_the_reason(served: Served) -> None:
    answer = served.at("rep ann").post("/api/v1/reps/ann/leave", json={"start": "soon"})
    assert answer.status_code == 422
    assert "soon" in answer.json()["detail"]


# --- the roster


def test_the_roster_is_edited_key_by_key(each_served: Served) -> None:
    answer = each_served.at("manager eve").patch(
        "/api/v1/reps/ann", json={"caps.open": 5, "skills.fintech": 4, "languages": ["de"], "deal_band.to": 1.5}
    )
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    entry = answer.json()["rep"]["entry"]
    assert entry["caps"] == {"open": 5}
    assert (entry["skills"], entry["languages"], entry["deal_band"]) == ({"fintech": 4}, ["de"], {"to": 1.5})
    assert each_served.at().get("/api/v1/reps/ann").headers["ETag"] == answer.headers["ETag"]


def test_a_key_goes_with_null(served: Served) -> None:
    served.at().patch("/api/v1/reps/ann", json={"seniority": 3})
    answer = served.at().patch("/api/v1/reps/ann", json={"seniority": None}).json()
    assert "seniority" not in answer["rep"]["entry"]


def test_an_edit_of_what_somebody_else_has_changed_is_refused(served: Served) -> None:
    seen = {"If-Match": served.at().get("/api/v1/reps/ann").headers["ETag"]}
    assert served.at().patch("/api/v1/reps/bob", json={"seniority": 1}).status_code == 200
    assert served.at().patch("/api/v1/reps/ann", json={"seniority": 1}, headers=seen).status_code == 200
    late = served.at().patch("/api/v1/reps/ann", json={"seniority": 2}, headers=seen)
    assert (late.status_code, late.json()["type"]) == (412, "overtaken")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "anna"}, "the id of a person cannot be changed"),
        ({"caps.open": "many"}, 'open = "many" is not a whole number'),
        ({"caps": {"open": None}}, "null is no value here"),
        ({"name": "A\u0000nn"}, "zero byte"),
        ({"skill.x": 1}, "skill"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(
    served: Served, changes: dict[str, Any], said: str
) -> None:
    answer = served.at().patch("/api/v1/reps/ann", json=changes)
    assert (answer.status_code in {400, 422}, said in answer.json()["detail"]) == (True, True), answer.text
    assert served.at().get("/api/v1/reps/ann").json()["entry"] == {"id": "ann"}


def test_who_is_new_is_in_the_roster_at_once(served: Served) -> None:
    answer = served.at().post("/api/v1/reps", json={"id": "dan", "name": "Dan", "caps": {"open": 1}})
    assert (answer.status_code, answer.json()["rep"]["name"]) == (201, "Dan")
    assert served.at().post("/api/v1/reps", json={"id": "dan"}).status_code == 422


def test_only_an_admin_says_who_is_new_and_who_goes(served: Served) -> None:
    eve = served.at("manager eve")
    assert eve.post("/api/v1/reps", json={"id": "dan"}).status_code == 403
    assert eve.delete("/api/v1/reps/ann").status_code == 403
    assert eve.post("/api/v1/reps/ann/let-go").status_code == 403
    assert served.at("rep ann").patch("/api/v1/reps/ann", json={"seniority": 9}).status_code == 403


def test_a_manager_edits_their_own_people_only_and_not_for_whom_they_answer(served: Served) -> None:
    served.trial.publish(roster=f'{TEAM}\n[[person]]\nid = "zoe"\n')
    assert served.at("manager eve").patch("/api/v1/reps/zoe", json={"seniority": 1}).status_code == 403
    assert served.at("manager eve").patch("/api/v1/reps/ann", json={"active": False}).status_code == 403


def test_somebody_is_taken_out_as_if_never_there(served: Served) -> None:
    answer = served.at().delete("/api/v1/reps/cy")
    assert (answer.status_code, answer.json()["left"]) == (200, {"sales": ["cy"]})
    assert served.at().get("/api/v1/reps/cy").status_code == 404


def test_who_leaves_is_looked_at_first_and_settled_then(each_served: Served) -> None:
    for number in range(3):
        each_served.take(email=f"{number}@example.com")
    plan = each_served.at().post("/api/v1/reps/ann/let-go", params={"dry_run": "true"}).json()
    assert (plan["dry_run"], len(plan["leads"]), plan["pools"]) == (True, 1, ["sales"])
    assert each_served.at().get("/api/v1/reps/ann").json()["available"]
    gone = each_served.at().post("/api/v1/reps/ann/let-go", params={"to": "bob"}).json()
    assert (gone["dry_run"], gone["leads"], gone["pools"]) == (False, plan["leads"], ["sales"])
    assert each_served.at().get("/api/v1/reps/bob").json()["open"] == 2
    assert each_served.at().get("/api/v1/reps/ann").json()["standing"] == "not active"


@pytest.mark.parametrize("body", [b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 100_000])
def test_a_body_that_is_nested_too_deeply_is_refused(served: Served, body: bytes) -> None:
    answer = served.at().patch("/api/v1/reps/ann", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
