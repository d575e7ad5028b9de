"""The tables of the durable desk: one for each struct of `ports/rows.py`, the workspace first on every row.

To change one: here, there, and a migration in `stores/migrations/versions`; a test holds the three together.

SQLite: a narrow table has no row number of its own (`NARROW`), its primary key is the table, without a second copy of
it. A wide one has: rows of more than a kilobyte in a tree of keys took 2.2 times the room and three times the time.
PostgreSQL: rows that are written over and over leave room on their page for the next version (`ROOMY`), so that no
index needs to be touched; texts compare by their bytes, as on SQLite, whatever the language of the server.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from evenhand.core.states import OPEN

metadata: Final = MetaData()

NARROW: Final[Mapping[str, Any]] = {"sqlite_with_rowid": False}
ROOMY: Final[Mapping[str, Any]] = {"postgresql_with": {"fillfactor": "50"}}
WORDS: Final[TypeEngine[Any]] = Text().with_variant(Text(collation="C"), "postgresql")
_NUMBER: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer, "sqlite")


def workspace() -> Column[int]:
    return Column("workspace", Integer, primary_key=True, autoincrement=False)


def key_of(name: str, kind: TypeEngine[Any] = _NUMBER) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, _NUMBER, nullable=null)


def text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, WORDS, nullable=null)


def large(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


installation = Table("installation", metadata, Column("name", WORDS, primary_key=True), large("value"))

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("name", WORDS, nullable=False, unique=True),
    number("created"),
)

routers = Table(
    "routers",
    metadata,
    workspace(),
    number("version"),
    number("now"),
    number("leads"),
    number("decisions"),
    number("events"),
    number("entries"),
    number("messages"),
    large("link"),
    text("policy"),
    text("roster"),
    **ROOMY,
)

leads = Table(
    "leads",
    metadata,
    workspace(),
    key_of("lead"),
    text("state"),
    text("source"),
    number("received"),
    number("rank"),
    number("worth"),
    text("rep", null=True),
    text("pool"),
    text("rule"),
    text("policy"),
    number("decision"),
    number("since", null=True),
    number("due", null=True),
    number("accepted", null=True),
    number("responded", null=True),
    number("touched", null=True),
    number("snoozed", null=True),
    number("closed", null=True),
    text("closing", null=True),
    number("amount", null=True),
    number("merged", null=True),
    large("fields"),
    large("memory"),
)
# Written as it stands in the index, not as a parameter, so that PostgreSQL knows that the index serves.
IS_OPEN: Final = leads.c.state.in_([literal_column(f"'{state}'") for state in sorted(OPEN)])
Index(
    "leads_of_rep",
    leads.c.workspace,
    leads.c.rep,
    leads.c.due,
    leads.c.lead,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
Index("leads_in_state", leads.c.workspace, leads.c.state, leads.c.rank, leads.c.lead)
Index(
    "leads_under_policy",
    leads.c.workspace,
    leads.c.policy,
    leads.c.lead,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)

persons = Table("persons", metadata, workspace(), key_of("lead"), large("key"), large("box"))

identities = Table(
    "identities", metadata, workspace(), key_of("digest", LargeBinary()), key_of("lead"), number("via"), **NARROW
)
Index("identities_of_lead", identities.c.workspace, identities.c.lead)

decisions = Table(
    "decisions",
    metadata,
    workspace(),
    key_of("seq"),
    number("lead"),
    number("at"),
    text("outcome"),
    text("rep", null=True),
    number("superseded_by", null=True),
    large("record"),
)
Index("decisions_of_lead", decisions.c.workspace, decisions.c.lead, decisions.c.seq)

assignments = Table(
    "assignments",
    metadata,
    workspace(),
    key_of("seq"),
    number("lead"),
    text("rep"),
    text("pool"),
    number("since"),
    number("due", null=True),
    number("responded", null=True),
    number("ended", null=True),
    text("ending"),
    **NARROW,
)
_LIVE: Final = assignments.c.ended.is_(None)
Index(  # a lead has at most one holder
    "assignment_now",
    assignments.c.workspace,
    assignments.c.lead,
    unique=True,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)
Index("assignments_of_lead", assignments.c.workspace, assignments.c.lead, assignments.c.seq)
Index("assignments_of_rep", assignments.c.workspace, assignments.c.rep, assignments.c.since)

offers = Table(
    "offers",
    metadata,
    workspace(),
    key_of("rep", WORDS),
    key_of("lead"),
    number("seq"),
    number("rank"),
    Column("blind", Boolean, nullable=False),
    number("expires", null=True),
    **NARROW,
)
Index("offers_of_lead", offers.c.workspace, offers.c.lead)
Index("offers_by_rank", offers.c.workspace, offers.c.rep, offers.c.rank, offers.c.lead)

ledgers = Table("ledgers", metadata, workspace(), key_of("pool", WORDS), number("seq"), large("body"), **ROOMY)

entries = Table(
    "entries",
    metadata,
    workspace(),
    key_of("no"),
    text("pool"),
    number("seq"),
    number("after"),
    text("kind"),
    number("at"),
    large("body"),
    number("decision"),
)
IS_ABOUT: Final = entries.c.decision > literal_column("0")
Index(
    "entries_of_decision",
    entries.c.workspace,
    entries.c.decision,
    sqlite_where=IS_ABOUT,
    postgresql_where=IS_ABOUT,
)

loads = Table("loads", metadata, workspace(), key_of("rep", WORDS), number("open"), large("body"), **NARROW, **ROOMY)

presences = Table(
    "presences",
    metadata,
    workspace(),
    key_of("subject", WORDS),
    key_of("kind", WORDS),
    number("since"),
    text("actor"),
    **NARROW,
)

timers = Table(
    "timers",
    metadata,
    workspace(),
    key_of("lead"),
    key_of("kind", WORDS),
    number("at"),
    number("rank"),
    number("stamp"),
    **NARROW,
)
Index("timers_due", timers.c.workspace, timers.c.at)

blocks = Table("blocks", metadata, workspace(), key_of("subject", WORDS), key_of("lead"), number("rank"), **NARROW)
Index("blocks_of_lead", blocks.c.workspace, blocks.c.lead)
Index("blocks_by_rank", blocks.c.workspace, blocks.c.subject, blocks.c.rank, blocks.c.lead)

messages = Table(
    "messages",
    metadata,
    workspace(),
    key_of("no"),
    text("kind"),
    text("to"),
    number("lead", null=True),
    number("decision"),
    number("at"),
    text("state"),
    number("attempts"),
    number("next"),
    number("leased"),
    text("error"),
    number("sent", null=True),
    **NARROW,
)
_UNSENT: Final = messages.c.state == literal_column("'waiting'")
_DEAD: Final = messages.c.state == literal_column("'dead'")
Index(
    "messages_unsent",
    messages.c.workspace,
    messages.c.next,
    messages.c.no,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)
Index(
    "messages_unsent_of_decision",
    messages.c.workspace,
    messages.c.decision,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)
Index("messages_of_lead", messages.c.workspace, messages.c.lead, messages.c.no)
Index("messages_dead", messages.c.workspace, messages.c.no, sqlite_where=_DEAD, postgresql_where=_DEAD)

keys = Table(
    "keys",
    metadata,
    workspace(),
    key_of("key", WORDS),
    large("digest"),
    number("lead"),
    number("at"),
    **NARROW,
)
Index("keys_by_age", keys.c.workspace, keys.c.at)

events = Table(
    "events",
    metadata,
    workspace(),
    key_of("no"),
    number("at"),
    text("kind"),
    text("actor"),
    number("lead", null=True),
    large("body"),
    large("link"),
)
Index("events_of_lead", events.c.workspace, events.c.lead, events.c.no)

notes = Table(
    "notes",
    metadata,
    workspace(),
    key_of("no"),
    number("lead"),
    text("kind"),
    number("at"),
    text("actor"),
    large("box"),
)
Index("notes_of_lead", notes.c.workspace, notes.c.lead, notes.c.no)

disputes = Table(
    "disputes",
    metadata,
    workspace(),
    key_of("no"),
    number("decision"),
    text("rep"),
    number("at"),
    text("state"),
    number("ruled", null=True),
    text("by"),
    number("entry", null=True),
    **NARROW,
)

texts = Table("texts", metadata, workspace(), key_of("kind", WORDS), key_of("digest", WORDS), text("text"))

versions = Table(
    "versions",
    metadata,
    workspace(),
    key_of("kind", WORDS),
    key_of("no"),
    text("digest"),
    number("at"),
    text("actor"),
    text("note"),
    **NARROW,
)

drafts = Table(
    "drafts",
    metadata,
    workspace(),
    key_of("kind", WORDS),
    key_of("name", WORDS),
    text("text"),
    text("base"),
    number("at"),
    text("actor"),
)

findings = Table(
    "findings",
    metadata,
    workspace(),
    key_of("promise", WORDS),
    key_of("subject", WORDS),
    number("found"),
    number("cleared", null=True),
    text("what"),
    **NARROW,
)
