"""`evenhand serve` as a process: how it starts, what it refuses, and how it stops."""

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from evenhand.actions.presence import away, back
from evenhand.actions.texts import publish
from evenhand.app import open_desk, settings_of
from tests.desk import MANAGER, POLICY, rep
from tests.faults.load import until
from tests.service.processes import CLI, ENVIRON, LEAD, Service, evenhand, prepared, serving

pytestmark = pytest.mark.usefixtures("loopback")

ONE = """
[[person]]
id = "ann"
[[pool]]
name = "sales"
members = ["ann"]
manager = "eve"
[[person]]
id = "eve"
"""


@pytest.fixture
def service(sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(sqlite_url, tmp_path, key=prepared(sqlite_url)) as running:
        yield running


@pytest.fixture
def each_service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(database_url, tmp_path, key=prepared(database_url)) as running:
        yield running


# --- starting


def test_the_first_start_makes_the_desk_and_says_how_its_owner_signs_in(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with serving(url, tmp_path, "--owner", "Zoe@Firm.example") as service:
        said = service.log.read_text()
        assert "A new desk: " in said
        assert (
            f"Its owner is zoe@firm.example. To sign in, once and within a week: {service.address}/sign-in/1." in said
        )
        assert service.get("/readyz").json() == {"status": "ready", "reasons": []}
        assert service.stop() == 0
    with serving(url, tmp_path / "..") as again:
        assert again.stop() == 0
    assert "sign in" not in again.log.read_text()
    again.log.unlink()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to(service: Service, number: int) -> None:
    assert service.get("/healthz").json()["status"] == "alive"
    assert service.stop(number) == 0
    assert [line["event"] for line in service.lines("stopped")] == ["stopped"]


def test_a_second_signal_ends_it_at_once(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as slow:
        key = service.client.headers["authorization"]
        head = f"POST /api/v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nAuthorization: {key}\r\n\r\n"
        slow.sendall(head.encode() + b"{")
        service.get("/healthz")
        service.process.send_signal(signal.SIGTERM)
        until(lambda: not _listens(service.port), "it no longer listens")
        assert service.stop() == 128 + signal.SIGTERM


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


# --- refusing


def refusal(*options: str, environ: dict[str, str] | None = None) -> str:
    ended = evenhand("serve", *options, environ=environ)
    assert ended.returncode == 2
    assert ended.stdout == ""
    said = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert [line[:7] for line in said] == ["error: "]
    return said[0]


def test_a_port_that_is_taken_is_refused(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal("--database", sqlite_url, "--port", str(port))
    assert f"--port: {port} is taken. Stop whoever listens there" in said


def test_a_host_that_is_not_ours_is_refused(sqlite_url: str) -> None:
    for host in ("192.0.2.1", "no such host"):
        said = refusal("--database", sqlite_url, "--host", host, "--port", "0")
        assert f"--host: {host!r} is no address of this machine." in said


def test_old_tables_are_refused_and_left_alone(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    said = refusal("--database", sqlite_url, "--port", "0")
    assert "its tables are of version 0001" in said
    assert "Take a backup, then run evenhand db upgrade." in said


def test_tables_of_a_newer_program_are_refused(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "Use the newer Evenhand that made them." in refusal("--database", sqlite_url, "--port", "0")


def test_another_secret_is_refused(sqlite_url: str) -> None:
    prepared(sqlite_url)
    said = refusal("--database", sqlite_url, "--port", "0", environ={"EVENHAND_SECRET": "00" * 32})
    assert "secret" in said


def test_a_database_that_cannot_be_reached_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    said = refusal("--database", f"postgresql://nobody@127.0.0.1:{port}/desk", "--port", "0")
    assert "database" in said


def test_settings_that_make_no_sense_are_refused_all_together(sqlite_url: str) -> None:
    wrong = {"EVENHAND_PORT": "http", "EVENHAND_WORK": "maybe", "EVENHAND_BEHIND_PROXY": "nginx"}
    ended = evenhand("serve", "--database", sqlite_url, "--base-url", "leads.example.com", environ=wrong)
    assert ended.returncode == 2
    for each in ("EVENHAND_PORT: 'http' is no number", "EVENHAND_WORK: 'maybe'", "--base-url: 'leads", "'nginx'"):
        assert each in ended.stderr


# --- serving


def test_a_lead_is_taken_and_noted_without_saying_who_it_is(service: Service) -> None:
    answer = service.post("/api/v1/leads?secret=x", json=LEAD, headers={"X-Request-Id": "abc.1"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (201, "abc.1")
    assert service.stop() == 0
    (noted,) = service.lines("request")
    assert (noted["id"], noted["method"], noted["route"], noted["status"]) == ("abc.1", "POST", "/api/v1/leads", 201)
    assert (noted["workspace"], noted["caller"][:4], noted["lead"]) == ("main", "key ", 1)
    assert "jo@" not in service.log.read_text()
    assert "secret=x" not in service.log.read_text()


def test_a_policy_that_is_published_meanwhile_decides_the_next_lead(each_service: Service, database_url: str) -> None:
    service = each_service
    assert service.post("/api/v1/leads", json=LEAD).json()["decision"]["rule"] == "All"
    with open_desk(settings_of(database_url, ENVIRON)) as desk:
        desk.do(publish, {"policy": POLICY.replace('"All"', '"Everybody"')}, actor=CLI)
    assert service.post("/api/v1/leads", json={"email": "kim@example.com"}).json()["decision"]["rule"] == "Everybody"


def test_a_lead_that_waits_is_handed_out_as_soon_as_somebody_is_back(database_url: str, tmp_path: Path) -> None:
    key = prepared(database_url, roster=ONE)
    with open_desk(settings_of(database_url, ENVIRON)) as desk:
        desk.do(away, rep="ann", actor=MANAGER)
        with serving(database_url, tmp_path, key=key) as service:
            assert service.post("/api/v1/leads", json=LEAD).json()["lead"]["state"] == "waiting"
            desk.do(back, rep="ann", actor=rep("ann"))
            until(lambda: service.get("/api/v1/leads/1").json()["lead"]["state"] == "assigned", "it is handed out")


def test_messages_go_out_unless_work_is_left_to_others(sqlite_url: str, tmp_path: Path) -> None:
    key = prepared(sqlite_url)
    out = tmp_path / "messages"
    with serving(sqlite_url, tmp_path, "--messages", str(out), "--no-work", key=key) as idle:
        idle.post("/api/v1/leads", json=LEAD)
        assert idle.stop() == 0
        assert not out.exists()
    with serving(sqlite_url, tmp_path, "--messages", str(out), key=key) as busy:
        until(lambda: out.exists() and out.read_bytes().count(b"\n") == 1, "it was told")
        assert busy.stop() == 0


# --- stopping


def test_what_was_answered_before_a_stop_is_in_the_database(each_service: Service, database_url: str) -> None:
    service = each_service
    taken, enough = list[int](), threading.Event()

    def send(thread: int) -> None:
        with httpx.Client(base_url=service.address, headers=service.client.headers) as client:
            for number in range(10_000):
                try:
                    answer = client.post("/api/v1/leads", json={"email": f"lead{thread}.{number}@example.com"})
                except httpx.TransportError:
                    return
                if answer.status_code != 201:
                    return
                taken.append(int(answer.json()["lead"]["id"]))
                if len(taken) > 100:
                    enough.set()

    with ThreadPoolExecutor(8) as threads:
        sending = [threads.submit(send, thread) for thread in range(8)]
        assert enough.wait(30)
        assert service.stop() == 0
        for each in sending:
            each.result()
    assert len(taken) == len(set(taken))
    with open_desk(settings_of(database_url, ENVIRON)) as desk, desk.store.reading(desk.workspace) as tx:
        assert set(tx.leads.several(taken)) == set(taken)


def test_a_request_that_was_begun_is_finished(service: Service) -> None:
    body = b'{"email": "jo@example.com"}'
    head = f"POST /api/v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
    key = service.client.headers["authorization"]
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(f"{head}Authorization: {key}\r\n\r\n".encode() + body[:5])
        service.get("/healthz")
        os.kill(service.process.pid, signal.SIGTERM)
        until(lambda: not _listens(service.port), "it no longer listens")
        client.sendall(body[5:])
        assert client.recv(1000).startswith(b"HTTP/1.1 201 ")
    assert service.process.wait(30) == 0
