"""`/api/v1/sources`: set up by admins; their secrets are never told again."""

from typing import Any

import pytest

from tests.service.serving import Served

PATH = "/api/v1/sources"
EMAIL = {"name": "email", "label": "E-mail", "type": "email", "required": True}
CONTACT = {"name": "contact", "kind": "form", "settings": {"title": "Talk to us", "inputs": [EMAIL]}}
ADS = {"name": "ads", "kind": "json", "settings": {"by": "header"}, "secrets": {"token": "s3cret-enough"}}


def names(served: Served, **asked: str) -> list[str]:
    return [each["name"] for each in served.at().get(PATH, params=asked).json()["items"]]


def test_a_form_is_set_up(each_served: Served) -> None:
    answer = each_served.at().post(PATH, json=CONTACT)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["path"], found["on"], found["settings"]) == ("/f/contact", True, CONTACT["settings"])
    again = each_served.at().get(f"{PATH}/contact")
    assert (again.json(), again.headers["ETag"]) == (found, answer.headers["ETag"])


def test_secrets_are_named_and_never_told(each_served: Served) -> None:
    answer = each_served.at().post(PATH, json=ADS)
    assert (answer.json()["path"], answer.json()["secrets"]) == ("/hooks/ads", ["token"])
    listed = each_served.at().get(PATH)
    assert "s3cret-enough" not in answer.text + listed.text + each_served.at().get(f"{PATH}/ads").text


def test_a_source_is_set_up_anew_by_who_has_seen_it(served: Served) -> None:
    seen = served.at().post(PATH, json=ADS).headers["ETag"]
    change = {"settings": {"by": "url"}, "secrets": {"token_old": "an-older-one"}}
    assert served.at().put(f"{PATH}/ads", json=change).status_code == 428
    changed = served.at().put(f"{PATH}/ads", json=change, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["secrets"], changed.json()["version"]) == (
        200,
        ["token", "token_old"],
        2,
    )
    assert served.at().put(f"{PATH}/ads", json=change, headers={"If-Match": seen}).status_code == 412


def test_a_source_is_turned_off_and_on_again(served: Served) -> None:
    served.at().post(PATH, json=CONTACT)
    off = served.at().delete(f"{PATH}/contact")
    assert (off.status_code, off.json()["on"], off.json()["off"]) == (200, False, "2026-11-02T09:00:00Z")
    assert (names(served), names(served, all="true")) == ([], ["contact"])
    change = {"settings": CONTACT["settings"], "on": True}
    on = served.at().put(f"{PATH}/contact", json=change, headers={"If-Match": off.headers["ETag"]})
    assert (on.json()["on"], names(served)) == (True, ["contact"])


def test_sources_come_by_the_page(served: Served) -> None:
    for name in ("c", "a", "b"):
        served.at().post(PATH, json={**CONTACT, "name": name})
    first = served.at().get(PATH, params={"limit": "2"}).json()
    rest = served.at().get(PATH, params={"limit": "2", "after": first["next"]}).json()
    assert [each["name"] for each in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": "A b"}, "name"),
        ({"kind": "fax"}, "kind"),
        ({"settings": {"titel": "x"}}, "settings"),
        ({"settings": {"inputs": []}}, "inputs"),
        ({"settings": [1]}, "settings"),
        ({"secrets": {"token": "x" * 8}}, "secrets"),
    ],
)
def test_a_source_that_makes_no_sense_is_told_where(served: Served, changes: dict[str, Any], where: str) -> None:
    answer = served.at().post(PATH, json={**CONTACT, **changes})
    assert (answer.status_code in {400, 422}, answer.json()["faults"][0]["where"]) == (True, where), answer.text
    assert names(served, all="true") == []


def test_a_name_is_taken_once(served: Served) -> None:
    served.at().post(PATH, json=CONTACT)
    assert served.at().post(PATH, json=CONTACT).status_code == 409


def test_a_source_that_is_not_there_is_not_found(served: Served) -> None:
    assert served.at().get(f"{PATH}/nothing").status_code == 404
    assert served.at().delete(f"{PATH}/nothing").status_code == 404
    change = {"settings": {"title": "x"}}
    assert served.at().put(f"{PATH}/nothing", json=change, headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize("who", ["manager eve", "rep ann", "viewer vi"])
def test_only_an_admin_sees_and_changes_sources(served: Served, who: str) -> None:
    served.at().post(PATH, json=CONTACT)
    at = served.at(who)
    assert {at.get(PATH).status_code, at.get(f"{PATH}/contact").status_code} == {403}
    assert {at.post(PATH, json=ADS).status_code, at.delete(f"{PATH}/contact").status_code} == {403}
    assert at.put(f"{PATH}/contact", json={"settings": {}}, headers={"If-Match": "*"}).status_code == 403
    assert at.get("/api/v1/source-kinds").status_code == 403


def test_the_kinds_say_what_they_want(served: Served) -> None:
    found = {each["kind"]: each for each in served.at().get("/api/v1/source-kinds").json()["items"]}
    assert {"form", "meta", "json"} <= set(found)
    assert found["form"]["secrets"] == []
    assert {each["name"] for each in found["json"]["secrets"]} == {"secret", "token"}
    assert "inputs" in str(found["form"]["settings"])


@pytest.mark.parametrize("path", ["sources/%00", "channels?owner=%00", "policy/drafts/%00", "reps/%00", "pools/%00"])
def test_a_name_that_no_database_keeps_is_nobodys(each_served: Served, path: str) -> None:
    assert each_served.at().get(f"/api/v1/{path}").status_code == 400


def test_a_draft_has_no_zero_bytes(each_served: Served) -> None:
    for path, body in (("%00", {"text": ""}), ("x", {"text": "\0"}), ("x", {"text": "", "base": "\0"})):
        assert each_served.at().put(f"/api/v1/policy/drafts/{path}", json=body).status_code == 400
