"""Writing the demo company into a folder: policy.toml, team.toml, accounts.csv and leads.csv."""

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Final

from evenhand.demo.accounts import Owners, make_accounts, write_accounts
from evenhand.demo.dice import Dice
from evenhand.demo.leads import write_leads

LEADS: Final = 5_000  # as many as the forty people can look after in a quarter
SEED: Final = 7
FILES: Final = ("policy.toml", "team.toml", "accounts.csv", "leads.csv")

_OWNING_TEAMS: Final = ("europe", "uk-nordics", "noram", "apac")
_LIMITS: Final = ("caps = ", "backlog = ", "max_ahead = ")
_NUMBER: Final = re.compile(r"\b\d+\b")


def text_of(name: str) -> str:
    """One of the texts that come with the demo: policy.toml or team.toml."""
    return (files("evenhand.demo") / name).read_text(encoding="utf-8")


def demo_data(
    directory: Path, *, leads: int = LEADS, seed: int = SEED, tell: Callable[[int], None] = lambda _: None
) -> tuple[Path, ...]:
    """Write the demo company's four files and return their paths; the same arguments give the same bytes.

    With more leads than `LEADS` everybody's caps grow in proportion. `tell` hears how many leads more are written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    team = text_of("team.toml")
    dice = Dice(Random(seed))  # noqa: S311  chance for play, no secret
    accounts = make_accounts(dice, owners_in(team))
    paths = tuple(directory / name for name in FILES)
    _write(paths[0], text_of("policy.toml"))
    _write(paths[1], with_room(team, -(-leads // LEADS)))
    write_accounts(paths[2], accounts)
    write_leads(paths[3], dice, accounts=accounts, leads=leads, tell=tell)
    return paths


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def owners_in(team: str) -> Owners:
    """Who may own accounts: everybody in a regional team, managers and those who have left included."""
    people: list[Mapping[str, str]] = tomllib.loads(team)["person"]
    regions = {name: tuple(p["id"] for p in people if p["team"] == name) for name in _OWNING_TEAMS}
    return Owners(regions, tuple(p["id"] for p in people if p["team"] == "customer-success"))


def with_room(team: str, times: int) -> str:
    """The roster with every cap, and the pace of every backlog, multiplied."""
    if times <= 1:
        return team
    lines = team.splitlines(keepends=True)
    return "".join(_times(line, times) if line.startswith(_LIMITS) else line for line in lines)


def _times(line: str, times: int) -> str:
    setting, hash_, comment = line.partition("#")
    head, every, rest = setting.partition(", every")
    return _NUMBER.sub(lambda found: str(int(found[0]) * times), head) + every + rest + hash_ + comment
