import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.hours import on_duty
from evenhand.core.model import DAY, HOUR, Backlog, Band, Cap, Pool, Roster
from evenhand.errors import BadInput, BadTeam, Fault
from evenhand.reading.durations import read_instant
from evenhand.reading.keys import TEAM_KEYS
from evenhand.reading.setup import load_setup, read_setup
from evenhand.reading.team import read_team
from tests.reading.samples import PEOPLE, POLICY, SMALL_POLICY, SMALL_TEAM, TEAM, setup

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "team.md").read_text(encoding="utf-8")
FROM_CSV = 'people = "people.csv"\n'


def roster(text: str = TEAM, people: str | None = None) -> Roster:
    return read_team(text, regions={"DACH": ("DE", "AT", "CH")}, people=people)[0]


def faults(text: str, people: str | None = None) -> tuple[Fault, ...]:
    with pytest.raises(BadTeam) as caught:
        roster(text, people)
    return caught.value.faults


def fault(text: str, people: str | None = None) -> Fault:
    (found,) = faults(text, people)
    return found


def tried(text: str, people: str | None = None) -> tuple[Fault, ...] | None:
    """What is wrong with a text; `None` when it can be read."""
    try:
        roster(text, people)
    except BadInput as error:
        return error.faults
    return None


def person(lines: str) -> str:
    """The small team with more keys for Ann."""
    return SMALL_TEAM.replace('id = "ann"\n', f'id = "ann"\n{lines}\n')


def pool(lines: str) -> str:
    """The small team with more keys in its pool."""
    return SMALL_TEAM + lines + "\n"


def members(value: str) -> Pool:
    text = TEAM + f'\n[[pool]]\nname = "x"\nmembers = {value}\n'
    return roster(text).pools["x"]


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_person_is_what_the_roster_says() -> None:
    ann = roster().reps["ann"]
    assert (ann.name, ann.team, ann.zone, ann.seniority) == ("Ann", "central", "Europe/Berlin", 3)
    assert (ann.skills, ann.languages) == ({"fintech": 4}, ("de", "en"))
    assert ann.caps == (Cap("open", 8), Cap("day", 5), Cap("month", 60, smooth=True))
    assert (ann.deal_band, ann.score_band) == (Band(low=10_000), None)


def test_every_other_key_is_an_attribute() -> None:
    assert roster().reps["cy"].attributes == {"region": "US", "certified": True}


def test_an_attribute_may_be_a_list_of_texts() -> None:
    assert roster(person('tools = ["a", "b"]')).reps["ann"].attributes == {"tools": ("a", "b")}


def test_somebody_may_keep_no_holidays_although_the_others_do() -> None:
    _, calendars = read_team('holidays = "DE"\n' + person('holidays = ""'))
    assert [calendars.people[rep].holidays for rep in ("ann", "bob")] == ["", "DE"]


def test_a_territory_of_a_person_may_be_a_named_one() -> None:
    assert [area.text for area in roster().reps["ann"].territories] == ["DE", "AT", "CH", "US-IL 627*"]


def test_what_stands_at_the_top_holds_for_everybody_who_does_not_say_otherwise() -> None:
    assert [rep.zone for rep in roster().reps.values()] == ["Europe/Berlin", "Europe/Berlin", "America/New_York"]


def test_decimal_weights_become_whole_numbers_of_the_same_ratio() -> None:
    assert members("{ ann = 2, bob = 0.5, cy = 0 }").weights == {"ann": 4, "bob": 1, "cy": 0}
    assert members("{ ann = 0.333333, bob = 1 }").weights == {"ann": 333333, "bob": 1_000_000}


def test_members_may_be_a_list_or_a_condition() -> None:
    assert members('["ann", "cy"]').weights == {"ann": 1, "cy": 1}
    assert members("'region == \"DACH\" and skill.fintech >= 2'").weights == {"ann": 1}


def test_a_weight_may_be_worked_out_for_each_member() -> None:
    assert members('["ann", "bob"]\nweight = "seniority / 2"').weights == {"ann": 3, "bob": 2}


def test_a_pool_says_how_its_ledger_counts() -> None:
    found = roster(pool('fair = "value"\nmax_charge = 5000\nfit_weight = 0.5\nmax_ahead = 4\ndebt_limit = 2')).pools[
        "all"
    ]
    assert (found.value_fair, found.max_charge, found.fit_weight) == (True, 5000, Decimal("0.5"))
    assert (found.max_ahead, found.debt_limit, found.paused) == (4, 2, False)
    assert roster().pools["dach"].backlog == Backlog(3, 600_000)


def test_teams_that_nobody_declares_are_those_that_people_name() -> None:
    assert roster(person('team = "north"')).teams["north"].manager == ""


def test_nobody_needs_hours_to_be_on_duty() -> None:
    _, calendars = read_team(SMALL_TEAM)
    assert calendars.duty(0, DAY)["ann"].bounds == (0, DAY)


def test_calendars_resolve_hours_holidays_and_leave() -> None:
    _, calendars = read_team(TEAM, regions={"DACH": ("DE",)})
    start = read_instant("2026-12-14", "Europe/Berlin")
    duty = calendars.duty(start, start + 28 * DAY)["ann"]
    assert on_duty(duty, start + 10 * HOUR)
    assert not on_duty(duty, start + 13 * HOUR)
    assert not on_duty(duty, start + 7 * DAY + 10 * HOUR)
    assert next(absence.deputy for absence in duty.absences if absence.kind == "leave") == "bob"


# --- people.csv ------------------------------------------------------------------------------------------------------


def test_people_may_come_from_a_csv_file() -> None:
    found = roster(FROM_CSV, PEOPLE).reps
    assert (found["ann"].name, found["bob"].name) == ("Ann Able", "Bob")
    assert (found["ann"].skills, found["ann"].languages) == ({"fintech": 4}, ("de", "en"))
    assert found["ann"].caps == (Cap("open", 8), Cap("day", 5))
    assert found["bob"].attributes == {"region": "DACH", "certified": False, "quota": 80}


def test_a_csv_row_has_hours_and_leave() -> None:
    _, calendars = read_team(FROM_CSV, people=PEOPLE)
    ann = calendars.people["ann"]
    assert ann.week.days[0] == ((9 * 60, 17 * 60),)
    assert [leave.deputy for leave in ann.leave] == ["bob"]


def test_a_column_with_one_text_is_a_column_of_texts() -> None:
    found = roster(FROM_CSV, "id,code\nann,007\nbob,12\n").reps
    assert [rep.attributes["code"] for rep in found.values()] == ["007", "12"]


@pytest.mark.parametrize(
    ("people", "what", "line"),
    [
        ("name\nann\n", "the header names no column id.", 1),
        ("id,id\nann,ann\n", "the header has two columns of one name, or one without.", 1),
        ("id,open.cap\nann,1\n", "there is no table for the column 'open.cap'.", 1),
        ("id,name\nann\n", "the row has 1 cells, the header 2.", 2),
        ('id,name\nann,"Ann\n', "not valid CSV: unexpected end of data.", 2),
        ("id,zone\n\nann,UTC\nbob,Mars\n", "'Mars' is not a time zone.", 4),
        ('id,name,zone\nann,"A\nB",UTC\nbob,x,Mars\n', "name contains a line break or another control character.", 2),
        ("id,caps\nann,open=x\n", 'open = "x" is not a whole number.', 2),
        ("id,skill\nann,x\n", "'skill' looks like the key 'skills'.", 2),
        ("id,leave\nann,Christmas\n", "leave has no 'to'.", 2),
        ("id\nann\nann\n", "the id 'ann' is already on line 2.", 3),
        ("", "the header names no column id.", 1),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_line(people: str, what: str, line: int) -> None:
    found = faults(FROM_CSV, people)[0]
    assert (found.where, found.what, found.line) == ("people.csv", what, line)


def test_the_digest_covers_both_files() -> None:
    one, other = roster(FROM_CSV, PEOPLE), roster(FROM_CSV, PEOPLE.replace("Able", "Abel"))
    assert one.digest != other.digest


def test_people_are_read_from_the_file_beside_the_roster(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(SMALL_POLICY, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    team = FROM_CSV + '[[pool]]\nname = "all"\nmembers = ["ann", "bob"]\n'
    (tmp_path / "team.toml").write_text(team, encoding="utf-8")
    assert set(load_setup(tmp_path / "policy.toml", tmp_path / "team.toml").roster.reps) == {"ann", "bob"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../people.csv", "missing.csv"])
def test_a_people_file_lies_beside_the_roster(tmp_path: Path, name: str) -> None:
    (tmp_path / "policy.toml").write_text(SMALL_POLICY, encoding="utf-8")
    (tmp_path / "team.toml").write_text(f'people = "{name}"\n', encoding="utf-8")
    with pytest.raises(BadTeam):
        load_setup(tmp_path / "policy.toml", tmp_path / "team.toml")


# --- what is wrong with it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ('langauges = ["de"]', "'langauges' looks like the key 'languages'."),
        ('"my key" = 1', '"my key" cannot be the name of an attribute.'),
        ("joined = 2026-01-01", "joined = 2026-01-01 is not a known key, nor a text, number, true, false"),
        ("caps = { open = -1 }", "open = -1 is not 0 or more."),
        ("caps = { opne = 1 }", "'opne' is not a known key here."),
        ("caps = { open = 1, smooth = true }", "smooth spreads a week's or a month's cap, and there is none."),
        ("caps = 5", "caps = 5 is not a table."),
        ('skills = { x = "high" }', 'x = "high" is not a whole number.'),
        ('skills = ["x"]', 'skills = ["x"] is not a table.'),
        ("deal_band = { from = 5, to = 1 }", "deal_band begins at 5 and ends below it, at 1."),
        ("deal_band = {}", "deal_band has neither a from nor a to."),
        ('zone = "Europe/Brelin"', "'Europe/Brelin' is not a time zone."),
        ('holidays = "QQ"', "holidays = 'QQ': no public holidays are known for it."),
        ('hours = { fry = "09:00-10:00" }', "hours name the day 'fry', which is none."),
        ('hours = "9-5"', "hours = '9-5': '9-5' is not a span of times."),
        ('leave = [{ from = "2026-01-02", to = "2026-01-01" }]', "leave to 2026-01-01 ends before it begins"),
        ('leave = [{ from = "2026-01-02", to = "2026-01-05", deputy = "bo" }]', "there is no person 'bo'."),
        ('leave = [{ from = "2026-01-02", to = "2026-01-05", deputy = "ann" }]', "nobody is their own deputy."),
        ('territories = ["Germny"]', "the area 'Germny'"),
        ('active = "no"', 'active = "no" is not true or false.'),
        ("name = 3", "name = 3 is not a text in quotes."),
        ("seniority = 1.5", "seniority = 1.5 is not a whole number."),
    ],
)
def test_what_is_wrong_with_a_person_is_told(lines: str, what: str) -> None:
    found = fault(person(lines))
    assert found.what.startswith(what)
    assert (found.line, found.where) == (3, "team.toml")


def test_a_pool_may_charge_for_leads_given_by_hand() -> None:
    found, _ = read_team(pool('charges = ["by_hand", "shotgun"]'))
    assert next(iter(found.pools.values())).charges == {"by_hand", "shotgun"}


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ('manager = "an"', "there is no person 'an'."),
        ("backlog = { each = 3 }", "backlog has no every."),
        ('backlog = { each = 0, every = "1m" }', "each = 0 is not 1 or more."),
        ('charges = ["cherrypick"]', '"cherrypick" is no way of handing over.'),
        ("max_charge = 5", "max_charge cannot be used like this."),
        ('fair = "both"', 'fair = "both" is not one of value, leads.'),
        ('weigth = "seniority"', "'weigth' is not a known key here."),
        ('weight = "seniority"', "the weight of ann is not known"),
        ('weight = "name"', "This gives a text"),
        ("paused = 1", "paused = 1 is not true or false."),
        ("fit_weight = -1", "fit_weight = -1 is not 0 or more."),
        ("weight = 1", "weight = 1 is not an expression over people in quotes."),
    ],
)
def test_what_is_wrong_with_a_pool_is_told(lines: str, what: str) -> None:
    found = faults(pool(lines))
    assert found[0].what.startswith(what)
    assert found[0].line == 10


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("{ an = 1 }", "there is no person 'an'."),
        ("{ ann = -1 }", "ann = -1 is not a weight from 0 to 1,000,000"),
        ("{ ann = 0.1234567 }", "ann = 0.1234567 is not a weight"),
        ("{ ann = true }", "ann = true is not a weight"),
        ('["anne"]', "there is no person 'anne'."),
        ('"reigon == 1"', "There is no field “reigon”."),
        ("{ ann = 1 }\nweight = 'seniority'", "members already has the weights."),
        ("3", "members = 3 is not a table of weights, a list of ids or a condition."),
    ],
)
def test_what_is_wrong_with_members_is_told(value: str, what: str) -> None:
    with pytest.raises(BadTeam) as caught:
        members(value)
    assert caught.value.faults[0].what.startswith(what)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SMALL_TEAM.replace('"bob"\n', '"ann"\n', 1), "the id 'ann' is already on line 1."),
        (SMALL_TEAM.replace('id = "bob"', 'name = "Bob"'), "id is missing."),
        (SMALL_TEAM.replace('id = "bob"', 'id = "  "'), "id is missing."),
        (pool('[[pool]]\nname = "all"\nmembers = []'), "'all' is there twice."),
        (pool('[[team]]\nname = "x"\nmanager = "zoe"'), "there is no person 'zoe'."),
        (pool('[[territory]]\nname = "x"\nareas = ["DE"]\nmanager = "zoe"'), "there is no person 'zoe'."),
        (pool('[[territory]]\nname = "x"'), "the territory x has no areas."),
        (pool('[[teams]]\nname = "x"'), "'teams' is not a known key here."),
        ('zone = "UTC"\n', "there is nobody in it."),
        (FROM_CSV, "'people.csv' was not read with this roster."),
        ("person = 3", "person = 3 is not a list of tables."),
    ],
)
def test_what_does_not_fit_together_is_told(text: str, what: str) -> None:
    assert what in [found.what for found in faults(text)]


def test_an_attribute_is_of_one_type_for_everybody() -> None:
    text = TEAM.replace('region = "US"', "region = 3")
    assert fault(text).what.startswith('region = 3 is of type number, that of ann is text ("DACH").')


def test_a_declared_team_must_be_spelt_right() -> None:
    assert fault(TEAM.replace('team = "central"', 'team = "centrl"', 1)).fix == "Did you mean 'central'?"


def test_the_roster_is_judged_before_the_policy() -> None:
    with pytest.raises(BadTeam):
        read_setup(POLICY.replace("always", "alway"), TEAM.replace("ann = 2", "an = 2"))


def test_a_setup_has_all_three() -> None:
    found = setup()
    assert (found.policy.name, len(found.roster.reps), len(found.calendars.people)) == ("Inbound", 3, 3)


# --- any text at all -------------------------------------------------------------------------------------------------

LINES = st.sampled_from([line for line in TEAM.split("\n") if line])
KEYS = st.sampled_from(sorted({key for keys in TEAM_KEYS.values() for key in keys}))
VALUES = st.sampled_from(["1", "-1", "true", '"x"', "[]", "{}", "[[1]]", "1e9", "2026-01-01", "[{}]", '["ann"]'])
PAIRS = st.builds("{} = {}".format, KEYS, VALUES)


@given(st.text(max_size=100) | st.lists(LINES | PAIRS, max_size=12).map("\n".join))
@settings(max_examples=250)
def test_any_text_is_a_roster_or_bad_input(text: str) -> None:
    assert tried(text) != ()


@given(st.integers(0, TEAM.count("\n")), KEYS, VALUES)
@settings(max_examples=150)
def test_a_line_too_many_anywhere_is_read_or_told(number: int, key: str, value: str) -> None:
    lines = TEAM.split("\n")
    assert tried("\n".join([*lines[:number], f"{key} = {value}", *lines[number:]])) != ()


@given(st.text(max_size=80) | st.lists(st.sampled_from(["id", ",", "\n", '"', ";", "=", "caps", "ann"])).map("".join))
@settings(max_examples=200)
def test_any_csv_is_read_or_bad_input(people: str) -> None:
    assert tried(FROM_CSV, people) != ()


@given(st.dictionaries(st.sampled_from(["ann", "bob", "cy"]), st.decimals(0, 1000, places=3), min_size=1))
@settings(max_examples=30)
def test_whole_weights_keep_their_ratios(weights: dict[str, Decimal]) -> None:
    found = members("{ " + ", ".join(f"{rep} = {weight}" for rep, weight in weights.items()) + " }").weights
    assert all(found[one] * weights[other] == found[other] * weights[one] for one in weights for other in weights)


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TEAM_KEYS)
def test_every_key_has_its_row_in_the_reference(table: str) -> None:
    assert [key for key in TEAM_KEYS[table] if f"| `{key}` |" not in PAGE] == []


def test_the_example_of_the_reference_is_a_roster() -> None:
    example = next(code for code in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[person]]" in code)
    assert read_team(example)[0].reps
