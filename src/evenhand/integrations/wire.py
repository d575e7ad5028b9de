"""A connection that goes to the addresses that were checked, and that has an end.

httpcore asks this for connections, and believes that it speaks to the name: so the header `Host`, the name that TLS
asks for, and the name that the certificate must bear stay the host's. What is connected to are the numbers in
`Target`, and nothing is looked up again. All that is read or written must be over by `deadline`: a limit on each single
read alone would let somebody send one letter every few seconds for hours.
"""

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from evenhand.integrations.guard import Target

Seconds = float


class Wire:
    """Makes connections for httpcore, as its `NetworkBackend` does. `deadline` is on the clock that is handed in."""

    def __init__(self, target: Target, *, deadline: Seconds, clock: Callable[[], Seconds]) -> None:
        self._ips = target.ips
        self._deadline = deadline
        self._clock = clock
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Seconds | None = None,
        local_address: str | None = None,  # noqa: ARG002  httpcore's promise; we choose none
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> "Bounded":
        """Connect to the first checked address that answers; the host is not looked up. Raises what httpcore does."""
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for ip in self._ips:
            within = _left(self._deadline - self._clock(), timeout)
            try:
                plain = self._plain.connect_tcp(ip, port, timeout=within, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return Bounded(plain, deadline=self._deadline, clock=self._clock)
        raise failed


class Bounded:
    """A stream of httpcore's, of which every step must be over by a deadline."""

    def __init__(self, plain: httpcore.NetworkStream, *, deadline: Seconds, clock: Callable[[], Seconds]) -> None:
        self._plain = plain
        self._deadline = deadline
        self._clock = clock

    def read(self, max_bytes: int, timeout: Seconds | None = None) -> bytes:
        return self._plain.read(max_bytes, timeout=_left(self._deadline - self._clock(), timeout))

    def write(self, buffer: bytes, timeout: Seconds | None = None) -> None:
        self._plain.write(buffer, timeout=_left(self._deadline - self._clock(), timeout))

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: Seconds | None = None
    ) -> "Bounded":
        within = _left(self._deadline - self._clock(), timeout)
        safe = self._plain.start_tls(ssl_context, server_hostname=server_hostname, timeout=within)
        return Bounded(safe, deadline=self._deadline, clock=self._clock)

    def get_extra_info(self, info: str) -> Any:  # whatever httpcore asks for
        return self._plain.get_extra_info(info)


def _left(left: Seconds, timeout: Seconds | None) -> Seconds:
    """How long a step may take. Raises httpcore.ReadTimeout when there is no time left for any."""
    if left <= 0:
        raise httpcore.ReadTimeout("the whole took too long")
    return left if timeout is None else min(left, timeout)
