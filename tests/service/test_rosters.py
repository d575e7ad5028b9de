"""`/api/v1/roster`: the same as for policies, and what a roster changes for people and pools."""

import pytest

from tests.desk import TEAM
from tests.service.serving import Served

WITH_DAN = TEAM.replace('["ann", "bob", "cy"]', '["ann", "bob", "dan"]') + '\n[[person]]\nid = "dan"\n'


def test_the_roster_is_shown_word_for_word(served: Served) -> None:
    answer = served.at("viewer vi").get("/api/v1/roster")
    assert (answer.json()["text"], answer.json()["version"]) == (TEAM, 1)
    assert served.at().get("/api/v1/roster", headers={"Accept": "text/plain"}).text == TEAM
    assert served.at().get("/api/v1/roster/versions/1").json()["text"] == TEAM


def test_who_joins_and_who_leaves_is_said(each_served: Served) -> None:
    seen = {"If-Match": each_served.at().get("/api/v1/roster").headers["ETag"]}
    answer = each_served.at().post("/api/v1/roster/publish", json={"roster": WITH_DAN}, headers=seen)
    assert answer.json() == {"versions": {"roster": 2}, "joined": {"sales": ["dan"]}, "left": {"sales": ["cy"]}}
    again = each_served.at().post("/api/v1/roster/publish", json={"roster": TEAM}, headers=seen)
    assert again.status_code == 412


def test_a_roster_without_somebody_who_holds_leads_is_refused(served: Served) -> None:
    rep = served.trial.row(served.take(email="a@example.com")).rep
    without = TEAM.replace(f'[[person]]\nid = "{rep}"\n', "").replace(f'"{rep}", ', "").replace(f', "{rep}"', "")
    answer = served.at().post("/api/v1/roster/publish", json={"roster": without}, headers={"If-Match": "*"})
    assert (answer.status_code, f"{rep} holds 1" in answer.json()["detail"]) == (409, True)


def test_a_policy_and_a_roster_come_into_force_together(served: Served) -> None:
    policy = served.at().get("/api/v1/policy").json()["text"].replace("pool sales", "pool field")
    roster = TEAM.replace('name = "sales"', 'name = "field"')
    asked = {"policy": policy, "roster": roster}
    answer = served.at().post("/api/v1/roster/publish", json=asked, headers={"If-Match": "*"})
    assert answer.json()["versions"] == {"policy": 2, "roster": 2}


def test_a_roster_is_checked_beside_the_policy_in_force(served: Served) -> None:
    found = served.at().post("/api/v1/roster/check", json={"roster": TEAM.replace('"sales"', '"field"')}).json()
    assert (found["ok"], found["faults"][0]["where"]) == (False, "policy.toml")
    assert served.at().post("/api/v1/roster/check", json={"roster": WITH_DAN}).json()["ok"]


def test_a_roster_is_drafted_compared_and_put_in_force(served: Served) -> None:
    at = served.at()
    at.put("/api/v1/roster/drafts/dan", json={"text": WITH_DAN})
    assert [each["name"] for each in at.get("/api/v1/roster/drafts").json()["items"]] == ["dan"]
    assert '+id = "dan"' in at.get("/api/v1/roster/diff", params={"to": "dan"}).json()["diff"]
    assert at.get("/api/v1/roster/drafts/dan/check").json()["ok"]
    assert at.get("/api/v1/roster/drafts/dan").json()["text"] == WITH_DAN
    assert at.post("/api/v1/roster/drafts/dan/publish").json()["versions"] == {"roster": 2}
    assert [each["version"] for each in at.get("/api/v1/roster/versions").json()["items"]] == [2, 1]
    assert at.post("/api/v1/roster/rollback", json={"version": 1}).json()["left"] == {"sales": ["dan"]}


def test_a_draft_of_a_roster_is_thrown_away(served: Served) -> None:
    served.at().put("/api/v1/roster/drafts/dan", json={"text": "["})
    assert served.at().delete("/api/v1/roster/drafts/dan").status_code == 204
    assert served.at().delete("/api/v1/roster/drafts/dan").status_code == 404


@pytest.mark.parametrize("who", ["viewer vi", "rep ann", "manager eve"])
def test_only_an_admin_changes_the_roster_as_a_whole(served: Served, who: str) -> None:
    at = served.at(who)
    assert at.post("/api/v1/roster/publish", json={"roster": TEAM}, headers={"If-Match": "*"}).status_code == 403
    assert at.put("/api/v1/roster/drafts/x", json={"text": TEAM}).status_code == 403
    assert at.post("/api/v1/roster/rollback", json={"version": 1}).status_code == 403
