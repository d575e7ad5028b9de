"""What the API shows of the desk's rows: names instead of numbers, times in ISO 8601 UTC, amounts as they are."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from evenhand.core.instants import say_instant
from evenhand.core.model import Millis, Value
from evenhand.core.states import State
from evenhand.core.when import Vocabulary
from evenhand.ports.rows import NEVER, Closing, LeadRow


class LeadView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead as it stands. What is not known, or nobody may see, is left out.

    score, value: as the decision in force has worked them out.
    offered:      to whom it is offered, as far as the caller may know.
    fields:       what is known of the lead, by the names that the policy uses.
    """

    id: str
    state: State
    source: str = ""
    received: str
    rep: str | None = None
    pool: str | None = None
    rule: str | None = None
    score: Decimal | None = None
    value: Decimal | None = None
    since: str | None = None
    due: str | None = None
    accepted: str | None = None
    responded: str | None = None
    snoozed: str | None = None
    closed: str | None = None
    closing: Closing | None = None
    amount: Decimal | None = None
    merged_into: str | None = None
    offered: tuple[str, ...] = ()
    fields: dict[str, Any] = {}


def show_lead(row: LeadRow, fields: Mapping[str, Value], vocabulary: Vocabulary) -> LeadView:
    """A lead with those of its fields that may be seen."""
    return LeadView(
        id=str(row.lead),
        state=row.state,
        source=row.source,
        received=say_instant(row.received),
        rep=row.rep,
        pool=row.pool or None,
        rule=row.rule or None,
        score=_hundredth(-row.rank),
        value=_hundredth(row.worth),
        since=say_time(row.since),
        due=say_time(row.due),
        accepted=say_time(row.accepted),
        responded=say_time(row.responded),
        snoozed=say_time(row.snoozed),
        closed=say_time(row.closed),
        closing=row.closing,
        amount=None if row.amount is None else Decimal(row.amount) / 100,
        merged_into=None if row.merged is None else str(row.merged),
        fields=show_fields(fields.items(), vocabulary),
    )


def show_fields(fields: Iterable[tuple[str, Value]], vocabulary: Vocabulary) -> dict[str, Any]:
    """The fields of a lead: times as times; when it was received is said elsewhere."""
    known = vocabulary.fields
    return {
        name: say_instant(value) if isinstance(value, int) and name in known and known[name].kind == "time" else value
        for name, value in fields
        if name != "received"
    }


def say_time(at: Millis | None) -> str | None:
    """A moment, if there is one."""
    return say_instant(at) if at is not None and 0 < at < NEVER else None


def _hundredth(amount: int) -> Decimal | None:
    return Decimal(amount) / 100 if amount else None
