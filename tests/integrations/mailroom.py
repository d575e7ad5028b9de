# ruff: noqa: ARG002  aiosmtpd hands everything to each of these
"""A mail server of our own on this machine, that takes or refuses as a test wants."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mailroom:
    """`got` is what came in. What is said of a sender, a recipient, or a message may be changed at any time."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.raw: list[bytes] = []
        self.greeted: list[str] = []
        self.signed_in: list[str] = []
        self.of_sender = self.of_recipient = self.of_message = ""
        self.hangs_up = False

    async def handle_EHLO(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted.append(hostname)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hangs_up:
            self.hangs_up = False
            assert server.transport is not None
            server.transport.close()
        envelope.mail_from = address
        return self.of_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.of_recipient:
            envelope.rcpt_tos.append(address)
        return self.of_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.of_message:
            return self.of_message
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.to.append(envelope.rcpt_tos)
        self.got.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.signed_in.append(data.login.decode())
        return AuthResult(success=data.password == b"secret", handled=False)


@contextmanager
def delivering(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, password: bool = False
) -> Iterator[Mailroom]:
    room = Mailroom()
    with socket.create_server(("127.0.0.1", 0)) as free:
        room.port = free.getsockname()[1]
    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if password:
        options |= {"authenticator": room.check, "auth_require_tls": False}
    server = Controller(room, hostname="127.0.0.1", port=room.port, ssl_context=tls, **options)
    server.start()
    try:
        yield room
    finally:
        server.stop()
