"""The table of `ports/accounts.py`. See `tables.py`."""

from typing import Final

from sqlalchemy import Index, Table

from evenhand.stores.tables import WORDS, key_of, large, metadata, number, text, workspace

accounts: Final = Table(
    "accounts",
    metadata,
    workspace(),
    key_of("account", WORDS),
    text("name"),
    text("folded"),
    text("owner"),
    text("parent"),
    text("domains"),
    large("body"),
    number("version"),
    number("since"),
    number("gone", null=True),
)
Index("accounts_by_version", accounts.c.workspace, accounts.c.version, accounts.c.account)
