"""A durable desk to try verbs on: a database of the test's own, a clock that the test sets, a small team and policy.

    def test_something(trial: Trial) -> None:
        lead = trial.comes()                      # a lead that the rule "All" hands out in turn
        trial.do(respond, lead, actor=rep("ann"))

Fixtures are in tests/actions/desk/conftest.py; elsewhere `with opened(url) as trial:` does, once `migrated` has been
named as the `migration` of the folder. When a trial ends, every promise of the desk is looked at.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Answer, Call, Desk
from evenhand.actions.known import read_snapshot
from evenhand.actions.receiving import Received, incoming, receive
from evenhand.actions.texts import publish
from evenhand.analytics.replay import ruled_again
from evenhand.core.arrival import Arrival
from evenhand.core.ledger import UNIT
from evenhand.core.model import Lead, Millis, Value
from evenhand.core.record import Record, rebuilt, unpack
from evenhand.core.tell import because
from evenhand.ports.rows import LeadRow, TextKind
from evenhand.stores.database import Database
from evenhand.stores.upgrading import upgrade
from evenhand.stores.vault import Vault

T = TypeVar("T")

NOW: Final = 1_793_610_000_000  # Monday 2026-11-02 at 09:00 UTC
SECRET: Final = bytes(range(32))
MANAGER: Final = Actor("manager", "eve")
WEBSITE: Final = Actor("key", "website")

POLICY: Final = """
name = "Inbound"
[fields.topic]
type = "text"
[[screen]]
reject = "spam"
when = 'topic == "spam"'
[[rule]]
name = "List"
when = 'topic == "list"'
who = ["pool sales"]
how = "cherry_pick"
[[rule]]
name = "First"
when = 'topic == "first"'
who = ["pool sales"]
how = "shotgun"
[[rule]]
name = "Desk"
when = 'topic == "desk"'
who = ["pool sales"]
how = "manual"
desk = "eve"
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
respond_within = "1h"
remind_before = "15m"
reassign = { times = 2, then = "manager" }
"""
TEAM: Final = """
[[person]]
id = "ann"
[[person]]
id = "bob"
[[person]]
id = "cy"
[[person]]
id = "eve"
[[pool]]
name = "sales"
members = ["ann", "bob", "cy"]
manager = "eve"
"""


def rep(name: str) -> Actor:
    """Somebody who sells."""
    return Actor("rep", name)


def migrated(url: str) -> None:
    """Put the tables into an empty database: the `migration` of a folder of tests."""
    database = Database(url)
    upgrade(database)
    database.close()


class Trial:
    """A desk, its clock, and what tests ask about it."""

    def __init__(self, database: Database, *, now: Millis = NOW, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace
        self.now = now
        self.desk = self.another()

    def another(self) -> Desk:
        """The same desk as another process sees it."""
        number = self.database.found(self.workspace, NOW)
        return Desk(self.database, number, clock=lambda: self.now, sealer=Vault(SECRET), engine="test")

    # --- doing

    def publish(self, *, policy: str = "", roster: str = "") -> None:
        """Put a policy, a roster or both in force."""
        given: dict[TextKind, str] = {"policy": policy, "roster": roster}
        self.do(publish, {kind: text for kind, text in given.items() if text})

    def do(self, verb: Callable[..., T], *args: Any, actor: Actor = MANAGER, **said: Any) -> T:
        """Run one verb, as a manager unless an actor is given."""
        return self.desk.do(verb, *args, actor=actor, **said)

    def run(self, calls: Sequence[Call[T]]) -> list[Answer[T]]:
        """Run calls in one transaction."""
        return self.desk.run(calls)

    def later(self, passed: Millis) -> None:
        """Let time pass, and whatever is due by then ring."""
        self.now += passed
        while self.desk.step():
            pass

    def comes(self, **fields: Value) -> int:
        """A lead comes in from the website; its number."""
        return self.come(1, **fields)[0]

    def come(self, count: int, **fields: Value) -> list[int]:
        """So many alike come in together; their numbers. An `email` makes them the same person."""
        lead = Lead(id="", received=self.now, fields=fields)
        arrival = Arrival(line=1, lead=lead, key=str(fields.get("email", "")))
        ready = incoming(arrival, self.desk, source="web")
        return [_taken(each) for each in receive(self.desk, [ready] * count, actor=WEBSITE)]

    # --- asking

    def row(self, lead: int) -> LeadRow:
        """The lead as it is stored."""
        with self.database.reading(self.desk.workspace) as tx:
            found = tx.leads.get(lead)
        assert found is not None
        return found

    def state(self, lead: int) -> str:
        """`assigned ann`, `offered ann bob cy`, `waiting`."""
        row = self.row(lead)
        with self.database.reading(self.desk.workspace) as tx:
            offered = [offer.rep for offer in tx.leads.offers(lead)]
        return " ".join([row.state, *filter(None, [row.rep]), *offered])

    def record(self, lead: int) -> Record:
        """The lead's decision in force."""
        with self.database.reading(self.desk.workspace) as tx:
            found = tx.story.decision(self.row(lead).decision)
        assert found is not None
        return unpack(found.record)

    def because(self, lead: int) -> str:
        """Why the lead is where it is, in a sentence; the decision must come out again from what was stored of it."""
        kept, setup = self.record(lead), self.desk.setup()
        asked, world = rebuilt(kept, setup.roster)
        again = ruled_again(kept.decision, asked, setup.policy, world)
        assert again.decision == kept.decision
        return because(again.decision, again.case, setup.policy)

    def told(self, lead: int) -> list[str]:
        """What people are told about a lead, oldest first: `assigned ann`. What was cancelled is left out."""
        with self.database.sending(self.desk.workspace) as tx:
            return [f"{each.kind} {each.to}" for each in tx.outbox.of(lead) if each.state != "cancelled"]

    def events(self, lead: int) -> list[str]:
        """What has happened to a lead, and by whom: `lead.assigned key website`."""
        with self.database.reading(self.desk.workspace) as tx:
            return [f"{each.kind} {each.actor}" for each in tx.story.events_of(lead)]

    def rings(self, lead: int) -> dict[str, Millis]:
        """When each of the lead's timers rings."""
        with self.database.reading(self.desk.workspace) as tx:
            return {str(each.kind): each.at for each in tx.agenda.of(lead)}

    def notes(self, lead: int) -> list[str]:
        """What was written about a lead, in clear."""
        vault, where = Vault(SECRET), {"workspace": self.desk.workspace, "lead": lead}
        with self.database.reading(self.desk.workspace) as tx:
            person = tx.leads.person(lead)
            boxes = [note.box for note in tx.story.notes_of(lead)]
        assert person is not None
        key = vault.open_key(person.key, **where)
        return [vault.unlock(key, box, **where).decode() for box in boxes]

    def credits(self, pool: str = "sales") -> dict[str, float]:
        """What a pool owes each member, in leads."""
        setup = self.desk.setup()
        with self.database.reading(self.desk.workspace) as tx:
            ledger = read_snapshot(tx, tx.router(), setup).ledgers.get(pool)
        return {who: units / UNIT for who, units in ledger.credits.items()} if ledger else {}

    def open(self, who: str) -> int:
        """How many leads somebody holds."""
        with self.database.reading(self.desk.workspace) as tx:
            return next((load.open for load in tx.world.loads() if load.rep == who), 0)

    def broken(self) -> list[str]:
        """The promises that do not hold."""
        with self.database.reading(self.desk.workspace) as tx:
            return [f"{found.promise} {found.subject}: {found.what}" for found in tx.health.broken()]


def _taken(answer: Received | Exception) -> int:
    if isinstance(answer, Exception):
        raise answer
    return answer.lead


@contextmanager
def opened(url: str, *, policy: str = POLICY, roster: str = TEAM, now: Millis = NOW) -> Iterator[Trial]:
    """A desk on a database that has its tables, with a policy and a roster; at the end every promise must hold."""
    database = Database(url)
    try:
        trial = Trial(database, now=now)
        trial.publish(policy=policy, roster=roster)
        yield trial
        assert trial.broken() == []
    finally:
        database.close()
