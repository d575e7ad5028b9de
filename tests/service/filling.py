"""Filling in forms as a browser does, without one: pages are read by the standard library's parser."""

from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlencode

from tests.service.capturing import Captured

VOID: Final = {"input", "meta", "br", "link", "img"}
SECONDS: Final = 5_000


class Page(HTMLParser):
    """A page taken apart: its tags with their attributes, its texts, what its form would send."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.sends: dict[str, str] = {}
        self._open: list[str] = []
        self._select = ""
        self.feed(answer.text)
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "input" and (given["type"] not in {"checkbox", "radio"} or "checked" in given):
            self.sends[given["name"]] = given.get("value", "")
        if tag in {"select", "textarea"}:
            self._select = given["name"]
            self.sends[self._select] = ""
        if tag == "option" and "selected" in given:
            self.sends[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open and self._open[-1] == "textarea":
            self.sends[self._select] += data.removeprefix("\n")

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [
            given for name, given in self.tags if name == tag and all(given.get(key) == wanted[key] for key in wanted)
        ]

    def named(self, name: str) -> dict[str, str]:
        """The attributes of the question of that name."""
        (found,) = [given for tag, given in self.tags if tag != "meta" and given.get("name") == name]
        return found


def opened(captured: Captured, form: str = "contact", query: str = "", **headers: str) -> Page:
    """The form as it comes."""
    answer = captured.client.get(f"/f/{form}{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return Page(answer)


def sent(captured: Captured, page: Page, *, wait: int = SECONDS, **answers: Any) -> Any:
    """The form filled in and sent, some seconds later."""
    captured.trial.now += wait
    (form,) = page.all("form")
    body = urlencode({**page.sends, **answers}, doseq=True)
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    return captured.client.post(form["action"], content=body, headers=headers)


def followed(captured: Captured, answer: Any) -> Page:
    """The page to which one is led."""
    assert answer.status_code == 303, answer.text
    return Page(captured.client.get(answer.headers["location"]))
