"""Clients that are slow, talk without end, or hang up in the middle: on raw connections to a server of our own."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest

from evenhand.service.patience import HEAD, PIECE, Patience
from evenhand.service.server import Listening, Manners, serve
from tests.faults.load import until

pytestmark = pytest.mark.usefixtures("loopback")

QUICK: Final = Patience(head=0.15, body=0.15, fetching=0.15, connections=3, every=0.02)
POST: Final = b"POST / HTTP/1.1\r\nHost: a\r\n"
LARGE: Final = 20_000_000  # bytes: more than all buffers between two sockets hold


class Echo:
    """Answers with the length of what came. `/early` does so before it has read anything, `/large` without end."""

    def __init__(self) -> None:
        self.ended = list[str]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        length = 0
        if scope["path"] == "/early":
            await self._answer(send, b"no")
            return
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.append("disconnected")
                return
            length += len(message["body"])
            if not message["more_body"]:
                break
        await self._answer(send, b"x" * LARGE if scope["path"] == "/large" else str(length).encode())

    async def _answer(self, send: Any, body: bytes) -> None:
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.ended.append("answered")


class Serving:
    """A server on another thread."""

    def __init__(self, port: int, app: Echo) -> None:
        self.port = port
        self.app = app

    def call(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def says(self, *sent: bytes) -> bytes:
        """What is answered to something that is sent whole, until the server hangs up."""
        with self.call() as client:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may hang up in the middle; what it said is there
                for each in sent:
                    client.sendall(each)
            return heard(client)


def heard(client: socket.socket) -> bytes:
    """Everything until the other side hangs up, however it does."""
    found = b""
    try:
        while piece := client.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@contextmanager
def on_a_thread(patience: Patience) -> Iterator[Serving]:
    app, over, begun = Echo(), threading.Event(), threading.Event()
    address = list[str]()

    def started(at: str) -> None:
        address.append(at)
        begun.set()

    async def stopped() -> None:
        await asyncio.get_running_loop().run_in_executor(None, over.wait)

    manners = Manners(patience=patience, stopping=1)
    thread = threading.Thread(
        target=serve, args=(app, Listening(port=0)), kwargs={"started": started, "stopped": stopped, "manners": manners}
    )
    thread.start()
    try:
        assert begun.wait(20)
        yield Serving(int(address[0].rsplit(":", 1)[1]), app)
    finally:
        over.set()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def quick() -> Iterator[Serving]:
    with on_a_thread(QUICK) as server:
        yield server


def drip(client: socket.socket, piece: bytes) -> Callable[[], bool]:
    """Sends a little now and then; whether the other side has hung up meanwhile."""

    def hung_up() -> bool:
        try:
            client.sendall(piece)
        except OSError:
            return True
        return False

    return hung_up


def test_who_says_nothing_is_hung_up_on(quick: Serving) -> None:
    assert quick.says().startswith(b"HTTP/1.1 408 ")


def test_a_head_that_comes_in_drips_is_not_waited_for(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(POST)
        until(drip(client, b"X-A: b\r\n"), "it hung up")
    assert quick.app.ended == []


def test_a_body_that_comes_in_drips_is_not_waited_for(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
        until(drip(client, b"x"), "it hung up")
    until(lambda: quick.app.ended == ["disconnected"], "the application was told")


def test_a_body_that_goes_on_may_take_its_time(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for _ in range(3):
            with quick.call() as silent:  # while somebody else is waited for in vain
                silent.settimeout(0.02)
                while not _has_ended(silent):
                    client.sendall(b"%x\r\n%s\r\n" % (PIECE, b"x" * PIECE))
        client.sendall(b"0\r\n\r\n")
        assert heard(client).startswith(b"HTTP/1.1 200 ")


def _has_ended(silent: socket.socket) -> bool:
    try:
        return silent.recv(1000).startswith(b"HTTP/1.1 408 ")
    except TimeoutError:
        return False


def test_a_body_that_is_cut_off_is_not_taken(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(POST + b"Content-Length: 10\r\n\r\nabc")
    until(lambda: quick.app.ended == ["disconnected"], "the application was told")


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_head_without_end_is_refused(quick: Serving, pieces: int) -> None:
    head = POST + b"X-A: " + b"b" * (2 * HEAD)
    size = len(head) // pieces + 1
    said = quick.says(*[head[at : at + size] for at in range(0, len(head), size)])
    assert said.startswith(b"HTTP/1.1 431 ")
    assert quick.app.ended == []


def test_a_large_head_that_is_complete_is_refused_too(quick: Serving) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * (HEAD // 8) + b"\r\n"
    assert quick.says(head).startswith(b"HTTP/1.1 431 ")
    assert quick.app.ended == []


def test_a_body_may_be_larger_than_a_head(quick: Serving) -> None:
    body = b"x" * (8 * HEAD)
    head = POST + b"Connection: close\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    assert quick.says(head + body).endswith(str(len(body)).encode())


def test_several_requests_share_a_connection(quick: Serving) -> None:
    get = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert quick.says(get, get * 2, last).count(b"HTTP/1.1 200 ") == 4


def test_a_connection_may_rest_between_two_requests(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert [quick.says()[:12] for _ in range(3)] == [b"HTTP/1.1 408"] * 3  # so much time has passed
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert heard(client).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_nobody_reads_any_more_is_not_waited_for(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(POST.replace(b" / ", b" /early ") + b"Content-Length: 1000000\r\n\r\n")
        until(drip(client, b"x"), "it hung up")
    assert quick.app.ended == ["answered"]


def test_who_does_not_fetch_an_answer_is_hung_up_on(quick: Serving) -> None:
    with quick.call() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        assert [quick.says()[:12] for _ in range(3)] == [b"HTTP/1.1 408"] * 3  # so much time has passed
        assert len(heard(client)) < LARGE


def test_one_too_many_is_told_to_try_again(quick: Serving) -> None:
    with quick.call() as one, quick.call() as two, quick.call() as three:
        for client in (one, two, three):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        said = quick.says()
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in said
    until(lambda: b"408" in quick.says(), "there is room again")


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02", b"GET\r\n\r\n", POST + b"Content-Length: x\r\n\r\n"])
def test_what_is_no_http_is_refused(quick: Serving, said: bytes) -> None:
    assert quick.says(said).startswith(b"HTTP/1.1 400 ")
