"""The page of a link by which a lead is accepted or declined: looking does nothing, its button answers."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from litestar.testing import TestClient

from evenhand.actions.answering import answer_token
from evenhand.service.app import build
from evenhand.service.routes.answers_by_link import answer_pages
from tests.desk import Trial
from tests.service.serving import Believing, Served

UNKNOWN: Final = "/answer/1." + "a" * 43


@pytest.fixture
def browser(served: Served) -> Iterator[TestClient[Any]]:
    with TestClient(build(Believing(served.house), beside=answer_pages(served.house))) as client:
        yield client


def linked(trial: Trial, lead: int, who: str = "") -> str:
    """The address of a link that was sent to the lead's holder, or to somebody else."""
    desk, row = trial.desk, trial.row(lead)
    ticket, token = answer_token(desk.sealer, desk.workspace, row, who or str(row.rep), times=(trial.now, None))
    with trial.database.sending(desk.workspace) as tx:
        tx.house.write(token)
    return f"/answer/{ticket}"


def test_following_a_link_asks_and_does_nothing(served: Served, browser: TestClient[Any]) -> None:
    lead = served.take(company="Acme & Sons", email="jo@acme.example")
    link = linked(served.trial, lead)
    pages = [browser.get(link) for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    assert "Accept lead 1?" in pages[0].text
    assert "Acme &amp; Sons" in pages[0].text
    assert "jo@acme.example" not in pages[0].text
    assert served.trial.row(lead).accepted is None


def test_the_button_accepts(served: Served, browser: TestClient[Any]) -> None:
    lead = served.take(company="Acme")
    done = browser.post(linked(served.trial, lead), data={"choice": "accept"})
    assert (done.status_code, "Lead 1 is yours" in done.text) == (200, True)
    assert served.trial.row(lead).accepted is not None


def test_the_other_button_declines_with_a_reason(served: Served, browser: TestClient[Any]) -> None:
    lead = served.take(company="Acme")
    before = served.trial.row(lead).rep
    done = browser.post(linked(served.trial, lead), data={"choice": "decline", "reason": "no time"})
    assert done.status_code == 200
    assert served.trial.row(lead).rep != before
    assert served.trial.notes(lead) == ["no time"]


def test_a_used_link_says_so(served: Served, browser: TestClient[Any]) -> None:
    link = linked(served.trial, served.take(company="Acme"))
    browser.post(link, data={"choice": "accept"})
    again = browser.post(link, data={"choice": "accept"})
    assert (again.status_code, "This link has been used already." in again.text) == (409, True)
    assert "This link has been used already." in browser.get(link).text


def test_who_was_slower_reads_who_has_it(served: Served, browser: TestClient[Any]) -> None:
    lead = served.trial.comes(topic="first")
    links = [linked(served.trial, lead, who) for who in ("ann", "bob")]
    browser.post(links[1], data={"choice": "accept"})
    slower = browser.post(links[0], data={"choice": "accept"})
    assert (slower.status_code, "Lead 1 has been taken: Bob has it." in slower.text) == (409, True)
    assert "<form" not in browser.get(links[0]).text


def test_what_is_no_answer_does_nothing(served: Served, browser: TestClient[Any]) -> None:
    lead = served.take(company="Acme")
    wrong = browser.post(linked(served.trial, lead), data={"choice": "maybe"})
    assert (wrong.status_code, "Press one of the buttons." in wrong.text) == (400, True)
    assert served.trial.row(lead).accepted is None


@pytest.mark.parametrize("path", [UNKNOWN, "/answer/9." + "a" * 43, "/answer/nonsense", "/answer/eh_1_" + "a" * 43])
def test_a_link_that_nobody_made_is_refused(browser: TestClient[Any], path: str) -> None:
    assert [browser.get(path).status_code, browser.post(path, data={"choice": "accept"}).status_code] == [401, 401]


def test_whoever_tries_links_out_must_wait(browser: TestClient[Any]) -> None:
    codes = [browser.get(UNKNOWN).status_code for _ in range(25)]
    assert (codes[0], codes[-1]) == (401, 429)


def test_the_page_tells_nobody_its_address_and_runs_nothing(served: Served, browser: TestClient[Any]) -> None:
    page = browser.get(linked(served.trial, served.take(company="Acme")))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
