"""What decisions keep for ever may not identify a person, so a policy that would make them is refused."""

import pytest

from evenhand.errors import BadPolicy
from tests.reading.samples import SMALL_POLICY, setup
from tests.reading.samples import SMALL_TEAM as TEAM


@pytest.mark.parametrize("word", ["skill {first_name} >= 2", "speaks message", "skill {nickname}"])
def test_who_may_not_ask_what_identifies_a_person(word: str) -> None:
    text = SMALL_POLICY.replace("pool all", word) + '[fields.nickname]\ntype = "text"\npersonal = true\n'
    with pytest.raises(BadPolicy, match="identifies a person"):
        setup(policy=text, team=TEAM)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("country", "text"),
        ("postal_code", "text"),
        ("value", "money"),
        ("received", "time"),
        ('"account.name"', "text"),
    ],
)
def test_what_every_decision_keeps_cannot_be_made_personal(name: str, kind: str) -> None:
    field = f'[fields.{name}]\ntype = "{kind}"\npersonal = true\n'
    with pytest.raises(BadPolicy, match="every decision keeps the"):
        setup(policy=SMALL_POLICY + field, team=TEAM)


def test_any_other_field_may_be_made_personal() -> None:
    text = SMALL_POLICY + '[fields.company]\ntype = "text"\npersonal = true\n'
    assert setup(policy=text, team=TEAM).policy.vocabulary.fields["company"].personal
