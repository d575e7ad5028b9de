"""Which mail server to use, read from one address such as an environment variable can hold.

    smtp://user:password@mail.example.com:587/?from=Leads <leads@example.com>&reply_to=sales@example.com
    smtps://user:password@mail.example.com/?from=leads@example.com
    smtp://localhost:25/?tls=none&from=leads@example.com

`smtp` begins in the clear and changes over to TLS (`tls=starttls`, port 587), `smtps` speaks TLS from the first letter
(`tls=tls`, port 465), and `tls=none` never does (port 25). `from` is required. `timeout` is in seconds, for each step.
What is not a letter or a digit in a name or a password is written with percent signs (`p%40ss` for `p@ss`).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, cast, get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

from evenhand.errors import BadUsage, Fault

SMTP: Final = "EVENHAND_SMTP"  # the variable that an operator sets

Tls: TypeAlias = Literal["none", "starttls", "tls"]

_PORTS: Final[Mapping[Tls, int]] = {"none": 25, "starttls": 587, "tls": 465}
_SAID: Final = ("tls", "from", "reply_to", "timeout")
_LIKE: Final = "Write it like smtp://user:password@mail.example.com:587/?from=leads@example.com"
_NAMED: Final = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<box>[^<>]+)>\s*")
_LOCAL: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_MAILBOX: Final = re.compile(rf"(?!\.)(?!.*\.\.){_LOCAL}(?<!\.)@(?=.{{1,253}}\Z)[\w-]{{1,63}}(\.[\w-]{{1,63}})*")
_HERE: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_SLOWEST: Final = 120


class SmtpSettings(Struct, frozen=True, kw_only=True):
    """A mail server, how to sign in to it, and in whose name to write."""

    host: str
    port: int
    sender: str
    sender_name: str = "Evenhand"
    reply_to: str = ""
    tls: Tls = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 15.0

    def __repr__(self) -> str:
        """For logs: without the password."""
        user = f"{self.user}:***@" if self.user else ""
        return f"SmtpSettings({user}{self.host}:{self.port}, tls={self.tls}, from={self.sender})"


def plain_mailbox(text: str) -> str:
    """An address as every mail server takes it, its domain in ASCII; empty if it is none, or has more than an address.

    `ann@münchen.example` becomes `ann@xn--mnchen-3ya.example`.
    """
    if not text.isprintable() or _MAILBOX.fullmatch(text) is None:
        return ""
    local, _, domain = text.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return ""
    return plain if _MAILBOX.fullmatch(plain) else ""


def read_smtp(url: str, *, where: str = SMTP) -> SmtpSettings:
    """A mail server from its address, as the top of this module shows. Raises BadUsage, without the password in it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _bad(where, "this is not how the address of a mail server is written.") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise _bad(where, "this is not the address of a mail server.")
    said = _said(parts, where)
    tls = _tls(parts.scheme, said.get("tls", ""), where)
    sender_name, sender = _from(said.get("from", ""), where)
    return SmtpSettings(
        host=parts.hostname,
        port=_PORTS[tls] if port is None else port,
        tls=tls,
        sender=sender,
        sender_name=sender_name,
        reply_to=_reply_to(said.get("reply_to", ""), where),
        timeout=_seconds(said.get("timeout", "15"), where),
        user=unquote(parts.username or ""),
        password=_password(parts, tls, where),
    )


def _said(parts: SplitResult, where: str) -> dict[str, str]:
    if parts.path not in {"", "/"} or parts.fragment:
        raise _bad(where, "after the mail server's host there is something that means nothing here.")
    said = parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
    for name, _ in said:
        if name not in _SAID:
            raise _bad(where, f"{name!r} is nothing that can be said of a mail server.", f"Known: {', '.join(_SAID)}.")
    return dict(said)


def _tls(scheme: str, said: str, where: str) -> Tls:
    usual = "tls" if scheme == "smtps" else "starttls"
    tls = said or usual
    if tls not in get_args(Tls) or (scheme == "smtps" and tls != "tls"):
        fix = "Say tls=starttls, tls=tls or tls=none; with smtps:// it is always tls."
        raise _bad(where, f"tls={tls} cannot be.", fix)
    return cast("Tls", tls)


def _from(said: str, where: str) -> tuple[str, str]:
    found = _NAMED.fullmatch(said)
    name, box = (found["name"].strip('" '), found["box"]) if found else ("Evenhand", said.strip())
    plain = plain_mailbox(box)
    if not plain or not name.isprintable():
        fix = "Add from=leads@example.com or from=Leads <leads@example.com>"
        raise _bad(where, "there is no address of a sender.", fix)
    return name, plain


def _reply_to(said: str, where: str) -> str:
    plain = plain_mailbox(said)
    if said and not plain:
        raise _bad(where, f"reply_to={said!r} is no e-mail address.", "Write it like reply_to=sales@example.com")
    return plain


def _seconds(said: str, where: str) -> float:
    if not re.fullmatch(r"\d{1,3}", said, re.ASCII) or not 0 < int(said) <= _SLOWEST:
        raise _bad(where, f"timeout={said!r} is no time to wait.", f"Say whole seconds, from 1 to {_SLOWEST}.")
    return float(said)


def _password(parts: SplitResult, tls: Tls, where: str) -> str:
    password = unquote(parts.password or "")
    if password and not parts.username:
        raise _bad(where, "there is a password, but no name.", _LIKE)
    if not f"{unquote(parts.username or '')}{password}".isascii():
        what = "the name or the password has letters that mail servers are not sent."
        raise _bad(where, what, "Choose one of plain letters, digits and signs.")
    if parts.username and tls == "none" and not _HERE.fullmatch(parts.hostname or ""):
        raise _bad(where, "the password would go through the net for everybody to read.", "Leave out tls=none.")
    return password


def _bad(where: str, what: str, fix: str = _LIKE) -> BadUsage:
    return BadUsage(Fault(where=where, what=what, fix=fix))
