import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.instants import WEEK
from evenhand.core.model import DAY, HOUR
from evenhand.core.policy.check import check
from evenhand.core.policy.check_hours import say_gaps, weekly_gaps
from evenhand.core.policy.finding import FINDINGS, Finding
from evenhand.reading.durations import read_instant
from tests.reading.samples import SMALL_POLICY, SMALL_TEAM, TEAM, setup, with_rule

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
START = read_instant("2026-09-07")
END = START + 28 * DAY


def findings(policy: str = SMALL_POLICY, team: str = SMALL_TEAM) -> tuple[Finding, ...]:
    """What the check says, working hours included."""
    found = setup(policy=policy, team=team)
    return check(found.policy, found.roster, found.calendars.duty(START, END), start=START, end=END)


def codes(policy: str = SMALL_POLICY, team: str = SMALL_TEAM) -> list[str]:
    return [finding.code for finding in findings(policy, team)]


def one(code: str, policy: str = SMALL_POLICY, team: str = SMALL_TEAM) -> Finding:
    """The only finding of a kind."""
    (found,) = [finding for finding in findings(policy, team) if finding.code == code]
    return found


def who(words: str) -> str:
    """The small policy with another `who`."""
    return SMALL_POLICY.replace('["pool all"]', words)


def before(rule: str) -> str:
    """The small policy with a rule before its only one."""
    return SMALL_POLICY.replace("[[rule]]", f'{rule}\nwho = ["pool all"]\n\n[[rule]]')


def rules(*whens: str) -> str:
    """A policy of rules with these conditions."""
    one_rule = '[[rule]]\nname = "r{}"\nwhen = \'{}\'\nwho = ["pool all"]\n'
    return 'name = "x"\n' + "".join(one_rule.format(number, when) for number, when in enumerate(whens, 1))


def test_there_is_nothing_to_say_about_a_sound_policy() -> None:
    assert findings() == ()


def test_the_sample_has_no_errors_and_no_warnings() -> None:
    found = setup()
    levels = {finding.level for finding in check(found.policy, found.roster, found.calendars.duty(START, END))}
    assert levels <= {"note"}


# --- which rule is reached -------------------------------------------------------------------------------------------


def test_a_contradiction_is_an_error() -> None:
    found = one("contradiction", before("[[rule]]\nname = 'x'\nwhen = 'employees > 5 and employees < 3'"))
    assert (found.level, found.line, found.rule) == ("error", 3, "x")
    assert "cannot both be true" in found.cause


def test_a_rule_in_the_shadow_of_others_names_them() -> None:
    found = one("shadowed", rules('country == "DE"', "employees > 1", 'country == "DE" and employees > 5', "always"))
    assert (found.level, found.rule) == ("error", "r3")
    assert "“r1” (line 2)" in found.cause or "“r2” (line 6)" in found.cause


def test_a_rule_that_sends_leads_on_casts_no_shadow() -> None:
    text = rules('country == "DE"', 'country == "DE" and employees > 5', "always")
    assert "shadowed" in codes(text)
    assert codes(text.replace('"r1"', '"r1"\notherwise = "next"')) == []


def test_a_rule_that_sends_leads_on_may_still_be_in_the_shadow() -> None:
    text = rules("employees > 1", "employees > 2", "employees > 3", "always")
    assert [f.rule for f in findings(text.replace('"r2"', '"r2"\notherwise = "next"'))] == ["r2", "r3"]


def test_what_cannot_be_proved_is_a_note() -> None:
    found = one("cannot_tell", before("[[rule]]\nname = 'x'\nwhen = 'employees > visits and visits > employees'"))
    assert (found.level, found.rule) == ("note", "x")


def test_cover_that_cannot_be_proved_is_a_note() -> None:
    text = rules("not known(employees)", "not known(visits)", "employees > visits", "employees <= visits")
    assert one("not_covered", text).level == "note"


def test_a_policy_without_rules_is_not_scolded_for_them() -> None:
    found = setup(policy=SMALL_POLICY, team=SMALL_TEAM)
    assert [finding.code for finding in check(replace(found.policy, rules=()), found.roster)] == ["pool_unused"]


def test_leads_that_no_rule_takes_are_told_in_words() -> None:
    found = one("not_covered", rules('country == "DE"'))
    assert found.level == "warning"
    assert "country is" in found.cause


def test_next_after_the_last_rule_leads_nowhere() -> None:
    assert codes(with_rule('otherwise = "next"')) == ["next_nowhere"]


@pytest.mark.parametrize("table", ["[[screen]]\nreject = 'x'", "[[score]]\npoints = 1\nbecause = 'x'"])
def test_a_screen_or_a_score_that_never_applies_is_told(table: str) -> None:
    assert codes(f"{SMALL_POLICY}{table}\nwhen = 'employees > 5 and employees < 3'\n") == ["contradiction"]


def test_a_score_from_personal_data_is_noted() -> None:
    text = SMALL_POLICY + "[[score]]\npoints = 1\nbecause = 'x'\nwhen = 'known(phone)'\n"
    assert codes(text) == ["personal_score"]


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('["pool all", "skill fintech >= 3"]', "skill_nobody"),
        ('["pool all", "skill {use_case}"]', "skill_nobody"),
        ('["pool all", "territory"]', "territories_missing"),
        ('["pool all", "speaks de"]', "tier_nobody"),
        ('["pool all", "speaks language"]', "tier_nobody"),
        ('["pool all", "seniority >= 3"]', "tier_nobody"),
        ('["rep ann", "rep bob"]', "tier_nobody"),
        ("['id == \"zoe\"']", "tier_nobody"),
        ('["team north", "seniority >= 1"]', "tier_nobody"),
        ('["skill fintech", "seniority >= 1"]', "tier_nobody"),
    ],
)
def test_a_tier_that_nobody_can_be_in_is_told_with_the_word_to_blame(words: str, code: str) -> None:
    north = '[[team]]\nname = "north"\n'
    assert codes(who(words), SMALL_TEAM + north)[:2] == ["rule_nobody", code]


def test_the_finding_says_who_there_would_be_otherwise() -> None:
    found = one("skill_nobody", who('["pool all", "skill fintech >= 3"]'))
    assert "not one of ann, bob is somebody with the skill fintech at level 3 or more" in found.cause


def test_a_rule_with_one_good_tier_is_no_error() -> None:
    found = findings(who('[["pool all", "skill fintech"], ["pool all"]]'))
    assert [(finding.code, finding.level) for finding in found] == [("skill_nobody", "warning")]


def test_an_account_owner_is_known_only_when_a_lead_arrives() -> None:
    assert codes(who('[["account owner"], ["pool all"]]')) == []
    assert "skill_nobody" in codes(who('[["account owner", "skill fintech"], ["pool all"]]') + "strict = true\n")


def test_an_account_owner_is_asked_for_everything_but_the_territory() -> None:
    assert codes(who('[["account owner", "skill fintech"], ["pool all"]]')) == ["skill_nobody"]
    assert codes(who('[["account owner", "territory"], ["pool all"]]')) == []
    assert "territories_missing" in codes(who('[["account owner", "territory"], ["pool all"]]') + "strict = true\n")


@pytest.mark.parametrize(
    "words",
    [
        '[["pool all"], ["pool all"]]',
        '[["pool all"], ["rep ann", "pool all"]]',
        '[["account owner"], ["account owner"]]',
    ],
)
def test_a_tier_that_adds_nobody_is_told(words: str) -> None:
    assert "tier_repeated" in codes(who(words))


def test_somebody_who_has_left_is_still_named() -> None:
    team = SMALL_TEAM.replace('id = "ann"', 'id = "ann"\nactive = false') + 'manager = "ann"\n'
    found = [(f.level, f.where) for f in findings(with_rule('desk = "ann"'), team) if f.code == "leaver_named"]
    assert found == [("error", "policy"), ("warning", "team"), ("warning", "team")]


def test_a_deputy_who_has_left_is_told() -> None:
    away = 'leave = [{ from = "2026-09-10", to = "2026-09-11", deputy = "bob" }]'
    team = SMALL_TEAM.replace('id = "ann"', f'id = "ann"\n{away}').replace('id = "bob"', 'id = "bob"\nactive = false')
    assert any("deputy of ann" in finding.cause for finding in findings(team=team))


# --- by when, and what then ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("reassign = { times = 1, then = 'desk' }", "reassign_unarmed"),
        ("remind_before = '5m'", "remind_unarmed"),
        ("respond_within = '5m'\nremind_before = '5m'", "remind_too_early"),
        ("otherwise = 'wait'", "wait_forever"),
        ("otherwise = 'pool all'", "otherwise_repeated"),
        ("how = 'manual'", "desk_nobody"),
        ("how = 'by_territory_manager'", "manager_missing"),
        ("how = 'manual'\ndesk = 'manager of all'", "manager_missing"),
        ("respond_within = '5m'\nreassign = { times = 1 }", "manager_missing"),
    ],
)
def test_what_does_not_work_together_is_told(lines: str, code: str) -> None:
    assert codes(with_rule(lines)) == [code]


def test_the_manager_of_a_pool_without_one_is_nobody() -> None:
    assert "manager_missing" in codes(who('["manager of all"]'))


# --- pools and caps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "code"),
    [("[]", "pool_empty"), ("{ ann = 0, bob = 0 }", "pool_weightless"), ("'seniority > 3'", "pool_empty")],
)
def test_a_pool_that_can_give_nobody_a_lead_is_an_error(members: str, code: str) -> None:
    found = one(code, team=SMALL_TEAM.replace('["ann", "bob"]', members))
    assert (found.level, found.where, found.line) == ("error", "team", 0)


def test_a_pool_that_no_rule_uses_is_noted() -> None:
    assert codes(team=SMALL_TEAM + '[[pool]]\nname = "x"\nmembers = ["ann"]\n') == ["pool_unused"]


def test_a_desk_and_a_last_resort_with_a_manager_behind_them_are_fine() -> None:
    team = SMALL_TEAM + 'manager = "ann"\n[[territory]]\nname = "all"\nareas = ["DE"]\nmanager = "ann"\n'
    assert codes(with_rule("how = 'by_territory_manager'"), team) == []
    assert codes(with_rule("how = 'manual'\ndesk = 'manager of all'"), team) == []
    assert codes(with_rule("respond_within = '5m'\nreassign = { times = 1 }"), team) == []


def test_a_pool_is_used_by_otherwise_too() -> None:
    team = SMALL_TEAM + '[[pool]]\nname = "x"\nmembers = ["ann"]\n'
    assert codes(with_rule('otherwise = "pool x"'), team) == []


def test_a_paused_pool_in_use_is_noted() -> None:
    assert codes(team=SMALL_TEAM + "paused = true\n") == ["pool_paused"]


@pytest.mark.parametrize(
    ("caps", "expected"),
    [
        ("{ open = 0 }", ["cap_zero"]),
        ("{ day = 10, month = 5 }", ["cap_never_binds"]),
        ("{ hour = 5, day = 5 }", ["cap_never_binds"]),
        ("{ open = 1, day = 3, week = 9, month = 20 }", []),
    ],
)
def test_caps_that_make_no_sense_are_told(caps: str, expected: list[str]) -> None:
    assert codes(team=SMALL_TEAM.replace('id = "ann"', f'id = "ann"\ncaps = {caps}')) == expected


# --- hours -----------------------------------------------------------------------------------------------------------


def test_hours_when_nobody_works_are_told_by_the_week() -> None:
    team = 'zone = "Europe/Berlin"\nhours = "09:00-18:00"\n' + SMALL_TEAM
    found = one("pool_unmanned", team=team)
    assert found.level == "note"
    assert "Mon-Thu 18:00-09:00 and Fri 18:00 to Mon 09:00, Europe/Berlin" in found.cause


def test_hours_of_people_in_several_zones_are_told_in_utc() -> None:
    found = [f for f in findings(with_rule(""), TEAM.replace("inside-sales", "all")) if "pool all" in f.cause]
    assert "Mon-Thu 20:00-07:00 and Fri 20:00 to Mon 07:00, UTC" in found[0].cause


def test_a_pool_that_never_works_is_a_warning() -> None:
    found = one("pool_unmanned", team="hours = {}\n" + SMALL_TEAM)
    assert (found.level, "is ever on duty" in found.cause) == ("warning", True)


def test_one_holiday_is_no_gap_of_the_week() -> None:
    team = SMALL_TEAM.replace("id =", 'days_off = ["2026-09-09"]\nid =')
    assert codes(team=team) == []


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ([(0, 9 * HOUR)], "Mon 00:00-09:00"),
        ([(18 * HOUR, 33 * HOUR), (DAY + 18 * HOUR, DAY + 33 * HOUR)], "Mon-Tue 18:00-09:00"),
        ([(18 * HOUR, 20 * HOUR), (2 * DAY + 18 * HOUR, 2 * DAY + 20 * HOUR)], "Mon, Wed 18:00-20:00"),
        ([(4 * DAY, 7 * DAY)], "Fri 00:00 to Mon 00:00"),
        ([(HOUR, 2 * HOUR), (5 * HOUR, 6 * HOUR)], "Mon 01:00-02:00 and Mon 05:00-06:00"),
    ],
)
def test_gaps_are_said_as_people_say_them(gaps: list[tuple[int, int]], words: str) -> None:
    assert say_gaps(gaps) == words


@given(st.integers(-5, 60_000), st.lists(st.integers(0, 6 * 24), max_size=6, unique=True))
def test_gaps_and_working_hours_fill_the_week(day: int, hours: list[int]) -> None:
    start = day * DAY
    monday = start + (4 * DAY - start) % WEEK
    works = [
        (monday + week * WEEK + h * HOUR, monday + week * WEEK + h * HOUR + HOUR) for week in range(2) for h in hours
    ]
    gaps = weekly_gaps(tuple(bound for span in sorted(works) for bound in span), start, start + 3 * WEEK)
    assert sum(until - begin for begin, until in gaps) == WEEK - len(hours) * HOUR


def test_less_than_a_week_tells_nothing() -> None:
    assert weekly_gaps((), 0, 3 * DAY) == []


# --- all of it -------------------------------------------------------------------------------------------------------


def test_findings_say_themselves() -> None:
    found = str(one("remind_unarmed", with_rule("remind_before = '5m'")))
    assert found.startswith("warning: line 3: rule “Everybody”: remind_before does nothing")
    assert found.endswith("[remind_unarmed]")


def test_findings_are_always_the_same_and_in_order() -> None:
    text = with_rule("remind_before = '5m'\notherwise = 'wait'")
    assert findings(text) == findings(text)
    assert [finding.level for finding in findings(text)] == ["warning", "note"]


def test_two_hundred_rules_are_checked_quickly() -> None:
    text = rules(*[f'country == "DE" and employees >= {200 - number}' for number in range(200)], "always")
    found = setup(policy=text, team=SMALL_TEAM)
    begin = process_time()
    assert check(found.policy, found.roster) == ()
    assert process_time() - begin < 20


def test_every_finding_has_its_row_in_the_reference() -> None:
    assert [code for code in FINDINGS if f"| `{code}` |" not in PAGE] == []
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(FINDINGS)
