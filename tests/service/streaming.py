"""The service at a port of this machine, and somebody who follows its events as a browser does.

with at_port(served) as url, following(url, "rep ann") as heard:
    ...
    assert heard.next().kind == "lead.assigned"
"""

import asyncio
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from litestar.testing import TestClient
from msgspec import Struct, json

from evenhand.service.house import House
from evenhand.service.server import Listening, serve
from tests.service.serving import WHO

PATIENCE: Final = 30.0  # seconds


class Heard(Struct, frozen=True):
    """One event of a stream."""

    id: int
    kind: str
    data: dict[str, Any]


class Begun:
    """An application that has begun already: a server need not begin or end it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})


class Behind(Protocol):
    """A service in this process, such as `Served`."""

    house: House
    client: TestClient[Any]


class Door:
    """The service at a port."""

    def __init__(self, served: Behind) -> None:
        self.house = served.house
        self.app = Begun(served.client.app)
        self.url = ""
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        serve(self.app, Listening(port=0), started=self._started, stopped=self._until)

    def _started(self, address: str) -> None:
        self.url = address

    async def _until(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._over.wait()
        self.house.end_streams()

    def open(self) -> None:
        self.thread.start()
        assert self._ready.wait(PATIENCE)

    def stop(self) -> None:
        if self._loop is not None and self._over is not None and self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        self.thread.join(PATIENCE)


@contextmanager
def at_port(served: Behind) -> Iterator[Door]:
    """The service at a free port, until the end of the block."""
    door = Door(served)
    door.open()
    try:
        yield door
    finally:
        door.stop()
    assert not door.thread.is_alive()


class Ear:
    """Somebody who follows: reads the stream line by line."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response
        self.comments: list[str] = []
        self.retry = 0

    def next(self) -> Heard | None:
        """The next event; `None` when the stream has ended."""
        said: dict[str, str] = {}
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            name, _, value = text.partition(": ")
            if text.startswith(":"):
                self.comments.append(text[2:])
            elif name == "retry":
                self.retry = int(value)
            elif text:
                said[name] = value
            elif "data" in said:
                return Heard(int(said["id"]), said["event"], json.decode(said["data"]))
        return None

    def several(self, count: int) -> list[Heard]:
        return [found for _ in range(count) if (found := self.next())]


@contextmanager
def asked(url: str, who: str, *, headers: dict[str, str] | None = None, **params: object) -> Iterator[Any]:
    """A request for the stream, and what comes back."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        said = {WHO: who, "in": "main", "Accept-Encoding": "gzip", **(headers or {})}
        line.request("GET", f"/api/v1/events?{urlencode(params)}", headers=said)
        yield line.getresponse()
    finally:
        line.close()


@contextmanager
def following(url: str, who: str, *, headers: dict[str, str] | None = None, **params: object) -> Iterator[Ear]:
    """A stream that has begun."""
    with asked(url, who, headers=headers, **params) as response:
        assert response.status == 200, response.read()
        ear = Ear(response)
        assert response.readline() == b": welcome\n"
        ear.retry = int(response.readline().split()[1])
        response.readline()
        yield ear
