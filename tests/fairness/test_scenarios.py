"""What other routers got wrong, at the level of the ledger: months, newcomers, leave, leavers, bulk."""

from collections import Counter
from collections.abc import Sequence
from math import ceil
from random import Random

import pytest

from evenhand.core.ledger import Ledger, Weights, charge, join, leave, line_up, next_turns


def hand_out(ledger: Ledger, weights: Weights, leads: int) -> tuple[Ledger, list[str]]:
    taken = []
    for _ in range(leads):
        line = line_up(ledger, weights)
        ledger = charge(ledger, line, line[0].rep)
        taken.append(line[0].rep)
    return ledger, taken


def comes_in_bursts(taken: Sequence[str], rep: str, share: float) -> bool:
    """Whether some window holds more than the rep's share of it, rounded up, and one more."""
    prefix = [0]
    for each in taken:
        prefix.append(prefix[-1] + (each == rep))
    n = len(taken)
    windows = [(i, j) for i in range(n) for j in range(i + 1, n + 1)]
    return any(prefix[j] - prefix[i] > ceil((j - i) * share) + 1 for i, j in windows)


def equal(*reps: str) -> list[tuple[str, int]]:
    return [(rep, 100) for rep in reps]


def test_ten_to_ninety_holds_at_every_lead_of_sixty_months_of_four() -> None:
    taken = next_turns(Ledger(pool="p"), [("ann", 10), ("bob", 90)], 240)
    assert Counter(taken) == {"ann": 24, "bob": 216}
    assert all(abs(taken[:n].count("ann") - n / 10) <= 1 for n in range(241))


def test_a_rep_at_half_weight_gets_half_of_the_others_over_a_year() -> None:
    weights = [("part time", 50), *equal(*"bcdefghij")]
    got = Counter(next_turns(Ledger(pool="p"), weights, 1250))
    assert abs(got["part time"] - 66) <= 1
    assert all(abs(got[rep] - 132) <= 1 for rep in "bcdefghij")


@pytest.mark.parametrize(("weight", "gets"), [(50, 10), (100, 17), (200, 25)])
def test_a_newcomer_gets_their_share_from_now_on_and_no_flood(weight: int, gets: int) -> None:
    ledger, _ = hand_out(Ledger(pool="p"), equal("ann", "bob"), 100)
    _, taken = hand_out(join(ledger, "new"), [*equal("ann", "bob"), ("new", weight)], 50)
    assert abs(taken.count("new") - gets) <= (weight == 100)
    assert not comes_in_bursts(taken, "new", weight / (200 + weight))


def test_back_from_leave_everybody_goes_on_as_before() -> None:
    ledger, early = hand_out(Ledger(pool="p"), equal("ann", "bob", "cy"), 30)
    ledger, during = hand_out(ledger, equal("bob", "cy"), 30)
    ledger, after = hand_out(ledger, equal("ann", "bob", "cy"), 30)
    _, later = hand_out(ledger, equal("ann", "bob", "cy"), 30)
    assert Counter(during) == {"bob": 15, "cy": 15}
    assert Counter(early) == Counter(after) == Counter(later) == {"ann": 10, "bob": 10, "cy": 10}
    assert not comes_in_bursts(after, "ann", 1 / 3)


def test_a_strong_rep_back_from_leave_gets_three_fifths_interleaved() -> None:
    ledger, _ = hand_out(Ledger(pool="p"), equal("bob", "cy"), 30)
    _, taken = hand_out(ledger, [("ann", 300), *equal("bob", "cy")], 30)
    assert taken.count("ann") == 18
    assert not comes_in_bursts(taken, "ann", 3 / 5)


def test_two_equals_with_one_lead_a_day_share_them_by_halves() -> None:
    assert Counter(next_turns(Ledger(pool="p"), equal("ann", "bob"), 30)) == {"ann": 15, "bob": 15}


def test_ten_equals_with_five_leads_a_day_have_thirty_each_after_sixty_days() -> None:
    assert set(Counter(next_turns(Ledger(pool="p"), equal(*"abcdefghij"), 300)).values()) == {30}


def test_a_member_who_leaves_costs_nobody_a_turn() -> None:
    members = equal(*"abcd")
    ledger, (first, second) = hand_out(Ledger(pool="p"), members, 2)
    expected = next_turns(ledger, members, 2)
    rest = [pair for pair in members if pair[0] != second]
    ledger = leave(ledger, second, rest)
    assert next_turns(ledger, rest, 6) == (*expected, first) * 2


def test_a_member_switched_off_for_a_while_costs_nobody_a_turn() -> None:
    members = equal(*"abcd")
    ledger, (_, second) = hand_out(Ledger(pool="p"), members, 2)
    rest = [pair for pair in members if pair[0] != second]
    ledger, taken = hand_out(ledger, rest, 5)
    assert tuple(taken[:2]) == next_turns(hand_out(Ledger(pool="p"), members, 2)[0], members, 2)
    assert set(Counter(next_turns(ledger, members, 40)).values()) <= {9, 10, 11}


def test_who_is_taken_in_again_resumes_fairly() -> None:
    members = equal(*"abcd")
    ledger, (_, second) = hand_out(Ledger(pool="p"), members, 2)
    ledger = leave(ledger, second, [pair for pair in members if pair[0] != second])
    assert all(9 <= got <= 11 for got in Counter(next_turns(join(ledger, second), members, 40)).values())


def test_leads_in_bulk_are_shared_like_single_ones_in_whatever_order_they_come() -> None:
    members = {"german": equal("ann", "bob"), "english": equal("ann", "bob", "cy", "di")}
    leads = ["german"] * 60 + ["english"] * 140
    counts = [bulk(Random(seed).sample(leads, len(leads)), members) for seed in range(20)]
    fair = {"ann": 65, "bob": 65, "cy": 35, "di": 35}
    assert all(abs(got[rep] - fair[rep]) <= 1 for got in counts for rep in fair)


def bulk(leads: list[str], members: dict[str, list[tuple[str, int]]]) -> Counter[str]:
    ledger, got = Ledger(pool="p"), Counter[str]()
    for language in leads:
        ledger, taken = hand_out(ledger, members[language], 1)
        got.update(taken)
    return got
