"""A file of accounts: companies we know, their domains, parents and the people who answer for them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from evenhand.core.arrival import Problem
from evenhand.core.model import Value
from evenhand.core.when.fields import CATALOGUE, Field, Vocabulary
from evenhand.errors import BadFile, BadInput, Fault
from evenhand.know.domains import registrable
from evenhand.know.fields import Terms, convert, is_nothing, plain_text
from evenhand.know.match import Account
from evenhand.know.numbers import Unreadable
from evenhand.know.raw import Raw, shorten
from evenhand.reading.columns import Columns
from evenhand.reading.rows import Reject, Row

LONGEST: Final = 300  # characters of an id, a name, a parent, and of whoever has a role
_SHORTER: Final = f"Write {LONGEST} at the most."
_ROLES: Final = ("owner", "csm", "sdr", "ae", "se", "am")
_OWN: Final = ("id", "name", "domains", "parent")
_SYNONYMS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("account id", "record id", "company id"), "id"),
    **dict.fromkeys(("account", "account name", "company", "company name", "organisation", "organization"), "name"),
    **dict.fromkeys(("domain", "website", "company domain", "web site", "url", "websites"), "domains"),
    **dict.fromkeys(("parent id", "parent account", "parent account id", "subsidiary of", "parent company"), "parent"),
    **dict.fromkeys(("owner id", "owner email", "account owner", "owner e-mail", "company owner"), "owner"),
    **dict.fromkeys(("customer success manager", "csm email"), "csm"),
    "account manager": "am",
    "account executive": "ae",
    "sector": "account.industry",
    **dict.fromkeys(("number of employees", "employee count", "company size"), "account.employees"),
    "annual revenue": "account.revenue",
    **dict.fromkeys(("country code", "office location"), "account.country"),
}


class AccountRows(Protocol):
    """Rows from anywhere: a file's `Rows`, or one account that was sent."""

    @property
    def header(self) -> Sequence[str]: ...
    @property
    def source(self) -> str: ...
    def __iter__(self) -> Iterator[Row | Reject]: ...
    def close(self) -> None: ...


class AccountFile:
    """The accounts of a file, to be iterated over once: `Account` and `Reject` as they come.

    owners:   e-mail address in lower case -> rep id; an owner given by address becomes the rep.
    problems: (line, problem) of values that could not be read; the account itself is there.
    """

    def __init__(
        self,
        rows: AccountRows,
        terms: Terms,
        *,
        owners: Mapping[str, str] = {},
        mapping: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.problems: list[tuple[int, Problem]] = []
        self._rows = rows
        self._terms = terms
        self._owners = owners
        self._facts = _facts(terms.vocabulary)
        roles = (*_ROLES, *filter(_is_role, rows.header))
        targets = dict.fromkeys((*_OWN, *roles, *self._facts, *(field for _, field in mapping if _is_role(field))))
        spelt = {name.removeprefix("account."): name for name in self._facts}
        spelt = {name: field for name, field in spelt.items() if name not in targets}
        self._columns = Columns(targets, synonyms={**spelt, **_SYNONYMS}, mapping=mapping)
        if rows.header:
            self._columns.check(rows.header)
            fields = dict(self._columns.pairs(rows.header))
            if "id" not in fields and "name" not in fields:
                fix = "Name one column id or name."
                raise BadFile(Fault(what="has neither an id nor a name column.", fix=fix, where=rows.source))

    @property
    def unmapped(self) -> tuple[str, ...]:
        return tuple(column for column in self._columns.unmapped if not _is_role(column))

    def __iter__(self) -> Iterator[Account | Reject]:
        lines: dict[str, int] = {}
        for row in self._rows:
            account = row if isinstance(row, Reject) else self._account(row)
            if isinstance(row, Row) and isinstance(account, Account):
                first = lines.setdefault(account.id, row.line)
                if first != row.line:
                    account = Reject(row.line, "id", shorten(account.id), f"account of line {first} has the same id")
            yield account

    def _account(self, row: Row) -> Account | Reject:
        roles_named = {name: raw for name, raw in row.cells.items() if name.startswith("role.")}
        filled = {field: row.cells.get(column) for field, column in self._columns.pairs(row.cells)}
        cells = {**roles_named, **filled}
        try:
            name, parent = _word(cells.get("name")), _word(cells.get("parent"))
            key = _word(cells.get("id")) or name
            domains = self._domains(row.line, cells.get("domains"))
            roles = {role.removeprefix("role."): rep for role in cells if _is_role(role) if (rep := _word(cells[role]))}
        except Unreadable as error:
            return Reject(row.line, "", "", str(error), error.fix)
        if not key:
            return Reject(row.line, "id", "", "neither an id nor a name", "Give the account a name.")
        if too_long := next((text for text in (key, name, parent, *roles.values()) if len(text) > LONGEST), ""):
            return Reject(row.line, "", shorten(too_long), f"{len(too_long):,} characters are too long", _SHORTER)
        return Account(
            id=key,
            name=name,
            domains=domains,
            parent=parent,
            roles={role: self._owners.get(rep.lower(), rep) for role, rep in roles.items()},
            fields=dict(self._values(row.line, cells)),
        )

    def _domains(self, line: int, raw: Raw) -> tuple[str, ...]:
        found = convert(_DOMAINS, raw, self._terms)
        if not isinstance(found, tuple):
            return ()
        for text in found:
            if not registrable(text):
                problem = Problem("domains", shorten(text), "not a domain", "write it as example.com")
                self.problems.append((line, problem))
        return tuple(dict.fromkeys(filter(None, map(registrable, found))))

    def _values(self, line: int, cells: Mapping[str, Raw]) -> Iterator[tuple[str, Value]]:
        for name, field in self._facts.items():
            value = convert(field, cells.get(name), self._terms)
            if isinstance(value, Problem):
                self.problems.append((line, value))
            elif value is not None:
                yield name, value


_DOMAINS: Final = Field("domains", "texts", "domains")
_FOUND: Final = frozenset({"account.id", "account.name", "account.owner", "account.family"})  # by matching


def read_accounts(
    rows: AccountRows,
    vocabulary: Vocabulary,
    *,
    owners: Mapping[str, str] = {},
    mapping: Sequence[tuple[str, str]] = (),
) -> AccountFile:
    """The accounts in `rows`. Raises BadFile when no column can tell accounts apart, BadUsage for a bad mapping."""
    try:
        return AccountFile(rows, Terms(vocabulary=vocabulary), owners=owners, mapping=mapping)
    except BaseException:
        rows.close()
        raise


class _One(Struct, frozen=True):
    """One account that was sent, as rows."""

    cells: Mapping[str, Raw]
    header: Sequence[str] = ()
    source: str = "account"

    def __iter__(self) -> Iterator[Row | Reject]:
        yield Row(1, self.cells)

    def close(self) -> None:
        """There is nothing to close."""


def read_account(cells: Mapping[str, Raw], vocabulary: Vocabulary, *, owners: Mapping[str, str] = {}) -> Account:
    """One account, with names as in a file of them. Raises BadInput with everything in it that cannot be used."""
    file = read_accounts(_One(cells), vocabulary, owners=owners)
    account = next(iter(file))
    if isinstance(account, Reject):
        raise BadInput(Fault(where=account.field or "account", what=f"has {account.cause}.", fix=account.fix))
    faults = [Fault(where=bad.field, what=f"{bad.value!r}: {bad.cause}.", fix=bad.fix) for _, bad in file.problems]
    faults += [Fault(where=name, what="is no field of an account.", fix=_DECLARE) for name in file.unmapped]
    if faults:
        raise BadInput(faults)
    return account


_DECLARE: Final = "Declare it in the policy: [fields.account.NAME]; roles are written role.NAME."


def _facts(vocabulary: Vocabulary) -> dict[str, Field]:
    fields = {**CATALOGUE, **vocabulary.fields}
    return {name: field for name, field in fields.items() if name.startswith("account.") and name not in _FOUND}


def _is_role(field: str) -> bool:
    return field in _ROLES or (field.startswith("role.") and len(field) > len("role."))


def _word(raw: Raw) -> str:
    text = "" if raw is None else plain_text(raw).strip()
    return "" if is_nothing("name", text) else text
