"""What whoever has sent a form is told of it: who has it, by when they will be in touch, and when somebody could call.

Times are on the visitor's own clock, if their browser says which that is, else on that of whoever will call; the name
of the zone is always there.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from evenhand.actions.work import Work
from evenhand.core.hours import on_duty, union
from evenhand.core.model import DAY, MINUTE, Duty, Millis, Snapshot
from evenhand.core.states import HELD_BY_REP, OPEN
from evenhand.errors import BadInput, NotFound
from evenhand.ports.rows import LeadRow
from evenhand.reading.zones import find_zone
from evenhand.service.forms.words import Words

STEP: Final = 30 * MINUTE
AHEAD: Final = 30 * MINUTE  # nobody is called sooner than that
WEEK: Final = 7 * DAY
DAYS: Final = 3  # of which times are offered
DAYTIME: Final = range(8, 20)  # hours of the visitor's clock, if any are free
MOST: Final = 40


class Answered(Struct, frozen=True, kw_only=True):
    """What can be said of a lead. `rep` is whoever has it, `due` by when they are in touch, `back` from when somebody
    is there if nobody is now; `slots` when a call is possible; `zone` whose clock that is.
    """

    rep: str = ""
    due: Millis | None = None
    back: Millis | None = None
    slots: Sequence[Millis] = ()
    zone: str = "UTC"


def answered(work: Work, lead: int, zone: str) -> Answered:
    """What can be said of a lead now; nothing of one that is over, or was never there."""
    try:
        row = work.row(lead)
    except NotFound:
        return Answered(zone=zone_of(zone, "UTC"))
    people = _people(row, work.world) if row.state in OPEN else []
    roster = work.world.roster
    has = roster.reps.get(row.rep or "") if row.state in HELD_BY_REP else None
    usual = has.zone if has else roster.reps[people[0]].zone if people else "UTC"
    named = zone_of(zone, usual)
    duties = [work.world.duty[rep] for rep in people if rep in work.world.duty]
    bounds = union(duty.bounds for duty in duties)
    is_soon = row.due is not None and work.now < row.due < work.now + WEEK
    return Answered(
        rep=has.name if has else "",
        due=row.due if has and is_soon else None,
        back=None if has else _back(bounds, work.now),
        slots=_slots(bounds, work.now, find_zone(named)),
        zone=named,
    )


def zone_of(given: str, usual: str) -> str:
    """The zone that a browser has named, if there is such a one."""
    try:
        return find_zone(given[:60]).key if given else usual
    except BadInput:
        return usual


def clock(at: Millis, now: Millis, zone: str, words: Words) -> str:
    """`10:30`, with the day before it if that is another one than today."""
    there = find_zone(zone)
    then, today = (datetime.fromtimestamp(moment / 1000, there) for moment in (at, now))
    said = f"{then.hour:02}:{then.minute:02}"
    if then.date() == today.date():
        return said
    week, month = words.days[then.weekday()], words.months[then.month - 1]
    return f"{words.date_form.format(week=week, day=then.day, month=month)}, {said}"


def _people(row: LeadRow, world: Snapshot) -> list[str]:
    """Who may call: whoever has the lead, else its pool, else whoever is in any pool, else everybody."""
    roster = world.roster
    if row.rep:
        return [row.rep]
    pool = roster.pools.get(row.pool)
    pools = [pool] if pool else list(roster.pools.values())
    found = [rep for each in pools for rep, weight in each.weights.items() if weight > 0]
    known = dict.fromkeys([rep for rep in found or roster.reps if rep in roster.reps])
    return [rep for rep in known if roster.reps[rep].active and rep not in world.away]


def _back(bounds: tuple[Millis, ...], now: Millis) -> Millis | None:
    """From when somebody is there; `None` if somebody is, or nobody will be for a week."""
    if on_duty(Duty(bounds=bounds), now):
        return None
    return next((start for start in bounds[::2] if now < start < now + WEEK), None)


def _slots(bounds: tuple[Millis, ...], now: Millis, zone: ZoneInfo) -> list[Millis]:
    """Times on three days, every half an hour on the first and every hour then; by day, if there are such."""
    found = list(_free(bounds, now))
    by_day = [at for at in found if datetime.fromtimestamp(at / 1000, zone).hour in DAYTIME]
    slots, days = list[Millis](), list[object]()
    for at in by_day or found:
        then = datetime.fromtimestamp(at / 1000, zone)
        if then.date() not in days:
            days.append(then.date())
        if len(days) > DAYS or len(slots) >= MOST:
            break
        if len(days) == 1 or then.minute == 0:
            slots.append(at)
    return slots


def _free(bounds: tuple[Millis, ...], now: Millis) -> Iterable[Millis]:
    """Every half an hour of the coming week that lies in somebody's working hours as a whole."""
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if start >= now + WEEK:
            return
        first = max(start, now + AHEAD)
        first += -first % STEP
        yield from range(first, min(end, now + WEEK) - STEP + 1, STEP)
