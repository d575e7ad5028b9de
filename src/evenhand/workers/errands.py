"""Errands: what a webhook only names is fetched from its sender's API, and taken. See `actions/errands.py`.

An errand is leased, asked for outside of any transaction, and ended in the one that takes what it has brought. Whoever
dies in between has their lease run out; the errand is done again, and the lead is still taken once.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from evenhand.actions.account_book import known_accounts
from evenhand.actions.errands import bring, bury, fetch_of, from_source, words
from evenhand.actions.lent import AnyDesk
from evenhand.actions.sources import Source, any_source
from evenhand.app.kinds import read_hook
from evenhand.core.model import HOUR, MINUTE, Millis
from evenhand.errors import BadInput, CannotRead, Conflict, GiveUp, NotFound, TryLater
from evenhand.integrations.guard import ALLOW, Guard, read_networks
from evenhand.integrations.hooks import DOORS
from evenhand.integrations.hooks.model import Answer, Delivered, Request
from evenhand.integrations.http import Client, Limits
from evenhand.ports.house import ErrandRow
from evenhand.workers.log import Log

Ask: TypeAlias = Callable[[Request], Answer]

LEASE: Final = 2 * MINUTE
MOST: Final = 8  # that are under way at once
TRIES: Final = 16  # then it is given up: after a day, a day and a half at the most
FIRST: Final = MINUTE // 2  # the longest wait after the first failure; it doubles with each further one
LONGEST: Final = 6 * HOUR
LOOKED: Final = 5_000  # errands that are looked through for those that are due
LIMITS: Final = Limits(most=1 << 20)


class Outcome(Struct, frozen=True):
    """How an errand went: what it brought, or why it did not; `again` is the least to wait, `None` for never."""

    brought: Delivered | None = None
    why: str = ""
    again: Millis | None = None


class Errands:
    """Runs the errands of one workspace. See `Job`.

    ask: makes a call to a sender's API; raises TryLater and GiveUp. Left out: by HTTP, where the guard lets us.
    """

    name = "errands"

    def __init__(self, desk: AnyDesk, *, chance: Callable[[], float], log: Log, ask: Ask | None = None) -> None:
        self._desk = desk
        self._chance = chance
        self._log = log
        self._given = ask

    def step(self) -> bool:
        """Run what is due, some at once."""
        leased = self._lease()
        if not leased:
            return False
        if len(leased) == 1:
            outcomes = [self._run(leased[0])]
        else:
            with ThreadPoolExecutor(MOST, thread_name_prefix=self.name) as pool:
                outcomes = list(pool.map(self._run, leased))
        for errand, outcome in zip(leased, outcomes, strict=True):
            self._end(errand, outcome)
        return True

    def next(self) -> Millis | None:
        """When the next one is due."""
        return min([max(row.next, row.leased) for row in self._waiting()], default=None)

    @cached_property
    def _ask(self) -> Ask:
        return self._given or by_http(self._desk.clock)

    def _waiting(self) -> Sequence[ErrandRow]:
        with self._desk.store.reading(self._desk.workspace) as tx:
            return tx.house.every(ErrandRow, state="waiting", limit=LOOKED)

    def _lease(self) -> list[ErrandRow]:
        """Those that are due and that nobody else has, longest due first."""
        now = self._desk.clock()
        due = sorted([row for row in self._waiting() if max(row.next, row.leased) <= now], key=_when)
        leased = list[ErrandRow]()
        if not due:
            return leased
        with self._desk.store.sending(self._desk.workspace) as tx:
            for row in due[:MOST]:
                mine = replace(row, leased=now + LEASE, attempts=row.attempts + 1)
                if tx.house.swap(row, mine):
                    leased.append(mine)
        return leased

    def _run(self, errand: ErrandRow) -> Outcome:
        """Fetch it, outside of any transaction."""
        try:
            return Outcome(self._fetched(errand, any_source(self._desk, errand.source)))
        except TryLater as error:
            return Outcome(why=str(error), again=error.after)
        except (GiveUp, NotFound, CannotRead, BadInput) as error:
            return Outcome(why=str(error))
        except Exception as error:  # what it says might name somebody
            return Outcome(why=type(error).__name__, again=0)

    def _fetched(self, errand: ErrandRow, source: Source) -> Delivered:
        door, fetch, how = DOORS[source.kind], fetch_of(errand), read_hook(source.settings)
        return door.fetched(fetch, self._ask(door.fetching(fetch, source.secrets, how)), how)

    def _end(self, errand: ErrandRow, outcome: Outcome) -> None:
        """Take what was brought; else say when to try again, or give up."""
        actor = from_source(errand.source)
        if outcome.brought is not None:
            outcome = self._taken(errand, outcome.brought)
        if outcome.brought is not None:
            self._log("fetched", job=self.name, source=errand.source, errand=errand.no)
            return
        self._log("not fetched", job=self.name, source=errand.source, errand=errand.no, why=outcome.why)
        if outcome.again is None or errand.attempts >= TRIES:
            self._desk.do(bury, errand, outcome.why, actor=actor)
            return
        limit = min(LONGEST, FIRST << (errand.attempts - 1))
        wait = max(int(limit * self._chance()), min(outcome.again, LONGEST))
        later = replace(errand, next=self._desk.clock() + wait, leased=0, error=words(outcome.why))
        with self._desk.store.sending(self._desk.workspace) as tx:
            tx.house.swap(errand, later)

    def _taken(self, errand: ErrandRow, brought: Delivered) -> Outcome:
        try:
            known = known_accounts(self._desk)  # before the lock is taken: it may take a while
            self._desk.do(bring, errand, brought.leads, actor=from_source(errand.source), accounts=known)
        except Conflict as error:
            return Outcome(why=str(error), again=MINUTE)
        except BadInput as error:
            return Outcome(why=f"{errand.kind}: {error.faults[0]}")
        return Outcome(brought)


def by_http(clock: Callable[[], Millis], guard: Guard | None = None) -> Ask:
    """Calls by HTTP, to addresses out in the internet and to networks that whoever runs this allows."""
    client = Client(guard or Guard(read_networks(os.environ.get(ALLOW, ""))), limits=LIMITS, clock=clock)

    def ask(request: Request) -> Answer:
        found = client.ask(request.method, request.url, headers=request.headers)
        if not found.whole:
            raise GiveUp(f"the sender answered with more than {LIMITS.most:,} bytes")
        return Answer(status=found.status, headers=found.headers, body=found.body, at=clock())

    return ask


def _when(row: ErrandRow) -> tuple[Millis, int]:
    return row.next, row.no
