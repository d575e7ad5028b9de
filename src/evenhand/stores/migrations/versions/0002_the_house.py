"""Who may come in and by which door: users, sessions, keys, sources of leads, channels, webhooks; and accounts."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

OUT: Final = sa.text("state = 'waiting'")

BIG: Final[sa.types.TypeEngine[Any]] = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORDS: Final[sa.types.TypeEngine[Any]] = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BLOB: Final[sa.types.TypeEngine[Any]] = sa.LargeBinary()

NARROW: Final[Mapping[str, Any]] = {"sqlite_with_rowid": False}


def upgrade() -> None:
    _users()
    _keys()
    _doors()
    _channels()
    _endpoints()
    _deliveries()
    _errands()
    _accounts()


def big(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BIG, nullable=null)


def words(name: str) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=False)


def blob(name: str) -> sa.Column[Any]:
    return sa.Column(name, BLOB, nullable=False)


def key(name: str, kind: sa.types.TypeEngine[Any] = BIG) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def workspace() -> sa.Column[Any]:
    return sa.Column("workspace", sa.Integer, primary_key=True, autoincrement=False)


def _users() -> None:
    op.create_table(
        "users",
        workspace(),
        key("user"),
        words("email"),
        words("name"),
        words("role"),
        words("rep"),
        words("password"),
        words("subject"),
        big("since"),
        big("left", null=True),
    )
    op.create_index("users_by_email", "users", ["workspace", "email"], unique=True)
    op.create_table(
        "sessions",
        workspace(),
        key("digest", BLOB),
        big("user"),
        big("since"),
        big("seen"),
        big("expires"),
        words("via"),
        words("agent"),
        **NARROW,
    )
    op.create_index("sessions_of_user", "sessions", ["workspace", "user"])


def _keys() -> None:
    op.create_table(
        "tokens",
        workspace(),
        key("digest", BLOB),
        words("kind"),
        big("user"),
        big("lead"),
        big("decision"),
        words("rep"),
        big("since"),
        big("expires"),
        big("used", null=True),
        **NARROW,
    )
    op.create_table(
        "api_keys",
        workspace(),
        key("no"),
        blob("digest"),
        words("name"),
        words("role"),
        words("scopes"),
        big("since"),
        words("actor"),
        big("expires", null=True),
        big("revoked", null=True),
        big("used", null=True),
        **NARROW,
    )
    op.create_index("api_keys_by_digest", "api_keys", ["workspace", "digest"], unique=True)
    op.create_table("throttles", workspace(), key("digest", BLOB), big("since"), big("count"), **NARROW)


def _doors() -> None:
    op.create_table(
        "sources",
        workspace(),
        key("name", WORDS),
        words("kind"),
        blob("settings"),
        blob("box"),
        big("version"),
        big("since"),
        words("actor"),
        big("off", null=True),
    )


def _channels() -> None:
    op.create_table(
        "channels",
        workspace(),
        key("no"),
        words("owner"),
        big("place"),
        words("kind"),
        blob("box"),
        words("shown"),
        words("detail"),
        words("quiet"),
        words("kinds"),
        big("since"),
        words("actor"),
        big("off", null=True),
    )
    op.create_index("channels_of_owner", "channels", ["workspace", "owner"])


def _endpoints() -> None:
    op.create_table(
        "endpoints",
        workspace(),
        key("no"),
        words("url"),
        words("kinds"),
        words("detail"),
        blob("box"),
        big("since"),
        words("actor"),
        big("off", null=True),
        big("cursor"),
        big("attempts"),
        big("next"),
        big("leased"),
        words("error"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        workspace(),
        key("carrier", WORDS),
        key("subject", WORDS),
        key("attempt"),
        big("at"),
        big("took"),
        words("outcome"),
        words("said"),
        **NARROW,
    )
    op.create_index("deliveries_by_time", "deliveries", ["workspace", "at"])
    op.create_index("deliveries_of_carrier", "deliveries", ["workspace", "carrier", "at"])
    op.create_index("deliveries_of_subject", "deliveries", ["workspace", "subject"])


def _errands() -> None:
    op.create_table(
        "errands",
        workspace(),
        key("no"),
        words("kind"),
        words("source"),
        blob("body"),
        words("state"),
        big("at"),
        big("attempts"),
        big("next"),
        big("leased"),
        words("error"),
    )
    op.create_index("errands_out", "errands", ["workspace", "next"], sqlite_where=OUT, postgresql_where=OUT)
    op.create_index("errands_named", "errands", ["workspace", "source", "kind"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        workspace(),
        key("account", WORDS),
        words("name"),
        words("folded"),
        words("owner"),
        words("parent"),
        words("domains"),
        blob("body"),
        big("version"),
        big("since"),
        big("gone", null=True),
    )
    op.create_index("accounts_by_version", "accounts", ["workspace", "version", "account"])
