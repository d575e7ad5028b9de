import tomllib
from pathlib import Path

import pytest

from evenhand.errors import BadTeam
from evenhand.reading.one_text import read_roster_text
from evenhand.reading.team import read_team

TEAM = '[[pool]]\nname = "sales"\nmembers = ["ann", "dan"]\n[[person]]\nid = "ann"\n'
PEOPLE = (
    "id,name,caps.open,languages,skills,leave,hours.mon-fri\n"
    'dan,"Dan ""D"" Ünal",4,de; en,fintech=4; health=2,2026-12-20..2027-01-03 ann,09:00-17:00\n'
)


def written(folder: Path, team: str, people: str = PEOPLE) -> Path:
    (folder / "team.toml").write_text(team, encoding="utf-8")
    (folder / "people.csv").write_text(people, encoding="utf-8")
    return folder / "team.toml"


def test_a_roster_without_a_people_csv_stays_as_it_is(tmp_path: Path) -> None:
    found = read_roster_text(written(tmp_path, TEAM))
    assert (found.people, found.whole) == (None, TEAM)


def test_one_text_says_the_same_as_the_two_files(tmp_path: Path) -> None:
    found = read_roster_text(written(tmp_path, 'people = "people.csv"\n' + TEAM))
    both, _ = read_team(found.text, people=found.people)
    one, _ = read_team(found.whole)
    assert one.reps == both.reps
    assert one.pools == both.pools


def test_comments_stay_and_the_name_of_the_file_becomes_one(tmp_path: Path) -> None:
    whole = read_roster_text(written(tmp_path, '# ours\npeople = "people.csv"  # from HR\n' + TEAM)).whole
    assert whole.startswith('# ours\n# people = "people.csv"  # from HR\n')
    assert "people" not in tomllib.loads(whole)


@pytest.mark.parametrize(
    "team", ['people = """\npeople.csv"""\n', 'people = "people.csv"\nperson = [{ id = "ann" }]\n']
)
def test_what_cannot_be_put_into_one_text_is_told(tmp_path: Path, team: str) -> None:
    with pytest.raises(BadTeam):
        read_roster_text(written(tmp_path, team))
