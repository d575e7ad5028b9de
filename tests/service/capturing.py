"""The service with what is open to everybody: `captured` has a client that says nothing of who it is, and sources."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

import msgspec
from litestar.testing import TestClient

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Desk
from evenhand.actions.sources import NewSource, add_source, switch_source
from evenhand.app.kinds import KINDS
from evenhand.service.app import build
from evenhand.service.house import House, opened_house
from evenhand.service.journal import journal_to
from evenhand.service.metrics import Meters
from evenhand.service.public import open_to_all
from evenhand.stores.vault import Vault
from tests.desk import SECRET, Trial
from tests.service.serving import WHERE, WHO, Asking, Believing

BASE: Final = "https://leads.example.com"
ADMIN: Final = Actor("admin", "ada", "admin")


class Captured:
    """A trial desk that anybody may come to. `log` is what the service has said of itself."""

    def __init__(self, trial: Trial, house: House, client: TestClient[Any], *, log: StringIO, meters: Meters) -> None:
        self.trial = trial
        self.house = house
        self.client = client
        self.log = log
        self.meters = meters

    def source(self, name: str, kind: str, settings: Mapping[str, Any] | None = None, **secrets: str) -> None:
        """Take leads from somewhere."""
        told = msgspec.json.encode(settings or {})
        wanted = NewSource(name=name, kind=kind, settings=told, secrets=secrets)
        self.trial.do(add_source, wanted, kinds=KINDS, actor=ADMIN)

    def switch(self, name: str, *, on: bool) -> None:
        """Take leads from there no longer, or again."""
        self.trial.do(switch_source, name, on=on, actor=ADMIN)

    def at(self, who: str = "admin ada") -> Asking:
        """Somebody who is known."""
        return Asking(self.client, {WHO: who, WHERE: "main"})

    def counted(self, meter: str, outcome: str) -> int:
        """How often something was counted."""
        return int(
            self.meters.registry.get_sample_value(f"{meter}_total", {"workspace": "main", "outcome": outcome}) or 0
        )

    def leads(self) -> list[Any]:
        """The leads that there are, by number."""
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            rows = [tx.leads.get(number) for number in range(1, tx.router().leads + 1)]
        return [row for row in rows if row is not None]

    def happened(self, start: str) -> list[str]:
        """The kinds of events of a family so far."""
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            found = tx.story.events(after=0, limit=1000)
        return [each.kind for each in found if each.kind.startswith(start)]


@contextmanager
def capturing(trial: Trial) -> Iterator[Captured]:
    """A service on a trial's database, in this process."""

    def desk(number: int) -> Desk:
        return Desk(trial.database, number, clock=lambda: trial.now, sealer=Vault(SECRET), engine="test")

    meters, log = Meters(), StringIO()
    with opened_house(trial.database.workspaces(), desk) as house:
        routes = open_to_all(house, base=BASE, journal=journal_to(log, "json"), meters=meters)
        with TestClient(build(Believing(house), beside=routes), base_url=BASE) as client:
            client.follow_redirects = False
            yield Captured(trial, house, client, log=log, meters=meters)
