"""The pools' ledgers added up again from decisions and entries, and compared with those that are kept."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct, msgpack

from evenhand.actions.entries import applied
from evenhand.actions.gather import LedgerBody
from evenhand.analytics.replay import RecordReplay
from evenhand.core.advance import VALUES_KEPT
from evenhand.core.ledger import Ledger
from evenhand.core.model import Roster
from evenhand.core.outcome import Assigned, Decision
from evenhand.core.tell import say_leads
from evenhand.ports.rows import EntryRow, LedgerRow

_LEDGER: Final = msgpack.Decoder(LedgerBody)


class Found(Struct, frozen=True, order=True):
    """One thing that is not as it must be: `decision 12 of lead 7`, `entry 3`, `event 9`, `pool sales`, `rep ann`."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class LedgerReplay:
    """Posts entries at their places among the decisions, and remembers the latest values of value-fair pools."""

    def __init__(self, records: RecordReplay) -> None:
        self.records = records
        self.entries = 0
        self._after = 0
        self._values: dict[str, tuple[int | Decimal, ...]] = {}

    def valued(self, decision: Decision, roster: Roster) -> None:
        """Note the value of a lead that was handed out in a value-fair pool."""
        pool = roster.pools.get(decision.pool)
        counts = isinstance(decision.outcome, Assigned) and decision.posting != "none"
        if counts and decision.value is not None and pool is not None and pool.value_fair:
            kept = (*self._values.get(pool.name, ()), decision.value)
            self._values[pool.name] = kept[-VALUES_KEPT:]

    def post(self, row: EntryRow) -> Iterator[Found]:
        """Post an entry, and tell what is wrong with it. Raises ValueError for one that cannot be read."""
        where = f"entry {row.no}"
        if row.no != self.entries + 1:
            yield Found(where, f"comes after entry {self.entries}: numbers have no gaps")
        if row.after < self._after:
            yield Found(where, f"was made after decision {row.after}, the entry before it after {self._after}")
        self.entries, self._after = row.no, max(row.after, self._after)
        ours = self.records.ledgers.get(row.pool) or Ledger(pool=row.pool)
        if row.seq != ours.seq + 1:
            yield Found(where, f"has place {row.seq} in the ledger of pool {row.pool}, where {ours.seq + 1} comes next")
        self.records.ledgers[row.pool] = applied(ours, row)

    def compare(self, pool: str, kept: LedgerRow | None) -> Iterator[Found]:
        """Everything in which a ledger that is kept differs from what decisions and entries add up to.

        Raises ValueError for one that cannot be read.
        """
        where, ours = f"pool {pool}", self.records.ledgers.get(pool) or Ledger(pool=pool)
        if kept is None:
            if ours.seq:
                yield Found(where, "has no ledger, but leads were handed out in it")
            return
        body = _LEDGER.decode(kept.body)
        theirs = Ledger(pool=pool, credits=body.credits, turns=body.turns, seq=kept.seq)
        yield from (Found(where, what) for what in self._unlike(ours, theirs, body.values))

    def _unlike(self, ours: Ledger, theirs: Ledger, values: tuple[str, ...]) -> Iterator[str]:
        for rep in sorted(ours.credits.keys() | theirs.credits.keys()):
            owed, said = ours.credits.get(rep), theirs.credits.get(rep)
            if owed != said:
                yield f"credit of {rep} is {_leads(said)}, added up again {_leads(owed)}"
        for rep in sorted(ours.turns.keys() | theirs.turns.keys()):
            if ours.turns.get(rep) != theirs.turns.get(rep):
                yield f"last turn of {rep} is {theirs.turns.get(rep)}, added up again {ours.turns.get(rep)}"
        if ours.seq != theirs.seq:
            yield f"its number of entries is {theirs.seq}, added up again {ours.seq}"
        if total := sum(theirs.credits.values()):
            yield f"its credits add up to {total} units, not to 0"
        again = tuple(str(value) for value in self._values.get(ours.pool, ()))
        if again != values:
            yield "the values of its latest leads are not those of its decisions"


def _leads(units: int | None) -> str:
    return "none" if units is None else f"{say_leads(units)} ({units} units)"
