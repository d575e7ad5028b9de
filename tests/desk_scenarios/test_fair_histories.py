"""Whatever a pool goes through at the desk, its credits stay within the bounds that are proved for them.

Two desks, as two processes have them, take turns; what they have decided is read from what is stored.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from evenhand.actions.holding import Ending, close
from evenhand.actions.known import read_snapshot
from evenhand.actions.offers import claim, decline
from evenhand.actions.presence import away, back
from evenhand.analytics.proof import prove
from evenhand.core.ledger import UNIT
from evenhand.core.model import HOUR, MINUTE
from evenhand.core.outcome import Decision
from evenhand.core.record import unpack
from evenhand.errors import Conflict
from evenhand.stores import tables
from evenhand.stores.database import Database
from tests.desk import Trial, rep
from tests.postgres import Fill

POLICY: Final = """
name = "Inbound"
[fields.topic]
type = "text"
[[rule]]
name = "List"
when = 'topic == "list"'
who = ["pool sales"]
how = "cherry_pick"
charge = true
[[rule]]
name = "All"
when = 'always'
who = ["pool sales"]
how = "weighted"
respond_within = "1h"
reassign = { times = 2, then = "manager" }
"""
REPS: Final = ("a", "b", "c", "d", "e")
CAP: Final = 2  # of open leads, for a
BOUND: Final = (len(REPS) - 1) * UNIT // 2 + UNIT  # of a member's credit, while members come and go
_WORKSPACES: Final = itertools.count(1)

Weights: TypeAlias = Mapping[str, int]
What: TypeAlias = Literal["come", "list", "away", "back", "close", "decline", "claim", "later", "change"]
Step: TypeAlias = tuple[What, int]

weights: Final = st.dictionaries(st.sampled_from(REPS), st.integers(1, 9), min_size=2)
WHATS: Final[tuple[What, ...]] = (
    *("come", "come", "come", "list", "claim", "claim"),
    *("away", "back", "close", "close", "decline", "later", "change"),
)
POOLS: Final[tuple[Weights, ...]] = (
    {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1},
    {"a": 1, "b": 9},
    {"b": 3, "c": 2, "d": 7},
    {"a": 5, "c": 1, "e": 0},
    {"d": 2, "e": 3},
)
steps: Final = st.lists(st.tuples(st.sampled_from(WHATS), st.integers(0, 40)), min_size=10, max_size=40)


def roster(members: Weights, *, cap: str = "") -> str:
    """All are there; who is in the pool, and how much they weigh, changes."""
    people = "".join(f'[[person]]\nid = "{name}"\n' for name in (*REPS, "eve")).replace('"a"\n', f'"a"\n{cap}\n')
    said = ", ".join(f"{name} = {weight}" for name, weight in members.items())
    return f'{people}[[pool]]\nname = "sales"\nmanager = "eve"\nmembers = {{ {said} }}\n'


class Life:
    """The life of a pool at two desks."""

    def __init__(self, database: Database, members: Weights, *, cap: str = "") -> None:
        self.cap = cap
        self.trial = Trial(database, workspace=f"pool {next(_WORKSPACES)}")
        self.trial.publish(policy=POLICY, roster=roster(members, cap=cap))
        self.desks = itertools.cycle([self.trial.desk, self.trial.another()])
        self.leads = 0

    def go(self, step: Step) -> None:
        """One thing happens; what is not possible now does not."""
        self.trial.desk = next(self.desks)
        with suppress(Conflict):
            self._do(*step)

    def _do(self, what: What, number: int) -> None:
        who, lead = REPS[number % len(REPS)], 1 + number % max(self.leads, 1)
        match what:
            case "come" | "list":
                self.leads = self.trial.come(1 + number % 4, topic=what)[-1]
            case "change":
                self.trial.publish(roster=roster(POOLS[number % len(POOLS)], cap=self.cap))
            case "away":
                self.trial.do(away, rep=who)
            case "back":
                self.trial.do(back, rep=who)
            case "later":
                self.trial.later(HOUR if number % 2 else 10 * MINUTE)
            case _ if self.leads:
                self._work(what, lead, who)

    def _work(self, what: str, lead: int, who: str) -> None:
        holder = self.trial.row(lead).rep
        if what == "close":
            self.trial.do(close, lead, Ending("lost"))
        elif what == "claim":
            self.trial.do(claim, lead, rep=who, actor=rep(who))
        elif holder is not None:
            self.trial.do(decline, lead, rep=holder, actor=rep(holder))

    def decisions(self) -> Iterator[Decision]:
        """Everything that was decided, in order."""
        table = tables.decisions
        asked = select(table.c.record).where(table.c.workspace == self.trial.desk.workspace).order_by(table.c.seq)
        with self.trial.database.snapshot() as connection:
            for (kept,) in connection.execute(asked).all():
                yield unpack(kept).decision

    def credits(self) -> Mapping[str, int]:
        """What the pool owes everybody, in units."""
        setup = self.trial.desk.setup()
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            ledger = read_snapshot(tx, tx.router(), setup).ledgers.get("sales")
        return ledger.credits if ledger else {}

    def owned_twice(self) -> list[int]:
        """Leads with more than one holder."""
        held = tables.assignments
        asked = select(held.c.lead).where(held.c.workspace == self.trial.desk.workspace, held.c.ended.is_(None))
        with self.trial.database.snapshot() as connection:
            return list(connection.execute(asked.group_by(held.c.lead).having(func.count() > 1)).scalars())


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, migration: Fill) -> Iterator[Database]:
    """Every history is a workspace of its own in it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('histories') / 'desk.db'}"
    migration(url)
    database = Database(url)
    yield database
    database.close()


def charged(decision: Decision) -> bool:
    return decision.posting in ("charge", "claim")


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(members=weights, batches=st.lists(st.integers(1, 9), min_size=1, max_size=15))
def test_while_the_same_people_share_nobody_is_ever_a_whole_lead_from_their_share(
    members: Weights, batches: list[int], database: Database
) -> None:
    life = Life(database, members)
    for count in batches:
        life.trial.desk = next(life.desks)
        life.trial.come(count)
    got = Counter[str | None]()
    for number, decision in enumerate(life.decisions(), start=1):
        got[decision.rep] += 1
        for who, weight in members.items():
            assert abs(got[who] - Fraction(number * weight, sum(members.values()))) < 1
    assert sum(life.credits().values()) == 0


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(members=weights, history=steps)
def test_whoever_comes_and_goes_no_credit_grows_no_lead_has_two_holders_and_no_cap_is_passed(
    members: Weights, history: list[Step], database: Database
) -> None:
    life = Life(database, members, cap=f"caps = {{ open = {CAP} }}")
    for step in history:
        life.go(step)
        credits = life.credits()
        assert sum(credits.values()) == 0
        assert max(map(abs, credits.values()), default=0) <= BOUND
        assert life.owned_twice() == []
        assert life.trial.open("a") <= CAP
        assert life.trial.broken() == []
    for decision in filter(charged, life.decisions()):
        for one in decision.attempts[-1].line:
            assert abs(one.credit - decision.charge * (one.rep == decision.rep)) <= BOUND
    assert prove(life.trial.desk).found == ()
