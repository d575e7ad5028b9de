import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks.meta import DOOR
from evenhand.integrations.hooks.model import Fetch, Settings
from tests.integrations.hooks.payloads import (
    KEYS,
    META,
    META_LEAD,
    NOW,
    SECRET,
    answered,
    body,
    get,
    hex_of,
    kept,
    post,
)

PLAIN = Settings()
FETCH = DOOR.read(post(META), PLAIN).fetches[0]
HELLO = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": SECRET}


def error(code: int, **more: Any) -> dict[str, Any]:
    return {"error": {"message": "...", "type": "OAuthException", "code": code, **more}}


def test_the_challenge_is_given_back_to_whoever_knows_the_token() -> None:
    reply = DOOR.answer(get(HELLO), KEYS, PLAIN)
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"1158201444")


def test_a_wrong_verify_token_gets_no_challenge_back() -> None:
    reply = DOOR.answer(get({**HELLO, "hub.verify_token": "guess"}), KEYS, PLAIN)
    assert reply is not None
    assert (reply.status, b"1158201444" in reply.body) == (403, False)


def test_without_a_verify_token_of_ours_an_empty_one_does_not_pass() -> None:
    reply = DOOR.answer(get({**HELLO, "hub.verify_token": ""}), {}, PLAIN)
    assert reply is not None
    assert reply.status == 403


def test_a_delivery_is_no_handshake() -> None:
    assert DOOR.answer(post(META), KEYS, PLAIN) is None


def test_the_signature_of_the_raw_body_is_what_counts() -> None:
    signed = post(META, x_hub_signature_256=f"sha256={hex_of(body(META))}")
    assert DOOR.verify(signed, KEYS, PLAIN).ok
    assert not DOOR.verify(replace(signed, body=signed.body + b" "), KEYS, PLAIN).ok


def test_a_secret_that_is_being_replaced_still_counts() -> None:
    signed = post(META, x_hub_signature_256=f"sha256={hex_of(body(META), 'the-former')}")
    assert DOOR.verify(signed, {"app_secret": "the-newer", "app_secret_old": "the-former"}, PLAIN).ok


@pytest.mark.parametrize(
    ("given", "keys", "why"),
    [
        ({}, KEYS, "there is no X-Hub-Signature-256"),
        ({"x_hub_signature_256": f"sha256={'0' * 64}"}, KEYS, "does not fit"),
        ({"x_hub_signature_256": hex_of(body(META))}, KEYS, "does not fit"),
        ({"x_hub_signature_256": "sha256=ü"}, KEYS, "does not fit"),
        ({"x_hub_signature_256": f"sha256={hex_of(body(META))}"}, {}, "no app_secret"),
        ({"x_hub_signature_256": f"sha256={hex_of(body(META), '')}"}, {"app_secret": ""}, "no app_secret"),
    ],
)
def test_anything_else_is_refused_with_a_reason(given: dict[str, str], keys: dict[str, str], why: str) -> None:
    verdict = DOOR.verify(post(META, **given), keys, PLAIN)
    assert not verdict.ok
    assert why in verdict.why


def test_each_lead_is_to_be_fetched_in_order_by_its_own_id() -> None:
    found = DOOR.read(post(META), PLAIN)
    assert [fetch.key for fetch in found.fetches] == ["123123123123", "123123123124"]
    assert found.fetches[0].received == 1_793_620_600_000
    assert found.fetches[1].ids == {"lead": "123123123124", "form_id": "7"}


def test_other_changes_of_a_page_are_passed_over_in_words() -> None:
    found = DOOR.read(post({"object": "page", "entry": [{"changes": [{"field": "feed", "value": {}}]}]}), PLAIN)
    assert (found.fetches, len(found.passed)) == ((), 1)


def test_the_dashboards_sample_is_a_test() -> None:
    value = {"leadgen_id": "444444444444", "page_id": "444444444444", "created_time": 1793620600}
    found = DOOR.read(post({"entry": [{"changes": [{"field": "leadgen", "value": value}]}]}), PLAIN)
    assert found.fetches[0].test
    assert DOOR.fetched(found.fetches[0], answered(error(100), 400), PLAIN).passed


@pytest.mark.parametrize(
    "broken", [{}, {"entry": {}}, {"entry": [1]}, {"entry": [{"changes": [{"field": "leadgen"}]}]}]
)
def test_a_body_of_another_shape_is_bad_input(broken: object) -> None:
    with pytest.raises(BadInput, match="body"):
        DOOR.read(post(broken), PLAIN)


def test_a_lead_is_asked_for_with_the_token_in_a_header() -> None:
    request = DOOR.fetching(FETCH, KEYS, Settings(ask=("campaign_name",)))
    address, asked = urlsplit(request.url), parse_qs(urlsplit(request.url).query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://graph.facebook.com/v25.0/123123123123"
    assert "campaign_name" in asked["fields"][0].split(",")
    assert asked["appsecret_proof"] == [hex_of(SECRET.encode())]
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in request.url


def test_another_address_and_version_of_the_api_can_be_set() -> None:
    request = DOOR.fetching(FETCH, KEYS, Settings(api="http://127.0.0.1:9/", version="v26.0"))
    assert request.url.startswith("http://127.0.0.1:9/v26.0/123123123123?")


def test_without_a_token_nothing_is_asked() -> None:
    with pytest.raises(GiveUp, match="no access_token"):
        DOOR.fetching(FETCH, {}, PLAIN)


def test_the_answers_become_fields_the_work_address_first() -> None:
    (lead,) = DOOR.fetched(FETCH, answered(META_LEAD), PLAIN).leads
    assert (lead.key, lead.received, lead.test) == ("123123123123", NOW - 600_000, False)
    assert lead.fields["email"] == "jo@field.example"
    assert lead.fields["plz"] == "10115"
    assert (lead.fields["source"], lead.fields["form_id"], lead.fields["page_id"]) == (
        "instagram",
        "12312312312",
        "123123123",
    )
    assert (lead.fields["wants"], lead.fields["consent.news"]) == (["demo", "prices"], True)


def test_nothing_that_meta_told_is_lost() -> None:
    (lead,) = DOOR.fetched(FETCH, answered(META_LEAD), PLAIN).leads
    assert kept(lead) == META_LEAD


def test_our_own_mapping_reads_metas_answers() -> None:
    dealer = "field_data[?name=='selected_dealer'].values[0] | [0]"
    (lead,) = DOOR.fetched(FETCH, answered(META_LEAD), Settings(fields={"partner": dealer})).leads
    assert lead.fields["partner"] == "99213450"


def test_dummy_answers_of_the_testing_tool_make_a_test() -> None:
    dummy = {**META_LEAD, "field_data": [{"name": "full_name", "values": ["<test lead: dummy data for full_name>"]}]}
    assert DOOR.fetched(FETCH, answered(dummy), PLAIN).leads[0].test


@pytest.mark.parametrize("payload", [error(4), error(80005), error(1), error(99, is_transient=True)])
def test_busy_is_told_by_code_whatever_the_status(payload: dict[str, Any]) -> None:
    for status in (400, 403):
        with pytest.raises(TryLater, match="busy") as caught:
            DOOR.fetched(FETCH, answered(payload, status), PLAIN)
        assert caught.value.after == 60_000


@pytest.mark.parametrize(
    ("payload", "status", "why"),
    [(error(190), 400, "run out"), (error(100), 400, "does not understand"), (error(200), 403, "does not let us in")],
)
def test_what_will_never_work_is_given_up(payload: dict[str, Any], status: int, why: str) -> None:
    with pytest.raises(GiveUp, match=why):
        DOOR.fetched(FETCH, answered(payload, status), PLAIN)


def test_an_answer_of_another_shape_is_given_up() -> None:
    with pytest.raises(GiveUp, match="cannot be read"):
        DOOR.fetched(FETCH, answered({**META_LEAD, "field_data": "x"}), PLAIN)


def test_a_fetch_can_be_kept_as_text_and_holds_no_answers() -> None:
    assert isinstance(FETCH, Fetch)
    assert "@" not in json.dumps(dict(FETCH.ids))
