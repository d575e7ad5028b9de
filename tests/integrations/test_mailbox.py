"""The address of a mail server, and of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import BadUsage
from evenhand.integrations.mailbox import SmtpSettings, plain_mailbox, read_smtp

FROM = "from=leads@example.com"


def test_everything_can_be_said() -> None:
    said = "from=Leads <leads@example.com>&reply_to=sales%2Bhot@example.com&timeout=30&tls=starttls"
    assert read_smtp(f"smtp://ann%40example.com:p%40ss:w%2Frd@Mail.example.com:2525/?{said}") == SmtpSettings(
        host="mail.example.com",
        port=2525,
        tls="starttls",
        user="ann@example.com",
        password="p@ss:w/rd",
        sender="leads@example.com",
        sender_name="Leads",
        reply_to="sales+hot@example.com",
        timeout=30,
    )


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mail.example.com?", "starttls", 587),
        ("smtps://mail.example.com/?", "tls", 465),
        ("smtp://mail.example.com/?tls=tls&", "tls", 465),
        ("smtp://mail.example.com/?tls=none&", "none", 25),
        ("smtp://[::1]:1025/?tls=none&", "none", 1025),
    ],
)
def test_the_port_follows_from_how_tls_is_spoken(url: str, tls: str, port: int) -> None:
    settings = read_smtp(url + FROM)
    assert (settings.tls, settings.port) == (tls, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com/?from=a@b.example",
        "smtp:///?from=a@b.example",
        "smtp://mail.example.com",
        "smtp://mail.example.com/?from=",
        "smtp://mail.example.com/?from=leads",
        "smtp://mail.example.com/?from=a@b.example%0d%0aBcc: x@y.example",
        "smtp://mail.example.com/?from=Leads%0d%0aBcc: <a@b.example>",
        "smtp://mail.example.com/inbox?from=a@b.example",
        "smtp://mail.example.com:port/?from=a@b.example",
        "smtp://mail.example.com:99999/?from=a@b.example",
        "smtp://mail.example.com/?from=a@b.example&tls=ssl",
        "smtps://mail.example.com/?from=a@b.example&tls=none",
        "smtp://mail.example.com/?from=a@b.example&form=b",
        "smtp://mail.example.com/?from=a@b.example&timeout=0",
        "smtp://mail.example.com/?from=a@b.example&timeout=121",
        "smtp://mail.example.com/?from=a@b.example&timeout=soon",
        "smtp://mail.example.com/?from=a@b.example&reply_to=nobody",
        "smtp://:secret@mail.example.com/?from=a@b.example",
        "smtp://ann:secret@mail.example.com/?from=a@b.example&tls=none",
        "smtp://ann:s%C3%A9cret@mail.example.com/?from=a@b.example",
        "smtp://[::1/?from=a@b.example",
    ],
)
def test_what_cannot_be_used_says_where_what_and_how_to_mend_it(url: str) -> None:
    with pytest.raises(BadUsage) as error:
        read_smtp(url)
    (fault,) = error.value.faults
    assert fault.where == "EVENHAND_SMTP"
    assert fault.what
    assert fault.fix
    assert "secret" not in str(fault)


def test_a_password_may_go_in_the_clear_on_this_machine_only() -> None:
    assert read_smtp(f"smtp://ann:secret@127.0.0.1/?tls=none&{FROM}").password == "secret"
    with pytest.raises(BadUsage, match="for everybody to read"):
        read_smtp(f"smtp://ann:secret@127.0.0.1.example.com/?tls=none&{FROM}")


def test_settings_do_not_show_the_password() -> None:
    shown = repr(read_smtp(f"smtp://ann:secret@mail.example.com/?{FROM}"))
    assert "secret" not in shown
    assert "ann:***@mail.example.com:587" in shown


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ann@example.com", "ann@example.com"),
        ("o'brien+x@mail.example.com", "o'brien+x@mail.example.com"),
        ("ann@localhost", "ann@localhost"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
        ("zoë@example.com", ""),
        ("ann", ""),
        ("@example.com", ""),
        ("ann@", ""),
        ("ann@@example.com", ""),
        ("Ann <ann@example.com>", ""),
        ("ann@example.com,bob@example.com", ""),
        ("ann@example.com\r\nBcc: x@example.com", ""),
        ("ann@example.com\n", ""),
        ("ann smith@example.com", ""),
        ('"ann"@example.com', ""),
        (".ann@example.com", ""),
        ("a..b@example.com", ""),
        ("ann@exa..mple.com", ""),
        ("a" * 65 + "@example.com", ""),
    ],
)
def test_an_address_is_one_that_every_mail_server_takes(text: str, plain: str) -> None:
    assert plain_mailbox(text) == plain


@given(st.text() | st.from_regex(r"[a-z.\s]{1,5}@[a-zä-ü.\s-]{1,9}"))
def test_an_address_never_holds_more_than_one_line_or_one_address(text: str) -> None:
    plain = plain_mailbox(text)
    assert plain.isascii()
    assert plain.count("@") <= 1
    assert not set(plain) & set(' \r\n\t,;<>"')
    assert plain_mailbox(plain) == plain
