"""What is kept of a decision for ever: the decision in codes and numbers, and the facts that it stood on.

A `Record` is enough to decide again without the lead's personal data, the time zones or the calendars of the day:
`rebuilt` makes the lead and the snapshot from it. `pack` and `unpack` are its stored form, msgpack under zlib; the
form for people is in `view.py`.
"""

import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct, json, msgpack

from evenhand.core.answers import answers_of, personal_fields
from evenhand.core.caps import PeriodKind, period
from evenhand.core.case import Case
from evenhand.core.codes import PASSING, Code, Exclusion
from evenhand.core.decide import Ruling
from evenhand.core.hours import Bounds, absence_at, window
from evenhand.core.instants import Offsets, segment_at
from evenhand.core.ledger import UNIT, Ledger
from evenhand.core.model import (
    ALWAYS,
    DAY,
    Absence,
    Answers,
    Duty,
    Lead,
    Load,
    Match,
    Millis,
    Past,
    Roster,
    Snapshot,
    Twin,
    Value,
)
from evenhand.core.outcome import Assigned, Attempt, Decision, Held, Waiting
from evenhand.core.policy.model import Policy, Rule

VERSION: Final = 1
LEVEL: Final = (
    6  # of zlib; level 1 saves 4 µs of 20 at 20 candidates, 0.3 ms of 0.5 at 500, and takes 6 to 18 % more room
)
ALWAYS_READ: Final = frozenset({"country", "state", "city", "postal_code", "score", "value"})  # see `open_case`
_ABSENT: Final = (Code.OFF_HOURS, Code.ON_LEAVE, Code.HOLIDAY)
_CALENDAR: Final = (Code.AT_DAY_CAP, Code.AT_PERIOD_CAP)
_EVER: Final = 1 << 53


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the decision looked at besides the lead's fields, resolved: nobody's zone or calendar is needed.

    duty:    rep -> start, end ... of the working time that was looked at; a rep who is not named was on duty.
    leave:   rep -> the absence that kept them away, or for which a deputy stands in.
    offsets: rep -> how far their wall clock is ahead of UTC, where a calendar period was counted; see `instants`.
    answers: results of conditions on personal fields; see answers.py.
    """

    received: Millis
    match: Match | None = None
    twin: Twin | None = None
    past: Past = Past()
    duty: Mapping[str, Bounds] = {}
    leave: Mapping[str, Absence] = {}
    offsets: Mapping[str, Offsets] = {}
    answers: Answers = {}


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """One decision, kept. `policy` and `roster` are digests of the texts in force; `lead` has the fields read."""

    engine: str
    policy: str
    roster: str
    decision: Decision
    lead: Mapping[str, Value]
    facts: Facts


def record(ruling: Ruling, policy: Policy, *, engine: str) -> Record:
    """Keep a decision with what it stood on."""
    decision, case = ruling.decision, ruling.case
    return Record(
        engine=engine,
        policy=policy.digest,
        roster=case.snapshot.roster.digest,
        decision=decision,
        lead=fields_read(case.lead, policy),
        facts=facts_of(decision, case, policy),
    )


def fields_read(lead: Lead, policy: Policy) -> Mapping[str, Value]:
    """The fields that the policy may look at, without those that identify a person."""
    kept = _fields_kept(policy)
    return {name: value for name, value in lead.fields.items() if name in kept}


@lru_cache(maxsize=64)
def _fields_kept(policy: Policy) -> frozenset[str]:
    return (policy.reads | ALWAYS_READ) - personal_fields(policy)


def facts_of(decision: Decision, case: Case, policy: Policy) -> Facts:
    """Pick out of the snapshot what the decision looked at."""
    lead, duties = case.lead, case.snapshot.duty
    rule = policy.rules[decision.rule] if decision.rule >= 0 else None
    duty: dict[str, Bounds] = {}
    for rep, since, until in _hours_seen(decision, lead, rule):
        seen = window(duties.get(rep, ALWAYS).bounds, since, until)
        duty[rep] = _joined(duty[rep], seen) if rep in duty else seen
    return Facts(
        received=lead.received,
        match=lead.match,
        twin=lead.twin,
        past=lead.past,
        duty=duty,
        leave=_leave_seen(decision, case),
        offsets={
            rep: _offsets_seen(duties.get(rep, ALWAYS).offsets, decision.at, no.again)
            for rep, no in _kept_away(decision)
            if no.code in _CALENDAR
        },
        answers=answers_of(lead, policy, case.facts, decision.at),
    )


def _kept_away(decision: Decision) -> Iterator[tuple[str, Exclusion]]:
    for attempt in decision.attempts:
        for rep, no in attempt.excluded:
            if no.code in PASSING:
                yield rep, no


def _hours_seen(decision: Decision, lead: Lead, rule: Rule | None) -> Iterator[tuple[str, Millis, Millis]]:
    """Whose working hours were looked at, from when to when."""
    at, added_up = decision.at, _added_up(decision, lead, rule)
    for rep, no in _kept_away(decision):
        if no.code in _ABSENT:
            yield (rep, at, at) if no.again is None else (rep, no.again, no.again + 1)
        if added_up is not None:
            yield rep, *added_up
    if isinstance(decision.outcome, Assigned) and rule is not None and rule.respond_within is not None:
        due = decision.outcome.due
        yield decision.outcome.rep, at, _EVER if due is None else due + 1


def _added_up(decision: Decision, lead: Lead, rule: Rule | None) -> tuple[Millis, Millis] | None:
    """The stretch in which working time was added up for the time until the desk; `None` when none was."""
    if rule is None or rule.otherwise.kind in ("next", "wait", "desk"):
        return None
    since = decision.at if lead.past.waiting_since is None else lead.past.waiting_since
    match decision.outcome:
        case Waiting(why="nobody", desk=int(desk)):
            return since, desk
        case Held(why="nobody"):
            return since, decision.at + 1  # with a stretch that begins right now
    return None


def _joined(some: Bounds, others: Bounds) -> Bounds:
    """The stretches of both, each once."""
    pairs = {(bounds[i], bounds[i + 1]) for bounds in (some, others) for i in range(0, len(bounds), 2)}
    return tuple([moment for pair in sorted(pairs) for moment in pair])


def _leave_seen(decision: Decision, case: Case) -> dict[str, Absence]:
    """The absences that kept somebody away, or for which a deputy of an account's holder was looked for."""
    away = [rep for rep, no in _kept_away(decision) if no.code in (Code.ON_LEAVE, Code.HOLIDAY)]
    if case.lead.match is not None:
        away += [holder.rep for holder in case.lead.match.roles.values()]
    found = {rep: absence_at(case.snapshot.duty.get(rep, ALWAYS), decision.at) for rep in away}
    return {rep: absence for rep, absence in found.items() if absence is not None}


def _offsets_seen(offsets: Offsets, at: Millis, again: Millis | None) -> Offsets:
    """The wall clock from the day before until the period ends: a change of the clock lengthens or shortens it."""
    first = segment_at(offsets, at - DAY)
    last = segment_at(offsets, at if again is None else again)
    return ((0, offsets[first][1]), *offsets[first + 1 : last + 1])


def rebuilt(kept: Record, roster: Roster) -> tuple[Lead, Snapshot]:
    """The lead and the world as the decision saw them; what it did not look at is left out."""
    decision, seen = kept.decision, kept.facts
    lead = Lead(
        id=decision.lead,
        received=seen.received,
        fields=kept.lead,
        match=seen.match,
        twin=seen.twin,
        past=seen.past,
        answers=seen.answers,
    )
    duty = {
        rep: Duty(
            bounds=seen.duty.get(rep, ALWAYS.bounds),
            absences=(seen.leave[rep],) if rep in seen.leave else (),
            offsets=seen.offsets.get(rep, ALWAYS.offsets),
        )
        for rep in {*seen.duty, *seen.leave, *seen.offsets}
    }
    snapshot = Snapshot(
        now=decision.at,
        roster=roster,
        duty=duty,
        loads=_loads(decision, roster, duty),
        ledgers=_ledgers(decision),
        values={attempt.pool: (_price(attempt),) for attempt in decision.attempts if attempt.line},
        seq=decision.seq - 1,
        away=_subjects(decision, Code.AWAY),
        paused=_subjects(decision, Code.PAUSED),
    )
    return lead, snapshot


def _subjects(decision: Decision, code: Literal[Code.AWAY, Code.PAUSED]) -> frozenset[str]:
    """Who was away, or what was paused, as far as it kept somebody from the lead."""
    found = [(rep, no) for attempt in decision.attempts for rep, no in attempt.excluded if no.code is code]
    return frozenset([rep if code is Code.AWAY else str(no.detail[0]) for rep, no in found])


def _price(attempt: Attempt) -> Decimal:
    """What the lead would cost in this pool, in leads or money: in a value-fair pool the median, if it has no value."""
    return Decimal(sum([standing.share for standing in attempt.line])) / UNIT


def _loads(decision: Decision, roster: Roster, duty: Mapping[str, Duty]) -> Mapping[str, Load]:
    loads: dict[str, Load] = {}
    for attempt in decision.attempts:
        for seat in attempt.seats:
            loads[seat.rep] = _both(loads.get(seat.rep), Load(open=seat.open, last=seat.last))
        for rep, no in attempt.excluded:
            if (load := _load(no, attempt.pool, decision.at, duty.get(rep, ALWAYS), roster)) is not None:
                loads[rep] = _both(loads.get(rep), load)
    return loads


def _both(known: Load | None, load: Load) -> Load:
    """What two attempts say of one rep: each names only what it looked at."""
    if known is None:
        return load
    return Load(
        open=max(known.open, load.open),
        counts=tuple({count[0]: count for count in (*known.counts, *load.counts)}.values()),
        last=load.last if known.last is None else known.last,
        paced=(*known.paced, *load.paced),
    )


def _load(no: Exclusion, pool: str, at: Millis, duty: Duty, roster: Roster) -> Load | None:
    """The load that makes for this exclusion."""
    match no.code, no.detail:
        case Code.AT_OPEN_CAP, (int(used), _):
            return Load(open=used)
        case Code.AT_DAY_CAP, (int(used), _):
            return Load(counts=(("day", period("day", at, duty.offsets), used),))
        case Code.AT_PERIOD_CAP, (str(kind), int(used), _):
            named = _KINDS[kind]
            return Load(counts=((named, period(named, at, duty.offsets), used),))
        case Code.BACKLOG_PACE, (int(again),):
            pace = roster.pools[pool].backlog
            return Load(paced=((pool, again - pace.every),) * pace.each) if pace else None
    return None


_KINDS: Final[Mapping[str, PeriodKind]] = {"hour": "hour", "day": "day", "week": "week", "month": "month"}


def _ledgers(decision: Decision) -> Mapping[str, Ledger]:
    """The parts of the pools' ledgers that the attempts saw, before this lead."""
    ledgers: dict[str, Ledger] = {}
    for attempt in decision.attempts:
        known = ledgers.get(attempt.pool) or Ledger(pool=attempt.pool)
        owed = {standing.rep: standing.credit - standing.share for standing in attempt.line}
        ahead = {rep: -int(no.detail[0]) for rep, no in attempt.excluded if no.code is Code.TOO_FAR_AHEAD}
        turns = {seat.rep: seat.turn for seat in attempt.seats if seat.turn >= 0}
        credits = {**known.credits, **owed, **ahead}
        ledgers[attempt.pool] = Ledger(pool=attempt.pool, credits=credits, turns={**known.turns, **turns})
    return ledgers


class _Stored(Struct, frozen=True, array_like=True, gc=False):
    """The stored form: the lead's fields as JSON, so that a number stays a number and a text a text."""

    version: int
    engine: str
    policy: str
    roster: str
    decision: Decision
    lead: bytes
    facts: Facts


_TO_JSON: Final = json.Encoder(decimal_format="number", order="sorted")
_TO_BYTES: Final = msgpack.Encoder(order="sorted")
_FROM_BYTES: Final = msgpack.Decoder(_Stored)
_FROM_JSON: Final = json.Decoder(dict[str, object], float_hook=Decimal)


def pack(kept: Record) -> bytes:
    """The bytes that are stored: the same record gives the same bytes."""
    return zlib.compress(plain(kept), LEVEL)


def plain(kept: Record) -> bytes:
    """The bytes before they are compressed: enough to see whether two records are the same."""
    stored = _Stored(VERSION, kept.engine, kept.policy, kept.roster, kept.decision, fields_json(kept.lead), kept.facts)
    return _TO_BYTES.encode(stored)


def unpack(stored: bytes) -> Record:
    """The record that `pack` made these bytes from."""
    found = _FROM_BYTES.decode(zlib.decompress(stored))
    return Record(
        engine=found.engine,
        policy=found.policy,
        roster=found.roster,
        decision=found.decision,
        lead=read_fields(found.lead),
        facts=found.facts,
    )


def fields_json(fields: Mapping[str, Value]) -> bytes:
    """A lead's fields as JSON; the same fields give the same bytes."""
    return _TO_JSON.encode(fields)


def read_fields(text: bytes) -> Mapping[str, Value]:
    """A lead's fields from JSON: numbers with a point are `Decimal`, lists are tuples."""
    return {name: as_value(found) for name, found in _FROM_JSON.decode(text).items()}


def as_value(found: object) -> Value:
    """A value of a field from decoded JSON; ValueError for what no field can hold."""
    match found:
        case bool() | int() | Decimal() | str():
            return found
        case list():
            return tuple(str(part) for part in found)
        case _:
            raise ValueError(f"{found!r} is not the value of a field")
