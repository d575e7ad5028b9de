"""The proof over a database: all of a busy time comes out again, and whatever was tampered with is named."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack
from msgspec.structs import replace
from sqlalchemy import text

from evenhand.actions.gather import LedgerBody
from evenhand.actions.refunds import refund
from evenhand.analytics.proof import Report, prove
from evenhand.core.outcome import Assigned
from evenhand.core.record import pack, unpack
from evenhand.stores.database import Database
from tests.actions.desk.busy import CHARGED, VALUED, Busy
from tests.desk import MANAGER, Trial, migrated, opened

STEPS = 320
ACTED = {
    "comes",
    "takes",
    "declines",
    "responds",
    "closes",
    "given",
    "refunds",
    "merges",
    "disputes",
    "rules",
    "erases",
}
ENTRIES = {"refund", "correction", "join", "leave"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database after a busy time."""
    path = tmp_path_factory.mktemp("proof") / "desk.db"
    migrated(f"sqlite:///{path}")
    with opened(f"sqlite:///{path}", policy=CHARGED, roster=VALUED) as trial:
        busy = Busy(trial, seed=3)
        busy.days(STEPS)
        assert busy.done.keys() >= ACTED
    return path


@pytest.fixture
def kept(lived: Path, tmp_path: Path) -> Iterator[Trial]:
    """A copy of it, to be tampered with."""
    shutil.copy(lived, tmp_path / "desk.db")
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield Trial(database)
    database.close()


def proved(trial: Trial) -> Report:
    return prove(trial.desk)


def said(report: Report) -> list[str]:
    return [str(found) for found in report.found]


def tamper(trial: Trial, statement: str, **values: object) -> None:
    with trial.database.change() as connection:
        changed = connection.execute(text(statement), values)
        assert changed.rowcount == 1


def ask(trial: Trial, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with trial.database.snapshot() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def charged(trial: Trial) -> tuple[int, int]:
    """A decision in the middle that charged one of several, and its lead."""
    for seq, lead, record in ask(trial, "SELECT seq, lead, record FROM decisions WHERE seq > 40 ORDER BY seq"):
        told = unpack(record).decision
        if told.posting == "charge" and len(told.attempts[-1].line) > 1:
            return seq, lead
    raise AssertionError


def test_a_busy_time_comes_out_again_to_the_last_unit(kept: Trial) -> None:
    heard: list[tuple[int, int]] = []
    report = prove(kept.desk, progress=lambda done, everything: heard.append((done, everything)))
    assert said(report) == []
    assert report.is_proved
    assert report.decisions > 150
    assert report.leads > 80
    assert heard[-1] == (report.decisions, report.decisions)
    assert {kind for (kind,) in ask(kept, "SELECT DISTINCT kind FROM entries")} == ENTRIES


def test_on_either_database(database_url: str) -> None:
    with opened(database_url, policy=CHARGED, roster=VALUED) as trial:
        Busy(trial, seed=5).days(60)
        assert said(proved(trial)) == []


def test_an_empty_desk_is_proved(trial: Trial) -> None:
    report = proved(trial)
    assert (report.decisions, report.entries, report.leads, report.is_proved) == (0, 0, 0, True)


def test_the_proof_is_the_same_for_another_release(kept: Trial) -> None:
    kept.desk.engine = "9.9"
    assert said(proved(kept)) == []


@pytest.mark.parametrize("at", [0.0, 0.05, 0.4, 0.8, 0.999])
def test_one_byte_of_a_record_that_is_flipped_is_found(kept: Trial, at: float) -> None:
    seq, lead = charged(kept)
    ((record,),) = ask(kept, "SELECT record FROM decisions WHERE seq = :seq", seq=seq)
    place = int(len(record) * at)
    forged = record[:place] + bytes([record[place] ^ 0x10]) + record[place + 1 :]
    tamper(kept, "UPDATE decisions SET record = :forged WHERE seq = :seq", forged=forged, seq=seq)
    assert said(proved(kept))[0].startswith(f"decision {seq} of lead {lead}: its record cannot be read")


def test_a_record_that_was_forged_with_care_is_found(kept: Trial) -> None:
    seq, lead = charged(kept)
    ((record,),) = ask(kept, "SELECT record FROM decisions WHERE seq = :seq", seq=seq)
    told = unpack(record)
    others = [seat.rep for seat in told.decision.attempts[-1].seats if seat.rep != told.decision.rep]
    forged = pack(replace(told, decision=replace(told.decision, outcome=Assigned(others[0]))))
    tamper(kept, "UPDATE decisions SET record = :forged WHERE seq = :seq", forged=forged, seq=seq)
    found = [each for each in said(proved(kept)) if each.startswith(f"decision {seq} of lead {lead}: ")]
    assert any(f"rep is {told.decision.rep}, in its record {others[0]}" in each for each in found)
    assert any("decided again" in each for each in found)


def test_nonsense_in_place_of_a_record_is_no_crash(kept: Trial) -> None:
    tamper(kept, "UPDATE decisions SET record = :forged WHERE seq = 7", forged=b"")
    assert "decision 7 of lead" in said(proved(kept))[0]


def body_of(kept: Trial) -> LedgerBody:
    ((body,),) = ask(kept, "SELECT body FROM ledgers WHERE pool = 'sales'")
    return msgpack.decode(body, type=LedgerBody)


def put_body(kept: Trial, body: LedgerBody) -> None:
    tamper(kept, "UPDATE ledgers SET body = :body WHERE pool = 'sales'", body=msgpack.encode(body))


def test_credit_that_was_moved_in_the_ledger_is_found(kept: Trial) -> None:
    body = body_of(kept)
    put_body(kept, replace(body, credits={**body.credits, "ann": body.credits["ann"] + 1}))
    found = said(proved(kept))
    assert found[0].startswith("pool sales: credit of ann is ")
    assert found[1:] == ["pool sales: its credits add up to 1 units, not to 0"]


def test_a_turn_a_value_and_a_number_that_were_changed_in_the_ledger_are_found(kept: Trial) -> None:
    body = body_of(kept)
    put_body(kept, replace(body, turns={**body.turns, "ann": 1}, values=("1", *body.values[1:])))
    tamper(kept, "UPDATE ledgers SET seq = seq + 1 WHERE pool = 'sales'")
    found = "\n".join(said(proved(kept)))
    assert "pool sales: last turn of ann is 1, added up again" in found
    assert "pool sales: its number of entries is" in found
    assert "pool sales: the values of its latest leads are not those of its decisions" in found


def test_a_ledger_that_is_gone_or_that_nobody_can_read_is_found(kept: Trial) -> None:
    tamper(kept, "UPDATE ledgers SET body = :body WHERE pool = 'sales'", body=b"\xc1")
    assert "pool sales: cannot be read" in said(proved(kept))[0]
    tamper(kept, "DELETE FROM ledgers WHERE pool = 'sales'")
    assert said(proved(kept)) == ["pool sales: has no ledger, but leads were handed out in it"]


def test_an_entry_that_was_changed_is_found(kept: Trial) -> None:
    ((no, body),) = ask(kept, "SELECT no, body FROM entries WHERE kind = 'refund' ORDER BY no LIMIT 1")
    moved, rep, why = msgpack.decode(body)
    forged = msgpack.encode(({who: units * 2 for who, units in moved.items()}, rep, why))
    tamper(kept, "UPDATE entries SET body = :forged WHERE no = :no", forged=forged, no=no)
    assert any("credit of" in each for each in said(proved(kept)))
    uneven = msgpack.encode(({**moved, rep: 1}, rep, why))
    tamper(kept, "UPDATE entries SET body = :forged WHERE no = :no", forged=uneven, no=no)
    assert any(each.startswith(f"entry {no}: ") and "its units add up" in each for each in said(proved(kept)))


def test_an_entry_that_is_gone_is_found(kept: Trial) -> None:
    tamper(kept, "DELETE FROM entries WHERE no = 2")
    found = said(proved(kept))
    assert "entry 3: comes after entry 1: numbers have no gaps" in found


@pytest.mark.parametrize("column", ["after", "seq", "pool", "kind", "at", "decision"])
def test_nonsense_in_an_entry_is_no_crash(kept: Trial, column: str) -> None:
    tamper(kept, f"UPDATE entries SET {column} = :nonsense WHERE no = 5", nonsense=b"\xff")
    assert not proved(kept).is_proved


def test_an_event_that_is_gone_is_found(kept: Trial) -> None:
    tamper(kept, "DELETE FROM events WHERE no = 30")
    assert "event 30: is missing" in said(proved(kept))


def test_the_last_event_that_is_gone_is_found(kept: Trial) -> None:
    ((last,),) = ask(kept, "SELECT max(no) FROM events")
    tamper(kept, "DELETE FROM events WHERE no = :no", no=last)
    assert f"event {last}: is missing" in said(proved(kept))


@pytest.mark.parametrize(
    "change", ["actor = 'manager mallory'", "kind = 'lead.noted'", "at = at + 1", "body = x'7b7d'", "lead = 1"]
)
def test_an_event_that_was_rewritten_is_found(kept: Trial, change: str) -> None:
    ((no,),) = ask(kept, "SELECT no FROM events WHERE kind = 'lead.assigned' AND lead > 20 ORDER BY no LIMIT 1")
    tamper(kept, f"UPDATE events SET {change} WHERE no = :no", no=no)
    assert f"event {no}: its link in the chain is broken: it, or the one before, was changed" in said(proved(kept))


def overtaken(kept: Trial) -> tuple[int, int, int]:
    """A decision that another one took the place of."""
    (found,) = ask(kept, "SELECT seq, lead, superseded_by FROM decisions WHERE superseded_by > 0 AND seq > 30 LIMIT 1")
    seq, lead, heir = found
    return seq, lead, heir


def test_a_decision_that_points_to_the_wrong_heir_is_found(kept: Trial) -> None:
    seq, lead, heir = overtaken(kept)
    for wrong, why in ((heir + 1, "which"), (seq, "which is no later one"), (99_999, "which is not there")):
        tamper(kept, "UPDATE decisions SET superseded_by = :wrong WHERE seq = :seq", wrong=wrong, seq=seq)
        assert any(
            f"decision {seq} of lead {lead}: superseded_by is {wrong}, {why}" in each for each in said(proved(kept))
        )


def test_a_decision_that_lost_its_heir_is_found(kept: Trial) -> None:
    seq, lead, _ = overtaken(kept)
    tamper(kept, "UPDATE decisions SET superseded_by = NULL WHERE seq = :seq", seq=seq)
    assert any(
        f"decision {seq} of lead {lead}: superseded_by is empty, but decision" in each for each in said(proved(kept))
    )


def test_a_decision_that_is_gone_is_found(kept: Trial) -> None:
    tamper(kept, "DELETE FROM decisions WHERE seq = 50")
    assert any("decision 50 is missing" in each for each in said(proved(kept)))


def test_the_last_decisions_that_are_gone_are_found(kept: Trial) -> None:
    ((last,),) = ask(kept, "SELECT max(seq) FROM decisions")
    tamper(kept, "DELETE FROM decisions WHERE seq = :seq", seq=last)
    assert f"decision {last}: is missing" in said(proved(kept))


@pytest.mark.parametrize(
    ("change", "what"),
    [("rep = 'eve'", "its rep is"), ("state = 'held'", "but the lead is held"), ("pool = 'x'", "its pool and policy")],
)
def test_a_lead_that_was_moved_by_no_decision_is_found(kept: Trial, change: str, what: str) -> None:
    ((lead,),) = ask(kept, "SELECT lead FROM leads WHERE state = 'assigned' AND rep <> 'eve' LIMIT 1")
    tamper(kept, f"UPDATE leads SET {change} WHERE lead = :lead", lead=lead)
    assert any(f"of lead {lead}: " in each and what in each for each in said(proved(kept)))


def test_a_load_that_was_changed_is_found(kept: Trial) -> None:
    tamper(kept, "UPDATE loads SET open = open + 1 WHERE rep = 'ann'")
    found = said(proved(kept))
    assert any(each.startswith("rep ann: has ") for each in found)
    assert any(each.startswith("load_counts ann: not so: ") for each in found)


def test_a_text_that_was_changed_or_is_gone_is_told_with_each_decision_under_it(kept: Trial) -> None:
    ((digest,),) = ask(kept, "SELECT digest FROM texts WHERE kind = 'policy' LIMIT 1")
    tamper(kept, "UPDATE texts SET text = text || '#' WHERE digest = :digest", digest=digest)
    assert any(f"was made under policy {digest[:19]}, not sha256:" in each for each in said(proved(kept)))
    tamper(kept, "DELETE FROM texts WHERE digest = :digest", digest=digest)
    report = proved(kept)
    assert any(f"cannot be decided again: the policy {digest[:19]} is not kept" in each for each in said(report))
    assert report.differences >= len(report.found)


def test_a_refund_right_after_its_decision_is_at_its_place(trial: Trial) -> None:
    first, second = trial.come(2)
    trial.desk.do(lambda work: refund(work, work.row(second), actor=MANAGER))
    trial.come(2)
    assert said(proved(trial)) == []
    ((after, body),) = ask(trial, "SELECT after, body FROM entries")
    assert after == 2
    assert first != second
    assert body
