"""From structs to rows and back: which struct is which table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Column, Table

from evenhand.ports import accounts, house, rows
from evenhand.stores import account_table, house_tables, tables

R = TypeVar("R", bound=Struct)

TABLES: Final[Mapping[type[Struct], Table]] = {
    rows.Router: tables.routers,
    rows.LeadRow: tables.leads,
    rows.PersonRow: tables.persons,
    rows.IdentityRow: tables.identities,
    rows.DecisionRow: tables.decisions,
    rows.AssignmentRow: tables.assignments,
    rows.OfferRow: tables.offers,
    rows.LedgerRow: tables.ledgers,
    rows.EntryRow: tables.entries,
    rows.LoadRow: tables.loads,
    rows.PresenceRow: tables.presences,
    rows.TimerRow: tables.timers,
    rows.BlockRow: tables.blocks,
    rows.MessageRow: tables.messages,
    rows.KeyRow: tables.keys,
    rows.EventRow: tables.events,
    rows.NoteRow: tables.notes,
    rows.DisputeRow: tables.disputes,
    rows.TextRow: tables.texts,
    rows.VersionRow: tables.versions,
    rows.DraftRow: tables.drafts,
    rows.FindingRow: tables.findings,
    house.UserRow: house_tables.users,
    house.SessionRow: house_tables.sessions,
    house.TokenRow: house_tables.tokens,
    house.ApiKeyRow: house_tables.api_keys,
    house.SourceRow: house_tables.sources,
    house.ChannelRow: house_tables.channels,
    house.EndpointRow: house_tables.endpoints,
    house.DeliveryRow: house_tables.deliveries,
    house.ErrandRow: house_tables.errands,
    house.ThrottleRow: house_tables.throttles,
    accounts.AccountRow: account_table.accounts,
}


def columns(kind: type[Struct]) -> list[Column[Any]]:
    """The columns that make such a struct, in its order."""
    return [TABLES[kind].c[name] for name in kind.__struct_fields__]


def read(kind: type[R], found: Iterable[Sequence[Any]]) -> list[R]:
    """Structs from rows that were selected with `columns`."""
    names = kind.__struct_fields__
    return [kind(**dict(zip(names, row, strict=True))) for row in found]


def first(kind: type[R], found: Iterable[Sequence[Any]]) -> R | None:
    """The struct of the first row, if there is one."""
    return next(iter(read(kind, found)), None)


def values(workspace: int, row: Struct) -> tuple[object, ...]:
    """A struct as a row, the workspace first."""
    return (workspace, *astuple(row))
