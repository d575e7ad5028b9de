"""Reading decisions back from the JSON that was written of them, so that they can be explained and replayed."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from io import BufferedIOBase
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from evenhand.core.codes import Code, Exclusion
from evenhand.core.ledger import Standing
from evenhand.core.model import Millis
from evenhand.core.outcome import (
    HANDS,
    Assigned,
    Attempt,
    Decision,
    Duplicate,
    Held,
    Offered,
    Outcome,
    Rejected,
    Seat,
    Waiting,
)
from evenhand.core.policy.model import Policy
from evenhand.core.record import VERSION, Record, read_fields
from evenhand.core.view import Candidate, View
from evenhand.errors import BadFile, Fault

_MOST: Final = 1 << 62  # decisions
_DECODER: Final = msgspec.json.Decoder(View)


def open_lines(path: Path) -> BufferedIOBase:
    """The file, unpacked on the way if its name ends in .gz. Raises BadFile if it cannot be opened."""
    try:
        return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise BadFile(Fault(where=str(path), what=f"cannot be read: {error.strerror or error}.")) from error


def read_views(path: Path) -> Iterator[tuple[int, View]]:
    """Every lead's final decision of a file with its line number. Raises BadFile for a line that is not one."""
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, read_view(line, path, number)


def read_view(line: bytes, path: Path, number: int) -> View:
    """One decision from its line of JSON. Raises BadFile for one that this release cannot read."""
    try:
        found = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        fix = "Give the file that `evenhand route --out decisions.jsonl` wrote."
        what = f"is not a decision record: {error}."
        raise BadFile(Fault(where=str(path), line=number, what=what, fix=fix)) from error
    if not 0 < found.seq < _MOST:
        what = f"has the number {found.seq}, which no decision has."
        raise BadFile(Fault(where=str(path), line=number, what=what, fix="Fetch the file again."))
    if found.v != VERSION:
        fix = "Use the release of Evenhand that wrote it, or a later one."
        what = f"is a record of version {found.v}; this release reads version {VERSION}."
        raise BadFile(Fault(where=str(path), line=number, what=what, fix=fix))
    return found


def flat(views: Iterable[View]) -> Iterator[View]:
    """Every decision of every lead, earlier ones too."""
    for found in views:
        yield from found.history
        yield found


def instant(text: str) -> Millis:
    """A moment as `say_instant` writes it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _maybe(text: str | None) -> Millis | None:
    return None if text is None else instant(text)


def record_of(view: View, policy: Policy) -> Record:
    """The record that this view shows. Raises ValueError or KeyError if it contradicts itself or the policy."""
    numbers = {rule.name: number for number, rule in enumerate(policy.rules)}
    rule = numbers[view.rule] if view.rule is not None else -1
    tried = [_attempt(numbers[part.rule], part.tier - 1, part.pool, part.candidates) for part in view.tried]
    tier = -1 if view.tier is None else view.tier - 1
    if view.trigger in HANDS or (tier >= 0 and (view.candidates or view.pool)):
        last = _attempt(rule, tier, view.pool or "", view.candidates)
        tried.append(_given(last, view.candidates) if view.trigger in HANDS else last)
    decision = Decision(
        lead=view.lead,
        at=instant(view.at),
        seq=view.seq,
        trigger=view.trigger,
        outcome=_outcome(view),
        rule=rule,
        tier=tier,
        pool=view.pool or "",
        charge=units(view.charge),
        posting=view.posting or "none",
        score=view.score,
        value=view.value,
        attempts=tuple(tried),
        passed=tuple(numbers[name] for name in view.passed),
        written_off=units(view.written_off),
    )
    return Record(
        engine=view.engine,
        policy=view.policy,
        roster=view.roster,
        decision=decision,
        lead=read_fields(bytes(view.inputs.lead)),
        facts=view.inputs.facts,
    )


def units(leads: Decimal | int) -> int:
    """Leads as whole units."""
    return int(Decimal(leads).scaleb(9))


def _outcome(view: View) -> Outcome:
    match view.outcome:
        case "assigned":
            return Assigned(view.rep or "", _maybe(view.due), _maybe(view.remind))
        case "offered":
            return Offered(view.offered, view.blind, view.stage, _maybe(view.widen), _maybe(view.expires))
        case "waiting" if view.waits is not None:
            return Waiting(view.waits, _maybe(view.wake), _maybe(view.due))
        case "held" if view.held is not None:
            screen = -1 if view.screen is None else view.screen
            return Held(view.held, view.desk or "", view.suggestions, screen)
        case "rejected" if view.screen is not None:
            return Rejected(view.screen)
        case "duplicate":
            return Duplicate(view.of or "", view.rep)
    raise ValueError(f"outcome {view.outcome!r} is not complete")


def _attempt(rule: int, tier: int, pool: str, candidates: tuple[Candidate, ...]) -> Attempt:
    able = [candidate for candidate in candidates if candidate.verdict != "excluded"]
    return Attempt(
        rule=rule,
        tier=tier,
        pool=pool,
        seats=tuple(_seat(candidate) for candidate in able),
        line=tuple(_standing(candidate) for candidate in able),
        excluded=tuple(_no(candidate) for candidate in candidates if candidate.verdict == "excluded"),
    )


def _given(attempt: Attempt, candidates: tuple[Candidate, ...]) -> Attempt:
    """The attempt of a lead given by hand: its holder may stand outside the line, and keeps what was in the way."""
    outside = {candidate.rep for candidate in candidates if candidate.share is None}
    warning = [_no(candidate) for candidate in candidates if candidate.verdict == "chosen" and candidate.code]
    line = tuple(standing for standing in attempt.line if standing.rep not in outside)
    return replace(attempt, line=line, excluded=(*warning, *attempt.excluded))


def _no(candidate: Candidate) -> tuple[str, Exclusion]:
    return candidate.rep, Exclusion(Code(candidate.code or ""), candidate.detail, _maybe(candidate.again))


def _seat(candidate: Candidate) -> Seat:
    return Seat(
        candidate.rep,
        candidate.weight or 1,
        candidate.open or 0,
        _maybe(candidate.last),
        -1 if candidate.turn is None else candidate.turn,
        candidate.fit or 0,
    )


def _standing(candidate: Candidate) -> Standing:
    entitled = candidate.share if candidate.entitled is None else candidate.entitled
    return Standing(candidate.rep, candidate.weight or 1, units(entitled or 0), units(candidate.credit or 0))
