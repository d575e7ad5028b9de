import base64
import hashlib
import hmac
from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.model import MINUTE
from evenhand.errors import BadInput
from evenhand.integrations.hooks.anyjson import DOOR
from evenhand.integrations.hooks.model import Delivered, Knock, Settings, Signature
from tests.integrations.hooks.payloads import KEYS, NOW, SECRET, URL, base64_of, body, form, hex_of, kept, post

WHSEC = "whsec_" + base64.b64encode(b"thirty-two bytes of some secret!").decode()
LEAD: dict[str, Any] = {
    "email": "ann@acme.example",
    "company": {"name": "Acme", "size": 50},
    "pageUrl": "https://x.example/?utm_source=ads",
}
PLAIN = Settings()


def read(payload: object, **settings: Any) -> Delivered:
    return DOOR.read(post(payload), Settings(**settings))


def standard(*, at: int = NOW, secret: str = WHSEC, number: str = "msg_1") -> Knock:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(at // 1000)
    mac = hmac.new(key, f"{number}.{stamp}.".encode() + body(LEAD), hashlib.sha256).digest()
    signature = f"v1a,xx v1,{base64.b64encode(mac).decode()}"
    return post(LEAD, webhook_id=number, webhook_timestamp=stamp, webhook_signature=signature)


def test_standard_webhooks_are_understood() -> None:
    assert DOOR.verify(standard(), {"secret": WHSEC}, PLAIN).ok
    assert DOOR.verify(standard(), {"secret": "whsec_bmV3ZXI=", "secret_old": WHSEC}, PLAIN).ok


def test_a_standard_webhook_is_refused_outside_its_window() -> None:
    assert not DOOR.verify(standard(at=NOW - 6 * MINUTE), {"secret": WHSEC}, PLAIN).ok
    assert not DOOR.verify(standard(at=NOW + 6 * MINUTE), {"secret": WHSEC}, PLAIN).ok


@pytest.mark.parametrize("secret", ["whsec_bmV3ZXI=", "whsec_", "whsec_!", "x", "ü"])
def test_another_secret_or_none_that_is_one_is_refused(secret: str) -> None:
    assert not DOOR.verify(standard(), {"secret": secret}, PLAIN).ok


@pytest.mark.parametrize("left_out", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_of_the_three_headers_is_needed(left_out: str) -> None:
    headers = {name: value for name, value in standard().headers.items() if name != left_out}
    assert left_out in DOOR.verify(replace(standard(), headers=headers), {"secret": WHSEC}, PLAIN).why


SIGNATURES = [
    (Signature(), "x_signature", hex_of(body(LEAD))),
    (Signature(), "x_signature", hex_of(body(LEAD)).upper()),
    (Signature(header="X-Hub", prefix="sha256="), "x_hub", "sha256=" + hex_of(body(LEAD))),
    (Signature(encoding="base64"), "x_signature", base64_of(body(LEAD))),
    (Signature(algorithm="sha1"), "x_signature", hmac.new(SECRET.encode(), body(LEAD), "sha1").hexdigest()),
]


@pytest.mark.parametrize(("how", "header", "signature"), SIGNATURES)
def test_signatures_of_many_makes_are_understood(how: Signature, header: str, signature: str) -> None:
    settings = Settings(by="signature", signature=how)
    assert DOOR.verify(post(LEAD, **{header: signature}), KEYS, settings).ok
    assert not DOOR.verify(post(LEAD, **{header: signature[:-4] + "beef"}), KEYS, settings).ok
    assert not DOOR.verify(post(LEAD), KEYS, settings).ok
    assert not DOOR.verify(post(LEAD, **{header: signature}), {}, settings).ok


def test_a_signed_time_stamp_closes_the_window() -> None:
    settings = Settings(by="signature", signature=Signature(stamp="X-Time", joint=":"))
    for off, passes in ((0, True), (-6 * MINUTE, False)):
        stamp = str((NOW + off) // 1000)
        signature = hex_of(f"{stamp}:".encode() + body(LEAD))
        assert DOOR.verify(post(LEAD, x_time=stamp, x_signature=signature), KEYS, settings).ok is passes


@pytest.mark.parametrize(
    ("header", "given", "passes"),
    [
        ("authorization", f"Bearer {SECRET}", True),
        ("authorization", f"bearer  {SECRET}", True),
        ("x-token", SECRET, True),
        ("x-token", "guess", False),
        ("x-token", "", False),
    ],
)
def test_a_token_in_a_header_counts(header: str, given: str, passes: bool) -> None:
    assert DOOR.verify(post(LEAD, **{header: given}), KEYS, Settings(by="header", header=header)).ok is passes


def test_only_the_way_that_was_chosen_counts() -> None:
    shown = post(LEAD, url=f"{URL}?token={SECRET}", authorization=f"Bearer {SECRET}")
    assert DOOR.verify(shown, KEYS, Settings(by="url")).ok
    assert not DOOR.verify(shown, KEYS, Settings(by="signature")).ok
    assert not DOOR.verify(shown, KEYS, PLAIN).ok


def test_without_a_mapping_names_go_as_they_are() -> None:
    (lead,) = read(LEAD).leads
    assert lead.fields["email"] == "ann@acme.example"
    assert (lead.fields["company.name"], lead.fields["company.size"]) == ("Acme", 50)
    assert (lead.fields["page"], lead.fields["utm_source"], lead.fields["source"]) == (LEAD["pageUrl"], "ads", "ads")
    assert kept(lead) == LEAD


def test_with_a_mapping_only_what_it_says_is_a_field() -> None:
    (lead,) = read(LEAD, fields={"company": "company.name"}, constants={"source": "shop"}).leads
    assert lead.fields == {"company": "Acme", "source": "shop"}


def test_leads_of_a_list_come_in_its_order() -> None:
    payload = {"data": {"items": [{"no": 2, "mail": "a@x.example"}, {"no": 1, "mail": "b@x.example"}]}}
    found = read(payload, each="data.items[*]", key="no", fields={"email": "mail"})
    assert [(lead.key, lead.fields["email"]) for lead in found.leads] == [("2", "a@x.example"), ("1", "b@x.example")]


def test_one_bad_lead_does_not_keep_the_others_out() -> None:
    found = read([{"email": "a@x.example"}, 5, {"email": "b@x.example"}])
    assert len(found.leads) == 2
    assert [fault.where for fault in found.faults] == ["item 2"]


def test_nothing_but_bad_leads_is_bad_input() -> None:
    with pytest.raises(BadInput, match="item 1"):
        read([5, "x"])


def test_time_and_test_mark_are_found_by_expressions() -> None:
    (lead,) = read({"when": "2026-11-02T11:00:00Z", "sandbox": True}, received="when", test="sandbox").leads
    assert (lead.received, lead.test) == (NOW - 60 * MINUTE, True)


@pytest.mark.parametrize("when", ["soon", 5, None, [], "2999-01-01", {"a": 1}])
def test_a_time_that_cannot_be_costs_no_lead(when: object) -> None:
    assert read({"when": when}, received="when").leads[0].received is None


def test_the_delivery_names_the_lead_if_nothing_else_does() -> None:
    assert DOOR.read(standard(), PLAIN).leads[0].key == "msg_1"


def test_an_id_is_not_taken_for_the_leads_own() -> None:
    first, second = (read({"id": "form-17", "email": mail}).leads[0].key for mail in ("a@x.example", "b@x.example"))
    assert first != second


def test_the_same_content_is_the_same_lead() -> None:
    assert read(LEAD).leads[0].key == read(dict(LEAD)).leads[0].key


def test_a_form_is_read_like_json() -> None:
    (lead,) = DOOR.read(form({"email": "ann@acme.example", "tags[]": "a"}), PLAIN).leads
    assert (lead.fields["email"], lead.fields["tags"]) == ("ann@acme.example", ["a"])


def test_what_an_expression_cannot_find_leaves_the_field_empty() -> None:
    (lead,) = read({"first": "Ann"}, fields={"name": "join(' ', [first, last])", "city": "address.city"}).leads
    assert lead.fields == {}
    assert [problem.field for problem in lead.problems] == ["name"]


def test_each_must_find_a_list() -> None:
    with pytest.raises(BadInput, match="each: finds no list"):
        read(LEAD, each="email")


def test_a_thousand_leads_at_once_are_enough() -> None:
    with pytest.raises(BadInput, match="1,001 leads"):
        read([{}] * 1001)
