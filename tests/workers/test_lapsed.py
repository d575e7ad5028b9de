"""Sessions, links and attempts in vain are forgotten once they have run out, and not before."""

from typing import Any

from evenhand.actions.attempts import attempt
from evenhand.actions.callers import of_session
from evenhand.actions.signing_in import From, ask_link, use_link
from evenhand.actions.users import Person, add
from evenhand.core.model import DAY, MINUTE
from evenhand.ports.house import SessionRow, ThrottleRow, TokenRow
from evenhand.workers.lapsed import EVERY, Lapsed
from tests.desk import Trial


def kept(trial: Trial) -> dict[str, int]:
    kinds: tuple[Any, ...] = (SessionRow, TokenRow, ThrottleRow)
    with trial.database.reading(trial.desk.workspace) as tx:
        return {kind.__name__: len(tx.house.every(kind)) for kind in kinds}


def signed_in(trial: Trial) -> str:
    trial.do(add, Person(email="vi@example.com", role="viewer"))
    link = ask_link(trial.desk, "vi@example.com", come=From("192.0.2.1"))
    assert link is not None
    return use_link(trial.desk, link.ticket, come=From()).ticket


def test_what_has_run_out_is_forgotten_and_nothing_else(trial: Trial) -> None:
    ticket = signed_in(trial)
    job = Lapsed(trial.desk)
    assert not job.step()
    for days, left in ((2, (1, 1, 0)), (6, (1, 0, 0)), (6, (1, 0, 0)), (8, (0, 0, 0))):
        trial.now += days * DAY
        if days < 7:
            of_session(trial.desk, ticket)
        while job.step():
            pass
        assert tuple(kept(trial).values()) == left


def test_a_session_that_was_ended_goes_at_once(trial: Trial) -> None:
    signed_in(trial)
    with trial.database.sending(trial.desk.workspace) as tx:
        row = tx.house.every(SessionRow)[0]
        tx.house.write(SessionRow(digest=row.digest, user=row.user, since=row.since, seen=row.seen, expires=0))
    assert Lapsed(trial.desk).step()
    assert kept(trial)["SessionRow"] == 0


def test_it_looks_once_an_hour(trial: Trial) -> None:
    job = Lapsed(trial.desk)
    assert job.next() == 0
    assert not job.step()
    assert job.next() == trial.now + EVERY
    attempt(trial.desk, {"link from": "192.0.2.1"})
    trial.now += EVERY - MINUTE
    assert not job.step()
