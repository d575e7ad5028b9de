"""The decision record as people and programs read it: JSON with names, numbers and sentences.

Everything that a record holds is here too, so that the record can be read back (`reading/records.py`) and replayed.
Credits and shares are in leads, times in ISO 8601 UTC.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Final, Literal, assert_never

from msgspec import Raw, Struct, json
from msgspec.structs import replace

from evenhand.core import answers
from evenhand.core.case import Case
from evenhand.core.codes import why_not
from evenhand.core.instants import say_instant
from evenhand.core.ledger import UNIT, Standing
from evenhand.core.model import Millis
from evenhand.core.outcome import (
    HANDS,
    Assigned,
    Attempt,
    Decision,
    Duplicate,
    Held,
    HeldWhy,
    Offered,
    Posting,
    Rejected,
    Seat,
    Trigger,
    Waiting,
)
from evenhand.core.policy.model import Policy, Rule
from evenhand.core.record import VERSION, Facts, Record, fields_json
from evenhand.core.tell import because, say_hand, warning, why_first

_PLACES: Final = Decimal("0.000000001")
_BY_CREDIT: Final = frozenset({"round_robin", "weighted", "cherry_pick", "shotgun"})  # who has least takes it


class Candidate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person whom the tier could mean, and the verdict on them."""

    rep: str
    verdict: str
    credit: Decimal | None = None
    share: Decimal | None = None
    entitled: Decimal | None = None
    weight: int | None = None
    open: int | None = None
    last: str | None = None
    turn: int | None = None
    fit: int | Decimal | None = None
    code: str | None = None
    detail: tuple[int | str, ...] = ()
    again: str | None = None
    why: str = ""


class Tried(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An earlier tier, or an earlier rule, that could not place the lead."""

    rule: str
    tier: int
    pool: str = ""
    candidates: tuple[Candidate, ...] = ()


class Unknown(Struct, frozen=True):
    """An earlier rule that did not match because something is not known."""

    rule: str
    why: str


class Inputs(Struct, frozen=True):
    """What the decision read: the lead's fields, and the facts of the moment."""

    lead: Raw
    facts: Facts


class View(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision, to be read. Fields that say nothing are left out."""

    v: int
    engine: str
    id: str
    lead: str
    at: str
    trigger: Trigger
    policy: str
    roster: str
    seq: int
    outcome: str
    rep: str | None = None
    desk: str | None = None
    of: str | None = None
    offered: tuple[str, ...] = ()
    blind: bool = False
    stage: int = 0
    suggestions: tuple[str, ...] = ()
    screen: int | None = None
    waits: Literal["tier", "nobody"] | None = None
    held: HeldWhy | None = None
    rule: str | None = None
    tier: int | None = None
    how: str | None = None
    pool: str | None = None
    posting: Posting | None = None
    charge: Decimal | int = 0
    written_off: Decimal | int = 0
    score: int | Decimal | None = None
    value: int | Decimal | None = None
    due: str | None = None
    remind: str | None = None
    wake: str | None = None
    widen: str | None = None
    expires: str | None = None
    superseded_by: str | None = None
    because: str
    unknown: tuple[Unknown, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    tried: tuple[Tried, ...] = ()
    passed: tuple[str, ...] = ()
    inputs: Inputs
    chain: str | None = None
    history: tuple["View", ...] = ()


_ENCODER: Final = json.Encoder(decimal_format="number", order="deterministic")


def encode(view: View) -> bytes:
    """One line of JSON, without the line end; the same view gives the same bytes."""
    return _ENCODER.encode(view)


def seal(line: bytes, before: str) -> tuple[bytes, str]:
    """A decision's line with its link in the chain, and that link: the SHA-256 of the link before and of this line.

    Whoever changes a line, drops one or adds one breaks the chain there, or must make all later links anew and so
    changes the last one. `before` is empty for the first decision.
    """
    link = sha256(before.encode() + line).hexdigest()
    return line[:-1] + b',"chain":"' + link.encode() + b'"}', link


def unsealed(view: View) -> View:
    """A decision as it was before it got its link, its successor and its history."""
    return replace(view, chain=None, history=(), superseded_by=None)


def leads(units: int) -> Decimal:
    """Units as leads, exactly, with nine places."""
    return Decimal(units).scaleb(-9)


def _iso(at: Millis | None) -> str | None:
    return None if at is None else say_instant(at)


def view(kept: Record, case: Case, policy: Policy) -> View:
    """Put a record into words. The case is that of the decision, or opened again from what `rebuilt` gives."""
    decision = kept.decision
    rule = policy.rules[decision.rule] if decision.rule >= 0 else None
    decided = decision.tier >= 0 or decision.trigger in HANDS
    last = decision.attempts[-1] if decision.attempts and decided else None
    tried = decision.attempts[:-1] if last else decision.attempts
    said = View(
        v=VERSION,
        engine=kept.engine,
        id=f"{decision.lead}.{decision.seq}",
        lead=decision.lead,
        at=say_instant(decision.at),
        trigger=decision.trigger,
        policy=kept.policy,
        roster=kept.roster,
        seq=decision.seq,
        rule=rule.name if rule else None,
        tier=decision.tier + 1 if decision.tier >= 0 else None,
        how=rule.how if rule else None,
        pool=decision.pool or None,
        posting=None if decision.posting == "none" else decision.posting,
        charge=_leads_short(decision.charge),
        written_off=_leads_short(decision.written_off),
        score=decision.score,
        value=decision.value,
        because=because(decision, case, policy),
        unknown=unknowns(decision, case, policy),
        candidates=candidates(last, decision, rule.how if rule else "", case) if last else (),
        tried=tuple([_tried(attempt, policy) for attempt in tried]),
        passed=tuple([policy.rules[number].name for number in decision.passed]),
        inputs=Inputs(Raw(fields_json(kept.lead)), kept.facts),
        outcome="",
    )
    return _with_outcome(said, decision)


def _leads_short(units: int) -> Decimal | int:
    whole, part = divmod(units, UNIT)
    return leads(units).normalize() if part else whole


def _with_outcome(said: View, decision: Decision) -> View:
    match decision.outcome:
        case Assigned(rep, due, remind):
            return replace(said, outcome="assigned", rep=rep, due=_iso(due), remind=_iso(remind))
        case Offered(reps, blind, stage, widen, expires):
            times = {"widen": _iso(widen), "expires": _iso(expires)}
            return replace(said, outcome="offered", offered=reps, blind=blind, stage=stage, **times)
        case Waiting(why, wake, desk):
            return replace(said, outcome="waiting", waits=why, wake=_iso(wake), due=_iso(desk))
        case Held(why, desk_of, suggestions, number):
            screen = number if number >= 0 else None
            return replace(said, outcome="held", held=why, desk=desk_of or None, suggestions=suggestions, screen=screen)
        case Rejected(screen):
            return replace(said, outcome="rejected", screen=screen)
        case Duplicate(of, holder):
            return replace(said, outcome="duplicate", of=of, rep=holder)
        case never:
            assert_never(never)


def unknowns(decision: Decision, case: Case, policy: Policy) -> tuple[Unknown, ...]:
    """The rules before the one that decided which did not match because something is not known, and what."""
    if isinstance(decision.outcome, Rejected | Duplicate):
        return ()
    end = decision.rule if decision.rule >= 0 else len(policy.rules)
    known = answers.known_fields(case.lead, case.facts)
    return tuple(
        [
            Unknown(rule.name, _missing(rule, case, known))
            for number, rule in enumerate(policy.rules[:end])
            if not rule.when.reads <= known
            and rule.when.test(case.facts, case.now, answers.asked(number, case.lead, policy)) is None
        ]
    )


def _missing(rule: Rule, case: Case, known: frozenset[str]) -> str:
    """`industry, employees not known`, or that no account matched."""
    missing = sorted(rule.when.reads - known)
    if case.lead.match is None and any(name.startswith("account.") for name in missing):
        return "no account matched"
    return f"{', '.join(missing)} not known"


def candidates(attempt: Attempt, decision: Decision, how: str, case: Case) -> tuple[Candidate, ...]:
    """Everybody whom the tier could mean: those who could, in line order, then the others."""
    seats = {seat.rep: seat for seat in attempt.seats}
    weights = sum([standing.weight for standing in attempt.line])
    charge = sum([standing.share for standing in attempt.line])
    plain = charge == UNIT and not decision.written_off
    able = [
        _able(standing, seats[standing.rep], None if plain else weights, why=_why_able(standing, decision, how))
        for standing in attempt.line
    ]
    if decision.trigger in HANDS:
        return (*_given(able, attempt, decision), *[no for no in _excluded(attempt) if no.rep != decision.rep])
    if able and attempt.line[0].rep == decision.rep:
        able[0] = replace(able[0], verdict="chosen", why=why_first(attempt, decision.rep, how, case))
    return (*able, *_excluded(attempt))


def _given(able: list[Candidate], attempt: Attempt, decision: Decision) -> list[Candidate]:
    """Those who could, with the one whom a person chose at their place in line, or before it if they are not in it."""
    places = [number for number, candidate in enumerate(able) if candidate.rep == decision.rep]
    own = able.pop(places[0]) if places else _seated(attempt.seats[0])
    if (no := warning(decision)) is not None:
        own = replace(own, code=no.code, detail=no.detail, again=_iso(no.again))
    able.insert(places[0] if places else 0, replace(own, verdict="chosen", why=say_hand(decision)))
    return able


def _seated(seat: Seat) -> Candidate:
    """Somebody outside the line, who has no share and no credit."""
    turn = seat.turn if seat.turn >= 0 else None
    return Candidate(rep=seat.rep, verdict="", open=seat.open, last=_iso(seat.last), turn=turn, fit=seat.fit or None)


def _able(standing: Standing, seat: Seat, weights: int | None, *, why: str) -> Candidate:
    """Somebody who could. Where the share posted is not that of one lead by weight, both are told."""
    return Candidate(
        rep=standing.rep,
        verdict="eligible",
        credit=leads(standing.credit),
        share=leads(standing.share) if weights is None else (Decimal(standing.weight) / weights).quantize(_PLACES),
        entitled=None if weights is None else leads(standing.share),
        weight=standing.weight,
        open=seat.open,
        last=_iso(seat.last),
        turn=seat.turn if seat.turn >= 0 else None,
        fit=seat.fit or None,
        why=why,
    )


def _why_able(standing: Standing, decision: Decision, how: str) -> str:
    """What became of somebody who could have taken the lead."""
    match decision.outcome:
        case Offered(reps):
            return "offered to them" if standing.rep in reps else "not in the group that it is offered to"
        case Held():
            return "may have it from the desk"
        case _ if decision.trigger in HANDS:
            return "could have had it too"
        case _:
            ahead = standing.credit - standing.share < 0 and how in _BY_CREDIT
            return "ahead of their share" if ahead else "others stood before them"


def _excluded(attempt: Attempt) -> list[Candidate]:
    return [
        Candidate(rep=rep, verdict="excluded", code=no.code, detail=no.detail, again=_iso(no.again), why=why_not(no))
        for rep, no in attempt.excluded
    ]


def _tried(attempt: Attempt, policy: Policy) -> Tried:
    return Tried(
        rule=policy.rules[attempt.rule].name,
        tier=attempt.tier + 1,
        pool=attempt.pool,
        candidates=tuple(_excluded(attempt)),
    )
