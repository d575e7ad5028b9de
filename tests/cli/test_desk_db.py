"""The database of a desk: made, checked, backed up, restored; and what is said when something of it is missing."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.desk import POLICY, TEAM


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVENHAND_DATABASE", raising=False)
    monkeypatch.delenv("EVENHAND_SECRET", raising=False)
    return tmp_path


def test_a_desk_is_made_with_its_secret_and_says_where_they_are(empty: Path, evenhand: Run) -> None:
    said = evenhand("db", "upgrade").out
    assert "sqlite:///evenhand.db" in said
    assert "Secret: evenhand.db.secret (new)" in said
    assert "Keep a copy of the secret" in said
    assert (empty / "evenhand.db.secret").stat().st_mode & 0o077 == 0


def test_a_desk_on_postgresql_does_the_same_and_shows_no_password(
    empty: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv("EVENHAND_DATABASE", postgres_url.replace("postgresql+psycopg", "postgresql"))
    for name, text in (("policy.toml", POLICY), ("team.toml", TEAM), ("leads.csv", "id,topic\n1,\n2,list\n")):
        (empty / name).write_text(text, encoding="utf-8")
    said = evenhand("db", "upgrade").out
    assert "Secret: evenhand.secret (new)" in said
    assert "postgresql" in said
    evenhand("policy", "publish", "policy.toml", "--team", "team.toml")
    assert "2 lines: 2 new" in evenhand("receive", "leads.csv").out
    for words in (("replay",), ("doctor",), ("db", "check"), ("db", "backup", "x.backup"), ("lead", "show", 1)):
        ran = evenhand(*words)
        assert ran.code == 0, (words, ran)


def test_upgrading_twice_changes_nothing(empty: Path, evenhand: Run) -> None:
    evenhand("db", "upgrade")
    again = json.loads(evenhand("db", "upgrade", "--json").out)
    assert (again["new_tables"], again["new_secret"], again["new_workspace"]) == (False, False, False)


def test_another_workspace_is_made_beside_the_first(empty: Path, evenhand: Run) -> None:
    evenhand("db", "upgrade")
    assert json.loads(evenhand("db", "upgrade", "--workspace", "north", "--json").out)["new_workspace"] is True
    assert evenhand("lead", "list", "--workspace", "north").code == 0


def test_a_workspace_that_is_not_there_is_told_with_those_that_are(desk: Path, evenhand: Run) -> None:
    ran = evenhand("lead", "list", "--workspace", "south")
    assert (ran.code, ran.out) == (2, "")
    assert "no workspace 'south'" in ran.err
    assert "main" in ran.err


def test_where_there_is_no_desk_it_is_said_how_to_make_one(empty: Path, evenhand: Run) -> None:
    ran = evenhand("lead", "list")
    assert ran.code == 2
    assert "Make one: evenhand db upgrade" in ran.err
    assert not (empty / "evenhand.db").exists()


def test_no_new_secret_is_made_for_a_desk_that_has_lost_its_own(desk: Path, evenhand: Run) -> None:
    (desk / "evenhand.db.secret").unlink()
    ran = evenhand("db", "upgrade")
    assert ran.code == 2
    assert "no master secret" in ran.err
    assert not (desk / "evenhand.db.secret").exists()


def test_another_desks_secret_is_refused(desk: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_SECRET", "00" * 32)
    ran = evenhand("lead", "list")
    assert ran.code == 2
    assert "not the master secret" in ran.err


def test_the_environment_may_name_the_database(
    desk: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVENHAND_DATABASE", str(desk / "evenhand.db"))
    monkeypatch.chdir(tmp_path)
    assert evenhand("policy", "history").code == 0


def test_a_whole_database_is_well(leads: Path, evenhand: Run) -> None:
    ran = evenhand("db", "check")
    assert (ran.code, ran.out) == (0, "All is well.\n")
    assert json.loads(evenhand("db", "check", "--json").out) == []


def test_a_backup_restores_into_a_new_database_with_its_own_secret(leads: Path, evenhand: Run) -> None:
    assert "leads" in evenhand("db", "backup", "desk.backup").out
    (leads / "other.db.secret").write_bytes((leads / "evenhand.db.secret").read_bytes())
    (leads / "other.db.secret").chmod(0o600)
    assert evenhand("db", "restore", "desk.backup", "--database", "other.db").code == 0
    both = [evenhand("lead", "show", 1, "--json", "--database", name).out for name in ("evenhand.db", "other.db")]
    assert both[0] == both[1]


def test_a_restored_desk_says_which_secret_it_wants(leads: Path, evenhand: Run) -> None:
    evenhand("db", "backup", "desk.backup")
    said = evenhand("db", "restore", "desk.backup", "--database", "other.db").out
    assert "put the secret that belongs to it here: other.db.secret" in said
    assert (
        json.loads(evenhand("db", "restore", "desk.backup", "--database", "third.db", "--json").out)["opens"] is False
    )


def test_a_backup_is_never_written_over_a_file_nor_restored_over_a_desk(leads: Path, evenhand: Run) -> None:
    evenhand("db", "backup", "desk.backup")
    assert evenhand("db", "backup", "desk.backup").code == 2
    ran = evenhand("db", "restore", "desk.backup")
    assert ran.code == 2
    assert "is not empty" in ran.err


def test_the_doctor_finds_nothing_where_nothing_is_wrong(leads: Path, evenhand: Run) -> None:
    ran = evenhand("doctor")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "All is well.")


def test_the_doctor_says_how_to_mend_what_is_missing(empty: Path, evenhand: Run) -> None:
    assert "Make one: evenhand db upgrade" in evenhand("doctor").out
    evenhand("db", "upgrade")
    ran = evenhand("doctor", "--json")
    assert ran.code == 1
    assert [found["where"] for found in json.loads(ran.out)] == ["policy", "team"]


def test_the_doctor_does_not_stumble_over_a_secret_that_is_gone(desk: Path, evenhand: Run) -> None:
    (desk / "evenhand.db.secret").unlink()
    ran = evenhand("doctor")
    assert ran.code == 1
    assert "no master secret" in ran.out


def test_the_doctor_says_when_nobody_can_be_told(leads: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "Nobody can be told of their leads but by the console."
    assert told in " ".join(evenhand("doctor").out.split())
    monkeypatch.setenv("EVENHAND_SMTP", "smtp://mail.example.com/?from=leads@example.com")
    assert told not in " ".join(evenhand("doctor").out.split())
    monkeypatch.setenv("EVENHAND_SMTP", "http://mail.example.com")
    ran = evenhand("doctor")
    assert (ran.code, "EVENHAND_SMTP: this is not the address of a mail server." in ran.out) == (1, True)
