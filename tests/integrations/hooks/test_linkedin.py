import json

import pytest

from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks.linkedin import DOOR
from evenhand.integrations.hooks.model import Settings
from tests.integrations.hooks.payloads import (
    KEYS,
    LINKEDIN,
    LINKEDIN_LEAD,
    SECRET,
    answered,
    body,
    get,
    hex_of,
    kept,
    post,
)

PLAIN = Settings()
FETCH = DOOR.read(post(LINKEDIN), PLAIN).fetches[0]
CODE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"


def test_the_code_comes_back_signed() -> None:
    reply = DOOR.answer(get({"challengeCode": CODE}), KEYS, PLAIN)
    assert reply is not None
    assert json.loads(reply.body) == {"challengeCode": CODE, "challengeResponse": hex_of(CODE.encode())}


def test_without_a_secret_there_is_nothing_to_sign_with() -> None:
    reply = DOOR.answer(get({"challengeCode": CODE}), {}, PLAIN)
    assert reply is not None
    assert reply.status == 403


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
def test_the_signature_covers_its_prefix_and_the_body(prefix: str) -> None:
    signature = prefix + hex_of(b"hmacsha256=" + body(LINKEDIN))
    assert DOOR.verify(post(LINKEDIN, x_li_signature=signature), KEYS, PLAIN).ok


def test_a_signature_of_the_body_alone_does_not_fit() -> None:
    assert not DOOR.verify(post(LINKEDIN, x_li_signature=hex_of(body(LINKEDIN))), KEYS, PLAIN).ok
    assert not DOOR.verify(post(LINKEDIN), KEYS, PLAIN).ok
    assert not DOOR.verify(post(LINKEDIN), {}, PLAIN).ok


def test_a_new_response_is_to_be_fetched() -> None:
    assert (FETCH.key, FETCH.received) == ("1a2b3c-4", 1_793_620_358_881)


def test_a_response_that_was_taken_back_is_said_and_not_fetched() -> None:
    found = DOOR.read(post({**LINKEDIN, "leadAction": "DELETED"}), PLAIN)
    assert (found.fetches, len(found.passed)) == ((), 1)


@pytest.mark.parametrize("urn", ["", "urn:li:leadGenFormResponse:../../me", "urn:li:person:1", 5])
def test_a_response_without_a_name_is_bad_input(urn: object) -> None:
    with pytest.raises(BadInput, match="leadGenFormResponse"):
        DOOR.read(post({**LINKEDIN, "leadGenFormResponse": urn}), PLAIN)


def test_answers_and_questions_are_asked_for_in_one_call() -> None:
    request = DOOR.fetching(FETCH, KEYS, Settings(version="202611"))
    assert request.url.startswith("https://api.linkedin.com/rest/leadFormResponses/1a2b3c-4?fields=")
    assert "form:(" in request.url
    assert (request.headers["linkedin-version"], request.headers["authorization"]) == ("202611", f"Bearer {SECRET}")


def test_answers_go_by_what_linkedin_calls_the_question() -> None:
    (lead,) = DOOR.fetched(FETCH, answered(LINKEDIN_LEAD), PLAIN).leads
    assert (lead.key, lead.test, lead.received) == ("1a2b3c-4", True, 1_793_620_302_694)
    assert (lead.fields["email"], lead.fields["Use case"]) == ("lin@kd.example", "CRM")
    assert (lead.fields["question 3"], lead.fields["consent.8"]) == ("no idea", True)
    assert (lead.fields["campaign_id"], lead.fields["utm_campaign"], lead.fields["form"]) == ("32131231", "q4", "Demo")
    assert kept(lead) == LINKEDIN_LEAD


def test_the_call_may_fail_for_now_or_for_good() -> None:
    with pytest.raises(TryLater):
        DOOR.fetched(FETCH, answered({}, 503), PLAIN)
    with pytest.raises(GiveUp, match="does not let us in"):
        DOOR.fetched(FETCH, answered({}, 401), PLAIN)
    with pytest.raises(GiveUp, match="cannot be read"):
        DOOR.fetched(FETCH, answered({"formResponse": 1}), PLAIN)
