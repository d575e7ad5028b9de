import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from evenhand.core.model import MINUTE
from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks.hubspot import DOOR
from evenhand.integrations.hooks.model import Knock, Settings
from tests.integrations.hooks.payloads import (
    HUBSPOT,
    HUBSPOT_CHANGE,
    HUBSPOT_CONTACT,
    HUBSPOT_FORM,
    KEYS,
    NOW,
    SECRET,
    URL,
    answered,
    base64_of,
    body,
    kept,
    post,
)

PLAIN = Settings()
LEGACY = Settings(legacy=True)
FETCH = DOOR.read(post(HUBSPOT), PLAIN).fetches[0]


def signed(*, url: str = URL, told: str = "", at: int = NOW, secret: str = SECRET) -> Knock:
    """A knock at `url`; `told` is the address that HubSpot signs, if it is another way of writing it."""
    stamp = str(at)
    signature = base64_of(f"POST{told or url}".encode() + body(HUBSPOT) + stamp.encode(), secret)
    return post(HUBSPOT, url=url, x_hubspot_signature_v3=signature, x_hubspot_request_timestamp=stamp)


def hashed(text: bytes, version: str) -> Knock:
    digest = hashlib.sha256(SECRET.encode() + text).hexdigest()
    return post(HUBSPOT, x_hubspot_signature=digest, x_hubspot_signature_version=version)


def test_the_third_signature_counts() -> None:
    assert DOOR.verify(signed(), KEYS, PLAIN).ok


def test_the_address_is_signed_with_some_of_its_signs_decoded() -> None:
    url = f"{URL}?who=a%40b%2Fc&x=%20"
    assert DOOR.verify(signed(url=url), KEYS, PLAIN).ok
    assert DOOR.verify(signed(url=url, told=f"{URL}?who=a@b/c&x=%20"), KEYS, PLAIN).ok


@pytest.mark.parametrize("off", [-5 * MINUTE, 5 * MINUTE])
def test_five_minutes_are_allowed_either_way(off: int) -> None:
    assert DOOR.verify(signed(at=NOW + off), KEYS, PLAIN).ok


@pytest.mark.parametrize(("off", "why"), [(-5 * MINUTE - 1, "ago"), (5 * MINUTE + 1, "from now")])
def test_a_replay_is_refused(off: int, why: str) -> None:
    verdict = DOOR.verify(signed(at=NOW + off), KEYS, PLAIN)
    assert not verdict.ok
    assert why in verdict.why


def test_the_window_can_be_set() -> None:
    assert DOOR.verify(signed(at=NOW - 9 * MINUTE), KEYS, Settings(window=10 * MINUTE)).ok


@pytest.mark.parametrize("stamp", ["", "now", "١٧٩٣٦٢٠٨٠٠٠٠٠", "1e12", "-1793620800000", "9" * 400])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    assert not DOOR.verify(
        replace(signed(), headers={**signed().headers, "x-hubspot-request-timestamp": stamp}), KEYS, PLAIN
    ).ok


def test_another_secret_address_or_method_does_not_fit() -> None:
    assert not DOOR.verify(signed(secret="another-secret"), KEYS, PLAIN).ok
    assert not DOOR.verify(replace(signed(), url=f"{URL}/"), KEYS, PLAIN).ok
    assert not DOOR.verify(replace(signed(), method="PUT"), KEYS, PLAIN).ok
    assert "no client_secret" in DOOR.verify(signed(), {}, PLAIN).why


def test_older_signatures_count_only_where_that_is_set() -> None:
    first, second = hashed(body(HUBSPOT), "v1"), hashed(f"POST{URL}".encode() + body(HUBSPOT), "v2")
    assert [DOOR.verify(each, KEYS, LEGACY).ok for each in (first, second)] == [True, True]
    assert [DOOR.verify(each, KEYS, PLAIN).ok for each in (first, second)] == [False, False]
    assert not DOOR.verify(post(HUBSPOT), KEYS, LEGACY).ok


def test_an_older_signature_does_not_make_up_for_a_wrong_newer_one() -> None:
    both = {**hashed(body(HUBSPOT), "v1").headers, **signed(at=NOW - 6 * MINUTE).headers}
    assert not DOOR.verify(replace(signed(), headers=both), KEYS, LEGACY).ok


def test_a_new_contact_is_to_be_fetched_once_for_ever() -> None:
    again = [{**HUBSPOT[0], "attemptNumber": 1, "occurredAt": 1793620700999}]
    assert FETCH.key == DOOR.read(post(again), PLAIN).fetches[0].key == "contact-106314056576"


def test_a_change_is_a_lead_of_its_own_each_time() -> None:
    (fetch,) = DOOR.read(post([HUBSPOT_CHANGE, HUBSPOT_CHANGE]), PLAIN).fetches
    assert fetch.key == "contact-106314056576-1793620700905"


def test_a_change_beside_the_creation_is_passed_over() -> None:
    found = DOOR.read(post([HUBSPOT_CHANGE, *HUBSPOT]), PLAIN)
    assert [fetch.key for fetch in found.fetches] == ["contact-106314056576"]
    assert len(found.passed) == 1


def test_generic_events_of_contacts_count_and_of_deals_do_not() -> None:
    event = {**HUBSPOT[0], "subscriptionType": "object.creation", "objectTypeId": "0-1"}
    assert DOOR.read(post([event]), PLAIN).fetches
    assert not DOOR.read(post([{**event, "objectTypeId": "0-3"}]), PLAIN).fetches


def test_a_wish_to_be_forgotten_is_said() -> None:
    found = DOOR.read(post([{**HUBSPOT[0], "subscriptionType": "contact.privacyDeletion"}]), PLAIN)
    assert found.passed == ("a contact asks to be forgotten: erase the lead by hand.",)


def test_the_sample_of_the_settings_page_is_a_test() -> None:
    (fetch,) = DOOR.read(post([{**HUBSPOT[0], "eventId": 100, "objectId": 123, "changeFlag": "NEW"}]), PLAIN).fetches
    assert fetch.test
    assert DOOR.fetched(fetch, answered({}, 404), PLAIN).passed


def test_the_contact_is_asked_for_with_the_properties_we_read() -> None:
    request = DOOR.fetching(FETCH, KEYS, Settings(ask=("seats",)))
    assert request.url.startswith("https://api.hubapi.com/crm/v3/objects/contacts/106314056576?")
    asked = parse_qs(urlsplit(request.url).query)["properties"][0].split(",")
    assert {"email", "company", "numemployees", "seats"} <= set(asked)
    assert request.headers["authorization"] == f"Bearer {SECRET}"


def test_a_fetched_contact_is_a_lead() -> None:
    (lead,) = DOOR.fetched(FETCH, answered(HUBSPOT_CONTACT), PLAIN).leads
    assert (lead.key, lead.received) == ("contact-106314056576", 1_793_620_700_905)
    assert (lead.fields["employees"], lead.fields["postal_code"], lead.fields["source"]) == ("250", "10115", "hubspot")
    assert "country" not in lead.fields
    assert kept(lead) == HUBSPOT_CONTACT


def test_a_contact_of_a_workflow_needs_no_call() -> None:
    older = {"vid": 5, "properties": {"email": {"value": "w@flow.example"}, "createdate": {"value": "1793620000000"}}}
    (lead,) = DOOR.read(post(older), PLAIN).leads
    assert (lead.key, lead.fields["email"], lead.received) == ("contact-5", "w@flow.example", 1_793_620_000_000)


def test_a_submission_of_a_form_tells_page_and_campaign() -> None:
    (lead,) = DOOR.read(post(HUBSPOT_FORM), PLAIN).leads
    assert (lead.fields["email"], lead.fields["utm_campaign"], lead.fields["click_id"]) == (
        "sam@form.example",
        "autumn",
        "c1",
    )
    assert lead.key.startswith("sha256-")
    assert lead.received == 1_793_620_562_899


@pytest.mark.parametrize(
    "broken", [{}, {"properties": {}}, {"properties": []}, {"values": {}}, [1], [{**HUBSPOT[0], "objectId": "x"}], "x"]
)
def test_a_body_of_another_shape_is_bad_input(broken: object) -> None:
    with pytest.raises(BadInput):
        DOOR.read(post(broken), PLAIN)


@pytest.mark.parametrize(
    ("status", "headers", "after"),
    [(429, {}, 10_000), (429, {"retry_after": "7"}, 7000), (503, {}, 0), (423, {}, 0), (500, {"retry_after": "x"}, 0)],
)
def test_later_is_later(status: int, headers: dict[str, str], after: int) -> None:
    with pytest.raises(TryLater) as caught:
        DOOR.fetched(FETCH, answered({}, status, **headers), PLAIN)
    assert caught.value.after == after


@pytest.mark.parametrize("payload", [b"", b'{"id": "1', b"<html>"])
def test_an_answer_that_broke_off_is_asked_for_again(payload: bytes) -> None:
    with pytest.raises(TryLater, match="cannot be read"):
        DOOR.fetched(FETCH, answered(payload), PLAIN)


@pytest.mark.parametrize(
    ("payload", "status"), [({}, 401), ({}, 403), ({}, 404), ({}, 400), ({}, 301), ([], 200), ({}, 200)]
)
def test_never_is_never(payload: object, status: int) -> None:
    with pytest.raises(GiveUp, match="contact 106314056576"):
        DOOR.fetched(FETCH, answered(payload, status), PLAIN)


def test_a_date_to_come_back_at_is_understood_and_bounded() -> None:
    with pytest.raises(TryLater) as caught:
        DOOR.fetched(FETCH, answered({}, 429, retry_after="Mon, 02 Nov 2026 12:00:30 GMT"), PLAIN)
    assert caught.value.after == 30_000
