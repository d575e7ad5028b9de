"""What a form gives to a browser and gets back, signed, so that nobody can make one up and nothing need be kept.

A `Token` says when the form was drawn, and is good for one lead, however often it is sent. A `Ticket` lets whoever has
sent a form see what became of it, and choose a time to be called.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import Struct as Layout
from typing import Final, Protocol

from msgspec import Struct

from evenhand.actions.work import Sealer
from evenhand.core.model import DAY, Millis

OLDEST: Final = DAY  # of a token: a page that was open for longer is drawn anew
KEPT: Final = 2 * DAY  # so long a ticket shows anything
LONGEST: Final = 200  # characters

_TOKEN: Final = Layout(">qB9s")
_TICKET: Final = Layout(">qq")
_MAC: Final = 16


class Place(Protocol):
    """Where a form is: its workspace's desk."""

    @property
    def sealer(self) -> Sealer: ...
    @property
    def workspace(self) -> int: ...


class Token(Struct, frozen=True):
    """When a form was drawn. `quick`: its answers were there already, so that nobody needs time to type them."""

    at: Millis
    quick: bool
    nonce: bytes

    @property
    def id(self) -> str:
        """What the lead is called that is sent with it."""
        return self.nonce.hex()


class Ticket(Struct, frozen=True):
    """Whoever has sent a form. `lead` is 0 for one that was not taken."""

    lead: int
    at: Millis


def new_token(desk: Place, form: str, now: Millis, *, quick: bool = False) -> str:
    """A token for a form that is drawn now."""
    return _signed(desk, "form token", form, _TOKEN.pack(now, quick, os.urandom(9)))


def read_token(desk: Place, form: str, text: str) -> Token | None:
    """A token of this form; `None` for anything else."""
    found = _opened(desk, "form token", form, text)
    if found is None or len(found) != _TOKEN.size:
        return None
    at, quick, nonce = _TOKEN.unpack(found)
    return Token(at, bool(quick), nonce)


def new_ticket(desk: Place, form: str, ticket: Ticket) -> str:
    """A ticket as it stands in an address."""
    return _signed(desk, "form ticket", form, _TICKET.pack(ticket.lead, ticket.at))


def read_ticket(desk: Place, form: str, text: str, now: Millis) -> Ticket | None:
    """A ticket of this form that is not too old; `None` for anything else."""
    found = _opened(desk, "form ticket", form, text)
    if found is None or len(found) != _TICKET.size:
        return None
    ticket = Ticket(*_TICKET.unpack(found))
    return ticket if now - ticket.at <= KEPT else None


def _signed(desk: Place, kind: str, form: str, said: bytes) -> str:
    return urlsafe_b64encode(said + _mac(desk, kind, form, said)).decode().rstrip("=")


def _opened(desk: Place, kind: str, form: str, text: str) -> bytes | None:
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    said, mac = found[:-_MAC], found[-_MAC:]
    return said if hmac.compare_digest(mac, _mac(desk, kind, form, said)) else None


def _mac(desk: Place, kind: str, form: str, said: bytes) -> bytes:
    return desk.sealer.digest(kind, f"{form}\x1f{said.hex()}", workspace=desk.workspace)
