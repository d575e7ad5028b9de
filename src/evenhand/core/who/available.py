"""`available`: active, in working hours, not on leave, holiday or set away, under every cap. Implied in every tier.

The checks run from the lasting to the passing, so that the code tells the most that can be told.
"""

from typing import Final

from msgspec import Struct

from evenhand.core.caps import room
from evenhand.core.case import Case
from evenhand.core.codes import Code, Exclusion
from evenhand.core.hours import absence_at, next_start, on_duty
from evenhand.core.model import ALWAYS, Load, Rep

EVERYTHING: Final = "everything"
_IDLE: Final = Load()


def running(rep: Rep, case: Case) -> Exclusion | None:
    """Neither this person nor everything is paused: what holds even where somebody away would do."""
    paused, subject = case.snapshot.paused, f"rep {rep.id}"
    if EVERYTHING in paused:
        return Exclusion(Code.PAUSED, (EVERYTHING,))
    return Exclusion(Code.PAUSED, (subject,)) if subject in paused else None


def present(rep: Rep, case: Case) -> Exclusion | None:
    """Not gone, not set away, not on leave: what excludes even the owner of an account."""
    if not rep.active:
        return Exclusion(Code.INACTIVE)
    if rep.away or rep.id in case.snapshot.away:
        return Exclusion(Code.AWAY)
    duty = case.snapshot.duty.get(rep.id, ALWAYS)
    if duty.absences and (absence := absence_at(duty, case.now)):
        code = Code.ON_LEAVE if absence.kind == "leave" else Code.HOLIDAY
        return Exclusion(code, (absence.end,), next_start(duty, absence.end - 1) or absence.end)
    return None


_CAP_CODE = {"open": Code.AT_OPEN_CAP, "day": Code.AT_DAY_CAP}


def available(rep: Rep, case: Case) -> Exclusion | None:
    """Present, in working hours, and under every cap."""
    snapshot = case.snapshot
    duty = snapshot.duty.get(rep.id, ALWAYS)
    if rep.away or duty.absences or not rep.active or (snapshot.away and rep.id in snapshot.away):
        no = present(rep, case)
        if no is not None:
            return no
    if not on_duty(duty, snapshot.now):
        start = next_start(duty, snapshot.now)
        return Exclusion(Code.OFF_HOURS, () if start is None else (start,), start)
    if not rep.caps:
        return None
    full = room(rep, snapshot.loads.get(rep.id, _IDLE), duty, snapshot.now)
    if full is None:
        return None
    code = _CAP_CODE.get(full.kind, Code.AT_PERIOD_CAP)
    numbers = (full.used, full.limit)
    return Exclusion(code, numbers if code is not Code.AT_PERIOD_CAP else (full.kind, *numbers), full.frees_at)


def say_load(rep: Rep, case: Case) -> str:
    """`3 of 8 open`, or `3 open` for somebody without such a cap."""
    carried = case.snapshot.loads.get(rep.id, _IDLE).open
    cap = next((cap.limit for cap in rep.caps if cap.kind == "open"), None)
    return f"{carried} open" if cap is None else f"{carried} of {cap} open"


class Available(Struct, frozen=True):
    """Somebody who can take a lead right now."""

    def judge(self, rep: Rep, case: Case) -> Exclusion | None:
        """The first thing in the way."""
        return available(rep, case)

    def names(self, case: Case) -> None:
        """Could be anybody."""

    def praise(self, rep: Rep, case: Case) -> str:
        """`on duty, 3 of 8 open`."""
        return f"on duty, {say_load(rep, case)}"

    def say(self) -> str:
        """The word in plain English."""
        return "who is available"
