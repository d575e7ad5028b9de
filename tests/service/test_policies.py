"""`/api/v1/policy`: what is in force, what was, what is to come; checked, explained, compared, put in force."""

from typing import Any

import pytest

from tests.desk import POLICY
from tests.service.serving import Served

RED = POLICY.replace('name = "Inbound"', 'name = "Red"')
BROKEN = '[[rule]]\nname = "All"\nwhen = "colour ="\nwho = ["pool sails"]\n'


def publish(served: Served, text: str = RED, **headers: str) -> Any:
    return served.at().post("/api/v1/policy/publish", json={"policy": text, "note": "red"}, headers=headers)


def tag(served: Served) -> str:
    return str(served.at().get("/api/v1/policy").headers["ETag"])


# --- looking


def test_the_policy_is_shown_word_for_word_with_its_digest(served: Served) -> None:
    answer = served.at("viewer vi").get("/api/v1/policy")
    found = answer.json()
    assert (found["text"], found["version"], found["by"]) == (POLICY, 1, "manager eve")
    assert answer.headers["ETag"] == f'"{found["digest"]}"'


@pytest.mark.parametrize("wanted", ["text/plain", "application/toml", "text/plain;q=0.9, application/json;q=0.1"])
def test_who_wants_the_text_alone_gets_it(served: Served, wanted: str) -> None:
    answer = served.at().get("/api/v1/policy", headers={"Accept": wanted})
    assert (answer.text, answer.headers["content-type"]) == (POLICY, "text/plain; charset=utf-8")
    assert answer.headers["ETag"].startswith('"sha256:')


def test_earlier_policies_are_kept_latest_first(served: Served) -> None:
    publish(served, **{"If-Match": tag(served)})
    found = served.at().get("/api/v1/policy/versions").json()["items"]
    assert [(each["version"], each.get("note", "")) for each in found] == [(2, "red"), (1, "")]
    assert served.at().get("/api/v1/policy/versions/1").json()["text"] == POLICY
    assert served.at().get("/api/v1/policy/versions/3").status_code == 404


def test_versions_come_by_the_page(served: Served) -> None:
    publish(served, **{"If-Match": "*"})
    first = served.at().get("/api/v1/policy/versions", params={"limit": "1"}).json()
    rest = served.at().get("/api/v1/policy/versions", params={"limit": "1", "after": first["next"]}).json()
    assert [each["version"] for each in first["items"] + rest["items"]] == [2, 1]
    assert rest["next"] is None


def test_a_policy_is_explained_in_plain_english(served: Served) -> None:
    found = served.at("viewer vi").get("/api/v1/policy/explain").json()
    assert (found["version"], found["paragraphs"][0]) == (1, "Inbound. Amounts are in EUR.")
    assert any(each.startswith("4. All. Every lead goes to") for each in found["paragraphs"])


def test_an_earlier_policy_and_a_single_condition_are_explained_too(served: Served) -> None:
    publish(served, **{"If-Match": "*"})
    assert served.at().get("/api/v1/policy/explain", params={"version": "1"}).json()["version"] == 1
    said = served.at().get("/api/v1/policy/explain", params={"when": 'topic == "list"'}).json()
    assert said["paragraphs"] == ['topic is "list"']
    assert served.at().get("/api/v1/policy/explain", params={"when": "topic =="}).status_code == 422


def test_what_has_changed_is_told_line_by_line(served: Served) -> None:
    publish(served, **{"If-Match": "*"})
    found = served.at().get("/api/v1/policy/diff", params={"from": "1"}).json()
    assert (found["before"], found["after"]) == ("version 1", "version 2")
    changed = [line for line in found["diff"].splitlines()[2:] if line[0] in "+-"]
    assert changed == ['-name = "Inbound"', '+name = "Red"']
    plain = served.at().get("/api/v1/policy/diff", params={"from": "1"}, headers={"Accept": "text/plain"})
    assert plain.text == found["diff"]


def test_reps_see_no_policy(served: Served) -> None:
    for path in ("", "/versions", "/explain", "/diff", "/drafts"):
        assert served.at("rep ann").get(f"/api/v1/policy{path}").status_code == 403


# --- checking


def test_a_check_tells_every_fault_with_its_line(served: Served) -> None:
    found = served.at("viewer vi").post("/api/v1/policy/check", json={"policy": BROKEN}).json()
    assert (found["ok"], found["findings"]) == (False, [])
    assert {"line", "what", "fix", "where"} <= set(found["faults"][0])
    assert len(found["faults"]) >= 2


def test_a_check_tells_what_can_be_proved(served: Served) -> None:
    shadowed = POLICY + '\n[[rule]]\nname = "Never"\nwhen = "always"\nwho = ["pool sales"]\n'
    found = served.at().post("/api/v1/policy/check", json={"policy": shadowed}).json()
    assert found["ok"]
    assert ("shadowed", "Never") in [(each["code"], each.get("rule")) for each in found["findings"]]


def test_a_check_writes_nothing(served: Served) -> None:
    served.at().post("/api/v1/policy/check", json={"policy": RED})
    assert served.at().get("/api/v1/policy").json()["version"] == 1


# --- drafts


def test_a_draft_is_kept_checked_and_put_in_force(each_served: Served) -> None:
    at = each_served.at()
    kept = at.put("/api/v1/policy/drafts/autumn", json={"text": RED})
    assert (kept.status_code, kept.json()["name"]) == (201, "autumn")
    assert at.get("/api/v1/policy/drafts/autumn").json()["text"] == RED
    assert at.get("/api/v1/policy/drafts/autumn/check").json()["ok"]
    published = at.post("/api/v1/policy/drafts/autumn/publish", json={"note": "leaves fall"})
    assert (published.status_code, published.json()["versions"]) == (200, {"policy": 2})
    assert at.get("/api/v1/policy").json()["note"] == "leaves fall"
    assert at.get("/api/v1/policy/drafts/autumn").status_code == 404


def test_a_draft_takes_the_place_of_one_that_was_seen_only(served: Served) -> None:
    at, path = served.at(), "/api/v1/policy/drafts/autumn"
    seen = at.put(path, json={"text": POLICY}).headers["ETag"]
    assert at.put(path, json={"text": RED}).status_code == 428
    assert at.put(path, json={"text": RED}, headers={"If-Match": seen}).status_code == 200
    assert at.put(path, json={"text": RED}, headers={"If-Match": seen}).status_code == 412
    assert at.delete(path, headers={"If-Match": seen}).status_code == 412


def test_a_draft_that_is_not_there_was_seen_by_nobody(served: Served) -> None:
    answer = served.at().put("/api/v1/policy/drafts/autumn", json={"text": RED}, headers={"If-Match": '"x"'})
    assert answer.status_code == 412


def test_a_draft_may_be_full_of_faults_but_is_not_put_in_force(served: Served) -> None:
    at = served.at()
    at.put("/api/v1/policy/drafts/wild", json={"text": BROKEN})
    assert at.get("/api/v1/policy/drafts/wild/check").json()["ok"] is False
    answer = at.post("/api/v1/policy/drafts/wild/publish")
    assert (answer.status_code, answer.json()["type"]) == (422, "bad-policy")
    assert at.get("/api/v1/policy").json()["version"] == 1


def test_a_draft_that_was_begun_from_another_policy_is_not_put_in_force(served: Served) -> None:
    served.at().put("/api/v1/policy/drafts/autumn", json={"text": RED})
    publish(served, POLICY.replace("Inbound", "Blue"), **{"If-Match": "*"})
    assert served.at().post("/api/v1/policy/drafts/autumn/publish").status_code == 409


def test_drafts_are_listed_without_their_texts_and_thrown_away(served: Served) -> None:
    served.at().put("/api/v1/policy/drafts/autumn", json={"text": RED})
    (found,) = served.at("viewer vi").get("/api/v1/policy/drafts").json()["items"]
    assert (found["name"], "text" in found) == ("autumn", False)
    assert served.at().delete("/api/v1/policy/drafts/autumn").status_code == 204
    assert served.at().get("/api/v1/policy/drafts").json()["items"] == []


# --- in force


def test_a_policy_counts_at_once(each_served: Served) -> None:
    answer = publish(each_served, **{"If-Match": tag(each_served)})
    assert (answer.status_code, answer.json()) == (200, {"versions": {"policy": 2}})
    assert answer.headers["ETag"] == tag(each_served)


def test_what_nobody_has_seen_is_not_overwritten(served: Served) -> None:
    assert publish(served).status_code == 428
    assert publish(served, **{"If-Match": '"sha256:0"'}).status_code == 412
    assert served.at().get("/api/v1/policy").json()["version"] == 1


def test_a_policy_with_faults_changes_nothing(served: Served) -> None:
    answer = publish(served, BROKEN, **{"If-Match": "*"})
    assert (answer.status_code, len(answer.json()["faults"]) >= 2) == (422, True)
    assert tag(served) == f'"{served.at().get("/api/v1/policy").json()["digest"]}"'


def test_an_earlier_policy_comes_back_as_a_new_version(served: Served) -> None:
    publish(served, **{"If-Match": "*"})
    answer = served.at().post("/api/v1/policy/rollback", json={"version": 1})
    assert (answer.status_code, answer.json()["versions"]) == (200, {"policy": 3})
    assert served.at().get("/api/v1/policy").json()["text"] == POLICY
    assert served.at().post("/api/v1/policy/rollback", json={"version": 9}).status_code == 404


def test_to_publish_there_must_be_a_text(served: Served) -> None:
    answer = served.at().post("/api/v1/policy/publish", json={"note": "x"}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (400, "policy")


@pytest.mark.parametrize("who", ["viewer vi", "rep ann", "manager eve"])
def test_only_an_admin_changes_the_policy(served: Served, who: str) -> None:
    at = served.at(who)
    assert at.post("/api/v1/policy/publish", json={"policy": RED}, headers={"If-Match": "*"}).status_code == 403
    assert at.put("/api/v1/policy/drafts/x", json={"text": RED}).status_code == 403
    assert at.delete("/api/v1/policy/drafts/x").status_code == 403
    assert at.post("/api/v1/policy/drafts/x/publish").status_code == 403
    assert at.post("/api/v1/policy/rollback", json={"version": 1}).status_code == 403


def test_a_policy_may_be_larger_than_other_bodies(served: Served) -> None:
    text = POLICY + "#" * (1 << 21)
    assert publish(served, text, **{"If-Match": "*"}).status_code == 200
