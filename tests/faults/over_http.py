"""Leads sent over HTTP by clients that retry, to a service that is killed again and again."""

import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import msgspec
from sqlalchemy import select

from evenhand.actions.care import look
from evenhand.analytics.proof import prove
from evenhand.app import open_desk, settings_of
from evenhand.core.record import unpack
from evenhand.stores import tables
from evenhand.stores.database import Database
from tests.service.processes import COMMAND, ENVIRON, prepared

CLIENTS: Final = 6
PAUSE: Final = 0.1
AGAIN: Final = 0.05  # of the leads are sent once more after they were answered, as a client does who lost the answer
UP: Final = 0.02  # seconds at the most that it lives on once so many have been answered
BEGINNING: Final = (0.1, 1.5)  # seconds since it was started, if it is killed before that
PATIENCE: Final = 120.0
TOPICS: Final = ("", "", "", "list", "spam")


class Ack(NamedTuple):
    """What a client was told of a lead."""

    status: int
    lead: str
    decision: dict[str, Any]


class Clients:
    """Send leads, each until it is answered."""

    def __init__(self, port: int, key: str, leads: int, *, seed: int) -> None:
        self.acks: dict[int, list[Ack]] = {number: [] for number in range(leads)}
        self._base = f"http://127.0.0.1:{port}"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._all = [
            self._pool.submit(self._client, range(each, leads, CLIENTS), random.Random(f"{seed} {each}"))
            for each in range(CLIENTS)
        ]

    def are_done(self) -> bool:
        """Whether every lead has been answered."""
        return all(each.done() for each in self._all)

    def wait_for(self, more: int) -> None:
        """Until so many more have been answered, or all."""
        enough = self._answered_leads() + more
        while self._answered_leads() < enough and not self.are_done():
            time.sleep(0.001)

    def _answered_leads(self) -> int:
        return sum(1 for acks in self.acks.values() if acks)

    def finish(self) -> None:
        """Stop, and raise what has gone wrong."""
        self._is_over.set()
        for each in self._all:
            each.result()
        self._pool.shutdown()

    def send_each_again(self) -> None:
        """Ask for every answer once more."""
        chance = random.Random(0)
        again = [
            self._pool.submit(self._client, range(each, len(self.acks), CLIENTS), chance) for each in range(CLIENTS)
        ]
        for each in again:
            each.result()

    def _client(self, numbers: range, chance: random.Random) -> None:
        with httpx.Client(base_url=self._base, headers=self._headers, timeout=10) as client:
            for number in numbers:
                for _ in range(1 + (chance.random() < AGAIN)):
                    if not self._is_over.is_set():
                        self.acks[number].append(self._answered(client, number))

    def _answered(self, client: httpx.Client, number: int) -> Ack:
        body = {"email": f"lead{number}@example.com", "topic": TOPICS[number % len(TOPICS)]}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self._is_over.is_set():
            try:
                answer = client.post("/api/v1/leads", json=body, headers={"Idempotency-Key": f"lead {number}"})
            except httpx.TransportError:
                time.sleep(PAUSE)
                continue
            if answer.status_code in {200, 201}:
                found = answer.json()
                return Ack(answer.status_code, found["lead"]["id"], found["decision"])
            assert answer.status_code in {429, 503}, answer.text
            time.sleep(PAUSE)
        raise AssertionError(f"lead {number} was never answered")


class Victim:
    """The service, at one port, started anew after each death."""

    def __init__(self, url: str, folder: Path, port: int) -> None:
        self.messages = folder / "messages"
        self._command = [*COMMAND, "serve", "--database", url, "--port", str(port), "--messages", str(self.messages)]
        self._log = folder / "log"

    @contextmanager
    def living(self) -> "Iterator[subprocess.Popen[str]]":
        """A service that is dead at the end, by kill -9 if nothing has ended it before."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command, env={**os.environ, **ENVIRON}, stdout=subprocess.PIPE, stderr=log, text=True
            )
        with process:
            try:
                yield process
            finally:
                process.kill()


def killed(victim: Victim, clients: Clients, *, kills: int, chance: random.Random) -> None:
    """Kill the service so many times, or until everything has been answered."""
    done = 0
    while done < kills and not clients.are_done():
        with victim.living() as process:
            if chance.random() < 0.2:
                time.sleep(chance.uniform(*BEGINNING))
            else:
                wait_for(process)
                clients.wait_for(chance.randrange(1, 2 * len(clients.acks) // kills))
                time.sleep(chance.uniform(0, UP))
        done += 1


def wait_for(process: "subprocess.Popen[str]") -> None:
    """Until it listens."""
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("Evenhand is at"), f"it ended with {process.wait()}"


def tortured(url: str, folder: Path, port: int, *, leads: int, seed: int) -> Iterator[str]:
    """Do it, and say everything that is wrong then."""
    key = prepared(url)
    victim, chance = Victim(url, folder, port), random.Random(seed)
    clients = Clients(port, key, leads, seed=seed)
    try:
        killed(victim, clients, kills=max(8, leads // 400), chance=chance)
        with victim.living() as process:
            wait_for(process)
            while not clients.are_done():
                time.sleep(PAUSE)
            clients.send_each_again()
            process.terminate()
            if process.wait(60) != 0:
                yield f"it did not stop as it should: {process.returncode}"
    finally:
        clients.finish()
    yield from verdict(url, victim.messages, clients)


def verdict(url: str, messages: Path, clients: Clients) -> Iterator[str]:
    """Everything that is wrong; nothing if all is well."""
    yield from _answers(clients)
    with open_desk(settings_of(url, ENVIRON)) as desk:
        yield from map(str, prove(desk).found)
        yield from (f"{each.promise} {each.subject}: {each.what}" for each in look(desk).broken)
    database = Database(url)
    try:
        yield from _rows(database, len(clients.acks))
        yield from _messages(database, messages)
    finally:
        database.close()


def _answers(clients: Clients) -> Iterator[str]:
    """Each lead has one number and one decision, whoever asked and whenever; no number is that of two."""
    for number, acks in clients.acks.items():
        if len({ack.lead for ack in acks}) != 1 or any(ack.decision != acks[0].decision for ack in acks):
            yield f"lead {number} had different answers: {[(ack.status, ack.lead) for ack in acks]}"
        if sum(ack.status == 201 for ack in acks) > 1:
            yield f"lead {number} was taken as new more than once"
    numbers = sorted(int(acks[0].lead) for acks in clients.acks.values())
    if numbers != list(range(1, len(clients.acks) + 1)):
        yield f"{len(clients.acks)} leads were sent, and answered as {len(set(numbers))}"


def _rows(database: Database, leads: int) -> Iterator[str]:
    with database.snapshot() as connection:
        there = sorted(connection.execute(select(tables.leads.c.lead)).scalars())
        keys = connection.execute(select(tables.keys.c.lead)).scalars().all()
        came = Counter(
            row.lead
            for row in connection.execute(select(tables.decisions.c.lead, tables.decisions.c.record))
            if unpack(row.record).decision.trigger == "received"
        )
    if there != list(range(1, leads + 1)) or sorted(keys) != there:
        yield f"{leads} leads were sent; {len(there)} are there, under {len(keys)} keys"
    yield from (f"lead {lead} was decided {came[lead]} times when it came" for lead in there if came[lead] != 1)


def _messages(database: Database, path: Path) -> Iterator[str]:
    """Everything that is marked as sent was told, and nothing is left."""
    told = {msgspec.json.decode(line)["id"].split("-")[1] for line in _whole(path)}
    with database.snapshot() as connection:
        rows = connection.execute(select(tables.messages.c.no, tables.messages.c.state)).all()
    for no, state in rows:
        if state == "sent" and str(no) not in told:
            yield f"message {no} is marked as sent, and nobody was told"
        if state == "dead":
            yield f"message {no} was given up"


def _whole(path: Path) -> list[bytes]:
    """The lines that were written whole."""
    return [line for line in path.read_bytes().splitlines() if line.endswith(b"}")] if path.exists() else []
