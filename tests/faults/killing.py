"""Real processes that are killed at any moment: senders of leads, workers, and people who work on leads.

Each is forked from one clean process, which holds no connection and no thread, so that starting one anew takes
milliseconds. What a process has done for certain it says by a line in a file of its own, which outlives it.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final, NamedTuple, Self, TypeAlias

from msgspec import Struct

from evenhand.actions.actor import Actor
from evenhand.actions.byhand import hand_over
from evenhand.actions.committer import Committer
from evenhand.actions.desk import Call, Desk, call
from evenhand.actions.holding import Ending, close, respond
from evenhand.actions.offers import claim, decline
from evenhand.actions.presence import away, back
from evenhand.actions.receiving import receiving
from evenhand.actions.work import Work
from evenhand.errors import Busy, EvenhandError, Unavailable
from evenhand.ports.notifier import Outgoing
from evenhand.ports.rows import LeadRow
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault
from evenhand.workers.running import Crew, jobs
from tests.desk import NOW, SECRET, WEBSITE
from tests.faults.load import incoming_of

SPEED: Final = 120  # a minute is half a second, so that timers ring while we look
ENGINE: Final = "torture"
FREE: Final = ("ann", "bob", "cy")
CAPPED: Final[Mapping[str, int]] = {"dee": 5, "eli": 8, "fay": 3}
TOPICS: Final = ("capped", "list", "", "", "")
SENDERS: Final = 2
WORKERS: Final = 2
HANDS: Final = 4  # threads of a sender
KILLS: Final = (30, 50)  # at the least so many; more, if there is one to so many leads
PAUSE: Final = 0.005

POLICY: Final = """
name = "Torture"
[fields.topic]
type = "text"
[[rule]]
name = "Capped"
when = 'topic == "capped"'
who = ["pool capped"]
respond_within = "5m"
clock = "wall"
reassign = { times = 3, then = "manager" }
otherwise = "wait"
[[rule]]
name = "List"
when = 'topic == "list"'
who = ["pool free"]
how = "cherry_pick"
unclaimed_after = "8m"
[[rule]]
name = "All"
when = 'always'
who = ["pool free"]
how = "weighted"
respond_within = "10m"
remind_before = "5m"
clock = "wall"
reassign = { times = 2, then = "manager" }
"""
TEAM: Final = (
    "".join(f'[[person]]\nid = "{name}"\n' for name in (*FREE, "eve"))
    + "".join(f'[[person]]\nid = "{name}"\ncaps = {{ open = {cap} }}\n' for name, cap in CAPPED.items())
    + '[[pool]]\nname = "free"\nmembers = { ann = 3, bob = 2, cy = 1 }\nmanager = "eve"\n'
    + f'[[pool]]\nname = "capped"\nmembers = {list(CAPPED)}\nmanager = "eve"\n'.replace("'", '"')
)


class Torture(Struct, frozen=True, kw_only=True):
    """What is done: to which database, with how many leads, and where its notes are. `start` is time.time() then."""

    url: str
    folder: Path
    leads: int
    seed: int
    start: float

    def clock(self) -> int:
        """The time of the desk, faster than ours, the same for all processes."""
        return NOW + int((time.time() - self.start) * 1_000 * SPEED)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """A desk of one's own."""
        database = Database(self.url)
        try:
            yield Desk(database, database.found("main", NOW), clock=self.clock, sealer=Vault(SECRET), engine=ENGINE)
        finally:
            database.close()

    def note(self, kind: str, number: int) -> Path:
        """The file of one of the processes."""
        return self.folder / f"{kind}-{number}"


Part: TypeAlias = Callable[[Torture, int], None]


class Ack(NamedTuple):
    """A lead that was sent, and the answer."""

    number: int
    lead: int
    decision: int
    how: str


def acks(torture: Torture, sender: int) -> list[Ack]:
    """What a sender and those before it were told for certain."""
    path = torture.note("sent", sender)
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    parts = [line.split() for line in lines if line.endswith("\n")]
    return [Ack(int(number), int(lead), int(decision), how) for number, lead, decision, how in parts]


def orphaned() -> bool:
    """Whether whoever started us is no more."""
    return os.getppid() == 1


def patiently(torture: Torture, work: Callable[[Desk], None]) -> None:
    """Do something that goes on for ever, whatever the database does."""
    while not orphaned():
        try:
            with torture.desk() as desk:
                work(desk)
        except Unavailable:
            time.sleep(PAUSE)
        else:
            return


# --- the parts


def send(torture: Torture, sender: int) -> None:
    """Send a share of the leads, each until it is answered; a few of those that were answered before once more."""
    done = acks(torture, sender)
    again = {ack.number for ack in done[-5:]}
    known = {ack.number for ack in done} - again
    todo = [number for number in range(sender, torture.leads, SENDERS) if number not in known]
    notes = os.open(torture.note("sent", sender), os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def take(desk: Desk) -> None:
        with Committer(desk, ticks=time.monotonic_ns) as committer, ThreadPoolExecutor(HANDS) as hands:

            def one(number: int) -> None:
                while not orphaned():
                    try:
                        lead = incoming_of(number, topic=TOPICS[number % len(TOPICS)])
                        answer = committer.submit(receiving([lead], actor=WEBSITE)[0]).result()
                    except (Unavailable, Busy):
                        time.sleep(PAUSE)
                        continue
                    os.write(notes, f"{number} {answer.lead} {answer.decision} {answer.how}\n".encode())
                    return

            list(hands.map(one, todo))

    patiently(torture, take)


class Told:
    """Tells people by lines in a file, each with the id of a message."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send(self, message: Outgoing) -> None:
        os.write(self._file, f"{message.id.split('-')[1]}\n".encode())


def quiet(event: str, **facts: object) -> None:
    """A log that nobody reads."""


def toil(torture: Torture, number: int) -> None:
    """What `evenhand work` does."""
    chance = random.Random(torture.seed + 100 + number).random

    def crew(desk: Desk) -> None:
        todo = jobs(desk, Told(torture.note("told", number)), chance=chance, log=quiet)
        Crew(todo, desk.store, clock=torture.clock, chance=chance, log=quiet).work(is_over=orphaned)

    patiently(torture, crew)


def answer(torture: Torture, number: int) -> None:
    """What people do with their leads: mostly they answer and close them."""
    chance = random.Random(f"{torture.seed} {number} {os.getpid()}")

    def live(desk: Desk) -> None:
        while not orphaned():
            for who in (*FREE, *CAPPED):
                with desk.store.reading(desk.workspace) as tx:
                    held = tx.leads.held_by(who)[:200]
                    offered = [offer.lead for offer in tx.leads.offered_to(who, limit=20)]
                day(desk, who, held, offered, chance)

    patiently(torture, live)


def day(desk: Desk, who: str, held: Sequence[LeadRow], offered: list[int], chance: random.Random) -> None:
    """Somebody looks through their leads, and now and then goes away and comes back."""
    actor = Actor("rep", who)
    calls: list[Call[object]] = [call(touch, row, chance.random(), actor=actor) for row in held]
    calls += [call(claim, lead, rep=who, actor=actor) for lead in chance.sample(offered, min(3, len(offered)))]
    if chance.random() < 0.1:
        calls.append(call(chance.choice((away, back, back)), rep=who, actor=actor))
    for found in desk.run(calls) if calls else ():
        if found.error is not None and not isinstance(found.error, EvenhandError):
            raise found.error


def touch(work: Work, row: LeadRow, luck: float, *, actor: Actor) -> LeadRow | None:
    """What somebody does with a lead that is theirs."""
    if row.state == "working" or luck < 0.2:
        return close(work, row.lead, Ending("bad" if luck < 0.1 else "lost"), actor=actor)
    if luck < 0.6:
        return respond(work, row.lead, actor=actor)
    if luck < 0.65:
        return decline(work, row.lead, rep=actor.id, actor=actor)
    if luck < 0.7 and actor.id in FREE:
        return hand_over(work, row.lead, to=next(name for name in FREE if name != actor.id), actor=actor)
    return None


# --- the killing

PARTS: Final[tuple[tuple[Part, int], ...]] = (
    *((send, number) for number in range(SENDERS)),
    *((toil, number) for number in range(WORKERS)),
    (answer, 0),
)


class Killer:
    """Runs all parts, kills one at a random moment, and starts it again."""

    def __init__(self, torture: Torture) -> None:
        self.torture = torture
        self.kills = 0
        self._chance = random.Random(torture.seed)
        self._running: dict[int, ForkProcess] = {}

    def __enter__(self) -> Self:
        for slot in range(len(PARTS)):
            self._start(slot)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.join()

    def _start(self, slot: int) -> None:
        part, number = PARTS[slot]
        process = get_context("fork").Process(target=part, args=(self.torture, number), daemon=True)
        process.start()
        self._running[slot] = process

    def kill_one(self) -> None:
        """Kill -9 one of them, wherever it is just now; when it was often enough, only wait."""
        time.sleep(self._chance.uniform(0.02, 0.4))
        least, each = KILLS
        if self.kills >= max(least, self.torture.leads // each):
            return
        slot = self._chance.randrange(len(PARTS))
        process = self._running[slot]
        if process.exitcode == 0:
            return  # a sender that has nothing left to send
        process.kill()
        process.join()
        self.kills += 1
        self._start(slot)

    def failed(self) -> list[str]:
        """Parts that ended by an error of their own."""
        return [PARTS[slot][0].__name__ for slot, each in self._running.items() if each.exitcode not in (None, 0)]

    def all_sent(self) -> bool:
        """Whether every lead has been answered."""
        done = {ack.number for sender in range(SENDERS) for ack in acks(self.torture, sender)}
        return len(done) == self.torture.leads
