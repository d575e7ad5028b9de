"""Every route × every role × this workspace and another: what comes back is what the role's scopes say, no more.

Nothing of the other workspace is ever in it, and nobody reads who a lead is but those who may: each lead has marks of
its own in whatever is personal (`tests/service/whole.py`), and they are looked for in every answer, headers included.
A route without a call in `calls.py` fails here. Statuses are kept in `matrix.txt`, so that a change of who may do what
is seen in review: `python -m tests.service.test_matrix` writes it anew.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from litestar.routes import HTTPRoute
from msgspec import Struct

from evenhand.actions.actor import reach_of
from evenhand.actions.roles import ROLES
from evenhand.core.states import HELD_BY_REP
from evenhand.service.openapi import Operation, operations
from evenhand.stores.database import Database
from tests.service.calls import CALLS, LEADS, PAGES, Call
from tests.service.examples import fresh
from tests.service.whole import KEYS, MEMBERS, Whole, whole

TABLE: Final = Path(__file__).parent / "matrix.txt"
HERE: Final = ("owner", "admin", "manager eve", "manager fay", "rep ann", "rep dee", "viewer", "key", "key one scope")
EVERYBODY: Final = (*HERE, "owner elsewhere", "rep ann elsewhere", "nobody")
PERSON: Final = re.compile(r"personmark(\d+)x|\+?49309000(\d{4})", re.IGNORECASE)
FIRM: Final = re.compile(r"firmmark(\d+)x", re.IGNORECASE)
QUIET: Final = 1.0  # seconds without an event, after which a stream is hung up


class Heard(Struct, frozen=True):
    """What somebody was answered, and whose each lead was before and afterwards."""

    status: int
    text: str
    persons: frozenset[int]
    firms: frozenset[int]


@cache
def heard(who: str) -> dict[str, Heard]:
    """What somebody is answered to every call, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        url, passes = fresh(Path(folder))
        database = Database(url)
        try:
            with whole(database, passes) as served:
                return {name: asked(served, who, call) for name, call in CALLS.items()}
        finally:
            database.close()


def asked(served: Whole, who: str, call: Call) -> Heard:
    before = sights(served, who)
    status, text = streamed(served, who, call) if call.endless else answered(served, who, call)
    after = sights(served, who)
    return Heard(status, text, before[0] | after[0], before[1] | after[1])


def answered(served: Whole, who: str, call: Call) -> tuple[int, str]:
    answer = served.ask(who, call)
    return answer.status_code, f"{dict(answer.headers)} {answer.text}"


def streamed(served: Whole, who: str, call: Call) -> tuple[int, str]:
    """What somebody hears until it is quiet."""
    said: list[Any] = []

    async def follow() -> None:
        quiet = asyncio.Event()
        known = served.passes.headers.get(who, {})
        headers = [(name.lower().encode(), value.encode()) for name, value in known.items()]
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": call.path, "headers": headers}
        scope |= {"raw_path": call.path.encode()}
        scope |= {"query_string": b"after=0", "http_version": "1.1", "scheme": "http", "root_path": ""}
        scope |= {"client": ("127.0.0.1", 1), "server": ("testserver", 80), "extensions": {}}

        async def receive() -> Any:
            with suppress(TimeoutError):
                await asyncio.wait_for(quiet.wait(), QUIET)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.append(message)
            if b"event:" in message.get("body", b""):
                quiet.set()

        await served.app(scope, receive, send)  # type: ignore[arg-type]

    served.client.blocking_portal.call(follow)
    return said[0]["status"], b"".join(each.get("body", b"") for each in said).decode()


# --- what somebody may see


def sights(served: Whole, who: str) -> tuple[frozenset[int], frozenset[int]]:
    """The leads whose person somebody may read now, and those whose company."""
    every = frozenset(range(1, len(LEADS) + 1))
    if who in {"owner", "admin", "key"}:
        return every, every
    if who in {"viewer", "key one scope"}:
        return frozenset(), every
    if who not in MEMBERS:
        return frozenset(), frozenset()
    role, rep = MEMBERS[who]
    trial = served.trial
    reach = reach_of(trial.desk.setup().roster, rep) if role == "manager" else frozenset({rep})
    with trial.database.reading(trial.desk.workspace) as tx:
        rows = tx.leads.several(sorted(every))
        holders, offers = tx.leads.holders_of(sorted(every)), tx.leads.offers_of(sorted(every))
    nobody = {lead for lead, row in rows.items() if row.rep is None} if role == "manager" else set[int]()
    held = {each for each, row in rows.items() if row.rep in reach and (role == "manager" or row.state in HELD_BY_REP)}
    had = {lead for lead, reps in holders.items() if reach & set(reps)}
    blind = role == "rep"
    offered = {lead for lead, rows in offers.items() for row in rows if row.rep in reach and not (blind and row.blind)}
    return frozenset(held | nobody), frozenset(held | nobody | had | offered)


def marks(pattern: re.Pattern[str], text: str) -> set[int]:
    return {int(next(filter(None, found))) for found in re.findall(pattern, text) for found in [_groups(found)]}


def _groups(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else found


# --- every route


@cache
def routes() -> dict[str, Operation]:
    with tempfile.TemporaryDirectory() as folder:
        url, passes = fresh(Path(folder))
        database = Database(url)
        with whole(database, passes) as served:
            found = {each.name: each for each in operations(served.app)}
            paths = {route.path_format for route in served.app.routes if isinstance(route, HTTPRoute)}
        database.close()
    assert {path for path in paths if path not in {each.path for each in found.values()}} - {"/openapi.json"} <= PAGES
    return found


def test_every_route_has_a_call_and_every_call_a_route() -> None:
    found = routes()
    assert (set(found) ^ set(CALLS)) == {"describe"}
    assert {name: (CALLS[name].method, CALLS[name].path) for name in found} == {
        name: (each.method, each.path) for name, each in found.items()
    }


def scopes(who: str) -> frozenset[str] | None:
    if who in KEYS:
        role, given = KEYS[who]
        return frozenset(given) or ROLES[role]
    known = who.removesuffix(" elsewhere")
    return ROLES[MEMBERS[known][0]] if known in MEMBERS else None


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_door_lets_in_who_has_the_scope_and_nobody_else(who: str) -> None:
    wrong, may = [], scopes(who)
    for name, route in routes().items():
        status = heard(who)[name].status
        if name == "metrics" or route.scope is None:
            continue
        if may is None:
            is_right = status == 401
        elif route.scope != "*" and route.scope not in may:
            is_right = status == 403
        else:
            is_right = status != 401 or name in {"sign_out", "change_password"}
        if not is_right:
            wrong.append(f"{name} ({route.scope}): {status}")
    assert wrong == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_nothing_breaks(who: str) -> None:
    assert {name: each.text for name, each in heard(who).items() if each.status >= 500} == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_reads_who_a_lead_is_but_those_who_may(who: str) -> None:
    leaks = {name: marks(PERSON, each.text) - each.persons for name, each in heard(who).items()}
    assert {name: found for name, found in leaks.items() if found} == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_reads_of_which_company_a_lead_is_but_those_who_may(who: str) -> None:
    leaks = {name: marks(FIRM, each.text) - each.firms for name, each in heard(who).items()}
    assert {name: found for name, found in leaks.items() if found} == {}


def test_the_marks_are_found_by_those_who_may_see_them() -> None:
    assert marks(PERSON, heard("owner")["export_leads"].text) == set(range(1, len(LEADS) + 1))
    assert marks(PERSON, heard("rep ann")["list_leads"].text) >= {1}
    assert marks(FIRM, heard("viewer")["list_leads"].text) >= {1, 2, 3, 4}


@pytest.mark.parametrize("who", ["owner elsewhere", "rep ann elsewhere", "nobody"])
def test_nobody_elsewhere_reads_anything_of_here(who: str) -> None:
    found = {name: "Mainonly" in each.text for name, each in heard(who).items()}
    bare = {"enter_password", "use_ticket"}  # whoever knows the password comes in here
    assert {name for name, leaks in found.items() if leaks} - bare == set()


def test_what_is_here_does_not_exist_elsewhere() -> None:
    found = {name: heard("owner elsewhere")[name].status for name, each in CALLS.items() if "lead" in each.place}
    assert {name: status for name, status in found.items() if status != 404} == {}


def test_nobody_here_reads_anything_of_elsewhere() -> None:
    found = [f"{who} {name}" for who in HERE for name, each in heard(who).items() if "Otheronly" in each.text]
    assert found == []


# --- the table


def table() -> Iterator[str]:
    """Who is answered what, a line for each call."""
    yield f"{'':28}" + " ".join(f"{who.replace(' ', '-'):>17}" for who in EVERYBODY)
    for name in CALLS:
        yield f"{name:28}" + " ".join(f"{heard(who)[name].status:>17}" for who in EVERYBODY)


def test_the_table_is_as_it_was() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines() == list(table())


if __name__ == "__main__":
    TABLE.write_text("\n".join(table()) + "\n", encoding="utf-8")
