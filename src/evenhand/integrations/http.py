"""Asking other people's servers by HTTP, at addresses that a user has set: guarded, bounded, and without surprises.

No redirect is followed, no proxy of the environment is used (it would look the host up again), nothing is unpacked
(a small answer could become a huge one), and no connection is kept.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final, cast

import httpcore
import httpx
from msgspec import Struct

from evenhand.core.model import DAY, Millis
from evenhand.errors import BadAddress, GiveUp, TryLater
from evenhand.integrations.guard import Address, Guard, Target, read_address
from evenhand.integrations.wire import Wire
from evenhand.version import __version__

PASSING: Final = frozenset({408, 425, 429})  # of 4xx those that say: not now
_OURS: Final = (b"host", b"connection", b"content-length", b"transfer-encoding", b"accept-encoding")


class Limits(Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds, for a connection, for a single read, for all of it; and how many bytes to read."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0
    most: int = 65_536


class Answer(Struct, frozen=True, kw_only=True):
    """What a server said. Names of headers are in lower case; `whole` is false if the body went on beyond the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
USUAL: Final = Limits()


def now() -> Millis:
    """The time by this machine's clock."""
    return time.time_ns() // 1_000_000


class Client:
    """Sends requests. Many threads may use one.

    clock: the time, in ms, that a `Retry-After` with a date is held against.
    tls:   whom to trust; those whom browsers trust, if nothing is said, or what SSL_CERT_FILE names.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        limits: Limits = USUAL,
        clock: Callable[[], Millis] = now,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._limits = limits
        self._clock = clock
        self._tls = tls or httpx.create_ssl_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str] = NOTHING) -> Answer:
        """Hand something over. Raises TryLater and GiveUp, also for what the server answered."""
        return self._good(url, self.ask("POST", url, body=body, headers=headers))

    def get(self, url: str, headers: Mapping[str, str] = NOTHING) -> Answer:
        """Fetch something. Raises as `post` does, and GiveUp if there is more of it than the limit allows."""
        answer = self._good(url, self.ask("GET", url, headers=headers))
        if not answer.whole:
            raise GiveUp(f"{read_address(url).host} answered with more than {self._limits.most} bytes")
        return answer

    def ask(self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] = NOTHING) -> Answer:
        """What the server answers, whatever it is. Raises TryLater or GiveUp if there is no answer."""
        try:
            target = self._guard.find(read_address(url))
        except BadAddress as error:
            raise GiveUp("; ".join(fault.what.removesuffix(".") for fault in error.faults)) from error
        try:
            return self._exchange(target, method, body, headers)
        except httpcore.LocalProtocolError as error:
            raise GiveUp("the request cannot be put into HTTP") from error
        except httpcore.TimeoutException as error:
            raise TryLater(f"{target.address.host} did not answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise TryLater(f"{target.address.host} {_trouble(error)}") from error

    def _exchange(self, target: Target, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        limits = self._limits
        wire = Wire(target, deadline=time.monotonic() + limits.total, clock=time.monotonic)
        waits = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.connect}
        address = target.address
        with (
            httpcore.ConnectionPool(
                ssl_context=self._tls,
                max_connections=1,
                network_backend=cast("httpcore.NetworkBackend", wire),  # it does all that one does
            ) as pool,
            pool.stream(
                method,
                httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.path),
                headers=_headers(address, body, headers),
                content=body,
                extensions={"timeout": waits},
            ) as response,
        ):
            read, whole = _read(response.iter_stream(), limits.most)
        return Answer(status=response.status, headers=_named(response.headers), body=read, whole=whole)

    def _good(self, url: str, answer: Answer) -> Answer:
        """An answer that means yes. Raises what any other one means for a message."""
        status = answer.status
        if 200 <= status < 300:
            return answer
        said = f"{read_address(url).host} answered {status}"
        if status >= 500 or status in PASSING:
            raise TryLater(said, after=retry_after(answer.headers.get("retry-after", ""), self._clock()))
        if 300 <= status < 400:
            raise GiveUp(f"{said}: it sends us elsewhere, and we do not follow")
        raise GiveUp(said)


def retry_after(text: str, now: Millis) -> Millis:
    """How long a server asks to wait, in ms: it says seconds, or a date. 0 if it cannot be read; a day at the most."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * 1000, DAY)
    try:
        moment = parsedate_to_datetime(text).replace(tzinfo=UTC)  # a date of HTTP is never in another zone
        return max(0, min(int(moment.timestamp() * 1000) - now, DAY))
    except (ValueError, OverflowError):
        return 0


def _headers(address: Address, body: bytes, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """What is sent along. What is ours to say, nobody else says."""
    said = [
        (b"Host", address.authority.encode("ascii")),
        (b"User-Agent", f"Evenhand/{__version__}".encode("ascii")),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
        (b"Content-Length", str(len(body)).encode("ascii")),
    ]
    if not body:
        said.pop()
    try:
        theirs = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    except UnicodeEncodeError as error:
        raise httpcore.LocalProtocolError("letters that no header holds") from error
    return said + [(name, value) for name, value in theirs if name.lower() not in _OURS]


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in lower case; several of one name become one, as HTTP says."""
    named: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("latin-1").lower()
        text = value.decode("latin-1")
        named[name] = f"{named[name]}, {text}" if name in named else text
    return named


def _read(chunks: Iterable[bytes], most: int) -> tuple[bytes, bool]:
    """The beginning of a body, and whether that was all."""
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > most:
            return bytes(read[:most]), False
    return bytes(read), True


def _trouble(error: Exception) -> str:
    """What went wrong on the way, without what was on the way."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"has no certificate that can be trusted: {cause.verify_message.removesuffix('.')}"
        if isinstance(cause, ssl.SSLError):
            return "does not speak TLS as we do"
        cause = cause.__cause__ or cause.__context__
    return "cannot be reached" if isinstance(error, httpcore.ConnectError) else "broke off the conversation"
