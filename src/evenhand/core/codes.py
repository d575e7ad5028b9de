"""Why somebody could not have a lead: the closed list of exclusion codes, and what each one says.

To add a code: a line in `Code`, a sentence in `SENTENCES`, a row in docs/reference/codes.md.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from evenhand.core.instants import say_instant
from evenhand.core.ledger import UNIT


class Code(StrEnum):
    """Why a rep could not have a lead. Stored in every decision, so a value is never reused or renamed."""

    INACTIVE = "inactive"
    AWAY = "away"
    ON_LEAVE = "on_leave"
    HOLIDAY = "holiday"
    OFF_HOURS = "off_hours"
    PAUSED = "paused"
    AT_OPEN_CAP = "at_open_cap"
    AT_DAY_CAP = "at_day_cap"
    AT_PERIOD_CAP = "at_period_cap"
    BACKLOG_PACE = "backlog_pace"
    WEIGHT_ZERO = "weight_zero"
    NOT_IN_POOL = "not_in_pool"
    NOT_IN_TEAM = "not_in_team"
    LACKS_SKILL = "lacks_skill"
    OUTSIDE_TERRITORY = "outside_territory"
    NO_SHARED_LANGUAGE = "no_shared_language"
    BELOW_SENIORITY = "below_seniority"
    OUTSIDE_BAND = "outside_band"
    OTHER_ATTRIBUTE = "other_attribute"
    NOT_ACCOUNT_ROLE = "not_account_role"
    NOT_NAMED = "not_named"
    NOT_MANAGER = "not_manager"
    LEAD_UNKNOWN = "lead_unknown"
    TOO_FAR_AHEAD = "too_far_ahead"
    PREVIOUS_HOLDER = "previous_holder"
    DECLINED = "declined"


# Time, a closed lead, a click or the leads that others get can undo these; the rest stay until somebody edits the
# roster or the lead.
PASSING: Final = frozenset(
    {
        Code.AWAY,
        Code.ON_LEAVE,
        Code.HOLIDAY,
        Code.OFF_HOURS,
        Code.PAUSED,
        Code.AT_OPEN_CAP,
        Code.AT_DAY_CAP,
        Code.AT_PERIOD_CAP,
        Code.BACKLOG_PACE,
        Code.TOO_FAR_AHEAD,
    }
)

Detail: TypeAlias = tuple[int | str, ...]


class Exclusion(Struct, frozen=True, array_like=True, gc=False):
    """A no, with its code and numbers. `again` is when the clock alone may turn it into a yes, in `Millis`."""

    code: Code
    detail: Detail = ()
    again: int | None = None


def _until(what: str) -> Callable[[Detail], str]:
    return lambda d: f"{what} until {say_instant(int(d[0]))}" if d else what


def say_subject(detail: Detail) -> str:
    """What is paused, as people call it: `pool dach`, `ann`, `everything`."""
    return str(detail[0]).removeprefix("rep ")


def _lead_count(units: int) -> str:
    """Units as leads to two places, rounded up: what is more than 3 never reads as 3."""
    whole, part = divmod(-(-units * 100 // UNIT), 100)
    return f"{whole}.{part:02}"


SENTENCES: Final[Mapping[Code, Callable[[Detail], str]]] = {
    Code.INACTIVE: lambda _: "has left or is not active",
    Code.AWAY: lambda _: "set away",
    Code.ON_LEAVE: _until("on leave"),
    Code.HOLIDAY: _until("on a public holiday"),
    Code.OFF_HOURS: _until("off duty"),
    Code.PAUSED: lambda d: f"{say_subject(d)} is paused",
    Code.AT_OPEN_CAP: lambda d: f"full: {d[0]} of {d[1]} open",
    Code.AT_DAY_CAP: lambda d: f"daily cap {d[0]}/{d[1]}",
    Code.AT_PERIOD_CAP: lambda d: f"{d[0]} cap {d[1]}/{d[2]}",
    Code.BACKLOG_PACE: _until("has just been given waiting leads; next ones not"),
    Code.WEIGHT_ZERO: lambda d: f"weight 0 in pool {d[0]}",
    Code.NOT_IN_POOL: lambda d: f"not in pool {d[0]}",
    Code.NOT_IN_TEAM: lambda d: f"not in team {d[0]}",
    Code.LACKS_SKILL: lambda d: f"{d[0]} level {d[1]}, needs level {d[2]}",
    Code.OUTSIDE_TERRITORY: lambda d: f"territory does not contain {d[0]}",
    Code.NO_SHARED_LANGUAGE: lambda d: f"does not speak {d[0]}",
    Code.BELOW_SENIORITY: lambda d: f"seniority {d[0]}, needs {d[1]}",
    Code.OUTSIDE_BAND: lambda d: f"{d[0]} {d[1]} is outside the band {d[2]}",
    Code.OTHER_ATTRIBUTE: lambda d: f"not so: {d[0]}",
    Code.NOT_ACCOUNT_ROLE: lambda d: f"not the account's {d[0]}",
    Code.NOT_NAMED: lambda d: f"the rule names {d[0]}",
    Code.NOT_MANAGER: lambda d: f"not the manager of {d[0]}",
    Code.LEAD_UNKNOWN: lambda d: f"the lead's {d[0]} is not known",
    Code.TOO_FAR_AHEAD: lambda d: f"already {_lead_count(int(d[0]))} ahead of their share, at most {d[1]} allowed",
    Code.PREVIOUS_HOLDER: lambda _: "has held this lead before",
    Code.DECLINED: lambda _: "declined this lead",
}


def why_not(exclusion: Exclusion) -> str:
    """Say an exclusion in words: `full: 5 of 5 open`."""
    return SENTENCES[exclusion.code](exclusion.detail)
