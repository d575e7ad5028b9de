"""The main job: a file of leads in, explained decisions out, and the counts add up."""

from collections.abc import Iterable

from evenhand.actions.routing import Options, Sink, route_all, take_in
from evenhand.actions.summary import FinalRecord, Summary
from evenhand.core.arrival import Arrival, Problem
from evenhand.core.model import DAY
from evenhand.reading.rows import Reject
from evenhand.reading.setup import read_setup
from evenhand.stores.filespool import FileSpool
from tests.factories import NOW, arrival
from tests.reading.samples import SMALL_POLICY, SMALL_TEAM

SETUP = read_setup(SMALL_POLICY, SMALL_TEAM)


class Out:
    """Where the results of a run end up."""

    def __init__(self) -> None:
        self.finals: list[FinalRecord] = []
        self.rejects: list[Reject] = []
        self.unreadable: list[tuple[int, str]] = []
        self.taken = self.routed = 0

    def sink(self) -> Sink:
        return Sink(
            final=lambda _, final: self.finals.append(final),
            reject=self.rejects.append,
            unreadable=lambda line, problem: self.unreadable.append((line, problem.field)),
            taken=lambda: setattr(self, "taken", self.taken + 1),
            routed=lambda: setattr(self, "routed", self.routed + 1),
        )


def routed(leads: Iterable[Arrival | Reject], out: Out, *, until: int | None = None) -> Summary:
    with FileSpool.opened() as spool:
        intake = take_in(leads, spool, out.sink())
        return route_all(intake, SETUP, spool, out.sink(), Options(engine="test", until=until))


def test_every_line_becomes_one_final_record_or_one_reject() -> None:
    out = Out()
    odd = arrival(4, warnings=(Problem("employees", "many", "is no number"),))
    leads: list[Arrival | Reject] = [
        arrival(1),
        Reject(2, "received", "?", "is no time", ""),
        arrival(3, name="lead-1"),
        odd,
    ]
    summary = routed(leads, out)
    assert (summary.lines, summary.leads, summary.rejects, summary.adds_up) == (4, 2, 2, True)
    assert [final.lead for final in out.finals] == ["lead-1", "lead-4"]
    assert [(reject.line, reject.cause) for reject in out.rejects] == [(2, "is no time"), (3, "line 1 has the same id")]
    assert (out.taken, out.routed) == (4, 2)
    assert (out.unreadable, summary.unreadable) == ([(4, "employees")], {"employees": 1})


def test_an_empty_file_is_routed_too() -> None:
    out = Out()
    summary = routed([], out)
    assert (summary.leads, summary.outcomes, summary.adds_up, out.finals) == (0, {}, True, [])


def test_time_passes_up_to_the_moment_that_is_asked_for() -> None:
    day_off = SMALL_TEAM.replace('id = "ann"\n', 'id = "ann"\nhours = { tue = "09:00-17:00" }\n')
    setup = read_setup(SMALL_POLICY + 'otherwise = "wait"\n', day_off.replace('"ann", "bob"', '"ann"'))
    ends = []
    for until in (None, NOW + 2 * DAY):
        out = Out()
        with FileSpool.opened() as spool:
            intake = take_in([arrival(1)], spool, out.sink())
            route_all(intake, setup, spool, out.sink(), Options(engine="test", until=until))
        ends.append(out.finals[0].outcome)
    assert ends == ["waiting", "assigned"]


def test_answers_count_only_if_the_file_knows_any() -> None:
    with FileSpool.opened() as spool:
        assert not take_in([arrival(1)], spool, Out().sink()).answers
        assert take_in([arrival(2), arrival(3, responded=NOW), arrival(4)], spool, Out().sink()).answers


def test_without_listeners_for_progress_nothing_is_missing() -> None:
    finals: list[bytes] = []
    sink = Sink(final=lambda line, _: finals.append(line), reject=lambda _: None)
    with FileSpool.opened() as spool:
        odd = arrival(1, warnings=(Problem("a", "b", "c"),))
        route_all(take_in([odd], spool, sink), SETUP, spool, sink, Options(engine="test"))
    assert len(finals) == 1
