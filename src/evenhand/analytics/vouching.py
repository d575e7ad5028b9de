"""What the chain of events vouches for: each decision and each entry has one event, which holds its fingerprint."""

from collections.abc import Iterator
from typing import Final, get_args

from msgspec import json

from evenhand.actions.entries import entry_of
from evenhand.analytics.ledger_replay import Found
from evenhand.core.chain import fingerprint
from evenhand.ports.rows import DecisionRow, EntryKind, EntryRow, EventRow

_ENTRY_KINDS: Final = frozenset(f"pool.{kind}" for kind in get_args(EntryKind))
_DECIDED: Final = frozenset(
    f"lead.{outcome}" for outcome in ("assigned", "offered", "waiting", "held", "rejected", "duplicate")
)


class DecisionEvents:
    """The decisions beside the events that tell of them, one for one."""

    def __init__(self, decisions: Iterator[DecisionRow]) -> None:
        self._decisions = decisions

    def follow(self, event: EventRow) -> Iterator[Found]:
        """Compare an event with the decision that it is about, if it is about one."""
        if event.kind not in _DECIDED:
            return
        told = json.decode(event.body, type=dict[str, object])
        row = next(self._decisions, None)
        if row is None or row.seq != told.get("decision"):
            yield Found(f"event {event.no}", f"tells of decision {told.get('decision')}, which is not there")
            return
        kept = (fingerprint(row.record), row.lead, row.at, f"lead.{row.outcome}")
        if (told.get("digest"), event.lead, event.at, event.kind) != kept:
            yield Found(f"decision {row.seq} of lead {row.lead}", f"is not the one that event {event.no} tells of")

    def rest(self) -> Iterator[Found]:
        """Decisions of which no event tells."""
        for row in self._decisions:
            yield Found(f"decision {row.seq} of lead {row.lead}", "has no event that tells of it")


class EntryEvents:
    """The entries beside the events that tell of them, one for one."""

    def __init__(self, entries: Iterator[EntryRow]) -> None:
        self._entries = entries

    def follow(self, event: EventRow) -> Iterator[Found]:
        """Compare an event with the entry that it is about, if it is about one."""
        if event.kind not in _ENTRY_KINDS:
            return
        told = json.decode(event.body, type=dict[str, object])
        row = next(self._entries, None)
        if row is None or row.no != told.get("entry"):
            yield Found(f"event {event.no}", f"tells of entry {told.get('entry')}, which is not there")
            return
        kept = {"entry": row.no, "pool": row.pool, "rep": entry_of(row).rep, "digest": fingerprint(row.body)}
        if row.decision:
            kept["decision"] = row.decision
        if told != kept or (event.at, event.kind) != (row.at, f"pool.{row.kind}"):
            yield Found(f"entry {row.no}", f"is not the one that event {event.no} tells of")

    def rest(self) -> Iterator[Found]:
        """Entries of which no event tells."""
        yield from (Found(f"entry {row.no}", "has no event that tells of it") for row in self._entries)
