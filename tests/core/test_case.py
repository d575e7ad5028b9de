"""What the words of a policy may look at."""

from decimal import Decimal

import pytest

from evenhand.core.case import LARGEST, as_number
from evenhand.core.model import Value
from tests.factories import NOW, THREE, case


def test_a_case_knows_the_moment_and_the_people() -> None:
    assert (case().now, case().rep("ann"), case().rep("zoe")) == (NOW, THREE.reps["ann"], None)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (Decimal("-1.5"), Decimal("-1.5")),
        (LARGEST - 1, LARGEST - 1),
        (LARGEST, None),
        (-LARGEST, None),
        ("5", None),
        (("5",), None),
        (None, None),
    ],
)
def test_a_number_is_one_that_a_record_can_hold(value: Value | None, number: int | Decimal | None) -> None:
    assert as_number(value) == number
