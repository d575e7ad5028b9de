"""An untouched file comes out again to the byte; whatever was forged, is missing or is there twice is found."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import pytest
from msgspec import Raw
from msgspec.structs import replace

from evenhand.analytics.replay import Difference, Replay
from evenhand.core.model import HOUR, MINUTE, Backlog, Duty, Past, Roster
from evenhand.core.policy.model import Policy
from evenhand.core.view import View
from evenhand.reading.decisions import flat
from tests.actions.files import run, with_fields
from tests.factories import NOW, OFFICE, arrival, policy, pool, rep, roster, rule

PEOPLE: Final = roster(
    pool("sales", "ann:2 bob cy", backlog=Backlog(2, 10 * MINUTE), charges=frozenset({"least_loaded"}), debt_limit=0),
    pool("ahead", "ann bob", max_ahead=0),
    rep("ann", caps={"open": 3, "day": 5}),
)
RULES: Final = policy(
    '[[screen]]\nreject = "test"\nwhen = \'contains(email, "test")\'',
    "[[score]]\npoints = 10\nbecause = 'known'\nwhen = 'known(phone)'",
    rule('how = "least_loaded"', name="Loaded", when="visits > 7"),
    rule('how = "shotgun"\nunclaimed_after = "20m"\nstages = [1]', name="Shotgun", when="visits > 5"),
    rule('otherwise = "next"\neven_if_away = true', name="Ahead", when="visits > 3", who='["pool ahead"]'),
    rule('how = "weighted"\nrespond_within = "30m"\nreassign = { times = 1 }', name="Rest", when="visits >= 0"),
    people=PEOPLE,
)
SOON: Final = Duty(bounds=(NOW + 10 * MINUTE, NOW + 9 * HOUR))


def decided(rules: Policy = RULES, people: Roster = PEOPLE, leads: int = 24) -> list[View]:
    """The decisions of a small file in which nearly everything happens, by number."""
    arrivals = [
        with_fields(arrival(n, at=NOW + n * MINUTE, closed=NOW + n * HOUR if n % 3 else None), **fields(n))
        for n in range(1, leads + 1)
    ]
    told = run(arrivals, rules, people, answers=True, ann=OFFICE, bob=SOON, cy=SOON)
    return sorted(flat(told.finals), key=lambda view: view.seq)


def fields(n: int) -> dict[str, Any]:
    known: dict[str, Any] = {} if n == 11 else {"visits": n % 9, "country": "DE", "email": f"kim{n}@x.example"}
    return {**known, "phone": "+49"} if n % 2 else known


FILE: Final = decided()


def differences(
    views: Sequence[View], rules: Policy = RULES, people: Roster = PEOPLE, engine: str = "test"
) -> list[Difference]:
    replay = Replay(rules, people, engine=engine)
    return [difference for view in views for difference in replay.check(view)]


def forged(change: Callable[[View], View], which: Callable[[View], bool]) -> tuple[int, list[Difference]]:
    """Change the first decision of some kind; which number that was, and what is found of it."""
    position = next(number for number, view in enumerate(FILE) if which(view))
    views = [*FILE[:position], change(FILE[position]), *FILE[position + 1 :]]
    return FILE[position].seq, differences(views)


def is_assigned(view: View) -> bool:
    return view.outcome == "assigned" and view.posting == "charge" and len(view.candidates) > 2


def test_nearly_everything_happens_in_the_file() -> None:
    assert {view.outcome for view in FILE} >= {"assigned", "offered", "waiting", "held"}
    assert {view.trigger for view in FILE} == {"received", "waiting", "reassigned", "unclaimed"}
    assert {view.posting for view in FILE} == {"charge", "claim", None}
    assert {"no_rule", "escalated"} <= {view.held for view in FILE}
    assert any(view.written_off for view in FILE)
    people = [part for view in FILE for part in (*view.candidates, *(p for t in view.tried for p in t.candidates))]
    codes = {part.code for part in people}
    assert {"off_hours", "at_open_cap", "too_far_ahead", "previous_holder"} <= codes


def test_an_untouched_file_comes_out_again() -> None:
    assert differences(FILE) == []


def test_a_later_engine_may_say_it_better_but_must_decide_the_same() -> None:
    assert differences(FILE, engine="later") == []
    reworded = [replace(view, because="in other words", engine="older", chain=None) for view in FILE]
    assert differences(reworded) == []
    assert len(differences([replace(view, engine="test", chain=None) for view in reworded])) == len(FILE)


@pytest.mark.parametrize("place", [0, 3, len(FILE) - 1])
def test_a_change_that_changes_no_decision_breaks_the_chain_there_and_nowhere_else(place: int) -> None:
    touched = [*FILE[:place], replace(FILE[place], lead="somebody-else"), *FILE[place + 1 :]]
    assert [found.seq for found in differences(touched) if "link" in found.what] == [FILE[place].seq]


def test_decisions_without_any_link_are_not_missed_one() -> None:
    assert differences([replace(view, chain=None) for view in FILE]) == []


def swap(view: View) -> View:
    first, second, *others = view.candidates
    turned = (replace(second, verdict="chosen"), replace(first, verdict="eligible"), *others)
    return replace(view, rep=second.rep, candidates=turned)


def credited(view: View) -> View:
    first, *others = view.candidates
    return replace(view, candidates=(replace(first, credit=(first.credit or 0) + Decimal("0.5")), *others))


def turned(view: View) -> View:
    first, *others = view.candidates
    return replace(view, candidates=(replace(first, turn=9999), *others))


def coded(view: View) -> View:
    *others, last = view.candidates
    return replace(view, candidates=(*others, replace(last, code="away")))


def read_otherwise(view: View, **facts: Any) -> View:
    return replace(view, inputs=replace(view.inputs, facts=replace(view.inputs.facts, **facts)))


def fields_changed(view: View) -> View:
    return replace(view, inputs=replace(view.inputs, lead=Raw(b'{"visits":0,"country":"DE"}')))


def is_full(view: View) -> bool:
    return is_assigned(view) and view.candidates[-1].code == "at_open_cap"


Change: TypeAlias = Callable[[View], View]
Which: TypeAlias = Callable[[View], bool]

FORGERIES: Final[Mapping[str, tuple[Change, Which, str]]] = {
    "rep": (lambda view: replace(view, rep="zoe"), is_assigned, "contradicts itself"),
    "chosen": (swap, is_assigned, "decided again"),
    "credit": (credited, is_assigned, "credit of"),
    "turn": (turned, is_assigned, "last turn of"),
    "code": (coded, is_full, "candidates"),
    "score": (lambda view: replace(view, score=99), lambda view: view.score == 10, "score is 99"),
    "field": (fields_changed, lambda view: view.rule == "Shotgun", "rule is"),
    "rule": (lambda view: replace(view, rule="Of my own"), is_assigned, "contradicts itself"),
    "due": (lambda view: replace(view, due="2026-11-02T23:00:00Z"), is_assigned, "due is"),
    "charge": (lambda view: replace(view, charge=0, posting="count"), is_assigned, "posting is"),
    "written off": (lambda view: replace(view, written_off=0), lambda view: view.written_off != 0, "written_off is"),
    "outcome": (lambda view: replace(view, outcome="lost"), is_assigned, "contradicts itself"),
    "answers": (lambda view: read_otherwise(view, answers={}), lambda view: view.score == 10, "score is"),
    "silence": (lambda view: read_otherwise(view, past=Past()), lambda view: view.held == "escalated", "been silent"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_found_at_its_place(name: str) -> None:
    change, which, what = FORGERIES[name]
    seq, found = forged(change, which)
    assert any(difference.seq == seq and what in difference.what for difference in found)
    assert min(difference.seq for difference in found) == seq


def test_a_forged_choice_also_breaks_the_ledger_that_follows() -> None:
    seq, found = forged(swap, is_assigned)
    assert any(difference.seq > seq and "credit of" in difference.what for difference in found)


def test_missing_records_are_named() -> None:
    assert differences(FILE[1:])[0].what == "decision 1 is missing"
    assert differences([FILE[0], *FILE[4:]])[0].what == "decision 2 to 4 is missing"


def test_a_record_that_is_there_twice_is_found() -> None:
    found = differences([FILE[0], *FILE])
    assert (found[0].seq, found[0].lead, found[0].what) == (1, FILE[0].lead, "its number is used twice")


def test_records_of_another_policy_or_roster_are_found() -> None:
    other = policy(rule(name="Rest"), people=PEOPLE)
    found = [difference.what for difference in differences(FILE[:1], other)]
    assert found[0].startswith("was made under policy sha256:")
    people = roster(*PEOPLE.pools.values(), *PEOPLE.reps.values())
    told = differences([replace(FILE[0], roster="")], people=people)
    assert told[0].what == "was made under roster (none), not sha256:roster"


def test_long_values_are_cut_short() -> None:
    _, found = forged(lambda view: replace(view, because="x" * 500), is_assigned)
    assert found[0].what.startswith('because is "xxx')
    assert "..., decided again" in found[0].what


def test_decisions_are_counted() -> None:
    replay = Replay(RULES, PEOPLE, engine="test")
    assert [list(replay.check(view)) for view in FILE[:3]] == [[], [], []]
    assert replay.decisions == 3
