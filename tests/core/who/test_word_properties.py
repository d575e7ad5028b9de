"""One property for each WHO word: it lets somebody through exactly when a plain sentence about the two is true."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.model import DAY, Absence, Band, Duty, Load, Rep, Team
from evenhand.core.places import Place, parse_area
from evenhand.core.when import Field, read, vocabulary_with
from evenhand.core.who import WHO, Word
from evenhand.core.who.account import AccountRole
from evenhand.core.who.attribute import Attribute
from evenhand.core.who.available import Available
from evenhand.core.who.band import DealBand, ScoreBand
from evenhand.core.who.manager import ManagerOf
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord
from tests.factories import NEVER, NOW, OFFICE, lead, owned_by, pool, rep, roster, snapshot

COUNTRIES: Final = ("DE", "FR", "US")
DUTIES: Final = (OFFICE, NEVER, Duty(bounds=(0, 1 << 53), absences=(Absence(NOW - DAY, NOW + DAY, "leave"),)))


class Meeting(Struct, frozen=True):
    """A rep and a lead in one world."""

    rep: Rep
    case: Case


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    bounds = sorted(draw(st.lists(st.integers(0, 9), min_size=2, max_size=2)))
    ann = rep(
        "ann",
        team=draw(st.sampled_from(["north", "south"])),
        active=draw(st.booleans()),
        away=draw(st.booleans()),
        seniority=draw(st.none() | st.integers(0, 4)),
        skills={"law": draw(st.integers(0, 4))},
        languages=tuple(draw(st.lists(st.sampled_from(["de", "en"]), unique=True))),
        territories=tuple(parse_area(text) for text in draw(st.lists(st.sampled_from(COUNTRIES), unique=True))),
        deal_band=draw(st.none() | st.just(Band(*bounds))),
        score_band=draw(st.none() | st.just(Band(bounds[0], None))),
        attributes={"grade": draw(st.sampled_from(["a", "b"]))},
        caps={"open": 3},
    )
    weight = draw(st.integers(0, 2))
    people = roster(
        pool("sales", f"{draw(st.sampled_from(['ann', 'bob']))}:{weight}", paused=draw(st.booleans())),
        ann,
        rep("bob"),
        Team(name="north", manager=draw(st.sampled_from(["ann", "bob"]))),
    )
    facts = {"language": draw(st.sampled_from(["de", "en", "fr"])), "use_case": draw(st.sampled_from(["law", "tax"]))}
    known = {name: value for name, value in facts.items() if draw(st.booleans())}
    world = snapshot(
        people, duty={"ann": draw(st.sampled_from(DUTIES))}, loads={"ann": Load(open=draw(st.integers(0, 4)))}
    )
    table = Case(
        lead=lead(match=draw(st.none() | st.sampled_from([owned_by("ann"), owned_by("bob")]))),
        snapshot=world,
        facts=known,
        place=Place(draw(st.sampled_from(["", *COUNTRIES]))),
        value=draw(st.none() | st.integers(0, 9)),
        score=draw(st.none() | st.integers(0, 9)),
    )
    return Meeting(ann, table)


def within(amount: object, band: Band | None) -> bool:
    if band is None:
        return True
    return isinstance(amount, int) and (band.low or 0) <= amount <= (9 if band.high is None else band.high)


def in_pool(rep: Rep, case: Case) -> bool:
    sales = case.snapshot.roster.pools["sales"]
    return sales.weights.get(rep.id, 0) > 0 and not sales.paused


def owns(rep: Rep, case: Case) -> bool:
    return case.lead.match is not None and case.lead.match.roles["owner"].rep == rep.id


def is_there(rep: Rep, case: Case) -> bool:
    here = case.snapshot.duty["ann"] == OFFICE and rep.active and not rep.away
    return here and case.snapshot.loads["ann"].open < 3


GRADED: Final = read('grade == "a"', vocabulary_with({"grade": Field("grade", "text")}))
SENTENCES: Final[Mapping[str, tuple[Word, Callable[[Rep, Case], bool]]]] = {
    "pool": (PoolWord("sales"), in_pool),
    "team": (TeamWord("north"), lambda rep, _: rep.team == "north"),
    "territory": (TerritoryWord(), lambda rep, case: case.place.country in [area.country for area in rep.territories]),
    "account": (AccountRole(), owns),
    "skill": (
        Skill(level=2, field="use_case"),
        lambda rep, case: rep.skills.get(str(case.facts.get("use_case")), 0) >= 2,
    ),
    "speaks": (Speaks(), lambda rep, case: case.facts.get("language") in rep.languages),
    "seniority": (Seniority(2), lambda rep, _: (rep.seniority or 0) >= 2),
    "attribute": (Attribute(GRADED), lambda rep, _: rep.attributes["grade"] == "a"),
    "deal band": (DealBand(), lambda rep, case: within(case.value, rep.deal_band)),
    "score band": (ScoreBand(), lambda rep, case: within(case.score, rep.score_band)),
    "manager of": (ManagerOf("north"), lambda rep, case: case.snapshot.roster.teams["north"].manager == rep.id),
    "rep": (RepWord("ann"), lambda rep, _: rep.id == "ann"),
    "available": (Available(), is_there),
}


@pytest.mark.parametrize("name", WHO)
@given(meeting=meetings())
def test_each_word_lets_through_exactly_whom_it_means(name: str, meeting: Meeting) -> None:
    word, allows = SENTENCES[name]
    assert (word.judge(meeting.rep, meeting.case) is None) == allows(meeting.rep, meeting.case)


@pytest.mark.parametrize("name", WHO)
@given(meeting=meetings())
def test_whom_a_word_lets_through_is_among_those_it_names(name: str, meeting: Meeting) -> None:
    word, _ = SENTENCES[name]
    names = word.names(meeting.case)
    assert names is None or meeting.rep.id in names or word.judge(meeting.rep, meeting.case) is not None
