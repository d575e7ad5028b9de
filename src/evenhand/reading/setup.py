"""A policy and the roster beside it, read together: regions first, then the people, then the rules about them."""

from pathlib import Path as File

from msgspec import Struct

from evenhand.core.model import Roster
from evenhand.core.policy.model import Policy
from evenhand.errors import BadPolicy, BadTeam, Fault
from evenhand.reading.calendars import Calendars
from evenhand.reading.policy import WHERE as POLICY
from evenhand.reading.policy import open_policy, policy_of, regions_of
from evenhand.reading.team import WHERE as TEAM
from evenhand.reading.team import open_team, team_of
from evenhand.reading.toml import Document, read_text


class Setup(Struct, frozen=True):
    """Everything that decisions rest on beside the leads: the policy, the people, and when they work."""

    policy: Policy
    roster: Roster
    calendars: Calendars


def read_setup(
    policy_text: str,
    team_text: str,
    *,
    people: str | None = None,
    policy_where: str = POLICY,
    team_where: str = TEAM,
) -> Setup:
    """Read a policy and a roster; `people` is the text of the people.csv that the roster names.

    Raises BadTeam or BadPolicy with every fault found in that text; the roster is judged first, since a policy can
    only name what is there.
    """
    return _setup(open_policy(policy_text, where=policy_where), open_team(team_text, where=team_where), people)


def load_setup(policy_path: File, team_path: File) -> Setup:
    """Read a policy and a roster from files, and the people.csv that the roster names, relative to the roster.

    Raises BadTeam or BadPolicy, also when a file cannot be opened or is not UTF-8.
    """
    policy = open_policy(read_text(policy_path, error=BadPolicy), where=str(policy_path))
    team = open_team(read_text(team_path, error=BadTeam), where=str(team_path))
    return _setup(policy, team, people_beside(team_path, team))


def _setup(policy: Document, team: Document, people: str | None) -> Setup:
    roster, calendars = team_of(team, regions=regions_of(policy), people=people)
    return Setup(policy_of(policy, roster), roster, calendars)


def people_beside(team_path: File, document: Document) -> str | None:
    """The text of the people.csv that a roster names, `None` if it names none. Raises BadTeam."""
    name = document.data.get("people")
    if not isinstance(name, str) or not name:
        return None
    path = File(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        fault = Fault(
            what=f"people = {name!r} does not lie beside the roster.",
            fix='Put the file into the same folder: people = "people.csv".',
            where=str(team_path),
            line=document.line_of(("people",)),
        )
        raise BadTeam(fault)
    return read_text(team_path.parent / path, error=BadTeam)
