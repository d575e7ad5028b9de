"""Erasing a person: what says who it was is nowhere in clear, and afterwards nowhere at all; all proofs still hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, call
from evenhand.actions.disputes import dispute
from evenhand.actions.erasing import erase
from evenhand.actions.holding import Ending, close, restore
from evenhand.actions.merging import merge
from evenhand.actions.notes import note
from evenhand.actions.offers import decline
from evenhand.actions.receiving import Incoming, Received, incoming, receive, receiving
from evenhand.analytics.proof import prove
from evenhand.core.arrival import Arrival
from evenhand.core.model import Lead, Value
from evenhand.errors import Conflict, NotAllowed, NotFound
from evenhand.stores.tables import metadata
from tests.desk import MANAGER, POLICY, WEBSITE, Trial, opened, rep

WHO: dict[str, Value] = {
    "email": "wilhelmina.quist@quistery.example",
    "name": "Wilhelmina Quist",
    "phone": "+4915199887766",
    "message": "Please call me at my yellow house.",
    "favourite_animal": "Capybara Fridolin",  # nobody has said whether that identifies a person
}
RAW = b'{"e": "wilhelmina.quist@quistery.example", "extra": "Zebrawood Lane 9"}'
SECRETS = (*map(str, WHO.values()), "Zebrawood", "wilhelmina", "Not her again", "turn, not Bobs")
ASKING = POLICY.replace(
    '[[rule]]\nname = "All"',
    '[[rule]]\nname = "Quists"\nwhen = \'contains(email, "quist")\'\nwho = ["pool sales"]\n[[rule]]\nname = "All"',
)


def arrives(trial: Trial, key: str = "wilhelmina.quist@quistery.example/1", raw: bytes = RAW) -> int:
    """She writes; the sender's key has her address in it."""
    lead = Lead(id="", received=trial.now, fields={**WHO, "country": "DE", "employees": 70})
    arrival = Arrival(line=1, lead=lead, key=str(WHO["email"]))
    (answer,) = receive(trial.desk, [incoming(arrival, trial.desk, source="web", key=key, raw=raw)], actor=WEBSITE)
    assert isinstance(answer, Received)
    return answer.lead


def talked_about(trial: Trial) -> int:
    """A lead with everything that is ever written about one."""
    lead = arrives(trial)
    holder = str(trial.row(lead).rep)
    trial.do(note, lead, "Not her again, says Wilhelmina Quist's neighbour.")
    trial.do(dispute, trial.row(lead).decision, rep=holder, text="It was my turn, not Bobs.")
    trial.do(decline, lead, rep=holder, reason="Wilhelmina Quist is my aunt.", actor=rep(holder))
    return lead


def everything(trial: Trial) -> bytes:
    """Every value of every column of every table; on SQLite also the file and its log, byte by byte."""
    parts: list[bytes] = []
    with trial.database.snapshot() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                parts += [bytes(value) if isinstance(value, bytes) else str(value).encode() for value in row]
    file = trial.database.engine.url.database or ""
    if trial.database.is_sqlite:
        parts += [path.read_bytes() for path in Path(file).parent.glob(f"{Path(file).name}*")]
    return b"\0".join(parts)


def checkpoint(trial: Trial) -> None:
    if trial.database.is_sqlite:
        with trial.database.engine.connect() as connection:
            connection.execute(text("COMMIT"))
            assert connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0] == 0
            connection.execute(text("BEGIN"))


def locked_up(trial: Trial, lead: int) -> list[bytes]:
    """The key, the box, what identifies her, and the notes, as they are stored."""
    with trial.database.reading(trial.desk.workspace) as tx:
        person = tx.leads.person(lead)
        notes = [row.box for row in tx.story.notes_of(lead)]
        identities = [row.digest for row in tx.leads.identities(lead)]
    return [*([person.key, person.box] if person else []), *notes, *identities]


@pytest.fixture
def each_asking(database_url: str) -> Iterator[Trial]:
    """A desk whose policy reads an address."""
    with opened(database_url, policy=ASKING) as trial:
        yield trial


def test_nothing_of_her_is_ever_in_clear_and_afterwards_nothing_at_all(each_asking: Trial) -> None:
    trial = each_asking
    lead = talked_about(trial)
    stored = locked_up(trial, lead)
    checkpoint(trial)
    before = everything(trial)
    assert [secret for secret in SECRETS if secret.encode() in before] == []
    assert len(stored) == 6
    assert all(part in before for part in stored)
    trial.do(erase, lead, even_if_open=True)
    checkpoint(trial)
    after = everything(trial)
    assert [secret for secret in SECRETS if secret.encode() in after] == []
    assert [part for part in stored if part in after] == []


def test_everything_still_comes_out_again(each_asking: Trial) -> None:
    trial = each_asking
    lead = talked_about(trial)
    assert trial.record(lead).facts.answers["rules"]
    trial.come(3)
    trial.do(erase, lead, even_if_open=True)
    trial.do(restore, lead)
    assert prove(trial.desk).found == ()
    assert trial.row(lead).fields == b'{"country":"DE","employees":70}'


def test_many_people_are_erased_and_no_page_of_the_file_remembers_one(trial: Trial) -> None:
    leads = [arrives(trial, key=f"key {number}", raw=RAW * 40) for number in range(40)]
    trial.run(
        [call(close, lead, Ending("lost"), actor=MANAGER) for lead in leads if trial.row(lead).state == "assigned"]
    )
    stored = [part for lead in leads for part in locked_up(trial, lead)]
    trial.run([call(erase, lead, actor=MANAGER) for lead in leads])
    checkpoint(trial)
    after = everything(trial)
    assert len(stored) == 120
    assert [part for part in stored if part in after] == []


def test_an_open_lead_is_not_erased_by_the_way(trial: Trial) -> None:
    lead = arrives(trial)
    with pytest.raises(Conflict, match="lead 1 is assigned: close it first"):
        trial.do(erase, lead)
    assert len(locked_up(trial, lead)) == 3


def test_an_open_lead_is_closed_first_if_that_is_wanted(trial: Trial) -> None:
    lead = arrives(trial)
    holder = str(trial.row(lead).rep)
    assert trial.do(erase, lead, even_if_open=True) == (lead,)
    row = trial.row(lead)
    assert (row.state, row.closing) == ("closed", "disqualified")
    assert trial.open(holder) == 0
    assert trial.told(lead)[-1] == f"erased {holder}"
    assert trial.events(lead)[-2:] == ["lead.closed manager eve", "lead.erased manager eve"]


def test_who_is_erased_is_erased_once(trial: Trial) -> None:
    lead = arrives(trial)
    trial.do(close, lead, Ending("lost"))
    assert [trial.do(erase, lead) for _ in range(2)] == [(lead,), ()]
    assert trial.events(lead).count("lead.erased manager eve") == 1


def test_who_comes_and_is_erased_in_one_transaction_leaves_nothing(trial: Trial) -> None:
    lead = Lead(id="", received=trial.now, fields=WHO)
    ready = incoming(Arrival(line=1, lead=lead, key="a@x.example"), trial.desk)
    calls: list[Call[object]] = [
        *receiving([ready], actor=WEBSITE),
        call(note, 1, "Gone at once.", actor=MANAGER),
        call(erase, 1, even_if_open=True, actor=MANAGER),
    ]
    assert [answer.get() for answer in trial.run(calls)][-1] == (1,)
    assert locked_up(trial, 1) == []
    assert prove(trial.desk).found == ()


def test_all_leads_that_became_one_are_erased_together(each_trial: Trial) -> None:
    trial = each_trial
    first, second, third = trial.comes(email="a@x.example"), trial.comes(email="b@x.example"), arrives(trial)
    trial.do(merge, third, into=second)
    trial.do(merge, second, into=first)
    assert trial.do(erase, third, even_if_open=True) == (first, second, third)
    assert [locked_up(trial, lead) for lead in (first, second, third)] == [[], [], []]
    assert prove(trial.desk).found == ()


def test_she_is_not_known_again(trial: Trial) -> None:
    lead = arrives(trial)
    trial.do(erase, lead, even_if_open=True)
    assert trial.state(arrives(trial, key="another")).startswith("assigned")


def test_a_retry_of_what_was_erased_makes_no_second_lead(trial: Trial) -> None:
    lead = arrives(trial)
    trial.do(erase, lead, even_if_open=True)
    assert arrives(trial) == lead
    assert locked_up(trial, lead) == []


def test_another_lead_under_the_same_key_is_refused_without_repeating_the_key(trial: Trial) -> None:
    arrives(trial)
    lead = Lead(id="", received=trial.now, fields={})
    again: Incoming = incoming(Arrival(line=1, lead=lead), trial.desk, key="wilhelmina.quist@quistery.example/1")
    (answer,) = receive(trial.desk, [again], actor=WEBSITE)
    assert isinstance(answer, Conflict)
    assert "quist" not in str(answer)


def test_reps_do_not_erase_and_nobody_erases_nobody(trial: Trial) -> None:
    lead = arrives(trial)
    with pytest.raises(NotAllowed, match="only a manager can erase a person"):
        trial.do(erase, lead, actor=Actor("rep", "ann"))
    with pytest.raises(NotFound, match="there is no lead 9"):
        trial.do(erase, 9)
