"""The first tables of the durable desk.

What identifies a person who may buy is in `persons`, `identities` and `notes`, and nowhere else.
"""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

OPEN: Final = sa.text("state IN ('assigned', 'held', 'offered', 'waiting', 'working')")
LIVE: Final = sa.text("ended IS NULL")
UNSENT: Final = sa.text("state = 'waiting'")
DEAD: Final = sa.text("state = 'dead'")
ABOUT: Final = sa.text("decision > 0")

BIG: Final[sa.types.TypeEngine[Any]] = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORDS: Final[sa.types.TypeEngine[Any]] = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BLOB: Final[sa.types.TypeEngine[Any]] = sa.LargeBinary()

NARROW: Final[Mapping[str, Any]] = {"sqlite_with_rowid": False}
ROOMY: Final[Mapping[str, Any]] = {"postgresql_with": {"fillfactor": "50"}}


def upgrade() -> None:
    _installation()
    _leads()
    _identities()
    _decisions()
    _assignments()
    _offers()
    _world()
    _agenda()
    _messages()
    _story()
    _texts()
    _findings()


def big(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BIG, nullable=null)


def words(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=null)


def blob(name: str) -> sa.Column[Any]:
    return sa.Column(name, BLOB, nullable=False)


def key(name: str, kind: sa.types.TypeEngine[Any] = BIG) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def workspace() -> sa.Column[Any]:
    return key("workspace", sa.Integer())


def index(name: str, table: str, columns: str, *, where: sa.TextClause | None = None, unique: bool = False) -> None:
    """An index that begins with the workspace; `where` makes it one of some rows only."""
    every = ["workspace", *columns.split()]
    op.create_index(name, table, every, unique=unique, sqlite_where=where, postgresql_where=where)


def _installation() -> None:
    op.create_table("installation", key("name", WORDS), blob("value"))
    op.create_table("workspaces", workspace(), words("name"), big("created"), sa.UniqueConstraint("name"))
    op.create_table(
        "routers",
        workspace(),
        big("version"),
        big("now"),
        big("leads"),
        big("decisions"),
        big("events"),
        big("entries"),
        big("messages"),
        blob("link"),
        words("policy"),
        words("roster"),
        **ROOMY,
    )


def _leads() -> None:
    op.create_table(
        "leads",
        workspace(),
        key("lead"),
        words("state"),
        words("source"),
        big("received"),
        big("rank"),
        big("worth"),
        words("rep", null=True),
        words("pool"),
        words("rule"),
        words("policy"),
        big("decision"),
        big("since", null=True),
        big("due", null=True),
        big("accepted", null=True),
        big("responded", null=True),
        big("touched", null=True),
        big("snoozed", null=True),
        big("closed", null=True),
        words("closing", null=True),
        big("amount", null=True),
        big("merged", null=True),
        blob("fields"),
        blob("memory"),
    )
    index("leads_of_rep", "leads", "rep due lead", where=OPEN)
    index("leads_in_state", "leads", "state rank lead")
    index("leads_under_policy", "leads", "policy lead", where=OPEN)


def _identities() -> None:
    op.create_table("persons", workspace(), key("lead"), blob("key"), blob("box"))
    op.create_table("identities", workspace(), key("digest", BLOB), key("lead"), big("via"), **NARROW)
    index("identities_of_lead", "identities", "lead")
    op.create_table("keys", workspace(), key("key", WORDS), blob("digest"), big("lead"), big("at"), **NARROW)
    index("keys_by_age", "keys", "at")


def _decisions() -> None:
    op.create_table(
        "decisions",
        workspace(),
        key("seq"),
        big("lead"),
        big("at"),
        words("outcome"),
        words("rep", null=True),
        big("superseded_by", null=True),
        blob("record"),
    )
    index("decisions_of_lead", "decisions", "lead seq")


def _assignments() -> None:
    op.create_table(
        "assignments",
        workspace(),
        key("seq"),
        big("lead"),
        words("rep"),
        words("pool"),
        big("since"),
        big("due", null=True),
        big("responded", null=True),
        big("ended", null=True),
        words("ending"),
        **NARROW,
    )
    index("assignment_now", "assignments", "lead", where=LIVE, unique=True)
    index("assignments_of_lead", "assignments", "lead seq")
    index("assignments_of_rep", "assignments", "rep since")


def _offers() -> None:
    op.create_table(
        "offers",
        workspace(),
        key("rep", WORDS),
        key("lead"),
        big("seq"),
        big("rank"),
        sa.Column("blind", sa.Boolean, nullable=False),
        big("expires", null=True),
        **NARROW,
    )
    index("offers_of_lead", "offers", "lead")
    index("offers_by_rank", "offers", "rep rank lead")


def _world() -> None:
    op.create_table("ledgers", workspace(), key("pool", WORDS), big("seq"), blob("body"), **ROOMY)
    op.create_table(
        "entries",
        workspace(),
        key("no"),
        words("pool"),
        big("seq"),
        big("after"),
        words("kind"),
        big("at"),
        blob("body"),
        big("decision"),
    )
    index("entries_of_decision", "entries", "decision", where=ABOUT)
    op.create_table("loads", workspace(), key("rep", WORDS), big("open"), blob("body"), **NARROW, **ROOMY)
    op.create_table(
        "presences", workspace(), key("subject", WORDS), key("kind", WORDS), big("since"), words("actor"), **NARROW
    )


def _agenda() -> None:
    op.create_table(
        "timers", workspace(), key("lead"), key("kind", WORDS), big("at"), big("rank"), big("stamp"), **NARROW
    )
    index("timers_due", "timers", "at")
    op.create_table("blocks", workspace(), key("subject", WORDS), key("lead"), big("rank"), **NARROW)
    index("blocks_of_lead", "blocks", "lead")
    index("blocks_by_rank", "blocks", "subject rank lead")


def _messages() -> None:
    op.create_table(
        "messages",
        workspace(),
        key("no"),
        words("kind"),
        words("to"),
        big("lead", null=True),
        big("decision"),
        big("at"),
        words("state"),
        big("attempts"),
        big("next"),
        big("leased"),
        words("error"),
        big("sent", null=True),
        **NARROW,
    )
    index("messages_unsent", "messages", "next no", where=UNSENT)
    index("messages_unsent_of_decision", "messages", "decision", where=UNSENT)
    index("messages_of_lead", "messages", "lead no")
    index("messages_dead", "messages", "no", where=DEAD)


def _story() -> None:
    op.create_table(
        "events",
        workspace(),
        key("no"),
        big("at"),
        words("kind"),
        words("actor"),
        big("lead", null=True),
        blob("body"),
        blob("link"),
    )
    index("events_of_lead", "events", "lead no")
    op.create_table("notes", workspace(), key("no"), big("lead"), words("kind"), big("at"), words("actor"), blob("box"))
    index("notes_of_lead", "notes", "lead no")
    op.create_table(
        "disputes",
        workspace(),
        key("no"),
        big("decision"),
        words("rep"),
        big("at"),
        words("state"),
        big("ruled", null=True),
        words("by"),
        big("entry", null=True),
        **NARROW,
    )


def _texts() -> None:
    op.create_table("texts", workspace(), key("kind", WORDS), key("digest", WORDS), words("text"))
    op.create_table(
        "versions",
        workspace(),
        key("kind", WORDS),
        key("no"),
        words("digest"),
        big("at"),
        words("actor"),
        words("note"),
        **NARROW,
    )
    op.create_table(
        "drafts",
        workspace(),
        key("kind", WORDS),
        key("name", WORDS),
        words("text"),
        words("base"),
        big("at"),
        words("actor"),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        workspace(),
        key("promise", WORDS),
        key("subject", WORDS),
        big("found"),
        big("cleared", null=True),
        words("what"),
        **NARROW,
    )
