"""Where leads come in from, and how people are told, from the command line."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

EMAIL = {"name": "email", "label": "E-mail", "type": "email", "required": True}
SLACK = "slack://T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def read(evenhand: Run, *words: object) -> Any:  # what a program would read
    ran = evenhand(*words, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.fixture
def contact(desk: Path, evenhand: Run, tmp_path: Path) -> Path:
    """A form, and the file that it was set up by."""
    file = tmp_path / "contact.json"
    file.write_text(json.dumps({"title": "Talk to us", "inputs": [EMAIL]}))
    ran = evenhand("source", "add", "contact", "--kind", "form", "--settings", file, "--base-url", "https://a.example/")
    assert (ran.code, ran.out) == (0, "https://a.example/f/contact\n"), ran.err
    return file


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


# --- sources


def test_a_source_prints_the_address_to_paste(desk: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_BASE_URL", "https://leads.example.com")
    settings = '{"by": "url"}'
    piped(monkeypatch, settings)
    ran = evenhand("source", "add", "any", "--kind", "json", "--settings", "-", "--secret", "token=s3cret-enough")
    assert (ran.code, ran.out) == (0, "https://leads.example.com/hooks/any\n"), ran.err


def test_a_secret_can_be_piped_in_and_is_never_shown(
    desk: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, "whsec_c2VjcmV0c2VjcmV0c2VjcmV0\n")
    ran = evenhand("source", "add", "any", "--kind", "json", "--secret", "secret")
    assert ran.code == 0, ran.err
    shown = evenhand("source", "show", "any").out
    assert ("secret secret: set" in shown, "secret token: not set" in shown, "whsec_" in shown) == (True, True, False)
    assert read(evenhand, "source", "show", "any")["secrets"] == ["secret"]


def test_sources_are_listed_turned_off_and_on(contact: Path, evenhand: Run) -> None:
    assert [each["source"] for each in read(evenhand, "source", "list")] == ["contact"]
    assert evenhand("source", "off", "contact").out == "contact is off: nothing is taken from it any more.\n"
    assert "There is no source" in evenhand("source", "list").out
    assert [each["is"] for each in read(evenhand, "source", "list", "--all")] == ["off"]
    assert evenhand("source", "on", "contact").out == "contact is on.\n"
    assert "https://YOUR-SERVER/f/contact" in evenhand("source", "list").out


def test_a_source_is_set_up_anew(contact: Path, evenhand: Run) -> None:
    contact.write_text(json.dumps({"title": "Hello", "inputs": [EMAIL]}))
    assert evenhand("source", "set", "contact", "--settings", contact).out == "contact is set up anew: version 2.\n"
    assert read(evenhand, "source", "show", "contact")["settings"]["title"] == "Hello"


def test_what_is_wrong_with_a_source_is_told_line_by_line(contact: Path, evenhand: Run) -> None:
    contact.write_text(json.dumps({"inputs": [{**EMAIL, "field": "emial"}], "seconds": 99}))
    ran = evenhand("source", "set", "contact", "--settings", contact)
    assert ran.code == 2
    assert "inputs[0].field: there is no field 'emial'. Did you mean 'email'?" in ran.err
    assert "seconds: is not from 0 to 60." in ran.err
    assert "there is no source 'contacts'. Did you mean 'contact'?" in evenhand("source", "off", "contacts").err


# --- channels


def test_a_channel_is_added_changed_tried_and_dropped(desk: Path, evenhand: Run) -> None:
    ran = evenhand("channel", "add", "ann", "ann@example.com", "--quiet", "22:00-07:00", "--only", "assigned")
    assert ran.code == 0, ran.err
    (found,) = read(evenhand, "channel", "list", "ann")
    number = found["channel"]
    assert (found["to"], found["quiet"], found["only"]) == ("ann@example.com", "22:00-07:00", ["assigned"])
    changed = evenhand("channel", "set", number, "--detail", "full", "--only", "", "--quiet", "")
    assert changed.out == f"Channel {number} of ann is on: ann@example.com, full.\n"
    (found,) = read(evenhand, "channel", "list")
    assert (found["quiet"], found["only"]) == ("", [])
    assert evenhand("channel", "test", number).out.startswith("Message 1 is on its way.")
    assert evenhand("channel", "set", number, "--off").code == 0
    assert (
        evenhand("channel", "test", number).code == 1 or "turn it on first" in evenhand("channel", "test", number).err
    )
    assert evenhand("channel", "drop", number).out == f"Channel {number} is gone.\n"
    assert "There is no channel" in evenhand("channel", "list").out


def test_an_address_with_a_secret_can_be_piped_in(desk: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, f"{SLACK}\n")
    ran = evenhand("channel", "add", "desk")
    assert (ran.code, "XXXX" in ran.out) == (0, False), ran.err
    assert "slack://" in evenhand("channel", "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "ann", "nobody"), "is no e-mail address"),
        (("add", "anne", "a@example.com"), "Did you mean 'ann'"),
        (("add", "ann", "json://10.0.0.1"), "is no channel"),
        (("set", "9", "--detail", "most"), "Write none, brief or full"),
        (("drop", "9"), "there is no channel 9"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(desk: Path, evenhand: Run, words: tuple[str, ...], said: str) -> None:
    ran = evenhand("channel", *words)
    assert (ran.code, said in ran.err) == (2, True), ran.err
