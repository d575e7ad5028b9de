"""How soon the rep is told: from a lead's 201 to its event in the rep's own stream, while leads come at a steady rate.

    python -m benchmarks.told [sqlite postgres] [--rate 500] [--seconds 10] [--admins 5]

One process serves; another asks, over 64 connections, and follows 20 reps' streams and those of some admins. Below 0
an event came before its 201. `missed` are leads whose rep did not hear within the time: there must be none.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import Any, Final

from msgspec import Struct, json

from benchmarks.offices import COUNTRIES, INDUSTRIES, database, desk_on
from evenhand.actions.desk import Desk
from evenhand.service.app import build
from evenhand.service.house import opened_house
from evenhand.service.server import Listening, serve
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault
from tests.service.serving import Believing

REPS: Final = 20
CONNECTIONS: Final = 64
SECRET: Final = bytes(range(32))
PATIENCE: Final = 10.0  # seconds that an event may take after the last lead


class Times(Struct):
    """When each lead was answered, when its rep heard of it, and when each admin did."""

    answered: dict[str, float] = {}
    reps: dict[str, float] = {}
    admins: list[dict[str, float]] = []


def serving(url: str, said: Connection) -> None:
    """The service, with a doorkeeper who believes what a request says of itself."""
    store, vault = Database(url), Vault(SECRET)

    def desk(number: int) -> Desk:
        return Desk(store, number, clock=lambda: time.time_ns() // 1_000_000, sealer=vault, engine="bench")

    with contextlib.suppress(KeyboardInterrupt), opened_house(store.workspaces(), desk) as house:

        async def stopped() -> None:
            await asyncio.get_running_loop().run_in_executor(None, said.recv)
            house.end_streams()

        serve(build(Believing(house)), Listening(port=0), started=said.send, stopped=stopped)


def body(number: int) -> bytes:
    return (
        f'{{"email":"kim.{number}@company{number}.example","company":"Company {number} GmbH",'
        f'"country":"{COUNTRIES[number % 10]}","industry":"{INDUSTRIES[number // 10 % 5]}",'
        f'"employees":{50 + number % 2000},"source":"website","id":"{number}"}}'
    ).encode()


async def ask(port: int, todo: "asyncio.Queue[int]", times: Times) -> None:
    """One connection, that sends the leads that are due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (number := await todo.get()) >= 0:
        said = body(number)
        head = f"POST /api/v1/leads HTTP/1.1\r\nHost: x\r\nas: key website admin\r\nContent-Length: {len(said)}\r\n\r\n"
        writer.write(head.encode() + said)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        got = await reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(got.decode())
        at = time.perf_counter()
        lead = got.partition(b'"lead":{"id":"')[2].partition(b'"')[0].decode()
        times.answered[lead] = at
    writer.close()


async def follow(port: int, who: str, heard: dict[str, float], ready: asyncio.Event) -> None:
    """One stream: when each lead was first heard of."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET /api/v1/events?kinds=lead.assigned HTTP/1.1\r\nHost: x\r\nas: {who}\r\n\r\n".encode())
    await reader.readuntil(b": welcome")
    ready.set()
    while line := await reader.readline():
        if line.startswith(b"data: "):
            heard.setdefault(json.decode(line[6:], type=dict[str, Any])["lead"], time.perf_counter())


async def measured(port: int, rate: float, seconds: float, admins: int) -> Times:
    times = Times(admins=[{} for _ in range(admins)])
    who = [(f"rep rep{number}", times.reps) for number in range(REPS)]
    who += [(f"admin a{number}", heard) for number, heard in enumerate(times.admins)]
    ready = [asyncio.Event() for _ in who]
    ears = [
        asyncio.create_task(follow(port, name, heard, each)) for (name, heard), each in zip(who, ready, strict=True)
    ]
    for each in ready:
        await each.wait()
    todo: asyncio.Queue[int] = asyncio.Queue()
    asking = [asyncio.create_task(ask(port, todo, times)) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        if (left := begun + number / rate - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        todo.put_nowait(number)
    for _ in asking:
        todo.put_nowait(-1)
    await asyncio.gather(*asking)
    over = time.perf_counter() + PATIENCE
    every = (times.reps, *times.admins)
    while time.perf_counter() < over and min(map(len, every)) < len(times.answered):  # noqa: ASYNC110  from afar
        await asyncio.sleep(0.05)
    for ear in ears:
        ear.cancel()
    return times


def client(port: int, given: tuple[float, float, int], said: Connection) -> None:
    said.send(asyncio.run(measured(port, *given)))


def row(name: str, answered: dict[str, float], heard: dict[str, float]) -> None:
    took = sorted((heard[lead] - at) * 1e3 for lead, at in answered.items() if lead in heard)
    marks = quantiles(took, n=1000) if len(took) > 1 else [0.0] * 999
    print(
        f"  {name:7} {len(took):8,} {len(answered) - len(took):7,} {marks[499]:8.1f} {marks[989]:8.1f} {took[-1]:8.1f}",
        flush=True,
    )


def measure(engine: str, rate: float, seconds: float, admins: int) -> None:
    context = multiprocessing.get_context("spawn")
    with database(engine) as store:
        desk_on(store)
        url = store.engine.url.render_as_string(hide_password=False)
        ours, theirs = context.Pipe()
        process = context.Process(target=serving, args=(url, theirs))
        process.start()
        port = int(ours.recv().rsplit(":", 1)[1])
        mine, yours = context.Pipe()
        asking = context.Process(target=client, args=(port, (rate, seconds, admins), yours))
        asking.start()
        times: Times = mine.recv()
        asking.join(30)
        ours.send("stop")
        process.join(30)
        process.kill()
    span = max(times.answered.values()) - min(times.answered.values())
    print(f"\n{engine}: {len(times.answered) / span:,.0f} leads a second answered, {REPS} reps, {admins} admins")
    print("  who          heard  missed   p50 ms   p99 ms   max ms")
    row("rep", times.answered, times.reps)
    for heard in times.admins[:1]:
        row("admin", times.answered, heard)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--admins", type=int, default=5)
    said = parser.parse_args(given)
    for engine in said.engines:
        measure(engine, said.rate, said.seconds, said.admins)


if __name__ == "__main__":
    main()
