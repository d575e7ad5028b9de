"""Whatever goes wrong is told in one shape: a problem (RFC 9457), with what it is, its status, and a sentence."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from evenhand import errors
from evenhand.errors import BadInput, EvenhandError, Fault, TooOften
from evenhand.service.problems import STATUS, TITLES, problem_of, status_of
from evenhand.stores.database import Database
from tests.service.examples import fresh
from tests.service.whole import Whole, whole

LEADS: Final = "/api/v1/leads"

# What is asked: method, address, headers, body; and with which status it is refused.
WRONG: Final[dict[str, tuple[str, str, dict[str, str], bytes, int]]] = {
    "an unknown path": ("GET", "/api/v1/nothing", {}, b"", 404),
    "another unknown path": ("GET", "/nothing/at/all", {}, b"", 404),
    "a lead that is not there": ("GET", f"{LEADS}/999999", {}, b"", 404),
    "an id that is none": ("GET", f"{LEADS}/x", {}, b"", 404),
    "another method": ("DELETE", LEADS, {}, b"", 405),
    "another kind of body": ("POST", "/api/v1/webhooks", {"Content-Type": "text/plain"}, b"url=x", 400),
    "no JSON": ("POST", LEADS, {"Content-Type": "application/json"}, b"{", 422),
    "no JSON for a body with a shape": ("POST", "/api/v1/keys", {"Content-Type": "application/json"}, b"{", 400),
    "no body": ("POST", "/api/v1/keys", {}, b"", 400),
    "another type": ("POST", "/api/v1/keys", {"Content-Type": "application/json"}, b'{"name": 1, "role": []}', 400),
    "a field that is none": (
        "POST",
        "/api/v1/keys",
        {"Content-Type": "application/json"},
        b'{"name": "a", "role": "admin", "rule": 1}',
        400,
    ),
    "a parameter of another type": ("GET", f"{LEADS}?limit=many", {}, b"", 400),
    "a parameter beyond its bounds": ("GET", f"{LEADS}?limit=201", {}, b"", 400),
    "a body that is too large": ("POST", LEADS, {"Content-Type": "application/json"}, b" " * (2 << 20), 413),
    "nobody": ("GET", LEADS, {"Authorization": ""}, b"", 401),
    "a key that is none": ("GET", LEADS, {"Authorization": "Bearer eh_1_nothing"}, b"", 401),
    "no tag": ("PUT", "/api/v1/sources/contact", {"Content-Type": "application/json"}, b'{"settings": {}}', 428),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    url, passes = fresh(tmp_path_factory.mktemp("problems"))
    database = Database(url)
    with whole(database, passes) as service:
        yield service
    database.close()


def tree(kind: type[EvenhandError] = EvenhandError) -> Iterator[type[EvenhandError]]:
    """Every error of ours."""
    yield kind
    for each in kind.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from tree(each)


def made(kind: type[EvenhandError]) -> EvenhandError:
    if issubclass(kind, BadInput):
        return kind(Fault(where="here", what="is wrong.", fix="Mend it."))
    return kind("Something is so.", after=1) if issubclass(kind, TooOften) else kind("Something is so.")


@pytest.mark.parametrize("kind", [*tree()], ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_says_what_it_is(kind: type[EvenhandError]) -> None:
    problem = problem_of(made(kind))
    assert (problem.status, problem.title) == (status_of(kind), TITLES[status_of(kind)])
    assert problem.detail
    assert problem.type.replace("-", "").lower() == kind.__name__.lower()


def test_every_status_has_a_title() -> None:
    assert set(STATUS.values()) <= set(TITLES)


def test_every_error_explains_itself() -> None:
    assert [kind.__name__ for kind in tree() if not (kind.__doc__ or "").strip().endswith(".")] == []
    assert [kind.__name__ for kind in tree() if not re.search(rf"\b{kind.__name__}\b", errors.__doc__ or "")] == []


@pytest.mark.parametrize("name", WRONG)
def test_whatever_is_wrong_is_told_as_a_problem(served: Whole, name: str) -> None:
    method, path, headers, body, status = WRONG[name]
    known = served.passes.headers["key"]
    answer = served.client.request(method, path, headers={**known, **headers}, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    said = answer.json()
    assert said.keys() >= {"type", "title", "status", "detail"}
    assert (said["status"], bool(said["title"] and said["detail"])) == (status, True)


def test_what_is_wrong_with_a_body_is_named(served: Whole) -> None:
    headers = {**served.passes.headers["key"], "Content-Type": "application/json"}
    answer = served.client.post("/api/v1/keys", headers=headers, content=b'{"name": "a", "role": "admin", "rule": 1}')
    assert "rule" in answer.text


def test_who_is_refused_for_a_while_is_told_for_how_long(served: Whole) -> None:
    wrong: dict[str, Any] = {"email": "owner@main.example", "password": "not it at all"}
    for _ in range(50):
        answer = served.client.post("/api/v1/sign-in/password", json=wrong)
        if answer.status_code == 429:
            break
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
