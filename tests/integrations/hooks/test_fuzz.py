"""Whatever is sent, a door answers with what it promises, and never with another exception."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.model import DAY
from evenhand.errors import BadInput, GiveUp, TryLater
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Answer, Delivered, Fetch, Knock, Settings
from evenhand.integrations.hooks.naming import cells
from evenhand.integrations.hooks.opening import knock
from tests.integrations.hooks.payloads import (
    ACTIVECAMPAIGN,
    GOOGLE,
    HUBSPOT,
    HUBSPOT_CONTACT,
    HUBSPOT_FORM,
    KEYS,
    LINKEDIN,
    LINKEDIN_LEAD,
    META,
    META_LEAD,
    NOW,
    TYPEFORM,
    URL,
    form,
)

BODIES: Final = {
    "activecampaign": [form(ACTIVECAMPAIGN).body],
    "google": [json.dumps(GOOGLE).encode()],
    "hubspot": [json.dumps(each).encode() for each in (HUBSPOT, HUBSPOT_CONTACT, HUBSPOT_FORM)],
    "json": [json.dumps(GOOGLE).encode(), b'[{"a": 1}, {"b": [1, {"c": null}]}]'],
    "linkedin": [json.dumps(LINKEDIN).encode()],
    "meta": [json.dumps(META).encode()],
    "typeform": [json.dumps(TYPEFORM).encode()],
}
FETCHED: Final = {"meta": META_LEAD, "hubspot": HUBSPOT_CONTACT, "linkedin": LINKEDIN_LEAD}
KINDS: Final = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "ü", ""]
HEADERS: Final = [
    *("x-hub-signature-256", "x-hubspot-signature-v3", "x-hubspot-request-timestamp", "x-hubspot-signature"),
    *("typeform-signature", "x-li-signature", "authorization", "webhook-id", "webhook-timestamp", "webhook-signature"),
    *("x-signature", "x-hubspot-signature-version"),
]
SETTINGS: Final = [
    Settings(),
    Settings(legacy=True, by="signature", each="@", key="a", received="b", test="c", fields={"email": "a.b[0]"}),
    Settings(by="header", fields={"name": "join(' ', keys(@))"}, constants={"source": "x"}),
    Settings(by="url"),
    Settings(fields={"email": "a..b"}),
]
VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=6), parts, max_size=4),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn, payload: Any) -> Any:
    """The payload with something else in one place of it, or with one place missing."""
    if not isinstance(payload, dict | list) or not payload or draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    copy = payload.copy()
    place = draw(st.sampled_from(sorted(copy))) if isinstance(copy, dict) else draw(st.integers(0, len(copy) - 1))
    if draw(st.integers(0, 5)) == 0:
        del copy[place]
    else:
        copy[place] = draw(changed(copy[place]))
    return copy


@st.composite
def torn(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with a piece cut out, doubled or overwritten."""
    start, length = draw(st.integers(0, len(body))), draw(st.integers(0, 12))
    return body[:start] + draw(st.binary(max_size=12)) + body[start + length :] * draw(st.integers(0, 2))


HEADER: Final = st.dictionaries(
    st.sampled_from(HEADERS), st.text(max_size=12) | st.sampled_from(["1793620800", "v2", "v1,eA==", "sha256=00"])
)


@st.composite
def knocks(draw: st.DrawFn, sender: str) -> Knock:
    whole = draw(st.sampled_from(BODIES[sender]))
    bodies = [st.binary(max_size=80), torn(whole), st.just(whole)]
    if whole[:1] in b"[{":
        bodies.append(changed(json.loads(whole)).map(lambda payload: json.dumps(payload).encode()))
    headers = {**draw(HEADER), "content-type": draw(st.sampled_from(KINDS))}
    url = f"{URL}?{draw(st.text(max_size=12))}"
    return knock(draw(st.sampled_from(["GET", "POST"])), url, headers=headers, body=draw(st.one_of(bodies)), at=NOW)


def check(found: Delivered) -> None:
    """What was delivered keeps its promises."""
    for lead in found.leads:
        assert lead.key
        assert isinstance(json.loads(lead.raw), dict)
        assert lead.received is None or lead.received <= NOW + DAY
        cells(lead, NOW)
    assert all(fetch.key for fetch in found.fetches)


def check_faults(error: BadInput) -> None:
    assert error.faults
    assert all(fault.what and fault.where for fault in error.faults)


def check_unsent(error: TryLater | GiveUp) -> None:
    assert str(error).startswith(("lead 5: ", "contact 5: "))
    assert isinstance(error, GiveUp) or 0 <= error.after <= DAY


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_reading_gives_leads_or_bad_input(sender: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(knocks(sender), st.sampled_from(SETTINGS))
    def run(knocked: Knock, how: Settings) -> None:
        try:
            check(DOORS[sender].read(knocked, how))
        except BadInput as error:
            check_faults(error)

    run()


@pytest.mark.parametrize("sender", sorted(DOORS))
def test_nobody_without_the_secret_passes(sender: str) -> None:
    @settings(max_examples=100, deadline=None)
    @given(knocks(sender), st.sampled_from(SETTINGS))
    def run(knocked: Knock, how: Settings) -> None:
        keys = dict.fromkeys(KEYS, "whsec_c29tZXRoaW5nIGVsc2U=")
        verdict = DOORS[sender].verify(knocked, keys, how)
        assert not verdict.ok
        assert verdict.why
        DOORS[sender].answer(knocked, keys, how)

    run()


@pytest.mark.parametrize("sender", sorted(FETCHED))
def test_an_answer_gives_leads_or_says_later_or_never(sender: str) -> None:
    bodies = changed(FETCHED[sender]).map(lambda payload: json.dumps(payload).encode())
    answers = st.builds(
        Answer,
        status=st.sampled_from([200, 200, 200, 301, 400, 403, 404, 429, 500]),
        headers=st.dictionaries(st.just("retry-after"), st.text(max_size=20)),
        body=bodies | st.binary(max_size=60),
        at=st.just(NOW),
    )

    @settings(max_examples=150, deadline=None)
    @given(answers, st.sampled_from(SETTINGS), st.booleans())
    def run(answer: Answer, how: Settings, test: bool) -> None:
        fetch = Fetch(key="5", kind="lead", ids={"lead": "5"}, test=test)
        try:
            check(DOORS[sender].fetched(fetch, answer, how))
        except (TryLater, GiveUp) as error:
            check_unsent(error)

    run()
