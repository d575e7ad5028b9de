"""People, pools, disputes, messages and the desk as a whole, from the command line."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


def read(evenhand: Run, *words: object) -> Any:  # what a program would read
    ran = evenhand(*words, "--json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def standing(evenhand: Run, rep: str) -> str:
    return next(str(each["standing"]) for each in read(evenhand, "person", "list") if each["rep"] == rep)


def test_everybody_is_listed_with_what_they_hold(leads: Path, evenhand: Run) -> None:
    found = {each["rep"]: each["open"] for each in read(evenhand, "person", "list")}
    assert found == {"ann": 1, "bob": 1, "cy": 1, "eve": 0}
    assert "on duty" in evenhand("person", "list").out


def test_somebody_is_away_and_back(leads: Path, evenhand: Run) -> None:
    assert evenhand("person", "away", "ann").out == "ann is away.\n"
    assert evenhand("person", "away", "ann").out == "ann was away before.\n"
    assert standing(evenhand, "ann") == "away"
    assert evenhand("person", "back", "ann").out == "ann is back.\n"
    assert evenhand("person", "back", "ann").out == "ann was not away.\n"


def test_somebody_gets_one_more(leads: Path, evenhand: Run) -> None:
    assert evenhand("person", "last", "ann").out == "ann is away after the next lead.\n"
    assert standing(evenhand, "ann") == "last one"


def test_somebody_is_paused_and_goes_on(leads: Path, evenhand: Run) -> None:
    evenhand("person", "pause", "ann")
    assert standing(evenhand, "ann") == "paused"
    assert evenhand("person", "resume", "ann").out == "ann goes on.\n"


def test_a_name_with_a_slip_is_told_with_the_nearest(leads: Path, evenhand: Run) -> None:
    for words in (("away", "anne"), ("inbox", "anne"), ("let-go", "anne", "--yes")):
        ran = evenhand("person", *words)
        assert ran.code == 2
        assert "Did you mean" in ran.err


def test_an_inbox_has_what_is_held_and_what_may_be_taken(leads: Path, evenhand: Run) -> None:
    found = read(evenhand, "person", "inbox", "ann")
    assert (len(found["held"]), [offer["lead"] for offer in found["offered"]]) == (1, [4])
    assert "evenhand lead claim LEAD --rep ann" in evenhand("person", "inbox", "ann").out
    assert "eve holds no open lead." in evenhand("person", "inbox", "eve").out


def test_somebody_who_leaves_is_looked_at_first_and_then_settled(leads: Path, evenhand: Run) -> None:
    plan = evenhand("person", "let-go", "ann", "--dry-run").out
    assert "ann holds 1 lead" in plan
    assert standing(evenhand, "ann") == "on duty"
    assert "Say --yes" in evenhand("person", "let-go", "ann").err
    assert "1 lead" in evenhand("person", "let-go", "ann", "--to", "bob", "--yes").out
    assert standing(evenhand, "ann") == "not active"
    assert evenhand("replay").code == 0


def test_a_pool_is_shown_with_what_everybody_is_owed(leads: Path, evenhand: Run) -> None:
    members = read(evenhand, "pool", "show", "sales")["members"]
    assert [(each["rep"], each["credit"]) for each in members] == [("ann", 0), ("bob", 0), ("cy", 0)]
    assert "managed by eve" in evenhand("pool", "show", "sales").out
    assert "ann, bob, cy" in evenhand("pool", "list").out
    assert "Did you mean sales?" in evenhand("pool", "show", "sails").err


def test_the_next_turns_come_from_the_credits_of_the_desk(leads: Path, evenhand: Run) -> None:
    evenhand("pool", "correct", "sales", "cy", "2", "--why", "two were lost in the move")
    found = read(evenhand, "pool", "next", "sales", "--database", "evenhand.db", "-n", 2)
    assert found["next"] == ["cy", "cy"]
    both = ("--database", "evenhand.db", "--decisions", "x.jsonl")
    assert "a file and a desk" in evenhand("pool", "next", "sales", *both).err


def test_a_correction_is_said_and_a_wrong_one_told(leads: Path, evenhand: Run) -> None:
    assert "owes ann -0.5 leads" in evenhand("pool", "correct", "sales", "ann", "--why", "slip", "--", "-0.5").out
    assert "is no number" in evenhand("pool", "correct", "sales", "ann", "one", "--why", "x").err
    assert "has no share" in evenhand("pool", "correct", "sales", "eve", "1", "--why", "x").err


def test_a_paused_pool_hands_out_nothing_until_it_goes_on(leads: Path, evenhand: Run) -> None:
    assert evenhand("pool", "pause", "sales").out == "Pool sales is paused.\n"
    (leads / "more.csv").write_text("email\nz@z.example\n", encoding="utf-8")
    assert read(evenhand, "receive", "more.csv")["states"] == {"waiting": 1}
    assert read(evenhand, "pool", "show", "sales")["paused"] is True
    assert evenhand("pool", "resume", "sales").out == "Pool sales goes on.\n"
    assert read(evenhand, "desk", "status")["leads"].get("waiting") is None


def test_the_desk_is_paused_as_a_whole(leads: Path, evenhand: Run) -> None:
    assert evenhand("desk", "resume").out == "Nothing was paused as a whole.\n"
    assert evenhand("desk", "pause").out == "Everything is paused.\n"
    assert "everything" in evenhand("desk", "status").out
    assert evenhand("desk", "resume").out == "Everything goes on.\n"


def test_the_status_counts_leads_and_messages(leads: Path, evenhand: Run) -> None:
    found = read(evenhand, "desk", "status")
    assert found["leads"] == {"assigned": 3, "held": 1, "offered": 1}
    assert found["unsent"] == 7
    assert "Messages: 7 to be sent, 0 given up." in evenhand("desk", "status").out


def test_an_empty_desk_says_what_to_do_next(desk: Path, evenhand: Run) -> None:
    assert "evenhand receive leads.csv" in evenhand("desk", "status").out


def test_a_desk_without_a_policy_says_what_to_do_next(
    tmp_path: Path, evenhand: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    evenhand("db", "upgrade")
    for words in (("desk", "status"), ("policy", "history"), ("team", "history"), ("person", "list")):
        assert "publish" in evenhand(*words).out
    assert "There are no pools" in evenhand("pool", "list").out
    assert "Publish both" in evenhand("policy", "publish", "p.toml").err or evenhand("policy", "publish", "p.toml").code


def test_a_dispute_is_opened_ruled_on_and_kept(leads: Path, evenhand: Run) -> None:
    assert "No dispute waits" in evenhand("dispute", "list").out
    number = read(evenhand, "dispute", "open", 1, "my turn", "--rep", "cy")["dispute"]
    assert str(number) in evenhand("dispute", "list").out
    ruled = read(evenhand, "dispute", "rule", number, "upheld", "--text", "so it was")
    assert ruled["entry"] == 1
    assert "upheld" in evenhand("dispute", "list", "--all").out
    assert "already" in evenhand("dispute", "rule", number, "dismissed").err


def test_a_ruling_is_one_of_two_words(leads: Path, evenhand: Run) -> None:
    assert "upheld or dismissed" in evenhand("dispute", "rule", 1, "granted").err
    assert evenhand("dispute", "open", 1, "no part in it", "--rep", "eve").code == 2


def test_messages_are_listed_by_state(leads: Path, evenhand: Run) -> None:
    assert len(read(evenhand, "messages", "list")) == 7
    assert "No message is sent." in evenhand("messages", "list", "--state", "sent").out
    assert "No message was given up." in evenhand("messages", "dead").out
    assert "Write waiting" in evenhand("messages", "list", "--state", "lost").err


def tamper(folder: Path, statement: str) -> None:
    """Write into the database behind the desk's back."""
    with sqlite3.connect(folder / "evenhand.db") as connection:
        connection.execute(statement)
    connection.close()


def test_a_message_that_was_given_up_is_shown_told_by_the_doctor_and_sent_again(leads: Path, evenhand: Run) -> None:
    tamper(leads, "UPDATE messages SET state = 'dead', attempts = 12, error = 'no such address' WHERE no = 1")
    assert "no such address" in evenhand("messages", "dead").out
    assert "evenhand messages again" in evenhand("doctor").out
    assert evenhand("messages", "again", 1).out == "Message 1 will be sent again.\n"
    assert "No message was given up." in evenhand("messages", "dead").out


def test_a_desk_that_was_tampered_with_is_found_out(leads: Path, evenhand: Run) -> None:
    tamper(leads, "UPDATE leads SET rep = 'eve' WHERE lead = 1")
    ran = evenhand("replay")
    assert ran.code == 1
    assert "lead 1" in ran.out
    assert evenhand("db", "check").code == 1
    assert "Please report this" in evenhand("doctor").out
    assert "differences" in evenhand("replay", "--json").out


def test_only_what_was_given_up_is_sent_again(leads: Path, evenhand: Run) -> None:
    assert "was not given up" in evenhand("messages", "again", 1).err
    assert "no message 99" in evenhand("messages", "again", 99).err


def test_a_desk_is_proved(leads: Path, evenhand: Run) -> None:
    ran = evenhand("replay", "--database", "evenhand.db")
    assert ran.code == 0
    assert "all the same, ledgers and chain included" in ran.out
    assert read(evenhand, "replay")["differences"] == 0
    assert "a file and a desk" in evenhand("replay", "x.jsonl", "--database", "evenhand.db").err


def test_leads_of_an_earlier_policy_are_decided_anew(leads: Path, evenhand: Run) -> None:
    text = (leads / "policy.toml").read_text(encoding="utf-8").replace('topic == "desk"', 'topic == "none"')
    (leads / "policy.toml").write_text(text, encoding="utf-8")
    evenhand("policy", "publish", "policy.toml")
    assert "would be" in evenhand("policy", "re-route", 1, "--dry-run").out
    assert read(evenhand, "lead", "list", "--state", "held") != []
    moved = read(evenhand, "policy", "re-route", 1)["moved"]
    assert 5 in [move["lead"] for move in moved]
    assert read(evenhand, "lead", "list", "--state", "held") == []
