"""Hosted forms: drawn, filled in, sent, and thanked for."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand.actions.forms import Form, check_form, read_form
from evenhand.actions.persons import person_of
from evenhand.core.model import DAY, HOUR, MINUTE
from evenhand.core.when.fields import CATALOGUE, Vocabulary
from evenhand.service.forms.afterwards import clock
from evenhand.service.forms.drawing import admits
from evenhand.service.forms.words import WORDS, words_in
from tests.desk import NOW, POLICY, TEAM, Trial
from tests.desk import opened as trial_at
from tests.service.capturing import BASE, Captured, capturing
from tests.service.filling import Page, followed, opened, sent

CONTACT: dict[str, Any] = {
    "title": "Talk to us",
    "intro": "We answer fast.\nPromise <b>.",
    "inputs": [
        {"name": "email", "label": "E-mail", "type": "email", "required": True},
        {"name": "company", "label": "Company", "help": "As on your letters."},
        {"name": "size", "label": "People", "type": "number", "field": "employees"},
        {
            "name": "wish",
            "label": "What for?",
            "type": "select",
            "field": "use_case",
            "options": [{"value": "crm", "label": "CRM"}, {"value": "billing"}],
        },
        {"name": "tags", "label": "Which?", "type": "checks", "options": [{"value": "a"}, {"value": "b"}]},
        {"name": "message", "label": "Message", "type": "textarea"},
        {"name": "plan", "type": "hidden", "value": "free", "query": "plan"},
    ],
    "consent": {"text": "You may write to me.", "link": "https://example.com/privacy", "link_text": "Privacy"},
    "thanks": {"title": "Thanks!", "text": "Bye.", "name_rep": True, "call_back": True},
    "embed": ["https://www.example.com", "https://*.example.org"],
}
JO: dict[str, Any] = {"email": "jo@acme.com", "company": "Acme", "consent": "yes"}
NIGHT = 20 * HOUR
HOURED = TEAM.replace("[[person]]", '[[person]]\nhours = "09:00-17:00"\nzone = "Europe/Berlin"')


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with trial_at(sqlite_url, policy=POLICY, roster=HOURED) as found:
        yield found


@pytest.fixture
def captured(trial: Trial) -> Iterator[Captured]:
    with capturing(trial) as service:
        service.source("contact", "form", CONTACT)
        yield service


def raw(captured: Captured, lead: int) -> Any:
    """What was kept of a lead as it came, and its personal fields."""
    person = captured.trial.desk.imagine(lambda work: person_of(work, lead))
    return json.loads(person.raw), json.loads(person.fields)


def test_a_form_that_is_sent_is_a_lead_and_its_rep_is_named(captured: Captured) -> None:
    thanks = followed(captured, sent(captured, opened(captured), **JO))
    (lead,) = captured.leads()
    assert (lead.state, lead.source) == ("assigned", "contact")
    rep = captured.trial.desk.setup().roster.reps[lead.rep].name
    assert f"{rep} will be in touch by 11:00 (Europe/Berlin)." in thanks.text
    assert captured.trial.events(1)[0].endswith("key form:contact")


def test_what_was_filled_in_is_kept_typed_and_whole(captured: Captured) -> None:
    page = opened(
        captured, query="?plan=pro&utm_source=news&utm_campaign=may&gclid=c1", referer="https://blog.example/"
    )
    sent(captured, page, **JO, size="1200", wish="crm", tags=["a", "b"], message="Hi\r\nthere")
    told, personal = raw(captured, 1)
    plain = json.loads(captured.leads()[0].fields)
    assert personal["message"] == "Hi\nthere"
    assert (plain["employees"], plain["use_case"], plain["plan"], plain["tags"]) == (1200, "crm", "pro", ["a", "b"])
    assert (plain["consent"], plain["source"], plain["campaign"]) == (True, "news", "may")
    assert told["consent"] == {"given": True, "text": "You may write to me.", "version": told["consent"]["version"]}
    assert (told["referrer"], told["utm_source"], told["click_id"]) == ("https://blog.example/", "news", "c1")
    assert told["page"].startswith(f"{BASE}/f/contact?plan=pro")


def test_sent_twice_it_is_one_lead_and_sent_anew_a_touch(captured: Captured) -> None:
    page = opened(captured)
    for answers in (JO, JO, {**JO, "company": "Acme Ltd"}):
        assert sent(captured, page, **answers).status_code == 303
    assert len(captured.leads()) == 1
    assert [event.partition(" ")[0] for event in captured.trial.events(1)].count("lead.touched") == 1


def test_what_is_amiss_is_said_at_its_question_and_what_was_typed_stays(captured: Captured) -> None:
    answer = sent(captured, opened(captured), email="jo@", company="Ac<me", size="many", message="<b>\nx", wish="crm")
    page = Page(answer)
    assert (answer.status_code, captured.leads()) == (422, [])
    email = page.named("email")
    assert (email["aria-invalid"], email["aria-describedby"], "autofocus" in email) == ("true", "q-email-wrong", True)
    assert page.all("p", id="q-email-wrong")
    assert {each["href"] for each in page.all("a") if each["href"].startswith("#")} == {
        "#q-email",
        "#q-size",
        "#q-consent-given",
    }
    assert (page.sends["company"], page.sends["message"], page.sends["wish"]) == ("Ac<me", "<b>\nx", "crm")
    assert sent(captured, page, wait=0, email="jo@acme.com", size="5", consent="yes").status_code == 303


def test_every_question_has_a_label_and_browsers_know_what_it_is(captured: Captured) -> None:
    page = opened(captured)
    labelled = {each.get("for") for each in page.all("label")}
    asked = [given for tag, given in page.tags if tag in {"input", "select", "textarea"} and given.get("id")]
    assert asked
    assert all(given["id"] in labelled or given["type"] == "checkbox" for given in asked)
    assert (page.named("email")["autocomplete"], page.named("company")["autocomplete"]) == ("email", "organization")
    assert page.named("company")["aria-describedby"] == "q-company-help"
    assert page.all("html")[0]["lang"] == "en"
    assert "required" in page.named("email")
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))


def test_no_text_of_the_settings_or_of_a_visitor_becomes_markup(captured: Captured) -> None:
    page = opened(captured, query='?plan="><script>alert(1)</script>')
    assert "Promise <b>." in page.text
    assert len(page.all("script")) == 1
    assert page.sends["plan"] == '"><script>alert(1)</script>'


def test_the_page_allows_its_own_style_and_script_and_nothing_else(captured: Captured) -> None:
    captured.source("blue", "form", {**CONTACT, "look": {"accent": "#00f", "font": "'Inter', sans-serif"}})
    answer = opened(captured, "blue").answer
    allowed = answer.headers["content-security-policy"]
    for tag in ("style", "script"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed
    assert "--accent:#00f;--font:'Inter', sans-serif" in answer.text
    assert "frame-ancestors 'self' https://www.example.com https://*.example.org" in allowed
    assert "http" not in re.sub(r"https://(www|\*)\.example\.(com|org)", "", allowed)


def test_nothing_on_the_page_comes_from_elsewhere(captured: Captured) -> None:
    page = opened(captured)
    addresses = [given[name] for _, given in page.tags for name in ("src", "href", "action") if name in given]
    assert set(addresses) == {"/f/contact", "https://example.com/privacy"}
    assert "url(" not in page.answer.text


def test_a_form_that_may_be_nowhere_else_says_so(captured: Captured) -> None:
    captured.source("alone", "form", {**CONTACT, "embed": []})
    assert "frame-ancestors 'none'" in opened(captured, "alone").answer.headers["content-security-policy"]


def test_within_another_page_it_tells_that_page_alone_how_high_it_is(captured: Captured) -> None:
    around = "?_origin=https://www.example.com&_page=https%3A%2F%2Fwww.example.com%2Fx%3Futm_source%3Dads%26plan%3Dpro"
    page = opened(captured, query=around + "&_referrer=https://search.example/")
    assert page.all("html")[0]["data-parent"] == "https://www.example.com"
    assert (page.sends["_page"], page.sends["plan"]) == ("https://www.example.com/x?utm_source=ads&plan=pro", "pro")
    thanks = followed(captured, sent(captured, page, **JO))
    assert thanks.all("html")[0]["data-parent"] == "https://www.example.com"
    told, _ = raw(captured, 1)
    assert (told["utm_source"], told["referrer"]) == ("ads", "https://search.example/")
    for origin in ("https://evil.example", 'https://x.example.org"', "https://example.com", "null"):
        assert "data-parent" not in opened(captured, query=f"?_origin={origin}").all("html")[0]


def test_the_script_that_embeds_it_is_ours_and_names_the_form(captured: Captured) -> None:
    captured.source("odd", "form", {**CONTACT, "title": "</script><b>\u2028"})
    answer = captured.client.get("/f/odd/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert r'"\u003c/script\u003e\u003cb\u003e\u2028"' in answer.text
    assert "TITLE" not in answer.text


def test_where_it_leads_is_where_the_browser_is_sent(captured: Captured) -> None:
    away = {**CONTACT, "thanks": {"redirect": "https://www.example.com/thanks"}}
    captured.source("away", "form", away)
    page = opened(captured, "away")
    assert "form-action 'self' https://www.example.com;" in page.answer.headers["content-security-policy"]
    answer = sent(captured, page, **JO)
    assert (answer.status_code, answer.headers["location"]) == (303, "https://www.example.com/thanks")
    inside = opened(captured, "away", query="?_origin=https://www.example.com")
    thanks = followed(captured, sent(captured, inside, **{**JO, "email": "jo2@acme.com"}))
    assert thanks.all("html")[0]["data-go"] == "https://www.example.com/thanks"
    assert thanks.all("a", href="https://www.example.com/thanks")[0]["target"] == "_top"


def test_a_time_to_be_called_is_noted_once_and_told_to_the_rep(captured: Captured) -> None:
    thanks = followed(captured, sent(captured, opened(captured), **JO, _zone="America/New_York"))
    assert "(America/New_York)" in thanks.text
    slots = [each["value"] for each in thanks.all("option")[1:]]
    now = captured.trial.now
    assert all(now < int(slot) < now + 7 * DAY and int(slot) % (30 * MINUTE) == 0 for slot in slots)
    chosen = followed(captured, sent(captured, thanks, wait=0, at=slots[0]))
    assert "We will call you: " in chosen.text
    assert sent(captured, thanks, wait=0, at=slots[1]).status_code == 303
    rep = captured.leads()[0].rep
    assert captured.trial.notes(1) == [captured.trial.notes(1)[0]]
    assert captured.trial.notes(1)[0].startswith("Would like to be called: ")
    assert captured.trial.told(1) == [f"assigned {rep}", f"came again {rep}"]


def test_a_time_that_is_not_offered_is_not_taken(captured: Captured) -> None:
    thanks = followed(captured, sent(captured, opened(captured), **JO))
    for at in ("", "0", "x", str(captured.trial.now + 10 * DAY), "9" * 40):
        answer = sent(captured, thanks, wait=0, at=at)
        assert (answer.status_code, "has passed" in answer.text) == (422, True)
    assert captured.trial.notes(1) == []


def test_when_nobody_is_there_it_says_when_somebody_will_be(captured: Captured) -> None:
    captured.trial.now += NIGHT - 9 * HOUR
    thanks = followed(captured, sent(captured, opened(captured), **JO))
    assert captured.leads()[0].state == "waiting"
    assert "Somebody is here from Tue 3 November, 09:00 (Europe/Berlin)." in thanks.text
    labels = [each for each in thanks.text.splitlines() if "November" in each]
    assert any("09:00" in each for each in labels)


def test_a_ticket_of_another_form_or_an_old_one_shows_nothing(captured: Captured) -> None:
    captured.source("other", "form", CONTACT)
    where = sent(captured, opened(captured), **JO).headers["location"]
    assert captured.client.get(where.replace("contact", "other")).status_code == 404
    assert captured.client.get(where[:-3] + "abc").status_code == 404
    captured.trial.now += 3 * DAY
    assert captured.client.get(where).status_code == 404


def test_a_form_that_is_off_says_so_to_people_and_to_programs(captured: Captured) -> None:
    captured.switch("contact", on=False)
    page = captured.client.get("/f/contact", headers={"accept": "text/html", "accept-language": "de"})
    assert (page.status_code, "nicht mehr" in page.text) == (410, True)
    assert captured.client.get("/f/contact").json()["type"] == "switched-off"
    assert captured.client.get("/f/nobody").status_code == 404


def test_it_speaks_the_form_s_language(captured: Captured) -> None:
    captured.source("de", "form", {**CONTACT, "language": "de-AT"})
    page = opened(captured, "de")
    assert (page.all("html")[0]["lang"], "(freiwillig)" in page.text) == ("de-AT", True)
    assert "Bitte füllen Sie das aus." in sent(captured, page).text


def test_a_wildcard_admits_what_is_below_it_only(captured: Captured) -> None:
    form = Form(embed=("https://*.example.org", "https://www.example.com"))
    assert admits(form, "https://a.example.org")
    for origin in ("https://example.org", "http://a.example.org", "https://aexample.org", "https://example.com", ""):
        assert not admits(form, origin)


def test_the_form_of_the_guide_can_be_made() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "forms.md").read_text(encoding="utf-8")
    found = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert found is not None
    check_form(read_form(found[1].encode()), Vocabulary(fields=CATALOGUE))


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_all_its_words(language: str) -> None:
    words = words_in(f"{language}-XX")
    assert (len(words.days), len(words.months)) == (7, 12)
    assert ("{rep}" in words.by, "{at}" in words.by, "{at}" in words.called, "{most}" in words.long) == (True,) * 4
    assert clock(NOW + DAY, NOW, "Europe/Berlin", words).endswith(", 10:00")
