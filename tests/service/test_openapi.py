"""`/openapi.json` says what the service does: valid, whole, in words, with examples that are real."""

import re
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
import pytest
import schemathesis
from msgspec import json
from msgspec.structs import replace

from evenhand.actions.roles import SCOPES
from evenhand.service import openapi_words as words
from evenhand.service.openapi import EXAMPLES, SAFE, operations
from evenhand.service.openapi_page import whole_app
from evenhand.stores.database import Database
from tests.service.calls import CALLS
from tests.service.examples import examples, fresh
from tests.service.whole import Whole, whole

KEPT: Final = json.decode(EXAMPLES.read_bytes(), type=dict[str, dict[str, Any]])


@pytest.fixture
def served(tmp_path: Any) -> Iterator[Whole]:
    url, passes = fresh(tmp_path)
    database = Database(url)
    with whole(database, passes) as service:
        yield service
    database.close()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    url, passes = fresh(tmp_path_factory.mktemp("described"))
    database = Database(url)
    with whole(database, passes) as service:
        found: dict[str, Any] = service.client.get("/openapi.json").json()
    database.close()
    return found


def told(described: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every operation by its name, with its method and its path."""
    return {
        each["operationId"]: (method.upper(), path, each)
        for path, methods in described["paths"].items()
        for method, each in methods.items()
    }


def fits(described: dict[str, Any], schema: dict[str, Any], example: Any) -> str:
    """Why an example does not fit; empty if it does."""
    whole_schema = {**schema, "components": described["components"]}
    try:
        jsonschema_rs.Draft202012Validator(whole_schema).validate(example)
    except jsonschema_rs.ValidationError as error:
        return str(error)[:300]
    return ""


# --- the whole


def test_it_is_valid(described: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(described).validate()
    assert described["openapi"] == "3.1.0"


def test_every_route_is_in_it_under_a_name_of_its_own(served: Whole, described: dict[str, Any]) -> None:
    names = [each.name for each in operations(served.app)]
    assert len(names) == len(set(names)) == len(told(described))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_the_page_of_the_reference_tells_of_every_route(served: Whole) -> None:
    assert {each.name for each in operations(whole_app())} == {each.name for each in operations(served.app)}


def test_every_operation_says_what_it_does_in_a_sentence(described: dict[str, Any]) -> None:
    said = {name: each["summary"] for name, (_, _, each) in told(described).items()}
    assert {name: text for name, text in said.items() if not 8 <= len(text) <= 160 or "\n" in text} == {}


def test_every_tag_is_described(described: dict[str, Any]) -> None:
    assert [tag["name"] for tag in described["tags"] if not tag["description"]] == []


def test_every_operation_says_who_may(described: dict[str, Any]) -> None:
    for name, (method, _, each) in told(described).items():
        if each["security"] == []:
            assert "x-scope" not in each
        else:
            assert each["x-scope"] in {*SCOPES, "*"}, name
            assert {"key": []} in each["security"]
            assert ("csrf" in each["security"][1]) == (method not in SAFE), name


def test_whatever_goes_wrong_is_a_problem(described: dict[str, Any]) -> None:
    assert "detail" in described["components"]["schemas"]["Problem"]["properties"]
    for name, (_, _, each) in told(described).items():
        for status, answer in each["responses"].items():
            if int(status) >= 400 and name != "readyz":
                assert answer["$ref"].startswith("#/components/responses/"), (name, status)
    for answer in described["components"]["responses"].values():
        assert set(answer["content"]) == {"application/problem+json"}


def test_unknown_fields_are_refused_where_it_says_so(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert [schemas[name]["additionalProperties"] for name in ("EndingIt", "KeyWanted", "NewWebhook")] == [False] * 3


def test_a_decision_is_described_by_its_own_schema(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["LeadAnswer"]["properties"]["decision"]["anyOf"][0] == {"$ref": "#/components/schemas/Decision"}
    assert {"because", "candidates", "inputs"} <= schemas["Decision"]["properties"].keys()


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    parts = described["components"]
    found = set(re.findall(r'"\$ref":"#/components/([^"]+)"', json.encode(described).decode()))
    assert [each for each in found if each.split("/")[1] not in parts[each.split("/")[0]]] == []


# --- examples


def test_every_body_and_every_answer_has_an_example(described: dict[str, Any]) -> None:
    without = []
    for name, (_, _, each) in told(described).items():
        bodies = each.get("requestBody", {}).get("content", {})
        if bodies and not any("example" in body for body in bodies.values()):
            without.append(f"{name}: what is sent")
        answers = [answer.get("content", {}) for answer in each["responses"].values() if "$ref" not in answer]
        if any(answers) and not any("example" in shown for answer in answers for shown in answer.values()):
            without.append(f"{name}: what is answered")
    assert without == []


def test_every_example_fits_its_schema(described: dict[str, Any]) -> None:
    wrong = []
    for name, (_, _, each) in told(described).items():
        contents = [each.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in each["responses"].values() if "$ref" not in answer]
        shown = [part for content in contents for part in content.values() if "example" in part]
        shown += [part for part in each["parameters"] if "example" in part]
        wrong += [f"{name}: {why}" for part in shown if (why := fits(described, part["schema"], part["example"]))]
    assert wrong == []


def test_every_example_is_what_the_service_answers(served: Whole) -> None:
    """Write them anew with `make reference`."""
    found = json.decode(json.encode(examples(served)))
    assert {name for name in found if found[name] != KEPT.get(name)} == set()
    assert set(found) == set(KEPT)


# --- the tables


def test_it_says_which_edits_take_a_tag_and_which_answers_have_one(served: Whole) -> None:
    tagged, checked = set(), set()
    for name, call in CALLS.items():
        if call.endless:
            continue
        if call.method not in SAFE:
            refused = served.ask(call.who, call, **{"If-Match": '"of something else"'})
            checked |= {name} if refused.status_code == 412 else set()
            answer = refused if refused.status_code < 300 else served.ask(call.who, call)
        else:
            answer = served.ask(call.who, call)
        tagged |= {name} if "etag" in answer.headers else set()
    assert (checked, tagged) == (set(words.IF_MATCH), set(words.TAGGED))


@pytest.mark.parametrize("name", [name for name, must in words.IF_MATCH.items() if must])
def test_an_edit_that_must_bring_a_tag_is_refused_without(served: Whole, name: str) -> None:
    call = replace(CALLS[name], headers={})
    if name.startswith("put_") and name.endswith("_draft"):
        assert served.ask("owner", call).status_code == 201  # the first of that name overwrites nothing
    assert served.ask("owner", call).status_code == 428


@pytest.mark.parametrize(("name", "media"), [(name, each) for name, many in words.ALSO_AS.items() for each in many])
def test_some_answers_can_be_had_as_another_kind_of_text(served: Whole, name: str, media: str) -> None:
    answer = served.ask("owner", CALLS[name], Accept=media)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media)


def test_every_other_method_is_refused_and_says_which_there_are(served: Whole, described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        there = {method.upper() for method in methods}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - there:
            answer = served.client.request(method, re.sub(r"{\w+}", "1", path))
            if answer.status_code == 405:
                assert there <= set(answer.headers["allow"].split(", ")), path
                assert answer.headers["content-type"] == "application/problem+json"
            else:  # `/leads/batch` is `/leads/{lead}` too
                assert answer.status_code in {401, 404}, (method, path, answer.text)
