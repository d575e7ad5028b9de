"""A program in which many processes do something at one desk at the same moment; what, it reads from its input.

    told = together(url, [Send(keys=["a"]), Send(keys=["a"])], now=NOW)

Each part is a process of its own, with a connection of its own; a barrier lets all of them go together. The answer has
what each of them was told, in the order of the parts; nothing for one that was killed.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from threading import Timer
from typing import Final, Literal, TypeAlias

from msgspec import Struct, json

from evenhand.actions.byhand import assign
from evenhand.actions.desk import Call, Desk, call
from evenhand.actions.offers import claim
from evenhand.actions.receiving import Incoming, Received, receiving
from evenhand.actions.work import Work
from evenhand.core.model import Millis
from evenhand.errors import Conflict
from evenhand.stores.database import Database
from evenhand.stores.vault import Vault
from tests.desk import MANAGER, SECRET, WEBSITE, rep

PATIENCE: Final = 50  # seconds
PROCESSES: Final = multiprocessing.get_context("fork")  # what takes long, the imports, is done once


class Send(Struct, frozen=True, kw_only=True, tag=True):
    """Send leads, each in a transaction of its own; a key that was sent before is a retry.

    pace: nobody goes on before all have sent so many; 0 for no such pause. All parts then have as many keys.
    dies: the process is killed at its last lead: while it decides, with the lock in its hands, or when everything is
          written and only the answer is missing.
    """

    keys: list[str]
    pace: int = 0
    dies: Literal["", "deciding", "answering"] = ""


class Ring(Struct, frozen=True, kw_only=True, tag=True):
    """Let ring what is due, at one moment after the other; nobody goes on before all have come to a moment."""

    moments: list[Millis]


class Give(Struct, frozen=True, kw_only=True, tag=True):
    """A manager gives leads to somebody, each in a transaction of its own."""

    leads: list[int]
    rep: str


class Claim(Struct, frozen=True, kw_only=True, tag=True):
    """Somebody claims a lead that is offered, and whatever comes of it then another one."""

    rep: str
    lead: int
    other: int


Part: TypeAlias = Send | Ring | Give | Claim
Told: TypeAlias = list[list[str | int]]


class Plan(Struct, frozen=True, kw_only=True):
    """What the program reads."""

    url: str
    now: Millis
    parts: list[Part]


class Together:
    """The program, as a test sees it: it is started once, and reads a plan a line."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.desk_scenarios.together"]
        self._program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, url: str, parts: Sequence[Part], *, now: Millis) -> list[Told]:
        """Do all of it at the same moment, and give what each part was told."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.encode(Plan(url=url, now=now, parts=list(parts))) + b"\n")
        self._program.stdin.flush()
        watch = Timer(PATIENCE + 10, self._program.kill)
        watch.start()
        line = self._program.stdout.readline()
        watch.cancel()
        told = json.decode(line, type=list[Told] | None)
        assert told is not None, "one of them has failed"
        return told

    def close(self) -> None:
        """There is nothing more to do."""
        self._program.communicate(timeout=PATIENCE)


# --- in the program


def send(desk: Desk, part: Send, together: Barrier) -> Told:
    told: Told = []
    for number, key in enumerate(part.keys):
        if part.pace and number and number % part.pace == 0:
            together.wait()
        digest = sha256(key.encode()).digest()[:16]
        lead = Incoming(source="web", raw=key.encode(), key=key, given=True, digest=digest)
        taking: list[Call[Received | None]] = [*receiving([lead], actor=WEBSITE)]
        is_last = key == part.keys[-1]
        if is_last and part.dies == "deciding":
            taking.append(die)
        answer = desk.run(taking)[0].get()
        if is_last and part.dies == "answering":
            os.kill(os.getpid(), signal.SIGKILL)
        if answer is not None:
            told.append([answer.lead, answer.decision, answer.how])
    return told


def die(_: Work) -> None:
    """Within the transaction, before anything of it is saved."""
    os.kill(os.getpid(), signal.SIGKILL)


def give(desk: Desk, part: Give) -> Told:
    giving = [call(assign, lead, rep=part.rep, actor=MANAGER) for lead in part.leads]
    return [[each.lead, each.decision] for each in (desk.run([one], rings=0)[0].get() for one in giving)]


def claimed(desk: Desk, part: Claim) -> Told:
    """`mine`, or why not."""
    told: Told = []
    for lead in (part.lead, part.other):
        try:
            desk.do(claim, lead, rep=part.rep, actor=rep(part.rep))
            told.append([lead, "mine"])
        except Conflict as error:
            told.append([lead, str(error)])
    return told


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: Millis) -> None:
        self.now = now


@contextmanager
def desk_of(url: str, clock: Clock) -> Iterator[Desk]:
    """A desk of one's own, ready to decide."""
    database = Database(url)
    workspace = database.workspaces()["main"]
    desk = Desk(database, workspace, clock=lambda: clock.now, sealer=Vault(SECRET), engine="test")
    desk.setup()
    try:
        yield desk
    finally:
        database.close()


def ring(desk: Desk, part: Ring, clock: Clock, together: Barrier) -> Told:
    told: Told = []
    for moment in part.moments:
        if told:
            together.wait()
        clock.now = moment
        rung = 0
        while more := desk.ring(limit=1):
            rung += more
        told.append([moment, rung])
    return told


def one(plan: Plan, number: int, together: Barrier, answers: Connection) -> None:
    """What one process does."""
    clock, part = Clock(plan.now), plan.parts[number]
    with desk_of(plan.url, clock) as desk:
        together.wait()
        match part:
            case Send():
                told = send(desk, part, together)
            case Give():
                told = give(desk, part)
            case Claim():
                told = claimed(desk, part)
            case Ring():
                told = ring(desk, part, clock, together)
        answers.send(told)


def done(plan: Plan) -> list[Told] | None:
    """Do what a plan says; `None` if one of the processes ended by an error, which it has printed."""
    with desk_of(plan.url, Clock(plan.now)):
        pass  # what is remembered of policies and working hours is there for all
    together = PROCESSES.Barrier(len(plan.parts), timeout=PATIENCE)
    pipes = [PROCESSES.Pipe(duplex=False) for _ in plan.parts]
    processes = [
        PROCESSES.Process(target=one, args=(plan, number, together, answers))
        for number, (_, answers) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    for _, answers in pipes:
        answers.close()  # so that the end of a process is the end of its answers
    told = [_heard(listening) for listening, _ in pipes]
    for process in processes:
        process.join()
    if not {process.exitcode for process in processes} <= {0, -signal.SIGKILL}:
        return None
    return told


def _heard(listening: Connection) -> Told:
    try:
        found: Told = listening.recv()
    except EOFError:
        found = []
    listening.close()
    return found


if __name__ == "__main__":
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.encode(done(json.decode(line, type=Plan))) + b"\n")
        sys.stdout.buffer.flush()
