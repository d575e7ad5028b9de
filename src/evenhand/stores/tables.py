"""The tables of the durable desk: one for each struct of `ports/rows.py`, the workspace first on every row.

To change one: here, there, and a migration in `stores/migrations/versions`; a test holds the three together.

SQLite: a narrow table has no row number of its own (`_NARROW`), its primary key is the table, without a second copy of
it. A wide one has: rows of more than a kilobyte in a tree of keys took 2.2 times the room and three times the time.
PostgreSQL: rows that are written over and over leave room on their page for the next version (`_ROOMY`), so that no
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

_NARROW: Final[Mapping[str, Any]] = {"sqlite_with_rowid": False}
_ROOMY: Final[Mapping[str, Any]] = {"postgresql_with": {"fillfactor": "50"}}
_TEXT: Final[TypeEngine[Any]] = Text().with_variant(Text(collation="C"), "postgresql")
_NUMBER: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer, "sqlite")


def _ws() -> Column[int]:
    return Column("workspace", Integer, primary_key=True, autoincrement=False)


def _key(name: str, kind: TypeEngine[Any] = _NUMBER) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, _NUMBER, nullable=null)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, _TEXT, nullable=null)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


installation = Table("installation", metadata, Column("name", _TEXT, primary_key=True), _bytes("value"))

workspaces = Table(
    "workspaces",
    metadata,
    Column("workspace", Integer, primary_key=True, autoincrement=False),
    Column("name", _TEXT, nullable=False, unique=True),
    _number("created"),
)

routers = Table(
    "routers",
    metadata,
    _ws(),
    _number("version"),
    _number("now"),
    _number("leads"),
    _number("decisions"),
    _number("events"),
    _number("entries"),
    _number("messages"),
    _bytes("link"),
    _text("policy"),
    _text("roster"),
    **_ROOMY,
)

leads = Table(
    "leads",
    metadata,
    _ws(),
    _key("lead"),
    _text("state"),
    _text("source"),
    _number("received"),
    _number("rank"),
    _number("worth"),
    _text("rep", null=True),
    _text("pool"),
    _text("rule"),
    _text("policy"),
    _number("decision"),
    _number("since", null=True),
    _number("due", null=True),
    _number("accepted", null=True),
    _number("responded", null=True),
    _number("touched", null=True),
    _number("snoozed", null=True),
    _number("closed", null=True),
    _text("closing", null=True),
    _number("amount", null=True),
    _number("merged", null=True),
    _bytes("fields"),
    _bytes("memory"),
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

persons = Table("persons", metadata, _ws(), _key("lead"), _bytes("key"), _bytes("box"))

identities = Table(
    "identities", metadata, _ws(), _key("digest", LargeBinary()), _key("lead"), _number("via"), **_NARROW
)
Index("identities_of_lead", identities.c.workspace, identities.c.lead)

decisions = Table(
    "decisions",
    metadata,
    _ws(),
    _key("seq"),
    _number("lead"),
    _number("at"),
    _text("outcome"),
    _text("rep", null=True),
    _number("superseded_by", null=True),
    _bytes("record"),
)
Index("decisions_of_lead", decisions.c.workspace, decisions.c.lead, decisions.c.seq)

assignments = Table(
    "assignments",
    metadata,
    _ws(),
    _key("seq"),
    _number("lead"),
    _text("rep"),
    _text("pool"),
    _number("since"),
    _number("due", null=True),
    _number("responded", null=True),
    _number("ended", null=True),
    _text("ending"),
    **_NARROW,
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
    _ws(),
    _key("rep", _TEXT),
    _key("lead"),
    _number("seq"),
    _number("rank"),
    Column("blind", Boolean, nullable=False),
    _number("expires", null=True),
    **_NARROW,
)
Index("offers_of_lead", offers.c.workspace, offers.c.lead)
Index("offers_by_rank", offers.c.workspace, offers.c.rep, offers.c.rank, offers.c.lead)

ledgers = Table("ledgers", metadata, _ws(), _key("pool", _TEXT), _number("seq"), _bytes("body"), **_ROOMY)

entries = Table(
    "entries",
    metadata,
    _ws(),
    _key("no"),
    _text("pool"),
    _number("seq"),
    _number("after"),
    _text("kind"),
    _number("at"),
    _bytes("body"),
    _number("decision"),
)
IS_ABOUT: Final = entries.c.decision > literal_column("0")
Index(
    "entries_of_decision",
    entries.c.workspace,
    entries.c.decision,
    sqlite_where=IS_ABOUT,
    postgresql_where=IS_ABOUT,
)

loads = Table("loads", metadata, _ws(), _key("rep", _TEXT), _number("open"), _bytes("body"), **_NARROW, **_ROOMY)

presences = Table(
    "presences",
    metadata,
    _ws(),
    _key("subject", _TEXT),
    _key("kind", _TEXT),
    _number("since"),
    _text("actor"),
    **_NARROW,
)

timers = Table(
    "timers",
    metadata,
    _ws(),
    _key("lead"),
    _key("kind", _TEXT),
    _number("at"),
    _number("rank"),
    _number("stamp"),
    **_NARROW,
)
Index("timers_due", timers.c.workspace, timers.c.at)

blocks = Table("blocks", metadata, _ws(), _key("subject", _TEXT), _key("lead"), _number("rank"), **_NARROW)
Index("blocks_of_lead", blocks.c.workspace, blocks.c.lead)
Index("blocks_by_rank", blocks.c.workspace, blocks.c.subject, blocks.c.rank, blocks.c.lead)

messages = Table(
    "messages",
    metadata,
    _ws(),
    _key("no"),
    _text("kind"),
    _text("to"),
    _number("lead", null=True),
    _number("decision"),
    _number("at"),
    _text("state"),
    _number("attempts"),
    _number("next"),
    _number("leased"),
    _text("error"),
    _number("sent", null=True),
    **_NARROW,
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
    _ws(),
    _key("key", _TEXT),
    _bytes("digest"),
    _number("lead"),
    _number("at"),
    **_NARROW,
)
Index("keys_by_age", keys.c.workspace, keys.c.at)

events = Table(
    "events",
    metadata,
    _ws(),
    _key("no"),
    _number("at"),
    _text("kind"),
    _text("actor"),
    _number("lead", null=True),
    _bytes("body"),
    _bytes("link"),
)
Index("events_of_lead", events.c.workspace, events.c.lead, events.c.no)

notes = Table(
    "notes",
    metadata,
    _ws(),
    _key("no"),
    _number("lead"),
    _text("kind"),
    _number("at"),
    _text("actor"),
    _bytes("box"),
)
Index("notes_of_lead", notes.c.workspace, notes.c.lead, notes.c.no)

disputes = Table(
    "disputes",
    metadata,
    _ws(),
    _key("no"),
    _number("decision"),
    _text("rep"),
    _number("at"),
    _text("state"),
    _number("ruled", null=True),
    _text("by"),
    _number("entry", null=True),
    **_NARROW,
)

texts = Table("texts", metadata, _ws(), _key("kind", _TEXT), _key("digest", _TEXT), _text("text"))

versions = Table(
    "versions",
    metadata,
    _ws(),
    _key("kind", _TEXT),
    _key("no"),
    _text("digest"),
    _number("at"),
    _text("actor"),
    _text("note"),
    **_NARROW,
)

drafts = Table(
    "drafts",
    metadata,
    _ws(),
    _key("kind", _TEXT),
    _key("name", _TEXT),
    _text("text"),
    _text("base"),
    _number("at"),
    _text("actor"),
)

findings = Table(
    "findings",
    metadata,
    _ws(),
    _key("promise", _TEXT),
    _key("subject", _TEXT),
    _number("found"),
    _number("cleared", null=True),
    _text("what"),
    **_NARROW,
)
