"""What carries messages out of here: a mail server, if one is set up, and the vendors of chat.

Loading the latter takes the better part of a second, so it is left to the first message that goes that way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from queue import Empty, LifoQueue
from typing import Final, Protocol

from evenhand.errors import BadUsage, Fault, GiveUp
from evenhand.integrations.mailbox import SmtpSettings, read_smtp
from evenhand.integrations.smtp import Email, Mailer
from evenhand.ports.carrier import Parcel

CONNECTIONS: Final = 4  # to the mail server at the same time


class Chat(Protocol):
    """What we use of `integrations.chat`."""

    def send(self, url: str, title: str, body: str, *, tiny: str = "") -> None: ...


class Carriers:
    """Keeps the promise of `ports.carrier.Carrier`."""

    def __init__(self, smtp: SmtpSettings | None) -> None:
        self._smtp = smtp
        self._idle: LifoQueue[Mailer] = LifoQueue()
        if smtp is not None:
            for _ in range(CONNECTIONS):
                self._idle.put(Mailer(smtp))

    @property
    def has_mail(self) -> bool:
        """Whether there is a mail server."""
        return self._smtp is not None

    def carry(self, parcel: Parcel) -> None:
        """Hand it over. Raises TryLater and GiveUp."""
        if parcel.kind == "chat":
            load_chat().send(parcel.address, "", parcel.short, tiny=parcel.tiny)
            return
        if self._smtp is None:
            raise GiveUp("no mail server is set up: EVENHAND_SMTP names one")
        mailer = self._idle.get()
        try:
            mailer.send(_email(parcel))
        finally:
            self._idle.put(mailer)

    def close(self) -> None:
        """Say goodbye to the mail server."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return


@contextmanager
def opened_carriers(smtp: str) -> Iterator[Carriers]:
    """Whatever carries messages, by the address of a mail server, which may be empty. Raises BadUsage."""
    carriers = Carriers(read_smtp(smtp) if smtp else None)
    try:
        yield carriers
    finally:
        carriers.close()


def mail_trouble(smtp: str) -> list[Fault]:
    """What is wrong with the address of a mail server; whether one answers there is not asked."""
    try:
        if smtp:
            read_smtp(smtp)
    except BadUsage as error:
        return list(error.faults)
    return []


def _email(parcel: Parcel) -> Email:
    return Email(
        id=parcel.id,
        to=parcel.address,
        name=parcel.name,
        subject=parcel.subject,
        text=parcel.text,
        html=parcel.html,
        at=parcel.at,
    )


@lru_cache(maxsize=1)
def load_chat() -> Chat:
    """The vendors of chat, loaded with the first message that goes to one."""
    module: Chat = import_module("evenhand.integrations.chat")
    return module
