"""Every scenario in tests/scenarios: what it expects comes out, and every decision of it can be made again."""

from pathlib import Path
from typing import Final

import pytest

from evenhand.analytics.replay import Replay
from evenhand.analytics.scenario import check, play, read_scenario
from evenhand.reading.decisions import flat
from evenhand.stores.filespool import FileSpool

FOLDER: Final = Path(__file__).parent / "scenarios"
FILES: Final = sorted(FOLDER.rglob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_comes_out_as_it_expects(path: Path) -> None:
    scenario = read_scenario(path)
    failures = check(scenario, play(scenario, FileSpool.opened))
    said = [f"  {failure.lead}: {failure.what}" for failure in failures]
    assert not failures, "\n".join([scenario.title, scenario.why, *said])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_decision_of_the_scenario_replays(path: Path) -> None:
    scenario = read_scenario(path)
    finals = [story.final for story in play(scenario, FileSpool.opened).stories if story.final]
    replay = Replay(scenario.setup.policy, scenario.setup.roster, engine="scenario")
    kept = sorted(flat(finals), key=lambda view: view.seq)
    assert [f"{each.lead}: {each.what}" for view in kept for each in replay.check(view)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_says_what_it_is_and_why(path: Path) -> None:
    scenario = read_scenario(path)
    assert scenario.title != path.stem
    assert scenario.why
