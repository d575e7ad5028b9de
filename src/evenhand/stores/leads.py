"""Reading leads and what hangs on them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Select, bindparam, func, or_, select, tuple_

from evenhand.core.states import State
from evenhand.ports.rows import AssignmentRow, IdentityRow, KeyRow, LeadRow, OfferRow, PersonRow
from evenhand.ports.store import Only
from evenhand.stores import tables
from evenhand.stores.engine import Prepared, W, X, Y, Z, chunks, fetch, number
from evenhand.stores.rowmap import R, columns, first, read

_T, _P, _K, _I, _A, _O = (
    tables.leads,
    tables.persons,
    tables.keys,
    tables.identities,
    tables.assignments,
    tables.offers,
)
_LEAD: Final = columns(LeadRow)

ONE: Final = Prepared(select(*_LEAD).where(_T.c.workspace == W, _T.c.lead == X))
PERSON: Final = Prepared(select(*columns(PersonRow)).where(_P.c.workspace == W, _P.c.lead == X))
IDENTITIES: Final = Prepared(
    select(*columns(IdentityRow)).where(_I.c.workspace == W, _I.c.lead == X).order_by(_I.c.digest)
)
# Was this key used before?
KEYED: Final = Prepared(select(*columns(KeyRow)).where(_K.c.workspace == W, _K.c.key == X))
# The earliest open lead of the same person.
SAME: Final = Prepared(
    select(*_LEAD)
    .select_from(_I.join(_T, (_T.c.workspace == _I.c.workspace) & (_T.c.lead == _I.c.lead)))
    .where(_I.c.workspace == W, _I.c.digest == X, tables.IS_OPEN)
    .order_by(_I.c.lead)
    .limit(1)
)
# The same for several at once.
_EARLIEST: Final = (
    select(_I.c.digest, func.min(_I.c.lead))
    .select_from(_I.join(_T, (_T.c.workspace == _I.c.workspace) & (_T.c.lead == _I.c.lead)))
    .where(tables.IS_OPEN)
    .group_by(_I.c.digest)
)
# Who holds it now.
HOLDER: Final = Prepared(
    select(*columns(AssignmentRow)).where(_A.c.workspace == W, _A.c.lead == X, _A.c.ended.is_(None))
)
HOLDERS: Final = Prepared(select(*columns(AssignmentRow)).where(_A.c.workspace == W, _A.c.lead == X).order_by(_A.c.seq))
OFFERS: Final = Prepared(select(*columns(OfferRow)).where(_O.c.workspace == W, _O.c.lead == X).order_by(_O.c.rep))
# The inbox of a rep.
INBOX: Final = Prepared(
    select(*_LEAD).where(_T.c.workspace == W, _T.c.rep == X, tables.IS_OPEN).order_by(_T.c.due.nulls_last(), _T.c.lead)
)
# What a rep may take.
CLAIMABLE: Final = Prepared(
    select(*columns(OfferRow)).where(_O.c.workspace == W, _O.c.rep == X).order_by(_O.c.rank, _O.c.lead).limit(Y)
)
UNANSWERED: Final = Prepared(
    select(func.count())
    .select_from(_T)
    .where(_T.c.workspace == W, _T.c.rep == X, tables.IS_OPEN, _T.c.responded.is_(None))
)
# The leads in a state, hottest first, from after one on.
LISTED: Final = Prepared(
    select(*_LEAD)
    .where(_T.c.workspace == W, _T.c.state == X, tuple_(_T.c.rank, _T.c.lead) > tuple_(Y, Z))
    .order_by(_T.c.rank, _T.c.lead)
    .limit(bindparam("limit"))
)
# The same, of one source, pool or rule.
CHOSEN: Final = Prepared(
    select(*_LEAD)
    .where(
        _T.c.workspace == W,
        _T.c.state == X,
        tuple_(_T.c.rank, _T.c.lead) > tuple_(Y, Z),
        or_(bindparam("any_source", type_=Boolean), _T.c.source == bindparam("source")),
        or_(bindparam("any_pool", type_=Boolean), _T.c.pool == bindparam("pool")),
        or_(bindparam("any_rule", type_=Boolean), _T.c.rule == bindparam("rule")),
    )
    .order_by(_T.c.rank, _T.c.lead)
    .limit(bindparam("limit"))
)
# What a rep has ever had to do with: found by the rep, for most leads are none of theirs.
_THEIRS: Final = (
    select(_A.c.lead)
    .where(_A.c.workspace == W, _A.c.rep == X)
    .union(select(_O.c.lead).where(_O.c.workspace == W, _O.c.rep == X))
)
CONCERNING: Final = (
    select(*_LEAD)
    .where(_T.c.workspace == W, _T.c.lead.in_(_THEIRS), tuple_(_T.c.rank, _T.c.lead) > tuple_(Y, Z))
    .order_by(_T.c.rank, _T.c.lead)
)
# All there are, page by page, for whoever takes them out.
NUMBERED: Final = Prepared(select(*_LEAD).where(_T.c.workspace == W, _T.c.lead > X).order_by(_T.c.lead).limit(Y))
# The open leads that would have to be decided again if this policy were wrong.
UNDER: Final = Prepared(
    select(*_LEAD)
    .where(_T.c.workspace == W, _T.c.policy == X, tables.IS_OPEN, _T.c.lead > Y)
    .order_by(_T.c.lead)
    .limit(Z)
)


class SqlLeads:
    """Keeps the promise of `ports.store.Leads`."""

    def __init__(self, connection: Connection, workspace: int) -> None:
        self._at = connection
        self._ws = workspace

    def get(self, lead: int) -> LeadRow | None:
        return first(LeadRow, ONE.rows(self._at, w=self._ws, x=number(lead)))

    def several(self, leads: Sequence[int]) -> Mapping[int, LeadRow]:
        if len(leads) == 1:
            return {row.lead: row for row in read(LeadRow, ONE.rows(self._at, w=self._ws, x=leads[0]))}
        asked = select(*_LEAD).where(_T.c.workspace == self._ws)
        return {
            row.lead: row for some in chunks(leads) for row in self._read(LeadRow, asked.where(_T.c.lead.in_(some)))
        }

    def person(self, lead: int) -> PersonRow | None:
        return first(PersonRow, PERSON.rows(self._at, w=self._ws, x=lead))

    def persons(self, leads: Sequence[int]) -> Mapping[int, PersonRow]:
        asked = select(*columns(PersonRow)).where(_P.c.workspace == self._ws)
        return {
            row.lead: row for some in chunks(leads) for row in self._read(PersonRow, asked.where(_P.c.lead.in_(some)))
        }

    def identities(self, lead: int) -> Sequence[IdentityRow]:
        return read(IdentityRow, IDENTITIES.rows(self._at, w=self._ws, x=lead))

    def keyed(self, keys: Sequence[str]) -> Mapping[str, KeyRow]:
        if len(keys) == 1:
            return {row.key: row for row in read(KeyRow, KEYED.rows(self._at, w=self._ws, x=keys[0]))}
        asked = select(*columns(KeyRow)).where(_K.c.workspace == self._ws)
        return {row.key: row for some in chunks(keys) for row in self._read(KeyRow, asked.where(_K.c.key.in_(some)))}

    def same_person(self, digests: Sequence[bytes]) -> Mapping[bytes, LeadRow]:
        if len(digests) == 1:
            found = first(LeadRow, SAME.rows(self._at, w=self._ws, x=digests[0]))
            return {digests[0]: found} if found else {}
        earliest = {
            row[0]: row[1]
            for some in chunks(digests)
            for row in fetch(self._at, _EARLIEST.where(_I.c.workspace == self._ws, _I.c.digest.in_(some)))
        }
        leads = self.several(list({*earliest.values()}))
        return {digest: leads[lead] for digest, lead in earliest.items()}

    def assignment(self, lead: int) -> AssignmentRow | None:
        return first(AssignmentRow, HOLDER.rows(self._at, w=self._ws, x=lead))

    def assignments(self, lead: int) -> Sequence[AssignmentRow]:
        return read(AssignmentRow, HOLDERS.rows(self._at, w=self._ws, x=lead))

    def offers(self, lead: int) -> Sequence[OfferRow]:
        return read(OfferRow, OFFERS.rows(self._at, w=self._ws, x=lead))

    def held_by(self, rep: str) -> Sequence[LeadRow]:
        return read(LeadRow, INBOX.rows(self._at, w=self._ws, x=rep))

    def offered_to(self, rep: str, *, limit: int = 200) -> Sequence[OfferRow]:
        return read(OfferRow, CLAIMABLE.rows(self._at, w=self._ws, x=rep, y=limit))

    def unanswered(self, rep: str) -> int:
        return int(UNANSWERED.rows(self._at, w=self._ws, x=rep)[0][0])

    def listed(
        self, states: Sequence[State], *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        rank, lead = after
        found = [LISTED.rows(self._at, w=self._ws, x=state, y=rank, z=lead, limit=limit) for state in set(states)]
        rows = [row for each in found for row in read(LeadRow, each)]
        return sorted(rows, key=lambda row: (row.rank, row.lead))[:limit]

    def chosen(
        self, states: Sequence[State], only: Only, *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        rank, lead = after
        wanted: dict[str, object] = {name: getattr(only, name) for name in only.__struct_fields__}
        wanted |= {f"any_{name}": not getattr(only, name) for name in only.__struct_fields__}
        found = [
            CHOSEN.rows(self._at, w=self._ws, x=state, y=rank, z=lead, limit=limit, **wanted) for state in set(states)
        ]
        rows = [row for each in found for row in read(LeadRow, each)]
        return sorted(rows, key=lambda row: (row.rank, row.lead))[:limit]

    def concerning(
        self, rep: str, states: Sequence[State], *, after: tuple[int, int] = (-(1 << 53), 0), limit: int = 200
    ) -> Sequence[LeadRow]:
        rank, lead = after
        asked = CONCERNING.where(_T.c.state.in_(states)).limit(limit)
        return self._read(LeadRow, asked.params(w=self._ws, x=rep, y=rank, z=lead))

    def numbered(self, *, after: int = 0, limit: int = 200) -> Sequence[LeadRow]:
        return read(LeadRow, NUMBERED.rows(self._at, w=self._ws, x=after, y=limit))

    def offers_of(self, leads: Sequence[int]) -> Mapping[int, Sequence[OfferRow]]:
        asked = select(*columns(OfferRow)).where(_O.c.workspace == self._ws).order_by(_O.c.lead, _O.c.rep)
        found: dict[int, list[OfferRow]] = {}
        for some in chunks(leads):
            for row in self._read(OfferRow, asked.where(_O.c.lead.in_(some))):
                found.setdefault(row.lead, []).append(row)
        return found

    def holders_of(self, leads: Sequence[int]) -> Mapping[int, frozenset[str]]:
        asked = select(_A.c.lead, _A.c.rep).where(_A.c.workspace == self._ws)
        found: dict[int, set[str]] = {}
        for some in chunks(leads):
            for lead, rep in fetch(self._at, asked.where(_A.c.lead.in_(some))):
                found.setdefault(lead, set()).add(rep)
        return {lead: frozenset(reps) for lead, reps in found.items()}

    def decided_under(self, policy: str, *, after: int = 0, limit: int = 200) -> Sequence[LeadRow]:
        return read(LeadRow, UNDER.rows(self._at, w=self._ws, x=policy, y=after, z=limit))

    def _read(self, kind: type[R], asked: Select[Any]) -> list[R]:
        return read(kind, fetch(self._at, asked))
