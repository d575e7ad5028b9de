"""How fast leads are taken over HTTP, answered after the durable decision: 20 people, 50 rules, one process.

    python -m benchmarks.service [sqlite postgres] [--connections 1 16 64 256] [--seconds 4]

Beside it, in the same run: `bare` is the same framework behind the same doorkeeper, which reads the body and answers
as much without a database; `alone` is the service with every request in a transaction of its own. CPU is the server's
own for each request (PostgreSQL's is its own process and not in it).
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from unittest.mock import patch

from litestar import Litestar, post
from litestar.middleware import DefineMiddleware
from msgspec import Raw, Struct

from benchmarks.offices import BOSS, COUNTRIES, INDUSTRIES, SECRET, database, desk_on
from evenhand.actions import committer
from evenhand.actions.api_keys import NewKey, make_key
from evenhand.actions.desk import Desk
from evenhand.service.answers import Answer
from evenhand.service.app import build
from evenhand.service.doors import Doors
from evenhand.service.guests import Admission, Asked, check, may
from evenhand.service.house import House, opened_house
from evenhand.service.intake import lead_in
from evenhand.service.server import Listening, serve, settled_in
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault

CONNECTIONS: Final = (1, 16, 64, 256)
WARMING: Final = 0.7  # seconds before anything is counted
TICKS: Final = os.sysconf("SC_CLK_TCK")
HEAD: Final = (
    "POST /api/v1/leads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)


class Load(Struct, frozen=True):
    """What a round of requests came to."""

    count: int
    seconds: float
    times: list[float]
    cpu: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def at(self, percent: int) -> float:
        """A percentile, in milliseconds."""
        return quantiles(self.times, n=100)[percent - 1] * 1e3 if len(self.times) > 1 else 0.0


# --- the servers, each in a process of its own


@contextlib.contextmanager
def housed(url: str, batch: int) -> Iterator[House]:
    """The rooms of a database; `batch` is the most calls that share a transaction."""
    store = Database(url)
    vault = Vault(SECRET)

    def desk(number: int) -> Desk:
        return Desk(store, number, clock=lambda: time.time_ns() // 1_000_000, sealer=vault, engine="bench")

    with patch.object(committer, "BATCH", batch), opened_house(store.workspaces(), desk) as house:
        yield house


def serve_routed(url: str, said: Connection, batch: int) -> None:
    """The service itself."""
    with housed(url, batch) as house:
        _serve(build(Doors(house)), said)


def serve_bare(url: str, said: Connection, batch: int) -> None:
    """The same framework and doorkeeper without a database behind the route."""
    with housed(url, batch) as house:
        _serve(bare(house), said)


def bare(house: House) -> Litestar:
    """One route that reads a lead and answers with as much as a decision is."""
    text = b'{"lead":{"id":"1"},"decision":"' + b"x" * 4500 + b'"}'

    @post("/api/v1/leads", opt=may("leads:take"))
    async def take(request: Asked) -> Answer[Raw]:
        lead_in(await request.body())
        return Answer(Raw(text), status_code=201)

    return Litestar(
        [take],
        guards=[check],
        middleware=[DefineMiddleware(Admission, doorkeeper=Doors(house))],
        openapi_config=None,
        logging_config=None,
    )


def _serve(app: Any, said: Connection) -> None:
    async def stopped() -> None:
        await asyncio.get_running_loop().run_in_executor(None, said.recv)

    settled_in()
    with contextlib.suppress(KeyboardInterrupt):
        serve(app, Listening(port=0), started=said.send, stopped=stopped)


@contextlib.contextmanager
def running(server: Callable[[str, Connection, int], None], url: str, batch: int) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its port and its number."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=server, args=(url, theirs, batch))
    process.start()
    try:
        yield int(ours.recv().rsplit(":", 1)[1]), process.pid or 0
        ours.send("stop")
    finally:
        process.join(30)
        process.kill()


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


# --- the clients, in another one


def request(number: int, key: str) -> bytes:
    """A lead as a website sends it."""
    body = (
        f'{{"email":"kim.{number}@company{number}.example","name":"Kim Number {number}",'
        f'"company":"Company {number} GmbH","country":"{COUNTRIES[number % 10]}",'
        f'"industry":"{INDUSTRIES[number // 10 % 5]}","employees":{50 + number % 2000},'
        f'"source":"website","id":"{number}","message":"{"please call me about your prices " * 6}"}}'
    )
    return (HEAD.format(key=key, length=len(body)) + body).encode()


class Asking(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, requests: Iterator[bytes], times: list[tuple[float, float]]) -> None:
        self._requests = requests
        self._times = times
        self._buffer = b""
        self._begun = 0.0
        self.is_over = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._begun = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, mark, rest = self._buffer.partition(b"\r\n\r\n")
        if not mark or len(rest) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 201"):
            raise RuntimeError((head + rest).decode())
        self._buffer = b""
        now = time.perf_counter()
        self._times.append((now, now - self._begun))
        if self.is_over:
            self._transport.close()
        else:
            self._ask()


async def ask(at: tuple[int, str], connections: int, seconds: float, first: int) -> list[tuple[float, float]]:
    """Ask for so long over so many connections; when each answer came, and how long it took."""
    port, key = at
    requests, times = (request(number, key) for number in count(first)), list[tuple[float, float]]()
    loop = asyncio.get_running_loop()
    asking = [Asking(requests, times) for _ in range(connections)]
    for each in asking:
        await loop.create_connection(partial(_itself, each), "127.0.0.1", port)
    await asyncio.sleep(WARMING + seconds)
    for each in asking:
        each.is_over = True
    await asyncio.sleep(0.3)
    return times


def _itself(each: Asking) -> Asking:
    return each


def _client(said: Connection) -> None:
    while True:
        given = said.recv()
        if given is None:
            return
        said.send(asyncio.run(ask(*given)))


def load(said: Connection, server: tuple[int, int, str], connections: int, seconds: float, first: int) -> Load:
    """One round."""
    port, process, key = server
    before = cpu_of(process)
    said.send(((port, key), connections, seconds, first))
    times = said.recv()
    used = cpu_of(process) - before
    start = times[0][0] + WARMING
    counted = [(at, took) for at, took in times if at >= start]
    span = counted[-1][0] - start if counted else 1.0
    return Load(len(counted), span, [took for _, took in counted], used / max(1, len(times)))


# --- the table


def measure(engine: str, connections: Sequence[int], seconds: float) -> None:
    print(f"\n{engine}\n   conns  server    req/s   p50 ms   p99 ms   CPU us   of bare   of alone", flush=True)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    client = context.Process(target=_client, args=(theirs,), daemon=True)
    client.start()
    kinds = (("bare", serve_bare, 256), ("alone", serve_routed, 1), ("routed", serve_routed, committer.BATCH))
    found: dict[tuple[int, str], Load] = {}
    for kind, server, batch in kinds:
        with database(engine) as store:
            key = desk_on(store).do(make_key, NewKey(name="bench", role="admin"), actor=BOSS).key
            url = store.engine.url.render_as_string(hide_password=False)
            with running(server, url, batch) as at:
                for round_, many in enumerate(connections):
                    found[many, kind] = load(ours, (*at, key), many, seconds, 1_000_000 * round_)
    for many in connections:
        for kind, _, _ in kinds:
            one, bare_, alone = found[many, kind], found[many, "bare"], found[many, "alone"]
            print(
                f"{many:8,}  {kind:7} {one.rate:7,.0f} {one.at(50):8.2f} {one.at(99):8.1f} {one.cpu * 1e6:8,.0f}"
                f" {one.rate / bare_.rate:9.2f} {one.rate / alone.rate:10.1f}",
                flush=True,
            )
    ours.send(None)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--connections", type=int, nargs="*", default=list(CONNECTIONS))
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    for engine in given.engines:
        measure(engine, given.connections, given.seconds)


if __name__ == "__main__":
    main()
