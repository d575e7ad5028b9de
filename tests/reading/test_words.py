import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.when import CATALOGUE
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
from evenhand.errors import BadInput
from evenhand.reading.words import Scope, people_vocabulary, read_word
from tests.reading.samples import setup

SETUP = setup()
LEAD = SETUP.policy.vocabulary
SCOPE = Scope(SETUP.roster, LEAD, people_vocabulary(SETUP.roster, LEAD))

SENTENCES: dict[str, Word] = {
    "pool dach": PoolWord("dach"),
    "pool  'inside-sales'": PoolWord("inside-sales"),
    "team central": TeamWord("central"),
    "territory": TerritoryWord(),
    "account owner": AccountRole("owner"),
    "account csm": AccountRole("csm"),
    "skill fintech >= 3": Skill("fintech", 3),
    "skill Fintech": Skill("fintech", 1),
    "skill health care>=2": Skill("health care", 2),
    'skill "health" >= 2': Skill("health", 2),
    "skill {use_case} >= 2": Skill(level=2, field="use_case"),
    "skill {industry}": Skill(field="industry"),
    "speaks language": Speaks("language"),
    "speaks de": Speaks(language="de"),
    "speaks DE": Speaks(language="de"),
    "seniority >= 2": Seniority(2),
    "deal band": DealBand(),
    "score band": ScoreBand(),
    "manager of dach": ManagerOf("dach"),
    "manager of Springfield area": ManagerOf("Springfield area"),
    "rep ann": RepWord("ann"),
    "available": Available(),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_becomes_its_word(sentence: str) -> None:
    assert read_word(sentence, SCOPE) == SENTENCES[sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        'region == "DACH"',
        "seniority > 1",
        "seniority >= 1 and certified",
        'team == "central"',
        "skill.fintech >= 3",
        "certified",
        "not certified",
        'known(region) and "de" in languages',
        'id in ["ann", "bob"]',
    ],
)
def test_anything_else_is_a_condition_on_people(sentence: str) -> None:
    word = read_word(sentence, SCOPE)
    assert isinstance(word, Attribute)
    assert word.when.source == sentence


def test_every_word_can_be_written() -> None:
    written = {type(read_word(sentence, SCOPE)) for sentence in [*SENTENCES, "certified"]}
    assert written == set(WHO.values())


@pytest.mark.parametrize(
    ("sentence", "fix"),
    [
        ("pol dach", "Did you mean 'pool'?"),
        ("pool dahc", "Did you mean 'dach'?"),
        ("pool", "Known: account-managers, dach, inside-sales."),
        ("team centrl", "Did you mean 'central'?"),
        ("rep anne", "Did you mean 'ann'?"),
        ("skill {indstry}", "Did you mean 'industry'?"),
        ("skill {employees}", "Name a text field."),
        ("skill fintech > 3", "Write skill NAME >= 3, or skill {use_case} >= 3."),
        ("skill", "Write skill NAME >= 3, or skill {use_case} >= 3."),
        ("manager of dahc", "Did you mean 'dach'?"),
        ("territory dach", "For one named area, write a condition in `when`."),
        ("deal bands", "Write deal band."),
        ("account", "Write, for example, account owner or account csm."),
        ("speaks klingon", 'Write "speaks language" for the language of the lead, or "speaks de" for one.'),
        ("", 'Write, for example, "pool dach".'),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(sentence: str, fix: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_word(sentence, SCOPE)
    assert caught.value.faults[0].fix == fix


def test_an_unknown_attribute_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean region"):
        read_word('reigon == "DACH"', SCOPE)


def test_people_may_be_asked_for_whatever_occurs_in_the_roster() -> None:
    kinds = {name: field.kind for name, field in SCOPE.people.fields.items()}
    assert kinds["skill.fintech"] == "integer"
    assert (kinds["region"], kinds["certified"], kinds["languages"]) == ("text", "boolean", "texts")


@given(
    st.text(max_size=60)
    | st.sampled_from([*SENTENCES, *CATALOGUE]).flatmap(lambda s: st.text(max_size=5).map(s.__add__))
)
@settings(max_examples=300)
def test_any_sentence_is_a_word_or_refused(sentence: str) -> None:
    try:
        word = read_word(sentence, SCOPE)
    except BadInput:
        return
    assert word.say()
