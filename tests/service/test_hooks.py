"""`/hooks/{source}`: other products' webhooks come in, each by its sender's own proof."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.actions.errands import bury, errands_of, from_source
from evenhand.core.model import HOUR
from evenhand.integrations.hooks import DOORS
from evenhand.stores.database import Database
from tests.desk import POLICY, TEAM, Trial, opened
from tests.integrations.hooks.payloads import (
    ACTIVECAMPAIGN,
    GOOGLE,
    HUBSPOT,
    LINKEDIN,
    META,
    NOW,
    SECRET,
    TYPEFORM,
    base64_of,
    body,
    hex_of,
)
from tests.service.capturing import BASE, Captured, capturing

REAL = {**GOOGLE, "is_test": False}


@pytest.fixture
def captured(sqlite_url: str) -> Iterator[Captured]:
    with opened(sqlite_url, now=NOW) as trial, capturing(trial) as service:
        yield service


@pytest.fixture
def each_captured(database_url: str) -> Iterator[Captured]:
    with opened(database_url, now=NOW) as trial, capturing(trial) as service:
        yield service


def google(captured: Captured, payload: Any = REAL) -> Any:
    return captured.client.post("/hooks/google", json=payload)


def test_a_lead_is_taken_and_decided_before_the_sender_hears_of_it(each_captured: Captured) -> None:
    each_captured.source("google", "google", google_key=SECRET)
    answer = google(each_captured)
    assert (answer.status_code, answer.json()["taken"]) == (200, 1)
    (lead,) = each_captured.leads()
    assert (lead.state, lead.source) == ("assigned", "google")
    assert "lead.assigned key hook:google" in each_captured.trial.events(1)


def test_a_delivery_that_comes_again_is_the_same_lead(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    assert [google(captured).json()["known"] for _ in range(2)] == [0, 1]
    assert len(captured.leads()) == 1


def test_other_values_under_the_same_id_are_a_touch(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    google(captured)
    google(captured, {**REAL, "gcl_id": "another"})
    assert len(captured.leads()) == 1
    assert "lead.touched key hook:google" in captured.trial.events(1)


def test_a_test_is_tried_out_and_nobody_gets_it(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    answer = google(captured, GOOGLE)
    assert (answer.status_code, answer.json()["tried"]) == (200, 1)
    assert (captured.leads(), captured.trial.credits()) == ([], {})
    assert "source.tried" in captured.happened("source")


def test_whoever_cannot_prove_themselves_hears_no_reason_and_we_do(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    answer = google(captured, {**REAL, "google_key": "not-the-key"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "Your proof does not hold.")
    assert "is not the google_key of this source" in captured.log.getvalue()
    assert captured.counted("evenhand_hooks", "refused") == 1
    assert captured.leads() == []


def test_a_body_that_cannot_be_read_is_refused_with_the_place(captured: Captured) -> None:
    captured.source("shop", "json", {"by": "url"}, token=SECRET)
    answer = captured.client.post(f"/hooks/shop?token={SECRET}", content=b"[1")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert captured.counted("evenhand_hooks", "unread") == 1


def test_a_token_in_the_address_is_nowhere_in_the_log(captured: Captured) -> None:
    captured.source("camp", "activecampaign", token=SECRET)
    answer = captured.client.post(f"/hooks/camp?token={SECRET}", data=dict(ACTIVECAMPAIGN))
    assert (answer.status_code, answer.json()["taken"]) == (200, 1)
    captured.client.post("/hooks/camp?token=another-long-token", data=dict(ACTIVECAMPAIGN))
    log = captured.log.getvalue()
    assert '"outcome":"taken"' in log
    assert SECRET not in log
    assert "another-long-token" not in log


def test_no_log_names_anybody(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    google(captured)
    google(captured, {**REAL, "user_column_data": 5})
    assert not [word for word in ("first.example", "Fay", "555") if word in captured.log.getvalue()]


def test_meta_shakes_hands_and_what_it_names_is_to_be_fetched(captured: Captured) -> None:
    captured.source("meta", "meta", app_secret=SECRET, verify_token=SECRET, access_token=SECRET)
    asked = {"hub.mode": "subscribe", "hub.verify_token": SECRET, "hub.challenge": "1158201444"}
    assert captured.client.get("/hooks/meta", params=asked).text == "1158201444"
    assert captured.client.get("/hooks/meta", params={**asked, "hub.verify_token": "x"}).status_code == 403
    signed = {"X-Hub-Signature-256": f"sha256={hex_of(body(META))}"}
    answers = [captured.client.post("/hooks/meta", content=body(META), headers=signed) for _ in range(2)]
    assert [each.json()["to_fetch"] for each in answers] == [2, 2]
    assert captured.happened("errand") == ["errand.asked", "errand.asked"]
    found = captured.at().get("/api/v1/sources/meta/errands").json()["items"]
    assert {(each["fetches"], each["state"]) for each in found} == {
        ("lead 123123123123", "waiting"),
        ("lead 123123123124", "waiting"),
    }


def test_hubspot_signs_the_address_as_the_world_sees_it_and_the_time(captured: Captured) -> None:
    captured.source("hub", "hubspot", client_secret=SECRET, access_token=SECRET)
    signature = base64_of(b"POST" + f"{BASE}/hooks/hub?a=b".encode() + body(HUBSPOT) + str(NOW).encode())
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": str(NOW)}
    answers = []
    for path, now in (("/hooks/hub?a=b", NOW), ("/hooks/hub?a=c", NOW), ("/hooks/hub?a=b", NOW + HOUR)):
        captured.trial.now = now
        answers.append(captured.client.post(path, content=body(HUBSPOT), headers=headers).status_code)
    assert answers == [200, 403, 403]


def test_linkedin_gets_its_code_signed(captured: Captured) -> None:
    captured.source("li", "linkedin", client_secret=SECRET, access_token=SECRET)
    assert captured.client.get("/hooks/li", params={"challengeCode": "c-1"}).json()["challengeCode"] == "c-1"
    signature = {"X-LI-Signature": hex_of(b"hmacsha256=" + body(LINKEDIN))}
    assert captured.client.post("/hooks/li", content=body(LINKEDIN), headers=signature).json()["to_fetch"] == 1


def test_typeform_brings_everything_at_once(captured: Captured) -> None:
    captured.source("type", "typeform", secret=SECRET)
    signature = {"Typeform-Signature": f"sha256={base64_of(body(TYPEFORM))}"}
    assert captured.client.post("/hooks/type", content=body(TYPEFORM), headers=signature).json()["taken"] == 1


def test_a_secret_that_is_being_replaced_still_counts(captured: Captured) -> None:
    captured.source("google", "google", google_key="another-secret", google_key_old=SECRET)
    assert google(captured).status_code == 200


def test_many_leads_of_one_delivery_are_all_taken(captured: Captured) -> None:
    captured.source("shop", "json", {"by": "url", "each": "leads[*]", "key": "id"}, token=SECRET)
    leads = [{"id": str(number), "email": f"jo{number}@acme.com"} for number in range(250)]
    answer = captured.client.post(f"/hooks/shop?token={SECRET}", json={"leads": leads})
    assert answer.json()["taken"] == 250
    assert len(captured.leads()) == 250


def test_a_source_that_is_off_says_so_and_one_that_is_not_there_says_that(captured: Captured) -> None:
    captured.source("google", "google", google_key=SECRET)
    captured.switch("google", on=False)
    assert google(captured).status_code == 410
    captured.switch("google", on=True)
    assert google(captured).status_code == 200
    for path in ("nobody", "main.nobody", "elsewhere.google", "a" * 300, "x%2Fy"):
        assert captured.client.post(f"/hooks/{path}", json=REAL).status_code == 404
    assert captured.client.post("/hooks/main.google", json=REAL).status_code == 200


def test_without_a_policy_senders_are_asked_to_come_again(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database, capturing(Trial(database, now=NOW)) as captured:
        captured.source("google", "google", google_key=SECRET)
        answer = google(captured)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_a_body_of_more_than_a_megabyte_is_refused(captured: Captured) -> None:
    captured.source("shop", "json", {"by": "url"}, token=SECRET)
    huge = b'{"email": "' + b"a" * (1 << 20) + b'"}'
    assert captured.client.post(f"/hooks/shop?token={SECRET}", content=huge).status_code == 413


def test_whatever_is_sent_nothing_breaks(captured: Captured) -> None:
    how: dict[str, Any] = {"json": {"by": "url"}}
    for kind, door in DOORS.items():
        secrets = {name: SECRET for name, key in door.keys.items() if not key.by or "url" in key.by}
        captured.source(kind, kind, how.get(kind), **secrets)
    whole = [json.dumps(each).encode() for each in (GOOGLE, HUBSPOT, META, LINKEDIN, TYPEFORM)]

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(sorted(DOORS)),
        st.binary(max_size=60) | st.sampled_from(whole),
        st.sampled_from(["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]),
        st.sampled_from(["GET", "POST"]),
    )
    def run(kind: str, sent: bytes, media: str, method: str) -> None:
        for signed in (sent, b"POST" + sent):
            headers = {"content-type": media, "x-hub-signature-256": f"sha256={hex_of(signed)}"}
            headers["typeform-signature"] = f"sha256={base64_of(signed)}"
            headers["x-li-signature"] = hex_of(b"hmacsha256=" + signed)
            answer = captured.client.request(method, f"/hooks/{kind}?token={SECRET}", content=sent, headers=headers)
            assert answer.status_code < 500

    run()


def test_what_was_given_up_is_tried_again_on_request(captured: Captured) -> None:
    captured.source("meta", "meta", app_secret=SECRET, verify_token=SECRET, access_token=SECRET)
    signed = {"X-Hub-Signature-256": f"sha256={hex_of(body(META))}"}
    captured.client.post("/hooks/meta", content=body(META), headers=signed)
    for errand in errands_of(captured.trial.desk, "meta", limit=2):
        captured.trial.do(bury, errand, "no token", actor=from_source("meta"))
    path, admin = "/api/v1/sources/meta/errands", captured.at()
    first, second = admin.get(path, params={"state": "dead"}).json()["items"]
    assert (first["error"], first["attempts"]) == ("no token", 0)
    assert admin.post(f"{path}/{first['id']}/retry").json() == {"errands": 1}
    assert admin.post(f"{path}/{first['id']}/retry").status_code == 409
    assert admin.post(f"{path}/retry").json() == {"errands": 1}
    assert [each["id"] for each in admin.get(path, params={"state": "waiting"}).json()["items"]] == [
        first["id"],
        second["id"],
    ]
    assert captured.at("manager eve").get(path).status_code == 403
    assert admin.get("/api/v1/sources/nobody/errands").status_code == 404


def test_a_source_of_another_workspace_is_named_with_it(sqlite_url: str) -> None:
    with opened(sqlite_url, now=NOW) as trial:
        emea = Trial(trial.database, now=NOW, workspace="emea")
        emea.publish(policy=POLICY, roster=TEAM)
        with capturing(emea) as captured:
            captured.source("google", "google", google_key=SECRET)
            assert google(captured).status_code == 404
            assert captured.client.post("/hooks/emea.google", json=REAL).json()["taken"] == 1
        assert (emea.row(1).source, trial.desk.imagine(lambda work: work.router.leads)) == ("google", 0)
