"""Runs over a few leads in memory, with everything that a run tells its listener."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from evenhand.actions.file_run import FileRun, RunSettings
from evenhand.core.arrival import Arrival
from evenhand.core.model import DAY, Duty, Millis, Roster, Snapshot
from evenhand.core.outcome import Decision
from evenhand.core.policy.model import Policy
from evenhand.core.view import View
from evenhand.reading.decisions import read_view
from evenhand.stores.filespool import FileSpool
from tests.factories import NOW, THREE, policy

WHERE: Final = Path("decisions.jsonl")


class Told:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.views: list[View] = []
        self.decisions: list[Decision] = []
        self.finals: list[View] = []
        self.world = Snapshot(now=0, roster=THREE)

    def decided(self, said: View, decision: Decision, world: Snapshot) -> None:
        self.views.append(said)
        self.decisions.append(decision)
        self.world = world

    def finished(self, line: bytes) -> None:
        self.finals.append(read_view(line, WHERE, 1))

    def story(self, lead: str) -> list[str]:
        """What became of a lead, decision by decision."""
        return [view.rep or view.held or view.outcome for view in self.views if view.lead == lead]

    def holders(self) -> dict[str, str | None]:
        """Who has each lead in the end."""
        return {final.lead: final.rep for final in self.finals}


def run(
    arrivals: Iterable[Arrival],
    rules: Policy | None = None,
    people: Roster = THREE,
    *,
    until: Millis = NOW + DAY,
    answers: bool = False,
    **duty: Duty,
) -> Told:
    told = Told()
    with FileSpool.opened() as spool:
        for one in arrivals:
            spool.add(one)
        world = Snapshot(now=0, roster=people, duty=duty)
        settings = RunSettings(engine="test", answers=answers)
        going = FileRun(rules or policy(), world, spool=spool, listener=told, settings=settings)
        for one in spool.in_time_order():
            going.arrive(one)
        going.pass_time(until)
        going.finish()
        told.world = going.snapshot
    return told


def with_fields(one: Arrival, **fields: Any) -> Arrival:
    """The same arrival with more known about its lead."""
    return replace(one, lead=replace(one.lead, fields={**one.lead.fields, **fields}))
