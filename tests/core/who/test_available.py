"""Whether somebody can take a lead now, and if not, what is in the way and until when."""

from typing import Any

import pytest
from msgspec.structs import replace

from evenhand.core.codes import Code, Exclusion
from evenhand.core.model import DAY, HOUR, Absence, Cap, CapKind, Duty, Load, Rep
from evenhand.core.who.available import Available
from tests.factories import NEVER, NOW, OFFICE, TOMORROW, case, rep, snapshot

LEAVE = Absence(NOW - DAY, NOW + HOUR, "leave")
NINE = NOW + DAY


def judged(who: Rep, duty: Duty = OFFICE, load: Load | None = None, *, now: int = NOW) -> Exclusion | None:
    world = snapshot(now=now, duty={who.id: duty}, loads={who.id: load} if load else {})
    return Available().judge(who, replace(case(), snapshot=world))


@pytest.mark.parametrize(
    ("who", "duty", "no"),
    [
        (rep("ann"), OFFICE, None),
        (rep("ann", active=False, away=True), OFFICE, Exclusion(Code.INACTIVE)),
        (rep("ann", away=True), NEVER, Exclusion(Code.AWAY)),
        (rep("ann"), TOMORROW, Exclusion(Code.OFF_HOURS, (NINE,), NINE)),
        (rep("ann"), NEVER, Exclusion(Code.OFF_HOURS)),
    ],
)
def test_presence_is_asked_from_the_lasting_to_the_passing(who: Rep, duty: Duty, no: Exclusion | None) -> None:
    assert judged(who, duty) == no


@pytest.mark.parametrize(
    ("absence", "bounds", "no"),
    [
        (LEAVE, TOMORROW.bounds, Exclusion(Code.ON_LEAVE, (LEAVE.end,), NINE)),
        (LEAVE, (LEAVE.end, NINE), Exclusion(Code.ON_LEAVE, (LEAVE.end,), LEAVE.end)),
        (LEAVE, (), Exclusion(Code.ON_LEAVE, (LEAVE.end,), LEAVE.end)),
        (replace(LEAVE, kind="holiday"), (), Exclusion(Code.HOLIDAY, (LEAVE.end,), LEAVE.end)),
        (replace(LEAVE, end=NOW), OFFICE.bounds, None),
    ],
)
def test_somebody_on_leave_may_be_back_at_work_when_their_next_hours_begin(
    absence: Absence, bounds: tuple[int, ...], no: Exclusion | None
) -> None:
    assert judged(rep("ann"), Duty(bounds=bounds, absences=(absence,))) == no


@pytest.mark.parametrize(
    ("caps", "load", "no"),
    [
        ({"open": 2}, Load(open=1), None),
        ({"open": 2}, Load(open=2), Exclusion(Code.AT_OPEN_CAP, (2, 2))),
        ({"day": 1}, Load(counts=(("day", NOW // DAY, 1),)), Exclusion(Code.AT_DAY_CAP, (1, 1), NOW + 15 * HOUR)),
        (
            {"hour": 1},
            Load(counts=(("hour", NOW // 60_000, 1),)),
            Exclusion(Code.AT_PERIOD_CAP, ("hour", 1, 1), NOW + HOUR),
        ),
        ({}, Load(open=99), None),
    ],
)
def test_each_kind_of_cap_has_its_code(caps: dict[str, Any], load: Load, no: Exclusion | None) -> None:
    assert judged(rep("ann", caps=caps), load=load) == no


@pytest.mark.parametrize("kind", ["open", "day", "month"])
def test_a_cap_of_nothing_keeps_out_even_somebody_who_never_had_a_lead(kind: CapKind) -> None:
    no = judged(replace(rep("ann"), caps=(Cap(kind, 0),)))
    assert no is not None
    assert no.again is None


@pytest.mark.parametrize(
    ("caps", "load", "said"),
    [
        ({}, None, "on duty, 0 open"),
        ({"open": 8}, Load(open=3), "on duty, 3 of 8 open"),
        ({"day": 8}, Load(open=3), "on duty, 3 open"),
    ],
)
def test_being_available_is_said_with_what_one_carries(caps: dict[str, Any], load: Load | None, said: str) -> None:
    who = rep("ann", caps=caps)
    world = snapshot(loads={"ann": load} if load else {})
    assert Available().praise(who, replace(case(), snapshot=world)) == said
