"""What the events of the house say: users, keys, channels, sources, accounts, webhooks ... See `event_bodies.py`."""

from msgspec import Struct

from evenhand.core.event_bodies import Count, Digest, Number, Person


class NewUser(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered as the event."""

    role: str
    rep: str


class User(Struct, frozen=True, forbid_unknown_fields=True):
    """Which user."""

    user: Number


class UserBack(Struct, frozen=True, forbid_unknown_fields=True):
    """Which user, and their role."""

    user: Number
    role: str


class UserChanged(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of what is different, and role and rep as they are now."""

    user: Number
    changed: tuple[str, ...]
    role: str
    rep: str


class KeyMade(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered as the event. No scopes: everything that the role may."""

    name: str
    role: str
    scopes: tuple[str, ...]


class KeyRevoked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which key."""

    key: Number
    name: str


class ChannelAdded(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered as the event. `owner` is who is told by it."""

    owner: Person
    kind: str


class Channel(Struct, frozen=True, forbid_unknown_fields=True):
    """Which channel, and who is told by it."""

    channel: Number
    owner: Person


class ChannelChanged(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of what is different."""

    channel: Number
    owner: Person
    changed: tuple[str, ...]


class SourceAdded(Struct, frozen=True, forbid_unknown_fields=True):
    """By its name, with the number of its settings' version."""

    source: str
    kind: str
    version: Number


class SourceChanged(Struct, frozen=True, forbid_unknown_fields=True):
    """`secrets` are the names of those that are different."""

    source: str
    kind: str
    version: Number
    secrets: tuple[str, ...]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """By its name."""

    source: str
    version: Number


class SourceTried(Struct, frozen=True, forbid_unknown_fields=True):
    """By its name, and what would have been decided."""

    source: str
    outcome: str


class SourceScreened(Struct, frozen=True, forbid_unknown_fields=True):
    """By its name, and what gave the machine away."""

    source: str
    why: str


class AccountsImported(Struct, frozen=True, forbid_unknown_fields=True):
    """How many accounts of one slice are new, and how many are different; `digest` is that of what was put in."""

    new: Count
    changed: Count
    digest: Digest


class AccountChanged(Struct, frozen=True, forbid_unknown_fields=True):
    """Which account, and whether it was not known before."""

    account: str
    new: bool


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """Which account."""

    account: str


class ErrandAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered as the event; `source` is whose sender is to be asked."""

    source: str


class Errand(Struct, frozen=True, forbid_unknown_fields=True):
    """Which errand."""

    source: str
    errand: Number


class ErrandDone(Struct, frozen=True, forbid_unknown_fields=True):
    """Which errand, and how many leads it has brought."""

    source: str
    errand: Number
    leads: Count


class ErrandDead(Struct, frozen=True, forbid_unknown_fields=True):
    """Which errand, and how often it was tried."""

    source: str
    errand: Number
    attempts: Count


class WebhookAdded(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbered as the event; `to` is the host, `kinds` what it hears of, empty for everything."""

    to: str
    kinds: tuple[str, ...]
    detail: str


class Webhook(Struct, frozen=True, forbid_unknown_fields=True):
    """Which webhook."""

    webhook: Number


class WebhookChanged(Struct, frozen=True, forbid_unknown_fields=True):
    """The names of what is different."""

    webhook: Number
    changed: tuple[str, ...]


class WebhookOff(Struct, frozen=True, forbid_unknown_fields=True):
    """`why` is empty if a person said so."""

    webhook: Number
    why: str = ""


class SentOnceMore(Struct, frozen=True, forbid_unknown_fields=True):
    """One event, or every event after `after`."""

    webhook: Number
    event: Number | None = None
    after: Number | None = None
