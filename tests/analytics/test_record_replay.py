"""Stored records of a database: policies and rosters change on the way, people act by hand, entries come between."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import pytest
from msgspec.structs import replace

from evenhand.analytics.replay import RecordReplay
from evenhand.core.advance import Freed, Posted, Went, advance
from evenhand.core.decide import Ruling, rule_on
from evenhand.core.follow import after_decline, after_holder, on_stale
from evenhand.core.ledger import UNIT, Ledger, correct, join
from evenhand.core.model import Past, Roster, Snapshot
from evenhand.core.outcome import Assigned, Held, Trigger
from evenhand.core.policy.model import Policy
from evenhand.core.record import Record, record
from evenhand.core.taken import Taking, on_taken
from tests.factories import lead, policy, pool, rep, roster, rule, snapshot

BEFORE: Final = roster(pool(charges=frozenset({"by_hand"})))
AFTER: Final = replace(roster(pool("sales", "ann bob cy dan"), rep("cy", caps={"open": 1})), digest="sha256:later")
RULES: Final = policy(rule('how = "weighted"\nreassign = { times = 1 }'))
LATER: Final = replace(
    policy(rule(when='country == "FR"', name="French"), rule("reassign = { times = 1 }", name="Rest"), people=AFTER),
    digest="sha256:later",
)
Kept: TypeAlias = tuple[Record, Policy, Roster]


class Desk:
    """The smallest database: a world, and every decision with the texts that it was made under."""

    def __init__(self) -> None:
        self.world: Snapshot = snapshot(BEFORE)
        self.kept: list[Kept] = []

    def note(self, ruling: Ruling, rules: Policy) -> None:
        self.kept.append((record(ruling, rules, engine="test"), rules, ruling.case.snapshot.roster))
        self.world = advance(self.world, ruling.decision)


def day() -> tuple[Desk, Callable[[Ledger], Ledger]]:
    """A day at the desk; and the one entry that was posted after its first six decisions."""
    desk = Desk()
    for number in range(3):
        desk.note(rule_on(lead(f"L{number}"), RULES, desk.world), RULES)
    desk.note(on_taken(lead("L3"), RULES, desk.world, Taking("ann")), RULES)
    desk.note(on_taken(lead("L4"), RULES, desk.world, Taking("bob", "claimed", "Everybody")), RULES)
    desk.world = advance(desk.world, Went("bob"))
    triggers: tuple[Trigger, ...] = ("declined", "left", "rerouted", "restored")
    for trigger in triggers:
        past = after_decline(after_holder(Past(cleared=True), "ann"), "zoe")
        desk.note(rule_on(replace(lead(f"{trigger}"), past=past), RULES, desk.world, trigger=trigger), RULES)

    def entry(ledger: Ledger) -> Ledger:
        return correct(join(ledger, "dan"), "dan", UNIT)

    desk.world = replace(advance(desk.world, Posted(entry(desk.world.ledgers["sales"]))), roster=AFTER)
    for past in (Past(), Past(holders=("bob",))):
        one, held = (
            replace(lead("stale"), past=past),
            replace(desk.kept[0][0].decision, outcome=Assigned("ann"), rule=1),
        )
        desk.world = advance(desk.world, Freed("ann"))
        moved = on_stale(one, held, LATER, desk.world)
        assert moved is not None
        desk.note(moved, LATER)
    desk.note(on_taken(lead("full"), LATER, desk.world, Taking("cy")), LATER)
    return desk, entry


DAY, ENTRY = day()
ENTRY_AFTER: Final = 9  # decisions


def differences(kept: list[Kept], *, engine: str = "test", entry: bool = True) -> list[str]:
    replay = RecordReplay(engine)
    found = []
    for one, rules, people in kept:
        if entry and one.decision.seq == ENTRY_AFTER + 1:
            replay.post("sales", ENTRY)
        found += [f"{each.seq} {each.lead}: {each.what}" for each in replay.check(one, rules, people)]
    if not found:
        assert replay.ledgers == DAY.world.ledgers
        assert replay.decisions == len(kept)
    return found


def test_much_happens_on_that_day() -> None:
    decisions = [one.decision for one, _, _ in DAY.kept]
    assert {each.trigger for each in decisions} >= {"by_hand", "claimed", "declined", "left", "restored", "stale"}
    assert {each.posting for each in decisions} == {"charge", "claim", "count", "none"}
    assert any(each.outcome == Held("escalated") for each in decisions)


def test_everything_comes_out_again_under_the_texts_of_its_time() -> None:
    assert differences(DAY.kept) == []
    assert differences(DAY.kept, engine="later") == []


def test_an_entry_that_was_forgotten_shows_in_the_next_decision_of_the_pool() -> None:
    found = differences(DAY.kept, entry=False)
    assert found[0].startswith(f"{ENTRY_AFTER + 1} stale: credit of ")


def test_a_replay_may_begin_in_the_middle() -> None:
    replay = RecordReplay("test")
    for kept in DAY.kept[:4]:
        assert list(replay.check(*kept)) == []
    later = RecordReplay("test", replay.ledgers, next_seq=replay.next_seq)
    assert list(later.check(*DAY.kept[4])) == []


def test_a_record_that_is_missing_and_one_that_is_there_twice_are_told() -> None:
    assert "3 L2: decision 2 is missing" in differences([DAY.kept[0], *DAY.kept[2:]])
    assert "5 L4: decision 2 to 4 is missing" in differences([DAY.kept[0], *DAY.kept[4:]])
    assert "1 L0: its number is used twice" in differences([DAY.kept[0], *DAY.kept])


def test_other_texts_than_those_of_the_time_are_told() -> None:
    kept, rules, people = DAY.kept[0]
    found = list(RecordReplay("test").check(kept, replace(rules, digest="x"), replace(people, digest="")))
    assert [each.what for each in found[:2]] == [
        f"was made under policy {kept.policy[:19]}, not x",
        "was made under roster sha256:roster, not (none)",
    ]


Forged: TypeAlias = Callable[[Record], Record]


def decided(**said: object) -> Forged:
    return lambda kept: replace(kept, decision=replace(kept.decision, **said))


def unwarned(kept: Record) -> Record:
    (attempt,) = kept.decision.attempts
    return replace(kept, decision=replace(kept.decision, attempts=(replace(attempt, excluded=()),)))


def reweighted(kept: Record) -> Record:
    """A number that nobody reads and that decides nothing, but does not belong there either."""
    (attempt,) = kept.decision.attempts
    seats = tuple(replace(seat, weight=9) for seat in attempt.seats)
    return replace(kept, decision=replace(kept.decision, attempts=(replace(attempt, seats=seats),)))


FORGERIES: Final[Mapping[str, tuple[int, Forged, str]]] = {
    "somebody else": (0, decided(outcome=Assigned("ann")), "decided again"),
    "somebody unknown": (4, decided(outcome=Assigned("zoe")), "contradicts itself or the policy: NotFound"),
    "nobody": (3, decided(outcome=Held("manual")), "contradicts itself or the policy: NotFound"),
    "not charged": (3, decided(posting="count", charge=0), "posting is"),
    "by turn": (3, decided(trigger="received"), "decided again"),
    "by hand": (0, decided(trigger="by_hand"), "posting is"),
    "never silent": (
        10,
        lambda kept: replace(kept, facts=replace(kept.facts, past=Past())),
        "nobody can have been silent",
    ),
    "another rule": (4, decided(rule=7), "contradicts itself or the policy: IndexError"),
    "no warning": (11, unwarned, "because"),
    "other fields": (0, lambda kept: replace(kept, lead={"country": "DE", "visits": 1}), "the fields kept with it"),
    "other hours": (0, lambda kept: replace(kept, facts=replace(kept.facts, duty={"ann": (1, 2)})), "the facts kept"),
    "another score": (0, decided(score=1), "score is 1"),
    "other bytes": (0, reweighted, "is kept in other bytes"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_forged_in_a_stored_record_is_found(name: str) -> None:
    place, forge, what = FORGERIES[name]
    kept, rules, people = DAY.kept[place]
    forged = [*DAY.kept[:place], (forge(kept), rules, people), *DAY.kept[place + 1 :]]
    found = differences(forged)
    assert any(each.startswith(f"{place + 1} ") and what in each for each in found), found
