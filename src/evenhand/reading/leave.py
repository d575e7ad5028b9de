"""Days on which somebody does not work: leave with its deputy, days off, half days.

Dates are those of the person's own calendar, both ends included: leave to 2027-01-03 ends at their midnight after it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from evenhand.core.model import DAY
from evenhand.errors import BadInput, Fault
from evenhand.reading.durations import read_wall

_KEYS: Final = ("from", "to", "deputy")
_LEAVE_FIX: Final = 'Write it like { from = "2026-12-20", to = "2027-01-03", deputy = "bob" }.'
_DAYS_FIX: Final = 'Write dates like ["2026-12-24", "2026-12-31"].'


class Leave(Struct, frozen=True):
    """A stretch of leave on the wall clock, in milliseconds there: `start` included, `end` not."""

    start: int
    end: int
    deputy: str = ""


def read_leave(value: object) -> tuple[Leave, ...]:
    """Read a roster's `leave`, a list of tables; raises `BadInput` with every fault."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise BadInput(Fault(what=f"leave = {value!r} is not a list.", fix=f"{_LEAVE_FIX} Put it in [ ]."))
    found: list[Leave] = []
    faults: list[Fault] = []
    for item in value:
        try:
            found.append(_leave(item))
        except BadInput as bad:
            faults.extend(bad.faults)
    if faults:
        raise BadInput(tuple(faults))
    return tuple(found)


def _leave(item: object) -> Leave:
    if not isinstance(item, Mapping):
        raise BadInput(Fault(what=f"leave has {item!r} where a table belongs.", fix=_LEAVE_FIX))
    faults = [
        Fault(what=f"leave has the key {key!r}, which is not known.", fix=_LEAVE_FIX) for key in item.keys() - _KEYS
    ]
    faults += [Fault(what=f"leave has no {key!r}.", fix=_LEAVE_FIX) for key in _KEYS[:2] if key not in item]
    deputy = item.get("deputy", "")
    if not isinstance(deputy, str):
        faults.append(Fault(what=f"leave has the deputy {deputy!r}.", fix="Write the id of a person."))
    if faults:
        raise BadInput(tuple(faults))
    start, _ = _wall(item["from"], "leave")
    end, whole = _wall(item["to"], "leave")
    end += DAY if whole else 0
    if end <= start:
        what = f"leave to {item['to']} ends before it begins, from {item['from']}."
        raise BadInput(Fault(what=what, fix="Swap from and to, or mend one of them."))
    return Leave(start, end, str(deputy).strip())


def _wall(value: object, field: str) -> tuple[int, bool]:
    if not isinstance(value, str | date):
        raise BadInput(Fault(what=f"{field} has {value!r} where a date belongs.", fix='Write it like "2026-12-20".'))
    try:
        return read_wall(value)
    except BadInput as bad:
        raise BadInput([Fault(what=f"{field}: {fault.what}", fix=fault.fix) for fault in bad.faults]) from bad


def read_dates(value: object, field: str = "days_off") -> tuple[int, ...]:
    """Read a list of dates to numbers of days since 1970, ascending; raises `BadInput` with every fault."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise BadInput(Fault(what=f"{field} = {value!r} is not a list.", fix=_DAYS_FIX))
    days: set[int] = set()
    faults: list[Fault] = []
    for item in value:
        try:
            wall, whole = _wall(item, field)
            days.add(wall // DAY)
            if not whole:
                faults.append(Fault(what=f"{field}: {str(item)!r} is not a date alone.", fix=_DAYS_FIX))
        except BadInput as bad:
            faults.extend(bad.faults)
    if faults:
        raise BadInput(tuple(faults))
    return tuple(sorted(days))
