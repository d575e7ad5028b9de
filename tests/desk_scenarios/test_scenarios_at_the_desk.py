"""Every scenario of tests/scenarios at the desk: it comes out as it says there, and as in a run over a file.

Where a desk and a run over a file must differ:

| what | why | which scenarios |
|---|---|---|
| numbers of open leads, and sentences that tell them | a file says little of how leads end, so a run over it takes a \
lead for closed after 30 days; at a desk a lead is open until somebody closes it | `STAY_OPEN` |
| how many decisions a wait takes | a run over a file writes each look at a waiting lead down; a desk writes a \
decision only when something is decided: while the lead waits in the same tier, the first stands | every one with a \
wait, and one that counts them: `WAITS_ONCE` |
| numbers of leads and decisions, the engine, links of the chain | a desk counts for itself | all |
| how far working hours are known | a desk works them out anew every day | all; decided is the same |
| when it ends (`until`) | a desk goes on; here it is looked at, at that moment | all |
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import asdict, replace

from evenhand.analytics.proof import prove
from evenhand.analytics.scenario import Played, Scenario, check, play, read_scenario
from evenhand.analytics.scenario_expect import Story
from evenhand.core.view import View
from evenhand.stores.filespool import FileSpool
from tests.desk_scenarios.playing import at_the_desk

FOLDER: Final = Path(__file__).parents[1] / "scenarios"
FILES: Final = sorted(FOLDER.rglob("*.toml"))
STAY_OPEN: Final = frozenset(
    {
        "back-from-leave",
        "cap-a-month",
        "five-leads-a-day-for-ten",
        "half-weight-over-a-year",
        "ten-to-ninety-over-sixty-months",
    }
)
WAITS_ONCE: Final[Mapping[str, str]] = {
    "backlog-pace-and-fresh-leads": "night-3: earlier decisions are ['waiting'], and 2 are expected",
}
ON_POSTGRES: Final = (
    "caps-over-the-month-end",
    "how-shotgun",
    "morning-after-a-night-of-leads",
    "same-person-twice",
    "silent-holder",
    "value-fair-pool",
)
_OF_THE_RUN: Final = frozenset({"engine", "id", "seq", "chain", "superseded_by", "history"})
_OF_OPEN_LEADS: Final = frozenset({"because", "candidates", "tried"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_comes_out_at_the_desk_as_it_does_over_a_file(path: Path, sqlite_url: str) -> None:
    check_at_the_desk(path, sqlite_url)


@pytest.mark.parametrize("name", ON_POSTGRES)
def test_a_scenario_comes_out_on_postgres_too(name: str, postgres_url: str) -> None:
    check_at_the_desk(FOLDER / f"{name}.toml", postgres_url)


def test_the_scenarios_that_must_differ_are_there() -> None:
    assert {*STAY_OPEN, *WAITS_ONCE, *ON_POSTGRES} <= {path.stem for path in FILES}


def check_at_the_desk(path: Path, url: str) -> None:
    """What is expected comes out, everything can be proved, and a run over a file has decided the same."""
    scenario = read_scenario(path)
    played = played_at(url, scenario)
    told = [f"{failure.lead}: {failure.what}" for failure in check(scenario, played)]
    allowed = WAITS_ONCE.get(path.stem)
    assert told == ([allowed] if allowed else []), "\n".join([scenario.title, scenario.why, *told])
    over_a_file = play(scenario, FileSpool.opened)
    left_out = _OF_THE_RUN | (_OF_OPEN_LEADS if path.stem in STAY_OPEN else set())
    assert list(differences(over_a_file, played, left_out)) == []


def played_at(url: str, scenario: Scenario) -> Played:
    with at_the_desk(url, scenario) as playing:
        playing.play()
        assert prove(playing.trial.desk).found == ()
        return playing.played()


def differences(file: Played, desk: Played, left_out: frozenset[str]) -> Iterator[str]:
    """What the desk has decided otherwise, lead by lead."""
    for one, other in zip(file.stories, desk.stories, strict=True):
        yield from _between(one, other, lambda view: _seen(view, left_out))


def _between(file: Story, desk: Story, seen: Callable[[View], Mapping[str, object]]) -> Iterator[str]:
    if (file.warned, file.refused is None) != (desk.warned, desk.refused is None):
        yield f"{desk.lead} is refused by one of them"
    first, second = ([seen(view) for view in without_looks(story.decisions)] for story in (file, desk))
    if len(first) != len(second):
        yield f"{desk.lead} took {len(second)} decisions at the desk, and {len(first)} over a file"
    for number, (one, other) in enumerate(zip(first, second, strict=False), start=1):
        names = [name for name in one if one[name] != other[name]]
        yield from (f"{desk.lead}, decision {number}: {name} is {other[name]}, not {one[name]}" for name in names)


def _seen(view: View, left_out: frozenset[str]) -> Mapping[str, object]:
    facts = replace(view.inputs.facts, duty={})
    told = asdict(view) | {"inputs": (bytes(view.inputs.lead), facts)}
    return {name: value for name, value in told.items() if name not in left_out}


def without_looks(decisions: Sequence[View]) -> list[View]:
    """The decisions without those by which a lead only goes on waiting where it was."""
    kept: list[View] = []
    for view in decisions:
        if not (kept and view.outcome == "waiting" and _place(view) == _place(kept[-1])):
            kept.append(view)
    return kept


def _place(view: View) -> tuple[str, str | None, int | None]:
    return view.outcome, view.rule, view.tier
