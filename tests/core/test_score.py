"""Points with reasons, halved as they age: exact, and the same on every machine."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.core.model import DAY
from evenhand.core.score import decayed, earned, points_of
from tests.factories import NOW, lead, policy, rule


@pytest.mark.parametrize(
    ("age", "left"),
    [(0, 20), (7, 10), (14, 5), (28, Decimal("1.25")), (-3, 20), (7 * 64, 0), (7 * 9, Decimal("0.04")), (3.5, 15)],
)
def test_points_halve_every_half_life(age: float, left: int | Decimal) -> None:
    assert decayed(20, int(age * DAY), 7 * DAY) == left


def test_what_is_left_is_rounded_to_two_places_half_to_even() -> None:
    assert decayed(Decimal("0.01"), DAY, DAY) == 0
    assert decayed(Decimal("0.03"), DAY, DAY) == Decimal("0.02")
    assert decayed(-5, DAY, DAY) == Decimal("-2.5")
    assert type(decayed(20, 0, DAY)) is int


@given(points=st.integers(1, 10**6), age=st.integers(0, 10**11), later=st.integers(0, 10**11))
def test_points_never_grow_with_age(points: int, age: int, later: int) -> None:
    assert 0 <= decayed(points, age + later, DAY) <= decayed(points, age, DAY) <= points


LINES = policy(
    '[fields.demo_at]\ntype = "time"',
    "[[score]]\npoints = 30\nbecause = 'big'\nwhen = 'employees >= 500'",
    "[[score]]\npoints = 20\nbecause = 'demo'\nwhen = 'always'\nhalf_life = '1d'\nsince = 'demo_at'",
    rule(),
).scores


@pytest.mark.parametrize(
    ("facts", "lines"),
    [({}, [(1, 20)]), ({"employees": 500}, [(0, 30), (1, 20)]), ({"demo_at": NOW - DAY, "employees": 1}, [(1, 10)])],
)
def test_a_lead_earns_the_lines_that_apply_and_unknown_ages_leave_points_whole(
    facts: dict[str, Any], lines: list[tuple[int, int]]
) -> None:
    assert earned(LINES, facts, lead(), NOW) == lines
    assert points_of(LINES, facts, lead(), NOW) == sum(points for _, points in lines)
