"""Where a message may go: an address that a user has set must not lead into the house.

Whoever may set an address could otherwise have this server ask the machines around it: itself, a database next door, a
cloud's service that hands out keys. So a host is looked up, each address found is held against the lists below, and the
connection is made to what was checked, not to what a second look would find. What an operator allows, may be reached.

To refuse another network: a line in `REFUSED`.
"""

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

import httpx
from msgspec import Struct

from evenhand.errors import BadAddress, BadUsage, Fault, TryLater

Network: TypeAlias = IPv4Network | IPv6Network
Ip: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

ALLOW: Final = "EVENHAND_ALLOW_NETWORKS"  # the variable that an operator lists networks in
LONGEST: Final = 2048  # characters of an address

REFUSED: Final[Sequence[tuple[Network, str]]] = [
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "no address that anything can be sent to"),
        ("10.0.0.0/8", "in a private network"),
        ("100.64.0.0/10", "in a provider's own network"),
        ("127.0.0.0/8", "this machine itself"),
        ("168.63.129.16/32", "a cloud's own service"),  # Azure gives out settings and keys there
        ("169.254.0.0/16", "on the local link, where clouds give out keys"),
        ("172.16.0.0/12", "in a private network"),
        ("192.0.0.0/24", "kept for protocols"),
        ("192.0.2.0/24", "for documentation only"),
        ("192.88.99.0/24", "a relay to other addresses (6to4)"),
        ("192.168.0.0/16", "in a private network"),
        ("198.18.0.0/15", "for tests of networks only"),
        ("198.51.100.0/24", "for documentation only"),
        ("203.0.113.0/24", "for documentation only"),
        ("224.0.0.0/4", "for many at once (multicast)"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "no address that anything can be sent to"),
        ("::1/128", "this machine itself"),
        ("::ffff:0:0/96", "another way to write an IPv4 address"),
        ("64:ff9b::/96", "a relay to IPv4 addresses (NAT64)"),
        ("64:ff9b:1::/48", "a relay to IPv4 addresses (NAT64)"),
        ("2001::/23", "kept for protocols"),  # Teredo among them, which holds IPv4 addresses
        ("2001:db8::/32", "for documentation only"),
        ("2002::/16", "a relay to IPv4 addresses (6to4)"),
        ("3fff::/20", "for documentation only"),
        ("fc00::/7", "in a private network"),
        ("fe80::/10", "on the local link"),
        ("fec0::/10", "in a private network"),
        ("ff00::/8", "for many at once (multicast)"),
    )
]
_INTERNET: Final = IPv6Network("2000::/3")  # all that has been given out to the world

# Ports above 1023 where something listens that could mistake a request for its own language: those of browsers' list
# (https://fetch.spec.whatwg.org/#port-blocking), and of databases and caches.
_BLOCKED: Final = "1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
_STORES: Final = "1433 1521 2375 2379 3306 5432 5672 6379 9042 9200 10250 11211 27017"
_OTHER_TONGUES: Final = frozenset(map(int, f"{_BLOCKED} {_STORES}".split()))
_WEB: Final = (80, 443)  # the only ones below 1024

_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_NUMBER: Final = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")  # what C libraries would take for an IPv4 address
_INSIDE: Final = "Give an address out in the internet, or have whoever runs Evenhand allow it: {allow}={network}"


class Address(Struct, frozen=True):
    """Where an address leads, in parts. `host` is in ASCII, without brackets; `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    def __repr__(self) -> str:
        """For logs: a path may hold what is secret."""
        return f"Address({self.origin}/…)"

    @property
    def origin(self) -> str:
        """`https://hooks.example.com`, with a port that is not the scheme's own."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The host as it is written in an address and in the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default(self.scheme) else f"{host}:{self.port}"


class Target(Struct, frozen=True):
    """An address that may be asked, and the numbers that stand for its host: connect to these and no others."""

    address: Address
    ips: tuple[str, ...]


def look_up(host: str, port: int) -> list[str]:
    """What this machine finds for a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def read_networks(text: str, *, where: str = ALLOW) -> tuple[Network, ...]:
    """The networks of a list like `10.1.2.3, 192.168.0.0/16, ::1`. Raises BadUsage that names each bad one."""
    networks: list[Network] = []
    faults: list[Fault] = []
    for word in re.split(r"[\s,;]+", text.strip(" \t\r\n,;")) if text.strip() else ():
        try:
            networks.append(ip_network(word))
        except ValueError as error:
            fix = "Write an address (10.1.2.3), or a network with its size (10.1.2.0/24)."
            faults.append(Fault(where=where, what=f"{error}.", fix=fix))
    if faults:
        raise BadUsage(faults)
    return tuple(networks)


def refusal(ip: Ip) -> str:
    """Why nothing is sent to an address, as in `10.0.0.1 is in a private network`; empty if it may be."""
    for network, why in REFUSED:
        if ip in network:
            return why
    if isinstance(ip, IPv6Address) and ip not in _INTERNET:
        return "reserved"
    return "" if ip.is_global and not ip.is_multicast else "no address of the internet"


class Guard:
    """Says where a user's address may lead.

    allow:   networks that may be reached whatever else is said here, by plain http and at any port too.
    http:    whether the rest of the world may be asked by plain http.
    resolve: finds the addresses of a host; raises OSError if it cannot.

    Else: https only, at port 443 or above 1023, but for those where other languages than HTTP are spoken; every
    address that the host has must be one of the internet.
    """

    def __init__(self, allow: Iterable[Network] = (), *, http: bool = False, resolve: Resolve = look_up) -> None:
        self._allow = tuple(allow)
        self._http = http
        self._resolve = resolve

    def check(self, url: str, *, where: str = "url") -> Target:
        """For when somebody sets an address. Raises BadAddress, also if its host cannot be found."""
        try:
            return self.find(read_address(url, where=where), where=where)
        except TryLater as error:
            fix = "Check how it is spelt; if it is right, try again in a while."
            raise BadAddress(Fault(where=where, what=f"{error}.", fix=fix)) from error

    def find(self, address: Address, *, where: str = "url") -> Target:
        """For when something goes there. Raises BadAddress if it may not, and TryLater if the host cannot be found."""
        ips = self._ips(address)
        strange = [ip for ip in ips if not self._is_allowed(ip)]
        for ip in strange:
            if why := refusal(ip):
                raise _refused(address, ip, why, where=where)
        if strange:
            self._check_manners(address, where=where)
        return Target(address, tuple(map(str, ips)))

    def _ips(self, address: Address) -> list[Ip]:
        try:
            return [ip_address(address.host)]
        except ValueError:
            pass
        try:
            found = [ip_address(text) for text in self._resolve(address.host, address.port)]
        except (OSError, ValueError) as error:  # ValueError: a name that cannot be looked up at all
            raise TryLater(f"the host {address.host} cannot be found") from error
        if not found:
            raise TryLater(f"the host {address.host} has no address")
        return found

    def _is_allowed(self, ip: Ip) -> bool:
        return any(ip in network for network in self._allow)

    def _check_manners(self, address: Address, *, where: str) -> None:
        if address.scheme != "https" and not self._http:
            raise _bad(where, "it would go through the internet for everybody to read.", "Begin it with https://")
        port = address.port
        if (port < 1024 and port not in _WEB) or port in _OTHER_TONGUES:
            raise _bad(where, f"port {port} is not for this.", "Take the port of a web server: 443, or one above 1023.")


def read_address(url: str, *, where: str = "url") -> Address:
    """An address in parts, as one parser reads it; nothing is looked up. Raises BadAddress."""
    if len(url) > LONGEST:
        raise _bad(where, f"the address has {len(url)} characters.", f"{LONGEST} are the most.")
    if not url or re.search(r"[\s\\]", url) or not url.isprintable():
        raise _bad(where, "an address has no spaces, backslashes or invisible characters.", "Copy it once more, whole.")
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        what = "this is not how an address is written."
        raise _bad(where, what, "Write it like https://hooks.example.com/leads") from error
    if found.scheme not in {"http", "https"}:
        raise _bad(where, "the address does not say how to get there.", "Begin it with https://")
    if found.userinfo:
        what = "there is a name or a password in the address."
        raise _bad(where, what, "Leave out all that is before the @: what goes out is signed.")
    port = _default(found.scheme) if found.port is None else found.port
    if not 0 < port < 1 << 16:
        raise _bad(where, f"there is no port {port}.", "Ports are numbers from 1 to 65535.")
    return Address(found.scheme, _host(found.raw_host.decode("ascii"), where), port, found.raw_path.decode("ascii"))


def _host(written: str, where: str) -> str:
    """The host in its one form: lower case, no dot at the end; a number as it is commonly written."""
    host = written.lower().removesuffix(".")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    if _NUMBER.fullmatch(host):
        raise _bad(where, f"{written} is an unusual way to write a number.", "Write all four parts, like 192.0.2.1.")
    if not _HOST.fullmatch(host):
        raise _bad(
            where, "the address has no host that could be looked up.", "Write it like https://hooks.example.com/"
        )
    return host


def _default(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _refused(address: Address, ip: Ip, why: str, *, where: str) -> BadAddress:
    named = f"{ip} is" if address.host == str(ip) else f"{address.host} is {ip},"
    plain = str(ip).partition("%")[0]  # a link's name after it is no part of a network
    return _bad(where, f"{named} {why}.", _INSIDE.format(allow=ALLOW, network=plain))


def _bad(where: str, what: str, fix: str) -> BadAddress:
    return BadAddress(Fault(where=where, what=what, fix=fix))
