"""What a run came to, in figures."""

from typing import Any

from evenhand.actions.summary import FinalRecord, Intake, Tally, read_final, spread
from evenhand.core.record import record
from evenhand.core.view import encode, view
from tests.factories import NEVER, credits, policy, pool, roster, rule, ruled, snapshot

THREE = Intake(lines=4, leads=3, rejects=1, answers=False, unreadable={"employees": 2})


def final(lead: str, outcome: str = "assigned", **said: Any) -> FinalRecord:
    return FinalRecord(lead, "2026-11-02T09:00:00Z", outcome, "because", **said)


def test_a_final_record_is_read_from_its_line() -> None:
    rules = policy()
    ruling = ruled(rules)
    found = read_final(encode(view(record(ruling, rules, engine="test"), ruling.case, rules)))
    assert (found.lead, found.outcome, found.rule, found.tier, found.pool) == (
        *("lead-1", "assigned", "Everybody", 1, "sales"),
    )


def test_final_records_are_counted_by_what_became_of_them() -> None:
    tally = Tally()
    tally.finished(final("a", rep="ann", rule="R", pool="sales"))
    tally.finished(final("b", "held", desk="zoe"))
    tally.finished(final("c", "held", rule="R", pool="rule R"))
    summary = tally.summary(THREE, snapshot(), "")
    assert (summary.outcomes, summary.rules) == ({"held": 2, "assigned": 1}, {"R": 2, "(no rule)": 1})
    assert (summary.pools, summary.reps) == ({"sales": 1}, {"ann": 1})
    assert summary.desks == {"(everybody's desk)": 1, "zoe": 1}
    assert (summary.unreadable, summary.adds_up) == ({"employees": 2}, True)


def test_a_lead_that_is_missing_is_noticed() -> None:
    tally = Tally()
    tally.finished(final("a"))
    assert not tally.summary(THREE, snapshot(), "").adds_up


def test_reasons_are_counted_over_all_decisions() -> None:
    tally = Tally()
    rules = policy(rule('who = [["pool sales"], ["rep ann"]]', who=""))
    for duty in ({"ann": NEVER, "bob": NEVER, "cy": NEVER}, {"ann": NEVER}):
        tally.decided(ruled(rules, duty=duty).decision)
    summary = tally.summary(THREE, snapshot(), "")
    assert (summary.decisions, summary.codes) == (2, {"off_hours": 5})


def test_the_spread_is_the_largest_credit_that_anybody_has() -> None:
    ledgers = {**credits("b", ann=-1.25, bob=1), **credits("sales"), **credits("c", ann=0.5), **credits("d")}
    assert spread(snapshot(roster(pool()), ledgers=ledgers)) == {"b": "1.25", "c": "0.50", "sales": "0.00"}
