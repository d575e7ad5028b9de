"""Who holds a lead in another system, and how it stands there: the columns of a file beside the lead's own.

To teach it another spelling: a line in `_NAMES` or in `_STANDS`, and in docs/how-to/bring-leads-with-you.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from evenhand.core.arrival import Arrival, Problem
from evenhand.core.model import Millis, Roster
from evenhand.core.when.fields import Field
from evenhand.errors import BadUsage, Fault
from evenhand.know.fields import Terms, convert, plain_text
from evenhand.know.raw import Raw, shorten
from evenhand.reading.columns import squeezed
from evenhand.reading.rows import Reject

Stands: TypeAlias = Literal["assigned", "working", "won", "lost", "disqualified"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "rep": ("rep", "holder", "owner", "leadowner", "owneremail", "leadowneremail", "assignedto", "salesrep"),
    "status": ("status", "leadstatus", "stage"),
    "since": ("since", "assignedat", "assigneddate", "ownersince"),
    "due": ("due", "dueat", "duedate"),
    "amount": ("amount", "wonamount", "closevalue"),
}
COLUMNS: Final = tuple(_NAMES)
_STANDS: Final[Mapping[str, Stands]] = {
    **dict.fromkeys(("assigned", "new", "open", "notcontacted", "opennotcontacted"), "assigned"),
    **dict.fromkeys(("working", "contacted", "workingcontacted", "inprogress", "engaging", "qualified"), "working"),
    **dict.fromkeys(("won", "closedwon", "converted"), "won"),
    **dict.fromkeys(("lost", "closedlost"), "lost"),
    **dict.fromkeys(("disqualified", "unqualified", "notconverted", "closednotconverted"), "disqualified"),
}


class Holding(Struct, frozen=True, kw_only=True):
    """Who holds a lead, or held it at last, and how it stands; times and amounts as far as they are known."""

    rep: str
    state: Stands
    since: Millis | None = None
    due: Millis | None = None
    amount: Decimal | None = None


class Holdings:
    """Reads the holdings of a file whose header is known; `mapping` is (column, one of `COLUMNS`).

    Raises BadUsage if no column says who holds a lead, or if the mapping names a column that is not there.
    """

    def __init__(
        self, header: Sequence[str], roster: Roster, terms: Terms, *, mapping: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._terms = terms
        self._reps = dict(_known_by(roster))
        said = {name: column for column, name in mapping}
        for name, column in said.items():
            if header and column not in header:
                fix = f"The columns are: {', '.join(header)}."
                raise BadUsage(Fault(where=f"--map {column}={name}", what="the file has no such column.", fix=fix))
        self._columns = {name: said.get(name) or _found(header, words) for name, words in _NAMES.items()}
        if header and not self._columns["rep"]:
            fix = 'Say which it is: --map "Lead owner=rep".'
            raise BadUsage(Fault(where="rep", what="no column says who holds a lead.", fix=fix))

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the file that say it."""
        return frozenset(column for column in self._columns.values() if column)

    def read(self, arrival: Arrival, cells: Mapping[str, Raw]) -> Holding | Reject:
        """The holding of one line."""
        said = {name: cells.get(column or name) for name, column in self._columns.items()}
        named = plain_text(said["rep"] or "").strip()
        if not named:
            return Reject(arrival.line, "rep", "", "it does not say who holds the lead", "Use evenhand receive for it.")
        state = self._state(arrival, plain_text(said["status"] or ""))
        if state is None:
            fix = "Write new, working, won, lost or disqualified."
            return Reject(arrival.line, "status", shorten(said["status"] or ""), "not a status that we know", fix)
        return Holding(
            rep=self._reps.get(named.casefold(), named),
            state=state,
            since=self._time("since", said["since"]),
            due=self._time("due", said["due"]),
            amount=self._amount(said["amount"]) if state == "won" else None,
        )

    def _state(self, arrival: Arrival, text: str) -> Stands | None:
        """What the status says, else what the lead's outcome and its times do; `None` for one that we do not know."""
        if text.strip():
            return _STANDS.get(squeezed(text))
        if arrival.outcome in ("won", "lost"):
            return "won" if arrival.outcome == "won" else "lost"
        return "assigned" if arrival.responded is None else "working"

    def _time(self, name: str, raw: Raw) -> Millis | None:
        found = convert(Field(name, "time"), raw, self._terms)
        return found if isinstance(found, int) else None

    def _amount(self, raw: Raw) -> Decimal | None:
        found = convert(Field("amount", "money"), raw, self._terms)
        if isinstance(found, Problem) or not isinstance(found, int | Decimal):
            return None
        return Decimal(found)


def _known_by(roster: Roster) -> Iterator[tuple[str, str]]:
    """The ways in which a file may name somebody: name, address, id; the surest last."""
    for rep in roster.reps.values():
        yield rep.name.casefold(), rep.id
    for rep in roster.reps.values():
        if rep.email:
            yield rep.email.casefold(), rep.id
    for rep in roster.reps.values():
        yield rep.id.casefold(), rep.id


def _found(header: Sequence[str], words: Sequence[str]) -> str | None:
    """The first of the spellings that is a column."""
    by = {squeezed(column): column for column in reversed(header)}
    return next((by[word] for word in words if word in by), None)
