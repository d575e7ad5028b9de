"""A scenario played at the desk: its leads come in, its people answer and close them, and timers ring in between.

    with at_the_desk(url, scenario) as playing:
        playing.play()
        failures = check(scenario, playing.played())

Nobody waits for a clock: it jumps to whatever comes next. At one moment people act first, then timers ring, then leads
come in: whoever answers at the last moment has answered in time. A scenario that says nothing of answers is one in
which everybody answers at once, as in a run over a file.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from evenhand.actions.actor import Actor
from evenhand.actions.desk import Call, call
from evenhand.actions.holding import Ending, close, respond
from evenhand.actions.receiving import Received, incoming, receive
from evenhand.analytics.scenario import Played, Scenario, arriving
from evenhand.analytics.scenario_expect import Story
from evenhand.core.arrival import Arrival
from evenhand.core.decide import open_case
from evenhand.core.model import Millis
from evenhand.core.outcome import Duplicate
from evenhand.core.record import Record, rebuilt, unpack
from evenhand.core.states import OPEN
from evenhand.core.view import View, view
from evenhand.ports.rows import LeadRow
from evenhand.reading.rows import Reject
from tests.desk import MANAGER, NOW, WEBSITE, Trial, opened, rep

RINGS: Final = 500  # rounds of ringing at one moment: more would be going round in circles


class Deed(NamedTuple):
    """Something that somebody will do with a lead."""

    at: Millis
    line: int
    what: Literal["answer", "close"]


class Playing:
    """One scenario at one desk. Stories are kept by line, as in a run over a file."""

    def __init__(self, trial: Trial, scenario: Scenario) -> None:
        self.trial = trial
        self.scenario = scenario
        self.stories = {line: Story(lead=lead.id) for line, lead in enumerate(scenario.leads, start=1)}
        self.leads: dict[int, int] = {}  # line -> the desk's number
        self._deeds: list[Deed] = []
        self._unanswered: set[int] = set()  # lines that will have been answered as soon as somebody holds them
        arrivals = arriving(scenario)
        self.arrivals = sorted(self._readable(arrivals), key=lambda each: (each.lead.received, each.line))
        self.strangers = arrivals.unmapped
        silence = any(lead.silent for lead in scenario.leads) or any(each.responded for each in self.arrivals)
        self._all_answer = not silence and any(rule.reassign for rule in scenario.setup.policy.rules)

    def _readable(self, arrivals: Iterable[Arrival | Reject]) -> Iterator[Arrival]:
        for found in arrivals:
            if isinstance(found, Reject):
                self._refuse(found.line, found.field, str(found))
            else:
                warned = tuple(problem.field for problem in found.warnings)
                self.stories[found.line] = replace(self.stories[found.line], warned=warned)
                yield found

    def _refuse(self, line: int, field: str, why: str) -> None:
        self.stories[line] = replace(self.stories[line], refused=(field, why))

    # --- time

    def play(self) -> None:
        """Let everything happen that the scenario says."""
        for arrival in self.arrivals:
            self._pass_time(arrival.lead.received)
            self._come(arrival)
        if self.arrivals:
            end = self.arrivals[-1].lead.received
            self._pass_time(max(end, self.scenario.until or end))

    def _pass_time(self, until: Millis) -> None:
        while (at := self._next()) is not None and at <= until:
            self.trial.now = max(self.trial.now, at)
            self._act()
            self._ring()
        self.trial.now = max(self.trial.now, until)

    def _next(self) -> Millis | None:
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            moments = [tx.agenda.next(), self._deeds[0].at if self._deeds else None]
        return min((at for at in moments if at is not None), default=None)

    def _ring(self) -> None:
        for _ in range(RINGS):
            if not self.trial.desk.ring():
                break
            self._answer()
        else:
            raise AssertionError(f"it never stops ringing at {self.trial.now}")

    # --- people

    def _come(self, arrival: Arrival) -> None:
        ready = incoming(arrival, self.trial.desk, source="scenario")
        (answer,) = receive(self.trial.desk, [ready], actor=WEBSITE)
        if not isinstance(answer, Received):
            raise answer
        if answer.how != "new":
            return self._refuse(arrival.line, "id", f"it was {answer.how}")
        self.leads[arrival.line] = answer.lead
        if arrival.responded is not None:
            heapq.heappush(self._deeds, Deed(arrival.responded, arrival.line, "answer"))
        if arrival.closed is not None:
            heapq.heappush(self._deeds, Deed(arrival.closed, arrival.line, "close"))
        if self._all_answer:
            self._unanswered.add(arrival.line)
        return self._answer()

    def _act(self) -> None:
        while self._deeds and self._deeds[0].at <= self.trial.now:
            deed = heapq.heappop(self._deeds)
            if deed.what == "answer":
                self._unanswered.add(deed.line)
            else:
                self._close(self.leads[deed.line])
        self._answer()

    def _answer(self) -> None:
        """Whoever holds a lead that is known to be answered by now has answered it."""
        for line in sorted(self._unanswered):
            row = self.trial.row(self.leads[line])
            if row.state == "assigned":
                self._do(call(respond, row.lead, actor=_holder(row)))
            elif row.state not in OPEN:
                self._unanswered.discard(line)

    def _close(self, lead: int) -> None:
        row = self.trial.row(lead)
        if row.state in OPEN:
            self._do(call(close, lead, Ending("lost"), actor=_holder(row)))

    def _do(self, deed: Call[LeadRow]) -> None:
        """People go first: what is due at this very moment rings afterwards."""
        self.trial.desk.run([deed], rings=0)[0].get()

    # --- what has become of it

    def played(self) -> Played:
        """What became of every lead, by the decisions that are stored."""
        names = {str(lead): self.stories[line].lead for line, lead in self.leads.items()}
        for line, lead in self.leads.items():
            *earlier, last = self._views(lead, names)
            self.stories[line] = replace(self.stories[line], final=replace(last, history=tuple(earlier)))
        return Played(stories=tuple(self.stories.values()), adds_up=True, strangers=self.strangers)

    def _views(self, lead: int, names: Mapping[str, str]) -> list[View]:
        setup = self.trial.desk.setup()
        with self.trial.database.reading(self.trial.desk.workspace) as tx:
            kept = [_named(unpack(row.record), names) for row in tx.story.decisions_of(lead)]
        told = [(each, *rebuilt(each, setup.roster)) for each in kept]
        return [view(each, open_case(asked, setup.policy, world), setup.policy) for each, asked, world in told]


def _holder(row: LeadRow) -> Actor:
    return rep(row.rep) if row.rep else MANAGER


def _named(kept: Record, names: Mapping[str, str]) -> Record:
    """The record with the scenario's names for leads in place of the desk's numbers."""
    decision, twin = kept.decision, kept.facts.twin
    outcome = decision.outcome
    if isinstance(outcome, Duplicate):
        outcome = replace(outcome, of=names[outcome.of])
    decision = replace(decision, lead=names[decision.lead], outcome=outcome)
    facts = replace(kept.facts, twin=twin and replace(twin, lead=names[twin.lead]))
    return replace(kept, decision=decision, facts=facts)


@contextmanager
def at_the_desk(url: str, scenario: Scenario) -> Iterator[Playing]:
    """A desk with the scenario's policy and roster, at the moment at which its first lead comes."""
    policy, roster = scenario.texts
    first = min((found.lead.received for found in arriving(scenario) if isinstance(found, Arrival)), default=NOW)
    with opened(url, policy=policy, roster=roster, now=first) as trial:
        yield Playing(trial, scenario)
