"""Who may come in and by which door: users, sessions, keys, sources of leads, channels, webhooks; a struct a table.

None of it decides where a lead goes. There is little of it and it is read by key, so that one way of reading serves
every table. What is secret in it is sealed (`box`) or kept as a digest.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from evenhand.core.model import Millis

R = TypeVar("R", bound=Struct)

Role: TypeAlias = Literal["owner", "admin", "manager", "rep", "viewer"]
TokenKind: TypeAlias = Literal["sign in", "invitation", "answer"]
ErrandState: TypeAlias = Literal["waiting", "done", "dead"]
Told: TypeAlias = Literal["sent", "later", "dead"]


class UserRow(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in. Numbered by the event that brought them in.

    rep:      which person of the roster they are, if any.
    password: as argon2 encodes it; empty without one.
    subject:  issuer and subject at the identity provider, a line each; empty before the first sign-in by it.
    left:     since when they may no longer.
    """

    user: int
    email: str
    name: str = ""
    role: Role
    rep: str = ""
    password: str = ""
    subject: str = ""
    since: Millis
    left: Millis | None = None


class SessionRow(Struct, frozen=True, kw_only=True):
    """Somebody who has signed in, by the digest of what their browser holds. `seen` is kept to some minutes."""

    digest: bytes
    user: int
    since: Millis
    seen: Millis
    expires: Millis
    via: str = ""
    agent: str = ""


class TokenRow(Struct, frozen=True, kw_only=True):
    """A link that works once: to sign in, to follow an invitation, to answer an offer; by the digest of its secret."""

    digest: bytes
    kind: TokenKind
    user: int = 0
    lead: int = 0
    decision: int = 0
    rep: str = ""
    since: Millis
    expires: Millis
    used: Millis | None = None


class ApiKeyRow(Struct, frozen=True, kw_only=True):
    """A program that may come in, by the digest of its key. Numbered by the event that made it.

    scopes: what it may do, words with spaces between them; empty for everything that its role may.
    used:   when it was last used, to the hour.
    """

    no: int
    digest: bytes
    name: str
    role: Role
    scopes: str = ""
    since: Millis
    actor: str
    expires: Millis | None = None
    revoked: Millis | None = None
    used: Millis | None = None


class SourceRow(Struct, frozen=True, kw_only=True):
    """Where leads come in: a form or another product's webhook. `settings` is JSON, `box` its secrets, sealed."""

    name: str
    kind: str
    settings: bytes = b"{}"
    box: bytes = b""
    version: int = 1
    since: Millis
    actor: str
    off: Millis | None = None


class ChannelRow(Struct, frozen=True, kw_only=True):
    """A way to tell somebody. Of several the one with the lowest `place` is tried first.

    owner:  a person of the roster, or `desk` for whoever minds the desk.
    kind:   `email` or `chat`.
    box:    the address, sealed, for it may hold a secret; `shown` is as much of it as may be seen.
    detail: how much of a lead a message may show: `none`, `brief`, `full`.
    quiet:  hours of the owner's own zone in which messages wait: `22:00-07:00`.
    kinds:  what it is for, words with commas between them; empty for everything.
    """

    no: int
    owner: str
    place: int = 0
    kind: str
    box: bytes
    shown: str
    detail: str = "brief"
    quiet: str = ""
    kinds: str = ""
    since: Millis
    actor: str
    off: Millis | None = None


class EndpointRow(Struct, frozen=True, kw_only=True):
    """Somebody else's address that hears of every event of some kinds, in order.

    box:      the secrets that sign, sealed: the present one, the one before, until when that one still signs.
    cursor:   the last event that was delivered, or need not be.
    attempts: how often the next one has been tried; `next` is when to try it again, `leased` until when somebody is.
    """

    no: int
    url: str
    kinds: str = ""
    detail: str = "none"
    box: bytes
    since: Millis
    actor: str
    off: Millis | None = None
    cursor: int = 0
    attempts: int = 0
    next: Millis = 0
    leased: Millis = 0
    error: str = ""


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """One attempt to tell: by what (`channel 7`, `webhook 9`), of what (`message 12`, `event 300`), and how it went."""

    carrier: str
    subject: str
    attempt: int
    at: Millis
    took: Millis = 0
    outcome: Told
    said: str = ""


class ErrandRow(Struct, frozen=True, kw_only=True):
    """Something to fetch from elsewhere before a lead is complete. Numbered by its event; `body` is JSON."""

    no: int
    kind: str
    source: str
    body: bytes
    state: ErrandState = "waiting"
    at: Millis
    attempts: int = 0
    next: Millis = 0
    leased: Millis = 0
    error: str = ""


class ThrottleRow(Struct, frozen=True, kw_only=True):
    """How often something was tried in vain since a moment, by a digest of what was tried."""

    digest: bytes
    since: Millis
    count: int


class House(Protocol):
    """The rows of this module."""

    def one(self, kind: type[R], /, **where: object) -> R | None:
        """The row with these values; of several the first by key."""
        ...

    def every(self, kind: type[R], /, *, limit: int = 1000, **where: object) -> Sequence[R]:
        """All rows with these values, by key."""
        ...

    def latest(self, kind: type[R], by: str, /, *, limit: int = 100, **where: object) -> Sequence[R]:
        """The rows with these values whose column `by` is highest, highest first."""
        ...


class Housekeeping(House, Protocol):
    """The same, and writes of it that need no event: a session that was seen, an attempt that was made."""

    def write(self, *rows: Struct) -> None:
        """Add rows, or put them in the place of those with the same key."""
        ...

    def swap(self, before: R, after: R) -> bool:
        """Put a row in the place of another, if that is still there as it was; say whether it was."""
        ...

    def drop(self, kind: type[Struct], by: str, /, *, before: Millis) -> int:
        """Forget the rows whose column `by` is earlier than that, up to a thousand; how many those were."""
        ...
