"""Forms against machines and against whatever anybody sends; and pages of one's own that send them as JSON."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.model import DAY, HOUR
from evenhand.service.forms.gate import Gate
from evenhand.service.forms.tokens import Ticket, new_ticket, new_token, read_ticket, read_token
from evenhand.stores.vault import Vault
from tests.desk import NOW, POLICY, Trial
from tests.desk import opened as trial_at
from tests.service.capturing import Captured, capturing
from tests.service.filling import Page, opened, sent
from tests.service.test_forms import CONTACT, JO

SPAM = POLICY.replace("[fields.topic]", '[fields.spam]\ntype = "boolean"\n[fields.topic]').replace(
    "when = 'topic == \"spam\"'", "when = 'spam'"
)
HOME = "https://www.example.com"


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with trial_at(sqlite_url) as found:
        yield found


@pytest.fixture
def captured(trial: Trial) -> Iterator[Captured]:
    with capturing(trial) as service:
        service.source("contact", "form", CONTACT)
        yield service


def as_json(captured: Captured, *, wait: int = 5_000, origin: str = HOME, **given: Any) -> Any:
    token = captured.client.get("/f/contact/token", headers={"origin": HOME}).json()["token"]
    captured.trial.now += wait
    body = {"token": token, "answers": {"email": "jo@acme.com"}, "consent": True, **given}
    return captured.client.post("/f/contact", json=body, headers={"origin": origin})


# --- machines


def test_whoever_fills_in_what_no_human_sees_is_thanked_and_dropped_and_counted(captured: Captured) -> None:
    page = opened(captured)
    (hidden,) = page.all("input", tabindex="-1")
    assert (hidden["autocomplete"], page.all("div", **{"aria-hidden": "true"}) != []) == ("off", True)
    answer = sent(captured, page, **{**JO, hidden["name"]: "x"})
    thanks = Page(captured.client.get(answer.headers["location"]))
    assert ("Thanks!" in thanks.text, captured.leads()) == (True, [])
    assert captured.counted("evenhand_forms", "screened") == 1
    assert "source.screened" in captured.happened("source")


def test_a_policy_that_knows_spam_screens_it_itself(sqlite_url: str) -> None:
    with trial_at(sqlite_url, policy=SPAM) as trial, capturing(trial) as captured:
        captured.source("contact", "form", CONTACT)
        sent(captured, opened(captured), **JO, fax_number="x")
        assert [lead.state for lead in captured.leads()] == ["rejected"]


def test_a_trap_is_never_called_like_a_question(captured: Captured) -> None:
    fax = {"inputs": [{"name": "fax_number", "label": "Fax", "field": "phone"}]}
    captured.source("fax", "form", fax)
    assert sent(captured, opened(captured, "fax"), fax_number="123456").status_code == 303
    assert len(captured.leads()) == 1


def test_whoever_is_too_fast_is_asked_again_and_nothing_is_lost(captured: Captured) -> None:
    page = Page(sent(captured, opened(captured), wait=500, **JO))
    assert (page.answer.status_code, "very fast" in page.text) == (422, True)
    assert sent(captured, page, wait=3_000).status_code == 303


def test_without_a_token_what_was_sent_is_shown_to_be_checked_and_sent(captured: Captured) -> None:
    body = {**JO, "message": "From a page of my own"}
    page = Page(captured.client.post("/f/contact", data=body, headers={"accept": "text/html"}))
    assert (page.answer.status_code, page.sends["message"]) == (200, "From a page of my own")
    assert captured.leads() == []
    assert sent(captured, page, wait=1_000).status_code == 303
    assert len(captured.leads()) == 1


def test_a_page_that_was_open_for_days_loses_nothing(captured: Captured) -> None:
    page = Page(sent(captured, opened(captured), wait=2 * DAY, **JO))
    assert ("long time" in page.text, page.sends["email"]) == (True, "jo@acme.com")
    assert sent(captured, page, wait=1_000).status_code == 303


def test_a_token_of_another_form_or_a_made_up_one_is_none(captured: Captured) -> None:
    captured.source("other", "form", CONTACT)
    for token in (opened(captured, "other").sends["_token"], "x", "", "A" * 44, "é", "a" * 10_000):
        assert "check what is filled in" in sent(captured, opened(captured), **JO, _token=token).text
    assert captured.leads() == []


def test_one_token_is_not_good_for_ever(captured: Captured) -> None:
    page = opened(captured)
    answers = [sent(captured, page, wait=4_000, **{**JO, "company": f"C{number}"}) for number in range(8)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] * 2
    assert len(captured.leads()) == 1


def test_who_sends_very_often_must_wait_and_keeps_what_was_typed(captured: Captured) -> None:
    captured.source("rare", "form", {**CONTACT, "per_hour": 2})
    for number in range(2):
        assert sent(captured, opened(captured, "rare"), **{**JO, "email": f"jo{number}@acme.com"}).status_code == 303
    answer = sent(captured, opened(captured, "rare"), **JO)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 1_000) == (429, True)
    assert Page(answer).sends["email"] == "jo@acme.com"
    captured.trial.now += HOUR
    assert sent(captured, Page(answer), wait=0).status_code == 303


def test_nobody_s_address_of_the_net_is_believed_on_their_own_word(captured: Captured) -> None:
    captured.source("rare", "form", {**CONTACT, "per_hour": 1})
    codes = []
    for number in range(2):
        page = opened(captured, "rare")
        captured.trial.now += 5_000
        headers = {"x-forwarded-for": f"192.0.2.{number}", "accept": "text/html"}
        codes.append(captured.client.post("/f/rare", data={**page.sends, **JO}, headers=headers).status_code)
    assert codes == [303, 429]


# --- whatever is sent


def test_bytes_of_another_charset_are_read(captured: Captured) -> None:
    page = opened(captured)
    captured.trial.now += 5_000
    body = b"&".join([f"_token={page.sends['_token']}".encode(), b"email=jo@acme.com&consent=yes&company=M%FCller+AG"])
    headers = {"content-type": "application/x-www-form-urlencoded; charset=iso-8859-1"}
    assert captured.client.post("/f/contact", content=body, headers=headers).status_code == 303
    assert json.loads(captured.leads()[0].fields)["company"] == "Müller AG"


def test_huge_answers_are_refused_at_their_question_and_huge_bodies_at_the_door(captured: Captured) -> None:
    answer = sent(captured, opened(captured), **{**JO, "company": "x" * 5_000})
    assert (answer.status_code, "shorten this to 300" in answer.text) == (422, True)
    assert sent(captured, opened(captured), **{**JO, "message": "x" * 300_000}).status_code == 413
    many = {f"a{number}": "1" for number in range(700)}
    assert sent(captured, opened(captured), **{**JO, **many}).status_code == 400


def test_what_nobody_can_see_is_left_out(captured: Captured) -> None:
    sent(captured, opened(captured), **{**JO, "company": "Ac\u202eme\x00\u200b \n AG"})
    assert json.loads(captured.leads()[0].fields)["company"] == "Acme AG"


def test_an_answer_that_is_not_offered_is_refused(captured: Captured) -> None:
    for odd in ({"wish": "gold"}, {"tags": ["a", "z"]}):
        assert "one of those that are offered" in sent(captured, opened(captured), **JO, **odd).text


def test_a_hidden_answer_that_no_address_may_say_stays_what_it_is(captured: Captured) -> None:
    fixed = {"inputs": [*CONTACT["inputs"][:1], {"name": "plan", "type": "hidden", "value": "free"}]}
    captured.source("fixed", "form", fixed)
    sent(captured, opened(captured, "fixed"), email="jo@acme.com", plan="enterprise", received="1999-01-01", id="7")
    (lead,) = captured.leads()
    assert json.loads(lead.fields)["plan"] == "free"
    assert lead.received == captured.trial.now


def test_when_nothing_can_be_written_nothing_is_lost(captured: Captured) -> None:
    page = opened(captured)
    captured.house.rooms[captured.trial.desk.workspace].committer.close()
    answer = sent(captured, page, **JO)
    assert (answer.status_code, Page(answer).sends["email"]) == (503, "jo@acme.com")
    assert answer.headers["retry-after"]


NAMES = st.sampled_from(
    ["email", "company", "size", "wish", "tags", "consent", "_token", "_zone", "_origin", "at", "x"]
)
MEDIA = st.sampled_from(
    ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "", "text/plain"]
)


def test_whatever_is_sent_nothing_breaks(captured: Captured) -> None:
    captured.source("often", "form", {**CONTACT, "per_hour": 10_000})
    page = opened(captured, "often")
    ticket = new_ticket(captured.trial.desk, "often", Ticket(0, captured.trial.now))

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(NAMES, st.text(max_size=20)), max_size=8), st.binary(max_size=40), MEDIA, st.booleans())
    def run(pairs: list[tuple[str, str]], odd: bytes, media: str, is_ticket: bool) -> None:
        captured.trial.now += 4_000
        path = f"/f/often/thanks/{ticket}" if is_ticket else "/f/often"
        accept = {"accept": "text/html"}
        for body in ({**page.sends, **dict(pairs)}, dict(pairs)):
            safe = {name: value.encode("utf-8", "replace").decode() for name, value in body.items()}
            assert captured.client.post(path, data=safe, headers=accept).status_code < 500
            assert captured.client.get(path, params=safe).status_code < 500
        assert captured.client.post(path, content=odd, headers={**accept, "content-type": media}).status_code < 500

    run()


# --- pages of one's own


def test_a_page_of_one_s_own_sends_json_and_is_told_where_to_go_on(captured: Captured) -> None:
    answer = as_json(captured, tracking={"utm_source": "ads", "odd": "x"}, page=f"{HOME}/x")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == HOME
    said = answer.json()
    rep = captured.trial.desk.setup().roster.reps[captured.leads()[0].rep].name
    assert (said["title"], said["rep"]) == ("Thanks!", rep)
    assert captured.client.get(said["next"]).status_code == 200


def test_a_page_that_may_not_is_refused_and_one_that_may_is_told_before(captured: Captured) -> None:
    assert as_json(captured, origin="https://evil.example").status_code == 403
    asked = {"origin": HOME, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = captured.client.options("/f/contact", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (204, "content-type")
    refused = captured.client.options("/f/contact", headers={**asked, "origin": "https://evil.example"})
    assert "access-control-allow-origin" not in refused.headers


def test_what_is_amiss_is_told_by_question_to_whoever_may_hear_it(captured: Captured) -> None:
    answer = as_json(captured, answers={"email": "jo", "size": True}, consent=False)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (422, HOME)
    assert [each["where"] for each in answer.json()["faults"]] == ["email", "size", "consent"]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"token": ""}, "form-check"),
        ({"wait": 100}, "form-soon"),
        ({"odd": 1}, "bad-usage"),
        ({"answers": 5}, "bad-usage"),
    ],
)
def test_what_must_be_sent_again_says_why(captured: Captured, given: dict[str, Any], kind: str) -> None:
    answer = as_json(captured, **given)
    assert (400 <= answer.status_code < 500, answer.json()["type"]) == (True, kind)


# --- the parts


class Here:
    """Where forms are."""

    sealer = Vault(bytes(32))
    workspace = 1


def test_a_gate_gives_an_hour_s_allowance_back_bit_by_bit() -> None:
    gate = Gate()
    assert [gate.wait("a", 4, NOW) for _ in range(5)] == [0, 0, 0, 0, HOUR // 4]
    assert gate.wait("b", 4, NOW) == 0
    assert gate.wait("a", 4, NOW + HOUR // 4) == 0
    assert gate.wait("a", 4, NOW + HOUR // 4) > 0


def test_a_gate_keeps_nobody_out_for_longer_if_the_clock_was_set_back() -> None:
    gate = Gate()
    assert [gate.wait("a", 2, NOW + 9 * HOUR) for _ in range(3)][-1] > 0
    assert gate.wait("a", 2, NOW) <= HOUR // 2


def test_a_gate_forgets_those_who_were_not_here_for_longest() -> None:
    gate = Gate(most=2)
    for who in ("a", "b", "a", "c"):
        gate.wait(who, 1, NOW)
    assert (gate.wait("a", 1, NOW) > 0, gate.wait("b", 1, NOW)) == (True, 0)


@given(st.binary(max_size=60).map(lambda some: some.hex()) | st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_nobody_makes_up_a_token(text: str) -> None:
    assert read_token(Here(), "f", text) is None
    assert read_ticket(Here(), "f", text, NOW) is None
    assert read_token(Here(), "f", new_token(Here(), "f", NOW)) is not None
    assert read_token(Here(), "g", new_token(Here(), "f", NOW)) is None
