"""What would have to change for somebody who could not have a lead. To add a code: a line in `REMEDIES`."""

from collections.abc import Callable, Mapping
from typing import Final

from evenhand.core.codes import Code, Detail, say_subject

REMEDIES: Final[Mapping[Code, Callable[[Detail], str]]] = {
    Code.INACTIVE: lambda _: "be active in the roster",
    Code.AWAY: lambda _: "not be set away",
    Code.ON_LEAVE: lambda _: "be back from leave",
    Code.HOLIDAY: lambda _: "be at work on that day",
    Code.OFF_HOURS: lambda _: "be on duty at that moment",
    Code.PAUSED: lambda d: f"have {say_subject(d)} running again",
    Code.AT_OPEN_CAP: lambda d: f"have fewer than {d[1]} leads open, or a higher cap",
    Code.AT_DAY_CAP: lambda d: f"have had fewer than {d[1]} leads that day, or a higher daily cap",
    Code.AT_PERIOD_CAP: lambda d: f"have had fewer than {d[2]} leads in that {d[0]}, or a higher cap",
    Code.BACKLOG_PACE: lambda _: "not have been given waiting leads just before",
    Code.WEIGHT_ZERO: lambda d: f"have a weight above 0 in pool {d[0]}",
    Code.NOT_IN_POOL: lambda d: f"be a member of pool {d[0]}",
    Code.NOT_IN_TEAM: lambda d: f"be in team {d[0]}",
    Code.LACKS_SKILL: lambda d: f"have the skill {d[0]} at level {d[2]} or more",
    Code.OUTSIDE_TERRITORY: lambda d: f"have a territory that contains {d[0]}",
    Code.NO_SHARED_LANGUAGE: lambda d: f"speak {d[0]}",
    Code.BELOW_SENIORITY: lambda d: f"be of seniority {d[1]} or more",
    Code.OUTSIDE_BAND: lambda d: f"have a band that contains {d[0]} {d[1]}",
    Code.OTHER_ATTRIBUTE: lambda d: f"fulfil: {d[0]}",
    Code.NOT_ACCOUNT_ROLE: lambda d: f"be the account's {d[0]}",
    Code.NOT_NAMED: lambda d: f"be {d[0]}",
    Code.NOT_MANAGER: lambda d: f"be the manager of {d[0]}",
    Code.LEAD_UNKNOWN: lambda d: f"the lead would have to say its {d[0]}",
    Code.TOO_FAR_AHEAD: lambda d: f"be at most {d[1]} leads ahead of the share",
    Code.PREVIOUS_HOLDER: lambda _: "not have held this lead before",
    Code.DECLINED: lambda _: "not have declined it",
}


def remedy(code: Code, detail: Detail) -> str:
    """What would have to be so: `be on duty at that moment`."""
    return REMEDIES[code](detail)
