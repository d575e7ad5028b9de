"""E-mail, by whichever mail server the operator names.

A message has text and HTML, a `Message-ID` that is the same at every attempt, and says of itself that a program wrote
it, so that nobody's holiday notice answers. Nothing that it is made of can add a line to its header.
"""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as BY_SMTP
from email.utils import format_datetime
from threading import Lock
from types import TracebackType
from typing import Final, Self

import httpx
from msgspec import Struct

from evenhand.core.model import Millis
from evenhand.errors import GiveUp, NotSent, TryLater
from evenhand.integrations.mailbox import SmtpSettings, plain_mailbox

MOST: Final = 50  # messages by one connection; many servers count, and hang up
IDLE: Final = 30.0  # seconds after which a connection may be gone
_ENHANCED: Final = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463


class Email(Struct, frozen=True, kw_only=True):
    """A message to one person. `id` is the same at every attempt; `at` is when what it says was so."""

    id: str
    to: str
    name: str = ""
    subject: str
    text: str
    html: str = ""
    at: Millis


class Mailer:
    """Sends e-mail, one message at a time, and keeps the connection for the next ones. Threads take turns.

    tls:   whom to trust; those whom browsers trust, if nothing is said, or what SSL_CERT_FILE names.
    clock: seconds of any beginning, for how long the connection has lain idle.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._tls = tls or httpx.create_ssl_context()
        self._clock = clock
        self._lock = Lock()
        self._server: smtplib.SMTP | None = None
        self._sent = 0  # by this connection
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, email: Email) -> None:
        """Returns once the mail server has taken the message. Raises TryLater and GiveUp."""
        message = written(email, self._settings)
        with self._lock:
            try:
                self._hand_over(message, plain_mailbox(email.to))
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                raise _meaning(error) from error

    def close(self) -> None:
        """Say goodbye to the mail server. A later message opens a new connection."""
        with self._lock:
            self._drop()

    def _hand_over(self, message: EmailMessage, to: str) -> None:
        kept = self._kept()
        if kept is not None:
            try:
                return self._deliver(kept, message, to)
            except smtplib.SMTPServerDisconnected:  # it hung up in between: that says nothing about this message
                self._drop()
        return self._deliver(self._open(), message, to)

    def _deliver(self, server: smtplib.SMTP, message: EmailMessage, to: str) -> None:
        server.sendmail(self._settings.sender, [to], message.as_bytes())  # send_message() writes ">From" for "From"
        self._sent, self._last = self._sent + 1, self._clock()

    def _kept(self) -> smtplib.SMTP | None:
        """The connection that is open already, if it can be trusted still to be."""
        if self._server is not None and (self._sent >= MOST or self._clock() - self._last > IDLE):
            self._drop()
        return self._server

    def _open(self) -> smtplib.SMTP:
        self._sent = 0
        self._server = server = _connected(self._settings, self._tls)
        if self._settings.tls == "starttls":
            server.starttls(context=self._tls)
        if self._settings.user:
            server.login(self._settings.user, self._settings.password)
        return server

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def written(email: Email, settings: SmtpSettings) -> EmailMessage:
    """A message as it goes out. Raises GiveUp if it is for no address that mail can be sent to."""
    to = plain_mailbox(email.to)
    if not to:
        raise GiveUp("there is no e-mail address that could be written to")
    message = EmailMessage(policy=BY_SMTP)
    message["Subject"] = one_line(email.subject)
    message["From"] = Address(one_line(settings.sender_name), addr_spec=settings.sender)
    message["To"] = Address(one_line(email.name), addr_spec=to)
    if settings.reply_to:
        message["Reply-To"] = Address(addr_spec=settings.reply_to)
    message["Date"] = format_datetime(datetime.fromtimestamp(email.at // 1000, UTC))
    message["Message-ID"] = f"<{_atom(email.id)}@{settings.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message.set_content(email.text, cte="quoted-printable")
    if email.html:
        message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    """A text without anything that could end a line of a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _atom(text: str) -> str:
    """An id as a `Message-ID` can hold it."""
    return "evenhand." + re.sub(r"[^A-Za-z0-9_-]", "-", text)


def _connected(settings: SmtpSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    """A mail server on the line. We greet it by the sender's domain: to ask for this machine's name may take long."""
    ours = settings.sender.partition("@")[2]
    if settings.tls == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, local_hostname=ours, timeout=settings.timeout, context=tls
        )
    return smtplib.SMTP(settings.host, settings.port, local_hostname=ours, timeout=settings.timeout)


def _meaning(error: Exception) -> NotSent:
    """What an error means for the message. What the server says is left out, but for its codes: it may name people."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return _verdict(*next(iter(refused.values()), (450, b"")), "the recipient", is_final=True)
        case smtplib.SMTPDataError(smtp_code=code, smtp_error=said):
            return _verdict(code, said, "the message", is_final=True)
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=said):
            return _verdict(code, said, "the sender", is_final=False)  # the operator's to mend, for all messages
        case smtplib.SMTPAuthenticationError(smtp_code=code, smtp_error=said):
            return _verdict(code, said, "the name or the password", is_final=False)
        case smtplib.SMTPNotSupportedError():
            what = "offer STARTTLS" if "STARTTLS" in str(error) else "let us sign in as we do"
            return TryLater(f"the mail server does not {what}")
        case ssl.SSLCertVerificationError(verify_message=why):
            return TryLater(f"the mail server has no certificate that can be trusted: {why.removesuffix('.')}")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return _verdict(code, said, "us", is_final=False)
        case _ if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps some
            return TryLater("the mail server did not answer in time")
        case _:
            return TryLater("the mail server cannot be reached, or broke off the conversation")


def _verdict(code: int, said: bytes | str, whom: str, *, is_final: bool) -> NotSent:
    found = _ENHANCED.match(said if isinstance(said, bytes) else said.encode("ascii", "replace"))
    closer = f" {found[1].decode('ascii')}" if found else ""
    what = f"the mail server refused {whom}: {code}{closer}"
    return GiveUp(what) if is_final and code >= 500 else TryLater(what)
