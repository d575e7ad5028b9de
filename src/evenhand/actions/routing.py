"""The main job: a file of leads in, explained decisions out."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from evenhand.actions.file_run import OPEN_DAYS, FileRun, RunSettings
from evenhand.actions.summary import FinalRecord, Intake, Summary, Tally, read_final
from evenhand.core.arrival import Arrival, Problem
from evenhand.core.model import DAY, Millis, Snapshot
from evenhand.core.outcome import Decision
from evenhand.core.view import View
from evenhand.ports.spool import Spool
from evenhand.reading.rows import Reject
from evenhand.reading.setup import Setup

BEFORE: Final = 40 * DAY  # a month's cap looks back to the first of the month
AFTER: Final = 120 * DAY  # due times and waits look ahead


class Options(Struct, frozen=True, kw_only=True):
    """How a run goes.

    until:    let time pass up to this moment after the last arrival.
    open_for: how long a lead stays open that nobody closes.
    """

    engine: str
    until: Millis | None = None
    open_for: Millis = OPEN_DAYS * DAY


class Sink(Struct, frozen=True):
    """Where the results go: final records with their line of JSON, rejects, and word of how far the run is."""

    final: Callable[[bytes, FinalRecord], None]
    reject: Callable[[Reject], None]
    unreadable: Callable[[int, Problem], None] = lambda _line, _problem: None
    taken: Callable[[], None] = lambda: None
    routed: Callable[[], None] = lambda: None


class _Watch:
    """Counts decisions and passes final records on."""

    def __init__(self, tally: Tally, sink: Sink) -> None:
        self._tally = tally
        self._sink = sink

    def decided(self, said: View, decision: Decision, world: Snapshot) -> None:  # noqa: ARG002  others want these
        self._tally.decided(decision)

    def finished(self, line: bytes) -> None:
        final = read_final(line)
        self._tally.finished(final)
        self._sink.final(line, final)


def take_in(leads: Iterable[Arrival | Reject], spool: Spool, sink: Sink, *, answers: bool = False) -> Intake:
    """Read all leads into the spool; a line that cannot be used, or whose id was there before, is a reject.

    With `answers` the file says when leads were answered, even if it says so of none.
    """
    lines = taken = rejects = 0
    unreadable: Counter[str] = Counter()
    for found in leads:
        lines += 1
        sink.taken()
        reject = found if isinstance(found, Reject) else _twice(found, spool)
        if reject is not None:
            rejects += 1
            sink.reject(reject)
        elif isinstance(found, Arrival):
            taken += 1
            answers = answers or found.responded is not None
            for problem in found.warnings:
                unreadable[problem.field] += 1
                sink.unreadable(found.line, problem)
    return Intake(lines=lines, leads=taken, rejects=rejects, answers=answers, unreadable=unreadable)


def _twice(arrival: Arrival, spool: Spool) -> Reject | None:
    first = spool.add(arrival)
    if first is None:
        return None
    cause = f"line {first} has the same id"
    return Reject(arrival.line, "id", arrival.lead.id, cause, "Give each lead an id of its own.")


def route_all(intake: Intake, setup: Setup, spool: Spool, sink: Sink, options: Options) -> Summary:
    """Route everything in the spool, in the order in which it arrived."""
    span = spool.span() or (0, 0)
    until = span[1] if options.until is None else max(span[1], options.until)
    duty = setup.calendars.duty(span[0] - BEFORE, until + AFTER)
    tally = Tally()
    run = FileRun(
        setup.policy,
        Snapshot(now=span[0], roster=setup.roster, duty=duty),
        spool=spool,
        listener=_Watch(tally, sink),
        settings=RunSettings(engine=options.engine, open_for=options.open_for, answers=intake.answers),
    )
    for arrival in spool.in_time_order():
        run.arrive(arrival)
        sink.routed()
    run.pass_time(until)
    run.finish()
    return tally.summary(intake, run.snapshot, run.chain)
