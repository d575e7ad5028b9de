"""The service with its real doors: who comes in must show a key, a link or a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

from litestar.testing import TestClient

from evenhand.actions.desk import Desk
from evenhand.actions.passwords import Cost, Passwords
from evenhand.actions.users import Linked, Person, invite
from evenhand.integrations.smtp import Email
from evenhand.ports.house import Role
from evenhand.service.app import build
from evenhand.service.doors import Doors
from evenhand.service.entrance import Entrance
from evenhand.service.house import opened_house
from evenhand.service.journal import journal_to
from evenhand.service.way_in import way_in
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial

BASE: Final = "http://testserver.local"
SECURE: Final = "https://testserver.local"
PASSWORDS: Final = Passwords(Cost(rounds=1, memory=8))


class Mailbox:
    """Whatever was sent."""

    def __init__(self) -> None:
        self.letters: list[Email] = []

    def send(self, email: Email) -> None:
        self.letters.append(email)

    def ticket(self) -> str:
        """The ticket of the last link."""
        words = self.letters[-1].text.split()
        return next(word for word in words if "/sign-in/" in word).rpartition("/")[2]


class Entering:
    """A trial desk with its doors."""

    def __init__(self, trial: Trial, client: TestClient[Any], entrance: Entrance, mail: Mailbox) -> None:
        self.trial = trial
        self.client = client
        self.entrance = entrance
        self.mail = mail

    def invited(self, email: str, role: Role, rep: str = "") -> Linked:
        """Somebody who may sign in, with their link."""
        return self.trial.do(invite, Person(email=email, role=role, rep=rep))

    def enter(self, email: str, role: Role = "owner", rep: str = "") -> dict[str, str]:
        """Somebody new signs in; the header that their requests bring along."""
        ticket = self.invited(email, role, rep).ticket
        answer = self.client.post("/api/v1/sign-in/ticket", json={"ticket": ticket})
        assert answer.status_code == 200, answer.text
        return {"X-CSRF-Token": answer.json()["csrf"]}

    def settled(self) -> None:
        """Wait until the mail has gone out."""
        self.client.blocking_portal.call(self.entrance.finish)


@contextmanager
def entering(trial: Trial, *, base: str = BASE) -> Iterator[Entering]:
    """A service with real doors on a trial's database, in this process."""

    def desk(number: int) -> Desk:
        return Desk(trial.database, number, clock=lambda: trial.now, sealer=Vault(SECRET), engine="test")

    mail = Mailbox()
    with opened_house(trial.database.workspaces(), desk) as house:
        entrance = Entrance(house, PASSWORDS, base=base, journal=journal_to(StringIO()), post=mail)
        app = build(Doors(house, base), beside=way_in(entrance))
        with TestClient(app, base_url=base) as client:
            client.follow_redirects = False
            yield Entering(trial, client, entrance, mail)
