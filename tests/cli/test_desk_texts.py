"""Which policy and which team are in force: published, looked at, drafted, rolled back, edited."""

import json
import tomllib
from pathlib import Path

from tests.cli.conftest import Run

RULE = '\n[[rule]]\nname = "Late"\nwhen = "always"\nwho = ["pool sales"]\n'


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def versions(evenhand: Run, group: str = "policy") -> list[int]:
    return [row["no"] for row in json.loads(evenhand(group, "history", "--json").out)]


def test_what_is_published_is_in_force_and_in_the_history_with_its_note(desk: Path, evenhand: Run) -> None:
    edit(desk / "policy.toml", '"1h"', '"2h"')
    assert evenhand("policy", "publish", "policy.toml", "--note", "two hours").out == "Policy: version 2 is in force.\n"
    history = evenhand("policy", "history").out
    assert "two hours" in history
    assert "manager eve" in history


def test_publishing_the_same_again_changes_nothing(desk: Path, evenhand: Run) -> None:
    assert "Nothing has changed" in evenhand("policy", "publish", "policy.toml", "--team", "team.toml").out
    assert versions(evenhand) == [1]


def test_the_text_in_force_is_printed_word_for_word(desk: Path, evenhand: Run) -> None:
    assert evenhand("policy", "show").out == (desk / "policy.toml").read_text(encoding="utf-8")
    assert evenhand("team", "show", 1).out == (desk / "team.toml").read_text(encoding="utf-8")


def test_a_version_that_never_was_is_told_with_the_latest(desk: Path, evenhand: Run) -> None:
    ran = evenhand("policy", "show", 7)
    assert ran.code == 2
    assert "The latest is 1." in ran.err


def test_an_earlier_version_comes_back_as_a_new_one(desk: Path, evenhand: Run) -> None:
    first = (desk / "policy.toml").read_text(encoding="utf-8")
    edit(desk / "policy.toml", '"1h"', '"2h"')
    evenhand("policy", "publish", "policy.toml")
    assert evenhand("policy", "rollback", 1).out == "Policy: version 3 is in force.\n"
    assert evenhand("policy", "show").out == first


def test_a_roster_comes_back_too(desk: Path, evenhand: Run) -> None:
    evenhand("person", "set", "ann", "caps.open=5")
    assert "version 3" in evenhand("team", "rollback", 1).out


def test_a_fault_is_told_with_its_file_and_its_line_and_nothing_changes(desk: Path, evenhand: Run) -> None:
    edit(desk / "policy.toml", '"pool sales"', '"pool sails"')
    ran = evenhand("policy", "publish", "policy.toml")
    assert ran.code == 2
    assert "policy.toml, line 11" in ran.err
    assert versions(evenhand) == [1]


def test_a_team_alone_is_checked_against_the_policy_in_force(desk: Path, evenhand: Run) -> None:
    edit(desk / "team.toml", 'name = "sales"', 'name = "support"')
    ran = evenhand("team", "publish", "team.toml")
    assert ran.code == 2
    assert "the policy in force" in ran.err


def test_people_csv_becomes_part_of_the_text(desk: Path, evenhand: Run) -> None:
    text = 'people = "people.csv"  # from HR\n' + (desk / "team.toml").read_text(encoding="utf-8")
    (desk / "team.toml").write_text(text, encoding="utf-8")
    (desk / "people.csv").write_text("id,name,caps.open,languages\ndan,Dan Example,4,de; en\n", encoding="utf-8")
    assert evenhand("team", "publish", "team.toml").code == 0
    kept = tomllib.loads(evenhand("team", "show").out)
    assert kept["person"][-1] == {"id": "dan", "name": "Dan Example", "caps": {"open": 4}, "languages": ["de", "en"]}
    assert "people" not in kept


def test_a_draft_does_not_count_until_it_is_published(desk: Path, evenhand: Run) -> None:
    edit(desk / "policy.toml", '"1h"', '"2h"')
    assert "policy check --draft autumn" in evenhand("policy", "draft", "autumn", "policy.toml").out
    assert "autumn" in evenhand("policy", "drafts").out
    assert versions(evenhand) == [1]
    assert "version 2" in evenhand("policy", "publish", "--draft", "autumn").out
    assert "There are no drafts" in evenhand("policy", "drafts").out


def test_a_draft_is_checked_beside_the_team_in_force(desk: Path, evenhand: Run) -> None:
    (desk / "policy.toml").write_text((desk / "policy.toml").read_text(encoding="utf-8") + RULE, encoding="utf-8")
    evenhand("policy", "draft", "autumn", "policy.toml")
    ran = evenhand("policy", "check", "--draft", "autumn")
    assert ran.code == 1
    assert "draft autumn" in ran.out
    assert evenhand("policy", "check", "policy.toml", "--database", "evenhand.db").code == 1


def test_a_draft_full_of_faults_is_kept_and_told(desk: Path, evenhand: Run) -> None:
    (desk / "bad.toml").write_text("name = ", encoding="utf-8")
    evenhand("policy", "draft", "bad", "bad.toml")
    assert evenhand("policy", "check", "--draft", "bad").code == 2
    assert evenhand("policy", "drop", "bad").out == "Draft bad is gone.\n"


def test_a_file_and_a_draft_do_not_go_together(desk: Path, evenhand: Run) -> None:
    assert "a draft and a file" in evenhand("policy", "publish", "policy.toml", "--draft", "x").err
    assert "nothing to publish" in evenhand("policy", "publish").err


def test_a_person_is_edited_and_the_text_keeps_its_shape(desk: Path, evenhand: Run) -> None:
    ran = evenhand("person", "set", "ann", "caps.open=5", 'languages=["de", "en"]', "name=Ann Example")
    assert ran.out == "Team: version 2 is in force.\n"
    ann = tomllib.loads(evenhand("team", "show").out)["person"][0]
    assert ann == {"id": "ann", "caps": {"open": 5}, "languages": ["de", "en"], "name": "Ann Example"}
    evenhand("person", "set", "ann", "languages=")
    assert "languages" not in tomllib.loads(evenhand("team", "show").out)["person"][0]


def test_what_is_no_key_and_value_is_told(desk: Path, evenhand: Run) -> None:
    assert "is not KEY=VALUE" in evenhand("person", "set", "ann", "caps").err


def test_somebody_new_joins_a_pool_and_goes_again(desk: Path, evenhand: Run) -> None:
    evenhand("person", "set", "dan", "name=Dan Example", "caps.open=3", "--new")
    assert "Pool sales: dan joins." in evenhand("pool", "set", "sales", "members.dan=1").out
    assert evenhand("pool", "set", "sales", "members.dan=").code == 0
    assert evenhand("person", "remove", "dan").code == 0


def test_a_pool_comes_and_goes(desk: Path, evenhand: Run) -> None:
    assert evenhand("pool", "set", "summer", 'members=["ann"]', "--new").code == 0
    assert "summer" in evenhand("pool", "list").out
    assert evenhand("pool", "remove", "summer").code == 0


def test_leave_is_put_down_and_called_off(desk: Path, evenhand: Run) -> None:
    assert evenhand("person", "leave", "ann", "2026-12-21", "2027-01-03", "--deputy", "bob").code == 0
    assert tomllib.loads(evenhand("team", "show").out)["person"][0]["leave"][0]["deputy"] == "bob"
    assert evenhand("person", "leave", "ann", "2026-12-21", "--drop").code == 0
