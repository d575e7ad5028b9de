"""People who are told in a trial: what would have gone out, to whom, and what goes wrong with it.

def test_something(trial: Trial) -> None:
    with telling(trial) as tell:
        trial.comes()
        assert tell.due() == ["ann@example.com: Lead 1 is yours, due in 60 min"]
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from evenhand.actions.actor import Actor
from evenhand.actions.channels import Address, NewChannel, add_channel
from evenhand.actions.sending import Sender, Tally
from evenhand.ports.carrier import Parcel
from evenhand.ports.house import DeliveryRow
from evenhand.ports.notifier import Teller
from evenhand.workers.channels import Channels
from tests.desk import Trial

ADMIN: Final = Actor("admin", "ada")
BASE: Final = "https://leads.example.com"
MAILED: Final = """
[[person]]
id = "ann"
name = "Ann"
email = "ann@example.com"
zone = "Europe/Berlin"
[[person]]
id = "bob"
name = "Bob"
email = "bob@example.com"
[[person]]
id = "eve"
name = "Eve"
email = "eve@example.com"
[[pool]]
name = "sales"
members = ["ann", "bob"]
manager = "eve"
"""


class Carried:
    """A carrier that keeps what it is given; `fails` says what goes wrong at an address, `before` comes first."""

    def __init__(self, *, has_mail: bool = True) -> None:
        self.has_mail = has_mail
        self.got: list[Parcel] = []
        self.fails: dict[str, Exception] = {}
        self.before: Callable[[Parcel], object] = lambda _: None
        self._lock = threading.Lock()

    def carry(self, parcel: Parcel) -> None:
        self.before(parcel)
        if error := self.fails.get(parcel.address):
            raise error
        with self._lock:
            self.got.append(parcel)


class Telling:
    """A sender at work in a trial."""

    def __init__(self, trial: Trial, carrier: Carried, *, base: str = BASE) -> None:
        self.trial = trial
        self.carrier = carrier
        self.noted: list[str] = []
        self.channels = Channels(trial.desk, carrier, base=base, log=self._note)
        assert isinstance(self.channels, Teller)
        self.sender = Sender(trial.desk, self.channels, chance=lambda: 0.5)

    def _note(self, event: str, **facts: object) -> None:
        self.noted.append(f"{event}: {facts['kind']} {facts['to']}")

    def round(self) -> Tally:
        """Send whatever is due, until nothing is."""
        total = Tally()
        while (tally := self.sender.send_due()) is not None:
            total = Tally(total.sent + tally.sent, total.later + tally.later, total.dead + tally.dead)
        return total

    def due(self) -> list[str]:
        """What goes out now, in no order that matters: `ann@example.com: Lead 1 is yours`."""
        before = len(self.carrier.got)
        self.round()
        return sorted(f"{each.address}: {each.subject}" for each in self.carrier.got[before:])

    def texts(self) -> list[str]:
        """What has gone out, word for word."""
        return [each.text for each in self.carrier.got]

    def log(self, message: int = 1) -> list[str]:
        """The log of deliveries of a message: `channel 7 1 sent`."""
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            rows = tx.house.every(DeliveryRow, subject=f"message {message}")
        return [f"{row.carrier} {row.attempt} {row.outcome} {row.said}".strip() for row in rows]


@contextmanager
def telling(trial: Trial, *, has_mail: bool = True, base: str = BASE) -> Iterator[Telling]:
    found = Telling(trial, Carried(has_mail=has_mail), base=base)
    try:
        yield found
    finally:
        found.channels.close()


def channel(trial: Trial, owner: str, address: str, kind: str = "chat", **said: object) -> int:
    """Somebody is told by one more way; the number of the channel."""
    where = Address(kind=kind, text=address, shown=address)  # type: ignore[arg-type]
    wanted = NewChannel(owner=owner, address=where, **said)  # type: ignore[arg-type]
    return trial.do(add_channel, wanted, actor=ADMIN).no
