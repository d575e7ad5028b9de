"""Where leads come in from: set up, changed, turned off; secrets that nobody sees again; forms that make sense."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from evenhand.actions.actor import Actor
from evenhand.actions.forms import Form, check_form, is_css, is_page, read_form
from evenhand.actions.sources import (
    Change,
    NewSource,
    add_source,
    change_source,
    found_source,
    open_source,
    path_of,
    secrets_in,
    sources_of,
    switch_source,
)
from evenhand.app.kinds import KINDS, SETTINGS, secrets_of
from evenhand.core.when.fields import Vocabulary
from evenhand.errors import BadInput, BadUsage, Conflict, NotAllowed, NotFound
from tests.desk import Trial, rep

ADMIN = Actor("admin", "ada", "admin")
EMAIL = {"name": "email", "label": "E-mail", "type": "email", "required": True}
FORM: dict[str, Any] = {"title": "Talk to us", "inputs": [EMAIL]}
TOKEN = "s3cret-enough-to-compare"


def form(**changes: Any) -> bytes:
    return json.encode({**FORM, **changes})


def asking(**changes: Any) -> bytes:
    """A form whose one question is another."""
    return form(inputs=[{**EMAIL, **changes}])


def contact(trial: Trial, **changes: Any) -> Any:
    wanted = NewSource(name="contact", kind="form", settings=form(**changes))
    return trial.do(add_source, wanted, kinds=KINDS, actor=ADMIN)


def ads(trial: Trial) -> Any:
    settings = json.encode({"by": "header", "fields": {"email": "who.mail"}})
    wanted = NewSource(name="ads", kind="json", settings=settings, secrets={"token": TOKEN})
    return trial.do(add_source, wanted, kinds=KINDS, actor=ADMIN)


def events(trial: Trial) -> list[str]:
    with trial.database.reading(trial.desk.workspace) as tx:
        return [each.kind for each in tx.story.events() if each.kind.startswith("source.")]


def faults(settings: bytes) -> list[str]:
    with pytest.raises(BadUsage) as error:
        check_form(read_form(settings), Vocabulary())
    return [str(fault) for fault in error.value.faults]


# --- sources


def test_a_form_is_kept_as_it_was_said(each_trial: Trial) -> None:
    row = contact(each_trial)
    assert (row.kind, row.version, path_of(row), json.decode(row.settings)) == ("form", 1, "/f/contact", FORM)
    assert found_source(each_trial.desk, "contact") == row
    assert open_source(each_trial.desk, "contact").secrets == {}
    assert events(each_trial) == ["source.added"]


def test_secrets_are_sealed_and_open_for_who_takes_leads(each_trial: Trial) -> None:
    row = ads(each_trial)
    assert TOKEN.encode() not in row.box + row.settings
    assert secrets_in(row, each_trial.desk.sealer, each_trial.desk.workspace) == ["token"]
    assert open_source(each_trial.desk, "ads").secrets == {"token": TOKEN}
    assert TOKEN not in repr(open_source(each_trial.desk, "ads"))


def test_the_events_hold_no_secret(trial: Trial) -> None:
    ads(trial)
    trial.do(change_source, "ads", Change(settings=b'{"by":"url"}', secrets={"token": "another-secret"}), kinds=KINDS)
    with trial.database.reading(trial.desk.workspace) as tx:
        bodies = b"".join(each.body for each in tx.story.events())
    assert (TOKEN.encode() in bodies, b"another-secret" in bodies, b'"token"' in bodies) == (False, False, True)


def test_secrets_that_are_not_named_stay(each_trial: Trial) -> None:
    ads(each_trial)
    each_trial.do(change_source, "ads", Change(settings=b'{"by":"url"}'), kinds=KINDS)
    assert open_source(each_trial.desk, "ads").secrets == {"token": TOKEN}


def test_a_secret_that_is_needed_does_not_go(trial: Trial) -> None:
    ads(trial)
    with pytest.raises(BadInput, match="token"):
        trial.do(change_source, "ads", Change(settings=b'{"by":"url"}', secrets={"token": None}), kinds=KINDS)
    assert open_source(trial.desk, "ads").secrets == {"token": TOKEN}


def test_each_change_is_a_version(trial: Trial) -> None:
    contact(trial)
    row = trial.do(change_source, "contact", Change(settings=form(title="Hello")), kinds=KINDS)
    assert (row.version, json.decode(row.settings)["title"]) == (2, "Hello")
    assert events(trial) == ["source.added", "source.changed"]


def test_a_source_that_is_off_takes_nothing_until_it_is_on(each_trial: Trial) -> None:
    contact(each_trial)
    off = each_trial.do(switch_source, "contact", on=False)
    assert each_trial.do(switch_source, "contact", on=False) == off
    with pytest.raises(NotFound):
        open_source(each_trial.desk, "contact")
    assert [row.name for row in sources_of(each_trial.desk)] == ["contact"]
    each_trial.do(change_source, "contact", Change(settings=form(), on=True), kinds=KINDS)
    assert open_source(each_trial.desk, "contact").version == 3
    assert events(each_trial)[1:] == ["source.off", "source.changed", "source.on"]


def test_a_name_is_taken_once(trial: Trial) -> None:
    contact(trial)
    with pytest.raises(Conflict, match="there is a source contact already"):
        contact(trial)


@pytest.mark.parametrize("name", ["", "Contact", "a b", "-a", "a-", "a--b", "1a", "a/b", "ä", "a" * 61, "a\n"])
def test_a_name_must_be_fit_for_an_address(trial: Trial, name: str) -> None:
    with pytest.raises(BadUsage, match="cannot be part of an address"):
        trial.do(add_source, NewSource(name=name, kind="form", settings=form()), kinds=KINDS)


def test_a_kind_that_there_is_not_is_told_with_the_nearest(trial: Trial) -> None:
    with pytest.raises(BadUsage, match="Did you mean meta"):
        trial.do(add_source, NewSource(name="a", kind="mete"), kinds=KINDS)


def test_a_source_that_there_is_not_is_told_with_the_nearest(trial: Trial) -> None:
    contact(trial)
    with pytest.raises(NotFound, match="Did you mean 'contact'"):
        found_source(trial.desk, "contacts")
    with pytest.raises(NotFound, match="Did you mean 'contact'"):
        trial.do(switch_source, "contacts", on=False)


def test_only_an_admin_says_where_leads_come_from(trial: Trial) -> None:
    contact(trial)
    for actor in (rep("ann"), Actor("manager", "eve", "manager"), Actor("viewer", "vi", "viewer")):
        with pytest.raises(NotAllowed):
            trial.do(switch_source, "contact", on=False, actor=actor)
        with pytest.raises(NotAllowed):
            trial.do(add_source, NewSource(name="b", kind="form", settings=form()), kinds=KINDS, actor=actor)


@pytest.mark.parametrize("settings", [b"", b"[]", b'{"by": "guess"}', b'{"fields": {"email": "["}}', b"[" * 100_000])
def test_settings_that_no_webhook_can_have_are_refused(trial: Trial, settings: bytes) -> None:
    wanted = NewSource(name="a", kind="json", settings=settings, secrets={"secret": "whsec_" + "A" * 32})
    with pytest.raises(BadInput):
        trial.do(add_source, wanted, kinds=KINDS)


@pytest.mark.parametrize("secrets", [{"token": ""}, {"token": "x" * 10_001}, {f"k{n}": TOKEN for n in range(21)}])
def test_secrets_that_cannot_be_are_refused(trial: Trial, secrets: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        trial.do(add_source, NewSource(name="a", kind="json", settings=b"{}", secrets=secrets), kinds=KINDS)


def test_a_form_has_no_secrets(trial: Trial) -> None:
    wanted = NewSource(name="a", kind="form", settings=form(), secrets={"token": TOKEN})
    with pytest.raises(BadUsage, match="a form has none"):
        trial.do(add_source, wanted, kinds=KINDS)


def test_every_kind_has_its_settings_and_secrets() -> None:
    assert set(SETTINGS) == set(KINDS)
    assert secrets_of("form") == ()
    assert all(secrets_of(kind) for kind in KINDS if kind != "form")


# --- forms


def test_a_form_that_says_everything_is_fine() -> None:
    said = {
        "inputs": [
            EMAIL,
            {"name": "size", "label": "How many?", "type": "select", "field": "employees", "options": [{"value": "5"}]},
            {"name": "tags", "label": "Which?", "type": "checks", "options": [{"value": "a"}, {"value": "b"}]},
            {"name": "campaign", "type": "hidden", "query": "c"},
        ],
        "consent": {"text": "You may call me.", "link": "https://example.com/privacy"},
        "thanks": {"name_rep": True, "call_back": True},
        "constants": {"source": "web", "partner": "acme"},
        "look": {"accent": "#0a7c5c", "font": "'Inter', sans-serif", "width": "min(40rem, 100%)"},
        "embed": ["https://www.example.com", "https://*.example.org:8443", "http://localhost:3000"],
    }
    check_form(read_form(form(**said)), Vocabulary())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (form(inputs=[]), "there are 0 questions"),
        (form(inputs=[EMAIL, EMAIL]), "'email' is there twice"),
        (form(inputs=[EMAIL, {**EMAIL, "name": "mail", "field": "email"}]), "'email' is filled twice"),
        (asking(name="Email", field="email"), "cannot be a name"),
        (asking(name="_email", field="email"), "cannot be a name"),
        (asking(label=" "), "inputs[0].label: is missing"),
        (asking(field="emial"), "there is no field 'emial'. Did you mean 'email'?"),
        (asking(field="score"), "score is worked out"),
        (asking(field="account.owner"), "account.owner is worked out"),
        (asking(type="select"), "inputs[0].options: there are 0"),
        (asking(options=[{"value": "a"}]), "are nothing for email"),
        (asking(type="radio", options=[{"value": "a"}, {"value": "a"}]), "there twice"),
        (asking(type="radio", options=[{"value": "a"}], value="b"), "'b' is none of the options"),
        (asking(type="checks", options=[{"value": "a"}]), "email holds text, and checks gives texts"),
        (asking(type="hidden", label=""), "a hidden question has no answer"),
        (asking(longest=-1), "is not from 0 to"),
        (asking(autocomplete='"><script>'), "is none"),
        (asking(label="x" * 501), "has more than 500 characters"),
        (form(button=""), "button: is empty"),
        (form(intro="x" * 5001), "has more than 5,000 characters"),
        (form(language="english"), "is no language"),
        (form(consent={"text": ""}), "consent.text: is empty"),
        (form(consent={"text": "Yes", "link": "javascript:alert(1)"}), "is no address of a page"),
        (form(inputs=[{**EMAIL, "field": "consent", "type": "checkbox"}], consent={"text": "Y"}), "filled twice"),
        (form(thanks={"redirect": "http://example.com"}), "is no address of a page"),
        (form(thanks={"redirect": "https://example.com", "name_rep": True}), "can neither name the rep"),
        (form(constants={"sauce": "web"}), "there is no field 'sauce'. Did you mean 'source'?"),
        (form(look={"acent": "red"}), "Did you mean accent?"),
        (form(look={"accent": "red; background: url(x)"}), "is no colour, length or font"),
        (form(embed=["*"]), "is no origin"),
        (form(embed=["https://example.com/page"]), "is no origin"),
        (form(embed=["https://example.com; script-src *"]), "is no origin"),
        (form(seconds=61), "is not from 0 to 60"),
        (form(per_hour=0), "is not from 1 to 10,000"),
    ],
)
def test_a_form_that_makes_no_sense_is_told_what_is_wrong(settings: bytes, said: str) -> None:
    assert said in "\n".join(faults(settings))


def test_everything_that_is_wrong_with_a_form_is_told_at_once() -> None:
    assert len(faults(form(button="", seconds=-1, look={"x": "y"}, inputs=[]))) == 4


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        (b'{"titel": "x"}', "settings"),
        (b'{"inputs": [{"name": 1}]}', "settings.inputs[0].name"),
        (b'{"inputs": [{"name": "a", "type": "file"}]}', "settings.inputs[0].type"),
        (b"{", "settings"),
        (b'"' + b"x" * 200_001 + b'"', "settings"),
    ],
)
def test_settings_that_are_no_form_are_told_where(settings: bytes, where: str) -> None:
    with pytest.raises(BadUsage) as error:
        read_form(settings)
    assert error.value.faults[0].where == where


@pytest.mark.parametrize("value", ["#fff", "1.5rem", "rgb(0 0 0 / 5%)".replace("/", ","), "calc(1px + 2%)", "var(--x)"])
def test_plain_css_is_taken(value: str) -> None:
    assert is_css(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a;b",
        "a}b",
        "url(x)",
        "image-set('x')",
        "a\\28",
        "a/**/b",
        ")(",
        "'a",
        '"a\'b"',
        "@import",
        "<b>",
    ],
)
def test_css_that_could_do_more_is_refused(value: str) -> None:
    assert not is_css(value)


@given(st.text(alphabet="aurl(){};:'\"\\/@<\n 1#", max_size=20))
def test_no_css_ever_leaves_its_property(value: str) -> None:
    if is_css(value):
        assert not set(value) & set(";{}<>\\@\n/:")
        assert "url(" not in re.sub(r"'[^']*'|\"[^\"]*\"", "", value.lower())


@pytest.mark.parametrize("address", ["https://example.com/a?b=c", "http://localhost:3000/x", "https://example.com"])
def test_a_page_is_a_page(address: str) -> None:
    assert is_page(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/x",
        "//example.com",
        "http://example.com",
        "https://a@example.com",
        "https://[",
        "https://a b",
        'https://a"b',
    ],
)
def test_what_is_no_page_is_none(address: str) -> None:
    assert not is_page(address)


def test_a_form_is_written_as_it_is_read() -> None:
    assert read_form(json.encode(read_form(form()))) == read_form(form()) != Form()
