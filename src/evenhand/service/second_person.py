"""A decision as a rep may read it: why me, why not me. Of a colleague who was not there no more than that is said.

Numbers of the ledger are for everybody in the pool; leave, hours and pauses are for oneself and for managers.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Raw
from msgspec.structs import replace

from evenhand.actions.explaining import Answer as Why
from evenhand.actions.explaining import why_rep
from evenhand.core.codes import Code
from evenhand.core.record import Facts
from evenhand.core.view import Candidate, Inputs, Tried, View

ABSENT: Final = frozenset({Code.INACTIVE, Code.AWAY, Code.ON_LEAVE, Code.HOLIDAY, Code.OFF_HOURS, Code.PAUSED})
NOT_AVAILABLE: Final = "not available"

_COUNTED: Final = re.compile(r" \(\d.*|: no eligible member.*")  # who was kept away by what, and until when
_YOURS: Final = (
    (re.compile(r"^has "), "you have "),
    (re.compile(r"^does not "), "you do not "),
    (re.compile(r"^declined "), "you declined "),
    (re.compile(r"^could "), "you could "),
    (re.compile(r"\btheir share"), "your share"),
)


def for_rep(view: View, rep: str) -> View:
    """The decision with what a rep may know of their colleagues, without what it was worked out from."""
    return replace(
        view,
        because=_reason(view, rep),
        inputs=Inputs(lead=Raw(b"{}"), facts=Facts(received=view.inputs.facts.received)),
        candidates=_candidates(view.candidates, rep),
        tried=tuple([_tried(each, rep) for each in view.tried]),
        wake=None,
        history=tuple([for_rep(past, rep) for past in view.history]),
    )


def why(view: View, rep: str, *, asking: str = "") -> Why:
    """Why somebody got a lead, or did not; for a rep who asks: about themselves to them, about colleagues no more than
    they may know.
    """
    found = why_rep(view, rep)
    if not asking:
        return found
    if rep != asking:
        return Why(rep=rep, verdict=found.verdict, why=NOT_AVAILABLE) if rep in _absent(view) else _only_why(found)
    said = _reason(view, rep) if found.verdict == "chosen" else found.why
    return replace(found, why=_to_you(said), change=tuple(map(_to_you, found.change)))


def _only_why(found: Why) -> Why:
    """What a colleague would have to change is between them and their manager."""
    return replace(found, change=())


def _to_you(text: str) -> str:
    for pattern, said in _YOURS:
        text = pattern.sub(said, text)
    return text


def _reason(view: View, rep: str) -> str:
    if view.outcome in {"waiting", "held"}:
        return _COUNTED.sub(".", view.because)
    if view.outcome == "assigned" and view.rep == rep:
        return f"You: {view.because.partition(': ')[2]}"
    return view.because


def _tried(tried: Tried, rep: str) -> Tried:
    return replace(tried, candidates=_candidates(tried.candidates, rep))


def _candidates(candidates: tuple[Candidate, ...], rep: str) -> tuple[Candidate, ...]:
    return tuple([each if each.rep == rep or each.code not in ABSENT else _kept_back(each) for each in candidates])


def _kept_back(candidate: Candidate) -> Candidate:
    return Candidate(rep=candidate.rep, verdict=candidate.verdict, why=NOT_AVAILABLE)


def _absent(view: View) -> set[str]:
    return {each.rep for each in _every(view) if each.code in ABSENT}


def _every(view: View) -> Iterator[Candidate]:
    yield from view.candidates
    for tried in view.tried:
        yield from tried.candidates
