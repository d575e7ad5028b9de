"""A file of leads: rows in, arrivals out, with their accounts matched and their dirty values told.

A value that cannot be read leaves its field unknown and is a warning; the lead goes on. Only what makes the whole line
worthless rejects it: a line that cannot be read, or a time of arrival that cannot be read or cannot be true.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Final, Protocol

from msgspec import Struct

from evenhand.core.arrival import Arrival, Problem
from evenhand.core.model import DAY, Lead, Match, Millis, Value
from evenhand.core.when.fields import Field, Vocabulary
from evenhand.know.domains import FREE_MAIL, company_domain, email_key
from evenhand.know.fields import Terms, convert
from evenhand.know.match import Accounts
from evenhand.know.raw import Raw, shorten
from evenhand.know.times import day
from evenhand.reading.columns import LEAD_SYNONYMS, Columns
from evenhand.reading.rows import Reject, Row

EARLIEST: Final[Millis] = 631_152_000_000  # 1990-01-01; nothing that is routed came before
_FOUND: Final = frozenset({"account.id", "account.name", "account.owner", "account.family"})  # by matching
_BESIDE: Final[Mapping[str, Field]] = {
    "id": Field("id", "text"),
    "account": Field("account", "text"),
    "outcome": Field("outcome", "text"),
    "responded_at": Field("responded_at", "time"),
    "closed_at": Field("closed_at", "time"),
}
_OUTCOMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("won", "win", "closed won", "closedwon", "converted", "gewonnen"), "won"),
    **dict.fromkeys(("lost", "loss", "closed lost", "closedlost", "verloren"), "lost"),
}


class LeadOptions(Struct, frozen=True, kw_only=True):
    """How a file of leads is to be read.

    mapping:  (column, field), which win over what the columns' names say.
    as_of:    when leads arrived whose line does not say; one later than a day after it is rejected.
    zone:     of times without one; currency: of amounts without one (empty: the policy's own).
    """

    as_of: Millis
    vocabulary: Vocabulary = Vocabulary()
    mapping: Sequence[tuple[str, str]] = ()
    zone: tzinfo = UTC
    currency: str = ""


class RowSource(Protocol):
    """Rows from anywhere: a file's `Rows`, or leads written out in a scenario."""

    @property
    def header(self) -> Sequence[str]:
        """The columns, if every row has the same; else empty."""
        ...

    def __iter__(self) -> Iterator[Row | Reject]: ...

    def close(self) -> None:
        """Nothing more will be read."""
        ...


class LeadReader:
    """Turns rows into arrivals, by what a policy knows; for files, requests and webhooks alike.

    Raises BadUsage when the mapping names a field that does not exist.
    """

    def __init__(self, options: LeadOptions, accounts: Accounts) -> None:
        self._accounts = accounts
        self._terms = Terms(vocabulary=options.vocabulary, zone=options.zone, currency=options.currency)
        known = options.vocabulary.fields.items()
        self._fields = {**{name: field for name, field in known if name not in _FOUND}, **_BESIDE}
        spelt = {**LEAD_SYNONYMS, "account.id": "account", "account.name": "account"}
        self.columns = Columns(self._fields, synonyms=spelt, mapping=options.mapping)

    def read(self, row: Row, as_of: Millis) -> Arrival | Reject:
        """The lead of a row that is read at a moment."""
        found: dict[str, Value] = {}
        warnings: list[Problem] = []
        for name, column in self.columns.pairs(row.cells):
            value = convert(self._fields[name], row.cells.get(column), self._terms)
            if value is None:
                if name == "received":
                    warnings.append(_not_said(row.cells.get(column)))
            elif not isinstance(value, Problem):
                found[name] = value
            elif name != "received":
                warnings.append(value)
            else:
                return Reject(row.line, name, value.value, value.cause, f"{value.fix[:1].upper()}{value.fix[1:]}.")
        received = found.setdefault("received", as_of)
        if not isinstance(received, int) or not EARLIEST <= received <= as_of + DAY:
            return _not_then(row.line, received, as_of)
        return self._arrival(row.line, found, warnings=warnings)

    def _arrival(self, line: int, found: dict[str, Value], *, warnings: list[Problem]) -> Arrival:
        beside = {name: found.pop(name) for name in _BESIDE if name in found}
        received = found["received"]
        derive(found)
        match = self._match(found, str(beside.get("account", "")), warnings=warnings)
        email = found.get("email")
        return Arrival(
            line=line,
            lead=Lead(id=str(beside.get("id", f"line-{line}")), received=_at(received), fields=found, match=match),
            key=email_key(email) if isinstance(email, str) else "",
            responded=_later("responded_at", beside, received=received, warnings=warnings),
            closed=_later("closed_at", beside, received=received, warnings=warnings),
            outcome=_outcome(beside.get("outcome")),
            warnings=tuple(warnings),
        )

    def _match(self, found: dict[str, Value], given: str, *, warnings: list[Problem]) -> Match | None:
        known = self._accounts.known(found, given)
        if given and len(self._accounts) and (not known or known.match.by != "given"):
            cause = "no account has this id or name, or several have this name"
            warnings.append(Problem("account", shorten(given), cause, "add it to the accounts, or give its id"))
        if not known:
            return None
        found.update(known.fields)
        return known.match


class LeadFile:
    """The leads of a file, to be iterated over once: `Arrival` and `Reject` as they come, in the order of the file.

    unmapped: the columns that fill no field, complete when the iteration is.
    """

    def __init__(self, rows: RowSource, options: LeadOptions, accounts: Accounts) -> None:
        self.rows = rows
        self._as_of = options.as_of
        self._reader = LeadReader(options, accounts)
        self._columns = self._reader.columns
        if rows.header:
            self._columns.check(rows.header)
            self._columns.pairs(rows.header)

    def fills(self, field: str) -> bool:
        """Whether a column of the file is for this field, even if all its cells are empty; False for NDJSON."""
        return any(name == field for name, _ in self._columns.pairs(self.rows.header))

    @property
    def unmapped(self) -> tuple[str, ...]:
        return tuple(self._columns.unmapped)

    def __iter__(self) -> Iterator[Arrival | Reject]:
        for row in self.rows:
            yield row if isinstance(row, Reject) else self._reader.read(row, self._as_of)


def read_leads(rows: RowSource, options: LeadOptions, accounts: Accounts | None = None) -> LeadFile:
    """The leads in `rows`. Raises BadUsage when the mapping names a column or a field that does not exist."""
    try:
        return LeadFile(rows, options, Accounts(()) if accounts is None else accounts)
    except BaseException:
        rows.close()
        raise


def derive(fields: dict[str, Value]) -> None:
    """Adds what follows from other fields: `email.domain`, `email.free`, and `domain` from website or address.

    A provider of private addresses is nobody's company. `email.free` is only ever said to be true: our list of
    providers is short, so not being on it proves nothing.
    """
    email, website = fields.get("email"), fields.get("website")
    if isinstance(email, str):
        domain = email.rpartition("@")[2]
        fields.setdefault("email.domain", domain)
        if domain in FREE_MAIL:
            fields.setdefault("email.free", True)
    for source in (website, fields.get("email.domain")):
        if "domain" not in fields and isinstance(source, str) and (own := company_domain(source)):
            fields["domain"] = own


def _not_then(line: int, received: Value, as_of: Millis) -> Reject:
    when = day(received) if isinstance(received, int) and abs(received) < 10**14 else shorten(received)
    if isinstance(received, int) and received < EARLIEST:
        return Reject(line, "received", when, "before 1990", "Check the column, or map another one to received.")
    cause = f"more than a day after {day(as_of)}, when this routing happens"
    return Reject(line, "received", when, cause, "Check the date, or give a later --as-of.")


def _at(received: Value) -> Millis:
    return received if isinstance(received, int) else 0


def _not_said(raw: Raw) -> Problem:
    return Problem("received", shorten(raw or ""), "the line does not say when the lead arrived", "counted as --as-of")


def _later(name: str, beside: Mapping[str, Value], *, received: Value, warnings: list[Problem]) -> Millis | None:
    moment = beside.get(name)
    if not isinstance(moment, int):
        return None
    if moment < _at(received):
        warnings.append(Problem(name, day(max(moment, EARLIEST)), "before the lead arrived", "check the column"))
        return None
    return moment


def _outcome(value: Value | None) -> str | None:
    if not isinstance(value, str):
        return None
    return _OUTCOMES.get(value.casefold(), value)
