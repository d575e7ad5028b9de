"""The closed list of reasons: each has a sentence with its numbers, and a way out."""

import pytest

from evenhand.core.codes import PASSING, SENTENCES, Code, Detail, Exclusion, why_not
from evenhand.core.ledger import UNIT
from evenhand.core.remedy import REMEDIES, remedy
from tests.factories import NOW

EXAMPLES = [
    (Code.INACTIVE, (), "has left or is not active", "be active in the roster"),
    (Code.AWAY, (), "set away", "not be set away"),
    (Code.ON_LEAVE, (NOW,), "on leave until 2026-11-02T09:00:00Z", "be back from leave"),
    (Code.HOLIDAY, (NOW,), "on a public holiday until 2026-11-02T09:00:00Z", "be at work on that day"),
    (Code.OFF_HOURS, (), "off duty", "be on duty at that moment"),
    (Code.PAUSED, ("pool a",), "pool a is paused", "have pool a running again"),
    (Code.AT_OPEN_CAP, (5, 4), "full: 5 of 4 open", "have fewer than 4 leads open, or a higher cap"),
    (Code.AT_DAY_CAP, (3, 3), "daily cap 3/3", "have had fewer than 3 leads that day, or a higher daily cap"),
    (Code.AT_PERIOD_CAP, ("week", 9, 8), "week cap 9/8", "have had fewer than 8 leads in that week, or a higher cap"),
    (
        Code.BACKLOG_PACE,
        (NOW,),
        "has just been given waiting leads; next ones not until 2026-11-02T09:00:00Z",
        "not have been given waiting leads just before",
    ),
    (Code.WEIGHT_ZERO, ("a",), "weight 0 in pool a", "have a weight above 0 in pool a"),
    (Code.NOT_IN_POOL, ("a",), "not in pool a", "be a member of pool a"),
    (Code.NOT_IN_TEAM, ("a",), "not in team a", "be in team a"),
    (Code.LACKS_SKILL, ("law", 1, 3), "law level 1, needs level 3", "have the skill law at level 3 or more"),
    (Code.OUTSIDE_TERRITORY, ("DE",), "territory does not contain DE", "have a territory that contains DE"),
    (Code.NO_SHARED_LANGUAGE, ("fr",), "does not speak fr", "speak fr"),
    (Code.BELOW_SENIORITY, (1, 2), "seniority 1, needs 2", "be of seniority 2 or more"),
    (
        Code.OUTSIDE_BAND,
        ("value", "9", "from 10"),
        "value 9 is outside the band from 10",
        "have a band that contains value 9",
    ),
    (Code.OTHER_ATTRIBUTE, ("a > 1",), "not so: a > 1", "fulfil: a > 1"),
    (Code.NOT_ACCOUNT_ROLE, ("csm",), "not the account's csm", "be the account's csm"),
    (Code.NOT_NAMED, ("ann",), "the rule names ann", "be ann"),
    (Code.NOT_MANAGER, ("a",), "not the manager of a", "be the manager of a"),
    (Code.LEAD_UNKNOWN, ("place",), "the lead's place is not known", "the lead would have to say its place"),
    (
        Code.TOO_FAR_AHEAD,
        (3 * UNIT + 1, 3),
        "already 3.01 ahead of their share, at most 3 allowed",
        "be at most 3 leads ahead of the share",
    ),
    (Code.PREVIOUS_HOLDER, (), "has held this lead before", "not have held this lead before"),
    (Code.DECLINED, (), "declined this lead", "not have declined it"),
]


@pytest.mark.parametrize(("code", "detail", "why", "way_out"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_each_code_says_why_and_what_would_have_to_change(code: Code, detail: Detail, why: str, way_out: str) -> None:
    assert why_not(Exclusion(code, detail)) == why
    assert remedy(code, detail) == way_out


def test_no_code_is_without_words() -> None:
    assert set(SENTENCES) == set(REMEDIES) == set(Code) == {example[0] for example in EXAMPLES}
    assert set(Code) > PASSING


def test_stored_codes_are_never_renamed() -> None:
    assert " ".join(Code) == (
        "inactive away on_leave holiday off_hours paused at_open_cap at_day_cap at_period_cap backlog_pace "
        "weight_zero not_in_pool not_in_team lacks_skill outside_territory no_shared_language below_seniority "
        "outside_band other_attribute not_account_role not_named not_manager lead_unknown too_far_ahead "
        "previous_holder declined"
    )
