"""The examples of the API's description: what the calls of `calls.py` are answered on the desk of `whole.py`.

    python -m tests.service.examples        # writes src/evenhand/service/examples.json anew

What would be another the next time (secrets, keys) is put in other words, and long answers are cut.
"""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import json

from evenhand.service.openapi import EXAMPLES
from evenhand.stores.database import Database
from tests.desk import migrated
from tests.service.calls import CALLS, Call
from tests.service.streaming import at_port
from tests.service.whole import Passes, Whole, arrange, whole

LONGEST: Final = 2  # items of a list
LINES: Final = 3
_SECRET: Final = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "csrf": "c0ffee",
    "link": "https://leads.example.com/sign-in/1.abc",
}
_KEY: Final = "eh_1_Zm9yIGV4YW1wbGU"
_SAID: Final = (
    (re.compile(r"Personmark\d+x Jones"), "Kim Jones"),
    (re.compile(r"personmark\d+x@firmmark\d+x", re.IGNORECASE), "kim@acme"),
    (re.compile(r"Firmmark\d+x", re.IGNORECASE), "Acme"),
    (re.compile(r"Personmark\d+x"), "Kim"),
    (re.compile(r"\+?49309000\d{4}"), "+49301234567"),
    (re.compile(r"Mainonly (\w)"), r"\1"),
    (re.compile(r" Mainonly"), ""),
    (re.compile(r"Acme\.example"), "acme.example"),
    (re.compile(r'"id":"[0-9a-f]{32}"'), '"id":"9f86d081884c7d659a2feaa0c55ad015"'),
    (re.compile(r"\b[0-9a-f]{64}\b"), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
)


def examples(served: Whole) -> dict[str, dict[str, Any]]:
    """Every call with its answer, by the name of its operation."""
    return {name: example(served, call) for name, call in CALLS.items() if name != "describe"}


def example(served: Whole, call: Call) -> dict[str, Any]:
    """A call with its answer."""
    place = call.placed(served.passes.numbers)
    sent = {name: value for name, value in call.headers.items() if name == "Idempotency-Key"}
    made: dict[str, Any] = {}
    if parameters := {**place, **call.query, **sent}:
        made["parameters"] = {name: _plain(value) for name, value in parameters.items()}
    if call.body is not None:
        made["body"] = (
            call.body.decode() if isinstance(call.body, bytes) else json.decode(_said(json.encode(call.body)))
        )
    if call.endless:
        return {**made, "status": 200, "answer": EVENT}
    answer = served.ask(call.who, call)
    assert answer.status_code < 300, (call, answer.text)
    made["status"] = answer.status_code
    if answer.content:
        made["answer"] = _told(answer)
    return made


EVENT: Final = (
    'id: 12\nevent: lead.assigned\ndata: {"id":"12","at":"2026-11-02T09:00:00Z","kind":"lead.assigned",'
    '"actor":"key website","lead":"7","body":{"rep":"ann"}}\n\n'
)


def _plain(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _said(content: bytes) -> str:
    text = content.decode()
    for pattern, said in _SAID:
        text = pattern.sub(said, text)
    return text


def _told(answer: Any) -> Any:
    text = _said(answer.content)
    if answer.headers["content-type"].startswith("application/json"):
        return _short(json.decode(text))
    return "".join(line + "\n" for line in text.splitlines()[:LINES])


def _short(found: Any) -> Any:
    if isinstance(found, dict):
        if found.keys() >= {"items"} and isinstance(found["items"], list) and "via" in str(found["items"][:1]):
            found["items"].sort(key=lambda each: str(each["via"]))  # they have begun in the same moment
        return {name: _of(name, value) for name, value in found.items()}
    return [_short(each) for each in found] if isinstance(found, list) else found


def _of(name: str, value: Any) -> Any:
    if name in _SECRET and isinstance(value, str) and value:
        return _KEY if value.startswith("eh_") else _SECRET[name]
    return [_short(each) for each in value[:LONGEST]] if name == "items" and isinstance(value, list) else _short(value)


def written(found: Mapping[str, Any]) -> bytes:
    """The examples as they are kept."""
    return json.format(json.encode(found), indent=1) + b"\n"


def fresh(folder: Path) -> tuple[str, Passes]:
    """A desk of one's own, in a folder."""
    made, passes = _arranged()
    return f"sqlite:///{shutil.copy(made, folder)}", passes


@cache
def _arranged() -> tuple[Path, Passes]:
    """The desk that is copied."""
    made = Path(tempfile.mkdtemp()) / "desk.db"
    atexit.register(shutil.rmtree, made.parent, ignore_errors=True)
    migrated(f"sqlite:///{made}")
    return made, arrange(f"sqlite:///{made}")


def opened() -> Iterator[Whole]:
    """The service on such a desk."""
    with tempfile.TemporaryDirectory() as folder:
        url, passes = fresh(Path(folder))
        database = Database(url)
        with whole(database, passes) as served:
            yield served
        database.close()


@contextmanager
def at_a_port(folder: Path) -> Iterator[tuple[str, str]]:
    """Such a desk, served at a port of this machine: its address, and the key of an admin."""
    url, passes = fresh(folder)
    database = Database(url)
    with whole(database, passes) as served, at_port(served) as door:
        yield door.url, passes.headers["key"]["Authorization"].removeprefix("Bearer ")
    database.close()


if __name__ == "__main__":
    for each in opened():
        EXAMPLES.write_bytes(written(examples(each)))
