"""What a tier means for one roster: who could ever have a lead of it, and who never could."""

import pytest

from evenhand.core.codes import Code, Exclusion
from evenhand.core.plan import Plan, gone, is_lasting, last_tier, plan
from evenhand.core.who import Word
from evenhand.core.who.account import AccountRole
from evenhand.core.who.available import Available
from evenhand.core.who.pool import PoolWord
from evenhand.core.who.skill import Skill
from evenhand.core.who.speaks import Speaks
from evenhand.core.who.territory import TerritoryWord
from tests.factories import policy, pool, rep, roster, rule

PEOPLE = roster(
    pool("sales", "ann:3 bob:0 cy"),
    rep("ann", skills={"law": 2}, seniority=2),
    rep("cy", active=False),
    rep("dan", seniority=4),
)


def planned(who: str, said: str = "") -> Plan:
    one = policy(rule(said, who=who), people=PEOPLE).rules[0]
    return plan(one, one.tiers[0], PEOPLE)


def test_a_pool_sorts_its_members_out_by_weight_and_activity() -> None:
    found = planned('["pool sales"]')
    assert [(one.rep.id, one.weight) for one in found.able or ()] == [("ann", 3)]
    assert found.excluded == (("bob", Exclusion(Code.WEIGHT_ZERO, ("sales",))), ("cy", Exclusion(Code.INACTIVE)))
    assert (found.words, found.by_turn, found.owned, found.pool.name) == ((), True, False, "sales")


def test_without_a_pool_everybody_counts_alike_in_a_ledger_of_the_rule() -> None:
    found = planned('["seniority >= 2", "skill law >= 1"]')
    assert [(one.rep.id, one.weight, one.levels) for one in found.able or ()] == [("ann", 1, 2)]
    assert dict(found.excluded)["dan"] == Exclusion(Code.LACKS_SKILL, ("law", 0, 1))
    assert found.pool.name == "rule Everybody"


def test_a_tier_that_names_a_pool_means_all_of_its_members() -> None:
    found = planned('["rep ann", "pool sales"]')
    assert [one.rep.id for one in found.able or ()] == ["ann"]
    assert ([rep for rep, _ in found.excluded], found.by_turn) == (["bob", "cy"], False)


def test_an_owner_is_not_asked_for_the_territory_unless_the_rule_is_strict() -> None:
    found = planned('["account owner", "pool sales", "territory"]')
    assert (found.able, found.owned, found.excluded) == (None, True, ())
    assert found.words == (AccountRole(), PoolWord("sales"))
    strict = planned('["account owner", "pool sales", "territory"]', "strict = true")
    assert (strict.able, strict.owned) == (None, False)
    assert strict.words == (AccountRole(), PoolWord("sales"), TerritoryWord())


def test_what_the_lead_must_say_is_asked_for_each_lead() -> None:
    found = planned('["pool sales", "skill {use_case} >= 2", "speaks language", "available"]')
    assert (found.words, found.asked) == ((Skill("", 2, "use_case"), Speaks()), (Skill("", 2, "use_case"),))


@pytest.mark.parametrize(
    ("word", "lasting"),
    [
        (PoolWord("a"), True),
        (Skill("law"), True),
        (Skill(field="use_case"), False),
        (Speaks(language="de"), True),
        (Speaks(), False),
        (TerritoryWord(), False),
        (Available(), False),
        (AccountRole(), False),
    ],
)
def test_words_about_the_people_alone_are_lasting(word: Word, lasting: bool) -> None:
    assert is_lasting(word) is lasting


def test_the_same_tier_is_planned_once() -> None:
    one = policy(rule('otherwise = "pool sales"'), people=PEOPLE).rules[0]
    assert plan(one, one.tiers[0], PEOPLE) is plan(one, one.tiers[0], PEOPLE)
    assert last_tier(one) is last_tier(one)
    assert last_tier(one).who == (PoolWord("sales"),)


def test_a_tier_may_name_somebody_who_is_not_in_the_roster_any_more() -> None:
    fewer = roster(rep("ann"), pool("other", "ann"))
    one = policy(rule(who='["rep dan"]'), people=PEOPLE).rules[0]
    assert plan(one, one.tiers[0], fewer).excluded == (("dan", Exclusion(Code.INACTIVE)),)


def test_whoever_has_left_is_gone() -> None:
    assert gone(None) == gone(rep("ann", active=False)) == Exclusion(Code.INACTIVE)
    assert gone(rep("ann")) is None
