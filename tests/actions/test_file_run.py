"""Routing a file: time passes as the leads say, and everything that would have happened happens."""

from typing import Any, Final

import pytest
from msgspec.structs import replace

from evenhand.actions.file_run import with_history
from evenhand.core.model import DAY, HOUR, MINUTE, Backlog, Duty
from tests.actions.files import run, with_fields
from tests.factories import NOW, TOMORROW, arrival, owned_by, policy, pool, rep, roster, rule

ONE: Final = roster(pool("sales", "ann"), rep("ann", caps={"open": 1}))
NINE: Final = "2026-11-03T09:00:00Z"


def test_leads_are_taken_in_the_order_in_which_they_arrived() -> None:
    told = run([arrival(1, at=NOW + 5), arrival(2, at=NOW), arrival(3, at=NOW + 9)])
    assert [view.lead for view in told.views] == ["lead-2", "lead-1", "lead-3"]
    assert [view.seq for view in told.views] == [1, 2, 3]
    assert sorted(map(str, told.holders().values())) == ["ann", "bob", "cy"]


def test_a_waiting_lead_is_handed_out_the_moment_somebody_comes_on_duty() -> None:
    told = run([arrival(1)], people=ONE, until=NOW + 2 * DAY, ann=TOMORROW)
    assert told.story("lead-1") == ["waiting", "ann"]
    (final,) = told.finals
    assert (final.at, final.trigger, final.superseded_by) == (NINE, "waiting", None)
    assert [(past.outcome, past.superseded_by) for past in final.history] == [("waiting", "lead-1.2")]


def test_a_lead_that_still_waits_at_the_end_is_told_with_its_history() -> None:
    told = run([arrival(1)], people=ONE, until=NOW + HOUR, ann=TOMORROW)
    assert [(final.outcome, final.history) for final in told.finals] == [("waiting", ())]


def test_nothing_is_told_twice_and_nothing_is_lost() -> None:
    told = run([arrival(line, at=NOW + line) for line in range(1, 30)], people=ONE, until=NOW + 60 * DAY)
    assert sorted(final.lead for final in told.finals) == sorted(f"lead-{line}" for line in range(1, 30))


# --- room


def test_a_closed_lead_makes_room_for_the_hottest_that_waits() -> None:
    rules = policy("[[score]]\npoints = 9\nbecause = 'hot'\nwhen = 'visits > 3'", rule(), people=ONE)
    leads = [arrival(1, closed=NOW + HOUR), arrival(2, at=NOW + 1), with_fields(arrival(3, at=NOW + 2), visits=5)]
    told = run(leads, rules, ONE)
    assert told.story("lead-3") == ["waiting", "ann"]
    assert told.story("lead-2")[:1] == ["waiting"]
    assert [view.at for view in told.views if view.lead == "lead-3"][-1] == "2026-11-02T10:00:00Z"


def test_room_that_one_waiting_lead_cannot_use_goes_to_the_next() -> None:
    paced = pool("paced", "ann", backlog=Backlog(1, 9 * HOUR))
    people = roster(paced, pool("free", "ann"), rep("ann", caps={"open": 1}))
    hot = "[[score]]\npoints = 9\nbecause = 'hot'\nwhen = 'visits > 3'"
    wait = 'otherwise = "wait"'
    first = rule(wait, name="hot", when="visits > 3", who='["pool paced"]')
    rules = policy(hot, first, rule(wait, who='["pool free"]'), people=people)
    hot_ones = [arrival(1, closed=NOW + HOUR), arrival(2, at=NOW + 40 * MINUTE)]
    leads = [*(with_fields(one, visits=9) for one in hot_ones), arrival(3, at=NOW + 41 * MINUTE)]
    told = run(leads, rules, people, until=NOW + 2 * HOUR, ann=Duty(bounds=(NOW + 30 * MINUTE, NOW + 3 * HOUR)))
    assert [told.story(f"lead-{line}") for line in (1, 2, 3)] == [
        ["waiting", "ann"],
        ["waiting", "waiting"],
        ["waiting", "ann"],
    ]


def test_a_rep_who_is_over_the_cap_after_a_close_takes_nothing() -> None:
    people = roster(pool("sales", "ann"), rep("ann", caps={"open": 1}))
    even_so = rule(name="even so", when="visits > 3", who='["account owner"]')
    rules = policy(even_so, rule('otherwise = "wait"'), people=people)
    own = [with_fields(arrival(line, at=NOW + line, closed=NOW + line * HOUR), visits=9) for line in (1, 2)]
    own = [replace(one, lead=replace(one.lead, match=owned_by("ann"))) for one in own]
    told = run([*own, arrival(3, at=NOW + 3)], rules, people)
    assert told.story("lead-3") == ["waiting", "waiting", "ann"]
    assert [view.at[11:16] for view in told.views if view.lead == "lead-3"] == ["09:00", "10:00", "11:00"]


def test_leads_stay_open_for_thirty_days_unless_the_file_says_otherwise() -> None:
    rules = policy(rule('otherwise = "wait"'), people=ONE)
    told = run([arrival(1), arrival(2, at=NOW + 1)], rules, ONE, until=NOW + 31 * DAY)
    assert [view.at for view in told.views if view.lead == "lead-2"] == [
        "2026-11-02T09:00:00.001Z",
        "2026-12-02T09:00:00Z",
    ]


def test_waiting_leads_are_not_all_poured_on_the_first_who_arrives() -> None:
    people = roster(pool("sales", "ann", backlog=Backlog(2, 10 * MINUTE)))
    told = run([arrival(line, at=NOW + line) for line in range(1, 6)], people=people, until=NOW + 2 * DAY, ann=TOMORROW)
    assert [view.at[11:16] for view in told.views if view.outcome == "assigned"] == [
        "09:00",
        "09:00",
        "09:10",
        "09:10",
        "09:20",
    ]


# --- the same person


def test_a_second_lead_of_an_open_person_is_a_duplicate_and_of_a_closed_one_is_not() -> None:
    leads = [
        arrival(1, key="kim", closed=NOW + HOUR),
        arrival(2, at=NOW + 1, key="kim"),
        arrival(3, at=NOW + 2 * HOUR, key="kim"),
    ]
    told = run(leads)
    (first,) = told.story("lead-1")
    assert [(final.lead, final.outcome, final.of, final.rep) for final in told.finals][1] == (
        "lead-2",
        "duplicate",
        "lead-1",
        first,
    )
    assert told.story("lead-3") != ["duplicate"]


def test_a_twin_on_a_desk_names_nobody() -> None:
    told = run([arrival(1, key="kim"), arrival(2, at=NOW + 1, key="kim")], policy(rule('how = "manual"')))
    assert [(final.outcome, final.rep) for final in told.finals] == [("held", None), ("duplicate", None)]


def test_a_rejected_lead_is_no_twin() -> None:
    rules = policy('[[screen]]\nreject = "x"\nwhen = "visits > 3"', rule())
    told = run([with_fields(arrival(1, key="kim"), visits=9), arrival(2, at=NOW + 1, key="kim")], rules)
    assert [final.outcome for final in told.finals] == ["rejected", "assigned"]


# --- silence and offers


SILENCE: Final = policy(rule('respond_within = "1h"\nremind_before = "5m"\nreassign = { times = 1 }'))


def test_a_silent_holder_loses_the_lead_and_the_next_one_too() -> None:
    told = run([arrival(1)], SILENCE, answers=True)
    first, second, end = told.story("lead-1")
    assert first != second
    assert end == "escalated"
    assert [view.at[11:16] for view in told.views] == ["09:00", "10:00", "11:00"]
    assert {name: load.open for name, load in told.world.loads.items()} == {first: 0, second: 0}


@pytest.mark.parametrize("said", [{"responded": NOW + HOUR}, {"closed": NOW + MINUTE}])
def test_whoever_answers_in_time_keeps_the_lead(said: dict[str, Any]) -> None:
    assert len(run([arrival(1, **said)], SILENCE, answers=True).story("lead-1")) == 1


def test_whoever_answers_too_late_has_lost_it_by_then() -> None:
    assert len(run([arrival(1, responded=NOW + HOUR + 1)], SILENCE, answers=True).story("lead-1")) == 2


def test_a_file_that_knows_no_answers_moves_nothing_on() -> None:
    assert len(run([arrival(1)], SILENCE).story("lead-1")) == 1
    assert len(run([arrival(1)], policy(rule('respond_within = "1h"')), answers=True).story("lead-1")) == 1


def test_an_offer_widens_and_is_handed_out_in_turn_at_last() -> None:
    rules = policy(rule('how = "shotgun"\nstages = [1, "pool"]\nwiden_after = "5m"\nunclaimed_after = "10m"'))
    told = run([arrival(1)], rules)
    assert [(view.trigger, view.at[11:16], len(view.offered)) for view in told.views] == [
        ("received", "09:00", 1),
        ("widened", "09:05", 3),
        ("unclaimed", "09:15", 0),
    ]
    assert (told.finals[0].rep, len(told.finals[0].history)) == (told.views[-1].rep, 2)


def test_an_offer_that_nobody_may_take_in_time_is_closed_like_any_other_lead() -> None:
    rules = policy(rule('how = "cherry_pick"'))
    leads = [arrival(1, key="kim", closed=NOW + MINUTE), arrival(2, at=NOW + HOUR, key="kim")]
    told = run(leads, rules)
    assert [final.outcome for final in told.finals] == ["offered", "offered"]


def test_time_never_runs_backwards() -> None:
    told = run([arrival(1, at=NOW), arrival(2, at=NOW)], until=NOW - DAY)
    assert told.world.now == NOW


# --- history


def test_a_record_without_a_past_stays_as_it_is() -> None:
    assert with_history([b'{"id":"a.1"}']) == b'{"id":"a.1"}'


def test_each_earlier_record_names_the_one_that_superseded_it() -> None:
    lines = [b'{"id":"a.1"}', b'{"id":"a.4"}', b'{"id":"a.9"}']
    assert with_history(lines) == (
        b'{"id":"a.9","history":[{"id":"a.1","superseded_by":"a.4"},{"id":"a.4","superseded_by":"a.9"}]}'
    )
