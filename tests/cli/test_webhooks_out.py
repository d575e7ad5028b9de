"""Outgoing webhooks, from the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

URL = "https://1.1.1.1/leads"


@pytest.fixture
def number(desk: Path, evenhand: Run) -> str:
    ran = evenhand("webhook", "add", URL, "--kinds", "lead.*,rep.away", "--detail", "brief")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("whsec_")
    return str(json.loads(evenhand("webhook", "list", "--json").out)[0]["webhook"])


def test_a_webhook_is_listed_without_its_secret(number: str, evenhand: Run) -> None:
    (found,) = json.loads(evenhand("webhook", "list", "--json").out)
    assert (found["url"], found["kinds"], found["detail"], found["on"]) == (URL, ["lead.*", "rep.away"], "brief", True)
    assert "whsec_" not in json.dumps(found)
    assert URL in evenhand("webhook", "list").out


def test_an_empty_list_says_so(desk: Path, evenhand: Run) -> None:
    assert evenhand("webhook", "list").out == "There is no webhook.\n"


def test_another_secret_is_all_that_is_printed(number: str, evenhand: Run) -> None:
    assert evenhand("webhook", "rotate", number).out.startswith("whsec_")


def test_it_is_turned_off_and_on_again_and_deleted(number: str, evenhand: Run) -> None:
    assert evenhand("webhook", "off", number).out == f"Webhook {number} is off.\n"
    assert "is off" in evenhand("webhook", "test", number).err
    assert evenhand("webhook", "on", number).out.startswith(f"Webhook {number} goes on after event ")
    assert evenhand("webhook", "test", number).out.startswith(f"A ping is on its way to webhook {number}")
    assert evenhand("webhook", "off", number, "--for-good", "--yes").out == f"Webhook {number} is deleted.\n"
    assert evenhand("webhook", "on", number).code == 2


def test_what_was_sent_can_be_had_once_more(number: str, evenhand: Run) -> None:
    assert evenhand("webhook", "redeliver", number, "--event", "1").out.startswith("Event 1 is on its way")
    ran = evenhand("webhook", "redeliver", number, "--since", "2026-01-01T00:00Z")
    assert ran.out.startswith("Everything after event 0 is on its way")
    assert evenhand("webhook", "redeliver", number).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("https://127.0.0.1/",), "this machine itself"),
        (("ftp://1.1.1.1/",), "https://"),
        ((URL, "--kinds", "lead.asigned"), "Did you mean 'lead.assigned'?"),
        ((URL, "--detail", "all"), "Write none, brief or full."),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(desk: Path, evenhand: Run, words: tuple[str, ...], said: str) -> None:
    ran = evenhand("webhook", "add", *words)
    assert (ran.code, said in ran.err) == (2, True), ran.err
