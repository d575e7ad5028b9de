"""What holds of every decision, whatever the roster, the policy and the history: made-up ones, many of them."""

from collections import Counter
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from evenhand.core.caps import period
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.ledger import UNIT
from evenhand.core.model import Cap, Duty, Lead, Roster
from evenhand.core.outcome import Assigned, Held, Offered
from evenhand.core.record import pack, rebuilt, record, unpack
from tests.strategies import (
    ASSIGNING,
    BY_TURN,
    REPS,
    Event,
    Floor,
    Table,
    histories,
    people,
    plain_people,
    policies,
    rosters,
    setup_of,
    shuffled,
    tables,
)

POOLS: Final = (["pool north"], ["pool south"])
FEW: Final = settings(max_examples=25)


def floor_after(policy: Table, roster: Table, events: list[Event]) -> Floor:
    floor = Floor(setup_of(policy, roster))
    for _ in floor.live(events):
        pass
    return floor


def named(ruling: Ruling) -> tuple[str, ...]:
    """Everybody to whom a decision gives or offers the lead."""
    outcome = ruling.decision.outcome
    return (outcome.rep,) if isinstance(outcome, Assigned) else outcome.reps if isinstance(outcome, Offered) else ()


def packed(floor: Floor) -> list[bytes]:
    return [pack(record(ruling, floor.setup.policy, engine="test")) for _, ruling in floor.rulings]


def who_got_what(floor: Floor) -> list[tuple[str, ...]]:
    return [named(ruling) for _, ruling in floor.rulings]


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_the_same_history_gives_the_same_bytes_twice(policy: Table, roster: Table, events: list[Event]) -> None:
    assert packed(floor_after(policy, roster, events)) == packed(floor_after(policy, roster, events))


@FEW
@given(policy=policies(), roster=rosters(), events=histories(), order=st.permutations(range(len(REPS))))
def test_the_order_of_people_and_members_does_not_matter(
    policy: Table, roster: Table, events: list[Event], order: list[int]
) -> None:
    other = floor_after(policy, shuffled(roster, order), events)
    assert who_got_what(floor_after(policy, roster, events)) == who_got_what(other)


@FEW
@given(
    policy=policies(), roster=rosters(), events=histories(), names=st.permutations(["Zoe", "Al", "", "Ann", "B", "C"])
)
def test_what_people_are_called_does_not_matter(
    policy: Table, roster: Table, events: list[Event], names: list[str]
) -> None:
    persons = [{**each, "name": f"x{name}"} for each, name in zip(tables(roster, "person"), names, strict=True)]
    renamed = floor_after(policy, {**roster, "person": persons}, events)
    assert who_got_what(floor_after(policy, roster, events)) == who_got_what(renamed)


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_nobody_who_is_excluded_has_the_lead(policy: Table, roster: Table, events: list[Event]) -> None:
    for ruling in Floor(setup_of(policy, roster)).live(events):
        if named(ruling):
            attempt = ruling.decision.attempts[-1]
            assert set(named(ruling)) <= {seat.rep for seat in attempt.seats}
            assert not set(named(ruling)) & {rep for rep, _ in attempt.excluded}


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_everybody_is_either_able_or_excluded_and_only_once(policy: Table, roster: Table, events: list[Event]) -> None:
    for ruling in Floor(setup_of(policy, roster)).live(events):
        for attempt in ruling.decision.attempts:
            people_judged = [seat.rep for seat in attempt.seats] + [rep for rep, _ in attempt.excluded]
            assert len(people_judged) == len(set(people_judged))
            assert {standing.rep for standing in attempt.line} <= {seat.rep for seat in attempt.seats}


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_whoever_is_inactive_gets_nothing_by_any_path(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    for ruling in floor.live(events):
        assert all(floor.world.roster.reps[rep].active for rep in named(ruling))


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_a_lead_never_goes_back_to_who_has_held_or_declined_it(
    policy: Table, roster: Table, events: list[Event]
) -> None:
    for ruling in Floor(setup_of(policy, roster)).live(events):
        past = ruling.case.lead.past
        assert not set(named(ruling)) & {*past.holders, *past.declined}


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_open_leads_are_counted_once_each(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    for _ in floor.live(events):
        carried = {rep: load.open for rep, load in floor.world.loads.items() if load.open}
        assert carried == Counter(floor.holders().values())


@FEW
@given(policy=policies(ways=ASSIGNING, strictly=True), roster=rosters(), events=histories())
def test_no_cap_is_ever_exceeded(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    for _ in floor.live(events):
        held = Counter(floor.holders().values())
        for rep in floor.world.roster.reps.values():
            for cap in rep.caps:
                assert (held[rep.id] if cap.kind == "open" else most_in_one(cap, floor, rep.id)) <= cap.limit


def most_in_one(cap: Cap, floor: Floor, rep: str) -> int:
    """The most leads that somebody ever got in one calendar period of a cap, counted from the decisions alone."""
    assert cap.kind != "open"
    offsets = floor.world.duty.get(rep, Duty()).offsets
    times = [ruling.decision.at for _, ruling in floor.rulings if ruling.decision.rep == rep]
    return max(Counter(period(cap.kind, at, offsets) for at in times).values(), default=0)


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_the_credits_of_every_pool_add_up_to_nothing(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    for _ in floor.live(events):
        assert all(sum(ledger.credits.values()) == 0 for ledger in floor.world.ledgers.values())


@FEW
@given(
    policy=policies(ways=["weighted"], tiers=[["pool north"]]),
    roster=rosters(plain_people(), least=1),
    events=histories(["lead"], least=30, most=60),
)
def test_while_nothing_changes_nobody_is_a_whole_lead_off(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    for _ in floor.live(events):
        assert all(abs(owed) < UNIT for ledger in floor.world.ledgers.values() for owed in ledger.credits.values())


@FEW
@given(policy=policies(ways=BY_TURN, tiers=POOLS), roster=rosters(people()), events=histories(most=60))
def test_while_people_come_and_go_credits_stay_bounded(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = Floor(setup_of(policy, roster))
    bound = (len(REPS) + 1) * UNIT // 2  # (m - 1) / 2 and the lead that is being handed out
    for _ in floor.live(events):
        assert all(abs(owed) <= bound for ledger in floor.world.ledgers.values() for owed in ledger.credits.values())


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_the_packed_record_alone_gives_the_same_decision(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = floor_after(policy, roster, events)
    for _, ruling in floor.rulings:
        if not (isinstance(ruling.decision.outcome, Held) and ruling.decision.outcome.why == "escalated"):
            kept = unpack(pack(record(ruling, floor.setup.policy, engine="test")))
            lead, world = rebuilt(kept, floor.setup.roster)
            again = rule_on(lead, floor.setup.policy, world, trigger=kept.decision.trigger)
            assert again.decision == ruling.decision
            assert pack(record(again, floor.setup.policy, engine="test")) == pack(kept)


@FEW
@given(policy=policies(), roster=rosters(), events=histories())
def test_deciding_changes_nothing_that_it_looks_at(policy: Table, roster: Table, events: list[Event]) -> None:
    floor = floor_after(policy, roster, events)
    for before, ruling in floor.rulings:
        if ruling.decision.trigger == "received":
            again = rule_on(ruling.case.lead, floor.setup.policy, before)
            assert again.decision == ruling.decision


@FEW
@given(policy=policies(), roster=rosters())
def test_a_stranger_in_the_roster_changes_nobody_s_turn(policy: Table, roster: Table) -> None:
    """Somebody in no pool and no team, whom no rule can mean, is neither chosen nor counted."""
    setup = setup_of(policy, roster)
    floor = Floor(setup)
    lead = Lead(id="L", received=floor.world.now, fields={"country": "DE"})
    gone = replace(setup.roster.reps["a"], id="zed", active=False, team="", seniority=None, skills={})
    wider = Roster(
        reps={**setup.roster.reps, "zed": gone},
        pools=setup.roster.pools,
        teams=setup.roster.teams,
        territories=setup.roster.territories,
    )
    first = rule_on(lead, setup.policy, floor.world)
    second = rule_on(lead, setup.policy, replace(floor.world, roster=wider))
    assert named(first) == named(second)
