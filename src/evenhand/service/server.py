"""Running the service: one process, one port, stopped with everything finished that was begun."""

import asyncio
import contextlib
import errno
import gc
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

import uvicorn
from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from evenhand.errors import BadUsage, Fault
from evenhand.service.patience import Line, Lines, Patience

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # there is none for Windows
    import uvloop

    new_event_loop = uvloop.new_event_loop

GARBAGE: Final = 20_000  # objects made since the last look for garbage until the next; Python's own is 700
STOPPING: Final = 20  # seconds that requests have to end in when the service stops
KEPT: Final = 75  # seconds that a connection may be idle: longer than proxies keep theirs
LINE: Final = 1024  # connections that wait to be accepted


class Listening(Struct, frozen=True):
    """Where the service listens. Port 0 lets the system choose."""

    host: str = "127.0.0.1"
    port: int = 8080


class Manners(Struct, frozen=True, kw_only=True):
    """How clients are treated. `proxies` are those whose word on where a request comes from counts."""

    patience: Patience = Patience()
    proxies: tuple[str, ...] = ()
    stopping: int = STOPPING


class Server(uvicorn.Server):
    """uvicorn, started and stopped by us: signals are for the command line to hear. `begun` is set once it listens."""

    begun: asyncio.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        await super().startup(sockets)
        if self.started:
            self.begun.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def serve(
    app: Any,
    at: Listening | socket.socket,
    *,
    started: Callable[[str], None],
    stopped: Callable[[], Awaitable[None]],
    manners: Manners | None = None,
) -> None:
    """Serve until `stopped` returns; requests that were begun are finished. `started` is told the address once they
    are taken. Raises what `bound` raises.
    """
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(bound(at)) if isinstance(at, Listening) else at
        runner = stack.enter_context(asyncio.Runner(loop_factory=new_event_loop))
        work: Coroutine[Any, Any, None] = _serve(app, listener, started, stopped, manners=manners or Manners())
        runner.run(work)


@contextlib.contextmanager
def bound(at: Listening) -> Iterator[socket.socket]:
    """A listening socket. Raises BadUsage if the port is taken, or the host or the port is not ours to take."""
    try:
        family, _, _, _, address = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=LINE, reuse_port=False)
    except (OSError, UnicodeError) as error:
        raise BadUsage(_refusal(at, error)) from error
    with listener:
        listener.setblocking(False)
        yield listener


def _refusal(at: Listening, error: OSError | UnicodeError) -> Fault:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, socket.gaierror | UnicodeError) or number == errno.EADDRNOTAVAIL:
        fix = "Listen at one that it has: 127.0.0.1, or 0.0.0.0 for all of them."
        return Fault(where="--host", what=f"{at.host!r} is no address of this machine.", fix=fix)
    if number == errno.EADDRINUSE:
        fix = "Stop whoever listens there, or choose another: --port 0 lets the system choose."
        return Fault(where="--port", what=f"{at.port} is taken.", fix=fix)
    if number == errno.EACCES:
        fix = "Choose one from 1024 on, and let a proxy stand in front."
        return Fault(where="--port", what=f"{at.port} is not for everybody to listen at.", fix=fix)
    return Fault(where="--host", what=f"one cannot listen at {at.host}:{at.port}: {str(error).lower()}.")


async def _serve(
    app: Any,
    listener: socket.socket,
    started: Callable[[str], None],
    stopped: Callable[[], Awaitable[None]],
    *,
    manners: Manners,
) -> None:
    lines = Lines(manners.patience, clock=asyncio.get_running_loop().time)
    server = Server(_config(app, lines, manners))
    server.begun = asyncio.Event()
    running = asyncio.create_task(server.serve(sockets=[listener]))
    waiting = asyncio.create_task(server.begun.wait())
    watching = asyncio.create_task(lines.watch())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if server.begun.is_set():
        started(address_of(listener))
        await stopped()
        server.should_exit = True
    waiting.cancel()
    await running
    watching.cancel()


def _config(app: Any, lines: Lines, manners: Manners) -> uvicorn.Config:
    """uvicorn as we want it: who may talk for how long is for `patience` to say."""
    http: Any = partial(_line, lines)
    return uvicorn.Config(
        app,
        loop="none",
        http=http,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(manners.proxies),
        forwarded_allow_ips=list(manners.proxies),
        timeout_keep_alive=KEPT,
        timeout_graceful_shutdown=manners.stopping,
    )


def _line(lines: Lines, **given: Any) -> Line:
    return Line(lines, HttpToolsProtocol(**given))


def settled_in() -> None:
    """What has been loaded by now stays: spare the garbage collector looking through it again and again.

    Measured at 64 connections: a tenth more requests a second, and a third off the 99th percentile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 50)


def address_of(listener: socket.socket) -> str:
    """Where it listens, as browsers say it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
