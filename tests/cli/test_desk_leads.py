"""Leads on a desk: taken in, looked at, and everything that can be done with one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


def shown(evenhand: Run, lead: int) -> Any:  # a row as JSON
    return json.loads(evenhand("lead", "show", lead, "--json").out)


def holder(evenhand: Run, lead: int) -> str:
    return str(shown(evenhand, lead)["row"]["rep"])


def test_leads_of_a_file_are_decided_now_and_counted(leads: Path, evenhand: Run) -> None:
    states = [shown(evenhand, lead)["row"]["state"] for lead in range(1, 6)]
    assert states == ["assigned", "assigned", "assigned", "offered", "held"]
    assert sorted(holder(evenhand, lead) for lead in (1, 2, 3)) == ["ann", "bob", "cy"]


def test_the_same_file_is_not_taken_twice_and_says_so(leads: Path, evenhand: Run) -> None:
    ran = evenhand("receive", "leads.csv", "--source", "web")
    assert "5 lines: 0 new, 5 there before, 0 rejected." in ran.out
    assert "not taken twice" in ran.out


def test_a_lead_that_comes_with_other_values_is_a_touch(leads: Path, evenhand: Run) -> None:
    text = (leads / "leads.csv").read_text(encoding="utf-8").replace("1,a@a.example,", "1,a@a.example,spam")
    (leads / "leads.csv").write_text(text, encoding="utf-8")
    taken = json.loads(evenhand("receive", "leads.csv", "--source", "web", "--json").out)
    assert (taken["new"], taken["again"], taken["touches"]) == (0, 4, 1)


def test_lines_without_ids_are_known_again_wherever_they_stand(desk: Path, evenhand: Run) -> None:
    (desk / "few.csv").write_text("topic,country\nx,DE\nx,DE\n", encoding="utf-8")
    evenhand("receive", "few.csv")
    (desk / "few.csv").write_text("topic,country\ny,FR\nx,DE\nx,DE\nx,DE\n", encoding="utf-8")
    taken = json.loads(evenhand("receive", "few.csv", "--json").out)
    assert (taken["lines"], taken["new"], taken["again"]) == (4, 2, 2)


def test_a_test_says_what_would_happen_and_keeps_nothing(leads: Path, evenhand: Run) -> None:
    (leads / "more.csv").write_text("email,topic\nz@z.example,\nz@z.example,\ny@y.example,spam\n", encoding="utf-8")
    taken = json.loads(evenhand("receive", "more.csv", "--test", "--json").out)
    assert taken["states"] == {"assigned": 1, "duplicate": 1, "rejected": 1}
    assert "nothing was kept" in evenhand("receive", "more.csv", "--test").out
    assert json.loads(evenhand("desk", "status", "--json").out)["decisions"] == 5


def test_lines_that_cannot_be_used_are_rejects_with_their_cause(leads: Path, evenhand: Run) -> None:
    (leads / "bad.csv").write_text("id,received\n1,yesterday\n2,2026-01-01\n", encoding="utf-8")
    ran = evenhand("receive", "bad.csv", "--rejects", "rejects.csv")
    assert "2 lines: 1 new, 1 rejected." in ran.out
    assert "yesterday" in (leads / "rejects.csv").read_text(encoding="utf-8")


def test_standard_input_must_have_a_name(desk: Path, evenhand: Run) -> None:
    assert "--source" in evenhand("receive", "-").err


def test_without_a_policy_no_lead_comes_in(tmp_path: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text("id\n1\n", encoding="utf-8")
    evenhand("db", "upgrade")
    ran = evenhand("receive", "leads.csv")
    assert ran.code == 2
    assert "there is no policy yet" in ran.err


def test_leads_of_a_crm_come_with_their_holders(desk: Path, evenhand: Run) -> None:
    lines = ["id,email,Lead owner,status,amount", "1,a@a.example,ann,contacted,", "2,b@b.example,bob,won,1200"]
    (desk / "crm.csv").write_text("\n".join([*lines, "3,c@c.example,zoe,new,", "4,d@d.example,,new,", ""]), "utf-8")
    taken = json.loads(evenhand("import", "crm.csv", "--source", "crm", "--map", "Lead owner=rep", "--json").out)
    assert (taken["states"], taken["reps"], taken["rejected"]) == ({"working": 1, "closed": 1}, {"ann": 1}, 2)
    assert shown(evenhand, 2)["row"]["amount"] == 1200
    assert evenhand("import", "crm.csv", "--source", "crm", "--json").out.count('"again":2') == 1
    assert evenhand("why", 1).code == 2


def test_a_file_that_names_no_holders_is_not_imported(desk: Path, evenhand: Run) -> None:
    (desk / "crm.csv").write_text("id,email\n1,a@a.example\n", encoding="utf-8")
    assert "no column says who holds a lead" in evenhand("import", "crm.csv").err
    assert "no such column" in evenhand("import", "crm.csv", "--map", "Owner=rep").err


def test_the_list_shows_what_is_open_and_can_be_narrowed(leads: Path, evenhand: Run) -> None:
    assert len(json.loads(evenhand("lead", "list", "--json").out)) == 5
    held = json.loads(evenhand("lead", "list", "--state", "held", "--json").out)
    assert [row["lead"] for row in held] == [5]
    assert holder(evenhand, 1) in evenhand("lead", "list", "--rep", holder(evenhand, 1)).out
    assert "The first 2" in evenhand("lead", "list", "--limit", 2).out


def test_an_empty_list_says_so_and_a_wrong_state_names_the_right_ones(desk: Path, evenhand: Run) -> None:
    assert evenhand("lead", "list", "--state", "waiting").out == "No lead is waiting.\n"
    assert evenhand("lead", "list", "--rep", "zoe").out == "No lead of zoe is open.\n"
    ran = evenhand("lead", "list", "--state", "lost")
    assert ran.code == 2
    assert "duplicate" in ran.err


def test_a_lead_is_shown_with_its_person_its_decisions_and_its_story(leads: Path, evenhand: Run) -> None:
    evenhand("lead", "note", 1, "call in March")
    said = evenhand("lead", "show", 1).out
    assert "a@a.example" in said
    assert "in pool sales, on duty" in said
    assert "lead.assigned by manager eve" in said
    assert "call in March" in said


def test_who_it_is_can_be_left_out(leads: Path, evenhand: Run) -> None:
    evenhand("lead", "note", 1, "call in March")
    for words in (("lead", "show", 1, "--no-person"), ("lead", "show", 1, "--no-person", "--json")):
        said = evenhand(*words).out
        assert "a@a.example" not in said
        assert "March" not in said


def test_a_lead_that_is_not_there_is_told(desk: Path, evenhand: Run) -> None:
    for words in (("show", 9), ("respond", 9), ("assign", 9, "ann"), ("note", 9, "x")):
        ran = evenhand("lead", *words)
        assert ran.code == 2
        assert "there is no lead 9" in ran.err


def test_a_lead_is_claimed_once_and_the_second_hears_who_was_faster(leads: Path, evenhand: Run) -> None:
    assert "Lead 4 is assigned: bob." in evenhand("lead", "claim", 4, "--rep", "bob").out
    ran = evenhand("lead", "claim", 4, "--as", "rep ann")
    assert ran.code == 2
    assert "lead 4 was taken by Bob" in ran.err


def test_somebody_must_be_named_who_claims(leads: Path, evenhand: Run) -> None:
    assert "nobody was named" in evenhand("lead", "claim", 4).err


def test_a_rep_may_not_speak_for_another(leads: Path, evenhand: Run) -> None:
    ran = evenhand("lead", "claim", 4, "--rep", "bob", "--as", "rep ann")
    assert ran.code == 2
    assert "only for yourself" in ran.err


def test_a_holder_accepts_responds_puts_off_and_wins(leads: Path, evenhand: Run) -> None:
    rep = holder(evenhand, 1)
    assert evenhand("lead", "accept", 1, "--as", f"rep {rep}").code == 0
    assert "is being worked on" in evenhand("lead", "respond", 1, "--as", f"rep {rep}").out
    assert "put off until" in evenhand("lead", "snooze", 1, "3d").out
    row = json.loads(evenhand("lead", "close", 1, "won", "--amount", "1200.50", "--reason", "signed", "--json").out)
    assert (row["state"], row["closing"], row["amount"]) == ("closed", "won", 1200.5)
    assert "amount 1200.5" in evenhand("lead", "show", 1).out


def test_a_declined_lead_goes_to_somebody_else(leads: Path, evenhand: Run) -> None:
    rep = holder(evenhand, 1)
    assert evenhand("lead", "decline", 1, "--rep", rep, "--reason", "French only").code == 0
    assert holder(evenhand, 1) != rep


def test_a_closed_lead_comes_back(leads: Path, evenhand: Run) -> None:
    evenhand("lead", "close", 1, "lost")
    assert json.loads(evenhand("lead", "restore", 1, "--json").out)["state"] == "assigned"


def test_a_lead_from_the_desk_is_given_by_hand_and_handed_over(leads: Path, evenhand: Run) -> None:
    assert "Lead 5 is assigned: ann." in evenhand("lead", "assign", 5, "ann").out
    assert "Lead 5 is assigned: cy." in evenhand("lead", "hand-over", 5, "cy", "--as", "rep ann").out
    assert evenhand("lead", "re-route", 5).out.startswith("Lead 5 lies on a desk")


def test_two_leads_become_one_and_two_again(leads: Path, evenhand: Run) -> None:
    assert "part of lead 1" in evenhand("lead", "merge", 2, 1).out
    assert evenhand("lead", "unmerge", 2).code == 0
    assert shown(evenhand, 2)["row"]["state"] == "assigned"


def test_erasing_asks_first_and_leaves_nobody(leads: Path, evenhand: Run) -> None:
    assert "Say --yes if you are sure" in evenhand("lead", "erase", 1).err
    assert "close it first" in evenhand("lead", "erase", 1, "--yes").err
    assert evenhand("lead", "erase", 1, "--yes", "--even-if-open").out == "Erased: the person of 1.\n"
    assert "erased before" in evenhand("lead", "erase", 1, "--yes").out
    said = evenhand("lead", "show", 1).out
    assert "The person has been erased." in said
    assert "a@a.example" not in said
    assert evenhand("replay").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("close", 1, "sold"), "Write won, lost"),
        (("close", 1, "won", "--amount", "much"), "is no number"),
        (("snooze", 1, "soon"), "UNTIL"),
        (("respond", 1, "--at", "soon"), "--at"),
        (("list", "--as", "\x1b[31m"), "is no name"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_option(
    leads: Path, evenhand: Run, words: tuple[object, ...], said: str
) -> None:
    ran = evenhand("lead", *words)
    assert ran.code == 2
    assert said in ran.err


def test_why_tells_a_lead_of_the_desk_by_its_number(leads: Path, evenhand: Run) -> None:
    rep = holder(evenhand, 1)
    view = json.loads(evenhand("why", 1, "--json").out)
    assert (view["rep"], view["id"]) == (rep, "1.1")
    assert evenhand("why", 1, "--rep", rep).out.startswith(f"{rep} · chosen")
    assert evenhand("why", 1, "--rep", "zoe", "--database", "evenhand.db").out.startswith("zoe · not considered")


def test_why_has_the_earlier_decisions_as_its_history(leads: Path, evenhand: Run) -> None:
    evenhand("lead", "assign", 5, "ann")
    view = json.loads(evenhand("why", 5, "--json").out)
    assert [past["id"] for past in view["history"]] == ["5.5"]
    assert view["history"][0]["superseded_by"] == view["id"]


def test_why_wants_a_number_or_a_file(desk: Path, evenhand: Run) -> None:
    assert "is no number of a lead" in evenhand("why", "L-1").err
    assert "a file and a desk" in evenhand("why", 1, "--decisions", "x.jsonl", "--database", "evenhand.db").err
