"""Requests as they go out, to servers of our own: where they arrive, how long they may take, what an answer means."""

import socket
from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import DAY
from evenhand.errors import GiveUp, TryLater
from evenhand.integrations.guard import Guard, look_up, read_networks
from evenhand.integrations.http import Client, Limits, retry_after
from tests.integrations.certificates import Trust, trust
from tests.integrations.receiver import Receiver, Says, Talk, receiving, serving

pytestmark = pytest.mark.usefixtures("loopback")

HERE = read_networks("127.0.0.1")
QUICK = Limits(connect=2, read=2, total=5, most=1000)
NOW = 1_790_000_000_000


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("tls"), "hooks.example.com", "127.0.0.1")


@pytest.fixture
def safe(trusted: Trust) -> Iterator[Receiver]:
    trusted.asked.clear()
    with receiving(trusted.server) as receiver:
        yield receiver


def client(limits: Limits = QUICK) -> Client:
    return Client(Guard(HERE), limits=limits, clock=lambda: NOW)


def named(trusted: Trust, *found: str) -> Client:
    """A client for which every name stands for these addresses."""
    return Client(Guard(HERE, resolve=lambda _host, _port: found or ["127.0.0.1"]), limits=QUICK, tls=trusted.client)


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_a_body_arrives_with_its_headers(server: Receiver) -> None:
    answer = client().post(server.url("/leads?a=1"), b'{"x": 1}', {"Webhook-Id": "7", "Content-Type": "text/x"})
    assert (answer.status, answer.body, answer.whole) == (200, b"{}", True)
    (got,) = server.got
    assert (got.method, got.path, got.body) == ("POST", "/leads?a=1", b'{"x": 1}')
    assert (got.headers["webhook-id"], got.headers["content-type"]) == ("7", "text/x")
    assert got.headers["user-agent"].startswith("Evenhand/")


def test_nobody_else_says_what_is_ours_to_say(server: Receiver) -> None:
    theirs = {"Host": "evil.example", "Content-Length": "1", "transfer-encoding": "chunked", "Accept-Encoding": "gzip"}
    client().post(server.url(), b"whole", theirs)
    (got,) = server.got
    assert got.body == b"whole"
    assert got.headers["host"] == f"127.0.0.1:{server.port}"
    assert got.headers["accept-encoding"] == "identity"
    assert "transfer-encoding" not in got.headers


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\x00", "Zoë \N{SNOWMAN}"])
def test_no_header_adds_another_one(server: Receiver, value: str) -> None:
    with pytest.raises(GiveUp, match="cannot be put into HTTP"):
        client().post(server.url(), b"", {"X-Name": value})
    assert server.got == []


def test_a_proxy_of_the_environment_is_not_asked(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9/")
    assert client().get(server.url()).status == 200


# --- where it goes ---------------------------------------------------------------------------------------------------


def test_the_name_is_kept_while_the_checked_address_is_connected_to(safe: Receiver, trusted: Trust) -> None:
    url = safe.url("/hook", host="hooks.example.com", scheme="https")
    assert named(trusted).post(url, b"{}").status == 200
    assert trusted.asked == ["hooks.example.com"]
    assert safe.got[0].headers["host"] == f"hooks.example.com:{safe.port}"


def test_a_certificate_for_another_name_is_not_taken(safe: Receiver, trusted: Trust) -> None:
    with pytest.raises(TryLater, match=r"other\.example\.com has no certificate that can be trusted"):
        named(trusted).post(safe.url(host="other.example.com", scheme="https"), b"{}")
    assert safe.got == []


def test_a_certificate_that_nobody_signed_is_not_taken(safe: Receiver) -> None:
    with pytest.raises(TryLater, match="no certificate that can be trusted"):
        client().post(safe.url(scheme="https"), b"{}")


def test_a_number_is_checked_against_the_certificate_too(safe: Receiver, trusted: Trust) -> None:
    assert named(trusted).get(safe.url(scheme="https")).status == 200


def test_a_server_that_speaks_no_tls_is_said_to(server: Receiver, trusted: Trust) -> None:
    with pytest.raises(TryLater, match="does not speak TLS"):
        named(trusted).post(server.url(scheme="https"), b"{}")


def test_a_name_that_moves_inside_after_it_was_checked_is_not_followed(server: Receiver) -> None:
    """DNS rebinding: a good address for whoever checks, this machine for whoever connects."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    moving = Guard(http=True, resolve=lambda _host, _port: next(answers))
    url = server.url(host="moving.example.com")
    moving.check(url)
    with pytest.raises(GiveUp, match=r"moving\.example\.com is 127\.0\.0\.1, this machine itself"):
        Client(moving, limits=QUICK).post(url, b"{}")
    assert server.got == []


def test_one_look_up_is_all_there_is_for_a_request(server: Receiver) -> None:
    """What would be found by a second one is never connected to."""
    answers = iter([["127.0.0.1"]])
    once = Guard(HERE, resolve=lambda _host, _port: next(answers))
    assert Client(once, limits=QUICK).post(server.url(host="moving.example.com"), b"{}").status == 200


def test_the_next_address_is_tried_if_one_does_not_answer(server: Receiver) -> None:
    two = Guard(read_networks("127.0.0.0/8"), resolve=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
    assert Client(two, limits=QUICK).get(server.url(host="two.example.com")).status == 200


def test_nothing_is_sent_into_the_house() -> None:
    with receiving() as server, pytest.raises(GiveUp, match="this machine itself"):
        Client(Guard()).post(server.url(), b"secret")
    assert server.got == []


def test_what_this_machine_looks_up_is_what_is_connected_to(server: Receiver) -> None:
    local = Client(Guard(read_networks("127.0.0.0/8 ::1"), resolve=look_up), limits=QUICK)
    assert local.get(server.url(host="localhost")).status == 200


# --- what an answer means --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_yes_is_an_answer(server: Receiver, status: int) -> None:
    server.says = Says(status, (("X-Request-Id", "a"), ("X-Request-Id", "b")), b"")
    answer = client().post(server.url(), b"{}")
    assert (answer.status, answer.headers["x-request-id"]) == (status, "a, b")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 451])
def test_a_no_is_final(server: Receiver, status: int) -> None:
    server.says = Says(status)
    with pytest.raises(GiveUp, match=rf"127\.0\.0\.1 answered {status}"):
        client().post(server.url("/secret-path"), b"{}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_not_now_is_tried_again(server: Receiver, status: int) -> None:
    server.says = Says(status, (("Retry-After", "90"),))
    with pytest.raises(TryLater, match=str(status)) as error:
        client().post(server.url(), b"{}")
    assert error.value.after == 90_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_sends_us_elsewhere(server: Receiver, status: int) -> None:
    server.says = Says(status, (("Location", server.url("/elsewhere")),))
    with pytest.raises(GiveUp, match="we do not follow"):
        client().post(server.url("/here"), b"{}")
    assert [got.path for got in server.got] == ["/here"]


def test_any_answer_can_be_looked_at(server: Receiver) -> None:
    server.says = Says(418, (), b"teapot")
    answer = client().ask("GET", server.url())
    assert (answer.status, answer.body) == (418, b"teapot")


def test_a_body_is_read_no_further_than_the_limit(server: Receiver) -> None:
    server.says = Says(200, (), b"a" * 5000)
    answer = client().post(server.url(), b"{}")
    assert (answer.body, answer.whole) == (b"a" * 1000, False)
    with pytest.raises(GiveUp, match="more than 1000 bytes"):
        client().get(server.url())


def test_a_packed_body_stays_packed(server: Receiver) -> None:
    server.says = Says(200, (("Content-Encoding", "gzip"),), b"\x1f\x8bnonsense")
    assert client().get(server.url()).body == b"\x1f\x8bnonsense"


# --- what can happen on the way --------------------------------------------------------------------------------------


def drip(connection: socket.socket, over: Event) -> None:
    """A letter of a header now and then, without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.01):
        try:
            connection.sendall(b"a")
        except OSError:
            return


def drip_body(connection: socket.socket, over: Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(connection, over)


def say_nothing(connection: socket.socket, over: Event) -> None:
    over.wait(5)


def hang_up(connection: socket.socket, over: Event) -> None:
    connection.recv(10)


def babble(connection: socket.socket, over: Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"220 mail.example.com ESMTP\r\n")


def break_off(connection: socket.socket, over: Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize("talk", [drip, drip_body, say_nothing])
def test_whoever_takes_too_long_is_left_in_time(talk: Talk) -> None:
    with serving(talk) as port, pytest.raises(TryLater, match="did not answer in time"):
        client(Limits(connect=1, read=1, total=0.2)).post(f"http://127.0.0.1:{port}/", b"{}")


@pytest.mark.parametrize("talk", [hang_up, babble, break_off])
def test_whoever_breaks_off_is_asked_again_later(talk: Talk) -> None:
    with serving(talk) as port, pytest.raises(TryLater, match="broke off the conversation"):
        client().post(f"http://127.0.0.1:{port}/", b"{}")


def test_nobody_there_is_trouble_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater, match=r"127\.0\.0\.1 cannot be reached"):
        client().post(f"http://127.0.0.1:{port}/", b"{}")


def test_an_unknown_host_is_trouble_for_now() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError(host, port)

    with pytest.raises(TryLater, match="cannot be found"):
        Client(Guard(resolve=unknown)).post("https://nowhere.example/", b"{}")


def test_what_is_no_address_is_given_up() -> None:
    with pytest.raises(GiveUp, match="does not say how to get there"):
        client().post("file:///etc/passwd", b"{}")


# --- Retry-After -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("999999999999999", DAY),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30_000),
        ("Mon, 21 Sep 2026 14:13:50 -0000", 30_000),
        ("Mon, 21 Sep 2020 14:13:50 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("", 0),
    ],
)
def test_how_long_to_wait_is_read_from_seconds_or_a_date(text: str, ms: int) -> None:
    assert retry_after(text, NOW) == ms


@given(st.text())
def test_whatever_a_server_asks_for_is_a_day_at_the_most(text: str) -> None:
    assert 0 <= retry_after(text, NOW) <= DAY
