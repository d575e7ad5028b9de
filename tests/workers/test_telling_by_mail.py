"""The whole way: a lead comes in, and its rep has an e-mail of a real mail server, with a link that accepts it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.actions.answering import answer
from evenhand.actions.sending import Sender
from evenhand.app import carrying
from evenhand.app.carrying import CONNECTIONS, Carriers, opened_carriers
from evenhand.errors import GiveUp
from evenhand.ports.carrier import Parcel
from evenhand.workers.channels import Channels
from tests.desk import Trial
from tests.integrations.conftest import loopback
from tests.integrations.mailroom import Mailroom, delivering
from tests.workers.telling import BASE, MAILED, channel

__all__ = ["loopback"]

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def room() -> Iterator[Mailroom]:
    with delivering() as mailroom:
        yield mailroom


@pytest.fixture
def carriers(room: Mailroom) -> Iterator[Carriers]:
    with opened_carriers(f"smtp://127.0.0.1:{room.port}/?tls=none&from=leads@example.com") as found:
        yield found


def exhaust(trial: Trial, carriers: Carriers) -> None:
    channels = Channels(trial.desk, carriers, base=BASE, log=lambda *_, **__: None)
    sender = Sender(trial.desk, channels, chance=lambda: 0.5)
    while sender.send_due() is not None:
        pass
    sender.finish()


def test_a_rep_is_told_by_e_mail_and_accepts_by_its_link(trial: Trial, room: Mailroom, carriers: Carriers) -> None:
    trial.publish(roster=MAILED)
    lead = trial.comes(company="Acme")
    exhaust(trial, carriers)
    (got,) = room.got
    assert (got["Subject"], got["Message-ID"]) == ("Lead 1 is yours, due in 60 min", "<evenhand.1-1@example.com>")
    text, html = (str(part.get_content()) for part in got.iter_parts())
    found = re.search(rf"{BASE}/answer/(\S+)", text)
    assert found is not None
    assert found[1] in html
    trial.desk.do(answer, found[1], "accept")
    assert trial.row(lead).accepted == trial.now


def test_what_the_mail_server_refuses_for_good_is_given_up(trial: Trial, room: Mailroom, carriers: Carriers) -> None:
    trial.publish(roster=MAILED)
    room.of_recipient = "550 5.1.1 no such user kim"
    trial.comes()
    exhaust(trial, carriers)
    with trial.database.reading(trial.desk.workspace) as tx:
        (dead,) = tx.outbox.dead()
    assert dead.error == "the mail server refused the recipient: 550 5.1.1"


def test_many_are_sent_by_a_few_connections(trial: Trial, room: Mailroom, carriers: Carriers) -> None:
    people = "".join(f'[[person]]\nid = "p{n}"\nemail = "p{n}@example.com"\n' for n in range(20))
    members = ", ".join(f'"p{n}"' for n in range(20))
    trial.publish(roster=f'{people}[[pool]]\nname = "sales"\nmembers = [{members}]\n[[person]]\nid = "eve"\n')
    trial.come(20)
    exhaust(trial, carriers)
    assert len(room.got) == 20
    assert len(room.greeted) <= CONNECTIONS


def test_without_a_mail_server_no_e_mail_goes(tmp_path: Path) -> None:
    with opened_carriers("") as carriers:
        assert not carriers.has_mail
        with pytest.raises(GiveUp, match="EVENHAND_SMTP names one"):
            carriers.carry(Parcel(kind="email", address="ann@example.com", id="1-1", at=0, subject="", text=""))


class Chat:
    """Stands in for the vendors of chat."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, ...]] = []

    def send(self, url: str, title: str, body: str, *, tiny: str = "") -> None:
        self.sent.append((url, title, body, tiny))


def test_a_chat_gets_the_short_words_and_the_tiny_ones(
    trial: Trial, carriers: Carriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.publish(roster=MAILED)
    chat = Chat()
    monkeypatch.setattr(carrying, "load_chat", lambda: chat)
    channel(trial, "ann", "slack://secret")
    channel(trial, "bob", "slack://secret")
    trial.comes()
    exhaust(trial, carriers)
    ((url, title, body, tiny),) = chat.sent
    assert (url, title) == ("slack://secret", "")
    assert "Lead 1 is yours." in body
    assert re.fullmatch(rf"Lead 1 is yours, due in 60 min\. {BASE}/answer/\S+", tiny)
