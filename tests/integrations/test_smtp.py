"""E-mail as it arrives at a mail server of our own, and what its refusals mean."""

import socket
from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import GiveUp, TryLater
from evenhand.integrations.mailbox import SmtpSettings
from evenhand.integrations.smtp import IDLE, MOST, Email, Mailer, written
from tests.integrations.certificates import Trust, trust
from tests.integrations.mailroom import Mailroom, delivering
from tests.integrations.receiver import serving

pytestmark = pytest.mark.usefixtures("loopback")

SETTINGS = SmtpSettings(host="mail.example.com", port=25, sender="leads@example.com", reply_to="sales@example.com")
HELLO = Email(
    id="1-42",
    to="ann@example.com",
    name="Ann Lee",
    subject="Lead 7 is yours",
    text="Grüezi\n.\nFrom here\n",
    html="<p>Grüezi</p>",
    at=1_790_000_000_000,
)


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with delivering() as mailroom:
        yield mailroom


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("tls"), "127.0.0.1")


def settings(port: int, *, tls: str = "none", password: str = "") -> SmtpSettings:
    return SmtpSettings(
        host="127.0.0.1",
        port=port,
        sender="leads@example.com",
        sender_name="Evenhand, Inc.",
        reply_to="sales@example.com",
        tls=tls,  # type: ignore[arg-type]
        user="ann" if password else "",
        password=password,
        timeout=5,
    )


def email(to: str = "ann@example.com", message_id: str = "1-42") -> Email:
    return Email(id=message_id, to=to, subject="Hello", text="Hello", at=0)


# --- what arrives ----------------------------------------------------------------------------------------------------


def test_a_message_arrives_with_text_and_html(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        mailer.send(HELLO)
    (got,) = room.got
    parts = [part.get_content().replace("\r\n", "\n").strip() for part in got.iter_parts()]
    assert got.get_content_type() == "multipart/alternative"
    assert parts == ["Grüezi\n.\nFrom here", "<p>Grüezi</p>"]
    assert room.raw[0].isascii()
    assert room.greeted == ["example.com"]


def test_a_header_says_who_to_whom_when_and_that_a_program_wrote_it(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        mailer.send(HELLO)
    (got,) = room.got
    assert (got["From"], got["To"]) == ('"Evenhand, Inc." <leads@example.com>', "Ann Lee <ann@example.com>")
    assert (got["Reply-To"], got["Subject"]) == ("sales@example.com", "Lead 7 is yours")
    assert got["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"
    assert got["Auto-Submitted"] == "auto-generated"


def test_the_message_id_is_the_same_at_every_attempt(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        for _ in range(2):
            mailer.send(HELLO)
        mailer.send(email(message_id="1-43"))
    ids = [got["Message-ID"] for got in room.got]
    assert ids[0] == ids[1] == "<evenhand.1-42@example.com>"
    assert ids[2] != ids[0]


def test_text_alone_is_plain(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        mailer.send(email())
    assert room.got[0].get_content_type() == "text/plain"


def test_a_domain_with_other_letters_is_written_in_ascii(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        mailer.send(email("ann@münchen.example"))
    assert room.to == [["ann@xn--mnchen-3ya.example"]]


nasty = st.text(
    st.sampled_from('a Bc:\r\n\0\v\f\x1c\x85\u2028\u2029,;<>@"\\=?ü\U0001f600') | st.characters(codec="utf-8")
)


@given(subject=nasty, name=nasty, sender=nasty, message_id=nasty)
def test_nothing_adds_a_line_to_the_header(subject: str, name: str, sender: str, message_id: str) -> None:
    ours = SmtpSettings(host="a", port=25, sender="leads@example.com", sender_name=sender)
    wrote = Email(id=message_id, to="ann@example.com", name=name, subject=subject, text="Hello", at=0)
    header = written(wrote, ours).as_bytes().partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    names = [line.partition(b":")[0].decode() for line in header.split(b"\r\n")]
    known = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"]
    assert names == [*known, "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert b"\n" not in header.replace(b"\r\n", b"")


@given(nasty)
def test_a_name_adds_no_recipient(name: str) -> None:
    wrote = written(Email(id="1", to="ann@example.com", name=name, subject="a", text="b", at=0), SETTINGS)
    assert [each.addr_spec for each in wrote["To"].addresses] == ["ann@example.com"]


@pytest.mark.parametrize("to", ["", "ann", "ann@example.com\r\nRCPT TO:<x@example.com>", "a@b.example,c@d.example"])
def test_what_is_no_address_is_given_up_before_anybody_is_asked(to: str) -> None:
    with pytest.raises(GiveUp, match="no e-mail address"):
        Mailer(SETTINGS).send(email(to))


# --- how it gets there -----------------------------------------------------------------------------------------------


def test_starttls_is_spoken_before_the_password(trusted: Trust) -> None:
    with (
        delivering(starttls=trusted.server, password=True) as room,
        Mailer(settings(room.port, tls="starttls", password="secret"), tls=trusted.client) as mailer,
    ):
        mailer.send(email())
    assert (len(room.got), room.signed_in) == (1, ["ann"])


def test_tls_is_spoken_from_the_first_letter(trusted: Trust) -> None:
    with (
        delivering(tls=trusted.server) as room,
        Mailer(settings(room.port, tls="tls"), tls=trusted.client) as mailer,
    ):
        mailer.send(email())
    assert len(room.got) == 1


def test_a_server_without_starttls_gets_no_password() -> None:
    with delivering(password=True) as room, pytest.raises(TryLater, match="does not offer STARTTLS"):
        Mailer(settings(room.port, tls="starttls", password="secret")).send(email())
    assert room.signed_in == []


def test_a_certificate_that_nobody_signed_is_not_taken(trusted: Trust) -> None:
    with (
        delivering(starttls=trusted.server) as room,
        pytest.raises(TryLater, match="no certificate that can be trusted"),
    ):
        Mailer(settings(room.port, tls="starttls")).send(email())


def test_a_wrong_password_is_the_operators_to_mend() -> None:
    with delivering(password=True) as room, pytest.raises(TryLater, match="refused the name or the password: 535"):
        Mailer(settings(room.port, password="wrong")).send(email())


# --- one connection for many -----------------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_message(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        for number in range(3):
            mailer.send(email(message_id=str(number)))
    assert (len(room.got), len(room.greeted)) == (3, 1)


def test_a_connection_carries_so_many_messages_and_no_more(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        for number in range(MOST + 1):
            mailer.send(email(message_id=str(number)))
    assert (len(room.got), len(room.greeted)) == (MOST + 1, 2)


def test_a_connection_that_lay_idle_is_opened_anew(room: Mailroom) -> None:
    moments = iter([0.0, IDLE + 1, IDLE + 1])
    with Mailer(settings(room.port), clock=lambda: next(moments)) as mailer:
        mailer.send(email())
        mailer.send(email())
    assert len(room.greeted) == 2


def test_a_server_that_hung_up_in_between_is_asked_once_more(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        mailer.send(email(message_id="1"))
        room.hangs_up = True
        mailer.send(email(message_id="2"))
    assert (len(room.got), len(room.greeted)) == (2, 2)


def test_a_refusal_of_one_does_not_stop_the_next(room: Mailroom) -> None:
    with Mailer(settings(room.port)) as mailer:
        room.of_recipient = "550 5.1.1 no such person"
        with pytest.raises(GiveUp):
            mailer.send(email())
        room.of_recipient = ""
        mailer.send(email())
    assert len(room.got) == 1


# --- what a refusal means --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "said", "meant", "match"),
    [
        ("of_recipient", "550 5.1.1 no ann@example.com here", GiveUp, "refused the recipient: 550 5.1.1$"),
        ("of_recipient", "553 no", GiveUp, "refused the recipient: 553$"),
        ("of_recipient", "450 4.2.1 later", TryLater, "refused the recipient: 450 4.2.1$"),
        ("of_recipient", "452 full", TryLater, "refused the recipient: 452$"),
        ("of_message", "554 5.7.1 spam from Jo", GiveUp, "refused the message: 554 5.7.1$"),
        ("of_message", "451 4.3.0 later", TryLater, "refused the message: 451 4.3.0$"),
        ("of_sender", "550 5.7.1 not you", TryLater, "refused the sender: 550 5.7.1$"),
        ("of_sender", "421 4.3.2 going down", TryLater, "421|broke off"),
    ],
)
def test_a_refusal_is_final_if_it_is_about_the_recipient_or_the_message(
    room: Mailroom, where: str, said: str, meant: type[Exception], match: str
) -> None:
    setattr(room, where, said)
    with Mailer(settings(room.port)) as mailer, pytest.raises(meant, match=match):
        mailer.send(email())


def test_nobody_there_is_trouble_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater, match="cannot be reached"):
        Mailer(settings(port)).send(email())


def test_whoever_speaks_another_language_is_trouble_for_now() -> None:
    with (
        serving(lambda connection, _over: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port,
        pytest.raises(TryLater),
    ):
        Mailer(settings(port)).send(email())


def say_nothing(connection: socket.socket, over: Event) -> None:
    over.wait(5)


def test_whoever_says_nothing_is_left_in_time() -> None:
    with serving(say_nothing) as port:
        slow = SmtpSettings(host="127.0.0.1", port=port, sender="leads@example.com", tls="none", timeout=0.1)
        with pytest.raises(TryLater, match="in time"):
            Mailer(slow).send(email())
