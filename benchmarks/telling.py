"""How soon a rep is told by e-mail: from the 201 to the moment at which the mail server has accepted the message.

    python -m benchmarks.telling [--rate 20] [--seconds 30] [--delay 0] [--postgres]

A real `evenhand serve`, 20 people, a mail server of our own that takes `--delay` milliseconds for each message.
"""

import argparse
import asyncio
import os
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from statistics import quantiles
from typing import Final

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.offices import policy as rules
from benchmarks.offices import team
from tests.postgres import started
from tests.service.processes import PATIENCE, Service, prepared

LEAD: Final = re.compile(r"/leads/(\d+)")
SETTLED: Final = 10.0  # seconds that the last messages may take


class Box:
    """When each lead was told of, and how many messages that took."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.at: dict[int, float] = {}
        self.messages = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.delay)
        now, content = time.perf_counter(), envelope.content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        text = found.get_body(("plain",))
        assert text is not None
        for lead in LEAD.findall(text.get_content()):
            self.at.setdefault(int(lead), now)
        self.messages += 1
        return "250 OK"


@contextmanager
def post_office(delay: float) -> Iterator[tuple[Box, int]]:
    box = Box(delay)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box, port
    finally:
        server.stop()


async def pour(service: Service, key: str, rate: float, seconds: float) -> dict[int, float]:
    """Leads at a steady rate; when each was answered."""
    answered: dict[int, float] = {}
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=service.address, headers=headers, timeout=PATIENCE) as client:

        async def one(number: int) -> None:
            lead = {"email": f"kim{number}@company{number}.example", "name": "Kim", "company": f"Company {number}"}
            answer = await client.post("/api/v1/leads", json=lead)
            now = time.perf_counter()
            assert answer.status_code == 201, answer.text
            answered[int(answer.json()["lead"]["id"])] = now

        start, asked = time.perf_counter(), list[asyncio.Task[None]]()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            asked.append(asyncio.create_task(one(number)))
        await asyncio.gather(*asked)
    return answered


def measure(url: str, folder: Path, given: argparse.Namespace) -> None:
    key = prepared(url, policy=rules(50, 1), roster=team(20, 1))
    with post_office(given.delay / 1000) as (box, port):
        os.environ["EVENHAND_SMTP"] = f"smtp://127.0.0.1:{port}/?tls=none&from=leads@example.com"
        service = Service(url, folder, "--base-url", "http://127.0.0.1:1")
        try:
            asyncio.run(pour(service, key, given.rate, 2))  # warm
            answered = asyncio.run(pour(service, key, given.rate, given.seconds))
            end = time.perf_counter() + SETTLED
            while not answered.keys() <= box.at.keys() and time.perf_counter() < end:
                time.sleep(0.05)
            service.stop()
        finally:
            service.end()
    took = sorted([1000 * (box.at[lead] - at) for lead, at in answered.items() if lead in box.at])
    cuts = quantiles(took, n=100)
    lost = len(answered) - len(took)
    print(
        f"{len(answered)} leads at {given.rate:g}/s, mail server {given.delay:g} ms: "
        f"p50 {cuts[49]:.0f} ms, p90 {cuts[89]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {took[-1]:.0f} ms; "
        f"{box.messages} messages in all, {lost} not told"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rate", type=float, default=20)
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--delay", type=float, default=0)
    asked.add_argument("--postgres", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.postgres:
            with started(durable=True) as server:
                measure(server.fresh(), Path(folder), given)
        else:
            measure(f"sqlite:///{folder}/desk.db", Path(folder), given)


if __name__ == "__main__":
    main()
