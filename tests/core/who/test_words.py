"""Each word of WHO: whom it allows, why not the others, what it says for somebody, and what it says in English."""

from decimal import Decimal

import pytest
from msgspec import Struct

from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import DAY, Absence, Band, Duty, Match, Owner, Rep, Team, Territory
from evenhand.core.places import Place, parse_area
from evenhand.core.when import Field, read, vocabulary_with
from evenhand.core.who import WHO, Word
from evenhand.core.who.account import AccountRole, deputy_of
from evenhand.core.who.attribute import Attribute, rep_facts
from evenhand.core.who.band import DealBand, ScoreBand, say_band
from evenhand.core.who.manager import ManagerOf, desk_person, manager_of
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.rep import RepWord
from evenhand.core.who.seniority import Seniority
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.team import TeamWord
from evenhand.core.who.territory import TerritoryWord, say_place
from tests.factories import NOW, case, lead, owned_by, pool, rep, roster, snapshot

ANN = rep(
    "ann",
    team="central",
    seniority=3,
    skills={"fintech": 4},
    languages=("de", "en"),
    territories=(parse_area("DE"), parse_area("US-NY 100*")),
    deal_band=Band(10, 20),
    score_band=Band(None, 50),
    attributes={"region": "DACH"},
)
BOB = rep("bob")
PEOPLE = roster(
    pool("sales", "ann:2 bob:0", manager="cy"),
    pool("shut", "ann", paused=True),
    ANN,
    BOB,
    Team(name="central", manager="ann"),
    Territory(name="North", areas=(), manager=""),
)
IN_DACH = read('region == "DACH"', vocabulary_with({"region": Field("region", "text")}))


class Example(Struct):
    """A word, a lead, and what becomes of somebody: praise, or the code and numbers of the refusal."""

    word: Word
    rep: Rep
    says: str | tuple[object, ...]
    of: Case = case(people=PEOPLE)


GERMAN = case(lead(use_case="fintech"), facts={"use_case": "fintech", "language": "de"}, people=PEOPLE)
MUTE = case(facts={"language": ("de",), "use_case": 3}, people=PEOPLE)
WORTH = case(value=15, score=Decimal(50), people=PEOPLE)
POOR = case(value=9, score=51, people=PEOPLE)
DEAR = case(value=21, people=PEOPLE)
NEW_YORK = case(place=Place("US", "NY", "", "10001"), people=PEOPLE)
PARIS = case(place=Place("FR", "", "Paris", ""), people=PEOPLE)
AMERICA = case(place=Place("US", "NY", "", ""), people=PEOPLE)
ACME = case(lead(match=owned_by("ann")), people=PEOPLE)
FAMILY = case(lead(match=owned_by("ann", steps=2)), people=PEOPLE)

EXAMPLES = [
    Example(PoolWord("sales"), ANN, "in pool sales"),
    Example(PoolWord("sales"), BOB, (Code.WEIGHT_ZERO, "sales")),
    Example(PoolWord("sales"), rep("zoe"), (Code.NOT_IN_POOL, "sales")),
    Example(PoolWord("shut"), ANN, (Code.PAUSED, "pool shut")),
    Example(TeamWord("central"), ANN, "in team central"),
    Example(TeamWord("central"), BOB, (Code.NOT_IN_TEAM, "central")),
    Example(RepWord("ann"), ANN, "named by the rule"),
    Example(RepWord("ann"), BOB, (Code.NOT_NAMED, "ann")),
    Example(ManagerOf("central"), ANN, "manager of central"),
    Example(ManagerOf("North"), ANN, (Code.NOT_MANAGER, "North")),
    Example(Seniority(3), ANN, "seniority 3"),
    Example(Seniority(1), BOB, (Code.BELOW_SENIORITY, 0, 1)),
    Example(Skill("fintech", 4), ANN, "fintech level 4"),
    Example(Skill("fintech", 5), ANN, (Code.LACKS_SKILL, "fintech", 4, 5)),
    Example(Skill(field="use_case"), ANN, "fintech level 4", GERMAN),
    Example(Skill(field="use_case"), BOB, (Code.LACKS_SKILL, "fintech", 0, 1), GERMAN),
    Example(Skill(field="use_case"), ANN, (Code.LEAD_UNKNOWN, "use_case"), MUTE),
    Example(Speaks(), ANN, "speaks de", GERMAN),
    Example(Speaks(), BOB, (Code.NO_SHARED_LANGUAGE, "de"), GERMAN),
    Example(Speaks(), ANN, (Code.LEAD_UNKNOWN, "language"), MUTE),
    Example(Speaks(language="en"), ANN, "speaks en"),
    Example(DealBand(), ANN, "deal band 10 to 20 contains 15", WORTH),
    Example(DealBand(), BOB, "takes deals of any size", WORTH),
    Example(DealBand(), ANN, (Code.OUTSIDE_BAND, "value", "9", "10 to 20"), POOR),
    Example(DealBand(), ANN, (Code.OUTSIDE_BAND, "value", "21", "10 to 20"), DEAR),
    Example(DealBand(), ANN, (Code.LEAD_UNKNOWN, "value")),
    Example(ScoreBand(), ANN, "score band up to 50 contains 50", WORTH),
    Example(ScoreBand(), BOB, "takes leads of any score", WORTH),
    Example(ScoreBand(), ANN, (Code.OUTSIDE_BAND, "score", "51", "up to 50"), POOR),
    Example(TerritoryWord(), ANN, "territory US-NY 100*", NEW_YORK),
    Example(TerritoryWord(), ANN, (Code.OUTSIDE_TERRITORY, "FR paris"), PARIS),
    Example(TerritoryWord(), ANN, (Code.LEAD_UNKNOWN, "place"), AMERICA),
    Example(TerritoryWord(), BOB, (Code.LEAD_UNKNOWN, "place")),
    Example(AccountRole(), ANN, "owner of Acme", ACME),
    Example(AccountRole(), ANN, "owner of Acme, 2 up its family (group)", FAMILY),
    Example(AccountRole(), BOB, (Code.NOT_ACCOUNT_ROLE, "owner"), ACME),
    Example(AccountRole("csm"), ANN, (Code.NOT_ACCOUNT_ROLE, "csm"), ACME),
    Example(Attribute(IN_DACH), ANN, 'region is "DACH"'),
    Example(Attribute(IN_DACH), BOB, (Code.OTHER_ATTRIBUTE, 'region == "DACH"')),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.word} {example.rep.id}"[:60])
def test_each_word_praises_or_says_why_not(example: Example) -> None:
    no = example.word.judge(example.rep, example.of)
    said = example.word.praise(example.rep, example.of) if no is None else (no.code, *no.detail)
    assert said == example.says


@pytest.mark.parametrize(
    ("word", "names"),
    [
        (PoolWord("sales"), ("ann", "bob")),
        (TeamWord("central"), ("ann",)),
        (RepWord("zoe"), ("zoe",)),
        (ManagerOf("sales"), ("cy",)),
        (ManagerOf("North"), ()),
        (AccountRole(), ("ann",)),
        (AccountRole("csm"), ()),
        *((word, None) for word in (Skill("a"), Speaks(), Seniority(1), DealBand(), ScoreBand(), TerritoryWord())),
        *((word, None) for word in (Attribute(IN_DACH), WHO["available"]())),
    ],
)
def test_a_word_names_the_only_people_it_could_mean(word: Word, names: tuple[str, ...] | None) -> None:
    assert word.names(ACME) == names


@pytest.mark.parametrize(
    ("word", "english"),
    [
        (PoolWord("a"), "in pool a"),
        (TeamWord("a"), "in team a"),
        (RepWord("a"), "who is a"),
        (ManagerOf("a"), "who is the manager of a"),
        (Seniority(2), "of seniority 2 or more"),
        (Skill("a", 2), "with the skill a at level 2 or more"),
        (Skill(field="f"), "with the skill that the lead's f names at level 1 or more"),
        (Speaks(), "who speaks the lead's language"),
        (Speaks(language="de"), "who speaks de"),
        (DealBand(), "whose deal band contains the lead's value"),
        (ScoreBand(), "whose score band contains the lead's score"),
        (TerritoryWord(), "whose territory contains the lead"),
        (AccountRole(), "who is the owner of the account or of the nearest account up its family"),
        (Attribute(IN_DACH), 'of whom it is true that region is "DACH"'),
        (WHO["available"](), "who is available"),
    ],
)
def test_each_word_says_itself_in_english(word: Word, english: str) -> None:
    assert word.say() == english


def test_every_word_is_covered_here() -> None:
    assert {type(example.word) for example in EXAMPLES} | {WHO["available"]} == set(WHO.values())


@pytest.mark.parametrize(
    ("band", "said"), [(Band(1, 2), "1 to 2"), (Band(1), "from 1"), (Band(None, Decimal("2.5")), "up to 2.5")]
)
def test_a_band_is_said_with_its_open_ends(band: Band, said: str) -> None:
    assert say_band(band) == said


def test_a_place_is_said_as_far_as_it_is_known() -> None:
    said = [say_place(place) for place in (Place("US", "NY", "Albany", "12207"), Place("DE", "", "Ulm", ""), Place())]
    assert said == ["US-NY 12207", "DE ulm", ""]


def test_a_deputy_stands_in_only_while_the_holder_is_away() -> None:
    away = Absence(NOW - DAY, NOW + 1, "leave", "bob")
    gone, back = (
        Case(lead=ACME.lead, snapshot=snapshot(PEOPLE, now=now, duty={"ann": Duty(absences=(away,))}))
        for now in (NOW, NOW + 1)
    )
    assert (deputy_of("ann", gone), deputy_of("ann", back), deputy_of("bob", gone)) == ("bob", "", "")
    assert (AccountRole().names(gone), AccountRole().names(back)) == (("ann", "bob"), ("ann",))
    assert AccountRole().praise(BOB, gone) == "deputy of ann, owner of Acme"
    assert AccountRole().judge(BOB, gone) is None
    assert AccountRole().judge(BOB, back) == Exclusion(Code.NOT_ACCOUNT_ROLE, ("owner",))


def test_an_account_without_a_name_is_called_by_its_id() -> None:
    match = Match(account="a-17", by="given", roles={"owner": Owner("ann", "a-17")})
    assert AccountRole().praise(ANN, case(lead(match=match), people=PEOPLE)) == "owner of a-17"
    assert AccountRole("csm").praise(ANN, ACME) == "account csm"


@pytest.mark.parametrize(
    ("named", "found"), [("central", "ann"), ("sales", "cy"), ("North", ""), ("nowhere", ""), ("shut", "")]
)
def test_the_manager_of_a_team_pool_or_territory_is_found(named: str, found: str) -> None:
    assert manager_of(named, PEOPLE) == found
    assert desk_person(f"manager of {named}", PEOPLE) == found
    assert desk_person("zoe", PEOPLE) == "zoe"


def test_what_conditions_may_ask_of_a_rep_is_folded_like_the_fields_of_a_lead() -> None:
    found = rep_facts(ANN)
    assert (found["region"], found["seniority"], found["skill.fintech"]) == ("dach", 3, 4)
    assert found["languages"] == ("de", "en")
    assert "seniority" not in rep_facts(BOB)


def test_somebody_without_an_area_is_praised_without_naming_one() -> None:
    assert TerritoryWord().praise(BOB, PARIS) == "in the territory"
