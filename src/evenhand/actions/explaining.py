"""Finding one lead's decision in a file, and answering for one person why, or why not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from evenhand.core.codes import Code, why_not
from evenhand.core.codes import Exclusion as No
from evenhand.core.outcome import HANDS, Trigger
from evenhand.core.remedy import remedy
from evenhand.core.tell import say_leads
from evenhand.core.view import Candidate, View
from evenhand.errors import NotFound
from evenhand.reading.decisions import open_lines, read_view, units

_LAST_STEP: Final = {"offered": "be the first to take it", "held": "be given it from the desk"}
_BY_HAND: Final[Mapping[Trigger, str]] = {"by_hand": "be given it by hand", "claimed": "be the first to take it"}


class Answer(Struct, frozen=True, kw_only=True):
    """Why one person got a lead, or did not, and what would have to change for that."""

    rep: str
    verdict: str
    why: str
    change: tuple[str, ...] = ()


def find_decision(path: Path, lead: str) -> View:
    """The decision on a lead, with its history. Raises NotFound if the file has none, BadFile if it cannot be read."""
    wanted = b'"lead":' + msgspec.json.encode(lead)
    with open_lines(path) as lines:
        likely = (pair for pair in enumerate(lines, start=1) if wanted in pair[1])
        for number, line in likely:
            found = read_view(line, path, number)
            if found.lead == lead:
                return found
    raise NotFound(f"{path} has no decision on lead {lead!r}. Look at the ids with: head {path}")


def why_rep(view: View, rep: str) -> Answer:
    """Answer for one person, from the record alone."""
    if view.rep == rep and view.outcome == "assigned":
        return Answer(rep=rep, verdict="chosen", why=view.because)
    for candidate in view.candidates:
        if candidate.rep == rep:
            return _of_candidate(view, candidate)
    for earlier in reversed(view.tried):
        for candidate in earlier.candidates:
            if candidate.rep == rep:
                answer = _of_candidate(view, candidate)
                return msgspec.structs.replace(answer, why=f"in rule {earlier.rule}, tier {earlier.tier}: {answer.why}")
    for past in reversed(view.history):
        if past.rep == rep and past.outcome == "assigned":
            return Answer(rep=rep, verdict="previous holder", why=f"had it from {past.at}: {past.because}")
    return _not_considered(view, rep)


def _of_candidate(view: View, candidate: Candidate) -> Answer:
    if candidate.code is not None:
        code = Code(candidate.code)
        why = why_not(No(code, candidate.detail))
        last = _BY_HAND.get(view.trigger) or _LAST_STEP.get(view.outcome, "stand first in line")
        then = f"after that, {last}"
        return Answer(rep=candidate.rep, verdict="excluded", why=why, change=(remedy(code, candidate.detail), then))
    if view.outcome != "assigned":
        why, then = f"could take it: {candidate.why}", _LAST_STEP.get(view.outcome, "stand first in line")
        return Answer(rep=candidate.rep, verdict="eligible", why=why, change=(then,))
    if view.trigger in HANDS:
        why = f"{candidate.why}, but {view.rep} was given it or took it"
        return Answer(rep=candidate.rep, verdict="eligible", why=why, change=(_BY_HAND[view.trigger],))
    place = next(n for n, other in enumerate(view.candidates, start=1) if other.rep == candidate.rep)
    first = view.candidates[0]
    why = (
        f"could have taken it, and stood {_nth(place)} of {sum(c.code is None for c in view.candidates)} in line: "
        f"credit {say_leads(units(candidate.credit or 0))}, {first.rep} {say_leads(units(first.credit or 0))}"
    )
    change = (f"stand before {first.rep}: the line moves with every lead of this pool",)
    return Answer(rep=candidate.rep, verdict="eligible", why=why, change=change)


def _nth(place: int) -> str:
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _not_considered(view: View, rep: str) -> Answer:
    if view.pool and not view.pool.startswith("rule "):
        among = f"{rep} is not among those it means, or nobody has that id"
        why = f"rule {view.rule} asks for pool {view.pool}, and {among}"
        change = (f"be a member of pool {view.pool}, and whatever else the rule asks for",)
        return Answer(rep=rep, verdict="not considered", why=why, change=change)
    if view.rule:
        why = f"rule {view.rule} does not mean {rep}, or nobody has that id"
        return Answer(rep=rep, verdict="not considered", why=why, change=("be somebody whom that rule means",))
    return Answer(rep=rep, verdict="not considered", why=f"nobody was considered: {view.because}")
