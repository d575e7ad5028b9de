"""What is seen of a running service: its health, its numbers, its journal, and what every answer says."""

import asyncio
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import get
from litestar.params import FromPath
from litestar.testing import TestClient

from evenhand.actions.desk import Desk
from evenhand.actions.presence import away
from evenhand.core.model import HOUR
from evenhand.errors import Unavailable
from evenhand.service.app import build
from evenhand.service.attending import Attending
from evenhand.service.gauges import GOOD, Gauges
from evenhand.service.guests import OPEN
from evenhand.service.health import Health
from evenhand.service.house import opened_house
from evenhand.service.journal import journal_to, raised
from evenhand.service.metrics import Meters
from evenhand.service.routes.health import looked_after
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial, opened, rep
from tests.service.serving import Asking, Believing

ROOT = Path(__file__).parents[2]
LEAD = {"email": "jo@example.com"}


@get("/broken", opt=OPEN)
async def broken() -> None:
    raise ValueError("jo@example.com is not a number")


@get("/away/{name:str}", opt=OPEN)
async def away_now(name: FromPath[str]) -> None:
    raise Unavailable("the database is away.")


class Seen:
    """A service on a trial desk, and what it has noted."""

    def __init__(self, trial: Trial, client: TestClient[Any], health: Health, journal: io.StringIO) -> None:
        self.trial = trial
        self.client = client
        self.health = health
        self.called: Any = None
        self._journal = journal

    def at(self, who: str) -> Asking:
        return Asking(self.client, {"as": who, "in": "main"})

    def take(self, **fields: str) -> Any:
        return self.at("key website admin").post("/api/v1/leads", json={**LEAD, **fields})

    def noted(self) -> dict[str, Any]:
        """The last line of the journal."""
        found: dict[str, Any] = msgspec.json.decode(self._journal.getvalue().splitlines()[-1])
        return found

    def numbers(self, who: str = "") -> dict[str, float]:
        """What Prometheus would read."""
        answer = self.at(who).get("/metrics") if who else self.client.get("/metrics")
        assert answer.status_code == 200, answer.text
        lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}


@contextmanager
def watched(
    trial: Trial, *, client: str = "127.0.0.1", secure: bool = False, idle: tuple[str, ...] = (), proxied: bool = False
) -> Iterator[Seen]:
    meters, lines = Meters(), io.StringIO()

    def desk(number: int) -> Desk:
        return Desk(trial.database, number, clock=lambda: trial.now, sealer=Vault(SECRET), engine="test")

    with opened_house(trial.database.workspaces(), desk, told=meters.committed) as house:
        meters.registry.register(Gauges(list(house.rooms.values()), clock=lambda: trial.now))
        health = Health(house, is_current=lambda: True, idle=lambda: list(idle))
        door = Believing(house)
        app = build(door, beside=[*looked_after(health, meters, door, is_proxied=proxied), broken, away_now])
        attended = Attending(app, meters, journal_to(lines, "json"), secure=secure)

        async def called(scope: Any, receive: Any, send: Any) -> None:
            await attended({**scope, "client": (client, 5000)}, receive, send)

        with TestClient(called) as asking:
            seen = Seen(trial, asking, health, lines)
            seen.called = called
            yield seen


@pytest.fixture
def trial(sqlite_url: str) -> Iterator[Trial]:
    with opened(sqlite_url) as desk:
        yield desk


@pytest.fixture
def seen(trial: Trial) -> Iterator[Seen]:
    with watched(trial) as service:
        yield service


# --- every answer


def test_every_answer_tells_browsers_to_be_careful(seen: Seen) -> None:
    for answer in (seen.take(), seen.client.get("/nowhere"), seen.client.get("/broken"), seen.at("").get("/healthz")):
        said = answer.headers
        assert said["x-content-type-options"] == "nosniff"
        assert said["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
        assert (said["referrer-policy"], said["cache-control"]) == ("no-referrer", "no-store")
        assert "strict-transport-security" not in said


def test_browsers_that_come_by_https_are_to_stay_with_it(trial: Trial) -> None:
    with watched(trial, secure=True) as seen:
        assert seen.client.get("/healthz").headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("sent", "kept"), [("job-7.a_B", True), ("", False), ("a b", False), ("x" * 65, False), ("7\x0b", False)]
)
def test_a_request_keeps_its_id_if_that_can_be_repeated(seen: Seen, sent: str, kept: bool) -> None:
    said = seen.client.get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"]
    assert (said == sent) is kept
    assert seen.noted()["id"] == said


def test_each_request_without_an_id_gets_one_of_its_own(seen: Seen) -> None:
    assert len({seen.client.get("/healthz").headers["x-request-id"] for _ in range(5)}) == 5


def test_what_nobody_meant_to_happen_is_told_without_its_words(seen: Seen) -> None:
    answer = seen.client.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    noted = seen.noted()
    assert (noted["level"], noted["status"], noted["error"]) == ("error", 500, "ValueError")
    assert "test_seeing_it_run.py" in noted["where"]
    assert "jo@" not in answer.text + str(noted)


def test_an_error_of_ours_is_noted_with_its_name(seen: Seen) -> None:
    assert seen.client.get("/away/jo@example.com").status_code == 503
    noted = seen.noted()
    assert (noted["route"], noted["error"]) == ("/away/{name}", "Unavailable")
    assert "jo@" not in str(noted)


# --- the journal


def test_a_request_is_noted_with_who_asked_and_about_which_lead(seen: Seen) -> None:
    seen.take()
    assert {"method": "POST", "route": "/api/v1/leads", "status": 201, "lead": 1}.items() <= seen.noted().items()
    seen.at("rep ann").get("/api/v1/leads/1?token=abc")
    noted = seen.noted()
    assert (noted["route"], noted["workspace"], noted["lead"]) == ("/api/v1/leads/{lead}", "main", 1)
    assert "abc" not in str(noted)


def test_what_leads_nowhere_has_no_route_of_its_own(seen: Seen) -> None:
    seen.client.get("/wp-admin/jo@example.com")
    assert seen.noted()["route"] == "none"
    assert not [name for name in seen.numbers() if "wp-admin" in name]


def test_who_hangs_up_in_the_middle_is_noted_as_gone_and_not_as_an_error_of_ours(trial: Trial) -> None:
    with watched(trial) as seen:
        said = [{"type": "http.request", "body": b'{"email"', "more_body": True}, {"type": "http.disconnect"}]

        async def receive() -> Any:
            return said.pop(0)

        async def send(message: Any) -> None:
            """Nobody listens."""

        path = {"path": "/api/v1/leads", "raw_path": b"/api/v1/leads", "query_string": b"", "root_path": ""}
        headers = [(b"as", b"key website admin"), (b"in", b"main"), (b"content-length", b"100")]
        scope = {"type": "http", "method": "POST", "headers": headers, "http_version": "1.1", **path}
        asyncio.run(seen.called({**scope, "scheme": "http", "server": ("testserver", 80)}, receive, send))
        assert (seen.noted()["status"], seen.noted()["level"]) == (499, "info")


def test_an_error_is_told_by_its_kind_and_its_place() -> None:
    try:
        int("jo@example.com")
    except ValueError as error:
        told = raised(error)
    assert told["error"] == "ValueError"
    assert told["where"].startswith("service/test_seeing_it_run.py:")


def test_a_journal_that_nobody_reads_stops_nobody() -> None:
    lines = io.StringIO()
    journal = journal_to(lines, "json")
    lines.close()
    journal.info("said")


def test_a_value_is_cut_and_stays_on_its_line() -> None:
    lines = io.StringIO()
    journal_to(lines, "json").info("said", what="a\nb" * 500)
    assert len(lines.getvalue().splitlines()) == 1
    assert len(msgspec.json.decode(lines.getvalue())["what"]) == 300


# --- its health


def test_a_service_that_is_well_says_so(seen: Seen) -> None:
    assert seen.client.get("/healthz").json() == {"status": "alive", "reasons": []}
    assert seen.client.get("/readyz").json() == {"status": "ready", "reasons": []}


def test_a_job_that_nobody_does_is_a_reason(trial: Trial) -> None:
    with watched(trial, idle=("outbox",)) as seen:
        answer = seen.client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == {"status": "not ready", "reasons": ["nobody does the job 'outbox'"]}


def test_a_service_that_stops_takes_no_more(seen: Seen) -> None:
    seen.health.is_stopping = True
    assert seen.client.get("/readyz").json()["reasons"] == ["it is being stopped"]
    assert seen.client.get("/healthz").status_code == 200


# --- its numbers


def test_requests_are_counted_by_their_route(seen: Seen) -> None:
    seen.take()
    numbers = seen.numbers()
    labels = 'method="POST",route="/api/v1/leads"'
    assert numbers[f'evenhand_requests_total{{{labels},status="201"}}'] == 1
    assert numbers[f"evenhand_request_seconds_count{{{labels}}}"] == 1


def test_leads_are_counted_by_what_became_of_them(seen: Seen) -> None:
    for topic in ("", "spam", "list"):
        seen.take(topic=topic, email=f"{topic}@example.com")
    numbers = seen.numbers()
    for outcome in ("assigned", "rejected", "offered"):
        assert numbers[f'evenhand_leads_taken_total{{outcome="{outcome}",workspace="main"}}'] == 1
    assert numbers['evenhand_decision_seconds_count{workspace="main"}'] == 3
    assert numbers['evenhand_batch_calls_sum{workspace="main"}'] == 3
    assert numbers['evenhand_leads{state="rejected",workspace="main"}'] == 1
    assert numbers['evenhand_decisions_total{workspace="main"}'] == 3


def test_what_waits_and_what_is_late_has_its_age(trial: Trial) -> None:
    trial.comes()
    for who in ("ann", "bob", "cy"):
        trial.do(away, rep=who, actor=rep(who))
    trial.comes(email="kim@example.com")
    trial.now += 2 * HOUR
    with watched(trial) as seen:
        numbers = seen.numbers()
    assert numbers['evenhand_oldest_waiting_seconds{workspace="main"}'] == 7200
    assert numbers['evenhand_outbox_oldest_seconds{workspace="main"}'] == 7200
    assert numbers['evenhand_timers_overdue_seconds{workspace="main"}'] > 3600
    assert numbers['evenhand_late{workspace="main"}'] == 1
    assert numbers['evenhand_messages{state="waiting",workspace="main"}'] > 0


def test_every_number_has_its_line_in_the_reference(seen: Seen) -> None:
    told = re.findall(r"^# TYPE (evenhand_\w+)", seen.client.get("/metrics").text, re.MULTILINE)
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(evenhand_\w+)`", page, re.MULTILINE)
    assert {name for name in told if not name.endswith("_created")} == set(named)


def test_the_turns_of_a_pool_lie_so_far_apart(trial: Trial) -> None:
    trial.comes()
    with watched(trial) as seen:
        assert seen.numbers()['evenhand_ledger_spread_leads{pool="sales",workspace="main"}'] == pytest.approx(1)


def test_the_database_is_not_asked_for_every_scrape(seen: Seen) -> None:
    seen.numbers()
    seen.take()
    assert seen.numbers()['evenhand_decisions_total{workspace="main"}'] == 0
    seen.trial.now += GOOD
    assert seen.numbers()['evenhand_decisions_total{workspace="main"}'] == 1


def test_numbers_are_for_this_machine_and_for_who_may_see_reports(trial: Trial) -> None:
    with watched(trial, client="192.0.2.7") as seen:
        assert seen.client.get("/metrics").status_code == 401
        assert seen.at("rep ann").get("/metrics").status_code == 403
        assert "evenhand_late" in " ".join(seen.numbers("viewer vi"))


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip"])
def test_who_calls_for_somebody_else_is_not_this_machine(seen: Seen, header: str) -> None:
    assert seen.client.get("/metrics", headers={header: "203.0.113.9"}).status_code == 401


def test_behind_a_proxy_nobody_is_this_machine(trial: Trial) -> None:
    with watched(trial, proxied=True) as seen:
        assert seen.client.get("/metrics").status_code == 401


def test_a_key_sees_the_numbers_of_its_own_workspace_only(trial: Trial) -> None:
    trial.database.found("other", trial.now)
    with watched(trial) as seen:
        everything, own = seen.numbers(), seen.numbers("viewer vi")
    assert 'evenhand_late{workspace="other"}' in everything
    assert {name for name in own if "other" in name or "workspace" not in name} == set()
