"""The demo as a desk that is alive: a past that holds together, people who can sign in, and leads that go on coming."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from evenhand.actions.api_keys import keys_of
from evenhand.actions.texts import publish
from evenhand.actions.users import listed
from evenhand.analytics.floor import people
from evenhand.analytics.proof import prove
from evenhand.app import open_desk, settings_of
from evenhand.app.demo import Demo, found_demo
from evenhand.app.upkeep import make_desk
from evenhand.core.model import MINUTE
from evenhand.demo.living import policy_text, team_text
from evenhand.demo.trickle import ROUND, made_up
from evenhand.errors import BadUsage
from evenhand.reading.setup import read_setup
from evenhand.settings import Settings
from tests.desk import MANAGER, POLICY, TEAM

LEADS = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(str(tmp_path_factory.mktemp("demo") / "demo.db"), {})


@pytest.fixture(scope="module")
def demo(place: Settings) -> Demo:
    return found_demo(place, leads=LEADS, seed=3)


def test_there_is_a_past_and_it_holds_together(place: Settings, demo: Demo) -> None:
    with open_desk(place) as desk:
        assert prove(desk).found == ()
        with desk.store.reading(desk.workspace) as tx:
            states, unsent = tx.counts.leads(), tx.counts.outbox("waiting")
        moved_in = keys_of(desk)[0].since
    assert sum(states.values()) == LEADS
    assert {"assigned", "working", "closed"} <= set(states)
    assert [each for each in unsent if each.at < moved_in - MINUTE] == []  # what was due in the past was told then


def test_an_owner_a_manager_and_a_rep_can_sign_in(place: Settings, demo: Demo) -> None:
    with open_desk(place) as desk:
        found = {(row.email, row.role, row.rep) for row in listed(desk)}
    assert found == {
        ("owner@demo.example", "owner", ""),
        ("manager@demo.example", "manager", "katrin"),
        ("rep@demo.example", "rep", "lena"),
    }
    assert set(demo.tickets) == {email for email, _, _ in found}
    assert all(ticket.startswith("1.") for ticket in demo.tickets.values())
    assert demo.key not in repr(demo)


def test_a_demo_that_is_there_is_only_given_new_links(place: Settings, demo: Demo) -> None:
    again = found_demo(place, leads=LEADS)
    assert again.key != demo.key
    with open_desk(place) as desk, desk.store.reading(desk.workspace) as tx:
        assert sum(tx.counts.leads().values()) == LEADS


def test_somebodys_own_desk_is_no_place_for_a_demo(tmp_path: Path) -> None:
    settings = settings_of(str(tmp_path / "own.db"), {"EVENHAND_SECRET": "07" * 32})
    make_desk(settings)
    with open_desk(settings) as desk:
        desk.do(publish, {"policy": POLICY, "roster": TEAM}, actor=MANAGER)
    with pytest.raises(BadUsage, match="somebody's own"):
        found_demo(settings)


def test_most_of_its_people_work_at_any_hour(place: Settings, demo: Demo) -> None:
    with open_desk(place) as desk:
        standing = Counter(person.standing for person in people(desk))
    assert standing["on duty"] > 20


def test_its_texts_can_be_read() -> None:
    setup = read_setup(policy_text(), team_text())
    assert len(setup.roster.reps) == 40


def test_leads_go_on_for_ever_the_same_for_the_same_seed() -> None:
    (_, one), (_, same), (_, other) = made_up(1), made_up(1), made_up(2)
    first = list(islice(one, 20))
    assert first == list(islice(same, 20))
    assert first != list(islice(other, 20))
    assert next(islice(one, ROUND, None))
    assert all(cells and "id" not in cells and "outcome" not in cells for cells in first)
