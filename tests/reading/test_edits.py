"""Edits of the roster's text: one thing changes, everything else stays, character by character."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.core.model import Rep
from evenhand.errors import BadTeam, NotFound
from evenhand.reading.edits import Add, Drop, Put, Step, Take, added, edited, merged, removed
from evenhand.reading.memberships import weight_steps
from evenhand.reading.team import open_team, read_team

TEXT = """# Our people
zone = "UTC"

# Ann, since 2019
[[person]]
id = "ann" # the first
caps = { open = 8, day = 5 }   # she asked for it
skills.fintech = 4
leave = [
  { from = "2026-12-20", to = "2027-01-03", deputy = "bob" }, # Christmas
  { from = "2027-02-01", to = "2027-02-02" },
]

# Bob
[[person]]
id = "bob"
seniority = 2
languages = ["de", "en"]
[person.caps]
open = 3

[[pool]]
name = "dach" # the core
members = { ann = 2, bob = 1 }
[[pool]]
name = "all"
members = ["ann", "bob"]
"""


def changed(text: str, before: str = TEXT) -> list[str]:
    """The lines that are new."""
    return [line for line in text.split("\n") if line not in before.split("\n")]


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Put(("caps", "open"), 4), "caps = { open = 4, day = 5 }   # she asked for it"),
        (Put(("caps", "week"), 9), "caps = { open = 8, day = 5, week = 9 }   # she asked for it"),
        (Drop(("caps", "day")), "caps = { open = 8 }   # she asked for it"),
        (Put(("caps",), {"open": 1}), "caps = { open = 1 }   # she asked for it"),
        (Put(("skills", "fintech"), 5), "skills.fintech = 5"),
        (Put(("skills", "health"), 5), "skills.health = 5"),
        (Put(("hours",), {"mon-fri": "09:00-17:00"}), 'hours = { mon-fri = "09:00-17:00" }'),
        (Put(("goals", "month"), 50_000), "goals = { month = 50000 }"),
        (Put(("active",), value=False), "active = false"),
        (Put(("region",), 'the "north"'), 'region = "the \\"north\\""'),
        (Put(("languages",), ("de", "fr")), 'languages = ["de", "fr"]'),
        (Put(("rate",), Decimal("0.50")), "rate = 0.50"),
        (Put(("rate",), Decimal(3)), "rate = 3.0"),
        (Add("leave", {"from": "2027-03-01", "to": "2027-03-02"}), '  { from = "2027-03-01", to = "2027-03-02" },'),
    ],
)
def test_one_step_changes_one_line(step: Step, line: str) -> None:
    assert changed(edited(TEXT, "person", "ann", [step])) == [line]


@pytest.mark.parametrize(
    "step", [Put(("seniority",), 2), Drop(("hours",)), Drop(("caps", "week")), Drop(("goals", "year"))]
)
def test_what_is_so_already_changes_nothing(step: Step) -> None:
    assert edited(TEXT, "person", "bob", [step]) == TEXT


def test_a_leave_that_goes_takes_its_comment_along_and_nothing_else() -> None:
    gone = edited(TEXT, "person", "ann", [Take("leave", 0)])
    assert gone == TEXT.replace('  { from = "2026-12-20", to = "2027-01-03", deputy = "bob" }, # Christmas\n', "")


def test_a_list_that_is_empty_and_a_table_that_is_empty_go_with_the_last_of_them() -> None:
    bare = edited(TEXT, "person", "ann", [Take("leave", 1), Take("leave", 0), Drop(("skills", "fintech"))])
    assert "leave" not in bare
    assert "skills" not in bare
    assert "open = 3" not in edited(TEXT, "person", "bob", [Drop(("caps", "open"))])


def test_no_hours_at_all_stay_no_hours_at_all() -> None:
    text = TEXT.replace("seniority = 2", 'hours = { mon = "09:00-17:00" }')
    assert "hours = {}" in edited(text, "person", "bob", [Drop(("hours", "mon"))])


def test_a_table_under_a_header_can_be_edited_and_replaced() -> None:
    assert changed(edited(TEXT, "person", "bob", [Put(("caps", "day"), 4)])) == ["day = 4"]
    assert changed(edited(TEXT, "person", "bob", [Put(("caps",), {"day": 4})])) == ["caps = { day = 4 }"]


def test_a_list_begins_with_its_first_value() -> None:
    text = edited(TEXT, "person", "bob", [Add("leave", {"from": "2027-03-01", "to": "2027-03-02"})])
    assert changed(text) == ['leave = [{ from = "2027-03-01", to = "2027-03-02" }]']


def test_somebody_new_comes_after_the_last_one_and_goes_without_a_trace() -> None:
    more = added(TEXT, "person", {"id": "cy", "name": "Cy", "caps": {"open": 3}})
    assert changed(more) == ['id = "cy"', 'name = "Cy"', "caps = { open = 3 }"]
    assert list(read_team(more)[0].reps) == ["ann", "bob", "cy"]
    assert removed(more, "person", "cy") == TEXT
    assert list(read_team(removed(more, "pool", "all"))[0].pools) == ["dach"]


def test_nobody_is_there_twice() -> None:
    with pytest.raises(BadTeam, match="there is a person 'ann' already"):
        added(TEXT, "person", {"id": "ann"})


def test_a_roster_can_be_begun_from_nothing() -> None:
    text = added(added("", "person", {"id": "ann"}), "pool", {"name": "all", "members": ["ann"]})
    assert text == '[[person]]\nid = "ann"\n\n[[pool]]\nname = "all"\nmembers = ["ann"]\n'
    assert removed(removed(text, "pool", "all"), "person", "ann") == ""


def test_line_ends_and_the_mark_at_the_start_stay_what_they_were() -> None:
    windows = "\ufeff" + TEXT.replace("\n", "\r\n").rstrip()
    assert edited(windows, "person", "bob", [Put(("seniority",), 3)]) == windows.replace(
        "seniority = 2", "seniority = 3"
    )
    more = added(windows, "pool", {"name": "new", "members": ["ann"]})
    assert more == windows + '\r\n\r\n[[pool]]\r\nname = "new"\r\nmembers = ["ann"]'
    assert removed(more, "pool", "new") == windows
    assert removed(removed(windows, "pool", "all"), "pool", "dach").endswith("open = 3")


def test_of_mixed_line_ends_each_keeps_its_own() -> None:
    mixed = TEXT.replace("seniority = 2\n", "seniority = 2\r\n")
    assert edited(mixed, "person", "ann", [Put(("caps", "open"), 4)]) == mixed.replace("open = 8", "open = 4")


@pytest.mark.parametrize(("kind", "name", "near"), [("person", "anm", "ann"), ("pool", "dash", "dach")])
def test_who_is_not_there_is_told_with_the_nearest_name(kind: str, name: str, near: str) -> None:
    with pytest.raises(NotFound, match=f"Did you mean '{near}'"):
        edited(TEXT, kind, name, [Drop(("x",))])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "step", "said"),
    [
        ('person = [{ id = "ann" }]\n', Put(("seniority",), 2), "written in a way"),
        ('[[person]]\nid = "ann"\nhours = "9-5"\n', Put(("hours", "mon"), "9-5"), "hours of ann is not a table"),
        ('[[person]]\nid = "ann"\nleave = 3\n', Add("leave", 3), "leave of ann is not a list"),
        ('[[person]]\nid = "ann"\n[[pool]]\nname = "p"\n[person.caps]\nopen = 3\n', Put(("a",), 1), "written in a way"),
        ('people = "people.csv"\n', Put(("a",), 1), "people.csv, which cannot be edited"),
        ("person = 3\n", Put(("a",), 1), "not a list of tables"),
    ],
)
def test_what_cannot_be_edited_is_refused_and_never_damaged(text: str, step: Step, said: str) -> None:
    with pytest.raises(BadTeam, match=said):
        edited(text, "person", "ann", [step])


def test_tables_of_one_person_that_stand_apart_are_refused() -> None:
    text = '[[person]]\nid = "ann"\n[other]\n[person.caps]\nopen = 3\n'
    with pytest.raises(BadTeam, match="written in a way"):
        edited(text, "person", "ann", [Put(("seniority",), 2)])


def test_what_would_come_out_wrong_is_refused() -> None:
    with pytest.raises(BadTeam, match="written in a way"):
        added('pool = []\n[[person]]\nid = "ann"\n', "pool", {"name": "p"})


def test_the_first_of_all_goes_with_the_blank_line_after_it() -> None:
    text = '[[person]]\nid = "ann"\n\n[[person]]\nid = "bob"\n'
    assert removed(text, "person", "ann") == '[[person]]\nid = "bob"\n'


# --- members


def pool(members: object, **said: object) -> dict[str, object]:
    return {"name": "p", "members": members, **said}


@pytest.mark.parametrize(
    ("members", "weight", "steps"),
    [
        ({"ann": 1}, 2, [Put(("members", "bob"), 2)]),
        ({"ann": 1}, None, [Drop(("members", "bob"))]),
        (["ann"], 1, [Add("members", "bob")]),
        (["ann", "bob"], 1, []),
        (["ann", "bob"], None, [Take("members", 1)]),
        (["ann"], None, []),
        (["ann"], 2, [Put(("members",), {"ann": 1, "bob": 2})]),
    ],
)
def test_a_weight_is_put_where_the_pool_has_its_members(members: object, weight: int | None, steps: list[Step]) -> None:
    assert weight_steps(pool(members), "bob", weight) == steps


def test_a_condition_and_an_expression_of_weights_are_not_guessed_at() -> None:
    with pytest.raises(BadTeam, match="said by a condition"):
        weight_steps(pool("seniority >= 2"), "bob", 1)
    with pytest.raises(BadTeam, match="worked out by an expression"):
        weight_steps(pool(["ann"], weight="seniority"), "bob", 2)
    assert weight_steps(pool(["ann"], weight="seniority"), "bob", 1) == [Add("members", "bob")]


def test_a_list_becomes_a_table_when_weights_differ() -> None:
    text = edited(TEXT, "pool", "all", weight_steps(pool(["ann", "bob"]), "bob", Decimal("0.5")))
    assert changed(text) == ["members = { ann = 1, bob = 0.5 }"]


# --- people.csv

PEOPLE = (
    "id,name,hours.mon-fri,skills.fintech,caps,leave,region,goals.month\n"
    'cy,"Cy ""C"" Cole",09:00-17:00,4,open=8;day=5,2026-12-20..2027-01-03 ann,DACH,50000\ndee,,,,,,,\n'
)


def test_the_people_of_a_file_move_into_the_roster() -> None:
    text = TEXT.replace('zone = "UTC"', 'zone = "UTC"\npeople = "people.csv" # theirs')
    one = merged(text, PEOPLE)
    (before, calendars), (after, same) = read_team(text, people=PEOPLE), read_team(one)
    assert (before.reps, before.pools, calendars) == (after.reps, after.pools, same)
    assert "people.csv" not in one
    assert one.startswith("# Our people")


def test_a_file_that_is_no_csv_is_told() -> None:
    with pytest.raises(BadTeam, match="names no column id"):
        merged(TEXT, "name\nAnn\n")


# --- properties

NUMBERS = st.integers(0, 1000)
FIELDS = st.sampled_from(
    [("seniority",), ("caps", "open"), ("caps", "week"), ("skills", "health"), ("goals", "year"), ("grade",)]
)
STEPS = st.lists(st.builds(Put, FIELDS, NUMBERS) | st.builds(Drop, FIELDS), min_size=1, max_size=4)


def others(text: str, name: str) -> dict[str, Rep]:
    return {rep: person for rep, person in read_team(text)[0].reps.items() if rep != name}


@settings(max_examples=60)
@given(steps=STEPS, name=st.sampled_from(["ann", "bob"]))
def test_an_edit_never_changes_anybody_else(steps: list[Step], name: str) -> None:
    text = edited(TEXT, "person", name, steps)
    assert others(text, name) == others(TEXT, name)
    comments = [line for line in TEXT.split("\n") if line.startswith("#")]
    assert [line for line in text.split("\n") if line.startswith("#")] == comments


@settings(max_examples=60)
@given(field=st.sampled_from([("seniority",), ("grade",), ("caps", "week")]), value=NUMBERS)
def test_what_is_set_and_taken_out_again_leaves_the_text_as_it_was(field: tuple[str, ...], value: int) -> None:
    there = edited(TEXT, "person", "ann", [Put(field, value)])
    assert edited(there, "person", "ann", [Drop(field)]) == TEXT


@settings(max_examples=60)
@given(value=NUMBERS)
def test_what_is_changed_and_changed_back_leaves_the_text_as_it_was(value: int) -> None:
    there = edited(TEXT, "person", "bob", [Put(("seniority",), value), Put(("caps", "open"), value)])
    assert edited(there, "person", "bob", [Put(("seniority",), 2), Put(("caps", "open"), 3)]) == TEXT


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@settings(max_examples=100)
@given(name=WORDS, key=WORDS, said=WORDS)
def test_any_name_can_be_written_and_read_back(name: str, key: str, said: str) -> None:
    text = added(TEXT, "person", {"id": f"new {name}", "x": {key: said}})
    assert open_team(text).data["person"][-1] == {"id": f"new {name}", "x": {key: said}}  # type: ignore[index]
