"""Members come, go, and change their weights: what `docs/explanation/fairness.md` proves, and what it measures."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.adversaries import ADVERSARIES, EDITORS, RULES, SEARCHES, Floor, Rule, hand_out, worst
from benchmarks.fairness import FAMILIES
from evenhand.core.ledger import (
    UNIT,
    Ledger,
    Line,
    charge,
    claim,
    correct,
    count,
    join,
    leave,
    line_up,
    line_up_by_fit,
    refund,
)

REPS: Final = tuple("abcdefgh")
PRESENCE: Final = st.dictionaries(st.sampled_from(REPS), st.integers(1, 200), min_size=1)


def most(k: int, m: int) -> int:
    """What k of m members can be owed together at most, in leads: the theorem's F."""
    fewer = min(k, m - k)
    return sum(m // 2 + 1 - j for j in range(1, fewer + 1))


def keeps_to_the_theorem(credits: Mapping[str, int], m: int, posted: int = 0) -> bool:
    """Check every set of members at once: the k with the largest credits are the worst of size k."""
    together = accumulate(sorted(credits.values(), reverse=True))
    return all(owed <= most(k, m) * UNIT + posted for k, owed in enumerate(together, 1) if k < m)


@settings(max_examples=150, deadline=None)
@given(history=st.lists(st.tuples(PRESENCE, st.integers(1, UNIT)), max_size=60))
def test_no_set_of_members_is_ever_owed_more_than_proved(history: list[tuple[dict[str, int], int]]) -> None:
    ledger = Ledger(pool="p", credits=dict.fromkeys(REPS, 0))
    for present, price in history:
        line = line_up(ledger, list(present.items()), price)
        ledger = charge(ledger, line, line[0].rep)
        assert sum(ledger.credits.values()) == 0
        assert keeps_to_the_theorem(ledger.credits, len(REPS))


@pytest.mark.parametrize("m", [2, 3, 4, 5, 6, 9, 12, 20])
@pytest.mark.parametrize("adversary", [*ADVERSARIES, *EDITORS, *SEARCHES])
@pytest.mark.parametrize("family", FAMILIES)
def test_no_adversary_passes_the_proved_bound(m: int, adversary: str, family: str) -> None:
    chance = Random(f"{m} {adversary} {family}")
    floor = Floor(FAMILIES[family](m, chance))
    for _ in range(3 if adversary in SEARCHES else 120):
        present = {**ADVERSARIES, **EDITORS, **SEARCHES}[adversary](floor, RULES["ours"], chance)
        floor = hand_out(floor, RULES["ours"], present)
        assert keeps_to_the_theorem(floor.ledger.credits, m)
    assert worst(floor) <= m // 2


def halves(rule: Rule, adversary: str, family: str, leads: int) -> tuple[float, float]:
    """The worst credit in the first and in the second half of a history of twelve members."""
    chance = Random(adversary + family)
    floor, found = Floor(FAMILIES[family](12, chance)), [0.0, 0.0]
    for n in range(leads):
        present = {**ADVERSARIES, **EDITORS}[adversary](floor, rule, chance)
        floor = hand_out(floor, rule, present)
        found[2 * n // leads] = max(found[2 * n // leads], worst(floor))
    return found[0], found[1]


@pytest.mark.parametrize("adversary", [*ADVERSARIES, *EDITORS])
@pytest.mark.parametrize("family", FAMILIES)
def test_credits_do_not_grow_with_the_number_of_leads(adversary: str, family: str) -> None:
    first, second = halves(RULES["ours"], adversary, family, leads=1600)
    assert second <= first + 0.75


def test_the_rivals_grow_where_we_do_not() -> None:
    first, second = halves(RULES["shortfall against today"], "the most behind", "equal", leads=800)
    assert second > 1.5 * first > 15


@settings(max_examples=80, deadline=None)
@given(
    history=st.lists(PRESENCE, max_size=40),
    fits=st.fixed_dictionaries({rep: st.integers(0, 100) for rep in REPS}),
    fit_weight=st.decimals(0, "0.05", places=4),
)
def test_best_fit_trades_fairness_within_its_own_bound(
    history: list[dict[str, int]], fits: dict[str, int], fit_weight: Decimal
) -> None:
    ledger = Ledger(pool="p")
    for present in history:
        line = line_up_by_fit(ledger, list(present.items()), fits=fits, fit_weight=fit_weight)
        ledger = charge(ledger, line, line[0].rep)
    traded = 1 + fit_weight * (max(fits.values()) - min(fits.values()))
    assert all(2 * abs(units) <= traded * (len(REPS) - 1) * UNIT for units in ledger.credits.values())


class Books:
    """A pool through its life: every kind of entry, and how much those other than plain leads have moved."""

    def __init__(self) -> None:
        self.ledger = join(Ledger(pool="p"), "a")
        self.members = {"a"}
        self.ever = {"a"}
        self.posted = 0
        self.leads: list[tuple[Line, str]] = []

    def play(self, entry: str, rep: str, present: Mapping[str, int], amount: int) -> None:
        before, here = self.ledger, [(name, present[name]) for name in sorted(present) if name in self.members]
        if entry == "join":
            self.ledger = join(before, rep)
            self.members.add(rep)
            self.ever.add(rep)
        elif entry == "leave" and rep in self.members:
            self.members.remove(rep)
            self.ledger = leave(before, rep, here)
        elif entry == "correct" and self.members - {rep} and rep in self.members:
            self.ledger = correct(before, rep, amount, [pair for pair in here if pair[0] != rep])
        elif entry == "refund" and self.leads:
            line, taker = self.leads.pop(amount % len(self.leads))
            self.ledger = refund(before, [(s.rep, s.share) for s in line], taker, here)
        elif entry == "count" and rep in self.members:
            self.ledger = count(before, rep)
        elif here:
            self.take(entry, line_up(before, here), rep)
        if entry != "lead":
            self.posted += moved(before, self.ledger)

    def take(self, entry: str, line: Line, rep: str) -> None:
        if entry == "claim" and rep in {standing.rep for standing in line}:
            self.ledger, line, _ = claim(self.ledger, line, rep, 2)
        else:
            rep = line[0].rep
            self.ledger = charge(self.ledger, line, rep)
        self.leads.append((line, rep))


def moved(before: Ledger, after: Ledger) -> int:
    """How much credit went from one member to another."""
    reps = before.credits.keys() | after.credits.keys()
    return sum(max(after.credits.get(rep, 0) - before.credits.get(rep, 0), 0) for rep in reps)


Entry: TypeAlias = tuple[str, str, dict[str, int], int]
KINDS: Final = ("lead", "lead", "lead", "join", "leave", "correct", "refund", "count", "claim")
ENTRY: Final = st.tuples(st.sampled_from(KINDS), st.sampled_from(REPS), PRESENCE, st.integers(-2 * UNIT, 2 * UNIT))


@settings(max_examples=150, deadline=None)
@given(life=st.lists(ENTRY, max_size=60))
def test_books_balance_through_any_life_and_no_entry_harms_more_than_it_posts(life: list[Entry]) -> None:
    books = Books()
    for entry in life:
        seq = books.ledger.seq
        books.play(*entry)
        assert books.ledger.seq - seq in (0, 1)
        assert sum(books.ledger.credits.values()) == 0
        assert books.ledger.credits.keys() == books.members
        assert keeps_to_the_theorem(books.ledger.credits, len(books.ever), books.posted)


@settings(max_examples=60, deadline=None)
@given(claims=st.lists(st.tuples(st.sampled_from(REPS), PRESENCE), max_size=60), limit=st.integers(0, 3))
def test_no_claim_takes_anybody_below_the_debt_limit(claims: list[tuple[str, dict[str, int]]], limit: int) -> None:
    ledger = Ledger(pool="p")
    for rep, present in claims:
        line = line_up(ledger, list({**present, rep: 5}.items()))
        before = ledger.credits.get(rep, 0)
        ledger, _, _ = claim(ledger, line, rep, limit)
        assert ledger.credits[rep] >= min(before, -limit * UNIT)


@settings(max_examples=60, deadline=None)
@given(history=st.lists(PRESENCE, min_size=1, max_size=30), data=st.data())
def test_refunding_every_lead_in_any_order_leaves_no_trace(history: list[dict[str, int]], data: st.DataObject) -> None:
    ledger, leads = Ledger(pool="p"), []
    for present in history:
        line = line_up(ledger, list(present.items()))
        ledger = charge(ledger, line, line[0].rep)
        leads.append(([(s.rep, s.share) for s in line], line[0].rep))
    for shares, rep in data.draw(st.permutations(leads)):
        ledger = refund(ledger, shares, rep)
    assert set(ledger.credits.values()) == {0}
