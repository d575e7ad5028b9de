"""The sort of thing that a stranger tries, byte by byte, at a real port: refused with a 4xx, and nothing breaks."""

import re
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import pytest

from evenhand.stores.database import Database
from tests.service.examples import fresh
from tests.service.streaming import PATIENCE, Door, at_port
from tests.service.whole import whole

BIG: Final = "9" * 5_000
LEADS: Final = "/api/v1/leads"
JSON: Final = "Content-Type: application/json\r\n"
NINE: Final = "%D9%A1"  # a digit of another script

# What is asked: method, address, headers, body. The key of an admin comes with it.
TRIED: Final[dict[str, tuple[str, str, str, bytes]]] = {
    "an id of five thousand digits": ("GET", f"{LEADS}/{BIG}", "", b""),
    "an id beyond 64 bits": ("GET", f"{LEADS}/9223372036854775808", "", b""),
    "an id beyond what is exact in JSON": ("GET", f"{LEADS}/9007199254740993", "", b""),
    "a negative id": ("GET", f"{LEADS}/-1", "", b""),
    "no id": ("GET", f"{LEADS}/0", "", b""),
    "an id with a sign": ("GET", f"{LEADS}/%2B1", "", b""),
    "an id with an underscore": ("GET", f"{LEADS}/1_0", "", b""),
    "an id with spaces": ("GET", f"{LEADS}/%201%20", "", b""),
    "an id in other digits": ("GET", f"{LEADS}/{NINE}", "", b""),
    "an id with a fraction": ("GET", f"{LEADS}/1.0", "", b""),
    "an id with a zero byte": ("GET", f"{LEADS}/1%00", "", b""),
    "a name with a zero byte": ("GET", "/api/v1/reps/ann%00", "", b""),
    "a name that is no UTF-8": ("GET", "/api/v1/reps/%ff%fe", "", b""),
    "a name encoded twice": ("GET", "/api/v1/reps/%2561nn", "", b""),
    "a name of a megabyte": ("GET", f"/api/v1/reps/{'a' * 1_000_000}", "", b""),
    "a path upwards": ("GET", f"{LEADS}/../../../etc/passwd", "", b""),
    "a path upwards, encoded": ("GET", f"{LEADS}/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "", b""),
    "a path with backslashes": ("GET", "/api/v1/policy/drafts/..%5c..%5cetc", "", b""),
    "a path with a line break": ("GET", "/api/v1/reps/ann%0d%0aSet-Cookie:%20a=b", "", b""),
    "a query with a zero byte": ("GET", f"{LEADS}?rep=%00", "", b""),
    "a query with a zero byte in a name": ("GET", f"{LEADS}?%00=1&q=x", "", b""),
    "a query of a megabyte": ("GET", f"{LEADS}?rep={'a' * (1 << 20)}", "", b""),
    "a limit in other digits": ("GET", f"{LEADS}?limit={NINE}", "", b""),
    "a limit of nothing": ("GET", f"{LEADS}?limit=0", "", b""),
    "a limit without end": ("GET", f"{LEADS}?limit={BIG}", "", b""),
    "a cursor of one's own": ("GET", f"{LEADS}?after=WzEsIDIsIDNd", "", b""),
    "a cursor with huge numbers": ("GET", f"{LEADS}?after=WzFlNDAwLCAxZTQwMF0", "", b""),
    "a cursor beyond 64 bits": ("GET", f"{LEADS}?after=WzEsOTk5OTk5OTk5OTk5OTk5OTk5OTld", "", b""),
    "a cursor far below 0": ("GET", f"{LEADS}?after=Wy05OTk5OTk5OTk5OTk5OTk5OTk5OSwxXQ", "", b""),
    "a cursor of another list": ("GET", "/api/v1/pools?after=LTU", "", b""),
    "an After that is no number": ("GET", "/api/v1/events?after=1e9", "", b""),
    "a tag of rubbish": ("PATCH", "/api/v1/reps/ann", f'{JSON}If-Match: W/"\\"", ,,\x01\r\n', b'{"caps.open": 1}'),
    "a tag of another": ("PATCH", "/api/v1/reps/ann", f'{JSON}If-Match: "x"\r\n', b'{"caps.open": 1}'),
    "two lengths": ("POST", LEADS, f"{JSON}Content-Length: 2\r\nContent-Length: 40\r\n", b"{}"),
    "a length and chunks": ("POST", LEADS, f"{JSON}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "a length of words": ("POST", LEADS, f"{JSON}Content-Length: two\r\n", b"{}"),
    "a negative length": ("POST", LEADS, f"{JSON}Content-Length: -2\r\n", b"{}"),
    "a header with a zero byte": ("GET", LEADS, "X: a\x00b\r\n", b""),
    "a header without a name": ("GET", LEADS, ": nothing\r\n", b""),
    "a body that is no JSON": ("POST", LEADS, JSON, b"{"),
    "a body that is no UTF-8": ("POST", LEADS, JSON, b'{"name": "\xff"}'),
    "a body with half a character": ("POST", "/api/v1/leads/1/notes", JSON, b'{"text": "\\ud800"}'),
    "a body with a zero byte": ("POST", "/api/v1/reps", JSON, b'{"id": "a\\u0000b"}'),
    "a body that is a list": ("POST", LEADS, JSON, b"[]"),
    "a body ten thousand deep": ("POST", "/api/v1/reps", JSON, b'{"id":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "a lead ten thousand deep": ("POST", LEADS, JSON, b'{"email":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
    "a number without end": ("POST", "/api/v1/pools/north/corrections", JSON, b'{"rep":"ann","leads":1e400,"why":"x"}'),
    "a number of 4,000 digits": (
        "POST",
        "/api/v1/pools/north/corrections",
        JSON,
        b'{"rep":"ann","leads":' + b"9" * 4_000 + b',"why":"x"}',
    ),
    "an amount without end": ("POST", f"{LEADS}/1/close", JSON, b'{"ending": "won", "amount": 1e999999999}'),
    "no number": ("POST", f"{LEADS}/1/close", JSON, b'{"ending": "won", "amount": "NaN"}'),
    "a field that is none": ("POST", f"{LEADS}/1/snooze", JSON, b'{"until": "2h", "untill": "3h"}'),
    "a year to come": ("POST", f"{LEADS}/1/respond", JSON, b'{"at": "9999-12-31T23:59:59Z"}'),
    "a year that has not been": ("POST", f"{LEADS}/1/snooze", JSON, b'{"until": "0000-01-01T00:00Z"}'),
    "a very long while": ("POST", f"{LEADS}/1/snooze", JSON, b'{"until": "99999999999999999d"}'),
    "another kind of body": ("POST", "/api/v1/webhooks", "Content-Type: application/xml\r\n", b"<url/>"),
    "another method": ("TRACE", LEADS, "", b""),
    "a method of one's own": ("FETCH", LEADS, "", b""),
    "a path that is none": ("GET", "/api/v2/leads", "", b""),
    "an address inside": ("POST", "/api/v1/webhooks", JSON, b'{"url": "http://169.254.169.254/latest/meta-data"}'),
    "a session of nobody": ("DELETE", "/api/v1/me/sessions/%00", "", b""),
    "a file for a name": ("GET", "/f/..%2f..%2fetc%2fpasswd", "", b""),
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, str]]:
    url, passes = fresh(tmp_path_factory.mktemp("hostile"))
    database = Database(url)
    with whole(database, passes) as served, at_port(served) as opened:
        yield opened, passes.headers["key"]["Authorization"]
    database.close()


def said(door: tuple[Door, str], method: str, path: str, headers: str, body: bytes) -> tuple[int, str]:
    """The status and the whole of what comes back; 0 for a line that is cut."""
    where, key = door
    host, port = urlsplit(where.url).netloc.rsplit(":", 1)
    length = "" if "Content-Length" in headers or not body else f"Content-Length: {len(body)}\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {key}\r\n{length}{headers}\r\n"
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
        try:
            line.sendall(head.encode("latin-1") + body)
            answer = b"".join(iter(lambda: line.recv(65_536), b""))
        except ConnectionError:
            return 0, ""
    status = re.match(rb"HTTP/1.1 (\d+)", answer)
    return int(status[1]) if status else 0, answer.decode("latin-1")


@pytest.mark.parametrize("name", TRIED)
def test_a_stranger_gets_nowhere(loopback: None, door: tuple[Door, str], name: str) -> None:
    status, text = said(door, *TRIED[name])
    if not status and "megabyte" in name:
        return  # the line was cut before all of it was sent
    assert 400 <= status < 500, (status, text[:500])
    assert "Traceback" not in text
    assert "\r\nset-cookie" not in text.lower()
    is_ours = "application/problem+json" in text
    assert is_ours or "Invalid HTTP request" in text or status in {413, 414, 431} or "/f/" in TRIED[name][1], text[:300]


def test_afterwards_everything_works(loopback: None, door: tuple[Door, str]) -> None:
    status, text = said(door, "GET", "/api/v1/leads/1", "", b"")
    assert (status, "Personmark1x" in text) == (200, True)
