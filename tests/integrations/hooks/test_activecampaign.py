import pytest

from evenhand.errors import BadInput
from evenhand.integrations.hooks.activecampaign import DOOR
from evenhand.integrations.hooks.model import Settings
from tests.integrations.hooks.payloads import ACTIVECAMPAIGN, KEYS, SECRET, URL, form, kept, post

PLAIN = Settings()


def test_the_token_in_the_address_or_in_a_header_counts() -> None:
    assert DOOR.verify(form(ACTIVECAMPAIGN, url=f"{URL}?token={SECRET}"), KEYS, PLAIN).ok
    assert DOOR.verify(post({}, authorization=f"Bearer {SECRET}"), KEYS, PLAIN).ok


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", f"?tokens={SECRET}"])
def test_without_the_token_nobody_comes_in(query: str) -> None:
    assert not DOOR.verify(form(ACTIVECAMPAIGN, url=URL + query), KEYS, PLAIN).ok
    assert not DOOR.verify(form(ACTIVECAMPAIGN, url=URL + query), {}, PLAIN).ok


def test_a_form_with_brackets_is_a_lead() -> None:
    (lead,) = DOOR.read(form(ACTIVECAMPAIGN), PLAIN).leads
    assert lead.key == "contact-123456-2026-11-02T06:55:25-05:00"
    assert (lead.fields["email"], lead.fields["company"], lead.fields["first_name"]) == (
        "rob@camp.example",
        "Camp Inc",
        "Rob",
    )
    assert lead.fields["tags"] == ["Asked for a demo", "[KRC] Autumn"]
    assert (lead.fields["field.39"], lead.received) == ("fintech", 1_793_620_525_000)
    assert "last_name" not in lead.fields


def test_all_of_the_form_is_kept() -> None:
    (lead,) = DOOR.read(form(ACTIVECAMPAIGN), PLAIN).leads
    assert kept(lead)["contact"]["fields"] == {"39": "fintech"}
    assert kept(lead)["contact"]["ip"] == "127.0.0.1"


def test_a_field_of_the_account_is_mapped() -> None:
    (lead,) = DOOR.read(form(ACTIVECAMPAIGN), Settings(fields={"industry": 'contact.fields."39"'})).leads
    assert lead.fields["industry"] == "fintech"


def test_the_same_contact_again_later_is_another_lead() -> None:
    later = {**ACTIVECAMPAIGN, "date_time": "2026-11-02T06:56:25-05:00"}
    first, second = (DOOR.read(form(each), PLAIN).leads[0].key for each in (ACTIVECAMPAIGN, later))
    assert first != second


@pytest.mark.parametrize("kind", ["unsubscribe", "bounce", "open", "contact_tag_removed", "deal_add"])
def test_what_is_no_lead_is_passed_over(kind: str) -> None:
    found = DOOR.read(form({**ACTIVECAMPAIGN, "type": kind}), PLAIN)
    assert (found.leads, found.passed) == ((), (f"{kind}: no lead.",))


@pytest.mark.parametrize(
    "pairs",
    [
        {"type": "subscribe"},
        {"type": "subscribe", "contact": "x"},
        {"type": "subscribe", "contact[email]": "a@b.example"},
        {"contact[email": "x"},
        {"contact": "x", "contact[email]": "y"},
        {"contact[email]": "y", "contact": "x"},
    ],
)
def test_another_form_is_bad_input(pairs: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        DOOR.read(form(pairs), PLAIN)
