"""Schemathesis over the whole description of the API, against the service in this process with its real doors.

Every operation is asked with data that fits its description and with data that does not: nothing breaks, each answer
has a status, a kind and a shape that the description names, and what does not fit is refused. The desk is that of
`whole.py`; what is asked changes it as it may. With EVENHAND_TORTURE=1 each is asked far more often.
"""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from evenhand.service.openapi import document
from evenhand.stores.database import Database
from tests.desk import migrated
from tests.service.calls import CALLS
from tests.service.entering import BASE
from tests.service.examples import fresh
from tests.service.whole import Whole, arrange, whole

TORTURE: Final = bool(os.environ.get("EVENHAND_TORTURE"))
TIMES: Final = {True: 100, False: 20} if TORTURE else {True: 6, False: 2}  # on SQLite, and else
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
ENDLESS: Final = {name for name, call in CALLS.items() if call.endless}
NAMES: Final = sorted(set(CALLS) - ENDLESS - {"describe"})
# Bodies of which the description says less than the service knows: texts, tables of the roster, lines.
LOOSE: Final = frozenset({"take_batch", "import_leads", "take_lead"})

HURRIED: Final = settings(
    deadline=None,
    database=None,
    derandomize=not TORTURE,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    if request.param == "sqlite":
        url, passes = fresh(tmp_path_factory.mktemp("schema"))
    else:
        url = request.getfixturevalue("postgres").fresh(migrated)
        passes = arrange(url)
    database = Database(url)
    with whole(database, passes) as service:
        yield service
    database.close()


@cache
def operations(served: Whole) -> dict[str, Any]:
    """Every operation as schemathesis knows it, by its name."""
    schema = schemathesis.openapi.from_dict(document(served.app))
    schema.validate()
    found: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]  # all are
    return {each.definition.raw["operationId"]: each for each in found}


def sent(served: Whole, case: Any) -> Response:
    """What the service answers to a case, with the key of an admin."""
    asked = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
    said = {**asked.headers, **served.passes.headers["key"]}
    headers = [(name.encode("latin-1"), _bytes(value)) for name, value in said.items()]
    served.client.cookies.clear()
    answer = served.client.request(str(asked.method), str(asked.url), headers=headers, content=asked.body)  # type: ignore[arg-type]
    return Response.from_httpx(answer, verify=True)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def placed(served: Whole, name: str) -> dict[str, Any]:
    """What stands in the places of a path, so that there is something there."""
    place = CALLS[name].placed(served.passes.numbers)
    return {"path_parameters": place} if place else {}


def is_unclear(case: Any) -> bool:
    """Whether what does not fit is but `null` for what may be left out, or the key, in whose place ours is sent."""
    named = {str(name).lower() for name in case.headers or {}}
    return "null" in (case.query or {}).values() or bool(named & {"authorization", "cookie", "x-csrf-token"})


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fits", "does not fit"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_answered_is_as_described(served: Whole, name: str, mode: GenerationMode) -> None:
    operation, negative = operations(served)[name], mode is GenerationMode.NEGATIVE
    if negative and not (operation.body or any(operation.iter_parameters())):
        return  # whatever is sent fits

    @settings(HURRIED, max_examples=TIMES[served.trial.database.is_sqlite])
    @given(case=operation.as_strategy(generation_mode=mode, **({} if negative else placed(served, name))))
    def asked(case: Any) -> None:
        strict = negative and name not in LOOSE and not is_unclear(case)
        case.validate_response(sent(served, case), checks=[*CHECKS, negative_data_rejection] if strict else CHECKS)

    asked()
