"""Every entry of the ledger: what it moves, and that the books still balance."""

from decimal import Decimal

import pytest

from evenhand.core.ledger import (
    UNIT,
    Ledger,
    charge,
    charge_of,
    claim,
    correct,
    count,
    join,
    leave,
    line_up,
    line_up_by_fit,
    next_turns,
    refund,
)
from evenhand.errors import BadUsage

THREE = [("ann", 2), ("bob", 1), ("cy", 1)]


def ledger(**credits: int) -> Ledger:
    return Ledger(pool="p", credits=credits)


def hand_out(books: Ledger, weights: list[tuple[str, int]] = THREE) -> tuple[Ledger, str]:
    line = line_up(books, weights)
    return charge(books, line, line[0].rep), line[0].rep


def test_a_line_shows_shares_and_credits_with_them() -> None:
    line = line_up(ledger(ann=-UNIT // 2, bob=UNIT // 2), THREE)
    assert {(s.rep, s.weight, s.share, s.credit) for s in line} == {
        ("ann", 2, UNIT // 2, 0),
        ("bob", 1, UNIT // 4, 3 * UNIT // 4),
        ("cy", 1, UNIT // 4, UNIT // 4),
    }


def test_weights_that_are_not_above_zero_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'bob' is 0"):
        line_up(ledger(), [("ann", 1), ("bob", 0)])


def test_nobody_eligible_makes_an_empty_line() -> None:
    assert line_up(ledger(), []) == ()
    assert next_turns(ledger(), [], 3) == ()


def test_alone_in_line_one_takes_everything_and_owes_nothing() -> None:
    books, rep = hand_out(ledger(), [("ann", 7)])
    assert (rep, books.credits, books.turns, books.seq) == ("ann", {"ann": 0}, {"ann": 1}, 1)


def test_a_charge_credits_everybody_in_line_and_debits_the_taker() -> None:
    books = charge(ledger(), line_up(ledger(), THREE), "bob")
    assert books.credits == {"ann": UNIT // 2, "bob": -3 * UNIT // 4, "cy": UNIT // 4}
    assert (books.turns, books.seq) == ({"bob": 1}, 1)


def test_an_entry_leaves_the_old_ledger_as_it_was() -> None:
    before = ledger(ann=5, bob=-5)
    charge(before, line_up(before, THREE), "ann")
    assert before == ledger(ann=5, bob=-5)


def test_who_is_away_earns_nothing_and_owes_nothing() -> None:
    books, _ = hand_out(ledger(ann=7, bob=-7, cy=0), [("bob", 1), ("cy", 1)])
    assert books.credits["ann"] == 7


def test_counting_moves_the_turn_and_no_credit() -> None:
    books = count(count(ledger(ann=3, bob=-3), "bob"), "di")
    assert books.credits == {"ann": 3, "bob": -3, "di": 0}
    assert (books.turns, books.seq) == ({"bob": 1, "di": 2}, 2)


def test_among_equals_whoever_was_counted_last_stands_last() -> None:
    first, *others = next_turns(ledger(), [("ann", 1), ("bob", 1), ("cy", 1)], 3)
    assert next_turns(count(ledger(), first), [("ann", 1), ("bob", 1), ("cy", 1)], 3) == (*others, first)


def test_a_change_of_weight_is_no_entry_and_credits_survive_it() -> None:
    books, _ = hand_out(ledger())
    edited = line_up(books, [("ann", 1), ("bob", 5), ("cy", 1)])
    assert {s.rep: s.credit - s.share for s in edited} == books.credits


def test_a_refund_restores_every_credit() -> None:
    before = ledger(ann=11, bob=-4, cy=-7)
    line = line_up(before, THREE)
    after, rep = hand_out(before)
    later, _ = hand_out(after)
    refunded = refund(later, [(s.rep, s.share) for s in line], rep)
    alone, _ = hand_out(before)
    assert refund(after, [(s.rep, s.share) for s in line], rep).credits == before.credits
    assert {r: later.credits[r] - after.credits[r] for r in later.credits} == {
        r: refunded.credits[r] - before.credits[r] for r in before.credits
    }
    assert (refunded.seq, refunded.turns) == (3, later.turns)
    assert alone == after


def test_a_refund_to_somebody_who_has_left_goes_to_the_others_by_weight() -> None:
    line = line_up(ledger(), THREE)
    books = leave(charge(ledger(), line, "ann"), "ann", [("bob", 1), ("cy", 1)])
    refunded = refund(books, [(s.rep, s.share) for s in line], "ann", [("bob", 1), ("cy", 1)])
    assert books.credits == {"bob": 0, "cy": 0}
    assert refunded.credits == {"bob": 0, "cy": 0}


def test_a_refund_after_everybody_has_left_changes_nothing() -> None:
    line = line_up(ledger(), THREE)
    assert refund(ledger(), [(s.rep, s.share) for s in line], "ann").credits == {}


def test_a_joiner_starts_at_zero_and_a_member_who_joins_again_keeps_their_credit() -> None:
    books = join(join(ledger(ann=4, bob=-4), "cy"), "ann")
    assert books.credits == {"ann": 4, "bob": -4, "cy": 0}


def test_what_a_leaver_was_owed_goes_to_the_others_by_weight() -> None:
    books = leave(ledger(ann=30, bob=-10, cy=-20), "ann", THREE)
    assert books.credits == {"bob": 5, "cy": -5}


def test_what_a_leaver_owed_is_borne_equally_where_nobody_has_a_weight() -> None:
    assert leave(ledger(ann=-30, bob=10, cy=20), "ann", [("bob", 0)]).credits == {"bob": -5, "cy": 5}


def test_the_last_to_leave_takes_nothing_along() -> None:
    books, _ = hand_out(ledger(), [("ann", 1)])
    assert leave(books, "ann") == Ledger(pool="p", seq=2)


def test_who_leaves_and_comes_back_is_new() -> None:
    books, _ = hand_out(ledger(), [("ann", 1), ("bob", 1)])
    back = join(leave(leave(books, "ann", [("bob", 1)]), "bob"), "ann")
    assert (back.credits, back.turns) == ({"ann": 0}, {})


def test_a_correction_is_borne_by_the_others() -> None:
    assert correct(ledger(), "ann", 30, THREE).credits == {"ann": 30, "bob": -15, "cy": -15}
    assert correct(ledger(ann=0, bob=0), "ann", -30).credits == {"ann": -30, "bob": 30}


def test_a_correction_needs_somebody_to_bear_it() -> None:
    with pytest.raises(BadUsage, match="pool p: nobody can bear a correction for 'ann'"):
        correct(ledger(ann=0), "ann", 30, [("ann", 1)])


def test_a_claim_within_the_limit_is_a_plain_charge() -> None:
    line = line_up(ledger(), THREE)
    assert claim(ledger(), line, "cy", 3) == (charge(ledger(), line, "cy"), line, 0)


def test_a_claim_beyond_the_limit_is_written_off_and_borne_by_weight() -> None:
    before = ledger(ann=UNIT, bob=UNIT, cy=-2 * UNIT)
    line = line_up(before, THREE)
    books, posted, spared = claim(before, line, "cy", 2)
    assert books.credits == {"ann": UNIT, "bob": UNIT, "cy": -2 * UNIT}
    assert spared == 3 * UNIT // 4
    assert sum(s.share for s in posted) == UNIT
    assert refund(books, [(s.rep, s.share) for s in posted], "cy").credits == before.credits


def test_debt_from_before_a_claim_is_not_forgiven() -> None:
    before = ledger(ann=5 * UNIT, cy=-5 * UNIT)
    books, _, spared = claim(before, line_up(before, THREE), "cy", 3)
    assert books.credits["cy"] == -5 * UNIT
    assert spared == 3 * UNIT // 4


def test_a_claim_by_the_only_one_in_line_costs_nothing() -> None:
    before = ledger(ann=5 * UNIT, cy=-5 * UNIT)
    assert claim(before, line_up(before, [("cy", 1)]), "cy", 3)[::2] == (
        charge(before, line_up(before, [("cy", 1)]), "cy"),
        0,
    )


def test_without_a_fit_weight_the_largest_credit_comes_first() -> None:
    line = line_up_by_fit(ledger(ann=-9, bob=4, cy=5), THREE, fits=dict.fromkeys(("ann", "bob", "cy"), 1), fit_weight=0)
    assert [s.rep for s in line] == ["ann", "cy", "bob"]


def test_a_better_fit_passes_until_the_credit_outweighs_it() -> None:
    fits: dict[str, int | Decimal] = {"ann": Decimal("100.5"), "bob": 0, "cy": Decimal("0.1")}
    even = [("ann", 1), ("bob", 1), ("cy", 1)]
    line = line_up_by_fit(ledger(), even, fits=fits, fit_weight=Decimal("0.01"))
    assert line[0].rep == "ann"
    behind = ledger(ann=-UNIT, bob=UNIT // 200 + UNIT // 1000, cy=UNIT - UNIT // 200 - UNIT // 1000)
    assert [s.rep for s in line_up_by_fit(behind, even, fits=fits, fit_weight=Decimal("0.01"))] == ["cy", "bob", "ann"]


def test_fits_compare_exactly_where_floats_would_tie() -> None:
    fits = {"ann": Decimal("0.30000000000000000001"), "bob": Decimal("0.3")}
    assert line_up_by_fit(ledger(), [("bob", 1), ("ann", 1)], fits=fits, fit_weight=1)[0].rep == "ann"
    assert line_up_by_fit(ledger(), [("bob", 1), ("ann", 1)], fits=fits, fit_weight=-1)[0].rep == "bob"


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (300, 300 * UNIT),
        (Decimal("0.5"), UNIT // 2),
        (None, 200 * UNIT),
        (0, 200 * UNIT),
        (-3, 200 * UNIT),
        (9000, 1000 * UNIT),
    ],
)
def test_a_lead_costs_its_value_up_to_the_limit_and_the_median_where_it_has_none(
    value: int | Decimal | None, units: int
) -> None:
    assert charge_of(value, median=200, max_charge=1000) == units


def test_a_lead_is_never_free() -> None:
    assert charge_of(Decimal("1e-30"), median=1, max_charge=None) == 1


def test_the_next_turns_are_those_that_then_happen() -> None:
    books, taken = ledger(), []
    foretold = next_turns(books, THREE, 12)
    for _ in range(12):
        books, rep = hand_out(books)
        taken.append(rep)
    assert tuple(taken) == foretold
