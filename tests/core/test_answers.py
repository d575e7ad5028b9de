"""The yes or no of personal conditions stands in for the personal data."""

from msgspec.structs import replace

from evenhand.core.answers import answers_of, asked, at, known_fields, personal_fields
from evenhand.core.decide import open_case
from evenhand.core.model import Answers, Lead
from tests.factories import NOW, lead, policy, rule, snapshot

RULES = policy(
    '[[screen]]\nreject = "x"\nwhen = \'starts_with(email, "x")\'',
    '[[screen]]\nreject = "y"\nwhen = \'country == "FR"\'',
    "[[score]]\npoints = 1\nbecause = 'y'\nwhen = 'known(phone)'",
    rule(name="a", when='email == "b@c.de" and country == "DE"'),
    rule(name="b", when='country == "DE"'),
    rule(name="c", when='phone == "1" or name == "Kim"'),
)


def kept(one: Lead) -> Answers:
    return answers_of(one, RULES, open_case(one, RULES, snapshot()).facts, NOW)


def test_each_condition_on_a_personal_field_keeps_one_letter() -> None:
    found = kept(lead(email="b@c.de", name="Kim"))
    assert found == {"known": "email name", "screen 0": "n", "score 0": "n", "rules": "y?y"}


def test_a_policy_that_asks_nothing_personal_keeps_nothing() -> None:
    impersonal = policy(rule(when='country == "DE"'))
    assert personal_fields(impersonal) == frozenset()
    assert answers_of(lead(email="b@c.de"), impersonal, {"email": "b@c.de"}, NOW) == {}


def test_answers_that_were_kept_before_are_kept_on() -> None:
    erased = replace(lead(), answers=kept(lead(email="b@c.de")))
    assert kept(erased) == erased.answers


def test_answers_are_found_by_place_and_by_rule() -> None:
    erased = replace(lead(), answers=kept(lead(email="b@c.de", name="Kim")))
    assert at(erased, "screen 0") == {0: False}
    assert at(erased, "screen 1") == {}
    assert [asked(number, erased, RULES) for number in range(3)] == [{0: True}, {}, {0: None, 1: True}]


def test_a_lead_with_its_data_is_asked_itself() -> None:
    assert (at(lead(), "rules"), asked(0, lead(), RULES)) == (None, None)


def test_it_stays_known_which_personal_fields_there_were() -> None:
    erased = replace(lead(country="DE"), answers=kept(lead(email="b@c.de")))
    assert known_fields(erased, {"country": "DE"}) == {"country", "email"}
    assert known_fields(lead(), {"country": "DE"}) == {"country"}
