"""What hands a message over to the outside: to a mail server, or to a chat's vendor.

To add a way: a kind of channel (`actions/channels.py`), and what carries it in `app/carrying.py`.
"""

from typing import Literal, Protocol

from msgspec import Struct

from evenhand.core.model import Millis


class Parcel(Struct, frozen=True, kw_only=True):
    """A message in words, with where it goes. `id` is the same at every attempt; `at` is when it was so.

    text, html: for e-mail. short: for chat. tiny: for where hardly anything fits.
    """

    kind: Literal["email", "chat"]
    address: str
    name: str = ""
    id: str
    at: Millis
    subject: str
    text: str
    html: str = ""
    short: str = ""
    tiny: str = ""

    def __repr__(self) -> str:
        """For logs: neither the address nor the words."""
        return f"Parcel(kind={self.kind!r}, id={self.id!r})"


class Carrier(Protocol):
    """Hands messages over; threads may do so at the same time."""

    @property
    def has_mail(self) -> bool:
        """Whether e-mail can be sent."""
        ...

    def carry(self, parcel: Parcel) -> None:
        """Returns once it was taken. Raises TryLater and GiveUp."""
        ...
