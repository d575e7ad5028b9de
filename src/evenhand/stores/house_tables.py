"""The tables of `ports/house.py`: who may come in, by which door, and how people are told. See `tables.py`."""

from typing import Final

from sqlalchemy import Index, LargeBinary, Table, literal_column

from evenhand.stores.tables import NARROW, WORDS, key_of, large, metadata, number, text, workspace

users: Final = Table(
    "users",
    metadata,
    workspace(),
    key_of("user"),
    text("email"),
    text("name"),
    text("role"),
    text("rep"),
    text("password"),
    text("subject"),
    number("since"),
    number("left", null=True),
)
Index("users_by_email", users.c.workspace, users.c.email, unique=True)

sessions: Final = Table(
    "sessions",
    metadata,
    workspace(),
    key_of("digest", LargeBinary()),
    number("user"),
    number("since"),
    number("seen"),
    number("expires"),
    text("via"),
    text("agent"),
    **NARROW,
)
Index("sessions_of_user", sessions.c.workspace, sessions.c.user)

tokens: Final = Table(
    "tokens",
    metadata,
    workspace(),
    key_of("digest", LargeBinary()),
    text("kind"),
    number("user"),
    number("lead"),
    number("decision"),
    text("rep"),
    number("since"),
    number("expires"),
    number("used", null=True),
    **NARROW,
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    workspace(),
    key_of("no"),
    large("digest"),
    text("name"),
    text("role"),
    text("scopes"),
    number("since"),
    text("actor"),
    number("expires", null=True),
    number("revoked", null=True),
    number("used", null=True),
    **NARROW,
)
Index("api_keys_by_digest", api_keys.c.workspace, api_keys.c.digest, unique=True)

sources: Final = Table(
    "sources",
    metadata,
    workspace(),
    key_of("name", WORDS),
    text("kind"),
    large("settings"),
    large("box"),
    number("version"),
    number("since"),
    text("actor"),
    number("off", null=True),
)

channels: Final = Table(
    "channels",
    metadata,
    workspace(),
    key_of("no"),
    text("owner"),
    number("place"),
    text("kind"),
    large("box"),
    text("shown"),
    text("detail"),
    text("quiet"),
    text("kinds"),
    number("since"),
    text("actor"),
    number("off", null=True),
)
Index("channels_of_owner", channels.c.workspace, channels.c.owner)

endpoints: Final = Table(
    "endpoints",
    metadata,
    workspace(),
    key_of("no"),
    text("url"),
    text("kinds"),
    text("detail"),
    large("box"),
    number("since"),
    text("actor"),
    number("off", null=True),
    number("cursor"),
    number("attempts"),
    number("next"),
    number("leased"),
    text("error"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    workspace(),
    key_of("carrier", WORDS),
    key_of("subject", WORDS),
    key_of("attempt"),
    number("at"),
    number("took"),
    text("outcome"),
    text("said"),
    **NARROW,
)
Index("deliveries_by_time", deliveries.c.workspace, deliveries.c.at)
Index("deliveries_of_carrier", deliveries.c.workspace, deliveries.c.carrier, deliveries.c.at)
Index("deliveries_of_subject", deliveries.c.workspace, deliveries.c.subject)

errands: Final = Table(
    "errands",
    metadata,
    workspace(),
    key_of("no"),
    text("kind"),
    text("source"),
    large("body"),
    text("state"),
    number("at"),
    number("attempts"),
    number("next"),
    number("leased"),
    text("error"),
)
_OUT: Final = errands.c.state == literal_column("'waiting'")
Index("errands_out", errands.c.workspace, errands.c.next, sqlite_where=_OUT, postgresql_where=_OUT)
Index("errands_named", errands.c.workspace, errands.c.source, errands.c.kind)

throttles: Final = Table(
    "throttles",
    metadata,
    workspace(),
    key_of("digest", LargeBinary()),
    number("since"),
    number("count"),
    **NARROW,
)
