import pytest
from msgspec.structs import replace

from evenhand.errors import BadInput
from evenhand.integrations.hooks.model import Settings
from evenhand.integrations.hooks.typeform import DOOR
from tests.integrations.hooks.payloads import KEYS, TYPEFORM, base64_of, body, post

PLAIN = Settings()


def test_the_signature_counts_and_another_does_not() -> None:
    signed = post(TYPEFORM, typeform_signature=f"sha256={base64_of(body(TYPEFORM))}")
    assert DOOR.verify(signed, KEYS, PLAIN).ok
    assert not DOOR.verify(replace(signed, body=b"{}"), KEYS, PLAIN).ok
    assert "there is no" in DOOR.verify(post(TYPEFORM), KEYS, PLAIN).why
    assert "no secret" in DOOR.verify(signed, {}, PLAIN).why


def test_answers_go_by_their_kind_their_reference_and_their_question() -> None:
    (lead,) = DOOR.read(post(TYPEFORM), PLAIN).leads
    assert (lead.key, lead.received) == ("a3a12ec67a13", 1_793_618_222_000)
    assert (lead.fields["email"], lead.fields["Company name"]) == ("laura@laurel.example", "Laurel Ltd")
    assert (lead.fields["use_case"], lead.fields["tags"], lead.fields["consent"]) == ("Billing", ["A", "B"], True)


def test_hidden_fields_tell_the_campaign_and_a_points_total_is_no_score() -> None:
    (lead,) = DOOR.read(post(TYPEFORM), PLAIN).leads
    assert (lead.fields["utm_source"], lead.fields["source"], lead.fields["form"]) == ("news", "news", "Ask for a demo")
    assert "score" not in lead.fields


def test_another_event_is_passed_over() -> None:
    assert DOOR.read(post({**TYPEFORM, "event_type": "form_response_partial"}), PLAIN).passed


@pytest.mark.parametrize(
    "broken", [{}, {"form_response": []}, {"form_response": {}}, {"form_response": {"token": "t", "answers": 1}}]
)
def test_a_body_of_another_shape_is_bad_input(broken: object) -> None:
    with pytest.raises(BadInput, match="body"):
        DOOR.read(post(broken), PLAIN)
