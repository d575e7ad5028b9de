"""`/api/v1/pools`: what everybody is owed, whose turn it is, seen by each role; weights, corrections, pauses."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.desk import TEAM
from tests.service.serving import Served

OTHERS = f"""{TEAM}
[[person]]
id = "zoe"
[[pool]]
name = "north"
members = {{ zoe = 3, ann = 1 }}
[[pool]]
name = "south"
members = ["zoe"]
"""


def exactly(answer: Any) -> Any:
    """A body with its amounts as they are."""
    assert answer.status_code in {200, 201}, answer.text
    return json.loads(answer.content, parse_float=Decimal)


def members(served: Served, pool: str = "sales", who: str = "admin ada") -> dict[str, dict[str, Any]]:
    return {each["rep"]: each for each in exactly(served.at(who).get(f"/api/v1/pools/{pool}"))["members"]}


def names(served: Served, who: str) -> list[str]:
    return [each["name"] for each in served.at(who).get("/api/v1/pools").json()["items"]]


# --- looking


def test_a_pool_shows_what_everybody_is_owed_and_their_place(each_served: Served) -> None:
    each_served.take(email="a@example.com")
    found = members(each_served)
    assert sum(each["credit"] for each in found.values()) == 0
    assert sorted(each["place"] for each in found.values()) == [1, 2, 3]
    assert min(each["credit"] for each in found.values()) == Decimal("-0.666666666")
    assert {each["weight"] for each in found.values()} == {1}


def test_everybody_sees_the_pools_that_concern_them(served: Served) -> None:
    served.trial.publish(roster=OTHERS)
    assert names(served, "admin ada") == names(served, "viewer vi") == ["north", "sales", "south"]
    assert names(served, "rep ann") == ["north", "sales"]
    assert names(served, "rep zoe") == ["north", "south"]
    assert names(served, "manager eve") == ["north", "sales"]


def test_a_pool_that_one_may_not_see_is_not_found(served: Served) -> None:
    served.trial.publish(roster=OTHERS)
    for path in ("south", "south/line", "south/entries"):
        assert served.at("rep ann").get(f"/api/v1/pools/{path}").status_code == 404
        assert served.at("manager eve").get(f"/api/v1/pools/{path}").status_code == 404


def test_a_rep_sees_their_own_numbers_only(served: Served) -> None:
    served.take(email="a@example.com")
    found = members(served, who="rep ann")
    assert found["bob"] == {"rep": "bob", "name": "Bob", "available": True}
    assert {"credit", "place", "share", "weight"} <= set(found["ann"])
    pool = served.at("rep ann").get("/api/v1/pools/sales").json()
    assert ("entries" in pool, "entry" in pool) == (False, False)


def test_pools_come_by_the_page(served: Served) -> None:
    served.trial.publish(roster=OTHERS)
    first = served.at().get("/api/v1/pools", params={"limit": "2"}).json()
    rest = served.at().get("/api/v1/pools", params={"limit": "2", "after": first["next"]}).json()
    assert [each["name"] for each in first["items"] + rest["items"]] == ["north", "sales", "south"]
    assert rest["next"] is None


def test_the_line_is_what_then_happens(served: Served) -> None:
    coming = served.at().get("/api/v1/pools/sales/line", params={"count": "5"}).json()["next"]
    got = []
    for number in range(5):
        lead = served.take(email=f"{number}@example.com")
        got.append(served.trial.row(lead).rep)
    assert got == coming


def test_a_rep_is_told_which_of_the_next_leads_would_be_theirs(served: Served) -> None:
    coming = served.at().get("/api/v1/pools/sales/line", params={"count": "6"}).json()["next"]
    line = served.at("rep bob").get("/api/v1/pools/sales/line", params={"count": "6"}).json()
    assert line == {"pool": "sales", "count": 6, "turns": [n for n, rep in enumerate(coming, 1) if rep == "bob"]}


def test_the_line_of_those_who_are_there_leaves_out_who_is_not(served: Served) -> None:
    served.at("rep bob").post("/api/v1/reps/bob/away")
    everybody = served.at().get("/api/v1/pools/sales/line").json()["next"]
    there = served.at().get("/api/v1/pools/sales/line", params={"present": "true"}).json()["next"]
    assert ("bob" in everybody, "bob" in there) == (True, False)


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_a_line_that_is_too_long_or_none_is_refused(served: Served, count: str) -> None:
    assert served.at().get("/api/v1/pools/sales/line", params={"count": count}).status_code == 400


# --- putting right


def test_a_correction_is_an_entry_for_everybody_to_see(each_served: Served) -> None:
    asked = {"rep": "ann", "leads": 1.5, "why": "two were lost in the move"}
    answer = exactly(each_served.at("manager eve").post("/api/v1/pools/sales/corrections", json=asked))
    assert {each["rep"]: each["credit"] for each in answer["pool"]["members"]}["ann"] == Decimal("1.5")
    (entry,) = exactly(each_served.at().get("/api/v1/pools/sales/entries"))["items"]
    assert (entry["id"], entry["kind"], entry["rep"], entry["why"]) == (
        answer["entry"],
        "correction",
        "ann",
        asked["why"],
    )
    assert (entry["moved"]["ann"], sum(entry["moved"].values())) == (Decimal("1.5"), 0)


def test_a_rep_sees_of_an_entry_what_it_moved_for_them(served: Served) -> None:
    asked = {"rep": "ann", "leads": 1, "why": "a slip"}
    served.at().post("/api/v1/pools/sales/corrections", json=asked)
    (entry,) = exactly(served.at("rep bob").get("/api/v1/pools/sales/entries"))["items"]
    assert (entry["moved"], entry["why"]) == ({"bob": Decimal("-0.5")}, "a slip")


def test_entries_come_by_the_page(each_served: Served) -> None:
    for why in ("one", "two", "three"):
        each_served.at().post("/api/v1/pools/sales/corrections", json={"rep": "ann", "leads": 1, "why": why})
    first = each_served.at().get("/api/v1/pools/sales/entries", params={"limit": "2"}).json()
    rest = each_served.at().get("/api/v1/pools/sales/entries", params={"limit": "2", "after": first["next"]}).json()
    assert [each["why"] for each in first["items"] + rest["items"]] == ["one", "two", "three"]
    assert rest["next"] is None


def test_a_correction_that_cannot_be_is_refused_with_every_reason(served: Served) -> None:
    answer = served.at().post("/api/v1/pools/sales/corrections", json={"rep": "zoe", "leads": 0, "why": " "})
    assert (answer.status_code, [fault["where"] for fault in answer.json()["faults"]]) == (400, ["rep", "leads", "why"])


def test_only_who_answers_for_a_pool_changes_it(served: Served) -> None:
    served.trial.publish(roster=OTHERS)
    asked = {"rep": "ann", "leads": 1, "why": "a slip"}
    for who in ("rep ann", "viewer vi", "manager eve"):
        assert served.at(who).post("/api/v1/pools/north/corrections", json=asked).status_code == 403
        assert served.at(who).patch("/api/v1/pools/north", json={"max_ahead": 1}).status_code == 403
        assert served.at(who).post("/api/v1/pools/north/pause").status_code == 403


# --- the roster


def test_weights_change_and_members_come_and_go(each_served: Served) -> None:
    changed = each_served.at("manager eve").patch(
        "/api/v1/pools/sales/members", json={"ann": 2, "bob": None, "eve": 0.5}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["joined"], changed.json()["left"]) == ({"sales": ["eve"]}, {"sales": ["bob"]})
    found = members(each_served)
    assert {rep: each["weight"] for rep, each in found.items()} == {"ann": 4, "cy": 2, "eve": 1}
    assert each_served.at().get("/api/v1/pools/sales").headers["ETag"] == changed.headers["ETag"]


def test_a_pool_is_edited_key_by_key_unless_somebody_was_faster(served: Served) -> None:
    seen = {"If-Match": served.at().get("/api/v1/pools/sales").headers["ETag"]}
    answer = served.at().patch("/api/v1/pools/sales", json={"max_ahead": 3, "manager": None}, headers=seen)
    assert (answer.status_code, answer.json()["pool"]["entry"]["max_ahead"]) == (200, 3)
    assert served.at().patch("/api/v1/pools/sales", json={"max_ahead": 4}, headers=seen).status_code == 412
    assert served.at().delete("/api/v1/pools/sales", headers=seen).status_code == 412


def test_a_pool_is_made_and_taken_out_again(served: Served) -> None:
    made = served.at().post("/api/v1/pools", json={"name": "north", "members": {"ann": 2, "bob": 1}})
    assert (made.status_code, made.json()["pool"]["name"]) == (201, "north")
    assert served.at().delete("/api/v1/pools/north").status_code == 200
    assert served.at().get("/api/v1/pools/north").status_code == 404


def test_a_pool_that_a_rule_names_stays(served: Served) -> None:
    answer = served.at().delete("/api/v1/pools/sales")
    assert (answer.status_code, answer.json()["type"]) == (422, "bad-policy")


def test_only_an_admin_makes_pools(served: Served) -> None:
    asked = {"name": "north", "members": ["ann"]}
    assert served.at("manager eve").post("/api/v1/pools", json=asked).status_code == 403
    assert served.at("manager eve").delete("/api/v1/pools/sales").status_code == 403


def test_a_paused_pool_hands_nothing_out_until_it_goes_on(each_served: Served) -> None:
    paused = each_served.at("manager eve").post("/api/v1/pools/sales/pause").json()
    assert (paused["changed"], paused["pool"]["paused"]) == (True, True)
    lead = each_served.take(email="a@example.com")
    assert each_served.trial.state(lead) == "waiting"
    assert each_served.at("manager eve").post("/api/v1/pools/sales/resume").json()["changed"] is True
    assert each_served.trial.state(lead).startswith("assigned")
